"""Which finder a node takes, and that all of it is ready before anybody asks."""

from __future__ import annotations

import importlib.util

import pytest

from keepclear.detect.engine import FAST_ROWS_MIN
from keepclear.detect.index import PortableFinder
from keepclear.node import standing

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="the compiled finder needs numba"
)


@pytest.mark.parametrize(
    ("warm", "rows", "compiled"),
    [
        (False, FAST_ROWS_MIN - 1, False),
        (False, FAST_ROWS_MIN, True),
        (True, 0, True),
    ],
)
def test_the_compiled_finder_is_taken_where_it_is_made_or_worth_making(
    monkeypatch, warm, rows, compiled
):
    rehearsed = []
    monkeypatch.setattr(standing, "warm", lambda _: warm)
    monkeypatch.setattr(standing, "_rehearse", lambda: rehearsed.append(1))
    found = standing._finder(rows)
    assert isinstance(found, PortableFinder) is not compiled
    assert bool(rehearsed) is compiled  # it is loaded or made here, not at the first question
