"""Tests of ``tests/api`` once more, with a front before the node.

They are read a second time under another name, and given a node that has a front. What they say when
one fails is said better where they stand.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from tests.front.service import running


def again(name, leave=()):
    """The tests and fixtures of a file, but for some."""
    path = Path(__file__).parents[1] / "api" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"tests.front.{name}_again", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    assert module.running is not running
    module.running = running
    found = {one: value for one, value in vars(module).items() if one.startswith("test_")}
    assert set(leave) <= set(found)
    kept = {one: value for one, value in found.items() if one not in leave}
    fixtures = {one: value for one, value in vars(module).items() if one == "node"}
    return {**kept, **fixtures}
