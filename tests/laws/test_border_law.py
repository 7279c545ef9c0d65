"""What is said of ground near a border is what the verdict says of it, or nothing."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from keepclear.detect.border import Border
from keepclear.detect.free import box_round
from keepclear.detect.prepare import prepare
from keepclear.detect.regions import SHARED_M
from tests.laws.strategies import (
    FLAT,
    LAW,
    circle,
    corridor,
    crossings,
    declared,
    laid,
    moved,
    rectangle,
    rules,
    star_rings,
)

tame = st.tuples(st.floats(-80, 80), st.floats(-170, 170))
WGS84 = Geod(ellps="WGS84")
DRAWN_M = 0.1
"""How far two drawings may differ, along all of their outline: where the verdict's is drawn for both as
they are, round a middle far away, edges of 50 km are straight on a plane and half a decimetre off."""
NEAR_M = st.one_of(st.floats(-4_000, 4_000), st.floats(-0.2, 0.2), st.sampled_from([0.0, 0.02]))
"""Of the outline of what is asked about to the border, across it."""


@st.composite
def borders(draw):
    """A large square with a hole or not, and something small at the middle of its eastern side."""
    at, half_m = draw(tame), draw(st.sampled_from([30_000.0, 150_000.0]))
    rings = [rectangle(-half_m, -half_m, half_m, half_m)]
    if draw(st.booleans()):
        rings.append(rectangle(-half_m / 2, -half_m / 2, half_m / 2, half_m / 2))
    ground = laid(*at, *rings, edges=draw(rules))
    across_m, size_m = draw(NEAR_M), draw(st.sampled_from([40.0, 3_000.0, 12_000.0]))
    east_m = half_m + size_m + across_m
    middle = moved(*at, east_m, draw(st.floats(-half_m, half_m)))
    kind = draw(st.sampled_from(["circle", "corridor", "square", "star"]))
    if kind == "circle":
        return ground, circle(middle.latitude, middle.longitude, size_m)
    if kind == "corridor":
        end = moved(*at, east_m + size_m, half_m / 3)
        return ground, corridor(size_m, middle, end, edges=draw(rules))
    ring = rectangle(-size_m, -size_m, size_m, size_m)
    if kind == "star":
        ring = draw(star_rings(2 * size_m))
    return ground, laid(middle.latitude, middle.longitude, ring, edges=draw(rules))


def said(ground, asked):
    tables = [prepare([declared("x", shape)], geoid=FLAT).table for shape in (ground, asked)]
    return Border(tables[0]).shared_m2(tables[1], box_round(asked), SHARED_M)


@given(borders())
@LAW
def test_it_is_what_the_verdict_says(both):
    found_m2 = said(*both)
    if found_m2 is None:
        return
    met = crossings(*(declared(n, one) for n, one in zip("ab", both, strict=True)), areas=True)
    deep_m = met[0].depth_m if met else 0.0
    assert (found_m2 > 0) == (deep_m > SHARED_M)
    if found_m2 > 0:
        outline_m = WGS84.geometry_length(shapely.geometry.shape(met[0].area))
        assert found_m2 == pytest.approx(met[0].area_m2, rel=2e-3, abs=DRAWN_M * outline_m)


@pytest.mark.parametrize("half_m", [30_000.0, 400_000.0])
@pytest.mark.parametrize("east_m", [-2_000.0, -500.0, 0.0, 500.0, 2_000.0])
def test_what_plainly_lies_across_or_beside_is_told(half_m, east_m):
    ground = laid(48.0, 9.0, rectangle(-half_m, -half_m, half_m, half_m))
    at = moved(48.0, 9.0, half_m + east_m, 0.0)
    found_m2 = said(ground, circle(at.latitude, at.longitude, 1_000.0))
    assert found_m2 is not None
    assert (found_m2 > 0) == (east_m < 1_000.0)


def test_what_is_only_a_line_or_lies_too_far_round_is_left_to_the_verdict():
    ground = laid(48.0, 9.0, rectangle(-30_000, -30_000, 30_000, 30_000))
    a, b = moved(48.0, 9.0, 29_000, 0), moved(48.0, 9.0, 31_000, 0)
    assert said(ground, corridor(0.0, a, b)) is None
    assert said(ground, circle(a.latitude, a.longitude, 250_000.0)) is None
