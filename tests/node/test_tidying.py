"""Circles that are new are found in small steps; what stayed is looked through no more."""

from __future__ import annotations

import gc
import weakref

import pytest

from keepclear.node import tidying

GONE_MEANWHILE = 50
"""Of millions that other tests left, some are let go of at any time, by threads that end."""


class Thing:
    """Refers to whatever it is told to."""


def circle():
    one, other = Thing(), Thing()
    one.other, other.other = other, one
    return weakref.ref(one)


@pytest.fixture
def tidy():
    usual = gc.get_threshold()
    gc.collect()
    tidying.begin()
    yield tidying.tidy
    tidying.end()
    assert gc.get_threshold() == usual


def test_new_circles_go_and_what_stays_is_left_out(tidy):
    held, before = [Thing() for _ in range(1_000)], gc.get_freeze_count()
    gone = circle()
    filler = [[k] for k in range(3 * tidying._YOUNG)]  # the newest were looked through twice
    gone_later = circle()
    tidy()
    assert gone() is None
    assert gone_later() is None
    assert gc.get_freeze_count() - before >= len(held) + len(filler) - GONE_MEANWHILE


def test_nothing_is_done_while_little_is_new(tidy):
    gc.collect()
    gone, before = circle(), gc.get_freeze_count()
    tidy()
    assert gone() is not None
    assert before - GONE_MEANWHILE <= gc.get_freeze_count() <= before
