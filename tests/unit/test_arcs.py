"""Arcs: the ring is never smaller than declared, and by no more than the tolerance larger."""

from __future__ import annotations

from math import pi

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import assume, example, given
from hypothesis import strategies as st

from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.arc_rings import ring_of, tolerance_m
from keepclear.formats.arcs import MISFIT_M, Arc, arc_between, arc_of_bearings

WGS84 = Geodesic.WGS84
SLACK_M = 0.003
"""The margin for rounding that arcs add, and a millimetre for the oracle's own."""


def around(center, bearing, radius_m):
    found = WGS84.Direct(center.latitude, center.longitude, bearing, radius_m)
    return Position(latitude=found["lat2"], longitude=(found["lon2"] + 180) % 360 - 180)


def distance_m(a, b):
    return WGS84.Inverse(a.latitude, a.longitude, b.latitude, b.longitude)["s12"]


def edge_distances(center, ring, share=(0.0, 0.25, 0.5, 0.75)):
    """Distances from the centre along each edge, by a geodesic calculation that is not PROJ's."""
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        line = WGS84.InverseLine(a.latitude, a.longitude, b.latitude, b.longitude)
        for s in share:
            at = line.Position(s * line.s13)
            yield distance_m(center, Position(latitude=at["lat2"], longitude=at["lon2"]))


centers = st.builds(Position, latitude=st.floats(-89.9, 89.9), longitude=st.floats(-180, 180))
radii = st.floats(10.0, 200_000.0)
bearings = st.floats(0.0, 360.0)


@given(centers, radii, bearings, st.floats(5.0, 355.0))
@example(Position(latitude=0.0, longitude=180.0), 18_520.0, 90.0, 180.0)
@example(Position(latitude=89.9, longitude=0.0), 100_000.0, 0.0, 270.0)
def test_case_05_a_sector_is_never_inside_its_arc_and_hardly_outside(center, radius_m, start, turn):
    """A pie: its area lies inside the circle, so no edge of the arc may come nearer the centre."""
    arc = arc_of_bearings(center, radius_m, start, (start + turn) % 360.0, clockwise=True)
    ring, misfit_m = ring_of([center, arc])
    assert misfit_m == 0.0
    assert ring[0] == center
    edges = list(edge_distances(center, ring[1:]))[:-4]  # without the edge that closes it
    limit = tolerance_m(radius_m)
    assert min(edges) >= radius_m - 1e-3 * limit - 1e-4
    assert max(edges) <= radius_m + limit + SLACK_M


@given(centers, radii, bearings, st.floats(5.0, 80.0))
def test_case_05_a_ring_outside_its_arc_runs_inside_the_circle(center, radius_m, start, turn):
    """A pie with its tip cut off by a smaller circle: there the edges may never be beyond the arc."""
    outer = arc_of_bearings(center, radius_m * 2, start, (start + turn) % 360.0, clockwise=True)
    inner = arc_of_bearings(center, radius_m, (start + turn) % 360.0, start, clockwise=False)
    ring, _ = ring_of([outer, inner])
    far = [d for d in edge_distances(center, ring, (0.0, 0.5)) if d < 1.5 * radius_m]
    # edges along the two radii reach from one circle to the other: only their inner ends count
    near = [d for d in far if d < radius_m * 1.01]
    assert near
    assert max(distance_m(center, p) for p in ring if distance_m(center, p) < 1.5 * radius_m) <= (
        radius_m + 1e-4
    )
    assert min(near) >= radius_m - tolerance_m(radius_m) - SLACK_M


@given(centers, st.floats(100.0, 50_000.0), bearings, st.floats(1.0, 359.0), st.booleans())
def test_an_arc_between_its_own_ends_is_the_arc_of_their_bearings(
    center, radius_m, start, turn, clockwise
):
    assume(abs(center.latitude) < 85)
    sign = 1 if clockwise else -1
    a, b = around(center, start, radius_m), around(center, start + sign * turn, radius_m)
    arc = arc_between(center, a, b, clockwise=clockwise)
    assert arc.misfit_m < 1e-6
    assert arc.turn_deg == pytest.approx(sign * turn, abs=1e-4)
    assert arc.radius_from_m == pytest.approx(radius_m, abs=1e-6)


def test_which_way_round_a_ring_is_written_changes_nothing():
    center = Position(latitude=51.0, longitude=0.0)
    one, _ = ring_of([center, arc_of_bearings(center, 5_000.0, 10.0, 120.0, clockwise=True)])
    other, _ = ring_of([arc_of_bearings(center, 5_000.0, 120.0, 10.0, clockwise=False), center])
    assert {(round(p.latitude, 9), round(p.longitude, 9)) for p in one} == {
        (round(p.latitude, 9), round(p.longitude, 9)) for p in other
    }


def test_a_half_circle_is_right_to_a_fiftieth_of_a_percent():
    center = Position(latitude=51.0, longitude=0.0)
    ring, _ = ring_of([arc_of_bearings(center, 100.0, 0.0, 180.0, clockwise=True)])
    polygon = WGS84.Polygon()
    for place in ring:
        polygon.AddPoint(place.latitude, place.longitude)
    area = abs(polygon.Compute()[2])
    assert pi * 100.0**2 / 2 <= area <= pi * 100.0**2 / 2 * 1.0003


CENTER = Position(latitude=51.0, longitude=0.0)


def test_ends_off_the_radius_stay_vertices_and_their_misfit_is_told():
    start, end = around(CENTER, 0.0, 9_250.0), around(CENTER, 90.0, 9_270.0)
    arc = arc_between(CENTER, start, end, clockwise=True, radius_m=9_260.0)
    ring, misfit_m = ring_of([CENTER, arc])
    assert misfit_m == pytest.approx(10.0, abs=1e-3)
    assert start in ring
    assert end in ring
    between = [distance_m(CENTER, p) for p in ring[2:-1]]
    assert all(9_260.0 <= d <= 9_261.1 for d in between)


def test_without_a_radius_the_arc_runs_evenly_from_end_to_end():
    start, end = around(CENTER, 0.0, 9_250.0), around(CENTER, 90.0, 9_290.0)
    arc = arc_between(CENTER, start, end, clockwise=True)
    assert arc.misfit_m == pytest.approx(40.0, abs=1e-3)
    ring, _ = ring_of([CENTER, arc])
    between = [distance_m(CENTER, p) for p in ring[2:-1]]
    assert between == sorted(between)
    assert 9_250.0 < between[0] < between[-1] < 9_291.1


@pytest.mark.parametrize("clockwise", [True, False])
def test_direction_chooses_the_short_or_the_long_way(clockwise):
    start, end = around(CENTER, 350.0, 1_000.0), around(CENTER, 10.0, 1_000.0)
    arc = arc_between(CENTER, start, end, clockwise=clockwise)
    assert arc.turn_deg == pytest.approx(20.0 if clockwise else -340.0, abs=1e-4)


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("arc.misfit", lambda: between(1_000.0, 1_000.0 + MISFIT_M + 1.0)),
        ("arc.misfit", lambda: between(100_000.0, 102_100.0)),
        ("arc.misfit", lambda: between(9_260.0, 9_260.0, radius_m=10_000.0)),
        ("arc.turn", lambda: between(1_000.0, 1_000.0, turn=0.0)),
        ("arc.turn", lambda: arc_of_bearings(CENTER, 1_000.0, 0.0, 360.0, clockwise=True)),
        ("arc.turn", lambda: arc_of_bearings(CENTER, 0.0, 0.0, 90.0, clockwise=True)),
        ("arc.bearing", lambda: arc_of_bearings(CENTER, 1_000.0, 0.0, 361.0, clockwise=True)),
        ("length.range", lambda: arc_of_bearings(CENTER, 6e5, 0.0, 90.0, clockwise=True)),
        ("length.range", lambda: between(600_000.0, 600_000.0)),
    ],
    ids=[str(n) for n in range(9)],
)
def test_what_is_no_arc_is_refused(code, make):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.code == code


def between(first_m, last_m, *, turn=90.0, radius_m=None) -> Arc:
    start, end = around(CENTER, 0.0, first_m), around(CENTER, turn, last_m)
    return arc_between(CENTER, start, end, clockwise=True, radius_m=radius_m)


def test_a_line_that_touches_the_arc_flatly_still_makes_a_simple_ring():
    """As Cardiff CTA 1: a tangent leaves from an end that lies 13 m inside the circle."""
    start = Position(latitude=51.470833333333334, longitude=-3.283333333333333)
    away = Position(latitude=51.42388888888889, longitude=-3.135)
    middle = Position(latitude=51.39666666666667, longitude=-3.3433333333333333)
    south = Position(latitude=51.275555555555556, longitude=-3.255)
    back = Position(latitude=51.32222222222222, longitude=-3.403055555555556)
    arc = arc_between(middle, back, start, clockwise=False, radius_m=9_260.0)
    ring, misfit_m = ring_of([start, away, south, back, arc])
    from shapely import Polygon

    assert 13.0 < misfit_m < 14.0
    assert Polygon([(p.longitude, p.latitude) for p in ring]).is_valid
