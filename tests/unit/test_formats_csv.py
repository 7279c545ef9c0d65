"""CSV, well-known text, and altitudes written as text."""

from __future__ import annotations

import pytest

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Ground, Kind
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.window import Window, parse_instant
from keepclear.errors import InputError
from keepclear.formats.altitudes import parse_altitude
from keepclear.formats.registry import read_bytes
from keepclear.formats.wkt import parse_wkt

SQUARE = "POLYGON ((8 47, 9 47, 9 48, 8 48, 8 47))"


def read(text, name="sites.csv"):
    return read_bytes(text.encode(), name=name)


def one(header, row):
    reading = read(f"{header}\n{row}\n")
    assert reading.refused == ()
    (declaration,) = reading.declarations
    return declaration


def refusal(header, row):
    reading = read(f"{header}\n{row}\n")
    assert reading.declarations == ()
    (found,) = reading.refused
    assert found.where.startswith("sites.csv line 2")
    return found


def test_every_column_is_read():
    header = (
        "party,on_behalf_of,id,kind,state,priority,latitude,longitude,radius_m,altitude_lower,"
        "altitude_upper,time_start,time_end,standoff_m,ground_m,position_error_m"
    )
    row = (
        "Relief,Red Cross,S1,site,Activated,2,-31.095,144.200,50,SFC,FL050,2015-11-20T04:00:00Z,"
        "2015-11-20T20:00+10:30,2000,60..220,12.5"
    )
    declaration = one(header, row)
    assert (declaration.party, declaration.on_behalf_of) == ("Relief", "Red Cross")
    assert (declaration.id, declaration.kind, declaration.priority) == ("S1", Kind.SITE, 2)
    assert (declaration.standoff_m, declaration.position_error_m) == (2000.0, 12.5)
    assert declaration.ground == Ground(60, 220)
    (volume,) = declaration.parts
    assert volume.footprint == Circle(Position(latitude=-31.095, longitude=144.2), 50.0)
    assert volume.band == AltitudeBand(
        Altitude(0, Units.M, Reference.SFC), Altitude(50, Units.FL, Reference.STD)
    )
    assert volume.window == Window(
        parse_instant("2015-11-20T04:00:00Z"), parse_instant("2015-11-20T09:30:00Z")
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator, end):
    cells = [
        ["Lat", "LON", " Kind ", "id"],
        ["47", "8", "site", "Zürich"],
        ["46.5", "7.5", "site", "B"],
    ]
    text = end.join(separator.join(row) for row in cells)
    reading = read("\ufeff" + text)
    assert [d.id for d in reading.declarations] == ["Zürich", "B"]
    assert any("byte order mark" in w for w in reading.warnings)


def test_quoted_cells_hold_separators_quotes_and_lines():
    reading = read(f'id,kind,wkt\n"A, ""one""",area,"{SQUARE}"\nB,site,"POINT (8\n 47)"\nC,x,\n')
    assert [d.id for d in reading.declarations] == ['A, "one"', "B"]
    assert reading.declarations[1].where == "sites.csv line 3"
    assert reading.refused[0].where.startswith('sites.csv line 5 (id "C")')


def test_rows_that_share_party_and_id_are_parts_of_one():
    reading = read(
        f'party,id,kind,wkt\nA,1,area,"{SQUARE}"\nA,1,,POINT (8 47)\nA,1,site,POINT (8 47)\n'
    )
    assert len(reading.declarations[0].parts) == 1
    assert [r.code for r in reading.refused] == ["point.no-radius", "declaration.differs"]


def test_blank_rows_are_skipped_and_a_row_without_id_has_its_line():
    reading = read("kind,lat,lon\n\n,,\nsite,47,8\n")
    assert [d.id for d in reading.declarations] == ["sites.csv#4"]
    assert reading.refused == ()


def test_an_empty_cell_says_nothing_and_unl_says_unlimited():
    header = "kind,lat,lon,altitude_lower,altitude_upper"
    assert not any("altitude" in w for w in read(f"{header}\nsite,47,8,SFC,UNL\n").warnings)
    silent = read(f"{header}\nsite,47,8,SFC,\n")
    assert sum("altitude_upper" in w for w in silent.warnings) == 1
    (volume,) = silent.declarations[0].parts
    assert volume.band.upper is None


def test_edges_stand_in_a_column():
    header = "id,kind,edges,wkt"
    reading = read(
        f'{header}\nA,area,Geodesic,"{SQUARE}"\nB,area,,"{SQUARE}"\nC,area,x,"{SQUARE}"\n'
    )
    rules = [d.parts[0].footprint.edges for d in reading.declarations]
    assert rules == [EdgeRule.GEODESIC, EdgeRule.LONLAT]
    (refused,) = reading.refused
    assert (refused.where, refused.code) == (
        'sites.csv line 4 (id "C") column "edges"',
        "edges.unknown",
    )


def test_a_route_in_one_row():
    route = one(
        "wkt,half_width_m,times,altitude_lower,altitude_upper",
        '"LINESTRING (143.6 -30.95, 144.3 -31.3)",5000,'
        "2015-11-20T07:40:00Z; 2015-11-20T07:52:00Z,FL190;FL180,FL210",
    ).parts[0]
    assert isinstance(route, Route)
    assert [w.band.lower.value for w in route.waypoints] == [190, 180]


@pytest.mark.parametrize(
    ("header", "row", "code", "where", "said"),
    [
        ("lat,lon", '"47,5",8', "number.decimal-comma", 'column "lat"', "47.5"),
        ("lat,lon", "47,5,8,5", "table.cells", "", "decimal comma"),
        ("lat,lon,radius_m", "here,8,1", "number.expected", 'column "lat"', "'here'"),
        ("lat,lon,radius_m", "47,8,1 mile", "number.expected", 'column "radius_m"', "'1 mile'"),
        ("lat,lon,Radius", "47,8,1", "number.unit", 'column "Radius"', "'1 m'"),
        ("lat,lon", "47", "geometry.missing", 'column "lon"', "expected the longitude"),
        ("lat,lon,radius_m", "95,8,1", "position.range", 'columns "lat" and "lon"', "95"),
        ("lat,lon,radius_m", "1e999,8,1", "number.range", 'column "lat"', "finite"),
        ("lat,lon,radius_m", "nan,8,1", "number.expected", 'column "lat"', "nan"),
        ("lat,lon,radius_m", '47,8,"1,5"', "number.decimal-comma", 'column "radius_m"', "1.5"),
        ("lat,lon,ground_m", "47,8,60", "ground.range", 'column "ground_m"', "60..220"),
        ("lat,lon,ground_m", "47,8,220..60", "ground.range", 'column "ground_m"', "lowest"),
        (
            "lat,lon,altitude_lower",
            "47,8,120",
            "altitude.units",
            'column "altitude_lower"',
            "m or ft",
        ),
        (
            "lat,lon,time_start",
            "47,8,2015-11-20T06:30",
            "time.no-offset",
            'column "time_start"',
            "Z",
        ),
        ("lat,lon,weapon", "47,8,x", "schema.refused", "", "weapon"),
        ("wkt,radius_m", "POINT (8 95),1", "position.range", 'column "wkt"', "95"),
        ("wkt,radius_m", "POINT 8 47,1", "wkt.unreadable", 'column "wkt"', "POINT"),
    ],
)
def test_a_bad_row_is_refused_by_line_and_column(header, row, code, where, said):
    found = refusal(header, row)
    assert found.code == code
    assert found.where == f"sites.csv line 2 {where}".strip()
    assert said in found.message


def test_a_broken_quotation_is_refused_and_earlier_rows_are_read():
    reading = read('id,kind,lat,lon\nA,site,47,8\n"B,site,47,8\nC,site,47,8\n')
    assert [d.id for d in reading.declarations] == ["A"]
    assert [(r.where, r.code) for r in reading.refused] == [("sites.csv line 3", "csv.malformed")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,name\n1,x\n", "wkt, position, or latitude and longitude"),
        ("lat,longitude,lon\n1,2,3\n", "'longitude' is named twice"),
        ("lat,id\n1,2\n", "'lat, id'"),
        ("lat,lon" + ",x" * 1000, "1002 columns"),
    ],
)
def test_a_table_without_places_is_refused_as_a_whole(text, said):
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.code == "table.header"
    assert caught.value.where == "sites.csv"
    assert said in caught.value.message


# altitudes as text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120 m AMSL", Altitude(120, Units.M, Reference.AMSL)),
        ("120m msl", Altitude(120, Units.M, Reference.AMSL)),
        (" 400  ft agl ", Altitude(400, Units.FT, Reference.AGL)),
        ("-12.5 m W84", Altitude(-12.5, Units.M, Reference.W84)),
        ("0 ft AGL", Altitude(0, Units.FT, Reference.AGL)),
        ("5000 ft STD", Altitude(5000, Units.FT, Reference.STD)),
        ("FL180", Altitude(180, Units.FL, Reference.STD)),
        ("fl 050", Altitude(50, Units.FL, Reference.STD)),
        ("SFC", Altitude(0, Units.M, Reference.SFC)),
        ("GND", Altitude(0, Units.M, Reference.SFC)),
        ("UNL", None),
        ("unlimited", None),
    ],
)
def test_altitudes_as_text(text, expected):
    assert parse_altitude(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "altitude.form"),
        ("high", "altitude.form"),
        ("120", "altitude.units"),
        ("120 AGL", "altitude.units"),
        ("120 m", "altitude.reference"),
        ("120 m QNH", "altitude.reference"),
        ("120 km AMSL", "altitude.units"),
        ("180 FL AMSL", "altitude.reference"),
        ("120,5 m AMSL", "altitude.form"),
        ("9999999 m W84", "altitude.unknown"),
        ("nan m AMSL", "altitude.form"),
        ("1e3 m AMSL", "altitude.form"),
        ("99999999 m AMSL", "altitude.range"),
    ],
)
def test_altitudes_that_do_not_say_everything_are_refused(text, code):
    with pytest.raises(InputError) as caught:
        parse_altitude(text)
    assert caught.value.code == code


def test_a_decimal_comma_in_an_altitude_is_answered_with_advice():
    with pytest.raises(InputError, match="decimal point"):
        parse_altitude("120,5 m AMSL")


# well-known text


@pytest.mark.parametrize(
    ("text", "kind", "coordinates"),
    [
        ("POINT (8.5 47)", "Point", [8.5, 47]),
        ("point(8.5 47)", "Point", [8.5, 47]),
        ("SRID=4326;POINT Z (8.5 47 400)", "Point", [8.5, 47, 400]),
        ("LINESTRING(8 47,-9.5e0 +48.)", "LineString", [[8, 47], [-9.5, 48]]),
        (SQUARE, "Polygon", [[[8, 47], [9, 47], [9, 48], [8, 48], [8, 47]]]),
        (
            "MULTIPOLYGON (((1 2, 3 4), (5 6, 7 8)), ((9 10)))",
            "MultiPolygon",
            [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[[9, 10]]]],
        ),
    ],
)
def test_well_known_text_is_read_as_geojson(text, kind, coordinates):
    assert parse_wkt(text) == {"type": kind, "coordinates": coordinates}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "POINT",
        "POINT EMPTY",
        "POINT ()",
        "POINT (8)",
        "POINT (8, 47)",
        "POINT (8 47",
        "POINT (8 47))",
        "POINT (8 47, 9 48)",
        "POINT (8 47 1 2 3)",
        "POINT (a b)",
        "POINT (nan inf)",
        "POINT ((8 47))",
        "POLYGON (8 47, 9 47, 9 48, 8 47)",
        "CIRCULARSTRING (1 2, 3 4, 5 6)",
        "POLYGON ((8 47, 9 47,))",
        "(" * 100_000,
        "POLYGON " + "(" * 100_000,
        "POINT" + " " * 100_000,
    ],
)
def test_unreadable_well_known_text_is_refused(text):
    with pytest.raises(InputError) as caught:
        parse_wkt(text)
    assert caught.value.code == "wkt.unreadable"
    assert len(str(caught.value)) < 300


def test_another_reference_system_is_refused():
    with pytest.raises(InputError, match="SRID 2056"):
        parse_wkt("SRID=2056;POINT (2600000 1200000)")


def test_geometries_of_all_kinds_in_one_table():
    reading = read(
        "kind,wkt,half_width_m\n"
        f'area,"{SQUARE}",\narea,"LINESTRING (1 2, 3 4)",50\nsite,POINT (1 2),\n'
        'area,"MULTIPOLYGON (((1 2, 3 4, 5 2, 1 2)))",\n'
    )
    assert reading.refused == ()
    kinds = [type(d.parts[0].footprint) for d in reading.declarations]
    assert kinds == [Area, Corridor, Circle, Area]
