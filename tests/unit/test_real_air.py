"""Aviation's real files: exact counts, and areas by a calculation that shares nothing with ours."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace

import pytest
import yaml
from geographiclib.geodesic import Geodesic

from keepclear.detect.prepare import prepare
from keepclear.domain.declaration import Kind
from keepclear.domain.footprint import Area, Circle
from keepclear.domain.schedule import Schedule
from keepclear.errors import InputError
from keepclear.faces.python import check
from keepclear.formats.registry import read_bytes
from keepclear.node.geoid import load_geoid

pytestmark = pytest.mark.data
WGS84 = Geodesic.WGS84
NM = 1852.0


def read(path, **more):
    return read_bytes(path.read_bytes(), name=path.name, **more)


def refused_by_detection(declarations):
    """What detection would refuse of them; schedules stand for their whole time."""
    plain = [
        replace(
            said,
            parts=tuple(
                replace(part, window=part.window.window)
                if isinstance(part.window, Schedule)
                else part
                for part in said.parts
            ),
        )
        for said in declarations
    ]
    return prepare(plain, geoid=load_geoid()).refused


@pytest.mark.parametrize(
    ("name", "format_", "declared", "parts", "refused", "warned"),
    [
        ("airspace/openair_activation-times.txt", "openair", 1, 4, 0, 0),
        ("airspace/openair_arc-angle-cw.txt", "openair", 1, 1, 0, 0),
        ("airspace/openair_arc-ccw.txt", "openair", 1, 1, 0, 0),
        ("airspace/openair_circular-invalid.txt", "openair", 1, 1, 0, 1),
        ("airspace/openair_polygon.txt", "openair", 1, 1, 0, 0),
        ("airspace/uk_airspace_yaixm.yaml", "yaixm", 702, 1053, 0, 6),
        ("airspace/uk_rat_yaixm.yaml", "yaixm", 6, 11, 0, 2),
        ("notam/hazard_areas_2024-12.json", "notam-json", 44, 49, 0, 0),
        ("notam/hazard_areas_2025-04.json", "notam-json", 26, 40, 0, 1),
        ("tracks/readsb_trace_full_ac671b.json", "readsb", 4, 12, 0, 3),
    ],
)
def test_every_row_of_every_file_is_counted(data, name, format_, declared, parts, refused, warned):
    reading = read(data / name)
    assert reading.format == format_
    assert len(reading.declarations) == declared
    assert sum(len(d.parts) for d in reading.declarations) == parts
    assert len(reading.refused) == refused
    assert len(reading.warnings) == warned
    assert reading.findings == ()


def test_detection_takes_every_airspace_and_notice_but_the_invalid_one(data):
    """The invalid OpenAir file goes twice through one corner; its lines are named."""
    files = [*sorted((data / "airspace").glob("*.[ty]*")), *sorted((data / "notam").iterdir())]
    assert len(files) == 9
    refused = [r for path in files for r in refused_by_detection(read(path).declarations)]
    (refusal,) = refused
    assert refusal.code == "ring.self-crossing"
    assert refusal.where.startswith(
        "openair_circular-invalid.txt airspace in lines 1 to 11 ED-R4 Wannsee H24"
    )


def test_a_sample_in_a_private_form_is_refused_as_unknown(data):
    """LFBOTMA.json is one program's own dump of an airspace: levels without unit or reference."""
    with pytest.raises(InputError) as caught:
        read(data / "airspace/LFBOTMA.json")
    assert caught.value.code == "format.unknown"


# areas against an independent calculation


def place(text):
    (n, ns, e, ew) = re.fullmatch(r"(\d{6})([NS]) (\d{7})([EW])", text).groups()
    latitude = int(n[:2]) + int(n[2:4]) / 60 + int(n[4:]) / 3600
    longitude = int(e[:3]) + int(e[3:5]) / 60 + int(e[5:]) / 3600
    return (-latitude if ns == "S" else latitude, -longitude if ew == "W" else longitude)


def outline(boundary):
    """A fine polygon by the direct geodesic problem: a vertex every quarter of a degree.

    Its chords make the area of a circle too small by 3 parts in a million.
    """
    found = []
    for segment in boundary:
        ((kind, said),) = segment.items()
        if kind == "line":
            found += [place(text) for text in said]
            continue
        number, unit = said["radius"].split()
        assert unit == "nm"
        center, radius_m = place(said["centre"]), float(number) * NM
        start, turn = 0.0, 360.0
        if kind == "arc":
            start = WGS84.Inverse(*center, *found[-1])["azi1"]
            turn = (WGS84.Inverse(*center, *place(said["to"]))["azi1"] - start) % 360.0
            turn -= 0.0 if said["dir"] == "cw" else 360.0
        steps = max(1, round(abs(turn) / 0.25))
        for step in range(1 if kind == "arc" else 0, steps):
            point = WGS84.Direct(*center, start + turn * step / steps, radius_m)
            found.append((point["lat2"], point["lon2"]))
        if kind == "arc":
            found.append(place(said["to"]))
    return found


def area_m2(places):
    polygon = WGS84.Polygon()
    for latitude, longitude in places:
        polygon.AddPoint(latitude, longitude)
    return abs(polygon.Compute()[2])


@pytest.fixture(scope="module")
def uk(data):
    path = data / "airspace/uk_airspace_yaixm.yaml"
    raw = yaml.load(path.read_text(encoding="utf-8"), yaml.SafeLoader)["airspace"]
    return list(zip(raw, read(path).declarations, strict=True))


def test_ten_volumes_and_more_have_their_areas_to_a_tenth_of_a_percent(uk):
    """The area is the one a check reports when somebody else claims the same volume."""
    chosen = Counter()
    compared = []
    for raw, airspace in uk:
        for said, part in zip(raw["geometry"], airspace.parts, strict=True):
            kinds = tuple(sorted({next(iter(segment)) for segment in said["boundary"]}))
            chosen[kinds] += 1
            if chosen[kinds] > 6:
                continue
            one = replace(airspace, id="one", party="a", parts=(part,), position_error_m=0.0)
            other = replace(one, id="other", party="b", kind=Kind.OPERATION)
            (crossing,) = check([one, other]).crossings
            expected = area_m2(outline(said["boundary"]))
            assert crossing.area_m2 == pytest.approx(expected, rel=1e-3), raw["name"]
            compared.append(kinds)
    assert Counter(compared) == {("circle",): 6, ("line",): 6, ("arc", "line"): 6}


def test_every_ring_with_arcs_has_its_area_and_is_hardly_smaller(uk):
    """All 174 rings with arcs, by the polygon that the reader made of them."""
    worst, count = [], 0
    for raw, airspace in uk:
        for said, part in zip(raw["geometry"], airspace.parts, strict=True):
            if not any("arc" in segment for segment in said["boundary"]):
                continue
            ring = part.footprint.polygons[0].rings[0]
            ours = area_m2([(p.latitude, p.longitude) for p in ring])
            expected = area_m2(outline(said["boundary"]))
            worst.append((ours / expected - 1.0, raw["name"], said.get("seq")))
            count += 1
    worst.sort()
    assert count == 174
    # outwards by at most the tolerance; the misfit of ends moves a corner by some metres
    assert worst[0][0] > -2e-4, worst[:5]
    assert worst[-1][0] < 1e-3, worst[-5:]


def test_every_circle_is_the_declared_one(uk):
    circles = 0
    for raw, airspace in uk:
        for said, part in zip(raw["geometry"], airspace.parts, strict=True):
            if "circle" in said["boundary"][0]:
                circle = said["boundary"][0]["circle"]
                assert isinstance(part.footprint, Circle)
                assert part.footprint.radius_m == pytest.approx(
                    float(circle["radius"].split()[0]) * NM, rel=1e-12
                )
                center = part.footprint.center
                assert (center.latitude, center.longitude) == pytest.approx(
                    place(circle["centre"]), abs=1e-9
                )
                circles += 1
    assert circles == 472


# notices: the text and the columns that somebody else took from it


NO_ITEM_F = {"A0882/25", "A1050/25"}
"""Their items F and G were lost on the way; the column takes no limits, the text has SFC-UNL in E."""


@pytest.mark.parametrize(("month", "notices"), [("2024-12", 44), ("2025-04", 23)])
def test_the_text_of_the_notices_gives_the_corners_that_the_columns_give(data, month, notices):
    document = json.loads((data / f"notam/hazard_areas_{month}.json").read_text(encoding="utf-8"))
    columns = read(data / f"notam/hazard_areas_{month}.json")
    text = "\n\n".join(dict.fromkeys(document["RAWMESSAGE"]))
    from_text = read_bytes(text.encode(), name="bulletin.txt")
    assert from_text.format == "notam"
    assert from_text.refused == from_text.findings == ()
    by_number = {notice.id: notice for notice in from_text.declarations}
    assert len(by_number) == len(from_text.declarations) == notices
    for area in columns.declarations:
        notice = by_number[area.id.partition("_")[0]]
        assert all(isinstance(part.footprint, Area) for part in notice.parts)
        assert area.parts[0].footprint in [part.footprint for part in notice.parts]
        assert {part.window for part in notice.parts} == {part.window for part in area.parts}
        (band,) = {part.band for part in notice.parts}
        if area.id[:8] not in NO_ITEM_F:
            assert band == area.parts[0].band
    counts = [sum(len(d.parts) for d in each.declarations) for each in (from_text, columns)]
    assert counts[0] == counts[1]


def test_the_bands_of_the_notices(data):
    reading = read(data / "notam/hazard_areas_2024-12.json")
    bands = Counter(str(part.band) for said in reading.declarations for part in said.parts)
    assert bands == {"SFC to unlimited": 46, "SFC to 20000 m AMSL": 3}


def test_the_trace_is_four_flights_with_every_report(data):
    path = data / "tracks/readsb_trace_full_ac671b.json"
    reading = read(path)
    reports = json.loads(path.read_text(encoding="utf-8"))["trace"]
    points = [
        p for flight in reading.declarations for route in flight.parts for p in route.waypoints
    ]
    assert [flight.id for flight in reading.declarations] == [
        "DAL1812",
        "DAL2418",
        "DAL1615",
        "DAL2927",
    ]
    assert len(points) == len({row[0] for row in reports}) == 2499
    assert sum(str(p.band) == "SFC to SFC" for p in points) == 394
