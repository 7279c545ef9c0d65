"""Files that nobody here wrote, through the command as it is typed.

What comes out is held to calculations that share nothing with keepclear: flights are sampled in
time and measured on the ellipsoid, InterUSS's intents are laid onto a plane, zones are asked with
shapely and GeographicLib.
"""

from __future__ import annotations

import gzip
import json
import math
import subprocess
import sys
from collections import defaultdict
from itertools import combinations, pairwise

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from shapely import Polygon
from shapely.geometry import shape

import keepclear
from keepclear.domain.window import parse_instant
from tests.interuss import load_intents

pytestmark = pytest.mark.data

WGS84 = Geodesic.WGS84
FIVE_MILES_M = 5 * 1852.0
THOUSAND_FEET = 1000.0
SECONDS_MAX = 600


def check(*arguments):
    """Exit code, envelope, and what was said, of one command."""
    ran = subprocess.run(
        [sys.executable, "-m", "keepclear", "check", *map(str, arguments), "--format", "json"],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    return ran.returncode, json.loads(ran.stdout), ran.stderr


# 1,243 flights over Switzerland


@pytest.fixture(scope="module")
def flights(data):
    """The reports of each flight by address and call sign, in order of time, one an instant."""
    document = json.loads(gzip.decompress((data / "tracks/switzerland.json.gz").read_bytes()))
    flights = defaultdict(dict)
    for report in document:
        flights[report["icao24"], report["callsign"]].setdefault(report["timestamp"], report)
    return {
        flight: [reports[stamp] for stamp in sorted(reports)] for flight, reports in flights.items()
    }


@pytest.fixture(scope="module")
def swiss(data):
    path = data / "tracks/switzerland.json.gz"
    return check(path, "--horizontal", "5NM", "--vertical", "1000ft")


@pytest.fixture(scope="module")
def crossings(swiss, flights):
    """Crossings of the command by flights: start, end in seconds, and the crossing itself."""
    by_callsign = defaultdict(list)
    for flight in flights:
        by_callsign[flight[1]].append(flight)
    found = defaultdict(list)
    for crossing in swiss[1]["crossings"]:
        pair = []
        for side in (crossing["a"], crossing["b"]):
            callsign, _, address = side["id"].partition("/")
            pair.append((address, callsign) if address else by_callsign[callsign][0])
        span = (parse_instant(crossing[name]) / 1e6 for name in ("time_start", "time_end"))
        found[tuple(sorted(pair))].append((*span, crossing))
    return found


class Sampled:
    """A flight at every whole second: places by linear interpolation, feet likewise."""

    def __init__(self, reports):
        stamps = np.array([report["timestamp"] / 1000 for report in reports])
        seconds = np.arange(math.ceil(stamps[0]), math.floor(stamps[-1]) + 1)
        leg = np.clip(np.searchsorted(stamps, seconds, side="right") - 1, 0, len(stamps) - 1)
        gap = stamps[np.minimum(leg + 1, len(stamps) - 1)] - stamps[leg]
        self.first, self.end = int(seconds[0]), int(seconds[-1]) + 1
        self.seen = gap <= 600  # beyond ten minutes nothing is known of the way
        self.longitude, self.latitude, self.feet = (
            np.interp(seconds, stamps, [report[name] for report in reports])
            for name in ("longitude", "latitude", "altitude")
        )

    def between(self, first, end):
        part = slice(first - self.first, end - self.first)
        return self.longitude[part], self.latitude[part], self.feet[part], self.seen[part]


def apart(a, b):
    """Seconds shared, metres on the local plane of the ellipsoid, feet, and whether both are seen."""
    first, end = max(a.first, b.first), min(a.end, b.end)
    (xa, ya, za, sa), (xb, yb, zb, sb) = a.between(first, end), b.between(first, end)
    middle = np.radians((ya + yb) / 2)
    curvature = 1 - 0.00669437999014 * np.sin(middle) ** 2
    east = np.radians(xa - xb) * np.cos(middle) * 6_378_137.0 / np.sqrt(curvature)
    north = np.radians(ya - yb) * 6_335_439.327 / curvature**1.5
    return np.arange(first, end), np.hypot(east, north), np.abs(za - zb), sa & sb


def runs(seconds, inside):
    """First and last second of each unbroken stretch."""
    edges = np.diff(np.concatenate(([0], inside.astype(int), [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return [(int(seconds[i]), int(seconds[j])) for i, j in zip(starts, ends, strict=True)]


@pytest.fixture(scope="module")
def sampled(flights):
    """Stretches too near and the smallest miss, of every pair of flights that share a second."""
    tracks = {flight: Sampled(reports) for flight, reports in flights.items()}
    near, misses = {}, {}
    for a, b in combinations(sorted(tracks), 2):
        one, other = tracks[a], tracks[b]
        if one.first >= other.end or other.first >= one.end:
            continue
        seconds, metres, feet, seen = apart(one, other)
        found = runs(seconds, (metres < FIVE_MILES_M) & (feet < THOUSAND_FEET) & seen)
        if found:
            near[a, b] = found
        elif seen.any():
            ratio = np.maximum(metres / FIVE_MILES_M, feet / THOUSAND_FEET)[seen]
            misses[a, b] = float(ratio.min()), int(seconds[seen][ratio.argmin()])
    return near, misses


def at(reports, second):
    """Latitude, longitude and feet of a flight at any instant, along geodesics."""
    for before, after in pairwise(reports):
        start, end = before["timestamp"] / 1000, after["timestamp"] / 1000
        if start <= second <= end:
            share = (second - start) / (end - start)
            way = WGS84.InverseLine(
                before["latitude"], before["longitude"], after["latitude"], after["longitude"]
            )
            place = way.Position(way.s13 * share)
            feet = before["altitude"] + (after["altitude"] - before["altitude"]) * share
            return place["lat2"], place["lon2"], feet
    return None


def gap(flights, pair, second):
    """Metres and feet between two flights at an instant, or None where one is not flying."""
    a, b = (at(flights[flight], second) for flight in pair)
    if a is None or b is None:
        return None
    return WGS84.Inverse(a[0], a[1], b[0], b[1])["s12"], abs(a[2] - b[2])


def test_all_pairs_of_the_swiss_flights(swiss):
    code, found, said = swiss
    assert code == 1
    assert (found["complete"], found["declarations"], found["volumes"]) == (True, 1243, 1244)
    assert (found["compared"], found["not_compared"], found["refused"]) == (1243, [], [])
    assert len(found["crossings"]) == 170
    assert {(c["kind"], c["certainty"]) for c in found["crossings"]} == {("separation", "certain")}
    first = [(c["a"]["id"], c["b"]["id"], c["time_start"][11:19]) for c in found["crossings"][:3]]
    assert first == [
        ("ADR322", "MSR986", "05:47:47"),
        ("AFR53FL", "RYR79PW", "05:50:41"),
        ("ASL16W", "THY2", "06:03:07"),
    ]
    assert "170 crossings (all certain) among 1,243 declarations" in said


def test_the_swiss_crossings_are_those_that_sampling_finds(crossings, sampled):
    near, _ = sampled
    assert set(near) <= set(crossings)
    assert sum(map(len, near.values())) == 165
    for pair, stretches in near.items():
        spans = [(start, end) for start, end, _ in crossings[pair]]
        assert len(spans) == len(stretches), pair
        for (start, end), (first, last) in zip(spans, stretches, strict=True):
            assert start <= first <= start + 1, pair
            assert last <= end <= last + 1, pair


def test_what_sampling_each_second_does_not_find_lasts_less_than_one(crossings, sampled, flights):
    short = {pair: spans for pair, spans in crossings.items() if pair not in sampled[0]}
    assert len(short) == 5
    for pair, ((start, end, _),) in short.items():
        assert 0 < end - start < 1
        metres, feet = gap(flights, pair, (start + end) / 2)
        assert metres < FIVE_MILES_M
        assert feet < THOUSAND_FEET


def test_crossings_of_swiss_flights_measured_on_the_ellipsoid(crossings, flights):
    chosen = sorted(crossings)[::12]
    assert len(chosen) >= 12
    for pair in chosen:
        for start, end, crossing in crossings[pair]:
            inside = [start + (end - start) * (k + 0.5) / 40 for k in range(40)]
            gaps = [gap(flights, pair, second) for second in inside]
            assert all(m < FIVE_MILES_M and f < THOUSAND_FEET for m, f in gaps), pair
            assert min(m for m, _ in gaps) >= crossing["horizontal_m"] - 0.01, pair
            for second in (start - 0.01, end + 0.01):
                outside = gap(flights, pair, second)
                assert outside is None or (
                    outside[0] >= FIVE_MILES_M or outside[1] >= THOUSAND_FEET
                ), pair


def test_swiss_flights_that_are_not_reported_are_apart(sampled, crossings, flights):
    """The nearest misses and pairs drawn at random, at ten instants a second round the nearest."""
    misses = {pair: miss for pair, miss in sampled[1].items() if pair not in crossings}
    assert len(misses) > 25_000
    assert min(ratio for ratio, _ in misses.values()) >= 1.0
    nearest = sorted(misses, key=misses.get)[:20]
    chance = np.random.default_rng(20180801)
    drawn = [sorted(misses)[k] for k in chance.choice(len(misses), 20, replace=False)]
    for pair in [*nearest, *drawn]:
        second = misses[pair][1]
        for tenth in range(-10, 11):
            between = gap(flights, pair, second + tenth / 10)
            assert between is None or (between[0] >= FIVE_MILES_M or between[1] >= THOUSAND_FEET), (
                pair
            )


@pytest.mark.parametrize(
    ("name", "declarations", "crossings", "certainty"),
    [
        ("zurich_airport", 11, 0, set()),
        ("noisy_time_issue", 3, 19, {"possible"}),  # one craft under two clocks
        ("rega_zh", 1, 0, set()),
        ("ign_mercantour", 1, 0, set()),
        ("liguria", 1, 0, set()),
        ("sisteron", 1, 0, set()),
    ],
)
def test_recordings_are_read_and_compared_with_themselves(
    data, name, declarations, crossings, certainty
):
    code, found, _ = check(data / "tracks" / f"{name}.json.gz")
    assert code == (1 if crossings else 0)
    assert (found["declarations"], found["compared"]) == (declarations, declarations)
    assert (found["complete"], found["refused"]) == (True, [])
    assert len(found["crossings"]) == crossings
    assert {c["certainty"] for c in found["crossings"]} == certainty


# zones and intents: every file, and what it comes to


OPEN_IN_2019 = ("--after", "2019-06-01T00:00Z", "--before", "2019-06-08T00:00Z")
"""When the schedules of the official examples hold."""


@pytest.mark.parametrize(
    ("name", "options", "code", "declarations", "volumes", "compared", "crossings"),
    [
        ("zones/ch_cis_source_sample_ed269.json", (), 0, 1, 1, 1, 0),
        ("zones/ch_cis_source_sample_ed318.json", (), 0, 3, 3, 3, 0),
        ("zones/ed269-ch.json", (), 0, 4, 5, 4, 0),
        ("zones/ed269-lu.json", (), 0, 2, 2, 2, 0),
        ("zones/ed318_Example_Collection.json", OPEN_IN_2019, 0, 2, 3, 2, 0),
        ("zones/ed318_Example_GeoZone_2_Layers.json", OPEN_IN_2019, 0, 1, 2, 1, 0),
        ("zones/faa-uasfm.json", (), 1, 2, 2, 2, 1),
        ("utm/op_request_1.json", (), 0, 1, 5, 1, 0),
    ],
)
def test_files_that_are_read(data, name, options, code, declarations, volumes, compared, crossings):
    ended, found, _ = check(data / name, "--within-party", *options)
    assert (found["declarations"], found["volumes"]) == (declarations, volumes)
    assert (found["compared"], found["not_compared"]) == (compared, [])
    assert (found["refused"], found["complete"]) == ([], True)
    assert (ended, len(found["crossings"])) == (code, crossings)


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        (
            "zones/ed318_InvalidExample_GeoZone_2_Layers.json",
            [
                ("metadata validFrom", "time.unreadable", "no zone of this collection is used"),
                ("feature 1 NFZ6547", "zone.schema", "'REQ_AUTHORISATION'"),
                ("feature 1 NFZ6547", "zone.schema", "a list of texts, each with its lang"),
            ],
        ),
        (
            "utm/op_bad_lat_lon_range.json",
            [
                (
                    "extents 1 outline_polygon vertices 3",
                    "position.range",
                    "latitude 110.02005709311726 lies outside -90 to 90 degrees",
                )
            ],
        ),
        (
            "utm/op_bad_time_format.json",
            [("extents 1 time_end", "time.format", "found format 'RFC3330', expected RFC3339")],
        ),
        ("utm/openutm_edmonton_cap10.json", [("", "format.unknown", "a list of 21")]),
        ("utm/test_zurich.json", [("", "format.unknown", "an object")]),
    ],
)
def test_files_that_are_refused(data, name, refused):
    code, found, said = check(data / name)
    assert code == 3
    assert (found["declarations"], found["complete"]) == (0, False)
    assert len(found["refused"]) == len(refused)
    for refusal, (where, reason, words) in zip(found["refused"], refused, strict=True):
        assert refusal["where"] == f"{data / name} {where}".strip()
        assert refusal["code"] == reason
        assert words in refusal["message"]
        assert words in said


def test_a_schedule_that_is_over_is_counted_and_not_compared(data):
    code, found, _ = check(
        data / "zones/ed318_Example_GeoZone_2_Layers.json",
        *("--after", "2026-01-01T00:00Z", "--before", "2026-01-08T00:00Z"),
    )
    assert (code, found["declarations"], found["compared"]) == (0, 1, 0)
    assert found["not_compared"] == [{"reason": "outside the time asked for", "count": 1}]


def outlines(path):
    """Each zone's identifier with its outlines, straight from the JSON: shapes and circles."""
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    for zone in document.get("UASZoneList", document.get("features", [])):
        raw = zone["geometry"]
        if isinstance(raw, list):
            shapes = [volume["horizontalProjection"] for volume in raw]
            name = zone["identifier"]
        else:
            shapes, name = raw.get("geometries", [raw]), zone["properties"]["identifier"]
        yield name, shapes


def holds(outline, longitude, latitude):
    if outline["type"] == "Circle":
        there, radius = outline["center"], outline["radius"]
    elif outline["type"] == "Point":
        there, radius = outline["coordinates"], outline["extent"]["radius"]
    else:
        return shape(outline).contains(
            shape({"type": "Point", "coordinates": (longitude, latitude)})
        )
    return WGS84.Inverse(there[1], there[0], latitude, longitude)["s12"] <= radius


def middle(outline):
    if outline["type"] in {"Circle", "Point"}:
        return tuple(outline.get("center", outline.get("coordinates"))[:2])
    return shape(outline).representative_point().coords[0]


@pytest.mark.parametrize(
    "name",
    [
        "ch_cis_source_sample_ed269.json",
        "ch_cis_source_sample_ed318.json",
        "ed269-ch.json",
        "ed269-lu.json",
    ],
)
def test_a_place_inside_a_zone_crosses_the_zones_that_hold_it(data, tmp_path, name):
    zones = list(outlines(data / "zones" / name))
    places = [middle(outline) for _, shapes in zones for outline in shapes]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": place},
            "properties": {"id": f"at {k}", "kind": "operation", "radius_m": 1, "party": "Alder"},
        }
        for k, place in enumerate(places)
    ]
    asking = tmp_path / "asking.geojson"
    asking.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    code, found, _ = check(data / "zones" / name, asking)
    expected = {
        (f"at {k}", zone)
        for k, place in enumerate(places)
        for zone, shapes in zones
        if any(holds(outline, *place) for outline in shapes)
    }
    assert len(expected) >= len(zones)
    assert code == 1
    ids = [{c["a"]["id"], c["b"]["id"]} for c in found["crossings"]]
    assert {frozenset(pair) for pair in ids} == {frozenset(pair) for pair in expected}


# InterUSS: flights that conflict, and that do not

NOON = parse_instant("2026-06-01T12:00:00Z")
PLACES = ((0.0, 0.0), (46.97, 7.45), (-31.2, 144.2))
TOUCH_M = 0.1
"""No outline may come this near to another without meeting it: the plane would not decide."""


def on_the_plane(declaration, latitude=0.0):
    """Outline in metres at a latitude, heights and times, all from the declared numbers."""
    (volume,) = declaration.parts
    (polygon,) = volume.footprint.polygons
    ring = polygon.rings[0]
    scale = 111_319.49 * math.cos(math.radians(latitude)), 110_574.0
    vertices = [(place.longitude * scale[0], place.latitude * scale[1]) for place in ring]
    heights = volume.band.lower.value, volume.band.upper.value
    return Polygon(vertices), heights, (volume.window.start_us, volume.window.end_us)


def meet(a, b, latitude=0.0):
    """Whether two volumes share more than a border, on the plane."""
    (ground_a, *bounds_a), (ground_b, *bounds_b) = (on_the_plane(x, latitude) for x in (a, b))
    shared = ground_a.intersection(ground_b).area
    assert shared > TOUCH_M or ground_a.distance(ground_b) > TOUCH_M
    overlap = all(
        max(x[0], y[0]) < min(x[1], y[1]) for x, y in zip(bounds_a, bounds_b, strict=True)
    )
    return overlap and shared > 0


@pytest.fixture(scope="module")
def interuss(data):
    return data / "utm/flight_intents_standard_conflicting_flights.yaml"


@pytest.mark.parametrize(("latitude", "longitude"), PLACES)
def test_interuss_intents_meet_as_on_the_plane(interuss, latitude, longitude):
    intents = load_intents(
        interuss, evaluation_us=NOON, latitude=latitude, longitude=longitude, altitude_m=100
    )
    found = keepclear.check(intents.values(), within_party=True)
    assert found.complete
    pairs = {frozenset((c.a.id, c.b.id)) for c in found.crossings}
    expected = {
        frozenset((a, b))
        for a, b in combinations(intents, 2)
        if meet(intents[a], intents[b], latitude)
    }
    assert len(intents) == 13
    assert 30 < len(expected) < 78  # some meet and some do not
    assert pairs == expected


@pytest.mark.parametrize(
    ("a", "b", "crosses"),
    [
        ("flight1_planned", "flight2_planned", True),
        ("flight1_activated", "flight2_activated", True),
        ("flight1c_planned", "flight2_planned", False),
        ("flight1c_activated", "flight2_activated", False),
        ("flight1m_planned", "flight2_planned", True),
        ("flight1m_activated", "flight2_activated", True),
        ("flight1_planned", "equal_prio_flight2_planned", True),
        ("flight1_planned", "equal_prio_flight2m_planned", False),
        ("flight1c_activated", "flight2m_activated", True),
        ("flight1c_activated", "equal_prio_flight2_nonconforming", False),
    ],
)
def test_interuss_pairs_by_name(interuss, a, b, crosses):
    intents = load_intents(interuss, evaluation_us=NOON)
    found = keepclear.check([intents[a], intents[b]])
    assert bool(found.crossings) == crosses == meet(intents[a], intents[b])
    if crosses:
        (crossing,) = found.crossings
        assert crossing.certain
        (ground_a, heights_a, _), (ground_b, heights_b, _) = map(
            on_the_plane, (intents[a], intents[b])
        )
        assert crossing.area_m2 == pytest.approx(ground_a.intersection(ground_b).area, rel=0.001)
        lower = max(heights_a[0], heights_b[0])
        assert crossing.altitude_w84_m == pytest.approx((lower, min(heights_a[1], heights_b[1])))
