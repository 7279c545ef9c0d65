"""Draw the house into docs/architecture.md from the imports that are really there.

The picture shows which room imports which; an arrow that follows from two others is left out. The
tables name every module with the first sentence of its docstring, and the third-party packages that
each room opens a door to.

    python tools/draw_architecture.py [--check]
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from marked import ROOT, keep_current

SOURCE = ROOT / "src" / "keepclear"
DOCUMENT = ROOT / "docs" / "architecture.md"


class Module(NamedTuple):
    """What the drawing needs to know of one file."""

    room: str
    name: str
    says: str
    rooms: frozenset[str]
    packages: frozenset[str]


def layers() -> list[str]:
    """The rooms from the outermost to the innermost, as the import rules of the project say."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers":
            return [room for layer in contract["layers"] for room in layer.split(" | ")]
    message = "pyproject.toml has no contract of type layers"
    raise LookupError(message)


def imported(tree: ast.AST) -> Iterator[str]:
    """Full names of everything that a module imports, wherever the statement stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def first_sentence(tree: ast.Module) -> str:
    """The first paragraph of the docstring up to its first full stop."""
    paragraph = " ".join((ast.get_docstring(tree) or "").split("\n\n")[0].split())
    sentence = paragraph.split(". ")[0].rstrip(".")
    return sentence.replace("``", "`").replace("|", "\\|")


def read(path: Path) -> Module:
    """One source file, seen from outside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = path.relative_to(SOURCE).with_suffix("").parts
    room = parts[0]
    names = list(imported(tree))
    ours = {name.split(".")[1] for name in names if name.startswith("keepclear.")}
    others = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names)
    return Module(
        room=room,
        name=".".join(parts),
        says=first_sentence(tree),
        rooms=frozenset(ours - {room}),
        packages=frozenset(others - {"keepclear"}),
    )


def house() -> dict[str, list[Module]]:
    """Every module that has something to say, by room, the rooms from the outermost inwards."""
    modules = [read(path) for path in sorted(SOURCE.rglob("*.py")) if path.name != "__init__.py"]
    by_room = {room: [m for m in modules if m.room == room] for room in layers()}
    return {room: found for room, found in by_room.items() if found}


def arrows(rooms: dict[str, list[Module]]) -> list[tuple[str, str]]:
    """Which room imports which, without the arrows that follow from two others."""
    direct = {
        room: {other for module in found for other in module.rooms if other in rooms}
        for room, found in rooms.items()
    }

    def reached(room: str) -> set[str]:
        return direct[room].union(*(reached(other) for other in direct[room]), set())

    return [
        (room, other)
        for room in rooms
        for other in rooms
        if other in direct[room]
        and not any(other in reached(between) for between in direct[room] - {other})
    ]


def picture(rooms: dict[str, list[Module]]) -> str:
    """A Mermaid flow chart, outermost room on top."""
    lines = ["```mermaid", "flowchart TD"]
    lines += [f"    {room} --> {other}" for room, other in arrows(rooms)]
    return "\n".join([*lines, "```", ""])


def doors(rooms: dict[str, list[Module]]) -> str:
    """Which third-party package is imported in which room."""
    opened: dict[str, set[str]] = {}
    for room, found in rooms.items():
        for module in found:
            for package in module.packages:
                opened.setdefault(package, set()).add(room)
    lines = ["| Package | Imported in |", "|---|---|"]
    lines += [f"| {package} | {', '.join(sorted(opened[package]))} |" for package in sorted(opened)]
    return "\n".join([*lines, ""])


def contents(rooms: dict[str, list[Module]]) -> str:
    """Every module and what it says it is."""
    lines = ["| Module | What it is |", "|---|---|"]
    for found in rooms.values():
        for module in found:
            path = module.name.replace(".", "/") + ".py"
            lines.append(f"| [{module.name}](../src/keepclear/{path}) | {module.says} |")
    return "\n".join([*lines, ""])


def write(name: str, _body: str) -> str:
    """What shall stand in the part of this name."""
    return {"rooms": picture, "doors": doors, "modules": contents}[name](house())


if __name__ == "__main__":
    sys.exit(keep_current(DOCUMENT, write))
