"""Every figure that acts 1 to 4 expect, calculated once more by what shares no code with ``detect``.

Distances and times come from the oracles. Areas are those of a plane that geodesics from one place
draw: within 100 km of it no area is off by more than some 4 parts in 100,000. Heights are bracketed by
the physics that they stand for, from the published grid.
"""

from __future__ import annotations

import math
import re
import zlib
from array import array
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from shapely.geometry import LineString, Polygon

from keepclear.domain.footprint import Area as DeclaredArea
from keepclear.domain.footprint import Circle as DeclaredCircle
from keepclear.domain.route import Route
from keepclear.formats.scenarios.reading import read_scenario
from tests.oracle import fifty, spans
from tests.oracle.ellipsoid import Geodesic
from tests.oracle.shapes import GEODESIC, Area, Circle, Corridor, Mover

FILE = Path(__file__).parents[2] / "src" / "keepclear" / "data" / "acts-1-4.scenario"
SCENARIO = read_scenario(
    FILE.read_bytes(), name=FILE.name, beside=lambda name: (FILE.parent / name).read_bytes()
)
MIDDLE = 144.2, -31.1
SECONDS_US = 5_000_000
FOREVER = -math.inf, math.inf
CROSSING = {"crossing", "both-cross"}
CLEAR = {"no-crossing", "both-clear"}


def pairs():
    """Each expectation on two declarations, with both as they are when it is looked at."""
    said = {}
    for step in SCENARIO.steps:
        name, slots = step.form.name, step.slots
        for one in step.declarations:
            said[f"{one.party}/{one.id}"] = one
        if name == "hold":  # leaves the stop at which it stands thirty minutes late
            said["Relief/W1"] = late(said["Relief/W1"], 30 * 60_000_000)
        if name in {"both-cross", "both-clear"}:
            yield step, said[slots["first"]], said[slots["second"]]
        elif name in CROSSING | CLEAR:
            party, _, id_ = slots["subject"].partition("/")
            of = [one for key, one in said.items() if key.split("/")[0] == party]
            if id_:
                of = [one for one in of if one.id == id_]
            others = [one for one in of if one.kind.value != "area"]
            own = said[f"{slots['party']}/{slots['id']}"]
            if name in CLEAR or id_:
                yield from ((step, own, other) for other in others)


def late(movement, by_us):
    """From its stop on, so much later."""
    (route,) = movement.parts
    points = route.waypoints
    stop = next(k for k in range(1, len(points)) if points[k].position == points[k - 1].position)
    moved = (*points[:stop], *(replace(one, time_us=one.time_us + by_us) for one in points[stop:]))
    return replace(movement, parts=(replace(route, waypoints=moved),))


PAIRS = list(pairs())
MET = [
    pytest.param(*one, id=f"line {one[0].line}") for one in PAIRS if one[0].form.name in CROSSING
]
UNMET = [
    pytest.param(*one, id=f"line {one[0].line} {one[2].id}")
    for one in PAIRS
    if one[0].form.name in CLEAR
]


# plain shapes


def lonlat(position):
    return position.longitude, position.latitude


def shape(one):
    """As the oracles have it: a footprint, or a mover."""
    (part,) = one.parts
    if isinstance(part, Route):
        vertices = tuple(lonlat(point.position) for point in part.waypoints)
        return Mover(vertices, tuple(p.time_us for p in part.waypoints), part.half_width_m)
    footprint = part.footprint
    if isinstance(footprint, DeclaredCircle):
        return Circle(lonlat(footprint.center), footprint.radius_m)
    if isinstance(footprint, DeclaredArea):
        (polygon,) = footprint.polygons
        return Area((tuple(lonlat(place) for place in polygon.rings[0]),), GEODESIC)
    vertices = tuple(lonlat(place) for place in footprint.vertices)
    return Corridor(vertices, footprint.half_width_m, GEODESIC)


def window(one):
    (part,) = one.parts
    if isinstance(part, Route):
        return part.waypoints[0].time_us, part.waypoints[-1].time_us
    start, end = part.window.start_us, part.window.end_us
    if one.kind.value == "site":
        end = None
    return (FOREVER[0] if start is None else start, FOREVER[1] if end is None else end)


def reach_m(one):
    """How far it reaches from its place, line or outline."""
    what = shape(one)
    width = getattr(what, "radius_m", getattr(what, "half_width_m", 0.0))
    return width + one.standoff_m


def while_both(a, b):
    return max(window(a)[0], window(b)[0]), min(window(a)[1], window(b)[1])


def flight_levels(one):
    """Its limits in flight levels, where both are such: nothing for the ground."""
    bands = [getattr(part, "band", None) or part.waypoints[0].band for part in one.parts]
    return [
        limit.value if limit.units.value == "FL" else 0.0
        for band in bands
        for limit in (band.lower, band.upper)
        if limit is not None
    ]


def times(a, b, more_m=0.0):
    """When they share ground while both are there: (start, end), or nothing."""
    if isinstance(shape(b), Mover):
        a, b = b, a
    if not isinstance(shape(a), Mover):
        gap = fifty.separation(shape(a), shape(b)).metres - a.standoff_m - b.standoff_m
        start, end = while_both(a, b)
        return (start, end) if gap <= more_m and start < end else None
    found = spans.spans(shape(a), shape(b), reach_m(a) + reach_m(b) + more_m)
    start, end = while_both(a, b)
    cut = [(max(s, start), min(e, end)) for s, e in found if max(s, start) < min(e, end)]
    return (cut[0][0], cut[-1][1]) if cut else None


# areas, on a plane of geodesics


def flat(place):
    """East and north of the middle, metres, by the geodesic to it."""
    found = Geodesic.WGS84.Inverse(MIDDLE[1], MIDDLE[0], place[1], place[0])
    azimuth = math.radians(found["azi1"])
    return found["s12"] * math.sin(azimuth), found["s12"] * math.cos(azimuth)


def dense(places, closed):
    """Geodesics between places, in steps of a hundredth."""
    for a, b in pairwise([*places, places[0]] if closed else places):
        line = Geodesic.WGS84.InverseLine(a[1], a[0], b[1], b[0])
        for k in range(100):
            at = line.Position(line.s13 * k / 100)
            yield flat((at["lon2"], at["lat2"]))
    if not closed:
        yield flat(places[-1])


def drawn(one):
    """What it covers, with its stand-off, on the plane."""
    what = shape(one)
    if isinstance(what, Circle):
        radius_m = what.radius_m + one.standoff_m
        rim = []
        for azimuth in range(720):
            at = Geodesic.WGS84.Direct(what.center[1], what.center[0], azimuth / 2, radius_m)
            rim.append(flat((at["lon2"], at["lat2"])))
        return Polygon(rim)
    if isinstance(what, Area):
        return Polygon(list(dense(what.rings[0], closed=True)))
    return LineString(list(dense(what.vertices, closed=False))).buffer(what.half_width_m, 180)


def shared_km2(a, b):
    return drawn(a).intersection(drawn(b)).area / 1e6


# what is expected


@pytest.mark.parametrize(("step", "a", "b"), MET)
def test_what_is_to_cross_does_and_is_as_large_and_as_long(step, a, b):
    minimum_us = step.one("time", 0)
    found = times(a, b)
    if minimum_us:
        start, end = while_both(a, b)
        assert 0 <= start - end < minimum_us
        assert drawn(a).intersects(drawn(b))
        return
    assert found is not None
    span = step.one("from")
    if span is not None:
        assert abs(found[0] - span.start_us) <= SECONDS_US
        assert abs(found[1] - span.end_us) <= SECONDS_US
    area = step.one("area")
    if area is not None:
        assert shared_km2(a, b) == pytest.approx(area.value / 1e6, rel=area.within)
    apart = step.one("apart")
    if apart is not None:
        gap = max(0.0, fifty.separation(shape(a), shape(b)).metres)
        assert gap == pytest.approx(apart.value, rel=apart.within, abs=1e-9)


@pytest.mark.parametrize(("step", "a", "b"), UNMET)
def test_what_is_to_be_clear_is(step, a, b):
    low, high = flight_levels(a), flight_levels(b)
    stacked = max(low) <= min(high) or max(high) <= min(low)
    assert stacked or times(a, b) is None
    apart = step.one("apart")
    if apart is not None:
        gap = fifty.separation(shape(a), shape(b)).metres
        assert gap == pytest.approx(apart.value, rel=apart.within)


def declared(subject):
    return next(
        one
        for step in SCENARIO.steps
        for one in step.declarations
        if f"{one.party}/{one.id}" == subject
    )


def side_of_alder():
    """South-east of the dividing line, out to where nothing of the morning is."""
    block = SCENARIO.arrangements["Darling"].text
    line = [
        (float(lon), -float(lat))
        for lat, lon in re.findall(r"([0-9.]+) S ([0-9.]+) E", block.split("[dividing_line]")[1])
    ]
    assert len(line) == 4
    return Polygon([*dense(line, closed=False), (300e3, 300e3), (300e3, -300e3), (-300e3, -300e3)])


def test_what_lies_beyond_the_line_is_as_large():
    (step,) = [s for s in SCENARIO.steps if s.slots.get("word") == "line.beyond"]
    beyond = drawn(declared("Birch/B1")).intersection(side_of_alder()).area
    assert beyond == pytest.approx(step.one("area").value, rel=step.one("area").within)
    assert drawn(declared("Birch/B1-trimmed")).intersection(side_of_alder()).area < 1.0


def test_what_both_claim_is_as_large():
    wanted = {float(one) for one in re.findall(r'area_km2\\":([0-9.]+)', FILE.read_text())}
    assert len(wanted) == 1
    shared = shared_km2(declared("Alder/middle"), declared("Birch/centre"))
    assert shared == pytest.approx(wanted.pop(), abs=1.0)
    for a, b in (("middle", "north-east"), ("west", "centre"), ("west", "north-east")):
        assert shared_km2(declared(f"Alder/{a}"), declared(f"Birch/{b}")) < 0.5


def test_the_words_and_the_numbers_are_as_far_apart():
    (step,) = [s for s in SCENARIO.steps if s.form.name == "finding"]
    stated = [float(one) for one in re.findall(r"[0-9.]+[0-9]", step.slots["says"])]
    (strip,) = SCENARIO.places
    at = declared("Alder/A4").parts[0].footprint.center
    there = Geodesic.WGS84.Inverse(
        strip.position.latitude, strip.position.longitude, at.latitude, at.longitude
    )
    meant = Geodesic.WGS84.Direct(strip.position.latitude, strip.position.longitude, 180, 9_000)
    gap = Geodesic.WGS84.Inverse(meant["lat2"], meant["lon2"], at.latitude, at.longitude)["s12"]
    found = [there["s12"] / 1000, there["azi1"] % 360, gap / 1000]
    assert stated == pytest.approx(found, abs=0.5)
    assert [round(f, 1) for f in (found[0], found[2])] == [stated[0], stated[2]]
    assert round(found[1]) == stated[1]


# heights


def undulation_m(place):
    """Of EGM96 at a place, between the four nodes round it, from the published grid."""
    packed = (FILE.parent / "egm96_15min.z").read_bytes()
    steps = array("h", zlib.decompress(packed))
    assert len(steps) == 721 * 1440
    row, column = (90.0 - place[1]) * 4, place[0] % 360 * 4
    r, c = int(row), int(column)

    def node(i, j):
        total = sum(sum(steps[k * 1440 : k * 1440 + j % 1440 + 1]) for k in range(i + 1))
        return ((total + 2**15) % 2**16 - 2**15) / 100  # kept as steps of 16 bits, both ways

    south, east = row - r, column - c
    return (
        node(r, c) * (1 - south) * (1 - east)
        + node(r, c + 1) * (1 - south) * east
        + node(r + 1, c) * south * (1 - east)
        + node(r + 1, c + 1) * south * east
    )


def height_of_level_m(level_m, qnh_hpa, warmer_k):
    """Where the pressure of a level lies: the column is summed, a metre of the standard at a time."""
    ground_m = 44_330.77 * (1 - (qnh_hpa / 1013.25) ** 0.190263)
    steps = range(int(ground_m), int(level_m))
    return sum((288.15 - 0.0065 * h + warmer_k) / (288.15 - 0.0065 * h) for h in steps)


def test_the_heights_that_both_share_are_those_of_the_ground_and_of_the_warmest_day():
    """Outward by no more than the error of the grid and the slack that the rule has."""
    (step,) = [
        s for s in SCENARIO.steps if s.form.name == "both-cross" and s.one("heights") is not None
    ]
    low_m, high_m, within_m = step.one("heights")
    shared = drawn(declared("Alder/A2")).intersection(drawn(declared("Birch/B1")))
    geoid = [undulation_m(lonlat(p)) for d in ("Alder/A2", "Birch/B1")
             for p in declared(d).parts[0].footprint.polygons[0].rings[0]]  # fmt: skip
    assert not shared.is_empty
    ground_m = 60.0
    lowest_m = ground_m + min(geoid)
    highest_m = height_of_level_m(100 * 30.48, 1050.0, 30.0) + max(geoid)
    assert lowest_m - 5.0 <= low_m <= lowest_m + within_m
    assert highest_m - within_m <= high_m <= highest_m + 15.0
