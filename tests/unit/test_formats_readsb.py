"""readsb and SBS-1: units, times, quality of positions, and clocks that nobody names."""

from __future__ import annotations

import json

import pytest

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Kind
from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes
from keepclear.formats.reports import ON_GROUND, UNSTATED_M

T0 = 1_738_703_622.25
GOOD = {"type": "adsb_icao", "flight": "DAL1812 ", "alt_geom": 33825, "nic": 8, "rc": 186}


def row(seconds, north=16.0, altitude=32000, *, flags=0, more=None, geometric=None):
    return [seconds, north, -88.0, altitude, 478.6, 327.8, flags, 0, more, "adsb_icao", geometric]


def trace(*rows, **said):
    document = {"icao": "ac671b", "timestamp": T0, "trace": list(rows)} | said
    return read_bytes(json.dumps(document).encode(), name="t.json")


def waypoints(reading):
    assert reading.refused == ()
    (flight,) = reading.declarations
    (route,) = flight.parts
    return route.waypoints


def band(feet, reference=Reference.STD):
    limit = Altitude(feet, Units.FT, reference)
    return AltitudeBand(limit, limit)


def test_a_trace_is_one_flight_that_moved():
    reading = trace(row(0, more=GOOD), row(10, 16.01), row(20.5, 16.02))
    assert reading.format == "readsb"
    (flight,) = reading.declarations
    assert (flight.id, flight.kind) == ("DAL1812", Kind.OPERATION)
    points = waypoints(reading)
    assert [p.time_us for p in points] == [round((T0 + s) * 1e6) for s in (0, 10, 20.5)]
    assert [p.position.latitude for p in points] == [16.0, 16.01, 16.02]
    assert {p.band for p in points} == {band(32000)}


def test_how_good_a_position_is_holds_until_it_is_said_again():
    reading = trace(
        row(0), row(10, 16.01, more=GOOD), row(20, 16.02, more={"nac_p": 8}), row(25, 16.03)
    )
    # a leg is as uncertain as the worse of its ends
    assert [p.error_m for p in waypoints(reading)] == [186.0, 186.0, 92.6, 92.6]
    assert reading.warnings == ()


@pytest.mark.parametrize(
    ("said", "error_m"),
    [
        ({"rc": 186, "nic": 8, "nac_p": 10}, 186.0),
        ({"rc": 0, "nic": 9}, 75.0),
        ({"nic": 0, "nac_p": 7}, 185.2),
        ({"nic": 0, "nac_p": 0}, UNSTATED_M),
        ({"type": "mlat"}, UNSTATED_M),
        ({"rc": "much"}, UNSTATED_M),
    ],
)
def test_containment_radius_then_nic_then_nacp_then_an_assumption_that_is_told(said, error_m):
    reading = trace(row(0, more=said), row(10, 16.01))
    assert waypoints(reading)[0].error_m == error_m
    assert bool(reading.warnings) == (error_m == UNSTATED_M)


@pytest.mark.parametrize(
    ("altitude", "flags", "geometric", "expected"),
    [
        (32000, 0, 33825, band(32000)),
        (0, 0, None, band(0)),
        (-300, 0, None, band(-300)),
        (33825, 8, None, band(33825, Reference.W84)),
        (None, 0, 33825, band(33825, Reference.W84)),
        ("ground", 0, None, ON_GROUND),
        (None, 0, None, EVERYWHERE),
    ],
)
def test_heights_carry_what_they_are_measured_from(altitude, flags, geometric, expected):
    reading = trace(row(0, altitude=altitude, flags=flags, geometric=geometric, more={"rc": 10}))
    assert waypoints(reading)[0].band == expected
    assert bool(reading.warnings) == (expected is EVERYWHERE)


BAD_ROWS = {
    "no list": ("x", "", "readsb.form"),
    "too short": ([0, 1, 2], "", "readsb.form"),
    "no latitude": ([0, None, 2, 3], "latitude", "number.expected"),
    "latitude": ([0, 91, 2, 3], "", "position.range"),
    "altitude": ([0, 1, 2, "high"], "altitude", "number.expected"),
    "before": ([-1, 1, 2, 3], "seconds", "time.range"),
    "days after": ([1e6, 1, 2, 3], "seconds", "time.range"),
}


@pytest.mark.parametrize(("bad", "where", "code"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_report_that_cannot_be_used_is_told_and_the_others_are_read(bad, where, code):
    reading = trace(row(0, more=GOOD), bad, row(10, 16.01))
    assert len(reading.declarations[0].parts[0].waypoints) == 2
    (refusal,) = reading.refused
    assert (refusal.code, refusal.where) == (code, f"t.json trace 2 {where}".strip())


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"timestamp": T0 * 1000}, "time.range"),
        ({"timestamp": None}, "member.missing"),
        ({"icao": 5.5}, "text.expected"),
    ],
)
def test_a_trace_without_identity_or_time_is_refused(said, code):
    with pytest.raises(InputError) as caught:
        trace(row(0), **said)
    assert caught.value.code == code
    assert caught.value.where.startswith("t.json ")


CRAFT = {
    "hex": "4b43ac",
    "flight": "REGA1   ",
    "lat": 47.0,
    "lon": 8.0,
    "seen_pos": 2.5,
    "alt_baro": 4000,
    "nic": 8,
    "rc": 186,
    "ownOp": "SOMEBODY",
    "r": "HB-ZRS",
}


def aircraft(*crafts, **said):
    document = {"now": T0, "messages": 1, "aircraft": list(crafts)} | said
    return read_bytes(json.dumps(document).encode(), name="aircraft.json")


def test_each_aircraft_is_where_it_was_seen():
    reading = aircraft(CRAFT, CRAFT | {"hex": "~2b0c11", "flight": None, "alt_baro": "ground"})
    first, second = reading.declarations
    assert (first.id, second.id) == ("REGA1", "~2b0c11")
    (point,) = first.parts[0].waypoints
    assert point.time_us == round((T0 - 2.5) * 1e6)
    assert (point.band, point.error_m) == (band(4000), 186.0)
    assert second.parts[0].waypoints[0].band == ON_GROUND
    assert "SOMEBODY" not in repr(reading)


def test_a_last_position_is_taken_for_when_it_was_seen():
    last = {"lat": 47.5, "lon": 8.5, "nic": 0, "rc": 0, "seen_pos": 90.0}
    craft = {k: v for k, v in CRAFT.items() if k not in {"lat", "lon", "seen_pos"}}
    reading = aircraft(craft | {"lastPosition": last})
    (point,) = reading.declarations[0].parts[0].waypoints
    assert point.position.latitude == 47.5
    assert point.time_us == round((T0 - 90.0) * 1e6)
    assert point.error_m == UNSTATED_M
    assert any("lastPosition" in warning for warning in reading.warnings)


@pytest.mark.parametrize(
    ("said", "where", "code"),
    [
        ({"lat": None}, "", "readsb.no-position"),
        ({"hex": None}, "hex", "member.missing"),
        ({"seen_pos": None}, "seen_pos", "number.expected"),
        ({"alt_baro": "low"}, "alt_baro", "number.expected"),
        ({"lon": 200.0}, "", "position.range"),
    ],
)
def test_an_aircraft_that_cannot_be_used_is_told(said, where, code):
    reading = aircraft(CRAFT | said, CRAFT | {"hex": "4b43ad", "flight": "REGA2"})
    assert [flight.id for flight in reading.declarations] == ["REGA2"]
    (refusal,) = reading.refused
    assert (refusal.code, refusal.where) == (code, f"aircraft.json aircraft 1 {where}".strip())


# SBS-1

LINES = """MSG,1,5,276,4010E9,10088,2008/11/28,14:53:49.000,2008/11/28,14:58:51.153,BAW4J,,,,,,,,,,,
MSG,3,5,276,4010E9,10088,2008/11/28,14:53:49.986,2008/11/28,14:58:51.153,,28000,,,53.02551,-2.91389,,,0,0,0,0
MSG,4,5,276,4010E9,10088,2008/11/28,14:53:50.188,2008/11/28,14:58:51.153,,,459.4,20.2,,,64,,,,,
STA,,5,179,400AE7,10103,2008/11/28,14:58:51.153,2008/11/28,14:58:51.153,RM
MSG,3,5,276,4010E9,10088,2008/11/28,14:53:50.594,2008/11/28,14:58:51.153,,28000,,,53.02677,-2.91310,,,0,0,0,0
MSG,2,5,276,4010EA,10088,2008/11/28,14:53:50.594,2008/11/28,14:58:51.153,,,,,53.1,-2.9,,,0,0,0,-1
"""


def sbs(text=LINES, read_as="sbs-utc"):
    return read_bytes(text.encode(), name="feed.csv", read_as=read_as)


def test_a_recording_does_not_say_its_clock_and_is_refused_until_somebody_does():
    with pytest.raises(InputError) as caught:
        sbs(read_as=None)
    assert (caught.value.code, caught.value.where) == ("time.no-offset", "feed.csv")
    assert "--read-as sbs-utc" in caught.value.message


def test_a_recording_in_utc_is_flights_that_moved():
    reading = sbs()
    assert reading.refused == ()
    assert "read as UTC" in reading.warnings[0]
    first, second = reading.declarations
    assert (first.id, second.id) == ("BAW4J", "4010ea")
    points = first.parts[0].waypoints
    assert [p.time_us for p in points] == [1_227_884_029_986_000, 1_227_884_030_594_000]
    assert {p.band for p in points} == {band(28000)}
    assert {p.error_m for p in points} == {UNSTATED_M}
    assert second.parts[0].waypoints[0].band == ON_GROUND


BAD_LINES = {
    "other words": ("HELLO,1,2,3", "", "sbs.form"),
    "too few": ("MSG,3,5,276,4010E9", "", "sbs.form"),
    "address": (LINES.splitlines()[1].replace("4010E9", "XYZ"), "cell 5", "sbs.form"),
    "date": (
        LINES.splitlines()[1].replace("2008/11/28", "28.11.2008"),
        "cells 7 and 8",
        "time.unreadable",
    ),
    "latitude": (LINES.splitlines()[1].replace("53.02551", "53N"), "cell 15", "number.expected"),
    "longitude": (LINES.splitlines()[1].replace("-2.91389", ""), "cell 16", "number.expected"),
    "range": (LINES.splitlines()[1].replace("53.02551", "93.0"), "", "position.range"),
    "altitude": (LINES.splitlines()[1].replace("28000", "FL280"), "cell 12", "number.expected"),
}


@pytest.mark.parametrize(("line", "where", "code"), BAD_LINES.values(), ids=BAD_LINES)
def test_each_bad_line_is_told_and_the_others_are_read(line, where, code):
    reading = sbs(LINES + line + "\n")
    assert len(reading.declarations) == 2
    (refusal,) = reading.refused
    assert (refusal.code, refusal.where) == (code, f"feed.csv line 7 {where}".strip())
