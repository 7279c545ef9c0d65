"""Circles that are new are found in small steps; what stayed is looked through no more."""

from __future__ import annotations

import gc
import weakref

import pytest

from keepclear.node import tidying


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
    held = [Thing() for _ in range(1_000)]
    gone = circle()
    filler = [[k] for k in range(tidying._YOUNG)]
    gone_later = circle()
    tidy()
    assert gone() is None
    assert gone_later() is None
    looked_through = {id(one) for one in gc.get_objects()}
    assert looked_through.isdisjoint(map(id, (*held, *filler)))


def test_each_is_looked_at_once_however_many_one_question_makes(tidy):
    looks = []
    gc.callbacks.append(lambda phase, about: looks.append(about) if phase == "start" else None)
    try:
        few = [[k] for k in range(tidying._YOUNG)]
        tidy()
        assert len(looks) == 1
        gone = circle()
        many = [[k] for k in range(tidying._MANY + 1_000)]
        assert len(looks) == 2  # Python itself, in the middle of it
        assert gone() is None
        tidy()
        assert len(looks) == 3
    finally:
        gc.callbacks.pop()
    left = {id(one) for one in gc.get_objects()}
    assert left.isdisjoint(map(id, (*few, *many)))


def test_nothing_is_done_while_little_is_new(tidy, monkeypatch):
    gc.collect()
    held, gone, left_out = Thing(), circle(), []
    monkeypatch.setattr(gc, "freeze", lambda: left_out.append("all that is there"))
    tidy()
    assert gone() is not None
    assert left_out == []
    assert id(held) in {id(one) for one in gc.get_objects()}


def test_what_is_new_is_looked_at_soon_though_as_much_that_was_left_out_goes(tidy):
    old = [[k] for k in range(tidying._YOUNG)]
    tidy()
    gone, young = circle(), []
    while old:  # one comes, one goes: Python counts nothing new
        young.append([len(old)])
        old.pop()
        assert gc.get_count()[0] < tidying._YOUNG // 2
    assert gone() is not None
    for _ in range(tidying._TURNS):
        tidy()
    assert gone() is None
    assert {id(one) for one in gc.get_objects()}.isdisjoint(map(id, young))
