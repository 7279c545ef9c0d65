"""The files that are handed out first are there."""

from __future__ import annotations

from tests.order import HERE, LONG_FIRST


def test_every_long_file_is_there_and_named_once():
    assert [name for name in LONG_FIRST if not (HERE / name).is_file()] == []
    assert len(set(LONG_FIRST)) == len(LONG_FIRST)
