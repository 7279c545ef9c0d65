"""Laws of reading: nothing but an input error ever comes out of bad input, and nothing is lost."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from math import cos, radians, sin

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Ground, Kind, State
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Polygon
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window, format_instant
from keepclear.errors import InputError
from keepclear.formats.altitudes import parse_altitude
from keepclear.formats.geojson import read as read_geojson
from keepclear.formats.jsontext import parse_json
from keepclear.formats.properties import EDGES, PROPERTY_NAMES
from keepclear.formats.reading import Reading
from keepclear.formats.registry import FORMATS, read_bytes
from keepclear.formats.shapes import GEOMETRY_TYPES
from keepclear.formats.wkt import parse_wkt

formats = st.sampled_from([None, *FORMATS])


def read_or_refuse(data, read_as):
    """A reading, or an input error with a code and a place; anything else fails the law."""
    try:
        reading = read_bytes(data, name="plan", read_as=read_as)
    except InputError as error:
        refused = [error]
        reading = None
    else:
        assert isinstance(reading, Reading)
        refused = reading.refused
    for refusal in refused:
        assert refusal.code
        assert refusal.message
        assert refusal.where.startswith("plan")
    return reading


# anything at all

words = st.sampled_from(
    [
        *PROPERTY_NAMES,
        *GEOMETRY_TYPES,
        "type",
        "features",
        "properties",
        "geometry",
        "geometries",
        "coordinates",
        "crs",
        "Feature",
        "FeatureCollection",
        "value",
        "units",
        "reference",
        "M",
        "SFC",
        "STD",
        "timestamp",
        "latitude",
        "longitude",
        "altitude",
        "icao24",
        "callsign",
        "operation",
        "site",
        "2015-11-20T06:30:00Z",
        "2015-11-20T06:30:00",
        "weapon",
        "UASZoneList",
        "extents",
        "volume",
        "outline_polygon",
        "applicability",
    ]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**300, 10**330)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, -180.0, 180.0, 90.0, 9999999, 1533101250000])
    | st.text(max_size=6)
    | words
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(words | st.text(), inner, max_size=6)
    ),
    max_leaves=30,
)


@given(st.binary(max_size=300), formats)
@example(b"\xff\xfe{\x00", None)
@example(b"\x00", "csv")
@example(b"{\x1e", "ndjson")
@example(b'lat,lon\n"', "csv")
def test_any_bytes_read_or_are_refused(data, read_as):
    read_or_refuse(data, read_as)


@given(st.text(max_size=300), formats)
def test_any_text_reads_or_is_refused(text, read_as):
    read_or_refuse(text.encode(errors="surrogatepass"), read_as)


@given(anything, formats)
def test_any_json_reads_or_is_refused(document, read_as):
    read_or_refuse(json.dumps(document).encode(), read_as)


@given(anything)
def test_any_json_decodes_as_the_standard_library_decodes_it(document):
    text = json.dumps(document)
    assert parse_json(text.encode()) == json.loads(text)
    assert parse_json(json.dumps(document, indent=1, separators=(" ,", " : ")).encode()) == document


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=5), st.booleans())
def test_a_key_given_twice_never_passes(pairs, spaced):
    colon = '" :' if spaced else '":'
    text = "{" + ",".join(f'"{key}{colon}{value}' for key, value in pairs) + "}"
    if max(Counter(key for key, _ in pairs).values(), default=0) > 1:
        with pytest.raises(InputError, match="twice"):
            parse_json(text.encode())
    else:
        assert parse_json(text.encode()) == dict(pairs)


rings = st.lists(st.lists(scalars, max_size=3), max_size=6)
geometries = st.fixed_dictionaries(
    {"type": st.sampled_from(GEOMETRY_TYPES)},
    optional={
        "coordinates": anything | rings | st.lists(rings, max_size=3),
        "geometries": anything,
    },
)
features = st.fixed_dictionaries(
    {
        "type": st.just("Feature"),
        "geometry": geometries | anything,
        "properties": st.dictionaries(st.sampled_from(PROPERTY_NAMES), anything, max_size=4),
    },
    optional={"id": anything, "crs": anything},
)


@given(st.lists(features, max_size=4))
def test_every_feature_is_read_or_refused_and_none_is_lost(found):
    document = {"type": "FeatureCollection", "features": found}
    reading = read_or_refuse(json.dumps(document).encode(), "geojson")
    parts = [p for d in reading.declarations for p in d.parts]
    assert len(reading.refused) <= len(found)
    assert len(parts) + len(reading.refused) >= len(found)


reports = st.fixed_dictionaries(
    {
        "timestamp": scalars | st.integers(1_533_100_000, 1_533_100_900).map(lambda s: s * 1000),
        "latitude": scalars | st.floats(40, 50),
        "longitude": scalars | st.floats(0, 10),
        "altitude": scalars | st.floats(0, 40_000),
    },
    optional={
        "icao24": scalars | st.sampled_from(["4b43ac", "000000"]),
        "callsign": scalars | st.sampled_from(["A", "B", ""]),
        "onground": scalars,
        "party": scalars,
    },
)


@given(st.lists(reports | anything, max_size=12))
def test_every_report_is_in_a_route_or_refused(found):
    reading = read_or_refuse(json.dumps(found).encode(), "tracks")
    instants = sum(len(p.waypoints) for d in reading.declarations for p in d.parts)
    assert instants + len(reading.refused) <= len(found)
    good = len(found) - len(reading.refused)
    assert (good == 0) == (instants == 0)
    ids = [(d.party, d.id) for d in reading.declarations]
    assert len(set(ids)) == len(ids)


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.floats(46.9, 47.1), st.sampled_from(["4b43ac", "", "A1"])),
        min_size=1,
        max_size=12,
    )
)
def test_no_reported_instant_is_lost(sent):
    document = [
        {
            "timestamp": (1_533_100_000 + s) * 1000,
            "latitude": lat,
            "longitude": 8.0,
            "icao24": address,
        }
        for s, lat, address in sent
    ]
    reading = read_tracks(document)
    kept = {w.time_us for d in reading.declarations for p in d.parts for w in p.waypoints}
    assert kept == {r["timestamp"] * 1000 for r in document}
    assert reading.refused == ()


def read_tracks(document):
    return read_bytes(json.dumps(document).encode(), name="day.json", read_as="tracks")


@given(st.text(max_size=60) | st.text("()POINTLGMU ,.0123456789+-eZ;=", max_size=40))
@example("POLYGON((1 2,3 4,5 6,1 2))")
def test_any_well_known_text_reads_or_is_refused(text):
    try:
        geometry = parse_wkt(text)
    except InputError as error:
        code = error.code
    else:
        code = geometry["type"]
    assert code in {"wkt.unreadable", "crs.unknown", *GEOMETRY_TYPES}


@given(
    st.lists(st.sampled_from([*PROPERTY_NAMES, "wkt", "lat", "lon"]), unique=True, max_size=6),
    st.lists(st.lists(st.text(max_size=8) | words | st.just("8.5"), max_size=7), max_size=4),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_table_reads_or_is_refused(header, rows, separator):
    text = "\n".join(separator.join(row) for row in [["lat", "lon"], header, *rows])
    read_or_refuse(text.encode(), "csv")
    read_or_refuse(text.split("\n", 1)[1].encode(), "csv")


# there and back

spots = st.builds(
    Position,
    latitude=st.floats(-89, 89),
    longitude=st.floats(-180, 180),
)
lengths = st.floats(0, 400_000)
instants = st.integers(0, 4_000_000_000_000_000)
names = st.text("ABCdef 0123-/ü字", max_size=12).map(str.strip)
pairs_of_units = st.sampled_from(
    [(u, r) for u in (Units.M, Units.FT) for r in Reference if r is not Reference.SFC]
)
limits = st.one_of(
    st.none(),
    st.just(Altitude(0.0, Units.M, Reference.SFC)),
    st.integers(0, 600).map(lambda level: Altitude(float(level), Units.FL, Reference.STD)),
    st.builds(lambda v, ur: Altitude(v, *ur), st.floats(-400, 30_000), pairs_of_units),
)


@st.composite
def bands(draw):
    lower, upper = draw(limits), draw(limits)
    try:
        return AltitudeBand(lower, upper)
    except InputError:
        return AltitudeBand(upper, lower)


@st.composite
def windows(draw):
    start, end = sorted((draw(instants), draw(instants)))
    return Window(draw(st.sampled_from([None, start])), draw(st.sampled_from([None, end])))


@st.composite
def closed_rings(draw):
    """A ring round any place but the poles, the antimeridian included."""
    center = draw(spots)
    radius = draw(st.floats(0.001, 0.9))
    count = draw(st.integers(3, 8))
    phase = draw(st.floats(0, 90))
    ring = []
    for i in range(count):
        turn = radians(phase + 360 * i / count)
        longitude = center.longitude + radius * cos(turn)
        longitude = (longitude + 180) % 360 - 180
        ring.append(Position(latitude=center.latitude + radius * sin(turn), longitude=longitude))
    assume(len({(p.latitude, p.longitude % 360) for p in ring}) == count)
    return tuple(ring)


edge_rules = st.sampled_from(EdgeRule)
polygons = st.lists(closed_rings(), min_size=1, max_size=3).map(lambda r: Polygon(tuple(r)))


@st.composite
def corridors(draw):
    vertices = draw(closed_rings())
    return Corridor(vertices, draw(lengths), draw(edge_rules))


footprints = st.one_of(
    st.builds(Area, st.lists(polygons, min_size=1, max_size=2).map(tuple), edge_rules),
    st.builds(Circle, spots, lengths),
    corridors(),
)


@st.composite
def moving(draw):
    places = draw(st.lists(spots, min_size=1, max_size=5))
    times = sorted(draw(instants) for _ in places)
    waypoints = tuple(Waypoint(p, t, draw(bands())) for p, t in zip(places, times, strict=True))
    return Route(waypoints, draw(lengths))


declarations = st.builds(
    Declaration,
    id=names.filter(bool),
    kind=st.sampled_from(Kind),
    parts=st.lists(
        st.builds(Volume4D, footprints, bands(), windows()) | moving(), min_size=1, max_size=3
    ).map(tuple),
    party=names,
    on_behalf_of=names,
    state=st.sampled_from([None, *State]),
    priority=st.integers(-1000, 1000),
    standoff_m=lengths,
    ground=st.none()
    | st.tuples(st.floats(-400, 100), st.floats(100, 8000)).map(lambda g: Ground(*g)),
    position_error_m=st.floats(0, 40_000),
)


def coordinates(places):
    return [[p.longitude, p.latitude] for p in places]


def limit(altitude):
    if altitude is None:
        return None
    return {
        "value": altitude.value,
        "units": altitude.units.value,
        "reference": altitude.reference.value,
    }


WRITTEN = {rule: name for name, rule in EDGES.items()}


def geometry_of(footprint):
    match footprint:
        case Circle(center, radius_m):
            (place,) = coordinates([center])
            return {"type": "Point", "coordinates": place}, {"radius_m": radius_m}
        case Corridor(vertices, half_width_m, edges):
            line = {"type": "LineString", "coordinates": coordinates(vertices)}
            return line, {"half_width_m": half_width_m, "edges": WRITTEN[edges]}
        case Area(shapes, edges):
            written = [[coordinates((*r, r[0])) for r in shape.rings] for shape in shapes]
            if len(written) == 1:
                return {"type": "Polygon", "coordinates": written[0]}, {"edges": WRITTEN[edges]}
            return {"type": "MultiPolygon", "coordinates": written}, {"edges": WRITTEN[edges]}


def feature_of(declaration, part):
    properties = {
        "party": declaration.party,
        "on_behalf_of": declaration.on_behalf_of,
        "id": declaration.id,
        "kind": declaration.kind.value,
        "state": declaration.state and declaration.state.value,
        "priority": declaration.priority,
        "standoff_m": declaration.standoff_m,
        "position_error_m": declaration.position_error_m,
        "ground_m": declaration.ground
        and [declaration.ground.lowest_m, declaration.ground.highest_m],
    }
    if isinstance(part, Route):
        points = part.waypoints
        geometry = {"type": "LineString", "coordinates": coordinates(w.position for w in points)}
        properties |= {
            "half_width_m": part.half_width_m,
            "times": [format_instant(w.time_us) for w in points],
            "altitude_lower": [limit(w.band.lower) for w in points],
            "altitude_upper": [limit(w.band.upper) for w in points],
        }
    else:
        geometry, sizes = geometry_of(part.footprint)
        start, end = part.window.start_us, part.window.end_us
        properties |= sizes | {
            "altitude_lower": limit(part.band.lower),
            "altitude_upper": limit(part.band.upper),
            "time_start": None if start is None else format_instant(start),
            "time_end": None if end is None else format_instant(end),
        }
    return {"type": "Feature", "geometry": geometry, "properties": properties}


@given(declarations)
def test_a_declaration_written_as_geojson_is_read_back(declaration):
    written = [feature_of(declaration, part) for part in declaration.parts]
    document = {"type": "FeatureCollection", "features": written}
    reading = read_bytes(json.dumps(document).encode(), name="plan")
    assert reading.refused == ()
    (read,) = reading.declarations
    assert replace(read, where="") == declaration
    assert read_geojson(document, name="plan") == reading
    lines = "\n".join(json.dumps(f) for f in written).encode()
    (from_lines,) = read_bytes(lines, name="plan", read_as="ndjson").declarations
    assert replace(from_lines, where="") == declaration


@given(st.lists(declarations, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_features_of_different_declarations_does_not_matter(found, order):
    unique = list({(d.party, d.id): d for d in found}.values())
    shuffled = list(unique)
    order.shuffle(shuffled)

    def read(some):
        written = [feature_of(d, p) for d in some for p in d.parts]
        document = {"type": "FeatureCollection", "features": written}
        return {replace(d, where="") for d in read_geojson(document, name="x").declarations}

    assert read(shuffled) == set(unique)


@given(limits.filter(bool))
def test_an_altitude_printed_is_read_back(altitude):
    rounded = replace(altitude, value=round(altitude.value, 2))
    assert parse_altitude(str(rounded)) == rounded
