"""How far footprints share: known cases, a bound that is never too large, and certainty by it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from keepclear.detect import depth
from keepclear.detect.crossing import CrossingKind, Minima
from keepclear.detect.depth import shared_depth_m
from keepclear.detect.engine import PORTABLE
from keepclear.detect.fine import Skeletons
from keepclear.detect.prepare import prepare
from keepclear.detect.rules import compare
from tests.laws.strategies import (
    FLAT,
    NOTABLE,
    circle,
    corridor,
    declared,
    laid,
    moved,
    rectangle,
    route,
    square,
)

MM = 0.001
LATTICE_M = 0.009
"""Two shapes, each a lattice vertex off by 2.1 mm on either side, and the last digit."""


def crossing(one, other, **about):
    """The only crossing of two shapes of two parties; None where there is none."""
    said = [declared("a", one, **about), declared("b", other)]
    found = compare(said, geoid=FLAT, engine=PORTABLE).crossings
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("at", NOTABLE)
def test_neighbours_that_share_a_strip_share_its_width(at):
    """Of one height, so that no vertex of one lies inside the other."""
    a = laid(*at, rectangle(-500, -200, 0.02, 200))
    b = laid(*at, rectangle(0, -200, 500, 200))
    assert crossing(a, b).depth_m == pytest.approx(0.02, abs=LATTICE_M)


@pytest.mark.parametrize("at", [(0.0, 0.0), (47.0, 8.0), (-35.2644, -135.0), (90.0, 0.0)])
def test_a_corner_that_pokes_in_shares_how_far_it_does(at):
    a = laid(*at, rectangle(-500, -500, 0, 500))
    b = laid(*at, [(-0.05, 0), (400, 300), (400, -300)])
    assert crossing(a, b).depth_m == pytest.approx(0.05, abs=LATTICE_M)


def test_neighbours_who_share_an_edge_touch_and_share_nothing():
    at = (47.0, 8.0)
    ends = [(0, -200), (0, 200)]
    a, b = laid(*at, [*ends, (-300, 0)]), laid(*at, [*ends, (300, 0)])
    assert crossing(a, b).depth_m == 0.0
    assert crossing(a, corridor(0.0, *(moved(*at, *p) for p in ends))).depth_m == 0.0


def test_what_covers_itself_is_as_deep_as_it_is_wide():
    at = (47.0, 8.0)
    same = square(*at, 500)
    assert crossing(same, same).depth_m == pytest.approx(1_000, abs=5)
    # a bar across: moved along the other's short side by both half-widths, they would part
    bar, beam = laid(*at, rectangle(-50, -900, 50, 900)), laid(*at, rectangle(-900, -5, 900, 5))
    assert 50 <= crossing(bar, beam).depth_m <= 910


def test_circles_and_corridors_share_what_their_reaches_exceed_the_distance():
    at = (60.0, 10.0)
    b = moved(*at, 1_000, 0)
    other = circle(b.latitude, b.longitude, 400)
    assert crossing(circle(*at, 600.25), other).depth_m == pytest.approx(0.25, abs=LATTICE_M)
    assert crossing(circle(*at, 650), other).depth_m == pytest.approx(50, abs=LATTICE_M)
    line = corridor(30.0, moved(*at, 0, -300), moved(*at, 0, 300))
    across = corridor(5.0, moved(*at, -300, 0), moved(*at, 300, 0))
    assert crossing(line, across).depth_m == 35.0
    beside = corridor(5.0, moved(*at, 34.5, -300), moved(*at, 34.5, 300))
    assert crossing(line, beside).depth_m == pytest.approx(0.5, abs=LATTICE_M)


def test_a_circle_in_an_area_shares_its_radius_and_how_deep_its_centre_lies():
    at = (47.0, 8.0)
    near = moved(*at, 450, 0)
    found = crossing(square(*at, 500), circle(near.latitude, near.longitude, 20))
    assert found.depth_m == pytest.approx(70, abs=LATTICE_M)


def test_a_mover_shares_as_far_as_it_ever_does():
    at = (47.0, 8.0)
    along = route(30.0, (moved(*at, -900, 520), 0), (moved(*at, 900, 520), 10))
    assert crossing(along, square(*at, 500)).depth_m == pytest.approx(10, abs=LATTICE_M)
    through = route(30.0, (moved(*at, -900, 0), 0), (moved(*at, 900, 0), 10))
    assert crossing(through, square(*at, 500)).depth_m == pytest.approx(530, abs=10)
    one = route(30.0, (moved(*at, -900, 0), 0), (moved(*at, 900, 0), 10))
    other = route(30.0, (moved(*at, 900, 59.75), 0), (moved(*at, -900, 59.75), 10))
    assert crossing(one, other).depth_m == pytest.approx(0.25, abs=LATTICE_M)


def test_each_span_of_a_mover_has_its_own_depth_and_certainty():
    """Into one notch of a comb by 200 m and into the other by 4 m, with an error of 10 m."""
    at = (47.0, 8.0)
    comb = laid(*at, [(-900, 0), (-900, 300), (-500, 300), (-500, 50), (500, 50), (500, 104),
                      (900, 104), (900, 0)])  # fmt: skip
    flight = route(0.0, (moved(*at, -1_000, 102), 0), (moved(*at, 1_000, 102), 10))
    said = [declared("a", flight, position_error_m=10.0), declared("b", comb)]
    first, second = compare(said, geoid=FLAT, engine=PORTABLE).crossings or (None, None)
    assert (first.certain, second.certain) == (True, False)
    assert first.depth_m > 90
    assert second.depth_m == pytest.approx(2, abs=LATTICE_M)


def test_stand_off_counts_and_a_separation_has_no_depth():
    at = (47.0, 8.0)
    other = moved(*at, 200, 0)
    near = circle(other.latitude, other.longitude, 0)
    assert crossing(circle(*at, 0), near, standoff_m=210.0).depth_m == pytest.approx(10, abs=0.01)
    said = [declared("a", circle(*at, 0)), declared("b", near)]
    asked = compare(said, geoid=FLAT, minima=Minima(horizontal_m=300.0), engine=PORTABLE)
    assert asked.crossings[0].kind is CrossingKind.SEPARATION
    assert asked.crossings[0].depth_m is None
    quick = compare([declared("a", circle(*at, 0), standoff_m=210.0), said[1]], geoid=FLAT,
                    areas=False, engine=PORTABLE)  # fmt: skip
    assert quick.crossings[0].depth_m is None


def test_what_only_an_error_brings_together_shares_nothing():
    at = (47.0, 8.0)
    other = moved(*at, 200, 0)
    near = circle(other.latitude, other.longitude, 0)
    found = crossing(circle(*at, 0), near, position_error_m=300.0)
    assert (found.certain, found.depth_m) == (False, 0.0)
    assert found.horizontal_m == pytest.approx(200, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_shapes_moved_by_less_than_the_depth_still_meet(seed):
    """The bound is never too large, whichever way it goes, and the same from both sides."""
    rng = np.random.default_rng(seed)
    told = 0
    for _ in range(25):
        at = NOTABLE[rng.integers(len(NOTABLE))]

        def star(size):
            turn = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(4, 9)))
            far = size * rng.uniform(0.3, 1, len(turn))
            return np.stack([far * np.cos(turn), far * np.sin(turn)], axis=1)

        one, other = star(300), star(10 ** rng.uniform(0, 2.5)) + rng.uniform(-200, 200, 2)
        found = crossing(laid(*at, one), laid(*at, other))
        if found is None or found.depth_m is None:
            continue
        table = prepare(
            [declared("a", laid(*at, one)), declared("b", laid(*at, other))], geoid=FLAT
        ).table
        a, b = (Skeletons(table)[k] for k in (0, 1))
        assert shared_depth_m(a, b) == shared_depth_m(b, a)
        by = found.depth_m - 2 * LATTICE_M
        if by <= 0:
            continue
        told += 1
        for way in np.linspace(0, 2 * np.pi, 12, endpoint=False):
            aside = other + by * np.array([np.cos(way), np.sin(way)])
            assert crossing(laid(*at, one), laid(*at, aside)) is not None
    assert told > 8


def test_a_mover_deep_inside_an_area_is_there_for_certain():
    """Its error exceeds its half-width, but not how deep it is inside."""
    at = (47.0, 8.0)
    flight = route(10.0, (moved(*at, -900, 0), 0), (moved(*at, 900, 0), 10))
    assert crossing(flight, square(*at, 500), position_error_m=50.0).certain
    assert not crossing(flight, square(*at, 500), position_error_m=600.0).certain


def test_what_cannot_be_cut_on_the_plane_has_the_bound_nought(monkeypatch):
    def boom(*_shapes):
        raise shapely.errors.GEOSException("too thin")

    at = (47.0, 8.0)
    one, other = square(*at, 500), square(47.001, 8.0, 400)
    monkeypatch.setattr(depth.shapely, "intersection", boom)
    table = prepare([declared("a", one), declared("b", other)], geoid=FLAT).table
    assert depth.shared_depth_m(*(Skeletons(table)[k] for k in (0, 1))) == 0.0


@pytest.mark.parametrize("turned", [1e-7, 1e-5, 1e-3])
def test_slivers_have_a_bound_no_wider_than_themselves(turned):
    """Two squares that lean into each other by up to a metre along 1 km."""
    at = (60.0, 10.0)
    a = laid(*at, rectangle(-500, -500, 0, 500))
    b = laid(*at, [(turned * 500, -500), (500, -500), (500, 500), (-turned * 500, 500)])
    found = crossing(a, b)
    assert found is None or 0.0 <= found.depth_m <= turned * 500 + LATTICE_M
