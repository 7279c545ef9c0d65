"""The second implementation takes nothing from the first: neither its code nor its tests."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DRAWS = "drawn.py"
"""Draws what tests ask, and is no part of the implementation."""
MODULES = sorted(
    each for each in HERE.glob("*.py") if not each.name.startswith("test_") and each.name != DRAWS
)
ALLOWED = {"nacl", *sys.stdlib_module_names}


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            whole = node.module == "tests.second"
            yield from [f"tests.second.{a.name}" for a in node.names] if whole else [node.module]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_imports_plain_python_pynacl_and_itself(path):
    for name in imported(ast.parse(path.read_text("utf-8"))):
        own = name.startswith("tests.second.") and not name.startswith("tests.second.test_")
        assert own or name.split(".")[0] in ALLOWED, name


def test_it_loads_where_keepclear_is_not_installed():
    """Whatever hides behind a name: in a process that cannot import keepclear it loads all the same."""
    import subprocess

    names = ", ".join(f"tests.second.{each.stem}" for each in MODULES)
    program = f"import sys; sys.modules['keepclear'] = None; import {names}"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=HERE.parents[1], timeout=60)


def test_all_of_it_was_looked_at():
    assert {"notes", "messages", "stream", "record"} <= {each.stem for each in MODULES}
