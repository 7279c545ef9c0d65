"""Rows are made the same in both ways, to the bit, and the same rings are refused."""

from __future__ import annotations

import importlib.util
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.detect.prepare import PORTABLE_MAKER, prepare
from keepclear.detect.rings import ring_faults
from keepclear.detect.table import Bands
from keepclear.domain.footprint import EdgeRule
from tests.laws.strategies import (
    FLAT,
    LAW,
    area,
    box,
    centres,
    circle,
    declarations,
    declared,
    latitudes,
    longitudes,
    lonlat,
    moved,
    place,
    rules,
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="the compiled way needs numba"
)


def both(said):
    from keepclear.detect.fast.standing import FastFinder

    return [prepare(said, geoid=FLAT, maker=maker) for maker in (PORTABLE_MAKER, FastFinder())]


def columns(table):
    found = {}
    for one in fields(table):
        value = getattr(table, one.name)
        if isinstance(value, Bands):
            found |= {f"{one.name}.{k.name}": getattr(value, k.name) for k in fields(value)}
        else:
            found[one.name] = np.asarray(value)
    return found


def same(said):
    portable, fast = both(said)
    assert fast.refused == portable.refused
    assert fast.refused_parts == portable.refused_parts
    assert fast.ground_missing == portable.ground_missing
    one, two = columns(portable.table), columns(fast.table)
    for name, column in one.items():
        assert column.dtype == two[name].dtype, name
        assert column.shape == two[name].shape, name
        assert column.tobytes() == two[name].tobytes(), name
    return portable


@given(centres.flatmap(lambda at: declarations(*at, count=3)))
@LAW
def test_rows_of_all_kinds_are_the_same(said):
    same(said)


@st.composite
def any_rings(draw):
    """Rings that are often none: corners in any order, some twice, some nearly on an edge."""
    at = draw(centres)
    side = draw(st.sampled_from([0.01, 1.0, 1_000.0, 90_000.0]))
    steps = st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.0 + 1e-9, 0.5 - 1e-7])
    corners = draw(st.lists(st.tuples(steps, steps), min_size=3, max_size=7))
    return area([moved(*at, x * side, y * side) for x, y in corners], edges=draw(rules))


@given(any_rings())
@LAW
def test_the_same_rings_are_refused(ring):
    same([declared("a", ring)])


@given(st.lists(st.tuples(latitudes, longitudes), min_size=3, max_size=6))
@LAW
def test_the_same_rings_round_the_earth_are_refused(places):
    same([declared("a", area([place(*at) for at in places], edges=EdgeRule.LONLAT))])


GRID = st.integers(0, 3).map(lambda k: k * 1e-7)


@given(st.lists(st.tuples(GRID, GRID), min_size=3, max_size=6), st.sampled_from([0.0, 47.0, 88.9]))
@LAW
def test_the_same_rings_on_the_grid_of_seven_decimals_are_refused(corners, latitude):
    ring = [(8.0 + x, latitude + y) for x, y in corners]
    same([declared("a", lonlat(ring))])


@pytest.mark.parametrize(
    "ring",
    [
        [(8, 47), (9, 48), (9, 47), (8, 48)],
        [(8, 47), (9, 47), (9, 48), (8.5, 47), (8, 48)],
        [(8, 47), (9, 47), (9, 48), (8.5, 47 + 1e-13), (8, 48)],
        [(8, 47), (9, 47), (8, 47)],
        [(8, 47), (9, 47), (9, 47)],
        [(8, 47), (8.5, 47), (9, 47)],
        [(179, 0), (-179, 0), (-179, 1), (179, 1)],
        [(0, 80), (120, 80), (-120, 80)],
        [(0, 90), (1, 89), (2, 89)],
    ],
)
def test_doubtful_rings_are_looked_at_by_the_library(ring, monkeypatch):
    from keepclear.detect.fast import small

    looked = []

    def look(table):
        looked.append(len(table))
        return ring_faults(table)

    monkeypatch.setattr(small, "ring_faults", look)
    same([declared("a", lonlat(ring))])
    assert looked


def test_sure_rings_are_not(monkeypatch):
    from keepclear.detect.fast import small

    monkeypatch.setattr(small, "ring_faults", None)
    star = lonlat([(8, 47), (8.5, 47.4), (9, 47), (8.6, 47.5), (9, 48), (8.5, 47.6), (8, 48)])
    found = same(
        [declared("a", star), declared("b", circle(1.0, 2.0, 30.0)), declared("c", box(0, 0, 1, 1))]
    )
    assert len(found.table) == 3
    assert star.edges is EdgeRule.LONLAT
