"""Duplicates, speeds, times and bands that cannot be as they stand; and what each finding owes."""

from __future__ import annotations

import pytest

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Ground, Kind
from keepclear.domain.finding import Severity
from keepclear.domain.footprint import Circle
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, Window
from keepclear.integrity.registry import CHECKS, explanation
from tests.listed import at, found, one, site

HERE = "36.20833, 37.15417"
HOUR_US = 3_600_000_000
NOW_US = 1_448_000_000_000_000


def severities(rows):
    return {code: findings[0].severity for code, findings in found(rows).items()}


def test_the_same_site_twice():
    rows = [
        site(1, HERE, name="Clinic A"),
        site(2, "36.20833, 37.15418", name="clinic a"),
    ]
    findings = found(rows)
    assert {code: f[0].severity for code, f in findings.items()} == {
        "duplicate.entry": Severity.DOUBT
    }


def test_one_place_with_two_names():
    rows = [
        site(1, HERE, name="Clinic A"),
        site(2, HERE, name="School"),
    ]
    assert {code: f[0].severity for code, f in found(rows).items()} == {
        "duplicate.place": Severity.NOTE
    }


def test_one_name_at_two_places():
    rows = [
        site(1, HERE, name="Clinic A"),
        site(2, "36.30833, 37.15417", name="Clinic-A"),
    ]
    (finding,) = found(rows)["duplicate.name"]
    assert finding.severity is Severity.NOTE
    assert "11.1 km apart" in finding.message


def test_sites_of_two_parties_are_no_duplicates():
    rows = [
        site(1, HERE, name="A"),
        site(2, HERE, name="A", party="B"),
    ]
    assert not found(rows)


def test_fifteen_metres_are_two_places():
    rows = [site(1, HERE, name="A"), site(2, "36.20847, 37.15417", name="B")]
    assert not found(rows)


def journey(*legs, kind=Kind.MOVEMENT):
    points = tuple(Waypoint(at(lat, lon), time_us, EVERYWHERE) for lat, lon, time_us in legs)
    return Declaration(id="M", kind=kind, parts=(Route(points, 100.0),), party="Aid", where="row 1")


def test_a_convoy_at_road_speed_is_silent():
    assert not one(journey((36.0, 37.0, 0), (36.5, 37.0, HOUR_US), (36.5, 37.0, 2 * HOUR_US)))


@pytest.mark.parametrize(
    ("hours", "severity"), [(0.5, Severity.DOUBT), (0.01, Severity.WRONG), (0.0, Severity.WRONG)]
)
def test_a_leg_that_is_too_fast(hours, severity):
    findings = one(journey((36.0, 37.0, 0), (37.5, 37.0, round(hours * HOUR_US))))
    (finding,) = findings["movement.speed"]
    assert finding.severity is severity


def test_a_swapped_vertex_of_a_journey_is_named():
    """Continuity finds what no box round the area would: 35.93 N 36.63 E swapped is 100 km off."""
    way = ((35.93, 36.61, 0), (36.63, 35.95, HOUR_US // 12), (35.97, 36.65, HOUR_US // 6))
    (finding,) = one(journey(*way))["movement.speed"]
    assert "it fits if at vertex 2 latitude and longitude are exchanged" in finding.message


def test_an_aircraft_may_be_faster_than_a_convoy():
    fast = ((36.0, 37.0, 0), (37.5, 37.0, HOUR_US // 6))
    assert one(journey(*fast))
    assert not one(journey(*fast, kind=Kind.OPERATION))


def test_windows_in_the_past():
    past = volume(EVERYWHERE, Window(0, HOUR_US))
    (finding,) = found(
        [past, volume(EVERYWHERE, ALWAYS), volume(EVERYWHERE, Window(0, NOW_US + 1))], now_us=NOW_US
    )["time.past"]
    assert finding.severity is Severity.DOUBT
    assert "1970-01-01T01:00:00Z" in finding.message


def test_when_everything_has_ended_it_is_said_once():
    rows = [volume(EVERYWHERE, Window(0, HOUR_US))] * 5
    assert len(found(rows, now_us=NOW_US)["time.past"]) == 1


def test_the_past_is_not_looked_at_without_a_clock():
    assert not found([volume(EVERYWHERE, Window(0, HOUR_US))])


def test_an_expired_site_is_a_note():
    (finding,) = found([volume(EVERYWHERE, Window(0, HOUR_US), kind=Kind.SITE)], now_us=NOW_US)[
        "time.past"
    ]
    assert finding.severity is Severity.NOTE


def volume(band, window=ALWAYS, *, kind=Kind.OPERATION, ground=None, bands=()):
    circle = Circle(at(36.2, 37.15), 1000.0)
    parts = tuple(Volume4D(circle, one_band, window) for one_band in (band, *bands))
    return Declaration(id="V", kind=kind, parts=parts, party="Alder", where="row 1", ground=ground)


def limit(value, reference, units=Units.M):
    return Altitude(value, units, reference)


FL200 = limit(200, Reference.STD, Units.FL)


@pytest.mark.parametrize(
    ("lower", "upper", "ground"),
    [
        (FL200, limit(3000, Reference.AMSL), None),
        (limit(4000, Reference.AGL), limit(3000, Reference.AMSL), None),
        (limit(100, Reference.AGL), limit(1000, Reference.AMSL), Ground(1200, 1500)),
        (None, limit(1000, Reference.AMSL), Ground(1200, 1500)),
        (None, limit(30, Reference.STD, Units.FL), Ground(3000, 3500)),
    ],
    ids=[
        "FL over AMSL",
        "AGL over AMSL",
        "over high ground",
        "below the ground",
        "FL below terrain",
    ],
)
def test_bands_that_contradict_themselves(lower, upper, ground):
    findings = one(volume(AltitudeBand(lower, upper), ground=ground))
    assert findings["altitude.contradicts"][0].severity is Severity.WRONG


@pytest.mark.parametrize(
    ("lower", "upper", "ground"),
    [
        (limit(50, Reference.STD, Units.FL), limit(1600, Reference.AMSL), None),
        (limit(100, Reference.AGL), limit(1000, Reference.AMSL), None),
        (limit(0, Reference.SFC), FL200, Ground(1200, 1500)),
        (limit(100, Reference.W84), limit(50, Reference.AMSL), None),
        (None, None, None),
    ],
)
def test_bands_that_may_hold_are_silent(lower, upper, ground):
    assert not one(volume(AltitudeBand(lower, upper), ground=ground))


def test_two_ceilings_of_one_volume():
    findings = one(
        volume(
            AltitudeBand(None, limit(320, Reference.STD, Units.FL)),
            bands=(AltitudeBand(None, limit(530, Reference.STD, Units.FL)),),
        )
    )
    assert "FL320 and FL530" in findings["altitude.two-ceilings"][0].message


def test_layers_of_one_area_are_no_two_ceilings():
    low, middle, high = (limit(value, Reference.AMSL) for value in (0, 500, 1000))
    assert not one(volume(AltitudeBand(low, middle), bands=(AltitudeBand(middle, high),)))


def test_every_check_is_listed_once_in_order_and_explained():
    codes = [check.code for check in CHECKS]
    assert codes == sorted(set(codes))
    assert all(check.explanation.endswith(".") and explanation(check.code) for check in CHECKS)
