"""Altitude on which other systems are known to answer wrongly (cases 17 to 21)."""

from __future__ import annotations

import json

import pytest

from keepclear.detect.crossing import CrossingKind, Minima
from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Ground, Kind
from keepclear.errors import ConfigurationError, InputError
from keepclear.formats.altitudes import limit_from_json, parse_altitude
from keepclear.formats.registry import read_bytes
from keepclear.node.geoid import grid_from_bytes, load_geoid
from tests.laws.strategies import (
    FLAT,
    band,
    circle,
    crosses,
    crossings,
    declared,
    place,
    route,
    square,
    volume,
    window,
)

W84, AMSL, AGL, STD, SFC = (
    Reference.W84, Reference.AMSL, Reference.AGL, Reference.STD, Reference.SFC,
)  # fmt: skip
ZURICH = square(47.37, 8.54, 500.0)
GROUND = Ground(400.0, 450.0)


def levels(lower, upper):
    return AltitudeBand(Altitude(lower, Units.FL, STD), Altitude(upper, Units.FL, STD))


def feet(lower, upper, reference=W84):
    return AltitudeBand(Altitude(lower, Units.FT, reference), Altitude(upper, Units.FT, reference))


def meet(one, other, geoid=None, ground=GROUND, **options):
    """The crossing of one place in two bands, or None."""
    found = crossings(
        declared("a", volume(ZURICH, one), ground=ground),
        declared("b", volume(ZURICH, other), ground=ground),
        geoid=geoid or load_geoid(),
        **options,
    )
    return found[0] if found else None


# 17: the reference is part of the type


def test_case_17_two_bands_far_apart_do_not_cross():
    assert meet(band(0, 50), band(500, 600)) is None


def test_case_17_a_number_above_the_ellipsoid_is_no_number_above_the_sea():
    """At Zurich the sea level lies some 47 m above the ellipsoid."""
    above_sea = band(440, 460, AMSL)
    assert meet(band(440, 460), above_sea) is None
    shifted = meet(band(488, 506), above_sea)
    assert shifted is not None
    assert shifted.certain
    assert shifted.altitude is None  # no common reference to say it in


def test_case_17_a_touch_within_the_doubt_of_the_geoid_is_possible_and_says_why():
    found = meet(band(508, 520), band(440, 460, AMSL))
    assert found is not None
    assert not found.certain
    assert "unlike references" in found.why_possible[0]
    assert found.altitude_w84_m[0] == 508.0


@pytest.mark.parametrize("reference", [W84, AMSL, AGL])
def test_case_17_stacked_bands_of_one_reference_never_cross(reference):
    """Through the ellipsoid they would seem to: the doubt is common to both."""
    assert meet(band(0, 120, reference), band(120, 200, reference), ground=None) is None
    assert meet(band(0, 120, reference), band(119, 200, reference), ground=None).certain


def test_case_17_stacked_flight_levels_never_cross():
    assert meet(levels(180, 190), levels(190, 200)) is None
    assert meet(levels(180, 190), levels(189, 200)).certain


def test_case_17_flight_levels_against_heights_take_every_pressure_and_temperature():
    fl100 = levels(100, 110)  # 3,048 to 3,353 m of pressure altitude
    assert meet(fl100, band(3_100, 3_200, AMSL)) is not None
    assert not meet(fl100, band(3_100, 3_200, AMSL)).certain
    assert meet(fl100, band(1_000, 2_000, AMSL)) is None
    assert meet(fl100, band(4_500, 5_000, AMSL)) is None
    assert meet(fl100, band(0, 9_000, AMSL)).certain


def test_case_17_heights_above_the_ground_need_the_ground():
    low = band(0, 120, AGL)
    assert meet(low, band(580, 700, AMSL)) is None  # ground 400 to 450 m: at most 570 m and doubt
    assert not meet(low, band(560, 700, AMSL)).certain
    assert meet(low, band(445, 515, AMSL)).certain
    unknown = meet(low, band(2_000, 2_100, AMSL), ground=None)
    assert not unknown.certain
    assert any("ground is not stated" in reason for reason in unknown.why_possible)


def test_case_17_what_starts_at_the_ground_meets_all_else_that_does():
    sfc = Altitude(0, Units.M, SFC)
    up = AltitudeBand(sfc, Altitude(50, Units.FL, STD))
    low = AltitudeBand(sfc, Altitude(10, Units.M, W84))  # below the ground here; still at it
    for other in (up, low, AltitudeBand(sfc, sfc)):
        assert meet(AltitudeBand(sfc, sfc), other, ground=None).certain


def test_case_17_unlike_references_are_never_silently_equal():
    same_number = {W84: band(700, 705), AMSL: band(700, 705, AMSL), AGL: band(700, 705, AGL)}
    assert meet(same_number[W84], same_number[AMSL]) is None
    assert meet(same_number[W84], same_number[AGL]) is None
    assert meet(same_number[AMSL], same_number[AGL]) is None


# 18: the geoid


def test_case_18_the_geoid_is_there_and_not_zero():
    """500 m above the ellipsoid at Zurich is about 453 m above the sea, not 500."""
    assert meet(band(500, 500), band(448, 458, AMSL)) is not None
    assert meet(band(500, 500), band(497, 503, AMSL)) is None


def test_case_18_a_missing_or_damaged_geoid_is_an_error():
    for content in (b"", b"not the grid", bytes(100_000)):
        with pytest.raises(ConfigurationError):
            grid_from_bytes(content)


def test_case_18_without_undulation_the_answer_would_be_another():
    """The same pair with a geoid of zeros: what a silently missing grid would have said."""
    one, other = band(440, 460), band(440, 460, AMSL)
    assert meet(one, other) is None
    assert meet(one, other, geoid=FLAT) is not None


# 19: units, zero, no limit


def test_case_19_a_ceiling_in_feet_is_no_ceiling_in_metres():
    """400 ft against a craft at 300 m."""
    assert meet(feet(0, 400), band(300, 310)) is None
    assert meet(feet(0, 400), band(121, 130)) is not None
    assert meet(feet(0, 400), band(121.93, 130)) is None


def test_case_19_units_of_either_limit_are_its_own():
    mixed = AltitudeBand(Altitude(100, Units.M, W84), Altitude(400, Units.FT, W84))
    assert meet(mixed, band(110, 115)) is not None
    assert meet(mixed, band(125, 130)) is None


def test_case_19_zero_is_a_value_and_no_limit_is_none():
    assert meet(band(0, 10), band(-50, -1)) is None
    assert meet(band(None, 10), band(-50, -1)) is not None
    assert meet(band(None, 0), band(1, 5)) is None
    assert meet(band(0, None), band(90_000, 90_001)) is not None
    assert meet(EVERYWHERE, band(-400, -399)) is not None


def test_case_19_unknown_heights_are_no_numbers():
    with pytest.raises(InputError, match="unknown height"):
        limit_from_json({"value": 9_999_999, "units": "M", "reference": "W84"})
    with pytest.raises(InputError, match="m or ft"):
        parse_altitude("120")
    with pytest.raises(InputError, match="measured from"):
        parse_altitude("120 m")
    assert limit_from_json(None) is None


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), 2e6])
def test_case_19_impossible_heights_are_refused(bad):
    with pytest.raises(InputError):
        Altitude(bad, Units.M, W84)


def test_case_19_a_shared_band_is_told_in_the_words_of_both():
    found = meet(levels(180, 240), levels(190, 210))
    assert str(found.altitude) == "FL190 to FL210"
    found = meet(feet(0, 400, AMSL), feet(200, 600, AMSL))
    assert str(found.altitude) == "200 ft AMSL to 400 ft AMSL"


# 20: altitude missing on a track


def report(seconds, lon, altitude, icao="4b1234", callsign="ONE"):
    return {
        "timestamp": (1_500_000_000 + seconds) * 1_000, "latitude": 47.0, "longitude": lon,
        "altitude": altitude, "icao24": icao, "callsign": callsign, "onground": False,
    }  # fmt: skip


def flights(altitude):
    """Two flights that meet head-on at one moment; the first may lack altitudes."""
    rows = []
    for k in range(11):
        rows.append(report(10 * k, 8.0 + 0.001 * k, altitude))
        rows.append(report(10 * k, 8.01 - 0.001 * k, 3_000, icao="4b9999", callsign="TWO"))
    return read_bytes(json.dumps(rows).encode(), name="tracks.json")


@pytest.mark.parametrize("missing", [None, 9_999_999])
def test_case_20_a_track_without_altitude_is_compared_at_every_height(missing):
    reading = flights(missing)
    assert any("altitude unknown" in warning for warning in reading.warnings)
    found = crossings(*reading.declarations, minima=Minima(horizontal_m=100.0))
    assert len(found) == 1
    assert crossings(*flights(3_000).declarations, minima=Minima(horizontal_m=100.0))
    assert not crossings(*flights(9_000).declarations, minima=Minima(horizontal_m=100.0))


def test_case_20_an_altitude_missing_in_between_leaves_no_gap():
    here = place(47.0, 8.0)
    points = [(here, 0, band(0, 10)), (here, 5), (here, 10, band(0, 10))]
    mover = declared("m", route(50.0, *points))
    high = declared("x", volume(circle(47.0, 8.0, 10.0), band(500, 600), window(0, 10)))
    assert crossings(mover, high)  # between, it may be anywhere


# 21: together


def test_case_21_outline_altitude_and_time_must_hold_in_one_volume():
    """In volume 1's outline at volume 2's altitude, or at volume 2's time: nothing meets."""
    first = volume(square(47.0, 8.0, 500), band(0, 100), window(0, 30))
    second = volume(square(47.0, 8.1, 500), band(300, 400), window(30, 60))
    plan = declared("plan", first, second)
    for lon, heights, when, expected in (
        (8.0, (0, 100), (0, 30), True),
        (8.1, (300, 400), (30, 60), True),
        (8.0, (300, 400), (0, 30), False),
        (8.0, (0, 100), (30, 60), False),
        (8.1, (0, 100), (30, 60), False),
        (8.1, (300, 400), (0, 30), False),
        (8.05, (0, 400), (0, 60), False),
    ):
        other = declared("x", volume(circle(47.0, lon, 100), band(*heights), window(*when)))
        assert bool(crossings(plan, other)) is expected


def test_case_21_inside_a_circle_counts_as_inside_anything():
    ring = declared("ring", volume(circle(47.0, 8.0, 500), band(0, 400)), kind=Kind.RESTRICTION)
    for half, heights, expected in (
        (10, (100, 200), True),
        (10, (400, 500), False),
        (10, (-10, 1), True),
    ):
        assert bool(
            crossings(ring, declared("x", volume(square(47.003, 8.0, half), band(*heights))))
        ) is (expected)


def test_case_21_a_climbing_mover_is_at_one_height_at_a_time():
    """It passes the place below, and climbs through the height beyond it."""
    leg = route(
        50.0, (place(47.0, 8.0), 0, band(0, 0)), (place(47.0, 8.05), 10, band(1_000, 1_000))
    )  # fmt: skip
    early = volume(circle(47.0, 8.005, 100), band(500, 600))
    late = volume(circle(47.0, 8.0275, 100), band(500, 600))
    assert not crosses(leg, early)
    assert crosses(leg, late)


@pytest.mark.parametrize(
    ("minimum_m", "expected"), [(0, False), (49.9, False), (50, False), (50.1, True)]
)
def test_case_21_exactly_at_the_vertical_minimum_it_is_kept(minimum_m, expected):
    found = meet(band(0, 100), band(150, 200), minima=Minima(vertical_m=minimum_m))
    assert (found is not None) is expected
    if found:
        assert found.kind is CrossingKind.SEPARATION
        assert found.vertical_m == 50.0
