"""Cursor-on-Target: events, shapes, renewal, and every way in which an event can be wrong."""

from __future__ import annotations

import time

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Kind
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.window import Window, parse_instant
from keepclear.errors import InputError
from keepclear.formats.cot_stream import EVENT_BYTES_MAX
from keepclear.formats.cot_types import RULES, Use, rule_of
from keepclear.formats.ellipses import CORNERS, ring_round
from keepclear.formats.registry import read_bytes
from tests.laws.strategies import LAW, centres

TIME, START, STALE = "2026-03-01T06:00:00Z", "2026-03-01T06:30:00Z", "2026-03-01T08:00:00Z"


def event(type_="a-n-A-C-F", uid="U1", detail="", time=TIME, start=START, stale=STALE, **point):
    at = {"lat": "47.5", "lon": "8.25", "hae": "400", "ce": "25", "le": "30"} | point
    words = " ".join(f'{k}="{v}"' for k, v in at.items() if v is not None)
    return (
        f'<event version="2.0" uid="{uid}" type="{type_}" time="{time}" start="{start}" '
        f'stale="{stale}" how="m-g"><point {words}/><detail>{detail}</detail></event>'
    )


def read(*texts):
    return read_bytes("".join(texts).encode(), name="feed.cot")


def one(*texts):
    reading = read(*texts)
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def refusal(*texts):
    reading = read(*texts)
    assert reading.declarations == ()
    (found,) = reading.refused
    return found


def w84(value):
    return Altitude(value, Units.M, Reference.W84)


def links(*corners):
    return "".join(f'<link point="{corner}"/>' for corner in corners)


CORNER = ("47,8,9999999", "47,8.1", "47.1,8.1,300")


def test_a_thing_is_a_point_with_its_errors():
    found = one(event(detail='<contact callsign="SWR 1"/>'))
    (part,) = found.parts
    assert (found.id, found.kind, found.name, found.party) == ("U1", Kind.OPERATION, "", "")
    assert found.position_error_m == 25.0
    assert part.footprint == Circle(Position(latitude=47.5, longitude=8.25), 0.0)
    assert part.band == AltitudeBand(w84(370.0), w84(430.0))
    assert part.window == Window(parse_instant(START), parse_instant(STALE))


def test_case_19_9999999_is_unknown_and_never_a_number():
    for unknown in ("9999999", "9999999.0", None):
        (part,) = one(event(hae=unknown)).parts
        assert part.band == EVERYWHERE
        found = one(event(ce=unknown, le=unknown))
        assert found.position_error_m == 0.0
        assert found.parts[0].band == AltitudeBand(w84(400.0), w84(400.0))
    told = " ".join(read(event(hae="9999999", ce="9999999")).warnings)
    assert "unknown height" in told
    assert "unknown circle of error" in told


def test_case_13_offsets_are_understood_and_naive_times_refused():
    same = one(event(start="2026-03-01T08:30:00+02:00", stale="2026-03-01T08:00:00.000000123Z"))
    assert same.parts == one(event()).parts
    assert refusal(event(start="2026-03-01T08:30:00")).code == "time.no-offset"


def test_case_16_stale_before_start_is_refused_and_the_renewed_event_holds():
    upside_down = event(start=STALE, stale=START)
    found = refusal(upside_down)
    assert (found.code, found.where) == ("time.end-before-start", 'feed.cot event 1 (id "U1")')
    reading = read(event(), upside_down)
    assert len(reading.declarations) == 1
    assert len(reading.refused) == 1


def test_case_16_a_later_event_renews_and_a_late_one_does_not():
    longer = "2026-03-01T09:00:00Z"
    first, renewed = event(), event(time="2026-03-01T07:00:00Z", stale=longer, lat="48")
    for texts in ((first, renewed), (renewed, first)):
        found = one(*texts)
        assert found.parts[0].window.end_us == parse_instant(longer)
        assert found.parts[0].footprint.center.latitude == 48.0
    assert "renews" in read(first, renewed).warnings[0]
    assert "after a newer event" in read(renewed, first).warnings[0]
    assert one(event(lat="1"), event(lat="2")).parts[0].footprint.center.latitude == 2.0


def test_events_come_alone_in_a_row_and_in_an_element():
    two = [event(uid="A"), event(uid="B")]
    head = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
    for text in (
        "".join(two),
        "\n\n".join(head + one_ for one_ in two),
        f"{head}<events note='x'>{two[0]}\n<!-- a -->{two[1]}</events>\n",
    ):
        assert [d.id for d in read(text).declarations] == ["A", "B"]
    assert read("<events/>").declarations == ()
    assert read("<events></events>").declarations == ()


def test_one_broken_event_does_not_take_the_others_with_it():
    broken = event(uid="bad").replace("</detail>", "")
    reading = read(event(uid="A"), "\n", broken, "\n", event(uid="B"), "\n", event(uid="C")[:-20])
    assert [d.id for d in reading.declarations] == ["A", "B"]
    assert [(r.where, r.code) for r in reading.refused] == [
        ("feed.cot event 2", "xml.malformed"), ("feed.cot event 4", "xml.malformed"),
    ]  # fmt: skip
    assert "line 2" in reading.refused[0].message


def test_a_wrapper_that_is_cut_off_is_refused_as_a_whole():
    with pytest.raises(InputError) as raised:
        read("<events>", event())
    assert raised.value.code == "xml.truncated"


def test_an_event_that_is_too_large_is_refused_alone():
    large = event(uid="L", detail=" " * (EVENT_BYTES_MAX + 1))
    reading = read(event(uid="A"), large, event(uid="B"))
    assert [d.id for d in reading.declarations] == ["A", "B"]
    assert [r.code for r in reading.refused] == ["xml.too-large"]


def test_areas_are_drawn_by_links_and_by_shapes():
    closed = links(*CORNER, CORNER[0])
    vertices = "".join(f'<vertex lat="{c.split(",")[0]}" lon="{c.split(",")[1]}"/>' for c in CORNER)
    shape = f"<shape><polyline>{vertices}</polyline></shape>"
    named = '<contact callsign="Area 7"/><remarks>9 km  south</remarks>'
    areas = [
        one(event("u-d-f", detail=closed + named)),
        one(event("u-d-f", detail=shape + named)),
        one(event("u-d-r", detail=links(*CORNER) + named)),
    ]
    for found in areas:
        (part,) = found.parts
        assert isinstance(part.footprint, Area)
        assert part.footprint.edges is EdgeRule.GEODESIC
        assert len(part.footprint.polygons[0].rings[0]) == 3
        assert (found.name, found.description) == ("Area 7", "9 km south")
        assert part.band == AltitudeBand(w84(370.0), w84(430.0))
    assert any("without a kind" in w for w in read(event("u-d-f", detail=closed)).warnings)


def test_lines_need_a_width_and_routes_are_movements():
    open_ = links(*CORNER)
    assert refusal(event("b-m-r", detail=open_)).code == "line.no-width"
    found = one(event("b-m-r", detail=open_ + '<keepclear half_width_m="50" party="Relief"/>'))
    assert isinstance(found.parts[0].footprint, Corridor)
    assert (found.kind, found.party) == (Kind.MOVEMENT, "Relief")


def test_circles_stay_circles_and_the_largest_holds():
    rings = "".join(f'<ellipse major="{r}" minor="{r}" angle="360"/>' for r in (100, 500, 300))
    (part,) = one(event("u-d-c-c", detail=f"<shape>{rings}</shape>", le="9999999")).parts
    assert part.footprint == Circle(Position(latitude=47.5, longitude=8.25), 500.0)
    assert part.band == EVERYWHERE


def test_ellipses_become_polygons_and_this_is_said():
    shape = '<shape><ellipse major="900" minor="300" angle="30"/></shape>'
    (part,) = one(event("u-d-c-e", detail=shape)).parts
    assert len(part.footprint.polygons[0].rings[0]) == CORNERS
    assert any("holds it whole" in w for w in read(event("u-d-c-e", detail=shape)).warnings)


def test_the_better_shape_is_told_by_its_level():
    corners = "".join(f'<vertex lat="{lat}" lon="{lon}"/>' for lat, lon in ((1, 1), (1, 2), (2, 2)))
    line = f"<polyline{{}}>{corners}</polyline>"
    circle = '<ellipse{} major="9" minor="9" angle="0"/>'
    for first, second, kind in (
        ("", "", Area),
        ("", ' level="1"', Circle),
        (' level="2"', ' level="1"', Area),
    ):
        detail = f"<shape>{line.format(first)}{circle.format(second)}<dxf/></shape>"
        (part,) = one(event("u-d-f", detail=detail)).parts
        assert isinstance(part.footprint, kind)


def test_without_a_shape_the_circle_round_the_point_holds():
    (part,) = one(event("r-f", ce="800")).parts
    assert part.footprint.radius_m == 800.0
    assert part.band == AltitudeBand(w84(370.0), w84(430.0))
    assert one(event("r-f", ce="800")).kind is Kind.RESTRICTION


def test_marked_places_are_sites_on_the_ground():
    found = one(event("b-m-p-s-m", detail='<contact callsign="Clinic"/>'))
    assert (found.kind, found.name, found.position_error_m) == (Kind.SITE, "Clinic", 25.0)
    assert found.parts[0].band == EVERYWHERE


REFUSED = {
    "a-h-A": "schema.refused", "a-s-G": "schema.refused", "a-j-A": "schema.refused",
    "a-k-S": "schema.refused", "a-f-G-U-C": "schema.refused", "a-n-G-U-C-I": "schema.refused",
    "a-f-F-A": "schema.refused", "t-e": "schema.refused", "t-s-v": "schema.refused",
    "r-u": "schema.refused", "c-f-d": "schema.refused", "c-r": "cot.type", "b-i-e": "cot.type",
    "b-m-p-s-p-i": "cot.type", "b-a-o-tbl": "cot.type", "q": "cot.type", "ah": "cot.type",
}  # fmt: skip


@pytest.mark.parametrize("type_", REFUSED)
def test_what_keepclear_must_not_carry_or_cannot_mean_is_refused(type_):
    found = refusal(event(type_))
    assert found.code == REFUSED[type_]
    assert "U1" in found.where


def test_a_client_that_tells_its_device_is_not_read():
    assert refusal(event("a-f-G", detail="<takv device='x'/>")).code == "schema.refused"
    assert one(event("a-f-G")).kind is Kind.OPERATION
    assert one(event("a-f-A", detail="<takv device='x'/>")).kind is Kind.OPERATION


def test_talk_is_counted_and_no_refusal():
    reading = read(event("b-t-f"), event("t-x-c-t"), event("y-a-r"))
    assert (reading.declarations, reading.refused) == ((), ())
    assert "1 event that declare nothing: chat (type b-t)" in reading.warnings[0]


def test_every_rule_is_reached_by_its_own_words():
    for rule in RULES:
        assert rule_of(rule.words.replace("*", "f")) is rule
        assert bool(rule.reason) is (rule.use not in {Use.ATOM, Use.SHAPE})
    assert rule_of("a-f-A;x") is rule_of("a-f-A")


BAD = {
    "no uid": (event().replace('uid="U1"', ""), "member.missing", "'uid'"),
    "no point": (event().replace("<point", "<pt"), "member.missing", "'point'"),
    "version 1": (event().replace('"2.0"', '"1.1"'), "cot.version", "'1.1'"),
    "no latitude": (event(lat=None), "number.expected", "found nothing"),
    "a word": (event(lat="N47"), "number.expected", "'N47'"),
    "nan": (event(lat="nan"), "number.expected", "'nan'"),
    "swapped axes": (event(lat="108"), "position.range", "latitude 108.0"),
    "a negative circle": (event(ce="-1"), "length.range", "'-1'"),
    "no time": (event(stale="soon"), "time.unreadable", "'soon'"),
    "orbit": (event(hae="2000000"), "altitude.range", "1,000 km"),
    "axes upside down": (
        event("u-d-c-e", detail='<shape><ellipse major="1" minor="2" angle="0"/></shape>'),
        "length.range", "longer first",
    ),
    "a corner of one number": (
        event("u-d-f", detail=links("1", "2", "3")), "coordinates.expected", "'1'",
    ),
    "a person's name": (event(detail='<keepclear pilot_name="X"/>'), "schema.refused", "persons"),
    "a broken text": (event(detail='<keepclear wkt="POINT"/>'), "wkt.unreadable", "POINT"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_event_is_named_and_the_next_one_read(name):
    text, code, words = BAD[name]
    reading = read(text, event(uid="next"))
    (found,) = reading.refused
    assert found.where.startswith("feed.cot event 1")
    assert found.code == code
    assert words in found.message
    assert [d.id for d in reading.declarations] == ["next"]


@LAW
@given(
    centres,
    st.floats(1.0, 200_000.0),
    st.floats(0.001, 1.0),
    st.floats(0.0, 360.0),
)
def test_case_5_a_polygon_round_an_ellipse_holds_it_whole(at, major, share, bearing):
    """On a plane round the centre (bearing and distance kept), with edges followed point by point."""
    import math

    minor = major * share
    ring = ring_round(Position(latitude=at[0], longitude=at[1]), major, minor, bearing)
    wgs84 = Geodesic.WGS84
    flat = []
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        line = wgs84.InverseLine(a.latitude, a.longitude, b.latitude, b.longitude)
        for step in range(4):
            there = line.Position(line.s13 * step / 4)
            seen = wgs84.Inverse(*at, there["lat2"], there["lon2"])
            turn = math.radians(seen["azi1"] - bearing)
            flat.append((seen["s12"] * math.cos(turn), seen["s12"] * math.sin(turn)))
    outline = Polygon(flat)
    for k in range(90):
        angle = math.radians(4 * k)
        assert outline.contains(Point(major * math.cos(angle), minor * math.sin(angle)))
    assert outline.area < math.pi * (major + 0.01) * (minor + 0.01) * 1.01


@pytest.mark.parametrize("between", ["", "\n"])
def test_many_broken_events_are_refused_in_good_time(between):
    """Each byte is looked at a few times, however many events are broken."""
    began = time.process_time()
    reading = read(between.join(["<event><point></event>"] * 10_000))
    assert len(reading.refused) == 10_000
    last = reading.refused[-1]
    assert last.where == "feed.cot event 10000"
    assert f"line {10_000 if between else 1}," in last.message
    assert time.process_time() - began < 20.0
