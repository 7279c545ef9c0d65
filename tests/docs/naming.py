"""Tests that a page names as ``path::name``: each of them exists."""

from __future__ import annotations

import ast


def assert_all_exist(root, named):
    """Every function, class or name of that spelling stands in its file."""
    for path, name in named:
        tree = ast.parse((root / path).read_text(encoding="utf-8"))
        found = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        found |= {
            one.id
            for n in tree.body
            if isinstance(n, ast.Assign)
            for one in n.targets
            if isinstance(one, ast.Name)
        }
        assert name in found, f"{path} has no {name}"
