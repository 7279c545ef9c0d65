"""Files of named places and admin areas: what is taken, and what each fault is told as."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InputError
from keepclear.formats.gazetteer import read_admin_areas, read_gazetteer

CSV = (
    "Name;Lat;Long;aliases;radius_m\n"
    "Bravo strip;36.29;37.15;شريط برافو|Piste Bravo;800\n"
    "Delta;36.2;37.4;;\n"
)
SQUARE = [[[36, 35], [37, 35], [37, 36], [36, 36], [36, 35]]]


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def feature(kind, coordinates, **properties):
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def test_a_table_of_places():
    read = read_gazetteer(CSV.encode(), name="places.csv")
    assert not read.refused
    bravo, delta = read.places.places
    assert (bravo.position.latitude, bravo.position.longitude) == (36.29, 37.15)
    assert (bravo.radius_m, delta.radius_m) == (800.0, None)
    for spelling in ("BRAVO-STRIP", "bravo strip", "شريط برافو", "piste bravo"):
        assert read.places.find(spelling) == (bravo,)


def test_points_of_geojson():
    data = collection(
        feature("Point", [37.15, 36.29], name="Saint-Étienne", aliases=["St. Étienne"]),
        feature("Point", [15.0, 12.1, 290.0], name="N'Djamena", aliases="Fort-Lamy; Ndjaména"),
    )
    places = read_gazetteer(data, name="places.geojson").places
    assert places.find("saint etienne") == places.find("st etienne") != ()
    assert places.find("NDJAMENA") == places.find("fort lamy") != ()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Echo;north;37.4;;", "number.expected"),
        ("Echo;91;37.4;;", "position.range"),
        ("Echo;;37.4;;", "gazetteer.form"),
        (";36.2;37.4;;", "gazetteer.form"),
        ("Echo;36.2;37.4;;-5", "length.range"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_by_line_and_the_others_are_used(row, code):
    read = read_gazetteer(f"{CSV}{row}\n".encode(), name="places.csv")
    assert len(read.places.places) == 2
    (refusal,) = read.refused
    assert (refusal.where, refusal.code) == ("places.csv line 4", code)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"a,b\n1,2\n", "csv.header"),
        (b"name,lat,lon\n", "gazetteer.empty"),
        (b'{"type": "Feature"}', "gazetteer.form"),
        (collection(feature("LineString", [[1, 2], [3, 4]], name="road")), "gazetteer.empty"),
    ],
)
def test_a_file_that_cannot_be_read(data, code):
    with pytest.raises(InputError) as caught:
        read_gazetteer(data, name="places")
    assert caught.value.code == code
    assert str(caught.value).startswith("places: ")


def test_polygons_are_admin_areas():
    data = collection(
        feature("Polygon", SQUARE, name="Idlib", aliases="إدلب;Edlib"),
        feature("MultiPolygon", [SQUARE], name="Hama"),
        feature("Point", [36, 35], name="a town"),
    )
    read = read_admin_areas(data, name="map.geojson")
    assert [area.name for area in read.areas.areas] == ["Idlib", "Hama"]
    assert read.areas.find("ادلب") == read.areas.find("edlib") == read.areas.areas[:1]
    assert [(r.where, r.code) for r in read.refused] == [
        ("map.geojson feature 3", "gazetteer.form")
    ]


def test_a_table_is_no_map():
    with pytest.raises(InputError, match="FeatureCollection of polygons"):
        read_admin_areas(CSV.encode(), name="places.csv")


@given(st.binary(max_size=300), st.sampled_from([read_gazetteer, read_admin_areas]))
def test_any_bytes_are_read_or_refused(data, read):
    with suppress(InputError):
        read(data, name="x")


@given(st.data(), st.sampled_from([CSV.encode(), collection(feature("Polygon", SQUARE, name="A"))]))
def test_any_broken_file_is_read_or_refused(draw, valid):
    cut = draw.draw(st.integers(0, len(valid)))
    junk = draw.draw(st.binary(max_size=8))
    for read in (read_gazetteer, read_admin_areas):
        with suppress(InputError):
            read(valid[:cut] + junk + valid[cut + len(junk) :], name="x")
