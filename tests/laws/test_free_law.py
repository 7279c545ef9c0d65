"""What is told free without a verdict is free by the verdict, wherever it lies to the ground."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.detect.border import Border
from keepclear.detect.free import Free, box_round
from keepclear.detect.prepare import prepare
from keepclear.detect.regions import Region, Takes, beyond, outside, radius_for
from keepclear.domain.footprint import Corridor, EdgeRule
from tests.laws.strategies import (
    FLAT,
    LAW,
    centres,
    circle,
    corridor,
    crosses,
    declared,
    laid,
    moved,
    place,
    rectangle,
    route,
    rules,
    square,
    star_rings,
)

SPREAD_M = st.floats(-400_000, 400_000)


def shared(region, declaration):
    """How much ground of a declaration lies on a region, m2."""
    return region.shared_m2(Takes(declaration))


@st.composite
def grounds(draw, latitude, longitude):
    ring = draw(star_rings(draw(st.sampled_from([2_000.0, 90_000.0, 300_000.0]))))
    rings = [ring, [(x * 0.4, y * 0.4) for x, y in ring]] if draw(st.booleans()) else [ring]
    return laid(latitude, longitude, *rings, edges=draw(rules))


@st.composite
def asked(draw, latitude, longitude):
    at = moved(latitude, longitude, draw(SPREAD_M), draw(SPREAD_M))
    kind = draw(st.sampled_from(["circle", "corridor", "square", "wide"]))
    if kind == "circle":
        return circle(at.latitude, at.longitude, draw(st.sampled_from([1.0, 3_000.0, 60_000.0])))
    if kind == "corridor":
        other = moved(latitude, longitude, draw(SPREAD_M), draw(SPREAD_M))
        return corridor(draw(st.sampled_from([10.0, 5_000.0])), at, other, edges=draw(rules))
    half_m = 400.0 if kind == "square" else 150_000.0
    return square(at.latitude, at.longitude, half_m, edges=draw(rules))


@st.composite
def both(draw):
    at = draw(centres)
    return draw(grounds(*at)), draw(asked(*at))


@given(both())
@LAW
def test_what_is_told_free_shares_nothing(pair):
    ground, other = pair
    found = prepare([declared("ground", ground), declared("other", other)], geoid=FLAT)
    if found.refused:
        return
    box, border = box_round(other), Border(found.table)
    free = Free(found.table).of(box)
    if free:
        assert not crosses(ground, other)
    if border.is_drawn:
        assert Free(found.table, 0, border.holds).of(box) == free


def test_most_of_what_lies_beside_is_told_free():
    table = prepare([declared("ground", square(47.0, 8.0, 20_000.0))], geoid=FLAT).table
    free = Free(table)
    told = {
        east: free.of(box_round(laid(47.0, 8.0, rectangle(east, 0, east + 1_000, 1_000))))
        for east in (-300_000, -40_000, -25_000, -19_900, 0, 19_000, 25_000, 40_000, 300_000)
    }
    assert all(told[east] for east in (-300_000, -40_000, 40_000, 300_000))
    assert not any(told[east] for east in (-19_900, 0, 19_000))


@pytest.mark.parametrize("edges", [EdgeRule.GREAT_CIRCLE, EdgeRule.LONLAT])
def test_a_hole_is_free_and_the_ground_round_it_is_not(edges):
    ring = rectangle(-100_000, -100_000, 100_000, 100_000)
    hole = rectangle(-60_000, -60_000, 60_000, 60_000)
    free = Free(
        prepare([declared("g", laid(47.0, 8.0, ring, hole, edges=edges))], geoid=FLAT).table
    )
    assert free.of(box_round(circle(47.0, 8.0, 500.0)))
    assert not free.of(box_round(circle(47.72, 8.0, 500.0)))


def test_what_a_route_sweeps_beside_a_line_is_looked_at():
    line = Corridor((place(47.0, 8.0), place(47.0, 9.0)), 0.0, EdgeRule.GEODESIC)
    far = declared("a", route(50.0, (place(48.0, 8.2), 0), (place(48.0, 8.4), 10)))
    over = declared("b", route(50.0, (place(48.0, 8.2), 0), (place(46.9, 8.4), 10)))
    radius_m = radius_for(line.vertices, far)
    south = Region(beyond(line, left=False, radius_m=radius_m))
    assert shared(south, far) is None
    assert shared(south, over) > 0


def test_what_lies_well_within_an_outline_is_not_compared_with_what_is_outside(monkeypatch):
    theatre = laid(47.0, 8.0, rectangle(-300_000, -300_000, 300_000, 300_000))
    around = Region(outside(theatre, radius_m=1_024_000.0))
    monkeypatch.setattr(around._set, "query", None)
    assert shared(around, declared("a", square(47.0, 8.0, 500.0))) is None
    with pytest.raises(TypeError):  # at the border it is
        shared(around, declared("a", square(47.0, 8.0, 299_999.0)))
