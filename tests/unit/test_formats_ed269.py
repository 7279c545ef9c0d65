"""ED-269 zones: wrappers, volumes, limits in every spelling, applicability, refusals."""

from __future__ import annotations

import json

import pytest

from keepclear.domain.altitude import Altitude, Reference, Units
from keepclear.domain.declaration import Kind
from keepclear.domain.footprint import Circle, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.schedule import DailyPeriod, Day, Schedule
from keepclear.domain.window import ALWAYS, Window, parse_instant
from keepclear.formats import ed269
from tests.unit.documents import paths, replaced

HOUR = 3_600_000_000
RING = [[6.1, 46.2], [6.2, 46.2], [6.2, 46.3], [6.1, 46.2]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}
DISC = {"type": "Circle", "center": [6.913146, 46.430758], "radius": 3000}


def volume(projection=None, **more):
    return {
        "uomDimensions": "M",
        "lowerLimit": 0,
        "lowerVerticalReference": "AGL",
        "upperLimit": 120,
        "upperVerticalReference": "AGL",
        "horizontalProjection": SQUARE if projection is None else projection,
    } | more


def zone(*volumes, **more):
    return {
        "identifier": "LSXX",
        "country": "CHE",
        "restriction": "PROHIBITED",
        "applicability": [{"permanent": "YES"}],
        "geometry": list(volumes) or [volume()],
    } | more


def read(*zones):
    return ed269.read({"UASZoneList": list(zones)}, name="z.json")


def one(*zones):
    reading = read(*zones)
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def applying(*periods):
    return one(zone(applicability=list(periods))).parts[0].window


def band(**more):
    return one(zone(volume(**more))).parts[0].band


# --- zones and shapes ---


@pytest.mark.parametrize(
    "wrap",
    [
        lambda zones: {"UASZoneList": zones, "formatVersion": "1.0.0"},
        lambda zones: {"features": zones, "title": "Zones"},
        lambda zones: zones,
    ],
    ids=["UASZoneList", "features", "bare"],
)
def test_every_wrapper_is_recognised_and_read(wrap):
    document = wrap([zone(), zone(volume(), volume(), identifier="LSYY")])
    assert ed269.recognises(document)
    reading = ed269.read(document, name="z.json")
    assert [(d.id, len(d.parts)) for d in reading.declarations] == [("LSXX", 1), ("LSYY", 2)]
    assert {(d.kind, d.party) for d in reading.declarations} == {(Kind.RESTRICTION, "")}
    assert reading.declarations[1].where == "z.json zone 2 LSYY"


def test_polygons_are_written_longitude_first_with_straight_edges():
    area = one(zone()).parts[0].footprint
    assert area.edges is EdgeRule.LONLAT
    assert area.polygons[0].rings[0][1] == Position(latitude=46.2, longitude=6.2)


def test_circles_have_their_radius_in_the_units_of_the_volume():
    center = Position(latitude=46.430758, longitude=6.913146)
    assert one(zone(volume(DISC))).parts[0].footprint == Circle(center, 3000.0)
    reading = read(zone(volume(DISC, uomDimensions="FT")))
    assert reading.declarations[0].parts[0].footprint == Circle(center, 3000 * 0.3048)
    assert "radius beside limits in feet" in reading.warnings[0]


def test_zones_without_an_identifier_are_named_after_the_file():
    assert one(zone(identifier=None)).id == "z.json#1"
    assert one(zone(identifier=17)).id == "17"


def test_case_26_one_identifier_twice_is_neither_merged_nor_skipped():
    reading = read(zone(), zone(restriction="REQ_AUTHORISATION"), zone())
    assert [d.id for d in reading.declarations] == ["LSXX", "LSXX (2)", "LSXX (3)"]
    assert "2 places with an identifier that was used before" in reading.warnings[0]


# --- limits ---


def test_case_19_limits_may_be_text_and_zero_is_a_value():
    limits = band(lowerLimit="0", upperLimit=" 400.5 ", uomDimensions="ft")
    assert limits.lower == Altitude(0.0, Units.FT, Reference.AGL)
    assert limits.upper == Altitude(400.5, Units.FT, Reference.AGL)


@pytest.mark.parametrize(
    "more",
    [
        {"upperLimit": None},
        {"upperLimit": 99999},
        {"upperLimit": "99999"},
        {"upperLimit": 99999, "upperVerticalReference": "AMSL"},
        {"upperLimit": 328084, "uomDimensions": "FT"},
        {"upperVerticalReference": None},
    ],
)
def test_case_19_no_ceiling_in_all_its_spellings(more):
    assert band(**more).upper is None


def test_case_17_the_two_limits_may_have_unlike_references():
    limits = band(upperVerticalReference="AMSL", lowerVerticalReference="WGS84")
    assert limits.lower.reference is Reference.W84
    assert limits.upper.reference is Reference.AMSL


def test_a_missing_limit_is_said():
    bare = volume()
    del bare["lowerLimit"]
    reading = read(zone(bare))
    assert reading.declarations[0].parts[0].band.lower is None
    (warning,) = reading.warnings
    assert warning == (
        "z.json: 1 place without a limit: the zone is taken to have none on that side "
        "(first: zone 1 LSXX geometry 1 lowerLimit)"
    )


# --- times ---


@pytest.mark.parametrize(
    ("period", "warned"),
    [
        ({"permanent": "YES"}, False),
        ({"permanent": "yes"}, False),
        (
            {
                "permanent": "YES",
                "startDateTime": None,
                "dailyPeriod": [{"day": [], "startTime": None, "endTime": None}],
            },
            False,
        ),
        ({"permanent": "YES", "endDateTime": "2030-01-01T00:00:00Z"}, True),
        ({"permanent": "YES", "schedule": [{"day": ["MON"]}]}, True),
        ({"permanent": "NO"}, True),
        ({}, True),
        ({"permanent": "NO", "schedule": []}, True),
    ],
)
def test_what_holds_always_and_what_is_only_taken_to(period, warned):
    reading = read(zone(applicability=[period]))
    assert reading.declarations[0].parts[0].window == ALWAYS
    assert bool(reading.warnings) is warned


def test_no_applicability_at_all_is_always_and_said():
    for applicability in (None, []):
        reading = read(zone(applicability=applicability))
        assert reading.declarations[0].parts[0].window == ALWAYS
        assert "without applicability" in reading.warnings[0]


@pytest.mark.parametrize("name", ["schedule", "dailyPeriod"])
def test_case_14_schedules_go_under_both_names(name):
    when = applying(
        {
            "permanent": "NO",
            "startDateTime": "2022-06-15T09:00:00.00Z",
            "endDateTime": "2023-06-15T09:00:00.00Z",
            name: [
                {"day": ["SAT", "SUN"], "startTime": "17:00:00.00Z", "endTime": "23:59:59.00Z"},
                {"day": ["ANY"], "startTime": "22:00Z", "endTime": "04:30Z"},
            ],
        }
    )
    assert when == Schedule(
        Window(parse_instant("2022-06-15T09:00:00Z"), parse_instant("2023-06-15T09:00:00Z")),
        (
            DailyPeriod(frozenset({Day.SAT, Day.SUN}), 17 * HOUR, 0),
            DailyPeriod(frozenset(Day), 22 * HOUR, 4 * HOUR + HOUR // 2),
        ),
    )
    night = Window(parse_instant("2022-08-01T20:00:00Z"), parse_instant("2022-08-02T20:00:00Z"))
    assert [str(window) for window in when.within(night)] == [
        "2022-08-01T22:00:00Z until 2022-08-02T04:30:00Z"
    ]


def test_case_11_every_volume_holds_in_every_period():
    dates = [{"endDateTime": "2030-01-01T00:00:00Z"}, {"startDateTime": "2031-01-01T00:00:00Z"}]
    parts = one(zone(volume(), volume(DISC), applicability=dates)).parts
    assert len(parts) == 4
    assert len({(part.footprint, part.window) for part in parts}) == 4


# --- refusals ---

VOLUME = "zone 1 LSXX geometry 1"
PERIOD = "zone 1 LSXX applicability 1"


@pytest.mark.parametrize(
    ("more", "where", "code"),
    [
        ({"uomDimensions": None}, f"{VOLUME} uomDimensions", "altitude.units"),
        ({"uomDimensions": "KM"}, f"{VOLUME} uomDimensions", "altitude.units"),
        ({"lowerVerticalReference": "QNE"}, f"{VOLUME} lowerLimit", "altitude.reference"),
        ({"upperLimit": "UNL"}, f"{VOLUME} upperLimit", "altitude.not-a-number"),
        ({"upperLimit": [120]}, f"{VOLUME} upperLimit", "number.expected"),
        ({"lowerLimit": 500}, VOLUME, "altitude.upside-down"),
        ({"horizontalProjection": None}, f"{VOLUME} horizontalProjection", "object.expected"),
        ({"horizontalProjection": {}}, f"{VOLUME} horizontalProjection", "geometry.type"),
        (
            {"horizontalProjection": SQUARE | {"coordinates": [RING[:3]]}},
            f"{VOLUME} horizontalProjection ring 1",
            "ring.unclosed",
        ),
        (
            {"horizontalProjection": DISC | {"radius": None}},
            f"{VOLUME} horizontalProjection",
            "member.missing",
        ),
        (
            {"horizontalProjection": DISC | {"radius": 600_000}},
            f"{VOLUME} horizontalProjection",
            "length.range",
        ),
        (
            {"horizontalProjection": DISC | {"center": [46.4, 96.9]}},
            f"{VOLUME} horizontalProjection",
            "position.range",
        ),
    ],
)
def test_a_volume_that_cannot_be_used_is_refused_where_it_stands(more, where, code):
    reading = read(zone(volume(**more)))
    assert reading.declarations == ()
    assert [(r.where, r.code) for r in reading.refused] == [(f"z.json {where}", code)]


@pytest.mark.parametrize(
    ("period", "where", "code"),
    [
        ({"permanent": True}, PERIOD, "zone.permanent"),
        ({"permanent": "PERHAPS"}, PERIOD, "zone.permanent"),
        ({"startDateTime": "2022-06-15T09:00:00"}, f"{PERIOD} startDateTime", "time.no-offset"),
        (
            {
                "permanent": "NO",
                "startDateTime": "2026-07-22T07:00:00.000Z",
                "endDateTime": "2026-07-22T06:50:50.813Z",
                "schedule": [],
            },
            PERIOD,
            "time.end-before-start",
        ),
        (
            {"schedule": [{"day": ["MON"], "startTime": "09:00:00", "endTime": "10:00:00"}]},
            f"{PERIOD} schedule 1 startTime",
            "time.no-offset",
        ),
        ("YES", PERIOD, "object.expected"),
    ],
)
def test_a_period_that_cannot_be_used_is_refused_where_it_stands(period, where, code):
    reading = read(zone(applicability=[period]))
    assert reading.declarations == ()
    assert [(r.where, r.code) for r in reading.refused] == [(f"z.json {where}", code)]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"geometry": None}, "geometry.missing"),
        ({"geometry": []}, "declaration.empty"),
        ({"enemy": "x"}, "schema.refused"),
        ({"extendedProperties": {"weaponSystem": 3}}, "schema.refused"),
        ({"applicability": {}}, "list.expected"),
    ],
)
def test_a_zone_that_cannot_be_used_leaves_the_others(more, code):
    reading = read(zone(**more), zone(identifier="LSYY"), 5)
    assert [d.id for d in reading.declarations] == ["LSYY"]
    assert [r.code for r in reading.refused] == [code, "object.expected"]


def test_one_bad_volume_leaves_the_others_and_a_warning():
    reading = read(zone(volume(), volume(lowerLimit=500), volume(DISC)))
    assert len(reading.declarations[0].parts) == 2
    assert [r.where for r in reading.refused] == ["z.json zone 1 LSXX geometry 2"]
    assert any("a crossing with those is not found" in w for w in reading.warnings)


def test_a_zone_that_restricts_nothing_is_compared_and_said():
    reading = read(zone(restriction="NO_RESTRICTION"))
    assert len(reading.declarations) == 1
    assert "for information" in reading.warnings[0]


@pytest.mark.parametrize("document", [{}, {"UASZoneList": {}}, None, 3, {"features": "x"}])
def test_a_document_without_a_list_of_zones_is_refused_whole(document):
    reading = ed269.read(document, name="z.json")
    assert reading.declarations == ()
    assert [r.where for r in reading.refused] == ["z.json"]


def test_any_json_at_all_is_answered_with_a_reading():
    junk = [None, True, 0, -1.5, 10**400, "", "x", [], [[]], {}, {"a": None}, [{}], [None]]
    period = {
        "permanent": "NO",
        "endDateTime": "2030-01-01T00:00:00Z",
        "dailyPeriod": [{"day": ["MON"], "startTime": "08:00Z", "endTime": "09:00Z"}],
    }
    document = {"UASZoneList": [zone(volume(), volume(DISC), applicability=[period])]}
    for path in paths(document):
        for value in junk:
            ed269.read(replaced(document, path, value), name="z.json")


# --- real files ---


def load(data, name):
    return json.loads((data / "zones" / name).read_text(encoding="utf-8-sig"))


@pytest.mark.data
def test_the_swiss_cis_sample(data):
    document = load(data, "ch_cis_source_sample_ed269.json")
    assert ed269.recognises(document)
    reading = ed269.read(document, name="cis.json")
    assert (reading.format, reading.refused) == ("ed269", ())
    (declaration,) = reading.declarations
    (part,) = declaration.parts
    assert (declaration.id, str(part.band)) == ("LSXX", "0 m AGL to unlimited")
    assert part.window == ALWAYS
    assert len(part.footprint.polygons[0].rings[0]) == 4
    assert part.footprint.polygons[0].rings[0][0] == Position(
        latitude=46.217024450605436, longitude=6.166485701899006
    )
    assert len(reading.warnings) == 1
    assert "without a limit" in reading.warnings[0]


@pytest.mark.data
def test_the_swiss_form(data):
    reading = ed269.read(load(data, "ed269-ch.json"), name="ch.json")
    assert (reading.refused, reading.warnings) == ((), ())
    facts = [(d.id, [str(part.band) for part in d.parts]) for d in reading.declarations]
    assert facts == [
        ("CH-GT9990", ["0 m AGL to unlimited"]),
        ("CH-AGL-NOCAP", ["0 m AGL to unlimited"]),
        ("CH-ZH-120", ["0 m AGL to 120 m AGL"]),
        ("CH-MV-2VOL", ["0 m AGL to 1500 m AMSL"] * 2),
    ]
    assert {part.window for d in reading.declarations for part in d.parts} == {ALWAYS}


@pytest.mark.data
def test_the_luxembourg_form(data):
    document = load(data, "ed269-lu.json")
    assert ed269.recognises(document)
    reading = ed269.read(document, name="lu.json")
    assert (reading.refused, reading.warnings) == ((), ())
    facts = [
        (d.id, str(part.band), str(part.window)) for d in reading.declarations for part in d.parts
    ]
    assert facts == [
        ("LU-P-001", "0 m AGL to 120 m AGL", "always until further notice"),
        (
            "LU-T-002",
            "0 m AGL to 50 m AMSL",
            "2026-08-01T06:00:00Z until 2026-08-01T18:00:00Z",
        ),
    ]


@pytest.mark.data
def test_geojson_is_not_taken(data):
    assert not ed269.recognises(load(data, "faa-uasfm.json"))
