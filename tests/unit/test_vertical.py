"""Altitudes as intervals that surely hold the true height, whatever each limit is measured from."""

from __future__ import annotations

import math

import numpy as np
import pytest

from keepclear.detect.prepare import prepare
from keepclear.detect.vertical import (
    GEOID_MODEL_ERROR_M,
    MM_MAX,
    REFERENCE_CODES,
    WORLD_GROUND,
    Geoid,
    lower_limit,
    pressure_height_m,
    upper_limit,
)
from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Ground
from keepclear.node.geoid import load_geoid
from tests.laws.strategies import FLAT, band, circle, declared, metre, place, route, volume

DOUBT_MM = round(GEOID_MODEL_ERROR_M * 1000)
LAPSE, T0, G, R = 0.0065, 288.15, 9.80665, 287.05287
"""The standard atmosphere below 11 km: K/m, K, m/s2, J/(kg K)."""


def offsets(**known):
    """Offsets to the ellipsoid by reference, (0, 0) where not said."""
    return lambda reference: known.get(reference.name, (0.0, 0.0))


def grid_of(*cells):
    """A geoid of zeros with some nodes (row, column, centimetres)."""
    grid = np.zeros((721, 1440), dtype=np.int16)
    for row, column, value in cells:
        grid[row, column] = value
    return Geoid(grid)


def bands_of(what, geoid=FLAT, **said):
    """The columns of one part's limits."""
    prepared = prepare([declared("x", what, **said)], geoid=geoid)
    return prepared, prepared.table.bands


# one limit


@pytest.mark.parametrize(
    ("altitude", "own_mm"),
    [
        (metre(0.0), 0),
        (metre(-12.5), -12_500),
        (Altitude(400, Units.FT, Reference.AMSL), 121_920),
        (Altitude(100, Units.FL, Reference.STD), 3_048_000),
        (Altitude(0, Units.M, Reference.SFC), 0),
        (Altitude(1, Units.FT, Reference.AGL), 305),
    ],
)
def test_its_own_value_is_kept_in_millimetres(altitude, own_mm):
    limit = lower_limit(altitude, offsets())
    assert limit.own_mm == own_mm
    assert limit.code == REFERENCE_CODES[altitude.reference]


def test_above_the_ellipsoid_nothing_is_added():
    limit = upper_limit(metre(123.456), offsets(AMSL=(40.0, 50.0)))
    assert (limit.own_mm, limit.least_mm, limit.most_mm) == (123_456, 123_456, 123_456)


def test_an_offset_widens_a_limit_both_ways():
    limit = lower_limit(metre(100.0, Reference.AMSL), offsets(AMSL=(46.25, 48.5)))
    assert (limit.least_mm, limit.most_mm) == (146_250, 148_500)


def test_intervals_are_rounded_outward():
    limit = lower_limit(metre(0.0, Reference.AMSL), offsets(AMSL=(-0.0001, 0.0001)))
    assert (limit.least_mm, limit.most_mm) == (-1, 1)


def test_no_limit_is_open_and_never_zero():
    low, high = lower_limit(None, offsets()), upper_limit(None, offsets())
    assert (low.code, low.least_mm, low.most_mm) == (0, -MM_MAX, -MM_MAX)
    assert (high.code, high.least_mm, high.most_mm) == (0, MM_MAX, MM_MAX)


def test_the_ground_and_a_height_above_it_are_one_reference():
    assert REFERENCE_CODES[Reference.SFC] == REFERENCE_CODES[Reference.AGL]
    others = [REFERENCE_CODES[r] for r in Reference if r is not Reference.SFC]
    assert len(set(others)) == len(others)
    assert 0 not in others


def test_the_highest_altitude_accepted_fits_the_columns():
    top = upper_limit(metre(1_000_000.0, Reference.AMSL), offsets(AMSL=(-110.0, 90.0)))
    assert top.most_mm < MM_MAX


# geoid


def test_the_geoid_over_a_box_holds_every_node_it_touches():
    geoid = load_geoid()
    rng = np.random.default_rng(1)
    for _ in range(200):
        south, west = rng.uniform(-90, 88), rng.uniform(-180, 180)
        north, east = min(90, south + rng.uniform(0, 3)), west + rng.uniform(0, 3)
        low, high = geoid.bounds(south, west, north, east)
        for lat in np.linspace(south, north, 5):
            for lon in np.linspace(west, east, 5):
                row, column = (90 - lat) * 4, lon % 360 * 4
                for i in {math.floor(row), math.ceil(row)}:
                    for j in {math.floor(column), math.ceil(column)}:
                        height = geoid.grid_cm[min(max(i, 0), 720), j % 1440] / 100
                        assert low + GEOID_MODEL_ERROR_M <= height + 1e-9
                        assert high - GEOID_MODEL_ERROR_M >= height - 1e-9


def test_a_box_takes_no_more_of_the_geoid_than_its_neighbourhood():
    geoid = grid_of((200, 100, 5_000))  # 40 N, 25 E
    assert geoid.bounds(40.0, 25.0, 40.0, 25.0)[1] == 50.0 + GEOID_MODEL_ERROR_M
    assert geoid.bounds(40.3, 25.0, 40.4, 25.1)[1] == GEOID_MODEL_ERROR_M
    assert geoid.bounds(40.0, 25.6, 40.1, 25.7)[1] == GEOID_MODEL_ERROR_M


def test_a_box_over_the_antimeridian_looks_at_both_sides_and_not_round_the_earth():
    geoid = grid_of((360, 719, 1_000), (360, 721, -2_000), (360, 360, 9_000))  # 179.75 E, 179.75 W
    low, high = geoid.bounds(-0.1, 179.7, 0.1, -179.7)
    assert (low, high) == (-20.0 - GEOID_MODEL_ERROR_M, 10.0 + GEOID_MODEL_ERROR_M)
    assert geoid.bounds(-0.1, 179.7, 0.1, 180.3) == (low, high)  # written running on past 180


def test_a_box_over_greenwich_wraps():
    geoid = grid_of((360, 1439, 700), (360, 1, 300))
    assert geoid.bounds(0, -0.25, 0, 0.25)[1] == 7.0 + GEOID_MODEL_ERROR_M
    assert geoid.bounds(0, 0.0, 0, 0.25)[1] == 3.0 + GEOID_MODEL_ERROR_M


def test_the_whole_earth_is_the_whole_grid():
    geoid = load_geoid()
    low, high = geoid.bounds(-90, -180, 90, 180)
    assert (low + GEOID_MODEL_ERROR_M, high - GEOID_MODEL_ERROR_M) == (-106.99, 85.39)


def test_a_footprint_takes_the_geoid_where_it_stands():
    """Above sea level at Zurich: the undulation is some 47 m, and never nothing."""
    here = volume(circle(47.3769, 8.5417, 300.0), band(453.0, 500.0, Reference.AMSL))
    _, bands = bands_of(here, geoid=load_geoid())
    assert bands.lower_least[0] / 1e3 <= 453 + 47.3 <= bands.lower_most[0] / 1e3
    assert 40_000 < bands.lower_least[0] - 453_000 < bands.lower_most[0] - 453_000 < 55_000


def test_a_footprint_over_the_antimeridian_takes_the_geoid_of_both_sides():
    # nodes at 15 minutes either side of 180 on the equator
    geoid = grid_of((360, 719, 1_000), (360, 721, -2_000))
    _, bands = bands_of(
        volume(circle(0.0, 180.0, 30_000.0), band(0, 10, Reference.AMSL)), geoid=geoid
    )
    assert (bands.lower_least[0], bands.lower_most[0]) == (-20_000 - DOUBT_MM, 10_000 + DOUBT_MM)


# ground


def test_the_ground_said_with_a_declaration_counts_first_then_that_of_the_check():
    what = volume(circle(10, 10, 100), band(0, 50, Reference.AGL))
    own = Ground(100.0, 150.0)
    prepared, bands = bands_of(what, ground=own)
    assert (bands.lower_least[0], bands.upper_most[0]) == (100_000 - DOUBT_MM, 200_000 + DOUBT_MM)
    assert prepared.ground_missing == ()
    prepared = prepare([declared("x", what)], geoid=FLAT, ground=Ground(0.0, 10.0))
    assert prepared.table.bands.lower_least[0] == -DOUBT_MM
    assert prepared.ground_missing == ()


def test_missing_ground_is_bounded_by_the_earth_and_said():
    prepared, bands = bands_of(volume(circle(10, 10, 100), band(0, 50, Reference.AGL)))
    assert prepared.ground_missing == (0,)
    assert bands.lower_least[0] == (WORLD_GROUND.lowest_m - GEOID_MODEL_ERROR_M) * 1000
    assert bands.upper_most[0] == (50 + WORLD_GROUND.highest_m + GEOID_MODEL_ERROR_M) * 1000


def test_ground_is_not_missed_where_no_limit_needs_it():
    prepared, _ = bands_of(volume(circle(10, 10, 100), band(0, 50, Reference.AMSL)))
    assert prepared.ground_missing == ()


def test_ground_at_sea_level_is_a_value():
    prepared, bands = bands_of(
        volume(circle(10, 10, 100), band(0, 50, Reference.AGL)), ground=Ground(0.0, 0.0)
    )
    assert prepared.ground_missing == ()
    assert (bands.upper_least[0], bands.upper_most[0]) == (50_000 - DOUBT_MM, 50_000 + DOUBT_MM)


# pressure


def standard_height(pressure_hpa):
    """Height of a pressure in the standard atmosphere, metres."""
    return T0 / LAPSE * (1 - (pressure_hpa / 1013.25) ** (R * LAPSE / G))


def standard_pressure(height_m):
    """Pressure of a height in the standard atmosphere to 20 km, hPa."""
    if height_m <= 11_000:
        return 1013.25 * (1 - LAPSE * height_m / T0) ** (G / (R * LAPSE))
    return standard_pressure(11_000) * math.exp(-G * (height_m - 11_000) / (R * 216.65))


def true_height(level_m, qnh_hpa, warmer_k):
    """Height of a pressure level on a day with this QNH, every layer so much warmer than standard.

    The QNH is by definition reduced to sea level with the standard atmosphere; above it the air
    column from sea-level pressure is integrated in thin layers of pressure.
    """
    low, high = math.log(qnh_hpa), math.log(standard_pressure(level_m))
    steps = 4_000
    height = 0.0
    for k in range(steps):
        p = math.exp(low + (high - low) * (k + 0.5) / steps)
        standard = T0 - LAPSE * min(standard_height(p), 11_000.0)
        height += R / G * (standard + warmer_k) * (low - high) / steps
    return height


@pytest.mark.parametrize("level_ft", [0, 1_000, 5_000, 10_000, 18_000, 30_000, 45_000])
def test_a_flight_level_holds_its_height_on_a_standard_day_and_at_either_qnh(level_ft):
    level = level_ft * 0.3048
    low, high = pressure_height_m(level)
    for qnh in (950.0, 1013.25, 1050.0):
        assert low <= true_height(level, qnh, 0.0) <= high
    assert low < level < high


def test_the_extremes_of_qnh_are_those_of_the_standard_atmosphere():
    assert standard_height(950.0) == pytest.approx(540.3, abs=0.1)
    assert standard_height(1050.0) == pytest.approx(-301.5, abs=0.1)


@pytest.mark.parametrize("level_ft", [5_000, 10_000, 18_000, 30_000, 40_000])
@pytest.mark.parametrize("warmer_k", [-30.0, 30.0])
@pytest.mark.parametrize("qnh", [960.0, 1013.25, 1040.0])
def test_a_flight_level_holds_its_height_when_cold_or_warm(level_ft, warmer_k, qnh):
    low, high = pressure_height_m(level_ft * 0.3048)
    assert low <= true_height(level_ft * 0.3048, qnh, warmer_k) <= high


@pytest.mark.parametrize("level_ft", [10_000, 18_000, 30_000, 40_000])
def test_a_flight_level_holds_its_height_in_the_coldest_lowest_pressure(level_ft):
    low, high = pressure_height_m(level_ft * 0.3048)
    assert low <= true_height(level_ft * 0.3048, 950.0, -30.0) <= high


def test_a_flight_level_becomes_its_pressure_height_plus_the_geoid():
    level = Altitude(100, Units.FL, Reference.STD)
    limit = upper_limit(level, offsets(STD=(20.0, 30.0)))
    low, high = pressure_height_m(level.metres)
    assert limit.own_mm == 3_048_000
    assert limit.least_mm == math.floor((low + 20) * 1000)
    assert limit.most_mm == math.ceil((high + 30) * 1000)


# bands of rows


def test_a_moving_band_has_a_limit_at_either_end_of_each_leg():
    climb = route(
        50.0,
        (place(10.0, 20.0), 0, band(0, 100)),
        (place(10.0, 20.08), 10, band(400, 600)),
    )
    table = prepare([declared("x", climb)], geoid=FLAT).table
    assert len(table) == 2  # 8.8 km: two legs of at most 5 km
    assert table.bands.lower_own.tolist() == [0, 200_000]
    assert table.bands_end.lower_own.tolist() == [200_000, 400_000]
    assert table.bands_end.upper_own.tolist() == [350_000, 600_000]


def test_a_leg_between_unlike_references_takes_no_limit_that_could_be_too_narrow():
    leg = route(
        50.0,
        (place(10.0, 20.0), 0, band(0, 100, Reference.AGL)),
        (place(10.0, 20.01), 10, band(400, 600, Reference.AMSL)),
    )
    bands = prepare([declared("x", leg)], geoid=FLAT).table.bands
    assert bands.lower_code.tolist() == [0]
    assert bands.upper_code.tolist() == [0]


def test_the_surface_is_marked():
    sfc = AltitudeBand(Altitude(0, Units.M, Reference.SFC), metre(50, Reference.AGL))
    agl = band(0, 50, Reference.AGL)
    assert bands_of(volume(circle(0, 0, 1), sfc))[1].surface.tolist() == [True]
    assert bands_of(volume(circle(0, 0, 1), agl))[1].surface.tolist() == [False]
