"""Shared areas cut in longitude and latitude agree with those cut on a plane, and with PROJ's sizes."""

from __future__ import annotations

import importlib.util
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from keepclear.detect.area import shared_area, shared_on_plane
from keepclear.detect.cut import cut_listed, ring_m2
from keepclear.detect.fine import Skeletons
from keepclear.detect.flat_area import Outlines, shared_flat
from keepclear.detect.prepare import prepare
from keepclear.detect.table import AREA
from keepclear.domain.footprint import EdgeRule
from tests.laws.strategies import (
    FLAT,
    LAW,
    box,
    centres,
    circle,
    corridor,
    declared,
    laid,
    lonlat,
    moved,
    place,
    star_rings,
)

ROUNDED_M = 0.012
"""Vertices on the lattice, edges within 2.5 mm, 7 decimals: how far two drawings may differ."""
CIRCLES = 1e-3
"""A fraction of a percent: corners of large circles are not off by more than 0.01 % of the radius."""
GEOD = Geod(ellps="WGS84")

tame = centres.filter(lambda at: abs(at[0]) < 84 and abs(at[1]) < 179)
offsets = st.tuples(st.floats(-2_500, 2_500), st.floats(-2_500, 2_500))


@st.composite
def shapes(draw, latitude, longitude):
    at = moved(latitude, longitude, *draw(offsets))
    if draw(st.integers(0, 3)) == 0:
        return circle(at.latitude, at.longitude, draw(st.sampled_from([30.0, 900.0, 40_000.0])))
    ring = draw(star_rings(draw(st.sampled_from([300.0, 2_000.0, 9_000.0]))))
    rings = [ring]
    if draw(st.booleans()):
        rings.append([(x * 0.3, y * 0.3) for x, y in ring])  # a hole
    return laid(at.latitude, at.longitude, *rings, edges=EdgeRule.LONLAT)


@st.composite
def pairs_of_shapes(draw):
    at = draw(tame)
    return draw(shapes(*at)), draw(shapes(*at))


def table_of(*footprints):
    found = prepare([declared(str(k), one) for k, one in enumerate(footprints)], geoid=FLAT)
    assert not found.refused
    return found.table


def perimeter_m(size_and_shape):
    geometry = size_and_shape[1]
    if geometry is None:
        return 1.0
    return GEOD.geometry_length(shapely.geometry.shape(geometry).boundary) + 1.0


@given(pairs_of_shapes())
@LAW
def test_sizes_and_shapes_are_those_of_the_plane(both):
    table = table_of(*both)
    flat = shared_flat(Outlines(table), [(0, 1)])
    plane = shared_on_plane(table, [(0, 1, 0, 0)], Skeletons(table))
    assert flat is not None
    room_m2 = ROUNDED_M * max(perimeter_m(flat), perimeter_m(plane)) + CIRCLES * plane[0]
    assert abs(flat[0] - plane[0]) <= room_m2
    if flat[1] is not None and plane[1] is not None:
        one, two = (shapely.make_valid(shapely.geometry.shape(x[1])) for x in (flat, plane))
        apart = one.symmetric_difference(two)
        apart_m2 = abs(GEOD.geometry_area_perimeter(shapely.geometry.shape(apart))[0])
        assert apart_m2 <= 2 * room_m2


@given(pairs_of_shapes())
@LAW
def test_either_way_round_is_the_same_ground(both):
    table = table_of(*both)
    there, back = (shared_flat(Outlines(table), [pair]) for pair in ((0, 1), (1, 0)))
    assert there[0] == pytest.approx(back[0], rel=1e-6, abs=ROUNDED_M * perimeter_m(there))


@given(tame, star_rings())
@LAW
def test_rings_have_the_size_of_the_ellipsoid_between_their_edges(at, ring):
    places = [moved(*at, *corner) for corner in ring]
    closed = np.array([(p.longitude, p.latitude) for p in [*places, places[0]]])
    share = np.linspace(0, 1, 257)[:-1, None]  # edges straight in degrees, in small steps
    steps = np.concatenate([a + (b - a) * share for a, b in pairwise(closed)])
    assert ring_m2(*closed.T.tolist(), 0, len(closed)) == pytest.approx(
        GEOD.polygon_area_perimeter(*steps.T)[0], rel=1e-6, abs=1e-3
    )


@pytest.mark.parametrize("latitude", [-60.0, 0.0, 48.0])
@pytest.mark.parametrize("radius_m", [5.0, 5_000.0, 99_000.0])
def test_a_circle_within_a_box_is_the_whole_circle(latitude, radius_m):
    table = table_of(circle(latitude, 10.0, radius_m), box(0, latitude - 5, 20, latitude + 5))
    size, drawn = shared_area(table, [(0, 1, 0, 0)], Skeletons(table), Outlines(table))
    assert size == pytest.approx(np.pi * radius_m**2, rel=1e-3)
    away = [GEOD.inv(10.0, latitude, *corner)[2] for corner in drawn["coordinates"][0]]
    assert np.allclose(away, radius_m, rtol=1e-4, atol=0.02)


@pytest.mark.parametrize(
    "other",
    [
        corridor(100.0, place(0.0, 0.0), place(0.0, 0.1)),
        lonlat([(0, 0), (0.1, 0), (0.1, 0.1)], edges=EdgeRule.GREAT_CIRCLE),
        lonlat([(0, 80), (120, 80), (-120, 80)]),  # round a pole
        circle(0.0, 0.0, 101_000.0),
        circle(86.0, 0.0, 1_000.0),
        circle(0.0, 179.999, 1_000.0),
    ],
)
def test_what_is_not_drawn_here_is_left_to_the_plane(other):
    table = table_of(other, box(-1, -1, 1, 1))
    assert shared_flat(Outlines(table), [(0, 1)]) is None


def test_pieces_and_holes_are_all_there():
    comb = lonlat([(0, 0), (3, 0), (3, 2), (2, 2), (2, 1), (1, 1), (1, 2), (0, 2)])
    bar = box(-1, 1.5, 4, 1.75)
    size, drawn = shared_flat(Outlines(table_of(comb, bar)), [(0, 1)])
    assert drawn["type"] == "MultiPolygon"
    assert len(drawn["coordinates"]) == 2
    ring = [(0, 0), (3, 0), (3, 3), (0, 3)]
    holed = lonlat(ring, [(1, 1), (1, 2), (2, 2), (2, 1)])
    whole, shown = shared_flat(Outlines(table_of(holed, box(-1, -1, 4, 4))), [(0, 1)])
    outer, hole = (shapely.Polygon(ring) for ring in shown["coordinates"])
    assert outer.exterior.is_ccw
    assert not hole.exterior.is_ccw
    assert whole > 5 * size


def test_the_union_of_parts_counts_common_ground_once():
    table = table_of(box(0, 0, 2, 1), box(0, 0, 1, 1), box(0.5, 0, 2, 1))
    once, _ = shared_flat(Outlines(table), [(0, 1), (0, 2)])
    whole, _ = shared_flat(Outlines(table), [(0, 0)])
    assert once == pytest.approx(whole, rel=1e-9)


def test_what_only_touches_shares_no_area():
    table = table_of(box(0, 0, 1, 1), box(1, 0, 2, 1))
    assert shared_flat(Outlines(table), [(0, 1)]) == (0.0, None)


# many pairs in one compiled call

compiled = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="the compiled way needs numba"
)


def told_at_once(table):
    """What is said of every pair in one call; and of each by itself, where rings are plain."""
    from keepclear.detect.fast.shares import shares_of

    pairs = [(i, j) for i in range(len(table)) for j in range(len(table)) if i != j]
    one_by_one = []
    for i, j in pairs:
        outlines = Outlines(table)
        plain = table.kind[i] == table.kind[j] == AREA
        rings = outlines.ring(i), outlines.ring(j)
        known = plain and all(ring is not None for ring in rings)
        known = known and cut_listed(*rings[0], *rings[1])[0]
        one_by_one.append(
            shared_area(table, [(i, j, 0, 0)], Skeletons(table), outlines) if known else None
        )
    return shares_of(table, pairs), one_by_one


@compiled
@given(tame.flatmap(lambda at: st.lists(shapes(*at), min_size=2, max_size=4)))
@LAW
def test_what_is_said_of_many_pairs_at_once_is_what_is_said_of_each(said):
    at_once, one_by_one = told_at_once(table_of(*said))
    assert at_once == one_by_one


@compiled
def test_pieces_of_one_pair_are_not_given_to_another():
    comb = lonlat([(0, 0), (3, 0), (3, 2), (2, 2), (2, 1), (1, 1), (1, 2), (0, 2)])
    bar, far, inside = box(-1, 1.5, 4, 1.75), box(5, 5, 6, 6), box(0.2, 0.2, 0.4, 0.4)
    tall = box(0.5, -1, 0.8, 1.9)
    holed = lonlat([(0, 0), (3, 0), (3, 3), (0, 3)], [(1, 1), (1, 2), (2, 2), (2, 1)])
    at_once, one_by_one = told_at_once(
        table_of(comb, bar, far, inside, holed, tall, circle(0.5, 0.5, 900.0))
    )
    assert at_once == one_by_one
    kinds = [None if one is None or one[1] is None else one[1]["type"] for one in at_once]
    assert {None, "Polygon", "MultiPolygon"} <= set(kinds)
    met_plainly = 4  # comb and bar, comb and inside, comb and tall, bar and tall
    assert sum(one is not None for one in at_once) == 2 * met_plainly
