"""Write the options, settings and exit codes into docs/commands.md, from what the program says.

python tools/list_commands.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
from marked import ROOT, keep_current

__all__ = ["DOCUMENT", "write"]

DOCUMENT = ROOT / "docs" / "commands.md"


def write(name: str, body: str) -> str:
    """One marked part of the page."""
    sys.path.insert(0, str(ROOT / "src"))
    from keepclear.faces.cli import cli  # noqa: PLC0415  only when it is on the path

    if name in cli.commands:
        return "".join(command(cli.commands[name]))
    return {"exit codes": exit_codes, "settings": settings}[name]() if name in PARTS else body


PARTS = ("exit codes", "settings")


def command(told: click.Command) -> Iterator[str]:
    """What a command does, and the table of its options."""
    yield f"{paragraphs(told.help or '')}\n\n"
    yield "| Option | What it does |\n|---|---|\n"
    for option in told.params:
        if isinstance(option, click.Option):
            yield f"| {spelled(option)} | {cell(option.help or '')} |\n"


def paragraphs(text: str) -> str:
    """Help as a document shows it: each paragraph on one line."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def spelled(option: click.Option) -> str:
    """How an option is typed."""
    value = option.metavar or ""
    if isinstance(option.type, click.Choice):
        value = "|".join(map(str, option.type.choices))
    names = sorted(option.opts, key=len, reverse=True)
    return ", ".join(cell(f"`{name} {value}".strip() + "`") for name in names)


def cell(text: str) -> str:
    """Text that stands in a table."""
    return text.replace("|", "\\|")


def exit_codes() -> str:
    """The table of exit codes."""
    from keepclear.faces.outcome import EXIT_WORDS  # noqa: PLC0415

    rows = "".join(f"| {code.value} | {words} |\n" for code, words in EXIT_WORDS.items())
    return "| Code | Meaning |\n|---|---|\n" + rows


def settings() -> str:
    """The table of settings."""
    from keepclear.faces.cli import cli  # noqa: PLC0415
    from keepclear.node.config import CHECK_SETTINGS  # noqa: PLC0415

    kinds = {str: "text in quotes", bool: "`true` or `false`"}
    table = "| Under `[check]` | Is | In the environment |\n|---|---|---|\n"
    for option in cli.commands["check"].params:
        if isinstance(option, click.Option) and isinstance(option.envvar, str):
            name = option.name.replace("_", "-") if option.name else ""
            table += f"| `{name}` | {kinds[CHECK_SETTINGS[name]]} | `{option.envvar}` |\n"
    return table


if __name__ == "__main__":
    sys.exit(keep_current(DOCUMENT, write))
