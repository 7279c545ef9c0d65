"""What is counted within a day, and what ground and hours are worth."""

from __future__ import annotations

from math import pi

import pytest

from keepclear.disclose.budgets import DAY_US, Use, beyond, size_km2_hours
from keepclear.domain.arrangement import Caps
from tests.laws.strategies import (
    WGS84,
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


@pytest.mark.parametrize("latitude", [-60.0, 0.0, 45.0])
def test_ground_is_counted_as_it_lies(latitude):
    square = laid(latitude, 179.95, rectangle(-20_000, -10_000, 20_000, 10_000))
    ring = square.polygons[0].rings[0]
    polygon = WGS84.Polygon()
    for at in ring:
        polygon.AddPoint(at.latitude, at.longitude)
    assert size(square) == pytest.approx(abs(polygon.Compute()[2]) / 1e6, rel=0.01)
    assert size(circle(latitude, 20.0, 3_000.0)) == pytest.approx(9 * pi, rel=0.01)


def test_a_corridor_and_a_way_count_what_they_sweep():
    a, b = place(10.0, 10.0), moved(10.0, 10.0, 30_000.0, 0.0)
    swept = 2 * 0.5 * 30.0 + pi * 0.25
    assert size(corridor(500.0, a, b)) == pytest.approx(swept, rel=0.01)
    way = declared("A", route(500.0, (a, 0.0), (b, 120.0)), party="A")
    assert size_km2_hours(way) == pytest.approx(2 * swept, rel=0.01)


def test_hours_are_those_of_one_day_at_most():
    one = size(circle(0.0, 0.0, 1_000.0))
    assert size(circle(0.0, 0.0, 1_000.0), 0, 30) == pytest.approx(one / 2)
    for end in (1_440, 100_000, None):
        assert size(circle(0.0, 0.0, 1_000.0), 0, end) == pytest.approx(24 * one)
