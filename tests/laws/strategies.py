"""Shapes for tests: plain builders first, then hypothesis strategies made of them.

A *plan* is a shape in metres on a plane, east and north of a place. It is laid onto the Earth with
GeographicLib, which shares no code with keepclear, so that one plan can stand anywhere.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from geographiclib.geodesic import Geodesic
from hypothesis import settings
from hypothesis import strategies as st

from keepclear.detect.rules import compare
from keepclear.detect.vertical import Geoid
from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Polygon
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, Window, parse_instant
from keepclear.node.fastpath import prepare_cache

prepare_cache()  # before the compiler is first imported: its own cache forgets what kernels call
WGS84 = Geodesic.WGS84
FLAT = Geoid(np.zeros((721, 1440), dtype=np.int16))
"""A geoid without undulation; model errors of 1 m either way remain."""
MINUTE = 60_000_000
HOUR = 60 * MINUTE
LAW = settings(derandomize=True, deadline=None)
"""The same examples in every run."""
SLOW_LAW = settings(LAW, max_examples=max(10, settings.default.max_examples // 2))
"""For laws that compare many declarations with many."""

NOTABLE = (
    (0.0, 0.0), (0.0, 45.0), (45.0, 45.0), (35.264389682754654, 45.0), (-35.2644, -135.0),
    (0.0, 180.0), (0.0, -180.0), (52.0, 180.0), (-17.0, -179.9999), (90.0, 0.0), (-90.0, 0.0),
    (89.9999, 120.0), (-89.99, -60.0), (45.0, 180.0), (47.37, 8.54), (-31.2, 144.2), (0.0, 135.0),
    (45.0, 0.0), (-45.0, 90.0), (60.0, 10.0), (80.0, -33.0),
)  # fmt: skip
"""(latitude, longitude): middles, borders and corners of the cube, poles, the antimeridian."""


# plain builders


def place(latitude, longitude):
    return Position(latitude=latitude, longitude=longitude)


def moved(latitude, longitude, east_m, north_m):
    """The place so far east and north of another (azimuthal equidistant)."""
    distance = math.hypot(east_m, north_m)
    azimuth = math.degrees(math.atan2(east_m, north_m))
    found = WGS84.Direct(latitude, longitude, azimuth, distance)
    return Position(latitude=found["lat2"], longitude=found["lon2"])


def metres(a, b):
    """Geodesic distance between two positions."""
    return WGS84.Inverse(a.latitude, a.longitude, b.latitude, b.longitude)["s12"]


def area(*rings, edges=EdgeRule.GREAT_CIRCLE):
    """One polygon; rings are lists of positions."""
    return Area((Polygon(tuple(tuple(ring) for ring in rings)),), edges)


def lonlat(*rings, edges=EdgeRule.LONLAT):
    """One polygon; rings are lists of (longitude, latitude)."""
    return area(*([place(lat, lon) for lon, lat in ring] for ring in rings), edges=edges)


def box(west, south, east, north, edges=EdgeRule.LONLAT):
    """Straight in longitude and latitude between two corners."""
    return lonlat([(west, south), (east, south), (east, north), (west, north)], edges=edges)


def laid(latitude, longitude, *rings, edges=EdgeRule.GREAT_CIRCLE):
    """A polygon from rings in metres east and north of a place."""
    return area(
        *([moved(latitude, longitude, e, n) for e, n in ring] for ring in rings), edges=edges
    )


def rectangle(west_m, south_m, east_m, north_m):
    """A ring in metres."""
    return [(west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m)]


def square(latitude, longitude, half_m, edges=EdgeRule.GREAT_CIRCLE):
    """A square of half-side ``half_m`` round a place."""
    return laid(latitude, longitude, rectangle(-half_m, -half_m, half_m, half_m), edges=edges)


def circle(latitude, longitude, radius_m=0.0):
    return Circle(place(latitude, longitude), radius_m)


def corridor(half_width_m, *vertices, edges=EdgeRule.GREAT_CIRCLE):
    return Corridor(tuple(vertices), half_width_m, edges)


def metre(value, reference=Reference.W84):
    return Altitude(value, Units.M, reference)


def band(lower, upper, reference=Reference.W84):
    """Metres; None is no limit."""
    return AltitudeBand(*(None if x is None else metre(x, reference) for x in (lower, upper)))


def window(start_min, end_min):
    """Minutes after 1970; None is no limit."""
    return Window(*(None if t is None else round(t * MINUTE) for t in (start_min, end_min)))


def between(start, end):
    """A window from two texts."""
    return Window(parse_instant(start), parse_instant(end))


def declared(name, *parts, party=None, kind=Kind.OPERATION, **more):
    """A declaration of its own party; footprints become volumes without limits."""
    whole = tuple(
        part if isinstance(part, Volume4D | Route) else Volume4D(part, EVERYWHERE, ALWAYS)
        for part in parts
    )
    return Declaration(
        id=name, party=name if party is None else party, kind=kind, parts=whole, **more
    )


def volume(footprint, altitudes=EVERYWHERE, when=ALWAYS):
    return Volume4D(footprint, altitudes, when)


def route(half_width_m, *points, altitudes=EVERYWHERE):
    """From (position, minutes) or (position, minutes, band); minutes may be fractions."""
    waypoints = [
        Waypoint(at, round(minute * MINUTE), rest[0] if rest else altitudes)
        for at, minute, *rest in points
    ]
    return Route(tuple(waypoints), half_width_m)


def crossings(*declarations, geoid=FLAT, **options):
    """The crossings among declarations, without areas unless asked for."""
    options.setdefault("areas", False)
    return compare(list(declarations), geoid=geoid, **options).crossings


def crosses(a, b, **options):
    """Whether two footprints, volumes or routes cross."""
    return bool(crossings(declared("a", a), declared("b", b), **options))


def told(crossings):
    """What a crossing says, comparable and sorted."""
    return sorted(
        (
            (c.a.party, c.a.id, c.a.parts), (c.b.party, c.b.id, c.b.parts), c.kind.value, c.certain,
            c.why_possible, c.time_start_us or 0, c.time_end_us or 0, c.time_start_us is None,
            c.time_end_us is None, c.altitude_w84_m[0] or 0, c.altitude_w84_m[1] or 0,
        )
        for c in crossings
    )  # fmt: skip


def pairs(crossings):
    """Pairs of identifiers that cross."""
    return {frozenset((c.a.id, c.b.id)) for c in crossings}


# strategies

latitudes = st.one_of(
    st.sampled_from([at[0] for at in NOTABLE]),
    st.floats(-90.0, 90.0).map(lambda x: round(x, 7)),
)
longitudes = st.one_of(
    st.sampled_from([at[1] for at in NOTABLE]),
    st.floats(-180.0, 180.0).map(lambda x: round(x, 7)),
)
centres = st.one_of(st.sampled_from(NOTABLE), st.tuples(latitudes, longitudes))
"""(latitude, longitude) anywhere, often where it is hard."""
rules = st.sampled_from([EdgeRule.GREAT_CIRCLE, EdgeRule.LONLAT])


@st.composite
def star_rings(draw, radius_m=2_000.0):
    """A simple ring in metres round the origin: corners at rising bearings."""
    count = draw(st.integers(3, 9))
    steps = [draw(st.integers(1, 6)) for _ in range(count)]
    turn = draw(st.floats(0.0, 6.2))
    bearings = np.cumsum(steps) / sum(steps) * 2 * math.pi + turn
    radii = [draw(st.floats(0.3, 1.0)) * radius_m for _ in range(count)]
    if max(steps) * 2 >= sum(steps):  # keep the origin inside, so that the ring stays simple
        bearings = np.arange(count) / count * 2 * math.pi + turn
    return [(r * math.sin(b), r * math.cos(b)) for r, b in zip(radii, bearings, strict=True)]


@st.composite
def plans(draw, spread_m=5_000.0):
    """A shape on the plane: ('area', rings), ('circle', at, radius) or ('corridor', line, width)."""
    east, north = (draw(st.floats(-spread_m, spread_m)) for _ in range(2))
    kind = draw(st.sampled_from(["area", "area", "circle", "corridor", "holed"]))
    if kind == "circle":
        return kind, (east, north), draw(st.floats(0.0, 2_000.0))
    if kind == "corridor":
        line = [(east, north)]
        for _ in range(draw(st.integers(1, 3))):
            line.append(
                (line[-1][0] + draw(st.floats(50.0, 3_000.0)), draw(st.floats(-spread_m, spread_m)))
            )
        return kind, line, draw(st.floats(0.0, 500.0))
    ring = [(east + e, north + n) for e, n in draw(star_rings())]
    rings = [ring]
    if kind == "holed":
        rings.append([(east + (e - east) * 0.5, north + (n - north) * 0.5) for e, n in ring])
    return "area", rings


def standing(plan, latitude, longitude, edges=EdgeRule.GREAT_CIRCLE):
    """A plan as a footprint at a place."""

    def lay(point):
        return moved(latitude, longitude, *point)

    if plan[0] == "circle":
        return Circle(lay(plan[1]), plan[2])
    if plan[0] == "corridor":
        return Corridor(tuple(lay(p) for p in plan[1]), plan[2], edges)
    return area(*([lay(p) for p in ring] for ring in plan[1]), edges=edges)


@st.composite
def bands(draw):
    lower = draw(st.one_of(st.none(), st.integers(0, 500)))
    upper = draw(st.one_of(st.none(), st.integers(0, 500)))
    if lower is not None and upper is not None:
        lower, upper = min(lower, upper), max(lower, upper)
    reference = draw(st.sampled_from([Reference.W84, Reference.AMSL]))
    return band(lower, upper, reference)


@st.composite
def windows(draw):
    start = draw(st.one_of(st.none(), st.integers(0, 60)))
    end = draw(st.one_of(st.none(), st.integers(0, 60)))
    if start is not None and end is not None:
        start, end = min(start, end), max(start, end)
    return window(start, end)


@st.composite
def volumes(draw, latitude, longitude, spread_m=5_000.0):
    return Volume4D(
        standing(draw(plans(spread_m)), latitude, longitude, draw(rules)),
        draw(bands()),
        draw(windows()),
    )


@st.composite
def movers(draw, latitude, longitude, spread_m=5_000.0):
    """A route of one to three legs in the first hour, some of them stays."""
    minute = draw(st.integers(0, 30))
    at = (draw(st.floats(-spread_m, spread_m)), draw(st.floats(-spread_m, spread_m)))
    points = [(moved(latitude, longitude, *at), minute)]
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            at = (draw(st.floats(-spread_m, spread_m)), draw(st.floats(-spread_m, spread_m)))
        minute += draw(st.integers(0, 12))
        points.append((moved(latitude, longitude, *at), minute))
    return route(draw(st.floats(0.0, 500.0)), *points, altitudes=draw(bands()))


@st.composite
def declarations(draw, latitude, longitude, count=4, spread_m=5_000.0, routes=True):
    """Some declarations of a few parties round one place."""
    said = []
    for k in range(count):
        kinds = [volumes(latitude, longitude, spread_m)]
        if routes:
            kinds.append(movers(latitude, longitude, spread_m))
        parts = draw(st.lists(st.one_of(*kinds), min_size=1, max_size=2))
        said.append(
            Declaration(
                id=f"d{k}",
                party=draw(st.sampled_from(["", "Alder", "Birch", "Cedar"])),
                kind=draw(
                    st.sampled_from([Kind.OPERATION, Kind.OPERATION, Kind.SITE, Kind.RESTRICTION])
                ),
                parts=tuple(parts),
                standoff_m=draw(st.sampled_from([0.0, 0.0, 250.0])),
                position_error_m=draw(st.sampled_from([0.0, 0.0, 30.0])),
            )
        )
    return said


def shifted(declaration, latitude, longitude):
    """The same declaration with every position replaced by one place: far from everything."""
    there = Volume4D(Circle(place(latitude, longitude), 100.0), EVERYWHERE, ALWAYS)
    return replace(declaration, id="unrelated", party="Nobody", parts=(there,))
