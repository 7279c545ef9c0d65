"""Distances of skeletons that share no point: compiled = portable, to the last bit."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.detect.fine import Skeletons
from keepclear.detect.prepare import prepare
from keepclear.detect.separation import separation_m, share_a_point
from tests.laws.strategies import (
    FLAT,
    LAW,
    centres,
    circle,
    corridor,
    declared,
    laid,
    moved,
    rules,
    star_rings,
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="compiled code needs numba"
)

SIZES_M = st.sampled_from([0.02, 60.0, 2_000.0, 45_000.0])
"""The least is smaller than what the lattice tells apart; edges of the largest are split often."""


@st.composite
def shapes(draw, latitude, longitude):
    size_m = draw(SIZES_M)
    at = moved(latitude, longitude, *(draw(st.floats(-60_000, 60_000)) for _ in range(2)))
    kind = draw(st.sampled_from(["area", "area", "holed", "line", "point"]))
    if kind == "point" or size_m < 1.0:
        return circle(at.latitude, at.longitude, size_m)
    ring = draw(star_rings(size_m))
    edges = draw(rules)
    if kind == "line":
        places = [moved(at.latitude, at.longitude, *corner) for corner in ring]
        return corridor(1.0, *places, edges=edges)
    rings = [ring, [(x * 0.4, y * 0.4) for x, y in ring]] if kind == "holed" else [ring]
    return laid(at.latitude, at.longitude, *rings, edges=edges)


pairs = centres.flatmap(lambda at: st.tuples(shapes(*at), shapes(*at)))


@given(pairs)
@LAW
def test_compiled_distances_are_the_portable_ones(both):
    from keepclear.detect.fast.distance import least_m

    found = prepare([declared(n, one) for n, one in zip("ab", both, strict=True)], geoid=FLAT)
    table, skeletons = found.table, Skeletons(found.table)
    if found.refused or share_a_point(skeletons[0], skeletons[1]):
        return
    given_ = (table.kind, table.ring_start, table.vertex_start, table.q, table.lon, table.lat)
    there, back = (least_m(*rows, *given_, table.level) for rows in ((0, 1), (1, 0)))
    assert there == back == separation_m(skeletons[0], skeletons[1], meet=False)
