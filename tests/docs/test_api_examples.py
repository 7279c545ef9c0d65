"""The examples of the Python API run, and print what they say they print."""

from __future__ import annotations

import doctest
import inspect

import pytest

import keepclear
from keepclear.faces import python


@pytest.mark.parametrize("module", [keepclear, python], ids=lambda module: module.__name__)
def test_examples_print_what_they_say(module, root, monkeypatch):
    monkeypatch.chdir(root)
    result = doctest.testmod(module, optionflags=doctest.REPORT_NDIFF)
    assert result.failed == 0
    assert result.attempted > 0


def test_every_public_name_says_what_it_is():
    for name in keepclear.__all__:
        value = getattr(keepclear, name)
        if not isinstance(value, str):
            assert inspect.getdoc(value), name


def test_every_argument_of_the_api_is_described():
    for function in (keepclear.read, keepclear.check):
        described = inspect.getdoc(function)
        for name in inspect.signature(function).parameters:
            assert f"{name}:" in described, f"{function.__name__}: {name}"
