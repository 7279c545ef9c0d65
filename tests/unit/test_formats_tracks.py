"""Flown tracks: nothing dropped, nothing joined that cannot be one craft."""

from __future__ import annotations

import gzip
import json
from math import dist, hypot, sqrt

import pytest

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import POSITION_ERROR_M_MAX, Kind
from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.flights import (
    CHAINS_MAX,
    GAP_S,
    GAP_SPEED_MPS,
    UNSEEN_S,
    gap_error_m,
    space,
)
from keepclear.formats.registry import read_bytes

T0 = 1_533_101_250
"""Seconds; 2018-08-01."""
METRES = 1 / 111_200
"""Degrees of latitude."""


def report(seconds, north_m=0.0, **more):
    return {
        "timestamp": (T0 + seconds) * 1000,
        "latitude": 47.0 + north_m * METRES,
        "longitude": 8.0,
        "altitude": 3000.0,
        "icao24": "4b43ac",
        "callsign": "REGA1",
    } | more


def read(*reports):
    return read_bytes(json.dumps(reports).encode(), name="day.json")


def one(*reports):
    reading = read(*reports)
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def times(route):
    return [w.time_us // 1_000_000 - T0 for w in route.waypoints]


def band(feet):
    limit = Altitude(feet, Units.FT, Reference.STD)
    return AltitudeBand(limit, limit)


def test_a_flight_is_a_moving_point_at_its_pressure_altitudes():
    declaration = one(report(0), report(10, 600, altitude=3100))
    (route,) = declaration.parts
    assert (declaration.id, declaration.party, declaration.kind) == ("REGA1", "", Kind.OPERATION)
    assert declaration.where == "day.json flight REGA1"
    assert route.half_width_m == 0.0
    assert [w.band for w in route.waypoints] == [band(3000), band(3100)]
    assert [w.error_m for w in route.waypoints] == [0.0, 0.0]
    assert route.waypoints[0].position == Position(latitude=47.0, longitude=8.0)
    assert route.waypoints[1].time_us - route.waypoints[0].time_us == 10_000_000


def test_reports_are_sorted_by_time_and_fractions_kept():
    (route,) = one(report(20), report(0), report(10.25)).parts
    assert times(route) == [0, 10, 20]
    assert route.waypoints[1].time_us % 1_000_000 == 250_000


def test_stamps_may_be_text_with_an_offset():
    (route,) = one(report(0, timestamp="2018-08-01T07:27:30+02:00")).parts
    assert times(route) == [0]


def test_flights_are_told_by_address_and_call_sign_in_file_order():
    reading = read(
        report(50, callsign="LATE", icao24="aaaaaa"),
        report(0),
        report(100, callsign="REGA2"),
        report(10),
        report(0, party="Rega", callsign="REGA1"),
    )
    assert [(d.party, d.id) for d in reading.declarations] == [
        ("", "LATE"),
        ("", "REGA1"),
        ("", "REGA2"),
        ("Rega", "REGA1"),
    ]


# case 20


def test_case_20_a_missing_altitude_is_unknown_and_not_dropped():
    reading = read(report(0), report(10, altitude=None), report(20, altitude=9999999))
    (route,) = reading.declarations[0].parts
    assert [w.band for w in route.waypoints] == [band(3000), EVERYWHERE, EVERYWHERE]
    assert any("2 reports without altitude: altitude unknown" in w for w in reading.warnings)


def test_case_20_on_the_ground_is_an_altitude():
    reading = read(report(0, altitude=None, onground=True), report(9, altitude=1400, onground=True))
    (route,) = reading.declarations[0].parts
    assert route.waypoints[0].band.lower.reference is Reference.SFC
    assert route.waypoints[1].band == band(1400)
    assert any("on the ground" in w for w in reading.warnings)


# case 22


def test_case_22_the_leg_across_a_gap_is_uncertain_and_the_more_the_longer():
    reading = read(report(0), report(15), report(31), report(61))
    (route,) = reading.declarations[0].parts
    errors = [w.error_m for w in route.waypoints]
    assert errors[0] == 0.0
    assert 0.0 < errors[1] < errors[2]
    assert errors[1:] == [gap_error_m(16), gap_error_m(30), 0.0]
    assert any("2 reports after a gap of more than 15 s" in w for w in reading.warnings)


def test_case_22_the_error_grows_from_nothing_to_the_largest_that_is_a_position():
    assert gap_error_m(GAP_S) == 0.0
    assert gap_error_m(GAP_S + 2) == GAP_SPEED_MPS
    assert gap_error_m(UNSEEN_S) == POSITION_ERROR_M_MAX


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("apart", [0.0, 0.4, 0.9, 1.0])
def test_case_22_the_bound_behind_the_gap_formula_holds(share, apart):
    """No place that a craft of speed v can be at lies further than v T / 2 from the even motion."""
    speed, gap = 350.0, 40.0
    d = apart * speed * gap
    even = share * d
    furthest = 0.0
    for i in range(201):
        for j in range(101):
            x, y = (i - 100) / 100 * speed * gap, j / 100 * speed * gap
            from_a = hypot(x, y) <= share * speed * gap
            to_b = hypot(x - d, y) <= (1 - share) * speed * gap
            if from_a and to_b:
                furthest = max(furthest, hypot(x - even, y))
    exact = sqrt(max(0.0, share * (1 - share) * ((speed * gap) ** 2 - d**2)))
    assert furthest <= exact + 1e-6 <= speed * gap / 2 + 1e-6


def test_case_22_a_long_gap_ends_the_route_and_is_said():
    reading = read(report(0), report(10), report(1000), report(1010), report(1610))
    (declaration,) = reading.declarations
    assert [times(r) for r in declaration.parts] == [[0, 10], [1000, 1010, 1610]]
    assert [r.waypoints[-1].error_m for r in declaration.parts] == [0.0, 0.0]
    assert any("1 report after a gap of more than 600 s" in w for w in reading.warnings)


# case 26


def test_case_26_shared_call_signs_stay_two_flights_with_both_names():
    reading = read(report(0), report(0, icao24="4B43AD"), report(10))
    assert [d.id for d in reading.declarations] == ["REGA1/4b43ac", "REGA1/4b43ad"]
    assert [len(d.parts[0].waypoints) for d in reading.declarations] == [2, 1]


@pytest.mark.parametrize("address", ["000000", "ffffff", "FFFFFF", "", "  ", None])
def test_case_26_an_address_of_nobody_does_not_merge_two_craft(address):
    near = [report(t, 60 * t, icao24=address, callsign=None) for t in range(0, 60, 10)]
    far = [report(t + 5, 60 * t + 9_000, icao24=address, callsign="") for t in range(0, 60, 10)]
    reading = read(*near, *far)
    assert [d.id for d in reading.declarations] == ["day.json#1", "day.json#2"]
    for declaration, sent in zip(reading.declarations, (near, far), strict=True):
        (route,) = declaration.parts
        assert [w.position.latitude for w in route.waypoints] == [r["latitude"] for r in sent]
    assert any("12 reports without a usable address" in w for w in reading.warnings)


def test_case_26_two_reports_of_nobody_at_one_instant_are_two_craft():
    reading = read(report(0, icao24="000000"), report(0, 300, icao24="000000"))
    assert [d.id for d in reading.declarations] == ["REGA1", "REGA1 #2"]


def test_case_26_a_missing_call_sign_neither_splits_nor_drops():
    sent = [
        report(0, callsign=None),
        report(10),
        report(20, callsign="  "),
        report(30, callsign="B"),
    ]
    reading = read(*sent)
    assert [d.id for d in reading.declarations] == ["REGA1", "B"]
    assert [len(d.parts[0].waypoints) for d in reading.declarations] == [3, 1]
    assert one(report(0, callsign=None)).id == "4b43ac"


def test_case_26_two_craft_under_one_address_are_two_declarations():
    here = [report(t, 50 * t) for t in range(0, 200, 10)]
    there = [report(t + 1, 50 * t + 80_000) for t in range(0, 200, 10)]
    reading = read(*here, *there)
    assert [d.id for d in reading.declarations] == ["REGA1", "REGA1 #2"]
    assert [len(d.parts[0].waypoints) for d in reading.declarations] == [20, 20]
    assert any("20 reports of a second track" in w for w in reading.warnings)


def test_too_many_tracks_under_one_identity_are_refused():
    reports = [report(0, 5_000 * i, icao24="000000") for i in range(CHAINS_MAX + 1)]
    reading = read(report(0, icao24="123456", callsign="OK"), *reports)
    assert [d.id for d in reading.declarations] == ["OK"]
    assert [(r.where, r.code) for r in reading.refused] == [
        ("day.json flight REGA1", "track.tangled")
    ]


# jumps


def test_a_jump_is_kept_as_a_part_and_does_not_bend_the_track():
    sent = [report(t, 60 * t) for t in range(0, 60, 10)]
    stray = report(25, 90_000)
    reading = read(*sent, stray)
    (declaration,) = reading.declarations
    assert [times(r) for r in declaration.parts] == [[0, 10, 20, 30, 40, 50], [25]]
    assert any("1 report that no craft could reach" in w for w in reading.warnings)


def test_two_places_at_one_instant_make_the_legs_uncertain():
    reading = read(report(0), report(10, 600), report(10, 700), report(20, 1200))
    (route,) = reading.declarations[0].parts
    assert times(route) == [0, 10, 20]
    assert [w.error_m for w in route.waypoints] == pytest.approx([100, 100, 0], rel=0.01)
    assert any("one instant at different places" in w for w in reading.warnings)


def test_the_same_report_twice_is_one_vertex_and_two_altitudes_are_a_band():
    (route,) = one(report(0), report(0), report(0, altitude=3100)).parts
    (waypoint,) = route.waypoints
    assert waypoint.band == AltitudeBand(band(3000).lower, band(3100).upper)
    assert waypoint.error_m == 0.0
    (route,) = one(report(0), report(0, altitude=None)).parts
    assert route.waypoints[0].band == EVERYWHERE


def test_case_01_a_track_over_the_antimeridian_is_no_jump():
    sent = [
        report(10 * i, longitude=lon) for i, lon in enumerate((179.98, 179.99, -180.0, -179.99))
    ]
    assert [times(r) for r in one(*sent).parts] == [[0, 10, 20, 30]]


def test_case_02_a_track_over_the_pole_is_no_jump():
    sent = [
        report(0, latitude=89.99, longitude=20.0),
        report(10, latitude=89.99, longitude=-160.0),
    ]
    assert [times(r) for r in one(*sent).parts] == [[0, 10]]


def test_space_measures_metres():
    a, b = Position(latitude=47, longitude=8), Position(latitude=47.01, longitude=8)
    assert dist(space(a), space(b)) == pytest.approx(1112, rel=0.01)


# refusals


@pytest.mark.parametrize(
    ("more", "code", "place"),
    [
        ({"latitude": None}, "number.expected", " latitude"),
        ({"longitude": "8.0"}, "number.expected", " longitude"),
        ({"latitude": 91.0}, "position.range", ""),
        ({"longitude": 190}, "position.range", ""),
        ({"timestamp": None}, "number.expected", " timestamp"),
        ({"timestamp": T0}, "time.range", " timestamp"),
        ({"timestamp": T0 * 1_000_000}, "time.range", " timestamp"),
        ({"timestamp": "2018-08-01T07:27:30"}, "time.no-offset", " timestamp"),
        ({"altitude": "3000"}, "number.expected", " altitude"),
        ({"altitude": 10_000_000}, "altitude.range", " altitude"),
        ({"callsign": ["REGA1"]}, "text.expected", " callsign"),
        ({"icao24": "a\u0000"}, "text.control", " icao24"),
    ],
)
def test_a_report_that_cannot_be_used_is_refused_by_number(more, code, place):
    reading = read(report(0), report(10) | more, report(20))
    assert [(r.where, r.code) for r in reading.refused] == [(f"day.json report 2{place}", code)]
    assert times(reading.declarations[0].parts[0]) == [0, 20]


def test_a_member_that_is_no_report_is_refused():
    reading = read(report(0), 5, [], None)
    assert [r.code for r in reading.refused] == ["tracks.form"] * 3


def test_something_else_read_as_tracks_is_refused():
    with pytest.raises(InputError) as caught:
        read_bytes(b"{}", name="x.json", read_as="tracks")
    assert (caught.value.where, caught.value.code) == ("x.json", "tracks.form")


# real recordings


def real(data, name):
    packed = (data / "tracks" / f"{name}.json.gz").read_bytes()
    content = gzip.decompress(packed)
    return json.loads(content), read_bytes(content, name=name)


@pytest.mark.data
def test_switzerland_holds_1243_flights_and_every_report(data):
    document, reading = real(data, "switzerland")
    assert len(reading.declarations) == 1243
    assert reading.refused == ()
    assert len({d.id for d in reading.declarations}) == 1243
    routes = [part for d in reading.declarations for part in d.parts]
    assert len(routes) == 1244
    assert sum(len(route.waypoints) for route in routes) == len(document) == 139_098


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "declarations"),
    [
        ("liguria", 1),
        ("ign_mercantour", 1),
        ("rega_zh", 1),
        ("sisteron", 1),
        ("zurich_airport", 11),
    ],
)
def test_every_reported_place_is_in_a_route(data, name, declarations):
    document, reading = real(data, name)
    assert len(reading.declarations) == declarations
    assert reading.refused == ()
    sent = {(r["timestamp"] * 1000, r["latitude"], r["longitude"]) for r in document}
    kept = {
        (w.time_us, w.position.latitude, w.position.longitude)
        for d in reading.declarations
        for part in d.parts
        for w in part.waypoints
    }
    lost = sent - kept
    doubled = sum("one instant" in w for w in reading.warnings)
    assert len(lost) == doubled  # the second place of one instant is in the legs' uncertainty


@pytest.mark.data
def test_a_craft_with_a_wrong_clock_is_marked_and_kept(data):
    document, reading = real(data, "noisy_time_issue")
    kept = sum(len(p.waypoints) for d in reading.declarations for p in d.parts)
    assert kept == len(document)
    assert any("second track" in w for w in reading.warnings)
