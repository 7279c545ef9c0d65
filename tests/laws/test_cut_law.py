"""Rings cut by plain loops, against the library: the same ground, or nothing said; compiled = plain.

Rings lie on a coarse grid as often as anywhere, so that they touch, share edges and lie in each other.
"""

from __future__ import annotations

import importlib.util
import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from keepclear.detect.cut import cut_listed
from tests.laws.strategies import LAW, centres, star_rings

DEGREE_M = 111_320.0
GRID = 1e-7
"""Corners are given on it: two drawings may differ by so much times the length of their outline."""

tame = centres.filter(lambda at: abs(at[0]) < 84 and abs(at[1]) < 170)
radii = st.sampled_from([0.3, 300.0, 2_000.0, 40_000.0])


@st.composite
def rings(draw, latitude, longitude):
    """A simple ring in degrees round a place, run either way; the library agrees that it is simple."""
    east, north = draw(st.tuples(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5)))
    radius_m = draw(radii)
    corners = [(e + east * radius_m, n + north * radius_m) for e, n in draw(star_rings(radius_m))]
    if draw(st.booleans()):
        step = radius_m / 4
        corners = [(round(e / step) * step, round(n / step) * step) for e, n in corners]
    share = math.cos(math.radians(latitude))
    ring = np.array(
        [(longitude + e / DEGREE_M / share, latitude + n / DEGREE_M) for e, n in corners]
    )
    if draw(st.booleans()):
        ring = ring[::-1]
    if not shapely.Polygon(ring).is_valid:  # as one that folds up on the grid
        ring = longitude + np.array([(0.0, 0.0), (radius_m, 0.0), (0.0, radius_m)]) / DEGREE_M
        ring[:, 1] += latitude - longitude
    return np.ascontiguousarray(ring)


pairs = tame.flatmap(lambda at: st.tuples(rings(*at), rings(*at)))


def given_to(cutter, one, two):
    columns = (np.ascontiguousarray(values) for ring in (one, two) for values in ring.T)
    return cutter(*columns)


def drawn(shared):
    """The pieces, each as a polygon, in the order they are given."""
    _, lon, lat, ends, _ = shared
    corners = list(zip(lon, lat, strict=True))
    begins = [0, *ends][:-1]
    assert all(corners[a] == corners[b - 1] for a, b in zip(begins, ends, strict=True))
    return [shapely.Polygon(corners[a:b]) for a, b in zip(begins, ends, strict=True)]


def polygons(shape):
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]


@given(pairs)
@LAW
def test_what_is_cut_is_what_the_library_cuts(both):
    shared = given_to(cut_listed, *both)
    if not shared[0]:
        assert shared[1:] == ([], [], [], 0.0)
        return
    theirs = shapely.intersection(*(shapely.Polygon(ring) for ring in both))
    ours = drawn(shared)
    room = GRID * (theirs.length + sum(one.length for one in ours) + GRID)
    assert abs(sum(one.area for one in ours) - theirs.area) <= room
    apart = shapely.union_all([shapely.make_valid(one) for one in ours]).symmetric_difference(
        theirs
    )
    assert apart.area <= room
    assert all(one.exterior.is_ccw for one in ours if one.area > room)
    assert shared[4] >= 0 or abs(shared[4]) < 1e-3


@given(pairs)
@LAW
def test_either_way_round_and_from_any_corner_is_the_same_size(both):
    shared = given_to(cut_listed, *both)
    again = given_to(cut_listed, np.roll(both[1], 1, axis=0), both[0][::-1])
    if shared[0] and again[0]:
        assert again[4] == pytest.approx(shared[4], rel=1e-6, abs=1e-6)
        assert len(again[3]) == len(shared[3])


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="compiled code needs numba")
@given(pairs)
@LAW
def test_compiled_is_plain_to_the_last_bit(both):
    from keepclear.detect.fast.cut import CUT

    assert given_to(CUT, *both) == given_to(cut_listed, *both)


def test_rings_that_lie_anyhow_are_nearly_all_known():
    """What is known at all would be no more than a wish, were nothing ever said."""
    chance, known, pieces = np.random.default_rng(5), 0, 0
    for _ in range(300):
        count = chance.integers(4, 21, 2)
        both = [
            _anyhow(chance, n, at) for n, at in zip(count, ((0.0, 0.0), (0.03, 0.01)), strict=True)
        ]
        shared = given_to(cut_listed, *both)
        known += shared[0]
        pieces += len(shared[3])
    assert known == 300
    assert pieces > 200


def _anyhow(chance, count, at):
    turn = (np.arange(count) + chance.uniform(0.15, 0.85, count)) * 2 * np.pi / count
    away = chance.uniform(0.02, 0.05, count)
    return np.stack([10 + at[0] + away * np.cos(turn), 50 + at[1] + away * np.sin(turn)], axis=1)


SQUARE = [(0, 0), (4, 0), (4, 4), (0, 4)]


@pytest.mark.parametrize(
    ("other", "pieces"),
    [
        ([(1, 1), (2, 1), (2, 2)], 1),  # inside
        ([(-1, -1), (9, -1), (9, 9), (-1, 9)], 1),  # round it
        ([(-1, 1), (5, 1), (5, 2), (-1, 2)], 1),  # across it
        ([(1, -1), (2, -1), (2, 1), (3, 1), (3, -1), (3.5, -1), (3.5, 2), (1, 2)], 1),
        ([(-2, 3), (-1, 3), (-1, 1), (5, 1), (5, 3), (6, 3), (6, 0.5), (-2, 0.5)], 1),
        ([(-1, 3), (1, 3), (1, 2), (-0.5, 2), (-0.5, 1.5), (1, 1.5), (1, 1), (-1, 1)], 2),
        ([(5, 5), (3, 9), (9, 3)], 0),  # boxes meet and nothing else
    ],
)
def test_plain_cases_are_known(other, pieces):
    known, _, _, ends, _ = given_to(cut_listed, np.array(SQUARE, float), np.array(other, float))
    assert known
    assert len(ends) == pieces


@pytest.mark.parametrize(
    "other",
    [
        SQUARE,
        [(4, 0), (8, 0), (8, 4), (4, 4)],  # beside it
        [(2, 2), (4, 2), (2, 3)],  # a corner on an edge
        [(1, 0), (3, 0), (2, 2)],  # an edge on an edge
        [(0, 0), (2, 1), (1, 2)],  # a corner on a corner
        [(3, 0), (3, 89.5), (0, 89.5)],  # near a pole
        [(1, 1), (95, 1), (95, 2)],  # wide
        [(200, 1), (201, 1), (201, 2)],  # beyond 180
    ],
)
def test_nothing_is_said_of_what_is_not_plain(other):
    found = given_to(cut_listed, np.array(SQUARE, float), np.array(other, float))
    assert found == (False, [], [], [], 0.0)
