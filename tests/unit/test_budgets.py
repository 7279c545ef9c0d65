"""What is counted within a day, and what ground and hours are worth."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box
from shapely.affinity import rotate, translate

from keepclear.disclose.budgets import DAY_US, Tally, Use, beyond, size_km2_hours
from keepclear.domain.arrangement import Caps
from keepclear.domain.declaration import Kind
from tests.laws.strategies import (
    circle,
    corridor,
    declared,
    laid,
    moved,
    place,
    rectangle,
    route,
    volume,
    window,
)

CAPS = Caps(declarations=3, area_km2_hours=100.0, withdrawals_after_verdict=2)
NOW = 10 * DAY_US


def uses(*ages, **more):
    return [Use(NOW - age, **more) for age in ages]


@pytest.mark.parametrize(
    ("past", "new", "code"),
    [
        (uses(0, 1), Use(NOW), None),
        (uses(0, 1, 2), Use(NOW), "budget.declarations"),
        (uses(0, 1, DAY_US - 1), Use(NOW), "budget.declarations"),
        (uses(0, 1, DAY_US), Use(NOW), None),
        (uses(-DAY_US, -1, 0), Use(NOW), "budget.declarations"),  # the clock was set back
        ([], Use(NOW, 100.0), None),
        ([], Use(NOW, 100.1), "budget.area-hours"),
        (uses(5, area_km2_hours=60.0), Use(NOW, 40.1), "budget.area-hours"),
        (uses(DAY_US, area_km2_hours=60.0), Use(NOW, 40.1), None),
        (uses(0, 1, withdrawal=True), Use(NOW), None),
        (uses(0, 1, 2, withdrawal=True), Use(NOW), "budget.withdrawals"),
        (uses(0, 1, DAY_US, withdrawal=True), Use(NOW), None),
    ],
)
def test_budgets_to_the_last_one(past, new, code):
    assert beyond(past, new, CAPS) == code


def size(shape, start=0, end=60):
    return size_km2_hours(declared("A", volume(shape, when=window(start, end)), party="A"))


SIDE_KM, CELL_HOURS = 2.25, 32 / 60


def touched(shape, start=0, end=60):
    """Ground that is counted, with the hours taken out."""
    return size(shape, start, end) / ((end - start) / 60 + CELL_HOURS)


def cells_touched(drawn, seed=1, rolls=2_000):
    """By laying a grid over a drawing in kilometres, wherever and however turned, and counting."""
    roll, total = random.Random(seed), 0
    for _ in range(rolls):
        turned = rotate(drawn, roll.uniform(0, 360), origin=(0, 0))
        moved_ = translate(turned, roll.uniform(0, SIDE_KM), roll.uniform(0, SIDE_KM))
        west, south, east, north = moved_.bounds
        for x in range(int(west // SIDE_KM), int(east // SIDE_KM) + 1):
            for y in range(int(south // SIDE_KM), int(north // SIDE_KM) + 1):
                cell = box(*(SIDE_KM * one for one in (x, y, x + 1, y + 1)))
                total += moved_.intersects(cell)
    return total / rolls * SIDE_KM**2


@pytest.mark.parametrize("latitude", [-60.0, 0.0, 45.0])
@pytest.mark.parametrize("half_m", [(0.5, 0.5), (500.0, 500.0), (0.5, 8_000.0), (6_000.0, 4_000.0)])
def test_a_shape_counts_the_cells_that_it_touches(latitude, half_m):
    east, north = half_m
    whole = laid(latitude, 179.95, rectangle(-east, -north, east, north))
    counted = cells_touched(box(-east / 1e3, -north / 1e3, east / 1e3, north / 1e3))
    assert touched(whole) == pytest.approx(counted, rel=0.04)


@pytest.mark.parametrize("radius_km", [0.0, 1.0, 5.0])
def test_a_circle_counts_the_cells_that_it_touches(radius_km):
    counted = cells_touched(Point(0, 0).buffer(max(radius_km, 1e-6)))
    assert touched(circle(45.0, 20.0, radius_km * 1e3)) == pytest.approx(counted, rel=0.04)


def test_a_line_without_width_and_a_moment_are_not_free():
    a, b = place(10.0, 10.0), moved(10.0, 10.0, 300_000.0, 0.0)
    drawn = LineString([(0, 0), (300, 0)])
    line = corridor(0.0, a, b)
    assert touched(line) == pytest.approx(cells_touched(drawn, rolls=20), rel=0.04)
    assert size(line, 0, 0) == pytest.approx(touched(line) * CELL_HOURS)


def test_what_moves_counts_as_long_as_it_is_at_a_place():
    """Two hours for 30 km with a disc of 1 km: at a place for four minutes, at a stay all the time."""
    a, b = place(10.0, 10.0), moved(10.0, 10.0, 30_000.0, 0.0)
    ground = touched(corridor(500.0, a, b))
    way = declared("A", route(500.0, (a, 0.0), (b, 120.0)), party="A")
    assert size_km2_hours(way) == pytest.approx(ground * (2 / 30 + CELL_HOURS), rel=0.01)
    stays = declared("A", route(500.0, (a, 0.0), (b, 120.0), (b, 240.0)), party="A")
    stay = touched(circle(10.0, 10.0, 500.0)) * (2 + CELL_HOURS)
    assert size_km2_hours(stays) - size_km2_hours(way) == pytest.approx(stay, rel=0.01)


def test_a_track_of_many_points_counts_no_more_than_all_of_it_all_the_time():
    points = [(moved(10.0, 10.0, 100.0 * k, 0.0), k / 10) for k in range(301)]
    way = declared("A", route(500.0, *points), party="A")
    whole = size(corridor(500.0, points[0][0], points[-1][0]), 0, 30)
    assert size_km2_hours(way) == pytest.approx(whole, rel=0.01)


def test_hours_are_those_of_one_day_at_most():
    one = size(circle(0.0, 0.0, 1_000.0))
    an_hour = one / (1 + CELL_HOURS)
    assert size(circle(0.0, 0.0, 1_000.0), 0, 30) == pytest.approx(an_hour * (0.5 + CELL_HOURS))
    for end in (1_440, 100_000, None):
        assert size(circle(0.0, 0.0, 1_000.0), 0, end) == pytest.approx(24 * an_hour)


def test_a_claimed_area_asks_nothing():
    claim = declared("A", volume(circle(0.0, 0.0, 500_000.0)), party="A", kind=Kind.AREA)
    assert size_km2_hours(claim) == 0.0


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 3_600_000_000, DAY_US - 1, DAY_US, -3_600_000_000]),
        st.sampled_from(["asked", "asked", "back", "told"]),
        st.sampled_from([0.0, 0.1, 2.5, 1_000.0]),
    ),
    max_size=40,
)


@given(STEPS, st.integers(0, 6), st.sampled_from([0.0, 3.0, 2_500.0]), st.integers(0, 2))
@settings(derandomize=True, deadline=None)
def test_a_tally_never_says_within_what_is_beyond(steps, declarations, km2_hours, withdrawals):
    caps = Caps(declarations, km2_hours, withdrawals)
    tally, uses, at_us, within = Tally(), [], DAY_US, 0
    for step_us, what, size in steps:
        at_us += step_us
        new = Use(at_us, size)
        if tally.within(uses, new, caps):
            within += 1
            assert beyond(uses, new, caps) is None
        elif all(a.at_us <= b.at_us for a, b in pairwise(uses)):  # nor is it overly careful
            near = abs(sum(u.area_km2_hours for u in [*uses, new]) - km2_hours) < 1e-3
            assert near or beyond(uses, new, caps) is not None
        uses.append(Use(at_us, size, withdrawal=what == "back", told=what == "told"))
        if what == "back" and size == 1_000.0:
            uses = list(uses[len(uses) // 2 :])  # some of it was erased
