"""Motion on which other systems are known to answer wrongly (cases 22 to 25, and 26)."""

from __future__ import annotations

import json
import math

import pytest

from keepclear.detect.crossing import CrossingKind, Minima
from keepclear.domain.altitude import Altitude, Reference, Units
from keepclear.domain.footprint import Circle
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes
from tests.laws.strategies import (
    MINUTE,
    band,
    circle,
    crosses,
    crossings,
    declared,
    metres,
    moved,
    pairs,
    place,
    route,
    square,
    volume,
    window,
)

NM = 1852.0
AT = (47.0, 8.0)


def on(east_m, north_m, at=AT):
    return moved(*at, east_m, north_m)


def sampled(half_width_m, first, last, start_s, end_s, every_s, offset_s=0.0, at=AT):
    """A straight flight reported every so many seconds, its clock's phase shifted."""
    times = [start_s]
    moment = start_s + offset_s
    while moment < end_s:
        if moment > start_s:
            times.append(moment)
        moment += every_s
    times.append(end_s)
    points = []
    for moment in times:
        share = (moment - start_s) / (end_s - start_s)
        east, north = (a + (b - a) * share for a, b in zip(first, last, strict=True))
        points.append((on(east, north, at), moment / 60))
    return route(half_width_m, *points)


# 22: continuous segments


@pytest.mark.parametrize(
    ("every", "offset"),
    [
        ((10, 10), (0, 0.5)),
        ((7, 1), (3, 0)),
        ((40, 40), (0, 20)),
        ((600, 600), (0, 0)),
        ((13, 5), (2, 1)),
    ],
)
def test_case_22_samples_need_not_be_at_the_same_instants(every, offset):
    """Head-on at one point: found whatever the clocks' phases and rates."""
    east = sampled(100, (-30_000, 0), (30_000, 0), 0, 600, every[0], offset[0])
    west = sampled(100, (30_000, 0), (-30_000, 0), 0, 600, every[1], offset[1])
    found = crossings(declared("e", east), declared("w", west), areas=True)
    assert len(found) == 1
    assert found[0].time_start_us == pytest.approx(299e6, abs=0.01e6)  # 200 m at 200 m/s closing
    assert found[0].time_end_us == pytest.approx(301e6, abs=0.01e6)


def test_case_22_the_least_distance_lies_between_samples():
    """40 s sampling: 5.48 NM was reported where the truth is 0."""
    north = sampled(0, (0, -20_000), (0, 20_000), 0, 400, 40)
    east = sampled(0, (-20_000, 0), (20_000, 0), 3, 403, 40, 17)
    truth = 300.0 / math.sqrt(2)  # 3 s at 100 m/s are 300 m, and both move on
    for horizontal, expected in ((truth - 0.1, False), (truth + 0.1, True)):
        found = crosses(north, east, minima=Minima(horizontal_m=horizontal))
        assert found is expected
    found = crossings(
        declared("n", north), declared("e", east), minima=Minima(horizontal_m=1_000.0), areas=True
    )[0]
    dense = min(
        metres(on(0, -20_000 + 100 * t), on(-20_000 + 100 * (t - 3), 0))
        for t in (195 + k / 100 for k in range(1_200))
    )
    assert found.horizontal_m == pytest.approx(dense, abs=0.05)


def test_case_22_a_mover_passes_through_between_its_reports():
    """Two reports outside a small place, the way between them through it."""
    flight = sampled(10, (-5_000, 0), (5_000, 0), 0, 100, 100)
    found = crossings(declared("f", flight), declared("x", square(*AT, 50)))
    assert len(found) == 1
    assert found[0].time_start_us == pytest.approx(49.4e6, abs=0.01e6)
    assert found[0].time_end_us == pytest.approx(50.6e6, abs=0.01e6)
    grazing = sampled(10, (-5_000, 61), (5_000, 61), 0, 100, 100)
    assert not crosses(grazing, square(*AT, 50))


def test_case_22_uncertainty_of_a_leg_makes_a_crossing_possible_and_never_certain():
    points = [
        Waypoint(on(-5_000, 0), 0, band(0, 10), error_m=800.0),
        Waypoint(on(5_000, 0), 100_000_000, band(0, 10)),
    ]
    vague = declared("vague", Route(tuple(points), 10.0))
    aside = on(0, 500)
    beside = declared("x", circle(aside.latitude, aside.longitude, 50))
    found = crossings(vague, beside)
    assert len(found) == 1
    assert not found[0].certain
    assert "position errors" in found[0].why_possible[0]
    sharp = declared("sharp", route(10.0, (on(-5_000, 0), 0), (on(5_000, 0), 100 / 60)))
    assert crossings(sharp, beside) == ()


def test_case_22_later_turns_are_seen_in_a_plan():
    """Two that fly apart now and turn into each other later."""
    one = route(100, (on(0, 0), 0), (on(-20_000, 0), 10), (on(-10_000, 15_000), 20))
    two = route(100, (on(1_000, 0), 0), (on(10_000, 0), 10), (on(-10_000, 15_000), 20))
    found = crossings(declared("one", one), declared("two", two))
    assert len(found) == 1
    assert found[0].time_start_us > 19 * MINUTE
    assert found[0].time_end_us == 20 * MINUTE


# 23: zero relative velocity


@pytest.mark.parametrize("at", [AT, (0.0, 180.0), (89.9, 0.0), (-90.0, 0.0)])
def test_case_23_both_hovering_three_miles_apart(at):
    """Loss of separation at 5 NM, and not a division of nothing by nothing."""
    one = route(0.0, (moved(*at, 0, 0), 0), (moved(*at, 0, 0), 60))
    two = route(0.0, (moved(*at, 0, 3 * NM), 0), (moved(*at, 0, 3 * NM), 60))
    found = crossings(
        declared("one", one), declared("two", two), minima=Minima(horizontal_m=5 * NM), areas=True
    )
    assert [c.kind for c in found] == [CrossingKind.SEPARATION]
    assert found[0].horizontal_m == pytest.approx(3 * NM, abs=0.01)
    assert (found[0].time_start_us, found[0].time_end_us) == (0, 60 * MINUTE)
    assert not crosses(one, two, minima=Minima(horizontal_m=2.9 * NM))


def test_case_23_same_place_and_same_velocity():
    points = [(on(0, 0), 0), (on(30_000, 10_000), 10)]
    found = crossings(declared("a", route(0.0, *points)), declared("b", route(0.0, *points)))
    assert [(c.time_start_us, c.time_end_us) for c in found] == [(0, 10 * MINUTE)]


def test_case_23_abreast_at_one_speed():
    one = route(0.0, (on(0, 0), 0), (on(0, 9_000), 10))
    two = route(0.0, (on(400, 0), 0), (on(400, 9_000), 10))
    assert crosses(one, two, minima=Minima(horizontal_m=401))
    assert not crosses(one, two, minima=Minima(horizontal_m=399))


def test_case_23_a_stay_is_the_same_place_twice():
    stay = route(100, (on(-5_000, 0), 0), (on(0, 0), 10), (on(0, 0), 40), (on(5_000, 0), 50))
    found = crossings(declared("m", stay), declared("x", square(*AT, 500)))
    assert len(found) == 1
    assert 8 * MINUTE < found[0].time_start_us < 10 * MINUTE
    assert 40 * MINUTE < found[0].time_end_us < 42 * MINUTE
    during = volume(square(*AT, 50), when=window(20, 21))
    assert crosses(stay, during)


# 24: already inside, diverging, grazing


def test_case_24_already_inside_at_the_start():
    inside = route(50, (on(0, 0), 0), (on(200, 0), 10))
    found = crossings(declared("m", inside), declared("x", square(*AT, 2_000)))
    assert [(c.time_start_us, c.time_end_us) for c in found] == [(0, 10 * MINUTE)]


def test_case_24_diverging_but_still_too_near():
    one = route(0.0, (on(0, 500), 0), (on(0, 10_000), 10))
    two = route(0.0, (on(0, -500), 0), (on(0, -10_000), 10))
    found = crossings(
        declared("a", one), declared("b", two), minima=Minima(horizontal_m=2_000), areas=True
    )
    assert len(found) == 1
    assert found[0].time_start_us == 0
    assert found[0].time_end_us == pytest.approx(10 * MINUTE * 500 / 9_500, rel=1e-3)
    assert found[0].horizontal_m == pytest.approx(1_000.0, abs=0.01)


@pytest.mark.parametrize(("gap_m", "expected"), [(-0.01, True), (0.01, False)])
def test_case_24_grazing_at_the_minimum(gap_m, expected):
    """A gap equal to the minimum keeps it; a centimetre decides."""
    one = route(0.0, (on(-8_000, 0), 0), (on(8_000, 0), 10))
    other = on(0, 1_000)
    least = min(metres(other, on(e / 10, 0)) for e in range(-50, 51))
    still = circle(other.latitude, other.longitude)
    assert crosses(one, still, minima=Minima(horizontal_m=least - gap_m)) is expected
    hovering = route(0.0, (other, 0), (other, 10))
    assert crosses(one, hovering, minima=Minima(horizontal_m=least - gap_m)) is expected


def test_case_24_exactly_at_both_minima_is_kept_on_both_sides():
    low = route(0.0, (on(0, 0), 0, band(0, 0)), (on(9_000, 0), 10, band(0, 0)))
    high = route(0.0, (on(0, 0), 0, band(300, 300)), (on(9_000, 0), 10, band(300, 300)))
    for a, b in ((low, high), (high, low)):
        assert not crosses(a, b, minima=Minima(vertical_m=300.0))
        assert crosses(a, b, minima=Minima(vertical_m=300.001))


def test_case_24_a_kilometre_apart_vertically_is_not_at_one_place():
    low = route(0.0, (on(0, 0), 0, band(0, 0)), (on(9_000, 0), 10, band(0, 0)))
    high = route(0.0, (on(9_000, 0), 0, band(1_000, 1_000)), (on(0, 0), 10, band(1_000, 1_000)))
    assert not crosses(low, high)
    assert not crosses(low, high, minima=Minima(horizontal_m=500.0, vertical_m=900.0))


def test_case_24_disjoint_in_time_is_no_distance_at_all():
    one = route(100, (on(0, 0), 0), (on(9_000, 0), 10))
    two = route(100, (on(0, 0), 10), (on(9_000, 0), 20))
    assert not crosses(one, two)
    assert crosses(one, two, minima=Minima(time_us=9 * MINUTE + 59_000_000))


def test_case_24_head_on_over_the_antimeridian_and_over_the_pole():
    for at in ((0.0, 180.0), (52.0, -180.0), (90.0, 0.0)):
        one = route(50, (on(-20_000, 0, at), 0), (on(20_000, 0, at), 10))
        two = route(50, (on(20_000, 0, at), 0), (on(-20_000, 0, at), 10))
        found = crossings(declared("a", one), declared("b", two))
        assert len(found) == 1, at
        assert found[0].time_start_us == pytest.approx(299.25e6, abs=0.02e6)


# 25: no number that is none


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_case_25_what_is_no_number_never_becomes_clear(bad):
    with pytest.raises(InputError):
        Position(latitude=bad, longitude=8.0)
    with pytest.raises(InputError):
        Position(latitude=47.0, longitude=bad)
    with pytest.raises(InputError):
        Altitude(bad, Units.M, Reference.W84)
    with pytest.raises(InputError):
        Circle(place(47.0, 8.0), bad)
    with pytest.raises(InputError):
        Route((Waypoint(place(47.0, 8.0), 0, band(0, 1)),), bad)
    with pytest.raises(InputError):
        Waypoint(place(47.0, 8.0), 0, band(0, 1), error_m=bad)
    with pytest.raises(InputError):
        declared("x", circle(47.0, 8.0), standoff_m=bad)
    with pytest.raises(InputError):
        declared("x", circle(47.0, 8.0), position_error_m=bad)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_case_25_nor_in_a_file(text):
    report = '{"timestamp": 1500000000000, "latitude": 47.0, "longitude": %s, "altitude": 1000}'
    rows = ", ".join(report % value for value in ("8.0", text, "8.1"))
    try:
        reading = read_bytes(f"[{rows}]".encode(), name="tracks.json")
    except InputError as error:
        assert error.code  # noqa: PT017  refused as a whole is as good
    else:
        assert len(reading.refused) == 1


def test_case_25_a_single_report_is_an_instant():
    point = route(100, (on(0, 0), 5))
    assert crosses(point, volume(square(*AT, 500), when=window(0, 10)))
    assert crosses(point, volume(square(*AT, 500), when=window(5, 10)))
    assert not crosses(point, volume(square(*AT, 500), when=window(0, 5)))
    assert not crosses(point, volume(square(*AT, 500), when=window(6, 10)))


# 26: identities do not decide what is compared


def report(seconds, lon, icao, callsign):
    return {
        "timestamp": (1_500_000_000 + seconds) * 1_000, "latitude": 47.0, "longitude": lon,
        "altitude": 3_000, "icao24": icao, "callsign": callsign,
    }  # fmt: skip


@pytest.mark.parametrize(
    "icao", [("4b1234", "4b1234"), ("000000", "000000"), ("", ""), ("4b1", "4b2")]
)
def test_case_26_shared_and_unknown_addresses_are_two_craft(icao):
    rows = []
    for k in range(25):
        rows.append(report(10 * k, 8.0 + 0.002 * k, icao[0], "ONE"))
        rows.append(report(10 * k + 5, 8.05 - 0.002 * k, icao[1], "TWO"))
    reading = read_bytes(json.dumps(rows).encode(), name="tracks.json")
    found = crossings(*reading.declarations, minima=Minima(horizontal_m=200.0), within_party=True)
    assert len(pairs(found)) >= 1
