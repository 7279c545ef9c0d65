"""The core performs no input or output and reads no clock and no randomness.

Import rules see modules, not calls: ``open`` needs no import, and ``datetime.now`` comes with a
type that the core does need. So the syntax trees are walked as well.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOMS = ("domain", "record", "wire", "detect", "disclose", "integrity", "link", "formats")


def words(text):
    return frozenset(text.split())


MODULES = words(
    """
    os pathlib shutil tempfile glob fileinput mmap fcntl socket ssl http urllib asyncio
    selectors subprocess threading multiprocessing concurrent time random secrets uuid logging
    importlib.resources pkgutil sqlite3 requests httpx
    """
)
"""Modules whose purpose is the outside world, a clock or chance."""

CALLS = frozenset({"open", "input", "print", "exec", "eval", "breakpoint", "__import__"})
"""Builtins that reach outside, or hide what does."""

ATTRIBUTES = words(
    """
    now utcnow today time_ns perf_counter monotonic read_text read_bytes write_text write_bytes
    fromfile tofile memmap loadtxt savetxt genfromtxt savez savez_compressed default_rng
    """
)
"""Methods that do so whatever they are called on."""

DOTTED = words(
    """
    io.open io.FileIO np.load np.save np.random numpy.load numpy.save numpy.random
    sys.stdin sys.stdout sys.stderr sys.argv
    gzip.open bz2.open lzma.open zipfile.ZipFile json.load json.dump
    """
)
"""Names that do so in one module and not in others."""


def dotted(node: ast.AST) -> str:
    """The name of ``a.b.c`` as written; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def banned_module(name: str) -> bool:
    parts = name.split(".")
    return any(".".join(parts[: n + 1]) in MODULES for n in range(len(parts)))


def in_memory(tree: ast.AST) -> set[ast.AST]:
    """The names of archives that are opened from bytes: ``zipfile.ZipFile(BytesIO(...))``."""
    return {
        node.func
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and dotted(node.func) == "zipfile.ZipFile"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Call)
        and dotted(node.args[0].func) == "BytesIO"
    }


def impurities(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and name of everything in a syntax tree that reaches outside."""
    found = []
    harmless = in_memory(tree)
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if banned_module(alias.name)]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name for name in full if banned_module(name) or name in DOTTED]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names = [node.func.id] if node.func.id in CALLS else []
        elif isinstance(node, ast.Attribute) and node not in harmless:
            outside = node.attr in ATTRIBUTES or dotted(node) in DOTTED
            names = [dotted(node) or node.attr] if outside else []
        found += [(node.lineno, name) for name in names]
    return sorted(found)


PACKAGE = Path(__file__).parents[2] / "src" / "keepclear"
SOURCES = {room: sorted((PACKAGE / room).rglob("*.py")) for room in ROOMS}


@pytest.mark.parametrize(
    "path",
    [path for found in SOURCES.values() for path in found],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_the_core_reaches_nothing_outside(path):
    found = impurities(ast.parse(path.read_text(encoding="utf-8")))
    assert not found, "; ".join(f"line {line}: {name}" for line, name in found)


def test_every_room_of_the_core_was_walked():
    assert all(SOURCES.values())


@pytest.mark.parametrize(
    "planted",
    [
        "open('x')",
        "import os",
        "import os.path",
        "from pathlib import Path",
        "from importlib import resources",
        "import importlib.resources",
        "from importlib.resources import files",
        "def f():\n    import time",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.utcnow()",
        "from datetime import date\ndate.today()",
        "import numpy as np\nnp.random.default_rng()",
        "import numpy as np\nnp.random.seed(1)",
        "import numpy as np\nnp.load('x')",
        "from numpy import random",
        "import gzip\ngzip.open('x')",
        "import zipfile\nzipfile.ZipFile('x')",
        "import zipfile\nzipfile.ZipFile(name)",
        "import sys\nsys.stderr.write('x')",
        "anything.read_text()",
        "f = lambda: __import__('os')",
        "print(1)",
    ],
)
def test_the_walk_finds_what_is_planted(planted):
    assert impurities(ast.parse(planted))


@pytest.mark.parametrize(
    "harmless",
    [
        "from datetime import UTC, datetime\ndatetime(2015, 11, 20, tzinfo=UTC)",
        "import gzip\ngzip.decompress(data)",
        "import zipfile\nzipfile.ZipFile(BytesIO(data))",
        "import json\njson.loads(text)",
        "import io\nio.StringIO(text)",
        "from importlib.util import find_spec",
        "window.time_start\npart.opens",
        "from keepclear.domain.window import Window",
    ],
)
def test_the_walk_lets_the_rest_be(harmless):
    assert not impurities(ast.parse(harmless))
