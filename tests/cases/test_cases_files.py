"""Files on which other systems are known to answer wrongly (cases 10, 13, 14, 19, 20, 25 to 28, 37)."""

from __future__ import annotations

import json

import pytest

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.finding import Severity
from keepclear.domain.schedule import Schedule
from keepclear.domain.window import Window, parse_instant
from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes
from keepclear.integrity.context import Context
from keepclear.integrity.examine import examine
from tests.laws.strategies import circle, crossings, declared, volume

TABLE = "id,kind,lat,lon,radius_m,altitude_upper,time_start\n"
TRACE_START = 1_738_703_622.25


def read(text, name, **options):
    return read_bytes(text.encode(), name=name, **options)


def refused(text, name):
    """The codes of what is refused, rows and whole files alike."""
    try:
        reading = read(text, name)
    except InputError as error:
        return [error.code]
    assert reading.declarations == ()
    return [refusal.code for refusal in reading.refused]


def row(**said):
    cells = {"kind": "operation", "lat": "47", "lon": "8", "radius_m": "5"} | said
    return TABLE + ",".join(cells.get(name, "") for name in TABLE.strip().split(",")) + "\n"


def gpx(latitude="47", height="<ele>0</ele>"):
    points = "".join(
        f'<trkpt lat="{latitude}" lon="8">{height}<time>2020-01-01T00:00:{s:02}Z</time></trkpt>'
        for s in (0, 10)
    )
    return f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>'


def cot(latitude="47", hae="400"):
    return (
        '<event version="2.0" uid="a" type="a-n-A-C-F" time="2026-03-01T06:00:00Z" how="m-g" '
        'start="2026-03-01T06:00:00Z" stale="2026-03-01T07:00:00Z">'
        f'<point lat="{latitude}" lon="8" hae="{hae}" ce="25" le="30"/></event>'
    )


def readsb(*latitudes, altitude="1000", address="ac671b"):
    rows = ",".join(
        f"[{10 * k},{latitude},8.0,{altitude},1,1,0,0,null]" for k, latitude in enumerate(latitudes)
    )
    return f'{{"icao":"{address}","timestamp":{TRACE_START},"trace":[{rows}]}}'


def sbs(*latitudes, altitude="1000", address="4CA2D6"):
    return "".join(
        f"MSG,3,1,1,{address},1,2020/01/01,00:00:{10 * k:02}.000,2020/01/01,00:00:{10 * k:02}.000,,"
        f"{altitude},,,{latitude},8.0,,,0,0,0,0\n"
        for k, latitude in enumerate(latitudes)
    )


def test_case_10_values_that_are_plausible_when_swapped_are_told():
    """35.9 N 36.6 E and 36.6 N 35.9 E both lie in the theatre: only the words know which is meant."""
    sites = [f"S{k},site,35.9{k}41{k},36.6{k}32{k},,,\n" for k in range(1, 9)]
    sites.append("S9,site,36.65321,35.95412,,,\n")
    found = examine(read(TABLE + "".join(sites), "sites.csv").declarations, Context())
    assert {finding.id for finding in found if finding.code.startswith("position.")} == {"S9"}


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2015-11-20T08:30:00+02:00", "2015-11-20T06:30:00Z"),
        ("2015-11-20 08:30+02:00", "2015-11-20T06:30:00Z"),
        ("20.11.2015 06:30 UTC", "2015-11-20T06:30:00Z"),
        ("2015-11-20T06:30:00.123456789Z", "2015-11-20T06:30:00.123456Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),  # a leap second is the next instant
    ],
)
def test_case_13_times_in_tables_are_the_instants_that_they_say(text, instant):
    (one,) = read(row(time_start=text), "a.csv").declarations
    assert one.parts[0].window.start_us == parse_instant(instant)


def test_case_13_a_clock_that_is_put_back_is_never_guessed():
    """02:30 on 2015-10-25 was there twice in Paris: a name of a zone is no offset."""
    table = "id,kind,lat,lon,radius_m,time_start,time_zone\nA,operation,47,8,5,2015-10-25 02:30,"
    assert refused(f"{table}Europe/Paris\n", "a.csv") == ["time.zone"]
    assert refused(f"{table}\n", "a.csv") == ["time.no-offset"]
    for zone, hour in (("+02:00", "00"), ("+01:00", "01")):
        (one,) = read(f"{table}{zone}\n", "a.csv").declarations
        assert one.parts[0].window.start_us == parse_instant(f"2015-10-25T{hour}:30:00Z")


def test_case_14_a_notice_that_holds_at_night_holds_after_midnight():
    notice = (
        "A1234/24 NOTAMN\nQ) LSAS/QRTCA/IV/BO/W/000/195/4700N00800E005\n"
        "A) LSAS B) 2412010000 C) 2412312359\nD) DAILY 2200-0200\n"
        "E) RESTRICTED AREA CIRCLE RADIUS 5NM CENTRED 4700N00800E\nF) SFC G) FL195)\n"
    )
    (one,) = read(notice, "a.txt").declarations
    schedule = one.parts[0].window
    assert isinstance(schedule, Schedule)
    noon = [parse_instant(f"2024-12-0{day}T12:00:00Z") for day in (5, 6)]
    opened = schedule.within(Window(*noon))
    assert [(w.start_us, w.end_us) for w in opened] == [
        (parse_instant("2024-12-05T22:00:00Z"), parse_instant("2024-12-06T02:00:00Z"))
    ]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("0 m AMSL", Altitude(0.0, Units.M, Reference.AMSL)),
        ("400 ft AGL", Altitude(400.0, Units.FT, Reference.AGL)),
        ("FL095", Altitude(95.0, Units.FL, Reference.STD)),
        ("UNL", None),
    ],
)
def test_case_19_a_limit_keeps_its_unit_and_zero_is_a_value(text, limit):
    (one,) = read(row(altitude_upper=text), "a.csv").declarations
    assert one.parts[0].band.upper == limit


def test_case_19_a_number_without_unit_or_reference_is_no_height():
    assert refused(row(altitude_upper="400"), "a.csv") == ["altitude.units"]
    assert refused(row(altitude_upper="400 ft"), "a.csv") == ["altitude.reference"]


def test_case_19_the_sea_is_a_height_and_9999999_is_none():
    (walked,) = read(gpx(), "a.gpx").declarations
    sea = Altitude(0.0, Units.M, Reference.AMSL)
    assert {point.band.upper for point in walked.parts[0].waypoints} == {sea}
    (seen,) = read(cot(hae="9999999"), "a.cot").declarations
    assert seen.parts[0].band == EVERYWHERE


@pytest.mark.parametrize(
    ("text", "name", "format_"),
    [
        (readsb(47.0, 47.001, altitude="null"), "a.json", None),
        (sbs(47.0, 47.001, altitude=""), "a.txt", "sbs-utc"),
        (gpx(height=""), "a.gpx", None),
        (cot(hae="9999999"), "a.cot", None),
    ],
    ids=["readsb", "sbs", "gpx", "cot"],
)
def test_case_20_what_is_seen_without_a_height_is_compared_at_every_height(text, name, format_):
    reading = read(text, name, read_as=format_)
    (seen,) = reading.declarations
    assert any("compared at every height" in warning for warning in reading.warnings)
    for metres in (100.0, 11_000.0):
        level = Altitude(metres, Units.M, Reference.W84)
        fence = volume(circle(47.0, 8.0, 300.0), AltitudeBand(level, level))
        assert crossings(seen, declared("fence", fence, party="Other"))


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_case_25_no_file_brings_in_what_is_no_number(bad):
    kml = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><ExtendedData><Data name="radius_m">'
        f"<value>5</value></Data></ExtendedData><Point><coordinates>8,{bad}</coordinates></Point>"
        "</Placemark></kml>"
    )
    for text, name in (
        (row(lat=bad), "a.csv"),
        (row(radius_m=bad), "a.csv"),
        (kml, "a.kml"),
        (gpx(bad), "a.gpx"),
        (cot(bad), "a.cot"),
        (cot(hae=bad), "a.cot"),
        (readsb(bad, bad), "a.json"),
        (json.dumps({"type": "Feature"})[:-1] + f',"bbox":[{bad}]}}', "a.geojson"),
    ):
        assert refused(text, name), (name, text)


@pytest.mark.parametrize("form", ["readsb", "sbs"])
def test_case_26_two_craft_under_the_address_of_nobody_stay_two(form):
    write, name, read_as = {
        "readsb": (readsb, "a.json", None), "sbs": (sbs, "a.txt", "sbs-utc"),
    }[form]  # fmt: skip
    far_apart = write(47.0, 48.5, 47.001, 48.501, address="000000")
    found = read(far_apart, name, read_as=read_as).declarations
    assert len(found) == 2
    assert len({one.id for one in found}) == 2


def test_case_28_a_track_that_jumps_is_marked_and_nothing_of_it_is_dropped():
    reading = read(readsb(47.0, 48.0, 47.02), "a.json")  # 111 km and back in 20 s
    points = [p for one in reading.declarations for r in one.parts for p in r.waypoints]
    assert sorted(point.position.latitude for point in points) == [47.0, 47.02, 48.0]
    assert any("no craft could reach" in warning for warning in reading.warnings)


def test_case_28_a_plan_that_jumps_is_found_before_it_is_sent():
    plan = {
        "type": "Feature",
        "properties": {
            "id": "W", "kind": "movement", "half_width_m": 500,
            "times": ["2015-11-20T06:00:00Z", "2015-11-20T06:30:00Z", "2015-11-20T07:00:00Z"],
        },
        "geometry": {"type": "LineString", "coordinates": [[37.0, 36.0], [39.5, 36.0], [37.1, 36]]},
    }  # fmt: skip
    (plan_,) = read(json.dumps(plan), "a.geojson").declarations
    speeds = [f for f in examine([plan_], Context()) if f.code == "movement.speed"]
    assert [finding.severity for finding in speeds] == [Severity.DOUBT]
    assert len(plan_.parts[0].waypoints) == 3


@pytest.mark.parametrize("root", ["kml", "gpx", "events"])
def test_case_37_xml_is_as_deep_and_as_large_as_people_write_it(root):
    deep = f"<{root}>" + "<a>" * 300 + "</a>" * 300 + f"</{root}>"
    assert refused(deep, "a.xml") == ["xml.too-deep"]
