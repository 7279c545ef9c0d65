"""When two rows share time and height: half-open windows, bands that only touch, moving bands."""

from __future__ import annotations

import numpy as np
import pytest

from keepclear.detect.crossing import Minima
from keepclear.detect.moments import band_gaps, moments, windows_meet
from keepclear.detect.prepare import prepare
from keepclear.detect.vertical import GEOID_MODEL_ERROR_M
from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Ground
from keepclear.domain.window import Window
from tests.laws.strategies import (
    FLAT,
    MINUTE,
    band,
    circle,
    declared,
    metre,
    moved,
    place,
    route,
    volume,
    window,
)

I, J = np.array([0]), np.array([1])
DOUBT = GEOID_MODEL_ERROR_M
DOUBT_MM = round(DOUBT * 1000)


def table_of(*parts, ground=Ground(60.0, 220.0)):  # noqa: B008  frozen
    """One row for each part."""
    said = [declared(f"d{k}", part, ground=ground) for k, part in enumerate(parts)]
    return prepare(said, geoid=FLAT).table


def at(when):
    return volume(circle(0, 0, 100), EVERYWHERE, when)


def high(limits):
    return volume(circle(0, 0, 100), limits)


# windows


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((0, 10), (5, 15), True),
        ((0, 10), (10, 20), False),  # half-open: the end does not belong to it
        ((0, 10), (9.999, 20), True),
        ((0, 10), (2, 3), True),
        ((0, 10), (20, 30), False),
        ((5, 5), (0, 10), True),  # an instant inside
        ((0, 0), (0, 10), True),  # at the start, which belongs to it
        ((10, 10), (0, 10), False),  # at the end, which does not
        ((7, 7), (7, 7), True),  # the same instant
        ((7, 7), (8, 8), False),
        ((None, None), (3, 4), True),
        ((None, 3), (3, None), False),
        ((None, 3), (2, None), True),
        ((None, None), (7, 7), True),
        ((None, None), (None, None), True),
    ],
)
def test_windows_are_half_open_and_instants_closed(one, other, meet):
    table = table_of(at(window(*one)), at(window(*other)))
    assert windows_meet(table, I, J, 0).tolist() == [meet]
    assert windows_meet(table, J, I, 0).tolist() == [meet]


@pytest.mark.parametrize(
    ("gap_min", "minimum_us", "meet"),
    [
        (5, 5 * MINUTE, False),  # a gap equal to the minimum keeps it
        (5, 5 * MINUTE + 1, True),
        (0, 1, True),
        (0, 0, False),
        (5, 5 * MINUTE - 1, False),
    ],
)
def test_a_time_minimum_widens_windows_and_an_equal_gap_keeps_it(gap_min, minimum_us, meet):
    table = table_of(at(window(0, 10)), at(window(10 + gap_min, 30)))
    assert windows_meet(table, I, J, minimum_us).tolist() == [meet]
    assert windows_meet(table, J, I, minimum_us).tolist() == [meet]


def test_instants_less_than_the_minimum_apart_meet():
    table = table_of(at(window(7, 7)), at(window(8, 8)))
    assert windows_meet(table, I, J, MINUTE).tolist() == [False]
    assert windows_meet(table, I, J, MINUTE + 1).tolist() == [True]


def test_one_microsecond_of_common_time_is_enough():
    table = table_of(at(window(0, 10)), at(window(10 - 1e-6 / 60, 20)))
    when = moments(table, I, J, Minima())
    assert when.holds.tolist() == [True]
    assert (when.last - when.first).tolist() == [1.0]


# bands


FT = Units.FT
QUITE_HIGH = AltitudeBand(
    Altitude(0, Units.M, Reference.SFC), Altitude(100, Units.FL, Reference.STD)
)


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        (band(0, 50), band(500, 600), False),
        (band(0, 50), band(50, 100), False),  # bands that only touch do not cross
        (band(0, 50), band(49.999, 100), True),
        (band(0, 50), band(50.001, 100), False),
        (band(50, 50), band(50, 100), True),  # level flight is a closed point
        (band(50, 50), band(0, 50), True),
        (band(50, 50), band(50, 50), True),
        (band(50, 50), band(50.001, 60), False),
        (band(None, 50), band(60, None), False),
        (band(None, 50), band(40, None), True),
        (band(None, None), band(7, 7), True),
        (EVERYWHERE, EVERYWHERE, True),
        (band(0, 0), band(0, 10), True),  # 0 is a value
        (band(-30, 0), band(0, 10), False),
        (AltitudeBand(Altitude(0, FT, Reference.W84), Altitude(400, FT, Reference.W84)),
         band(121.92, 200), False),  # 400 ft is 121.92 m
        (AltitudeBand(Altitude(0, FT, Reference.W84), Altitude(400, FT, Reference.W84)),
         band(121.919, 200), True),
        (band(0, 100, Reference.AGL), band(100, 200, Reference.AGL), False),
        (band(0, 100, Reference.AMSL), band(100, 200, Reference.AMSL), False),
        (AltitudeBand(Altitude(180, Units.FL, Reference.STD), Altitude(240, Units.FL, Reference.STD)),
         AltitudeBand(Altitude(240, Units.FL, Reference.STD), Altitude(250, Units.FL, Reference.STD)),
         False),
        (QUITE_HIGH, QUITE_HIGH, True),
        # unlike references: the widest reading counts
        (band(0, 100, Reference.AMSL), band(99.9 + DOUBT, 200), True),
        (band(0, 100, Reference.AMSL), band(100.1 + DOUBT, 200), False),
        (band(0, 100, Reference.AGL), band(319.9 + 2 * DOUBT, 400, Reference.AMSL), True),
        (band(0, 100, Reference.AGL), band(320.1 + 2 * DOUBT, 400, Reference.AMSL), False),
    ],
)  # fmt: skip
def test_bands(one, other, holds):
    table = table_of(high(one), high(other))
    assert moments(table, I, J, Minima()).holds.tolist() == [holds]
    assert moments(table, J, I, Minima()).holds.tolist() == [holds]


def test_two_that_both_start_at_the_ground_always_meet():
    sfc = Altitude(0, Units.M, Reference.SFC)
    low = AltitudeBand(sfc, sfc)
    up = AltitudeBand(sfc, metre(50, Reference.W84))
    for one, other in ((low, low), (low, up), (up, up)):
        table = table_of(high(one), high(other))
        assert moments(table, I, J, Minima()).holds.tolist() == [True]
        assert moments(table, I, J, Minima(), inner=True).holds.tolist() == [True]


@pytest.mark.parametrize(
    ("gap_m", "minimum_m", "holds"),
    [
        (100, 100, False),
        (100, 100.001, True),
        (99.999, 100, True),
        (100, 30, False),
        (0, 0.001, True),
    ],
)
def test_a_gap_equal_to_the_vertical_minimum_keeps_it(gap_m, minimum_m, holds):
    table = table_of(high(band(0, 50)), high(band(50 + gap_m, 900)))
    assert moments(table, I, J, Minima(vertical_m=minimum_m)).holds.tolist() == [holds]


@pytest.mark.parametrize(
    ("one", "other", "outer_mm", "inner_mm"),
    [
        (band(0, 100, Reference.AMSL), band(150, 200), 50_000 - DOUBT_MM, 50_000 + DOUBT_MM),
        (band(0, 100, Reference.AMSL), band(50, 200), -50_000 - DOUBT_MM, -50_000 + DOUBT_MM),
        (band(0, 100), band(150, 200), 50_000, 50_000),
        (band(0, 100, Reference.AMSL), band(150, 200, Reference.AMSL), 50_000, 50_000),
        (band(0, 100, Reference.AGL), band(600, 700), 280_000 - DOUBT_MM, 440_000 + DOUBT_MM),
    ],
)
def test_gaps_of_bands_at_their_widest_and_narrowest(one, other, outer_mm, inner_mm):
    bands = table_of(high(one), high(other)).bands
    a, b = bands.take(I), bands.take(J)
    assert band_gaps(a, b, inner=False).tolist() == [outer_mm]
    assert band_gaps(a, b, inner=True).tolist() == [inner_mm]
    assert band_gaps(b, a, inner=False).tolist() == [outer_mm]
    assert band_gaps(b, a, inner=True).tolist() == [inner_mm]


def test_what_is_sure_is_never_more_than_what_may_be():
    rng = np.random.default_rng(1)
    limits = []
    for _ in range(120):
        reference = [Reference.W84, Reference.AMSL, Reference.AGL][rng.integers(3)]
        low = float(rng.integers(0, 400))
        limits.append(high(band(low, low + float(rng.integers(0, 200)), reference)))
    table = table_of(*limits)
    i, j = np.triu_indices(len(limits), 1)
    outer = moments(table, i, j, Minima()).holds
    inner = moments(table, i, j, Minima(), inner=True).holds
    assert (inner <= outer).all()
    assert 0 < inner.sum() < outer.sum() < len(i)


# moving bands


def climbing(lower, upper, start=0, end=10):
    """A leg of 1 km whose band moves from one pair of limits to another."""
    here = place(10.0, 20.0)
    return route(
        50.0,
        (here, start, band(lower[0], lower[1])),
        (moved(10.0, 20.0, 1_000, 0), end, band(upper[0], upper[1])),
    )


@pytest.mark.parametrize(
    ("leg", "other", "span_min"),
    [
        (climbing((0, 0), (100, 100)), band(20, 60), (2.0, 6.0)),
        (climbing((100, 100), (0, 0)), band(20, 60), (4.0, 8.0)),
        (climbing((0, 10), (100, 110)), band(20, 60), (1.0, 6.0)),
        (climbing((0, 10), (100, 110)), band(None, 60), (0.0, 6.0)),
        (climbing((0, 10), (100, 110)), band(40, None), (3.0, 10.0)),
        (climbing((0, 10), (100, 110)), band(0, 200), (0.0, 10.0)),
        (climbing((0, 10), (100, 110)), band(300, 400), None),
        (climbing((30, 40), (30, 40)), band(20, 60), (0.0, 10.0)),
    ],
)
def test_a_moving_band_is_cut_to_when_it_is_inside(leg, other, span_min):
    table = table_of(leg, volume(circle(10, 20, 100), other))
    when = moments(table, I, J, Minima())
    assert when.holds.tolist() == [span_min is not None]
    if span_min:
        found = [(when.origin_us[0] + t[0]) / MINUTE for t in (when.first, when.last)]
        assert found == pytest.approx(span_min, abs=1e-6)


def test_two_moving_bands_against_a_dense_sampling():
    rng = np.random.default_rng(2)
    legs = []
    for _ in range(60):
        base = rng.integers(0, 120, 2).astype(float)
        thick = rng.integers(1, 40, 2).astype(float)
        start = int(rng.integers(0, 8))
        legs.append(
            climbing(
                (base[0], base[0] + thick[0]), (base[1], base[1] + thick[1]),
                start, start + int(rng.integers(1, 8)),
            )
        )  # fmt: skip
    table = table_of(*legs)
    i, j = np.triu_indices(len(legs), 1)
    when = moments(table, i, j, Minima(vertical_m=5.0))
    for k in range(len(i)):
        starts, stops = table.start_us[[i[k], j[k]]], table.end_us[[i[k], j[k]]]
        t = np.linspace(starts.max(), stops.min(), 2001) if starts.max() < stops.min() else []
        near = np.zeros(len(t), dtype=bool)
        if len(t):
            low = [_limit(table, "lower_own", row, t) for row in (i[k], j[k])]
            top = [_limit(table, "upper_own", row, t) for row in (i[k], j[k])]
            gap = np.maximum(low[0] - top[1], low[1] - top[0])
            near = gap < 5_000.0
        if not when.holds[k]:
            assert near.sum() <= 1
            continue
        found = when.origin_us[k] + np.array([when.first[k], when.last[k]])
        inside = (t > found[0] + 1) & (t < found[1] - 1)
        outside = (t < found[0] - 1) | (t > found[1] + 1)
        assert near[inside].all()
        assert not near[outside].any()


def _limit(table, column, row, t):
    a, b = getattr(table.bands, column)[row], getattr(table.bands_end, column)[row]
    share = (t - table.start_us[row]) / (table.end_us[row] - table.start_us[row])
    return a + (b - a) * share


def test_a_leg_in_no_time_still_has_its_band():
    here = place(10.0, 20.0)
    jump = route(50.0, (here, 5, band(0, 10)), (here, 5, band(100, 110)))
    table = table_of(jump, volume(circle(10, 20, 100), band(5, 8), window(0, 10)))
    assert moments(table, I, J, Minima()).holds.tolist() == [True]


def test_times_are_exact_to_the_microsecond_far_from_1970():
    start = 400 * 365 * 24 * 60 * MINUTE  # the year 2369
    early, late = (
        Window(start, start + 10 * MINUTE),
        Window(start + 10 * MINUTE - 1, start + 20 * MINUTE),
    )
    table = table_of(at(early), at(late))
    when = moments(table, I, J, Minima())
    assert when.origin_us[0] == late.start_us
    assert when.last[0] == 1.0
