"""KML and KMZ: what a placemark declares, and every way in which it can be wrong."""

from __future__ import annotations

import io
import zipfile

import pytest

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Ground, Kind, State
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule
from keepclear.domain.route import Route
from keepclear.domain.window import ALWAYS, Window, parse_instant
from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2" '
    'xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>'
)
TAIL = "</Document></kml>"
SQUARE = "8,47{0} 9,47{0} 9,48{0} 8,48{0} 8,47{0}"
SURFACE = Altitude(0.0, Units.M, Reference.SFC)


def polygon(height="", inside="", inner=""):
    return (
        f"<Polygon>{inside}<outerBoundaryIs><LinearRing><coordinates>{SQUARE.format(height)}"
        f"</coordinates></LinearRing></outerBoundaryIs>{inner}</Polygon>"
    )


def data(**properties):
    items = "".join(
        f'<Data name="{name}"><value>{value}</value></Data>' for name, value in properties.items()
    )
    return f"<ExtendedData>{items}</ExtendedData>"


def mark(*inside):
    return f"<Placemark>{''.join(inside)}</Placemark>"


def read(*inside, name="plan.kml"):
    return read_bytes((HEAD + "".join(inside) + TAIL).encode(), name=name)


def one(*inside):
    reading = read(*inside)
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def refusal(*inside):
    reading = read(*inside)
    assert reading.declarations == ()
    (found,) = reading.refused
    return found


def said(*inside):
    return " | ".join(read(*inside).warnings)


def metres(value, reference):
    return Altitude(value, Units.M, reference)


def test_an_area_with_everything_a_declaration_says():
    found = one(
        mark(
            "<name>North\n field</name><description><![CDATA[<b>9 km</b> south]]></description>",
            "<TimeSpan><begin>2015-11-20T06:30:00+02:00</begin><end>2015-11-20T09:00:00Z</end>"
            "</TimeSpan>",
            data(
                party="Alder", id="A1", kind="site", state="Activated", priority="5",
                standoff_m="500", position_error_m="12.5", ground_m="60..220",
                on_behalf_of="Partner", altitude_lower="400 ft AGL", altitude_upper="FL180",
                edges="geodesic",
            ),
            polygon(),
        )
    )  # fmt: skip
    assert (found.party, found.id, found.kind, found.state) == (
        "Alder", "A1", Kind.SITE, State.ACTIVATED,
    )  # fmt: skip
    assert (found.priority, found.standoff_m, found.position_error_m) == (5, 500.0, 12.5)
    assert (found.ground, found.on_behalf_of) == (Ground(60, 220), "Partner")
    assert (found.name, found.description) == ("North field", "9 km south")
    (part,) = found.parts
    assert part.band == AltitudeBand(
        Altitude(400.0, Units.FT, Reference.AGL), Altitude(180.0, Units.FL, Reference.STD)
    )
    assert part.window == Window(
        parse_instant("2015-11-20T04:30:00Z"), parse_instant("2015-11-20T09:00:00Z")
    )
    assert part.footprint.edges is EdgeRule.GEODESIC


def test_holes_and_several_polygons():
    hole = (
        "<innerBoundaryIs><LinearRing><coordinates>8.2,47.2 8.4,47.2 8.4,47.4 8.2,47.2"
        "</coordinates></LinearRing></innerBoundaryIs>"
    )
    found = one(mark("<MultiGeometry>", polygon(inner=hole), polygon(), "</MultiGeometry>"))
    assert [len(part.footprint.polygons[0].rings) for part in found.parts] == [2, 1]
    assert all(part.footprint.edges is EdgeRule.LONLAT for part in found.parts)


@pytest.mark.parametrize(
    ("inside", "height", "band"),
    [
        ("", ",120", EVERYWHERE),
        ("<altitudeMode>clampToGround</altitudeMode><extrude>1</extrude>", ",120", EVERYWHERE),
        (
            "<extrude>1</extrude><altitudeMode>relativeToGround</altitudeMode>",
            ",120",
            AltitudeBand(SURFACE, metres(120.0, Reference.AGL)),
        ),
        (
            "<extrude>true</extrude><altitudeMode>absolute</altitudeMode>",
            ",120",
            AltitudeBand(SURFACE, metres(120.0, Reference.AMSL)),
        ),
        (
            "<altitudeMode>absolute</altitudeMode>",
            ",120",
            AltitudeBand(SURFACE, metres(120.0, Reference.AMSL)),
        ),
        ("<altitudeMode>absolute</altitudeMode>", "", EVERYWHERE),
        ("<gx:altitudeMode>relativeToSeaFloor</gx:altitudeMode>", ",120", EVERYWHERE),
    ],
)
def test_heights_of_areas(inside, height, band):
    (part,) = one(mark(polygon(height, inside))).parts
    assert part.band == band


def test_an_area_that_is_not_extruded_is_taken_from_the_ground_and_said():
    lid = mark(polygon(",120", "<altitudeMode>absolute</altitudeMode>"))
    assert "taken from the ground up to it" in said(lid)
    box = mark(polygon(",120", "<extrude>1</extrude><altitudeMode>absolute</altitudeMode>"))
    assert "taken from the ground" not in said(box)
    assert "altitude_upper" not in said(box)


def test_limits_that_are_stated_hold_over_those_that_are_drawn():
    (part,) = one(
        mark(
            data(altitude_upper="90 m AGL"),
            polygon(",120", "<altitudeMode>absolute</altitudeMode>"),
        )
    ).parts
    assert part.band == AltitudeBand(None, metres(90.0, Reference.AGL))


def test_points_are_sites_or_circles():
    point = "<Point><coordinates> 8.5,47.25 </coordinates></Point>"
    (bare,) = one(mark(data(kind="site"), point)).parts
    assert (bare.footprint.center.latitude, bare.footprint.radius_m) == (47.25, 0.0)
    (round_,) = one(mark(data(radius_m="250"), point)).parts
    assert isinstance(round_.footprint, Circle)
    assert round_.footprint.radius_m == 250.0


def test_lines_are_corridors_along_shortest_paths():
    line = (
        "<LineString><altitudeMode>absolute</altitudeMode><coordinates>8,47,100 9,47,140"
        "</coordinates></LineString>"
    )
    (part,) = one(mark(data(half_width_m="50"), line)).parts
    assert isinstance(part.footprint, Corridor)
    assert part.footprint.edges is EdgeRule.GEODESIC
    assert part.band == AltitudeBand(metres(100.0, Reference.AMSL), metres(140.0, Reference.AMSL))
    (ring,) = one(
        mark(data(half_width_m="5"), "<LinearRing><coordinates>8,47 9,47 9,48 8,47</coordinates>",
             "</LinearRing>")
    ).parts  # fmt: skip
    assert len(ring.footprint.vertices) == 4


TRACK = (
    "<gx:Track><altitudeMode>absolute</altitudeMode>"
    "<when>2015-11-20T06:00:00Z</when><when>2015-11-20T08:00:10+02:00</when>"
    "<when>2015-11-20T06:00:20.000001Z</when>"
    "<gx:coord>8 47 100</gx:coord><gx:coord>8.001 47 110</gx:coord><gx:coord>8.002 47 120</gx:coord>"
    "</gx:Track>"
)


def test_a_track_is_a_disc_that_moves():
    (recorded,) = one(mark(TRACK)).parts
    assert isinstance(recorded, Route)
    assert recorded.half_width_m == 0.0
    assert [point.time_us - recorded.waypoints[0].time_us for point in recorded.waypoints] == [
        0, 10_000_000, 20_000_001,
    ]  # fmt: skip
    level = metres(110.0, Reference.AMSL)
    assert recorded.waypoints[1].band == AltitudeBand(level, level)
    (planned,) = one(mark(data(half_width_m="30"), TRACK)).parts
    assert planned.half_width_m == 30.0


def test_gaps_make_recorded_tracks_uncertain_and_leave_plans_alone():
    late = TRACK.replace("06:00:20.000001Z", "06:02:20Z")
    (recorded,) = one(mark(late)).parts
    assert recorded.waypoints[1].error_m > 0
    (planned,) = one(mark(data(half_width_m="30"), late)).parts
    assert planned.waypoints[1].error_m == 0


def test_a_multi_track_is_all_of_its_tracks_and_keeps_their_heights():
    inner = TRACK.replace("<altitudeMode>absolute</altitudeMode>", "")
    found = one(
        mark(f"<gx:MultiTrack><altitudeMode>relativeToGround</altitudeMode>{inner}{TRACK}"
             "</gx:MultiTrack>")
    )  # fmt: skip
    references = [part.waypoints[0].band.lower.reference for part in found.parts]
    assert references == [Reference.AGL, Reference.AMSL]


def test_points_of_a_track_without_a_place_are_left_out():
    holes = TRACK.replace("<gx:coord>8.001 47 110</gx:coord>", "<gx:coord/>")
    (part,) = one(mark(holes)).parts
    assert len(part.waypoints) == 2
    assert "1 point with a time and no place" in said(mark(holes))


def test_the_nearest_time_span_holds():
    span = "<TimeSpan><begin>2015-11-20T0{}:00:00Z</begin></TimeSpan>"
    reading = read(
        span.format(1), "<Folder>", span.format(2), mark(span.format(3), polygon()),
        mark(polygon()), "</Folder>", mark(polygon()),
    )  # fmt: skip
    starts = [d.parts[0].window.start_us for d in reading.declarations]
    assert starts == [parse_instant(f"2015-11-20T0{hour}:00:00Z") for hour in (3, 2, 1)]


def test_a_time_stamp_is_no_limit():
    stamp = "<TimeStamp><when>2015-11-20T01:00:00Z</when></TimeStamp>"
    (part,) = one(mark(stamp, polygon())).parts
    assert part.window == ALWAYS
    assert "TimeSpan" in said(mark(stamp, polygon()))


def test_ids_are_stated_or_those_of_the_file():
    reading = read(
        f'<Placemark id="pm7">{polygon()}</Placemark>',
        f'<Placemark id="pm8">{data(id="A1")}{polygon()}</Placemark>',
        mark(polygon()),
    )
    assert [d.id for d in reading.declarations] == ["pm7", "A1", "plan.kml#3"]


def test_placemarks_of_one_id_are_parts_of_one_declaration():
    (found,) = read(mark(data(id="A"), polygon()), mark(data(id="A"), polygon())).declarations
    assert len(found.parts) == 2


def test_schema_data_is_read_like_data():
    simple = '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="party">B</SimpleData>'
    found = one(mark(simple, "</SchemaData></ExtendedData>", polygon()))
    assert found.party == "B"


def test_old_namespaces_and_none_are_read():
    for head in ("<kml>", '<kml xmlns="http://earth.google.com/kml/2.1">'):
        reading = read_bytes(f"{head}{mark(polygon())}</kml>".encode(), name="a")
        assert len(reading.declarations) == 1


def test_what_is_elsewhere_is_refused_and_pictures_are_counted():
    reading = read(
        "<NetworkLink><Link><href>http://example.com/b.kml</href></Link></NetworkLink>",
        "<GroundOverlay/><GroundOverlay/><ScreenOverlay/>",
        mark(polygon()),
    )
    (link,) = reading.refused
    assert (link.where, link.code) == ("plan.kml network link 1", "kml.link")
    assert "'http://example.com/b.kml', which was not fetched" in link.message
    assert any("2 placemarks of the kind GroundOverlay" in w for w in reading.warnings)
    assert len(reading.declarations) == 1


POINT = "<Point><coordinates>8,47</coordinates></Point>"
BAD = {
    "no geometry": ((), "geometry.missing", "no geometry"),
    "a bare point": ((POINT,), "point.no-radius", "radius_m"),
    "a line without width": (
        ("<LineString><coordinates>8,47 9,47</coordinates></LineString>",), "line.no-width",
        "half_width_m",
    ),
    "a model": (("<Model/>",), "geometry.type", "Model"),
    "spaces after commas": (
        (data(kind="site"), POINT.replace("8,47", "8, 47")), "coordinates.expected",
        "without spaces",
    ),
    "a word": (
        (data(kind="site"), POINT.replace("8,47", "8E,47N")), "coordinates.expected", "'N'",
    ),
    "nan": ((data(kind="site"), POINT.replace("8", "nan")), "coordinates.expected", "'n'"),
    "an overflow": (
        (data(kind="site"), POINT.replace("8", "1e999")), "number.range", "finite",
    ),
    "swapped axes": (
        (data(kind="site"), POINT.replace("8,47", "47,108")), "position.range", "latitude 108.0",
    ),
    "an open ring": ((polygon().replace(" 8,47<", "<"),), "ring.unclosed", "last vertex"),
    "two outlines": (
        (polygon().replace("<outer", "<outerBoundaryIs><LinearRing/></outerBoundaryIs><outer", 1),),
        "ring.too-few", "2 outer boundaries",
    ),
    "a made-up mode": (
        (polygon(",1", "<altitudeMode>aboveGround</altitudeMode>"),), "altitude.reference",
        "'aboveGround'",
    ),
    "a bare date": (
        ("<TimeSpan><begin>2015-11-20</begin></TimeSpan>", polygon()), "time.no-offset",
        "on which clock",
    ),
    "a year": (
        ("<TimeSpan><end>2015</end></TimeSpan>", polygon()), "time.no-offset", "on which clock",
    ),
    "a day with its zone": (
        ("<TimeSpan><end>2015-11-20Z</end></TimeSpan>", polygon()), "time.no-offset", "alone",
    ),
    "no offset": (
        ("<TimeSpan><end>2015-11-20T01:00:00</end></TimeSpan>", polygon()), "time.no-offset",
        "add Z",
    ),
    "no time": (("<TimeStamp><when>noon</when></TimeStamp>", polygon()), "time.unreadable", "noon"),
    "upside down in time": (
        ("<TimeSpan><begin>2015-11-20T01:00:00Z</begin><end>2015-11-19T01:00:00Z</end></TimeSpan>",
         polygon()), "time.end-before-start", "exchanged",
    ),
    "a property twice": (
        (data(party="A").replace("</ExtendedData>", data(party="B")[14:]), polygon()), "xml.twice",
        "'party'",
    ),
    "a number with a unit": ((data(standoff_m="500 m"), polygon()), "number.expected", "'500 m'"),
    "an altitude without reference": (
        (data(altitude_upper="120 m"), polygon()), "altitude.reference", "measured from",
    ),
    "a person's name": ((data(pilot_name="X"), polygon()), "schema.refused", "persons"),
    "times without places": (
        (TRACK.replace("<gx:coord>8 47 100</gx:coord>", ""),), "route.count", "3 times (when)",
    ),
    "a track of nothing": (("<gx:Track/>",), "route.too-few", "at least one"),
    "a plan that runs backwards": (
        (data(half_width_m="1"), TRACK.replace("06:00:00Z", "07:00:00Z")), "route.time-order",
        "backwards",
    ),
    "errors of other legs": (
        (data(half_width_m="1", leg_errors_m="1;2"), TRACK), "route.count", "2 values",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_placemark_is_named_and_the_next_one_read(name):
    inside, code, words = BAD[name]
    reading = read(mark("<name>Bravo</name>", *inside), mark(data(id="next"), polygon()))
    (found,) = reading.refused
    assert found.where.startswith('plan.kml placemark 1 ("Bravo")'), found.where
    assert (found.code, "\n" in found.message) == (code, False)
    assert words in found.message
    assert [d.id for d in reading.declarations] == ["next"]


def test_another_root_is_refused():
    with pytest.raises(InputError, match="found the root element 'gpx', expected kml"):
        read_bytes(b"<gpx/>", name="a", read_as="kml")


@pytest.mark.data
def test_the_real_file_of_drone_flights(data):
    path = data / "utm" / "usa_netrid_dcdemo.kml"
    reading = read_bytes(path.read_bytes(), name="dcdemo.kml")
    assert (reading.format, len(reading.declarations), len(reading.refused)) == ("kml", 13, 6)
    assert [r.code for r in reading.refused].count("line.no-width") == 3
    assert [r.code for r in reading.refused].count("point.no-radius") == 3
    assert all(isinstance(d.parts[0].footprint, Area) for d in reading.declarations)
    capped = [d for d in reading.declarations if d.parts[0].band.upper is not None]
    assert {d.name: d.parts[0].band.upper.value for d in capped}["alt: Max altitude"] == 140.0
    assert len(capped) == 8
    assert any(w.startswith("dcdemo.kml: 8 placemarks with an area at one height")
               for w in reading.warnings)  # fmt: skip


# KMZ


def kmz(**files):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return held.getvalue()


WHOLE = HEAD + mark(data(id="A"), polygon()) + TAIL


def test_the_document_of_an_archive_is_read_and_pictures_are_not():
    other = WHOLE.replace("<value>A<", "<value>B<")
    reading = read_bytes(kmz(files__x_png=b"\x89PNG", a_kml=other, doc_kml=WHOLE), name="plan.kmz")
    assert (reading.format, [d.id for d in reading.declarations]) == ("kmz", ["A"])
    assert "1 other KML file in the archive were not read: 'a.kml'" in reading.warnings[0]
    assert [d.id for d in read_bytes(kmz(a_kml=other), name="p").declarations] == ["B"]


def test_generated_ids_are_of_the_archive():
    reading = read_bytes(kmz(doc_kml=HEAD + mark(polygon()) + TAIL), name="plan.kmz", stem="plan")
    assert [d.id for d in reading.declarations] == ["plan#1"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (kmz(doc_kml=b" " * 60_000_000 + WHOLE.encode()), "zip.expands"),
        (kmz(doc_kml=WHOLE)[:-30], "zip.damaged"),
        (b"PK\x03\x04", "zip.damaged"),
        (kmz(doc_kml=b""), "xml.malformed"),
        (kmz(doc_kml=b"<!DOCTYPE kml><kml/>"), "xml.doctype"),
    ],
)
def test_bad_archives_are_refused(content, code):
    with pytest.raises(InputError) as raised:
        read_bytes(content, name="plan.kmz")
    assert raised.value.code == code
    assert raised.value.where.startswith("plan.kmz")


def test_a_file_without_a_name_is_no_document():
    """Found by fuzzing: the standard library asks for the last letter of a name that has none."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("~", "")
        archive.writestr("doc.kml", WHOLE)
    nameless = held.getvalue().replace(b"~", b"\x00")  # names end at a zero byte
    assert len(read_bytes(nameless, name="p").declarations) == 1


def test_an_archive_without_kml_is_refused():
    with pytest.raises(InputError, match=r"whose name ends in \.kml"):
        read_bytes(kmz(a_txt="x"), name="a", read_as="kmz")
    with pytest.raises(InputError) as raised:
        read_bytes(kmz(a_txt="x"), name="a.kmz")
    assert raised.value.code == "file.binary"
