"""Tests of ``tests/api`` once more, with a front before the node.

They are read a second time under another name, and given a node that has a front. What they say when
one fails is said better where they stand.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

FIXTURES = ("node", "play", "certificate")


def again(name, put, only=()):
    """The tests and fixtures of a file.

    Args:
        name: Of the file in ``tests/api``.
        put: What stands in the place of which of its names.
        only: The tests that are wanted; all, where nothing is said.
    """
    path = Path(__file__).parents[1] / "api" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"tests.front.{name}_again", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    for one, value in put.items():
        assert getattr(module, one) is not value
        setattr(module, one, value)
    tests = {one for one in vars(module) if one.startswith("test_")}
    assert set(only) <= tests
    wanted = {*(only or tests), *FIXTURES}
    return {one: value for one, value in vars(module).items() if one in wanted}
