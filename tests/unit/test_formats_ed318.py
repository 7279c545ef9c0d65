"""ED-318 zones: what is read, what is widened, what is refused; and the official schema beside us.

The data folder holds the official schema without two of the files it refers to; what those two
demand is restated below (``LAYER``, ``AUTHORITY``).
"""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Kind
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.schedule import DailyPeriod, Day, Schedule
from keepclear.domain.window import ALWAYS, Window, parse_instant
from keepclear.formats import ed318
from tests.unit.documents import DELETE, paths, replaced

HOUR = 3_600_000_000
RING = [[8.0, 47.0], [8.1, 47.0], [8.1, 47.1], [8.0, 47.0]]
LAYER_120 = {
    "upper": 120,
    "upperReference": "AGL",
    "lower": 0,
    "lowerReference": "AGL",
    "uom": "m",
}


def geometry(kind="Polygon", coordinates=None, **more):
    return {
        "type": kind,
        "coordinates": [RING] if coordinates is None else coordinates,
        "layer": dict(LAYER_120),
    } | more


def feature(shape=None, **properties):
    return {
        "type": "Feature",
        "geometry": geometry() if shape is None else shape,
        "properties": {
            "identifier": "ZONE001",
            "country": "CHE",
            "type": "PROHIBITED",
            "variant": "COMMON",
            "zoneAuthority": [{"purpose": "INFORMATION"}],
        }
        | properties,
    }


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features)} | more


def read(*features, **more):
    return ed318.read(collection(*features, **more), name="z.json")


def one(*features, **more):
    reading = read(*features, **more)
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def refusals(*features, **more):
    return [(r.where, r.code) for r in read(*features, **more).refused]


def applying(*periods):
    return one(feature(limitedApplicability=list(periods))).parts[0].window


def weekly(**period):
    when = applying({"schedule": [{"day": ["ANY"]} | period]})
    assert isinstance(when, Schedule)
    return when.periods


def band(**layer):
    return one(feature(geometry(layer=LAYER_120 | layer))).parts[0].band


# --- shapes ---


def test_a_zone_is_a_restriction_without_party_that_always_holds():
    zone = one(feature())
    assert (zone.id, zone.kind, zone.party) == ("ZONE001", Kind.RESTRICTION, "")
    assert zone.where == "z.json feature 1 ZONE001"
    (part,) = zone.parts
    assert part.window == ALWAYS
    assert part.footprint.edges is EdgeRule.LONLAT
    assert part.footprint.polygons[0].rings == (
        tuple(Position(latitude=lat, longitude=lon) for lon, lat in RING[:3]),
    )


def test_a_point_with_extent_is_a_circle_in_metres_whatever_the_unit_of_heights():
    circle = geometry("Point", [8.0, 47.0], extent={"subType": "Circle", "radius": 3500})
    circle["layer"]["uom"] = "ft"
    part = one(feature(circle)).parts[0]
    assert part.footprint == Circle(Position(latitude=47.0, longitude=8.0), 3500.0)
    assert part.band.upper == Altitude(120, Units.FT, Reference.AGL)


def test_each_member_of_a_collection_has_its_own_band():
    low, high = geometry(), geometry()
    high["layer"] |= {"lower": 120, "upper": 500}
    both = one(feature({"type": "GeometryCollection", "geometries": [low, high]}))
    assert [str(part.band) for part in both.parts] == [
        "0 m AGL to 120 m AGL",
        "120 m AGL to 500 m AGL",
    ]


@pytest.mark.parametrize(
    ("kind", "coordinates", "footprints"),
    [
        ("MultiPolygon", [[RING], [RING]], [Area]),
        ("LineString", RING[:2], [Corridor]),
        ("MultiLineString", [RING[:2], RING[1:3]], [Corridor, Corridor]),
        ("Point", RING[0], [Circle]),
        ("MultiPoint", RING[:2], [Circle, Circle]),
    ],
)
def test_every_geometry_of_the_schema_is_read(kind, coordinates, footprints):
    zone = one(feature(geometry(kind, coordinates)))
    assert [type(part.footprint) for part in zone.parts] == footprints
    if kind == "MultiPolygon":
        assert len(zone.parts[0].footprint.polygons) == 2


def test_shapes_without_size_are_said():
    reading = read(feature(geometry("Point", RING[0])), feature(geometry("LineString", RING[:2])))
    assert any("a point without extent" in warning for warning in reading.warnings)
    assert any("a line without width" in warning for warning in reading.warnings)


def test_holes_stay_holes():
    hole = [[8.05, 47.02], [8.06, 47.02], [8.06, 47.03], [8.05, 47.02]]
    zone = one(feature(geometry("Polygon", [RING, hole])))
    assert len(zone.parts[0].footprint.polygons[0].rings) == 2


def test_case_1_a_ring_may_run_on_over_the_antimeridian():
    ring = [[179.0, 10.0], [181.0, 10.0], [181.0, 11.0], [179.0, 10.0]]
    places = one(feature(geometry("Polygon", [ring]))).parts[0].footprint.polygons[0].rings[0]
    assert [place.longitude for place in places] == [179.0, -179.0, -179.0]


# --- heights ---


def test_case_17_every_limit_keeps_its_reference():
    mixed = band(lowerReference="AMSL", upperReference="WGS84")
    assert mixed.lower.reference is Reference.AMSL
    assert mixed.upper.reference is Reference.W84
    assert band(upperReference="agl", uom="FT").upper == Altitude(120, Units.FT, Reference.AGL)


@pytest.mark.parametrize(
    "layer",
    [
        {"upper": 99999},
        {"upper": 99999, "upperReference": "AMSL"},
        {"upper": 99999, "uom": "ft"},
        {"upper": 328084, "uom": "ft"},
        {"upper": 100_000},
        {"upper": None},
        {"upper": 150, "upperReference": None},
    ],
)
def test_case_19_no_ceiling_in_all_its_spellings(layer):
    assert band(**layer).upper is None


def test_case_19_zero_is_a_value_and_a_missing_limit_is_said():
    assert band().lower == Altitude(0, Units.M, Reference.AGL)
    layer = {"upper": 120, "upperReference": "AGL"}
    reading = read(feature(geometry(layer=layer)))
    assert reading.declarations[0].parts[0].band == AltitudeBand(
        None, Altitude(120, Units.M, Reference.AGL)
    )
    (warning,) = reading.warnings
    assert warning.endswith("(first: feature 1 ZONE001 geometry layer lower)")


def test_a_ceiling_of_99999_is_no_warning_but_a_floor_of_it_is():
    assert read(feature(geometry(layer=LAYER_120 | {"upper": 99999}))).warnings == ()
    reading = read(feature(geometry(layer=LAYER_120 | {"lower": 99999, "upper": 99999})))
    assert reading.declarations[0].parts[0].band == EVERYWHERE
    assert "a lower limit of 99999" in reading.warnings[0]


def test_a_layer_is_looked_for_in_the_collection_and_in_the_properties():
    bare = {"type": "Polygon", "coordinates": [RING]}
    high = LAYER_120 | {"upper": 300}
    assert str(one(feature(bare, verticalLayer=high)).parts[0].band) == "0 m AGL to 300 m AGL"
    group = {"type": "GeometryCollection", "geometries": [bare, geometry()], "layer": high}
    assert [str(part.band) for part in one(feature(group)).parts] == [
        "0 m AGL to 300 m AGL",
        "0 m AGL to 120 m AGL",
    ]
    reading = read(feature(bare))
    assert reading.declarations[0].parts[0].band == EVERYWHERE
    assert "without a layer" in reading.warnings[0]


def test_case_18_another_geoid_is_said_where_heights_depend_on_it():
    metadata = {"otherGeoid": "CHGeo2004"}
    assert read(feature(), metadata=metadata).warnings == ()
    amsl = feature(geometry(layer=LAYER_120 | {"upperReference": "AMSL"}))
    (warning,) = read(amsl, metadata=metadata).warnings
    assert "CHGeo2004" in warning


# --- times ---


def test_case_14_a_weekly_schedule_inside_two_dates():
    when = applying(
        {
            "startDateTime": "2030-01-01T00:00:00+01:00",
            "endDateTime": "2030-03-01T00:00:00Z",
            "schedule": [{"day": ["MON", "fri"], "startTime": "16:00:00Z", "endTime": "17:30:00Z"}],
        }
    )
    assert when == Schedule(
        Window(parse_instant("2029-12-31T23:00:00Z"), parse_instant("2030-03-01T00:00:00Z")),
        (DailyPeriod(frozenset({Day.MON, Day.FRI}), 16 * HOUR, 17 * HOUR + HOUR // 2),),
    )


@pytest.mark.parametrize(
    ("start", "end", "day", "from_hour", "to_hour"),
    [
        ("22:00:00Z", "05:00:00Z", Day.MON, 22, 5),  # past midnight
        ("08:00:00Z", "00:00:00Z", Day.MON, 8, 0),
        ("08:00:00Z", "24:00:00Z", Day.MON, 8, 0),
        ("08:00:00Z", "23:59:59Z", Day.MON, 8, 0),  # the last second is not lost
        ("08:00Z", "23:59Z", Day.MON, 8, 0),
        ("10:00:00Z", "10:00:00Z", Day.MON, 10, 10),  # a whole day, from ten to ten
        ("01:00:00+02:00", "05:00:00+02:00", Day.SUN, 23, 3),  # Monday there is Sunday in UTC
        ("20:00:00-05:00", "22:00:00-0500", Day.TUE, 1, 3),
        ("00:00:00.00+01:00", "23:00:00.5+01:00", Day.SUN, 23, 22 + 1 / 7200),
    ],
)
def test_case_14_hours_are_counted_from_midnight_utc(start, end, day, from_hour, to_hour):
    (period,) = weekly(day=["MON"], startTime=start, endTime=end)
    assert period.days == {day}
    assert (period.start_us, period.end_us) == (from_hour * HOUR, round(to_hour * HOUR))


def test_the_whole_week_is_no_schedule():
    dates = {"startDateTime": "2030-01-01T00:00:00Z"}
    window = Window(parse_instant("2030-01-01T00:00:00Z"), None)
    whole = {"day": ["ANY"], "startTime": "00:00:00Z", "endTime": "00:00:00Z"}
    for schedule in ([], [{"day": ["ANY"]}], [{"day": []}], [whole], [{"day": ["ANY"]} | whole]):
        assert applying(dates | {"schedule": schedule}) == window
    assert applying(dates) == window


def test_the_sun_is_never_taken_to_shine_for_less_than_anywhere_on_earth():
    """From the first dawn of the day (UTC+14) to the end of the night that follows it."""
    reading = read(
        feature(
            limitedApplicability=[
                {"schedule": [{"day": ["WED"], "startEvent": "SS", "endEvent": "SR"}]}
            ]
        )
    )
    schedule = reading.declarations[0].parts[0].window
    week = Window(parse_instant("2030-01-06T00:00:00Z"), parse_instant("2030-01-13T00:00:00Z"))
    assert [str(window) for window in schedule.within(week)] == [
        "2030-01-08T10:00:00Z until 2030-01-11T00:00:00Z"
    ]
    assert "depend on the sun" in reading.warnings[0]


def test_days_without_hours_hold_wherever_on_earth_they_begin_and_end():
    schedule = applying({"schedule": [{"day": ["SAT", "SUN"]}]})
    week = Window(parse_instant("2030-01-02T00:00:00Z"), parse_instant("2030-01-09T00:00:00Z"))
    assert [str(window) for window in schedule.within(week)] == [
        "2030-01-04T10:00:00Z until 2030-01-07T12:00:00Z"
    ]


def test_several_periods_make_several_parts():
    zone = one(
        feature(
            {"type": "GeometryCollection", "geometries": [geometry(), geometry()]},
            limitedApplicability=[
                {"endDateTime": "2030-01-01T00:00:00Z"},
                {"startDateTime": "2031-01-01T00:00:00Z"},
            ],
        )
    )
    assert len(zone.parts) == 4
    assert applying() == ALWAYS


# --- refusals ---

ZONE = "feature 1 ZONE001"
SHAPE = f"{ZONE} geometry"
PERIOD = f"{ZONE} limitedApplicability 1"
OUT_OF_RANGE = [[[8, 97], *RING[1:3], [8, 97]]]


def circle(**extent):
    return geometry("Point", RING[0], extent=extent)


def group(*members):
    return {"type": "GeometryCollection", "geometries": list(members)}


def heights(**layer):
    return geometry(layer=LAYER_120 | layer)


@pytest.mark.parametrize(
    ("shape", "where", "code"),
    [
        (geometry("Polygon", [RING[:3]]), f"{SHAPE} ring 1", "ring.unclosed"),
        (geometry("Polygon", [[*RING[:2], RING[0]]]), f"{SHAPE} ring 1", "ring.too-few"),
        (geometry("Polygon", []), SHAPE, "coordinates.expected"),
        (geometry("Polygon", OUT_OF_RANGE), f"{SHAPE} ring 1 vertex 1", "position.range"),
        (geometry("Sphere"), SHAPE, "geometry.type"),
        (heights(uom="FL"), f"{SHAPE} layer", "altitude.units"),
        (heights(upperReference="QNH"), f"{SHAPE} layer upper", "altitude.reference"),
        (heights(upper="high"), f"{SHAPE} layer upper", "altitude.not-a-number"),
        (heights(upper=True), f"{SHAPE} layer upper", "number.expected"),
        (heights(lower=130), f"{SHAPE} layer", "altitude.upside-down"),
        (geometry(layer=[1]), f"{SHAPE} layer", "object.expected"),
        (circle(subType="Sector"), f"{SHAPE} extent", "geometry.extent"),
        (circle(subType="Circle"), f"{SHAPE} extent", "member.missing"),
        (circle(subType="Circle", radius=-1), f"{SHAPE} extent", "length.range"),
        (geometry("MultiPoint", [RING[0], [1]]), f"{SHAPE} point 2", "coordinates.expected"),
        ([], ZONE, "object.expected"),
        ({"type": "GeometryCollection"}, f"{ZONE} geometries", "member.missing"),
        (group(), ZONE, "declaration.empty"),
        (group(None), f"{SHAPE} 1", "object.expected"),
    ],
)
def test_geometry_that_cannot_be_used_is_refused_where_it_stands(shape, where, code):
    reading = read(feature(shape))
    assert reading.declarations == ()
    assert [(r.where, r.code) for r in reading.refused] == [(f"z.json {where}", code)]


@pytest.mark.parametrize(
    ("period", "where", "code"),
    [
        ({"startDateTime": "2030-01-01T00:00:00"}, " startDateTime", "time.no-offset"),
        ({"endDateTime": 5}, " endDateTime", "time.unreadable"),
        (
            {"startDateTime": "2030-01-02T00:00:00Z", "endDateTime": "2030-01-01T00:00:00Z"},
            "",
            "time.end-before-start",
        ),
        ({"schedule": "daily"}, " schedule", "list.expected"),
        ({"schedule": [{"day": ["MONDAY"]}]}, " schedule 1 day", "schedule.day"),
        ({"schedule": [{"day": "MON"}]}, " schedule 1 day", "list.expected"),
        ({"schedule": [{"day": ["MON"], "startEvent": "NOON"}]}, " schedule 1", "schedule.event"),
        ({"schedule": [{"day": ["MON"], "startEvent": []}]}, " schedule 1", "schedule.event"),
        (
            {"schedule": [{"day": ["MON"], "startTime": "8 am", "endTime": "09:00Z"}]},
            " schedule 1 startTime",
            "schedule.time",
        ),
        (
            {"schedule": [{"day": ["MON"], "startTime": "08:00Z", "endTime": "24:00:01Z"}]},
            " schedule 1 endTime",
            "schedule.time",
        ),
        (
            {"schedule": [{"day": ["MON"], "startTime": "08:00:00", "endTime": "09:00Z"}]},
            " schedule 1 startTime",
            "time.no-offset",
        ),
    ],
)
def test_case_13_times_that_cannot_be_used_are_refused_where_they_stand(period, where, code):
    reading = read(feature(limitedApplicability=[period]))
    assert reading.declarations == ()
    assert [(r.where, r.code) for r in reading.refused] == [(f"z.json {PERIOD}{where}", code)]


def test_a_zone_without_geometry_is_refused():
    bare = feature()
    bare["geometry"] = None
    assert refusals(bare) == [("z.json feature 1 ZONE001", "geometry.missing")]


def test_one_bad_volume_and_one_bad_period_leave_the_others_and_a_warning():
    shape = {"type": "GeometryCollection", "geometries": [geometry(), geometry("Sphere")]}
    zone = feature(shape, limitedApplicability=[{"endDateTime": "tomorrow"}, {}])
    reading = read(zone, feature(identifier="ZONE002"))
    assert [len(d.parts) for d in reading.declarations] == [1, 1]
    assert [r.code for r in reading.refused] == ["geometry.type", "time.unreadable"]
    assert any("a crossing with those is not found" in w for w in reading.warnings)


def test_the_product_of_volumes_and_periods_is_limited():
    shape = {"type": "GeometryCollection", "geometries": [geometry()] * 101}
    zone = feature(shape, limitedApplicability=[{"endDateTime": "2030-01-01T00:00:00Z"}] * 100)
    assert refusals(zone) == [("z.json feature 1 ZONE001", "list.too-many")]


@pytest.mark.parametrize(
    ("properties", "part"),
    [
        ({"type": "REQ_AUTHORISATION"}, "ED-318 knows USPACE"),
        ({"variant": None}, "without the member 'variant'"),
        ({"name": [{"text": "no language"}]}, "name is not"),
        ({"name": "plain"}, "name is not"),
        ({"identifier": "LONGER-THAN-7"}, "longer than the 7"),
        ({"identifier": None}, "without the member 'identifier'"),
        ({"type": "NO_RESTRICTION"}, "for information"),
        ({"limitedApplicability": [{"startDate": "2030"}]}, "'startDate' that no time period has"),
        ({"extendedProperties": 3}, None),
    ],
)
def test_what_does_not_decide_where_or_when_never_drops_a_zone(properties, part):
    reading = read(feature(**properties))
    assert reading.refused == ()
    assert len(reading.declarations) == 1
    assert [part in warning for warning in reading.warnings] == ([True] if part else [])


def test_properties_may_be_null_or_missing():
    bare = feature()
    bare["properties"] = None
    assert one(bare).id == "z.json#1"


def test_what_keepclear_must_not_carry_is_refused():
    assert refusals(feature(weapon="x")) == [
        ("z.json feature 1 ZONE001 properties", "schema.refused")
    ]
    assert refusals(feature(extendedProperties={"threatLevel": 3})) == [
        ("z.json feature 1 ZONE001 properties", "schema.refused")
    ]


@pytest.mark.parametrize(
    ("more", "where", "code"),
    [
        ({"type": "Features"}, " type", "zone.schema"),
        ({"metadata": []}, " metadata", "object.expected"),
        ({"metadata": {"validTo": "2030-01-01"}}, " metadata validTo", "time.unreadable"),
        ({"features": {}}, " features", "list.expected"),
    ],
)
def test_a_fault_of_the_collection_refuses_it_whole(more, where, code):
    reading = read(feature(), **more)
    assert reading.declarations == ()
    assert [(r.where, r.code) for r in reading.refused] == [(f"z.json{where}", code)]


def test_any_json_at_all_is_answered_with_a_reading():
    junk = [None, True, 0, -1.5, 10**400, "", "x", [], [[]], {}, {"a": None}, [{}], [None]]
    circle = geometry("Point", RING[0], extent={"subType": "Circle", "radius": 5})
    period = {
        "startDateTime": "2030-01-01T00:00:00Z",
        "schedule": [{"day": ["MON"], "startTime": "08:00Z", "endEvent": "SS"}],
    }
    document = collection(
        feature({"type": "GeometryCollection", "geometries": [geometry(), circle]}),
        feature(limitedApplicability=[period], name=[{"lang": "en"}]),
        metadata={"validFrom": "2030-01-01T00:00:00Z", "otherGeoid": "G"},
    )
    for path in paths(document):
        for value in junk:
            ed318.read(replaced(document, path, value), name="z.json")
    for value in junk:
        assert ed318.read(value, name="z.json").declarations == ()


# --- real files, and the official schema ---


def load(data, name):
    return json.loads((data / "zones" / name).read_text(encoding="utf-8-sig"))


@pytest.mark.data
def test_the_swiss_sample(data):
    document = load(data, "ch_cis_source_sample_ed318.json")
    assert ed318.recognises(document)
    reading = ed318.read(document, name="ch.json")
    assert (reading.format, reading.refused, reading.warnings) == ("ed318", (), ())
    facts = [
        (d.id, len(d.parts), str(d.parts[0].band), d.parts[0].window) for d in reading.declarations
    ]
    assert facts == [
        ("LSZB003", 1, "60 m AGL to unlimited", ALWAYS),
        ("BLns058", 1, "0 m AGL to unlimited", ALWAYS),
        ("LSTB002", 1, "0 m AGL to unlimited", ALWAYS),
    ]
    rings = [d.parts[0].footprint.polygons[0].rings for d in reading.declarations]
    assert [[len(ring) for ring in shape] for shape in rings] == [[27], [17], [8]]
    assert rings[2][0][0] == Position(latitude=46.9783049, longitude=7.1289534)


EXAMPLE_PERIODS = (
    DailyPeriod(frozenset(Day), 16 * HOUR, 17 * HOUR),
    DailyPeriod(frozenset({Day.SUN}), 10 * HOUR, 12 * HOUR),
)
EXAMPLE_WINDOW = Window(
    parse_instant("2018-12-31T15:59:59Z"), parse_instant("2019-12-31T15:59:59Z")
)


@pytest.mark.data
@pytest.mark.parametrize("name", ["ed318_Example_GeoZone_2_Layers", "ed318_Example_Collection"])
def test_the_official_examples(data, name):
    document = load(data, f"{name}.json")
    assert ed318.recognises(document)
    reading = ed318.read(document, name="e.json")
    assert (reading.refused, reading.warnings) == ((), ())
    zone = reading.declarations[0]
    assert zone.id == "NFZ6547"
    assert [str(part.band) for part in zone.parts] == [
        "50 m AGL to 150 m AGL",
        "0 m AGL to 50 m AGL",
    ]
    assert {part.window for part in zone.parts} == {Schedule(EXAMPLE_WINDOW, EXAMPLE_PERIODS)}
    sunday = Window(parse_instant("2019-06-02T00:00:00Z"), parse_instant("2019-06-03T00:00:00Z"))
    assert [str(window) for window in zone.parts[0].window.within(sunday)] == [
        "2019-06-02T10:00:00Z until 2019-06-02T12:00:00Z",
        "2019-06-02T16:00:00Z until 2019-06-02T17:00:00Z",
    ]
    if name.endswith("Collection"):
        (circle,) = reading.declarations[1].parts
        assert reading.declarations[1].id == "ABC1234"
        assert circle.footprint == Circle(Position(latitude=50.122901, longitude=2.636866), 3500.0)
    assert len(reading.declarations) == (2 if name.endswith("Collection") else 1)


@pytest.mark.data
def test_the_invalid_example_is_refused_whole_with_all_its_reasons(data):
    document = load(data, "ed318_InvalidExample_GeoZone_2_Layers.json")
    assert ed318.recognises(document)
    reading = ed318.read(document, name="bad.json")
    assert reading.declarations == ()
    assert [(r.where, r.code) for r in reading.refused] == [
        ("bad.json metadata validFrom", "time.unreadable"),
        ("bad.json feature 1 NFZ6547", "zone.schema"),
        ("bad.json feature 1 NFZ6547", "zone.schema"),
    ]
    assert "found an object, expected a date-time" in reading.refused[0].message
    assert "REQ_AUTHORISATION" in reading.refused[1].message
    assert "name" in reading.refused[2].message


@pytest.mark.data
def test_geojson_without_zones_is_not_taken(data):
    assert not ed318.recognises(load(data, "faa-uasfm.json"))


LAYER = {
    "type": "object",
    "properties": {
        "layer": {
            "type": "object",
            "properties": {
                "upper": {"type": "number"},
                "lower": {"type": "number"},
                "upperReference": {"enum": ["AGL", "AMSL", "WGS84"]},
                "lowerReference": {"enum": ["AGL", "AMSL", "WGS84"]},
                "uom": {"enum": ["m", "ft"]},
            },
        }
    },
}
AUTHORITY = {"type": "object", "required": ["purpose"]}
BASE = "https://schema.example/"
formats = FormatChecker(formats=())
OFFSET = r"([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"


@formats.checks("date-time")
def is_date_time(value):
    if not isinstance(value, str):
        return True
    try:
        datetime.fromisoformat(value.upper())
    except ValueError:
        return False
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?" + OFFSET, value))


@formats.checks("time")
def is_time(value):
    clock = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
    return not isinstance(value, str) or bool(re.fullmatch(clock + OFFSET, value))


@pytest.fixture
def official(data):
    """The official schema, its formats checked after RFC 3339."""
    schemas = {
        path.name: json.loads(path.read_text(encoding="utf-8"))
        for path in (data / "zones" / "ed318_schema").glob("*.json")
    }
    schemas |= {"Schema_LayeredGeoJSON.json": LAYER, "Schema_GeoZoneAuthority.json": AUTHORITY}
    registry = Registry().with_resources(
        (BASE + name, Resource.from_contents(schema, default_specification=DRAFT7))
        for name, schema in schemas.items()
    )
    return Draft7Validator(
        {"$ref": BASE + "Schema_GeoZones.json"}, registry=registry, format_checker=formats
    )


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("ch_cis_source_sample_ed318.json", True),
        ("ed318_Example_Collection.json", True),
        ("ed318_Example_GeoZone_2_Layers.json", True),
        ("ed318_InvalidExample_GeoZone_2_Layers.json", False),
    ],
)
def test_the_schema_and_we_agree_on_the_real_files(data, official, name, valid):
    document = load(data, name)
    assert official.is_valid(document) is valid
    assert (ed318.read(document, name=name).refused == ()) is valid


GEOMETRICALLY_IMPOSSIBLE = {
    "coordinates.expected",
    "declaration.empty",
    "edge.half-turn",
    "geometry.missing",
    "line.too-few",
    "position.range",
    "ring.too-few",
    "ring.unclosed",
    "altitude.upside-down",
    "altitude.range",
    "time.end-before-start",
}
"""Faults that no schema can see: each part is well formed, together they are no place or time."""
JUNK = (DELETE, None, True, 0, 7.5, -200, "", "x", "AGL", "MON", "2030-01-01T00:00:00Z", [], {})
DECIDES_WHERE_OR_WHEN = ("geometry", "limitedApplicability", "metadata")
MISPLACED = {"extent", "subType", "radius"}
"""The schema names these, but beside ``properties``, where a validator does not see them."""


def mutations(document):
    for path in paths(document):
        if path:
            for value in JUNK:
                yield path, replaced(document, path, value)


@pytest.mark.data
@pytest.mark.parametrize("name", ["Collection", "GeoZone_2_Layers"])
def test_what_the_schema_allows_we_read_and_what_we_refuse_it_refuses(data, official, name):
    """Every member of the official examples, replaced by everything else that JSON can hold."""
    refused, tried = 0, 0
    for path, mutated in mutations(load(data, f"ed318_Example_{name}.json")):
        if MISPLACED & set(path):
            continue
        tried += 1
        codes = {r.code for r in ed318.read(mutated, name="m.json").refused}
        if codes - GEOMETRICALLY_IMPOSSIBLE:
            refused += 1
            assert not official.is_valid(mutated), (path, codes)
    assert refused > 100
    assert tried > 1000


@pytest.mark.data
@pytest.mark.parametrize("name", ["Collection", "GeoZone_2_Layers"])
def test_what_the_schema_refuses_where_it_matters_we_refuse_or_say(data, official, name):
    """Silence is kept only where null means absent, or where nothing but spelling is at stake."""
    silent = []
    for path, mutated in mutations(load(data, f"ed318_Example_{name}.json")):
        if not set(DECIDES_WHERE_OR_WHEN) & set(path):
            continue
        reading = ed318.read(mutated, name="m.json")
        if not reading.refused and not reading.warnings and not official.is_valid(mutated):
            silent.append((path, at(mutated, path)))
    assert {value for _, value in silent} <= {None}


def at(document, path):
    for step in path:
        if isinstance(document, dict) and step not in document:
            return DELETE
        if isinstance(document, list) and step >= len(document):
            return DELETE
        document = document[step]
    return document
