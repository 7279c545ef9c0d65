"""F3548-21 JSON: every form of it, what is taken as open, and what is refused by name."""

from __future__ import annotations

import copy
import json

import pytest

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Kind, State
from keepclear.domain.footprint import Circle, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.window import Window, parse_instant
from keepclear.formats import ed269, ed318, f3548
from tests.interuss import load_intents, resolve
from tests.unit.documents import paths, replaced

SQUARE = [(10.0, 20.0), (10.0, 20.1), (10.1, 20.1), (10.1, 20.0)]


def w84(value):
    return {"value": value, "reference": "W84", "units": "M"}


def at(text):
    return {"value": text, "format": "RFC3339"}


def volume(*, lower=0, upper=120, start="2030-01-01T08:00:00Z", end="2030-01-01T09:00:00Z"):
    return {
        "volume": {
            "outline_polygon": {"vertices": [{"lat": lat, "lng": lng} for lat, lng in SQUARE]},
            "altitude_lower": w84(lower),
            "altitude_upper": w84(upper),
        },
        "time_start": at(start),
        "time_end": at(end),
    }


def circle(radius=300.0, units="M"):
    made = volume()
    del made["volume"]["outline_polygon"]
    made["volume"]["outline_circle"] = {
        "center": {"lat": 47.0, "lng": 8.0},
        "radius": {"value": radius, "units": units},
    }
    return made


def request(*volumes, **more):
    return {
        "extents": list(volumes),
        "state": "Accepted",
        "uss_base_url": "https://u.example",
    } | more


def intent(*volumes, state="Activated", off_nominal=(), priority=30, name="op-1"):
    return {
        "reference": {"id": name, "manager": "uss1", "state": state},
        "details": {
            "volumes": list(volumes),
            "off_nominal_volumes": list(off_nominal),
            "priority": priority,
        },
    }


def constraint(*volumes, name="zone-1"):
    return {
        "reference": {"id": name, "manager": "authority"},
        "details": {"volumes": list(volumes), "type": "com.example.pop_up"},
    }


def one(document):
    reading = f3548.read(document, name="f.json")
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def refusals(document):
    return [(r.where, r.code) for r in f3548.read(document, name="f.json").refused]


def changed(path, value):
    """A request of one volume, with one member changed, or taken out where the value is ``...``."""
    document = request(volume())
    node = document
    for step in path[:-1]:
        node = node[step]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return document


# --- forms ---


def test_a_request_is_an_operation_named_after_its_file():
    declaration = one(request(volume(), volume(lower=50)))
    assert (declaration.id, declaration.party, declaration.kind) == ("f.json#1", "", Kind.OPERATION)
    assert (declaration.state, declaration.priority) == (State.ACCEPTED, 0)
    assert len(declaration.parts) == 2


@pytest.mark.parametrize(
    "wrap", [lambda d: d, lambda d: {"operational_intent": d}], ids=["bare", "wrapped"]
)
def test_details_carry_identity_state_and_priority(wrap):
    declaration = one(wrap(intent(volume())))
    assert (declaration.party, declaration.id) == ("uss1", "op-1")
    assert (declaration.kind, declaration.state) == (Kind.OPERATION, State.ACTIVATED)
    assert declaration.priority == 30


def test_off_nominal_volumes_are_parts_as_well():
    declaration = one(intent(volume(), state="Nonconforming", off_nominal=[volume(), circle()]))
    assert len(declaration.parts) == 3
    assert one(intent(state="Contingent", off_nominal=[circle()])).state is State.CONTINGENT


@pytest.mark.parametrize(
    "wrap", [lambda d: d, lambda d: {"constraint": d}], ids=["bare", "wrapped"]
)
def test_a_constraint_is_a_restriction(wrap):
    declaration = one(wrap(constraint(volume())))
    assert (declaration.kind, declaration.party) == (Kind.RESTRICTION, "authority")
    assert declaration.state is None


def test_a_request_without_anything_of_an_intent_asks_for_a_constraint():
    assert (
        one({"extents": [volume()], "uss_base_url": "https://u.example"}).kind is Kind.RESTRICTION
    )
    assert one({"extents": [volume()], "key": []}).kind is Kind.OPERATION


@pytest.mark.parametrize(
    "document",
    [
        {"volumes": [volume(), circle()]},
        [volume(), circle()],
    ],
)
def test_bare_volumes_are_one_operation(document):
    declaration = one(document)
    assert (declaration.kind, len(declaration.parts)) == (Kind.OPERATION, 2)


def test_a_single_volume_is_read():
    assert len(one(volume()).parts) == 1


def test_a_list_may_mix_forms_and_names_each_entry():
    document = [intent(volume()), {"constraint": constraint(volume())}, request(circle()), volume()]
    reading = f3548.read(document, name="f.json")
    assert [d.id for d in reading.declarations] == ["op-1", "zone-1", "f.json#3", "f.json#4"]
    assert [d.where for d in reading.declarations] == [f"f.json entry {n}" for n in (1, 2, 3, 4)]
    assert f3548.recognises(document)


def test_case_26_one_identifier_twice_is_neither_merged_nor_skipped():
    reading = f3548.read([intent(volume()), intent(circle())], name="f.json")
    assert [d.id for d in reading.declarations] == ["op-1", "op-1 (2)"]
    assert "used before" in reading.warnings[0]


def test_edges_are_geodesics_and_circles_stay_circles():
    area = one(request(volume())).parts[0].footprint
    assert area.edges is EdgeRule.GEODESIC
    assert area.polygons[0].rings == (
        tuple(Position(latitude=lat, longitude=lng) for lat, lng in SQUARE),
    )
    assert one(request(circle())).parts[0].footprint == Circle(
        Position(latitude=47.0, longitude=8.0), 300.0
    )


def test_recognises_by_member_names_only():
    for document in (request(), intent(), constraint(), volume(), [volume()], {"volumes": []}):
        assert f3548.recognises(document)
    for document in (
        {},
        [],
        None,
        3,
        "extents",
        [[]],
        {"type": "FeatureCollection", "features": []},
    ):
        assert not f3548.recognises(document)


def test_no_format_takes_what_another_writes():
    readers = (f3548, ed318, ed269)
    zone = {"identifier": "Z", "geometry": [{"horizontalProjection": {}}]}
    documents = (
        (request(volume()), f3548),
        ({"UASZoneList": [zone]}, ed269),
        ({"features": [zone]}, ed269),
        ([zone], ed269),
        (
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "properties": {}, "geometry": {"layer": {}}}],
            },
            ed318,
        ),
    )
    for document, reader in documents:
        assert [r for r in readers if r.recognises(document)] == [reader]


def test_geojson_of_our_own_is_left_to_its_reader():
    feature = {
        "type": "Feature",
        "properties": {"party": "Alder", "id": "A1", "variant": "b"},
        "geometry": {"type": "Point", "coordinates": [1, 2]},
    }
    document = {"type": "FeatureCollection", "metadata": {"provider": []}, "features": [feature]}
    assert not any(r.recognises(document) for r in (f3548, ed318, ed269))


# --- what is open, and what is a value ---


def test_case_11_each_volume_keeps_its_own_window():
    parts = one(
        request(
            volume(),
            volume(start="2030-01-01T10:00:00Z", end="2030-01-01T10:00:00Z"),
            volume(start="1969-12-31T15:58:00.5Z", end="1969-12-31T16:02:00Z"),
        )
    ).parts
    assert [str(part.window) for part in parts] == [
        "2030-01-01T08:00:00Z until 2030-01-01T09:00:00Z",
        "2030-01-01T10:00:00Z until 2030-01-01T10:00:00Z",
        "1969-12-31T15:58:00.5Z until 1969-12-31T16:02:00Z",
    ]


def test_case_13_an_offset_is_converted_and_its_absence_refused():
    document = changed(("extents", 0, "time_start", "value"), "2030-01-01T09:30:00+02:00")
    assert one(document).parts[0].window.start_us == parse_instant("2030-01-01T07:30:00Z")
    document = changed(("extents", 0, "time_start", "value"), "2030-01-01T09:30:00")
    assert refusals(document) == [("f.json extents 1 time_start", "time.no-offset")]


def test_case_19_zero_is_a_value_and_a_missing_limit_is_open_and_said():
    band = one(request(volume(lower=0, upper=0))).parts[0].band
    assert band == AltitudeBand(*(Altitude(0, Units.M, Reference.W84),) * 2)
    document = request(volume())
    del document["extents"][0]["volume"]["altitude_lower"]
    del document["extents"][0]["volume"]["altitude_upper"]
    reading = f3548.read(document, name="f.json")
    assert reading.declarations[0].parts[0].band == AltitudeBand(None, None)
    assert reading.warnings == (
        "f.json: 1 place without altitude_lower: taken to have no lower limit (first: extents 1)",
        "f.json: 1 place without altitude_upper: taken to have no upper limit (first: extents 1)",
    )


def test_a_missing_time_is_open_and_said_once_for_all_volumes():
    document = request(volume(), volume())
    for extent in document["extents"]:
        del extent["time_end"]
        extent["time_start"] = None
    reading = f3548.read(document, name="f.json")
    assert {part.window for part in reading.declarations[0].parts} == {Window(None, None)}
    assert reading.warnings == (
        "f.json: 2 places without time_start: taken to hold since ever (first: extents 1)",
        "f.json: 2 places without time_end: taken to hold until further notice (first: extents 1)",
    )


def test_a_closing_vertex_is_accepted_and_said():
    document = request(volume())
    vertices = document["extents"][0]["volume"]["outline_polygon"]["vertices"]
    vertices.append(copy.deepcopy(vertices[0]))
    reading = f3548.read(document, name="f.json")
    assert len(reading.declarations[0].parts[0].footprint.polygons[0].rings[0]) == 4
    assert "repeated at the end" in reading.warnings[0]


def test_names_of_the_drafts_are_understood_and_said_once():
    draft = {
        "volume": {
            "outlinePolygon": volume()["volume"]["outline_polygon"],
            "altitudeLower": w84(1),
            "altitudeUpper": w84(2),
        },
        "timeStart": at("2030-01-01T08:00:00Z"),
        "timeEnd": at("2030-01-01T09:00:00Z"),
    }
    reading = f3548.read(request(draft, draft), name="f.json")
    assert (
        reading.declarations
        == f3548.read(
            request(volume(lower=1, upper=2), volume(lower=1, upper=2)), name="f.json"
        ).declarations
    )
    (warning,) = reading.warnings
    assert "camelCase" in warning


# --- refusals ---

EXTENT = ("extents", 0)
SOLID = (*EXTENT, "volume")
VERTEX = (*SOLID, "outline_polygon", "vertices", 1)


@pytest.mark.parametrize(
    ("path", "value", "where", "code"),
    [
        (("state",), "Flying", "", "state.unknown"),
        (("state",), ["Accepted"], "", "state.unknown"),
        (("priority",), 1.5, "", "priority.range"),
        (("priority",), 10**400, "", "number.range"),
        (("extents",), {}, "extents", "list.expected"),
        (("extents",), [], "", "declaration.empty"),
        (EXTENT, 7, "extents 1", "object.expected"),
        ((*EXTENT, "volume"), ..., "extents 1", "member.missing"),
        ((*SOLID, "outline_polygon"), ..., "extents 1", "outline.one"),
        ((*SOLID, "outline_circle"), {}, "extents 1", "outline.one"),
        ((*VERTEX, "lat"), 90.5, "extents 1 outline_polygon vertices 2", "position.range"),
        ((*VERTEX, "lng"), 190, "extents 1 outline_polygon vertices 2", "position.range"),
        ((*VERTEX, "lng"), "20", "extents 1 outline_polygon vertices 2", "number.expected"),
        ((*VERTEX, "lng"), True, "extents 1 outline_polygon vertices 2", "number.expected"),
        ((*VERTEX, "lng"), ..., "extents 1 outline_polygon vertices 2", "member.missing"),
        (VERTEX, [20, 10], "extents 1 outline_polygon vertices 2", "object.expected"),
        (
            (*SOLID, "outline_polygon", "vertices"),
            [{"lat": 1, "lng": 1}] * 2,
            "extents 1 outline_polygon",
            "ring.too-few",
        ),
        (
            (*SOLID, "altitude_lower", "reference"),
            "AGL",
            "extents 1 altitude_lower",
            "altitude.reference",
        ),
        ((*SOLID, "altitude_upper", "units"), "FT", "extents 1 altitude_upper", "altitude.units"),
        ((*SOLID, "altitude_upper", "units"), ..., "extents 1 altitude_upper", "member.missing"),
        ((*SOLID, "altitude_upper", "value"), 2e6, "extents 1 altitude_upper", "altitude.range"),
        ((*SOLID, "altitude_lower", "value"), 121, "extents 1", "altitude.upside-down"),
        ((*EXTENT, "time_end", "format"), "RFC3330", "extents 1 time_end", "time.format"),
        ((*EXTENT, "time_end", "value"), 1893456000, "extents 1 time_end", "time.unreadable"),
        (
            (*EXTENT, "time_end", "value"),
            "2030-02-30T00:00:00Z",
            "extents 1 time_end",
            "time.unreadable",
        ),
        ((*EXTENT, "time_end"), "2030-01-01T00:00:00Z", "extents 1 time_end", "object.expected"),
        (
            (*EXTENT, "time_end", "value"),
            "2030-01-01T07:00:00Z",
            "extents 1",
            "time.end-before-start",
        ),
        (("targetId",), "T7", "", "schema.refused"),
    ],
)
def test_what_cannot_be_used_is_refused_where_it_stands(path, value, where, code):
    reading = f3548.read(changed(path, value), name="f.json")
    assert reading.declarations == ()
    assert [(r.where, r.code) for r in reading.refused] == [(f"f.json {where}".strip(), code)]
    assert len(reading.refused[0].message) < 300


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (circle(0), "length.range"),
        (circle(-1), "length.range"),
        (circle(500_001), "length.range"),
        (circle(units="FT"), "length.units"),
    ],
)
def test_circles_that_are_none_are_refused(made, code):
    assert refusals(request(made)) == [("f.json extents 1 outline_circle", code)]


def test_both_spellings_of_one_member_are_refused():
    document = request(volume())
    document["extents"][0]["timeStart"] = at("2031-01-01T00:00:00Z")
    assert refusals(document) == [("f.json extents 1", "member.twice")]


def test_a_refused_volume_leaves_the_others_and_a_warning():
    document = request(volume(), volume(lower=500, upper=100), circle())
    reading = f3548.read(document, name="f.json")
    assert len(reading.declarations[0].parts) == 2
    assert [(r.where, r.code) for r in reading.refused] == [
        ("f.json extents 2", "altitude.upside-down")
    ]
    (warning,) = reading.warnings
    assert "a crossing with those is not found" in warning.replace("\n", " ")


def test_a_refused_entry_leaves_the_others():
    reading = f3548.read([intent(volume(), state="Lost"), 7, intent(circle())], name="f.json")
    assert [(r.where, r.code) for r in reading.refused] == [
        ("f.json entry 1", "state.unknown"),
        ("f.json entry 2", "object.expected"),
    ]
    assert len(reading.declarations) == 1


def test_limits_stand():
    many = request(*[volume()] * (f3548.VOLUMES_MAX + 1))
    assert refusals(many) == [("f.json extents", "list.too-many")]


def test_names_that_could_deceive_a_terminal_are_not_taken():
    document = intent(volume(), name="op\x1b[2J")
    reading = f3548.read(document, name="f.json")
    assert reading.declarations[0].id == "f.json#1"
    assert "cannot be shown" in reading.warnings[0]


def test_any_json_at_all_is_answered_with_a_reading():
    junk = [None, True, 0, -1.5, 10**400, "", "x", [], [[]], {}, {"a": None}, [{}], [None]]
    base = [request(volume()), {"operational_intent": intent(volume())}, [volume(), circle()]]
    for document in base:
        for path in paths(document):
            for value in junk:
                f3548.read(replaced(document, path, value), name="f.json")
    for value in junk:
        reading = f3548.read(value, name="f.json")
        assert reading.declarations == ()


# --- real files ---


def load(data, name):
    return json.loads((data / "utm" / name).read_text(encoding="utf-8"))


@pytest.mark.data
def test_op_request_1_keeps_its_five_old_windows(data):
    document = load(data, "op_request_1.json")
    assert f3548.recognises(document)
    reading = f3548.read(document, name="op_request_1.json")
    assert (reading.format, reading.refused, reading.warnings) == ("f3548", (), ())
    (declaration,) = reading.declarations
    assert (declaration.id, declaration.state) == ("op_request_1.json#1", State.ACCEPTED)
    assert [str(part.window) for part in declaration.parts] == [
        "2020-06-09T16:58:00Z until 2020-06-10T17:02:00Z",
        "1969-12-31T15:58:00Z until 1969-12-31T16:02:00Z",
        "2020-06-09T16:58:00Z until 2020-06-09T17:02:00Z",
        "2020-06-11T16:58:00Z until 2020-06-12T17:02:00Z",
        "2020-06-12T16:58:00Z until 2030-06-13T17:02:00Z",
    ]
    assert declaration.parts[4].band == AltitudeBand(
        Altitude(-20.01926335938357, Units.M, Reference.W84),
        Altitude(7.412735762792458, Units.M, Reference.W84),
    )
    assert [len(part.footprint.polygons[0].rings[0]) for part in declaration.parts] == [4] * 5


@pytest.mark.data
def test_op_bad_lat_lon_range_is_refused_for_its_latitude(data):
    document = load(data, "op_bad_lat_lon_range.json")
    assert f3548.recognises(document)
    reading = f3548.read(document, name="bad.json")
    assert reading.declarations == ()
    (refusal,) = reading.refused
    assert refusal.where == "bad.json extents 1 outline_polygon vertices 3"
    assert refusal.code == "position.range"
    assert "110.02" in refusal.message
    assert len(reading.warnings) == 1
    assert "camelCase" in reading.warnings[0]


@pytest.mark.data
def test_op_bad_time_format_is_refused_for_its_format(data):
    reading = f3548.read(load(data, "op_bad_time_format.json"), name="bad.json")
    assert reading.declarations == ()
    (refusal,) = reading.refused
    assert (refusal.where, refusal.code) == ("bad.json extents 1 time_end", "time.format")
    assert "RFC3330" in refusal.message
    assert sum("camelCase" in warning for warning in reading.warnings) == 1


EVALUATION = parse_instant("2030-05-05T12:00:00Z")
INTENTS = "flight_intents_standard_conflicting_flights.yaml"


@pytest.mark.data
def test_interuss_flight_intents_resolve_their_deltas(data):
    intents = load_intents(data / "utm" / INTENTS, evaluation_us=EVALUATION)
    assert len(intents) == 13
    facts = {
        name: (
            d.party,
            d.state.value,
            d.priority,
            d.parts[0].band.lower.value,
            d.parts[0].band.upper.value,
            len(d.parts[0].footprint.polygons[0].rings[0]),
        )
        for name, d in intents.items()
    }
    assert facts == {
        "flight1_planned": ("uss1", "Accepted", 0, 0.01, 30, 4),
        "flight1c_planned": ("uss1", "Accepted", 0, -5.04, 35, 4),
        "flight1c_activated": ("uss1", "Activated", 0, 0.06, 35, 4),
        "flight1m_planned": ("uss1", "Accepted", 0, -30.03, 30, 4),
        "flight2_planned": ("uss2", "Accepted", 100, -1.07, 28, 4),
        "flight1_activated": ("uss1", "Activated", 0, 0.02, 30, 4),
        "flight1m_activated": ("uss1", "Activated", 0, -30.05, 30, 4),
        "flight2_activated": ("uss2", "Activated", 100, 0.08, 28, 4),
        "flight2m_activated": ("uss2", "Activated", 100, -3.09, 50, 3),
        "equal_prio_flight2m_planned": ("uss2", "Accepted", 0, 45.13, 50, 3),
        "equal_prio_flight2_planned": ("uss2", "Accepted", 0, 0.10, 28, 4),
        "equal_prio_flight2_activated": ("uss2", "Activated", 0, 0.11, 28, 4),
        "equal_prio_flight2_nonconforming": ("uss2", "Nonconforming", 0, 0.12, 28, 4),
    }
    assert {str(d.parts[0].window) for d in intents.values()} == {
        "2030-05-05T11:59:59Z until 2030-05-05T12:45:00Z"
    }


@pytest.mark.data
def test_interuss_flight_intents_move_where_the_test_wants_them(data):
    here = load_intents(data / "utm" / INTENTS, evaluation_us=0)["flight2_planned"]
    there = load_intents(
        data / "utm" / INTENTS, evaluation_us=0, latitude=46.5, longitude=-7.25, altitude_m=600
    )["flight2_planned"]
    ring = there.parts[0].footprint.polygons[0].rings[0]
    assert ring[1] == Position(latitude=-0.00025 + 46.5, longitude=-7.25)
    assert there.parts[0].band.lower.value == pytest.approx(598.93)
    assert here.parts[0].window == there.parts[0].window


def test_deltas_replace_leaves_items_and_marked_members():
    full = resolve(
        {
            "late": {"delta": {"source": "base", "mutation": {"a": [{"x": 5}], "+b": [9]}}},
            "base": {"full": {"a": [{"x": 1, "y": 2}, {"x": 3}], "b": [1, 2], "c": "kept"}},
        }
    )
    assert full["late"] == {"a": [{"x": 5, "y": 2}, {"x": 3}], "b": [9], "c": "kept"}
    assert full["base"]["a"][0]["x"] == 1
