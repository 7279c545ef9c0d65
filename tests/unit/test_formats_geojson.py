"""GeoJSON and NDJSON: every property, every geometry, every refusal with its place."""

from __future__ import annotations

import json

import pytest

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Ground, Kind, State
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.window import Window, parse_instant
from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

RING = [[8.0, 47.0], [8.1, 47.0], [8.1, 47.1], [8.0, 47.0]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}
POINT = {"type": "Point", "coordinates": [144.2, -31.095]}
LINE = {"type": "LineString", "coordinates": [[143.6, -30.95], [144.3, -31.3]]}
M120 = {"value": 120, "units": "M", "reference": "AMSL"}
TIMES = ["2015-11-20T07:40:00Z", "2015-11-20T07:52:00Z"]
FULL = {
    "party": "Alder",
    "on_behalf_of": "Ash",
    "id": "A2",
    "kind": "operation",
    "state": "Activated",
    "priority": 3,
    "altitude_lower": {"value": 0, "units": "M", "reference": "SFC"},
    "altitude_upper": {"value": 100, "units": "FL", "reference": "STD"},
    "time_start": "2015-11-20T06:30:00Z",
    "time_end": "2015-11-20T10:30:00+03:00",
    "standoff_m": 0,
    "ground_m": [60, 220],
    "position_error_m": 15.5,
}


def at(longitude, latitude):
    return Position(latitude=latitude, longitude=longitude)


def feature(geometry=POLYGON, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def read(*features, name="plan.geojson", **members):
    document = {"type": "FeatureCollection", "features": list(features), **members}
    return read_bytes(json.dumps(document).encode(), name=name, read_as="geojson")


def one(geometry=POLYGON, **properties):
    reading = read(feature(geometry, **properties))
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def part(geometry=POLYGON, **properties):
    (found,) = one(geometry, **properties).parts
    return found


def refusal(geometry=POLYGON, **properties):
    good = feature(id="good", kind="area")
    reading = read(good, feature(geometry, **properties), good | {"id": "x"})
    assert [d.id for d in reading.declarations] == ["good"]
    assert len(reading.declarations[0].parts) == 2
    (found,) = reading.refused
    assert found.where.startswith("plan.geojson feature 2")
    return found


def polygon(*ring):
    return {"type": "Polygon", "coordinates": [[list(p) for p in ring]]}


# properties


def test_every_property_is_read():
    declaration = one(**FULL)
    assert (declaration.party, declaration.on_behalf_of, declaration.id) == ("Alder", "Ash", "A2")
    assert declaration.kind is Kind.OPERATION
    assert declaration.state is State.ACTIVATED
    assert declaration.priority == 3
    assert declaration.ground == Ground(60, 220)
    assert declaration.position_error_m == 15.5
    assert declaration.where == "plan.geojson feature 1"
    (volume,) = declaration.parts
    assert volume.band == AltitudeBand(
        Altitude(0, Units.M, Reference.SFC), Altitude(100, Units.FL, Reference.STD)
    )
    assert volume.window == Window(
        parse_instant("2015-11-20T06:30:00Z"), parse_instant("2015-11-20T07:30:00Z")
    )


def test_absent_and_null_are_the_same_and_leave_everything_open():
    nothing = dict.fromkeys(FULL)
    assert one().parts == one(**nothing).parts
    assert part(**nothing).band == AltitudeBand(None, None)
    assert part(**nothing).window == Window(None, None)
    assert (one().kind, one().party, one().priority, one().state) == (Kind.OPERATION, "", 0, None)


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01T02:00:01+02:00", 1_000_000),
        ("1969-12-31T13:30:01-10:30", 1_000_000),
        ("1970-01-01T00:00:00.123456789Z", 123_456),
        ("1970-01-01T00:00:60Z", 60_000_000),
        ("1970-01-01T00:01Z", 60_000_000),
    ],
)
def test_case_13_times_with_any_offset_or_fraction(text, microseconds):
    assert part(time_start=text).window == Window(microseconds, None)


def test_case_11_every_part_keeps_its_own_window_and_an_instant_is_one():
    early = {"time_start": TIMES[0], "time_end": TIMES[0]}
    late = {"time_start": TIMES[1]}
    (declaration,) = read(feature(id="A", **early), feature(id="A", **late)).declarations
    first, second = (parse_instant(t) for t in TIMES)
    assert [p.window for p in declaration.parts] == [Window(first, first), Window(second, None)]


def test_case_19_zero_is_a_value():
    zero = {"value": 0, "units": "FT", "reference": "AGL"}
    assert part(altitude_lower=zero).band.lower == Altitude(0, Units.FT, Reference.AGL)
    assert one(kind="site", standoff_m=0, priority=0).standoff_m == 0.0
    assert part(POINT, radius_m=0).footprint == Circle(at(144.2, -31.095), 0.0)


def test_case_19_missing_limits_are_unlimited_and_said_once_with_their_number():
    reading = read(*(feature(kind="area", altitude_upper=M120) for _ in range(3)))
    (warning,) = reading.warnings
    assert warning.startswith("plan.geojson: 3 features without altitude_lower: taken as having no")
    assert warning.endswith("(first: feature 1)")


def test_an_operation_without_times_is_open_and_said():
    warnings = read(feature(kind="operation", altitude_lower=M120, altitude_upper=M120)).warnings
    assert len(warnings) == 1
    assert "without time_start or time_end" in warnings[0]


def test_a_missing_kind_is_an_operation_and_said_once():
    warnings = read(feature(), feature(), feature(kind="site")).warnings
    assert sum("without a kind" in w for w in warnings) == 1
    assert any(w.startswith("plan.geojson: 2 features without a kind") for w in warnings)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("party", ["Alder"], "text.expected"),
        ("party", "two\nlines", "text.control"),
        ("id", 1.5, "text.expected"),
        ("kind", "mission", "kind.unknown"),
        ("kind", 4, "kind.unknown"),
        ("state", "Flying", "state.unknown"),
        ("priority", 1.5, "priority.range"),
        ("priority", True, "number.expected"),
        ("priority", 10**9, "priority.range"),
        ("altitude_lower", 120, "altitude.form"),
        ("altitude_lower", "120 m", "altitude.form"),
        ("altitude_upper", {"units": "M", "reference": "AMSL"}, "altitude.form"),
        ("altitude_upper", {**M120, "value": "120"}, "number.expected"),
        ("altitude_upper", {**M120, "value": True}, "number.expected"),
        ("altitude_upper", {**M120, "value": 10**400}, "number.range"),
        ("altitude_upper", {**M120, "units": "km"}, "altitude.units"),
        ("altitude_upper", {"value": 120, "reference": "AMSL"}, "altitude.units"),
        ("altitude_upper", {**M120, "reference": "QNH"}, "altitude.reference"),
        ("altitude_upper", {"value": 120, "units": "M"}, "altitude.reference"),
        ("altitude_upper", {**M120, "units": "FL"}, "altitude.reference"),
        ("altitude_upper", {**M120, "reference": "SFC"}, "altitude.reference"),
        ("altitude_upper", {**M120, "value": 9999999}, "altitude.unknown"),
        ("altitude_upper", {**M120, "value": 9999999.0}, "altitude.unknown"),
        ("altitude_upper", {**M120, "value": 2_000_000}, "altitude.range"),
        ("altitude_upper", [M120], "altitude.per-vertex"),
        ("time_start", "2015-11-20T06:30:00", "time.no-offset"),
        ("time_start", "20.11.2015 06:30", "time.unreadable"),
        ("time_end", 1448001000, "time.unreadable"),
        ("standoff_m", -1, "length.range"),
        ("standoff_m", "1000", "number.expected"),
        ("ground_m", 60, "ground.range"),
        ("ground_m", [220, 60], "ground.range"),
        ("ground_m", [60, None], "number.expected"),
        ("position_error_m", 60_000, "length.range"),
        ("radius_m", -5, "length.range"),
        ("half_width_m", False, "number.expected"),
        ("times", "2015-11-20T06:30:00Z", "time.unreadable"),
        ("times", ["2015-11-20T06:30:00"], "time.no-offset"),
        ("edges", "straight", "edges.unknown"),
        ("edges", 1, "edges.unknown"),
        ("edges", ["geodesic"], "edges.unknown"),
    ],
)
def test_a_wrong_value_is_refused_at_its_property(name, value, code):
    found = refusal(**{"id": "A2", name: value})
    assert found.code == code
    label = "" if name == "id" else ' (id "A2")'
    assert found.where.startswith(f"plan.geojson feature 2{label} properties.{name}")


def test_case_17_a_bare_number_is_answered_with_the_form_expected():
    assert (
        '{"value": 120, "units": "M", "reference": "AMSL"}' in refusal(altitude_lower=120).message
    )


def test_limits_and_times_the_wrong_way_round_are_refused():
    low, high = M120, {**M120, "value": 300}
    assert refusal(altitude_lower=high, altitude_upper=low).code == "altitude.upside-down"
    found = refusal(time_start=TIMES[1], time_end=TIMES[0])
    assert found.code == "time.end-before-start"
    assert found.where.endswith("properties.time_end")


@pytest.mark.parametrize(
    "name",
    [
        "target",
        "Target_ID",
        "weapon",
        "aim-point",
        "hostile",
        "killBox",
        "strength",
        "surname",
        "IMEI",
    ],
)
def test_what_must_not_be_carried_is_refused_by_name(name):
    found = refusal(**{name: "x"})
    assert found.code == "schema.refused"
    assert name in found.message


def test_unknown_properties_and_empty_unwelcome_ones_are_ignored():
    assert one(colour="green", name="Clinic", weapon=None, target="").kind is Kind.OPERATION
    assert refusal(kind="target").code == "schema.refused"


# who is who


def test_ids_come_from_properties_then_the_feature_then_its_number():
    reading = read(
        feature(id="A") | {"id": "ignored"},
        feature() | {"id": 7},
        feature(),
        feature(id=""),
    )
    assert [d.id for d in reading.declarations] == ["A", "7", "plan.geojson#3", "plan.geojson#4"]


def test_case_26_a_feature_without_id_never_joins_another():
    reading = read(feature(), feature(), feature(id="plan.geojson#1"))
    assert [d.id for d in reading.declarations] == [
        "plan.geojson#1 (no id)",
        "plan.geojson#2",
        "plan.geojson#1",
    ]
    assert [len(d.parts) for d in reading.declarations] == [1, 1, 1]


def test_features_that_share_party_and_id_are_parts_of_one():
    reading = read(
        feature(party="Alder", id="A", kind="movement", ground_m=[60, 100], standoff_m=5),
        feature(party="Birch", id="A", kind="movement"),
        feature(party="Alder", id="A", priority=2, ground_m=[80, 220], standoff_m=9),
    )
    alder, birch = reading.declarations
    assert (len(alder.parts), len(birch.parts)) == (2, 1)
    assert (alder.kind, alder.priority) == (Kind.MOVEMENT, 2)
    assert alder.ground == Ground(60, 220)
    assert alder.standoff_m == 9
    assert any("standoff_m" in w and "larger" in w for w in reading.warnings)
    assert any("ground_m" in w and "covered" in w for w in reading.warnings)


@pytest.mark.parametrize(
    ("name", "first", "later"),
    [
        ("kind", "movement", "site"),
        ("state", "Accepted", "Ended"),
        ("priority", 0, 5),
        ("on_behalf_of", "Ash", "Elm"),
    ],
)
def test_a_feature_that_contradicts_its_declaration_is_refused(name, first, later):
    reading = read(feature(id="A", **{name: first}), feature(id="A", **{name: later}))
    assert len(reading.declarations[0].parts) == 1
    (found,) = reading.refused
    assert found.code == "declaration.differs"
    assert found.where == f'plan.geojson feature 2 (id "A") properties.{name}'
    assert "plan.geojson feature 1" in found.message


# geometries


def test_case_06_a_polygon_keeps_its_holes_and_edge_rule():
    hole = [[8.02, 47.01], [8.04, 47.01], [8.04, 47.02], [8.02, 47.01]]
    area = part({"type": "Polygon", "coordinates": [RING, hole]}).footprint
    assert area.edges is EdgeRule.LONLAT
    assert [len(ring) for ring in area.polygons[0].rings] == [3, 3]
    assert area.polygons[0].rings[0] == (at(8.0, 47.0), at(8.1, 47.0), at(8.1, 47.1))


def test_multipolygons_are_one_area():
    other = [[9.0, 47.0], [9.1, 47.0], [9.1, 47.1], [9.0, 47.0]]
    area = part({"type": "MultiPolygon", "coordinates": [[RING], [other]]}).footprint
    assert isinstance(area, Area)
    assert len(area.polygons) == 2


def test_points_are_circles_and_only_a_site_may_be_bare():
    assert part(POINT, radius_m=2000).footprint == Circle(at(144.2, -31.095), 2000.0)
    assert part(POINT, kind="site", standoff_m=1000).footprint.radius_m == 0.0
    found = refusal(POINT, kind="operation")
    assert found.code == "point.no-radius"
    assert "radius_m" in found.message
    both = one({"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}, radius_m=5).parts
    assert [p.footprint.center for p in both] == [at(1, 2), at(3, 4)]


def test_a_line_without_times_is_a_standing_corridor():
    corridor = part(LINE, half_width_m=5000).footprint
    assert corridor == Corridor((at(143.6, -30.95), at(144.3, -31.3)), 5000.0, EdgeRule.LONLAT)
    assert refusal(LINE).code == "line.no-width"
    many = {"type": "MultiLineString", "coordinates": [LINE["coordinates"]] * 2}
    assert len(one(many, half_width_m=1).parts) == 2
    assert refusal(many, half_width_m=1, times=TIMES).code == "route.several-lines"


def test_a_line_with_times_is_a_moving_disc():
    route = part(LINE, half_width_m=5000, times=TIMES, altitude_lower=M120, altitude_upper=M120)
    assert isinstance(route, Route)
    assert route.half_width_m == 5000
    assert [w.time_us for w in route.waypoints] == [parse_instant(t) for t in TIMES]
    assert route.waypoints[0].band == route.waypoints[1].band
    assert route.waypoints[0].error_m == 0.0


def test_a_stay_keeps_its_repeated_vertex():
    stay = {"type": "LineString", "coordinates": [[8, 47], [8, 47], [9, 47]]}
    times = [*TIMES, "2015-11-20T08:00:00Z"]
    assert len(part(stay, half_width_m=1, times=times).waypoints) == 3


def test_a_route_may_have_an_altitude_per_vertex():
    higher = {**M120, "value": 300}
    route = part(
        LINE,
        half_width_m=1,
        times=TIMES,
        altitude_lower=[M120, None],
        altitude_upper=[higher, higher],
    )
    assert [w.band.lower for w in route.waypoints] == [Altitude(120, Units.M, Reference.AMSL), None]
    found = refusal(LINE, half_width_m=1, times=TIMES, altitude_upper=[higher] * 3)
    assert (found.code, found.where[-14:]) == ("route.count", "altitude_upper")


def test_times_must_be_one_per_vertex_and_in_order():
    found = refusal(LINE, half_width_m=1, times=TIMES[:1])
    assert found.code == "route.count"
    assert "1 values for 2 vertices" in found.message
    found = refusal(LINE, half_width_m=1, times=TIMES[::-1])
    assert (found.code, found.where[-16:]) == ("route.time-order", "properties.times")


def test_times_hold_over_another_window_and_unused_sizes_are_said():
    warnings = read(feature(LINE, half_width_m=1, times=TIMES, time_start=TIMES[1])).warnings
    assert any("the times hold" in w for w in warnings)
    warnings = read(feature(POINT, radius_m=5, edges="geodesic")).warnings
    assert any("neither a polygon nor a line" in w for w in warnings)
    warnings = read(feature(radius_m=5, half_width_m=5, times=TIMES)).warnings
    assert sum("ignored" in w for w in warnings) == 3


# what joins the vertices

RULES = {
    None: EdgeRule.LONLAT,
    "lonlat": EdgeRule.LONLAT,
    "geodesic": EdgeRule.GEODESIC,
    "great-circle": EdgeRule.GREAT_CIRCLE,
    " Great-Circle ": EdgeRule.GREAT_CIRCLE,
}
MULTI = {"type": "MultiPolygon", "coordinates": [[RING]]}
LINES = {"type": "MultiLineString", "coordinates": [LINE["coordinates"]]}
ALL = {"type": "GeometryCollection", "geometries": [POLYGON, MULTI, LINE, LINES]}


@pytest.mark.parametrize(("said", "rule"), RULES.items())
def test_edges_say_what_joins_the_vertices_of_everything_that_stands(said, rule):
    parts = one(ALL, half_width_m=1, edges=said).parts
    assert [p.footprint.edges for p in parts] == [rule] * 4


def test_what_moves_goes_along_geodesics_whatever_is_said():
    moving = {"half_width_m": 1, "times": TIMES}
    assert part(LINE, **moving, edges="geodesic") == part(LINE, **moving)
    for other in ("lonlat", "great-circle"):
        found = refusal(LINE, **moving, edges=other)
        assert (found.code, found.where[-16:]) == ("route.edges", "properties.edges")
        assert "shortest paths" in found.message


@pytest.mark.parametrize("edges", ["geodesic", "great-circle"])
def test_curved_edges_may_pass_over_a_pole_and_have_no_long_way(edges):
    line = {"type": "LineString", "coordinates": [[-90, 89], [90, 89]]}
    assert len(part(line, half_width_m=1, edges=edges).footprint.vertices) == 2
    over = feature(polygon([179, 10], [-179, 10], [-179, 12], [179, 10]), edges=edges, kind="area")
    assert not any("short way" in w for w in read(over).warnings)
    assert read(over).refused == ()


@pytest.mark.parametrize("edges", ["geodesic", "great-circle"])
@pytest.mark.parametrize(
    ("a", "b"), [((10, 20), (-170, -20)), ((0, 0), (180, 0)), ((5, 90), (77, -90))]
)
def test_curved_edges_between_opposite_points_are_refused(edges, a, b):
    line = {"type": "LineString", "coordinates": [[50, 1], a, b]}
    found = refusal(line, half_width_m=1, edges=edges)
    assert (found.code, found.where[-6:]) == ("edge.half-turn", "edge 2")
    assert "opposite points" in found.message


def test_a_collection_of_geometries_is_all_of_them():
    parts = one(
        {"type": "GeometryCollection", "geometries": [POLYGON, POINT, LINE]},
        radius_m=10,
        half_width_m=20,
    ).parts
    assert [type(p.footprint) for p in parts] == [Area, Circle, Corridor]
    nested = {"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection"}]}
    assert refusal(nested).code == "geometry.nested"
    bad = {"type": "GeometryCollection", "geometries": [POLYGON, polygon([8, 47], [9, 47])]}
    assert refusal(bad).where.endswith("geometry member 2 ring 1")


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "geometry.missing"),
        ("POINT (1 2)", "geometry.type"),
        ({"type": "Curve"}, "geometry.type"),
        ({"type": ["Point"]}, "geometry.type"),
        ({"coordinates": [1, 2]}, "geometry.type"),
        ({"type": "Polygon"}, "coordinates.expected"),
        ({"type": "Polygon", "coordinates": []}, "coordinates.expected"),
        ({"type": "Polygon", "coordinates": [[]]}, "ring.unclosed"),
        ({"type": "Polygon", "coordinates": RING}, "coordinates.expected"),
        ({"type": "MultiPolygon", "coordinates": []}, "coordinates.expected"),
        ({"type": "MultiPolygon", "coordinates": {"a": 1}}, "coordinates.expected"),
        ({"type": "Point", "coordinates": [8]}, "coordinates.expected"),
        ({"type": "Point", "coordinates": ["8", "47"]}, "number.expected"),
        ({"type": "Point", "coordinates": [True, 47]}, "number.expected"),
        ({"type": "Point", "coordinates": [None, 47]}, "number.expected"),
        ({"type": "GeometryCollection", "geometries": []}, "coordinates.expected"),
        ({"type": "LineString", "coordinates": [[8, 47], [8, 47]]}, "line.too-few"),
    ],
)
def test_a_geometry_that_is_none_is_refused(geometry, code):
    found = refusal(geometry, radius_m=1, half_width_m=1)
    assert found.code == code
    assert "geometry" in found.where


# rings


def test_case_06_an_unclosed_ring_is_refused():
    found = refusal(polygon([8, 47], [9, 47], [9, 48], [8, 48]))
    assert found.code == "ring.unclosed"
    assert found.where == "plan.geojson feature 2 geometry ring 1"


def test_case_06_repeated_vertices_are_dropped_and_two_places_are_no_ring():
    area = part(polygon([8, 47], [8, 47], [9, 47], [9, 48], [9, 48], [8, 47], [8, 47])).footprint
    assert area.polygons[0].rings[0] == (at(8, 47), at(9, 47), at(9, 48))
    for ring in ([[8, 47]] * 4, [[8, 47], [9, 47], [8, 47], [9, 47], [8, 47]]):
        assert refusal(polygon(*ring)).code == "ring.too-few"


def test_many_repeats_before_a_third_place_are_still_a_ring():
    ring = [[8, 47], [9, 47]] * 6 + [[9, 48], [8, 47]]
    assert len(part(polygon(*ring)).footprint.polygons[0].rings[0]) == 13


def test_case_10_latitude_over_90_hints_at_swapped_axes():
    found = refusal(polygon([47, 8], [47, 144], [48, 144], [47, 8]))
    assert found.code == "position.range"
    assert "swapped" in found.message
    assert found.where.endswith("geometry ring 1 vertex 2")


def test_case_01_a_ring_may_run_on_past_the_antimeridian():
    ring = part(polygon([179, 10], [181, 10], [181, 12], [179, 12], [179, 10])).footprint
    assert ring.polygons[0].rings[0] == (at(179, 10), at(-179, 10), at(-179, 12), at(179, 12))
    west = part(polygon([-179, 10], [-181, 10], [-181, 12], [-179, 10])).footprint
    assert west.polygons[0].rings[0][1] == at(179, 10)
    hole = [[[170, 0], [200, 0], [200, 9], [170, 0]], [[185, 1], [190, 1], [190, 2], [185, 1]]]
    rings = part({"type": "Polygon", "coordinates": hole}).footprint.polygons[0].rings
    assert rings[1][0] == at(-175, 1)


def test_case_01_running_on_is_no_jump_but_jumping_is_said():
    on = read(feature(polygon([179, 10], [181, 10], [181, 12], [179, 10]), kind="area"))
    over = read(feature(polygon([179, 10], [-179, 10], [-179, 12], [179, 10]), kind="area"))
    assert on.declarations[0].parts == over.declarations[0].parts
    assert not any("180" in w for w in on.warnings)
    assert sum("taken the short way" in w for w in over.warnings) == 1


def test_case_01_longitudes_beyond_180_alone_are_refused():
    for geometry in (
        {"type": "Point", "coordinates": [190, 10]},
        {"type": "MultiPoint", "coordinates": [[170, 10], [190, 10]]},
        polygon([190, 10], [191, 10], [191, 12], [190, 10]),
        polygon([179, 10], [361, 10], [179, 12], [179, 10]),
    ):
        assert refusal(geometry, radius_m=1).code == "position.range"
    assert "write it as -170.0" in refusal({"type": "Point", "coordinates": [190, 1]}).message


def test_an_edge_of_exactly_180_degrees_is_refused():
    for a, b in [(0, 180), (-90, 90), (10, 190)]:
        found = refusal(polygon([a, 10], [b, 10], [b, 12], [a, 10]))
        assert (found.code, found.where[-13:]) == ("edge.half-turn", "ring 1 edge 1")
    line = {"type": "LineString", "coordinates": [[-90, 89], [90, 89]]}
    assert refusal(line, half_width_m=1).code == "edge.half-turn"


def test_case_02_a_route_may_pass_over_the_pole():
    line = {"type": "LineString", "coordinates": [[-90, 89], [90, 89]]}
    assert len(part(line, half_width_m=1, times=TIMES).waypoints) == 2


def test_at_a_pole_the_longitude_still_says_along_which_meridian():
    ring = part(polygon([10, 80], [10, 90], [50, 90], [50, 80], [10, 80])).footprint
    assert len(ring.polygons[0].rings[0]) == 4
    stitched = part(polygon([179, 10], [180, 10], [-180, 10], [-179, 10], [-179, 12], [179, 10]))
    assert len(stitched.footprint.polygons[0].rings[0]) == 4


def test_a_third_coordinate_is_ignored_and_said_once():
    flat = one(POINT, radius_m=1).parts
    high = {"type": "Point", "coordinates": [*POINT["coordinates"], 500]}
    reading = read(feature(high, radius_m=1), feature(high, radius_m=1))
    assert reading.declarations[0].parts == flat
    ring = polygon(*([*p, 500] for p in RING))
    warnings = read(feature(ring), feature(ring)).warnings
    third = [w for w in (*reading.warnings, *warnings) if "third coordinate" in w]
    assert len(third) == 2
    assert all(w.startswith("plan.geojson: 2 features with a third") for w in third)


# the document


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("nothing", "feature.type"),
        (None, "feature.type"),
        ({"type": "Point", "coordinates": [8, 47]}, "feature.type"),
        ({"type": "FeatureCollection", "features": []}, "feature.type"),
        ({"type": "Feature", "geometry": POLYGON, "properties": [1]}, "feature.properties"),
        ({"type": "Feature", "geometry": POLYGON, "id": {"a": 1}}, "text.expected"),
    ],
)
def test_a_member_that_is_no_feature_is_refused_and_the_others_are_read(member, code):
    reading = read(feature(id="A"), member, feature(id="B"))
    assert [d.id for d in reading.declarations] == ["A", "B"]
    assert [r.code for r in reading.refused] == [code]


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"]
)
def test_a_crs_that_says_wgs84_is_accepted(name):
    crs = {"type": "name", "properties": {"name": name}}
    assert len(read(feature(), crs=crs).declarations) == 1


@pytest.mark.parametrize(
    "crs", [{"type": "name", "properties": {"name": "EPSG:2056"}}, "EPSG:2056", {}]
)
def test_another_crs_is_refused(crs):
    with pytest.raises(InputError) as caught:
        read(feature(), crs=crs)
    assert caught.value.code == "crs.unknown"
    single = json.dumps(feature() | {"crs": crs}).encode()
    assert read_bytes(single, name="x").refused[0].code == "crs.unknown"


@pytest.mark.parametrize(
    "document",
    [POLYGON, {"type": "FeatureCollection"}, {"type": "FeatureCollection", "features": {}}],
)
def test_a_document_without_features_is_refused(document):
    with pytest.raises(InputError) as caught:
        read_bytes(json.dumps(document).encode(), name="x.geojson")
    assert caught.value.code == "geojson.type"


def test_an_empty_collection_is_an_empty_reading():
    assert read().declarations == ()


# one per line


def test_bad_lines_are_refused_by_number_and_the_others_read():
    lines = [
        json.dumps(feature(id="A", kind="area")),
        "",
        '{"type": "Feature", "geo',
        json.dumps({"type": "FeatureCollection", "features": []}),
        json.dumps(feature(id="B", kind="area", time_start="06:30")),
        json.dumps(feature(kind="area")),
    ]
    reading = read_bytes("\n".join(lines).encode(), name="plan.ndjson")
    assert [d.id for d in reading.declarations] == ["A", "plan.ndjson#6"]
    assert [(r.where, r.code) for r in reading.refused] == [
        ("plan.ndjson line 3", "json.truncated"),
        ("plan.ndjson line 4", "feature.type"),
        ('plan.ndjson line 5 (id "B") properties.time_start', "time.unreadable"),
    ]
    assert "one by one" in reading.refused[1].message


def test_text_sequences_may_run_over_several_lines():
    records = [json.dumps(feature(id=i, kind="area"), indent=1) for i in ("A", "B")]
    text = "".join(f"\x1e{record}\n" for record in [*records, "{"])
    reading = read_bytes(text.encode(), name="plan.geojsons")
    assert [d.id for d in reading.declarations] == ["A", "B"]
    assert reading.declarations[1].where == f"plan.geojsons line {records[0].count(chr(10)) + 2}"
    assert len(reading.refused) == 1
