"""Ground beyond a line: the scenario's values, and verdicts beside another calculation."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from keepclear.detect.regions import REACH_M_MAX, Region, Takes, beyond, outside, radius_for
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Polygon
from keepclear.domain.position import Position
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS
from keepclear.errors import InputError
from tests.laws.strategies import band, moved, place, route
from tests.unit.test_scenario import A2, B1, convoy

WGS84 = Geod(ellps="WGS84")
CORNERS = ((-31.560, 143.380), (-31.200, 143.950), (-30.940, 144.420), (-30.530, 145.120))
LINE = Corridor(tuple(place(*corner) for corner in CORNERS), 0.0, EdgeRule.GEODESIC)
RADIUS_M = 256_000.0
LEFT, RIGHT = (Region(beyond(LINE, left=left, radius_m=RADIUS_M)) for left in (True, False))


def shared(region, declaration):
    """How much ground of a declaration lies on a region, m2."""
    return region.shared_m2(Takes(declaration))


def said(footprint):
    part = Volume4D(footprint, band(0.0, 100.0), ALWAYS)
    return Declaration(id="X", party="Birch", kind=Kind.OPERATION, parts=(part,))


def wider(declaration, metres):
    """All that lies within some metres of its outline's edges."""
    (ring,) = declaration.parts[0].footprint.polygons[0].rings
    return said(Corridor((*ring, ring[0]), metres, EdgeRule.GEODESIC))


def test_b1_lies_221_of_its_1146_km2_beyond_the_line():
    assert shared(RIGHT, B1) == pytest.approx(221e6, rel=0.01)
    assert shared(LEFT, B1) + shared(RIGHT, B1) == pytest.approx(1_146e6, rel=0.01)


def test_a2_stays_4300_m_clear_of_the_line():
    assert shared(LEFT, A2) is None
    assert shared(LEFT, wider(A2, 4_250.0)) is None
    assert shared(LEFT, wider(A2, 4_350.0)) > 0


def test_what_is_cut_along_the_line_keeps_to_its_side():
    """B1 with its corner beyond the line cut off: its new edge is a piece of the line."""
    west, east = _on_line(-31.219, -31.207), _on_line(-31.02, -30.99)
    between = [v for v in LINE.vertices if west.longitude < v.longitude < east.longitude]
    ring = (place(-31.0, 143.85), place(-30.8, 144.15), east, *reversed(between), west)
    cut = said(Area((Polygon((ring,)),), EdgeRule.GEODESIC))
    assert len(between) == 1
    assert shared(RIGHT, cut) is None
    assert shared(LEFT, cut) > 100e6


def _on_line(south, north):
    """A place on the line between two latitudes."""
    for a, b in zip(LINE.vertices, LINE.vertices[1:], strict=False):
        azimuth, _, length = WGS84.inv(a.longitude, a.latitude, b.longitude, b.latitude)
        for k in range(2_000):
            lon, lat, _ = WGS84.fwd(a.longitude, a.latitude, azimuth, length * k / 2_000)
            if south <= lat <= north:
                return place(lat, lon)
    raise AssertionError("the line does not come there")


def test_a_route_counts_with_all_that_it_sweeps():
    """From Alder's side over the line and back: once beyond it, however often."""
    out = moved(-31.0, 144.4, -20_000.0, 20_000.0)
    back = moved(-31.0, 144.4, 20_000.0, -20_000.0)
    way = route(500.0, (back, 0.0), (out, 30.0), (back, 60.0), altitudes=band(0.0, 100.0))
    flight = Declaration(id="X", party="Alder", kind=Kind.MOVEMENT, parts=(way,))
    there = route(500.0, (back, 0.0), (out, 30.0), altitudes=band(0.0, 100.0))
    assert shared(LEFT, flight) == pytest.approx(
        shared(LEFT, replace(flight, parts=(there,))), rel=1e-6
    )


def test_the_convoy_of_the_scenario_changes_sides():
    assert shared(LEFT, convoy(1_000.0)) is not None
    assert shared(RIGHT, convoy(1_000.0)) is not None


places = st.builds(
    place, st.floats(-31.7, -30.3, allow_nan=False), st.floats(143.2, 145.3, allow_nan=False)
)


@settings(max_examples=60, deadline=None)
@given(places, st.floats(10.0, 8_000.0))
def test_a_circle_lies_beyond_where_its_distance_from_the_line_says_so(center, radius_m):
    """Distance by points every 200 m along the line; its side by the nearest edge's bearing."""
    distance_m, left = _distance(center)
    assume(abs(distance_m - radius_m) > 1.0)
    shape = said(Circle(center, radius_m))
    far, near = (RIGHT, LEFT) if left else (LEFT, RIGHT)
    size = shared(far, shape)
    assert (size is not None) is (distance_m < radius_m)
    assert shared(near, shape) is not None
    whole = (size or 0.0) + shared(near, shape)
    assert whole == pytest.approx(pi * radius_m**2, rel=2e-3)


def _distance(center):
    best = (float("inf"), True)
    first, last = LINE.vertices[0], LINE.vertices[-1]
    for a, b in zip(LINE.vertices, LINE.vertices[1:], strict=False):
        azimuth, _, length = WGS84.inv(a.longitude, a.latitude, b.longitude, b.latitude)
        before = 100_000.0 if a is first else 0.0
        after = 100_000.0 if b is last else 0.0
        steps = int((length + before + after) // 200.0)
        for k in range(steps + 1):
            along = -before + (length + before + after) * k / steps
            lon, lat, back = WGS84.fwd(a.longitude, a.latitude, azimuth, along)
            to, _, metres = WGS84.inv(lon, lat, center.longitude, center.latitude)
            if metres < best[0]:
                turn = (to - (back + 180.0) + 180.0) % 360.0 - 180.0
                best = (metres, turn < 0.0)
    return best


def test_a_line_that_bends_back_on_itself_has_no_sides():
    """Its first edge, drawn on, runs through the last one."""
    hook = ((-31.0, 144.0), (-31.0, 144.5), (-31.2, 144.5), (-31.2, 143.8), (-30.8, 143.8))
    bent = Corridor(tuple(place(*corner) for corner in hook), 0.0, EdgeRule.GEODESIC)
    with pytest.raises(InputError):
        Region(beyond(bent, left=True, radius_m=RADIUS_M))


def test_inside_and_outside_an_outline():
    ring = tuple(
        place(*c) for c in ((-31.8, 142.8), (-30.2, 142.8), (-30.2, 145.6), (-31.8, 145.6))
    )
    theatre = Area((Polygon((ring,)),), EdgeRule.GEODESIC)
    around = Region(outside(theatre, radius_m=512_000.0))
    assert shared(around, said(Circle(place(-31.0, 144.0), 10_000.0))) is None
    over = said(Circle(place(-31.0, 145.6), 10_000.0))
    assert shared(around, over) == pytest.approx(pi * 1e8 / 2, rel=0.02)
    assert shared(Region(theatre), said(Circle(place(-29.0, 144.0), 10_000.0))) is None


def test_what_is_too_far_is_not_compared():
    near, far = said(Circle(place(-31.0, 144.0), 10.0)), said(Circle(place(60.0, 10.0), 10.0))
    assert radius_for(LINE.vertices, near) == RADIUS_M
    assert radius_for(LINE.vertices, far) is None
    assert radius_for(LINE.vertices, said(Circle(place(-20.0, 144.0), 10.0))) < REACH_M_MAX
    assert isinstance(near.parts[0].footprint.center, Position)


@settings(max_examples=60, deadline=None)
@given(st.floats(-2_000_000.0, 2_000_000.0), st.floats(-900_000.0, 900_000.0))
def test_the_circle_is_the_least_of_its_sizes_that_leaves_room(east_m, north_m):
    middle = moved(-31.0, 144.2, east_m, north_m)
    sides = (place(-33.0, 141.0), place(-33.0, 147.0), place(-29.0, 147.0), place(-29.0, 141.0))
    shape = Circle(middle, 20_000.0)
    round_it = place(
        *(sum(v) / 4 for v in zip(*((p.latitude, p.longitude) for p in sides), strict=True))
    )
    far_m = 20_000.0 + _apart_m(round_it, middle)
    needs_m = 1.25 * max(far_m, *(_apart_m(round_it, side) for side in sides))
    radius_m = radius_for(sides, said(shape))
    assume(all(abs(needs_m / size_m - 1) > 0.02 for size_m in (256e3, 512e3, 1_024e3, 2_048e3)))
    assert radius_m / 2 < needs_m < radius_m


def _apart_m(a, b):
    return WGS84.inv(a.longitude, a.latitude, b.longitude, b.latitude)[2]
