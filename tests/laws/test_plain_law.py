"""What is said of crossings does not hang on how they were found: compiled = portable, to the word."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.detect.crossing import Minima
from keepclear.detect.index import PortableFinder, StandingSet
from tests.laws.strategies import (
    FLAT,
    SLOW_LAW,
    band,
    centres,
    declarations,
    declared,
    square,
    volume,
    window,
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="the compiled finder needs numba"
)


def sets(minima=Minima()):  # noqa: B008  frozen
    from keepclear.detect.fast.standing import FastFinder

    finders = (PortableFinder(), FastFinder(), FastFinder(fresh_min=0))
    return [StandingSet(geoid=FLAT, minima=minima, finder=finder) for finder in finders]


def asked_and_put(known, said):
    """Everything that is said when each is asked about and then put in, its rows made once."""
    told = []
    for one in said:
        rows = known.prepared(one)
        told.append(known.query(one, rows, depths=False))
        known.insert(one, rows)
    return told


crowds = centres.flatmap(
    lambda at: st.one_of(declarations(*at, count=6, routes=False), declarations(*at, count=5))
)


@given(crowds, st.sampled_from([Minima(), Minima(), Minima(150.0, 30.0, 60_000_000)]))
@SLOW_LAW
def test_the_same_is_said_of_each_crossing(said, minima):
    portable, *compiled = (asked_and_put(known, said) for known in sets(minima))
    assert compiled == [portable, portable]


def test_a_version_takes_the_place_of_the_one_before():
    first = declared("a", square(47.0, 8.0, 500.0))
    second = declared("a", volume(square(47.0, 8.0, 900.0), band(0, 100), window(0, 60)))
    other = declared("b", square(47.0, 8.001, 500.0))
    for known in sets():
        told = asked_and_put(known, [first, other, second])
        assert [len(one) for one in told] == [0, 1, 1]
        again = asked_and_put(known, [other])
        assert again[0][0].altitude_w84_m == (0.0, 100.0)
        assert len(known) == 2


def test_what_was_asked_is_forgotten_when_something_else_is_put_in():
    a, b, c = (declared(name, square(47.0, 8.0, 100.0 * k)) for k, name in enumerate("abc", 1))
    for known in sets():
        rows = {one.id: known.prepared(one) for one in (a, b, c)}
        assert known.query(a, rows["a"], depths=False) == ()
        known.insert(b, rows["b"])
        known.insert(a, rows["a"])
        (first, second) = known.query(c, rows["c"], depths=False)
        assert {first.a.id, second.a.id} == {"a", "b"}
        assert first.area_m2 != second.area_m2


def test_heights_that_may_not_meet_are_possible_only():
    from keepclear.domain.altitude import Reference

    low = declared("a", volume(square(47.0, 8.0, 500.0), band(0, 100), window(0, 60)))
    near = declared("b", volume(square(47.0, 8.0, 500.0), band(99, 200, Reference.AMSL)))
    for known in sets():
        told = asked_and_put(known, [low, near])
        assert [one.certain for one in told[1]] == [False]
