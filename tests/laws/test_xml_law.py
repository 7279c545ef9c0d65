"""KML and Cursor-on-Target as written forms; that all comes back is a law in ``test_writers_law``."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.footprint import Area, Circle, EdgeRule, Polygon
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS
from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes
from keepclear.formats.writers.registry import write_bytes
from tests.laws.strategies import LAW, circle, declared, lonlat, metres, place
from tests.laws.test_writers_law import WEEKLY, full_declarations, written

FORMS = ("kml", "cot")
SCHEMAS = (
    "CoT_Base-Event_Schema__(PUBLIC_RELEASE).xsd",
    "CoT_Shape_Schema__(PUBLIC_RELEASE).xsd",
)


@pytest.mark.parametrize("form", FORMS)
def test_a_second_writing_is_the_first_to_the_byte(form):
    @LAW
    @given(full_declarations())
    def law(said):
        first, _ = write_bytes(said, form, geoid=lambda: None)
        again = read_bytes(first, name="plan").declarations
        assert write_bytes(again, form, geoid=lambda: None)[0] == first

    law()


@pytest.fixture(scope="module")
def schemas(data):
    return [etree.XMLSchema(etree.parse(data / "cot" / "xsd" / name)) for name in SCHEMAS]


@pytest.mark.data
def test_written_events_keep_the_public_schemas_and_their_circle_holds_the_shape(schemas):
    event_schema, shape_schema = schemas

    @LAW
    @given(full_declarations())
    def law(said):
        root = etree.fromstring(write_bytes(said, "cot", geoid=lambda: None)[0])
        for event in root:
            event_schema.assertValid(event)
            for shape in event.iter("shape"):
                shape_schema.assertValid(shape)
            point = event.find("point")
            middle = place(float(point.get("lat")), float(point.get("lon")))
            for vertex in event.iter("vertex"):
                corner = place(float(vertex.get("lat")), float(vertex.get("lon")))
                assert metres(middle, corner) <= float(point.get("ce"))

    law()


def test_altitudes_come_back_to_the_last_digit():
    limit = Altitude(0.1 + 0.2, Units.FT, Reference.AGL)
    odd = AltitudeBand(Altitude(0.0, Units.FT, Reference.SFC), limit)
    for form in FORMS:
        said = declared("A", Volume4D(circle(1.0, 2.0, 3.0), odd, ALWAYS))
        reading, _ = written([said], form)
        assert reading.declarations[0].parts == said.parts


def test_several_polygons_and_holes_stay_one_part():
    ring = lonlat([(8.0, 47.0), (8.1, 47.0), (8.1, 47.1)]).polygons[0].rings[0]
    hole = lonlat([(8.05, 47.01), (8.09, 47.01), (8.09, 47.05)]).polygons[0].rings[0]
    far = lonlat([(9.0, 47.0), (9.1, 47.0), (9.1, 47.1)]).polygons[0].rings[0]
    both = Area((Polygon((ring, hole)), Polygon((far,))), EdgeRule.GREAT_CIRCLE)
    for form in FORMS:
        said = declared("A", Volume4D(both, EVERYWHERE, ALWAYS))
        reading, _ = written([said], form)
        assert reading.declarations[0].parts == said.parts


def test_weekly_hours_are_told():
    said = declared("Z", Volume4D(circle(45.0, 8.0, 500.0), EVERYWHERE, WEEKLY))
    for form in FORMS:
        reading, losses = written([said], form)
        assert any("weekly hours" in sentence for sentence in losses.sentences())
        assert reading.declarations[0].parts[0].window == WEEKLY.window


def test_what_xml_cannot_hold_is_taken_out_and_told():
    for form in FORMS:
        said = replace(declared("Z", circle(45.0, 8.0, 500.0)), id="Z\x07", name="bell\x07")
        reading, losses = written([said], form)
        assert reading.declarations[0].id == "Z"
        assert any("control characters" in sentence for sentence in losses.sentences())


def test_viewers_see_heights_where_kml_has_them():
    for reference, mode in ((Reference.AMSL, "absolute"), (Reference.AGL, "relativeToGround")):
        upper = Altitude(400.0, Units.FT, reference)
        said = declared("A", Volume4D(circle(1.0, 2.0, 300.0), AltitudeBand(None, upper), ALWAYS))
        data, losses = write_bytes([said], "kml", geoid=lambda: None)
        assert losses.sentences() == ()
        root = etree.fromstring(data)
        assert {e.text for e in root.iter("{*}altitudeMode")} == {mode}
        assert {t.split(",")[2] for e in root.iter("{*}coordinates") for t in e.text.split()} == {
            "121.92"
        }
        assert {e.text for e in root.iter("{*}extrude")} == {"1"}


def test_levels_that_kml_cannot_show_are_told_and_kept():
    level = Altitude(180.0, Units.FL, Reference.STD)
    said = declared("A", Volume4D(circle(1.0, 2.0, 300.0), AltitudeBand(level, None), ALWAYS))
    reading, losses = written([said], "kml")
    assert any("heights in the drawing" in sentence for sentence in losses.sentences())
    assert reading.declarations[0].parts == said.parts


def test_two_declarations_that_would_share_a_uid_do_not():
    said = [
        declared("b", circle(1.0, 2.0, 3.0), party="a"),
        declared("a/b", circle(3.0, 2.0, 3.0), party=""),
    ]
    reading, _ = written(said, "cot")
    assert [(d.party, d.id) for d in reading.declarations] == [("a", "b"), ("", "a/b")]


def test_circles_stay_circles():
    said = declared("A", Circle(place(60.0, 10.0), 1234.5678901))
    for form in FORMS:
        reading, _ = written([replace(said, standoff_m=0.1)], form)
        (back,) = reading.declarations
        assert back.parts == said.parts
        assert back.standoff_m == 0.1


# whatever is done to a valid file, only input errors come out


def seeds(form):
    return importlib.import_module(f"tests.fuzz.{form}").SEEDS


pieces = st.sampled_from(
    [
        b"<", b">", b"/>", b"</", b"&", b"&amp;", b"&#0;", b"&x;", b"<!DOCTYPE a>", b"<![CDATA[",
        b"]]>", b"<!--", b"-->", b"<?x?>", b'"', b"'", b"=", b"nan", b"inf", b"1e999", b"-1",
        b"9999999", b"9" * 400, b"0", b",", b";", b" ", b"\x00", b"\xff", "\u202e".encode(),
        b"2015-11-20", b"2015-11-20T06:30:00Z", b"9999-12-31T23:59:60-23:59",
        b"0001-01-01T00:00:00+14:00", b"event", b"events", b"kml", b"Placemark", b"gx:Track",
        b"MultiGeometry", b"Polygon", b"times", b"wkt", b"edges", b"great-circle", b"UNL", b"{",
    ]
)  # fmt: skip


@pytest.mark.parametrize("form", ["kml", "gpx", "cot", "kmz"])
def test_mutated_files_are_read_or_refused(form):
    @LAW
    @given(st.data())
    def law(data):
        text = bytearray(data.draw(st.sampled_from(seeds(form))))
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(text)))
            gone = data.draw(st.sampled_from([0, 0, 1, 4, 30]))
            text[at : at + gone] = data.draw(st.one_of(pieces, st.binary(max_size=3)))
        try:
            reading = read_bytes(bytes(text), name="plan", read_as=form)
        except InputError as error:
            refused = [error]
        else:
            refused = reading.refused
        assert all(refusal.where.startswith("plan") for refusal in refused)

    law()


@pytest.mark.parametrize("form", ["kml", "gpx", "cot", "kmz"])
def test_every_seed_of_the_fuzzing_declares_something(form):
    for seed in seeds(form):
        assert read_bytes(seed, name="plan").format == form
        assert read_bytes(seed, name="plan").declarations
