"""Whatever meets a declaration meets what a map shows of it, anywhere on the Earth."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from keepclear.domain.declaration import Kind
from keepclear.domain.footprint import Area, EdgeRule, Polygon
from keepclear.formats.writers import drawn as drawing
from tests.laws.strategies import (
    area,
    circle,
    corridor,
    crosses,
    declared,
    movers,
    place,
    route,
    volume,
    volumes,
)

PLACES = [(-31.2, 144.3), (0.0, 0.0), (52.0, 179.999), (-17.0, -179.98), (70.0, 25.0)]


def drawn(said, part):
    return drawing.drawn(said.kind, part, said.standoff_m, said.position_error_m)


def as_area(geometry):
    """A drawing read as it is meant: edges straight in longitude and latitude."""
    many = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        many = [many]
    polygons = [
        Polygon(tuple(tuple(place(lat, lon) for lon, lat in ring[:-1]) for ring in rings))
        for rings in many
    ]
    return Area(tuple(polygons), EdgeRule.LONLAT)


@pytest.mark.parametrize("where", PLACES)
@given(data=st.data())
def test_whatever_meets_it_meets_the_drawing(where, data):
    part = data.draw(st.one_of(volumes(*where), movers(*where)), label="part")
    other = data.draw(volumes(*where), label="other")
    said = declared("a", part)
    picture = drawn(said, part)
    assert shapely.is_valid(shape(picture))
    if crosses(part, other):
        flat = replace(other, band=volume(other.footprint).band, window=volume(circle(0, 0)).window)
        assert crosses(as_area(picture), flat)


def test_a_circle_is_no_dot_and_hardly_larger_than_it_is():
    part = volume(circle(-31.35, 144.35, 25_000.0))
    picture = drawn(declared("A1", part), part)
    other = volume(circle(-31.35, 144.35, 25_050.0))
    assert shape(drawn(declared("A1", other), other)).contains(shape(picture))
    assert Point(144.35, -31.35 + 0.2254).within(shape(picture))


def test_a_site_is_drawn_with_its_distance_to_keep():
    part = volume(circle(-31.095, 144.200))
    bare = drawn(declared("S1", part, kind=Kind.SITE), part)
    kept = drawn(declared("S1", part, kind=Kind.SITE, standoff_m=2_000.0), part)
    assert shape(bare).area < 1e-9
    assert crosses(as_area(kept), circle(-31.095, 144.200 + 2_000.0 / 95_390.0, 1.0))


def test_an_outline_goes_on_beyond_the_antimeridian():
    picture = shape(
        drawn(
            declared("p", volume(circle(10.0, 179.99, 25_000.0))),
            volume(circle(10.0, 179.99, 25_000.0)),
        )
    )
    assert len(picture.geoms) == 2
    assert Point(-179.9, 10.0).within(picture)
    assert Point(179.9, 10.0).within(picture)
    assert not Point(0.0, 10.0).within(picture)


@pytest.mark.parametrize(("latitude", "sign"), [(89.9, 1), (-89.9, -1)])
def test_round_a_pole_everything_is_drawn(latitude, sign):
    part = volume(circle(latitude, 12.0, 25_000.0))
    picture = shape(drawn(declared("p", part), part))
    assert Point(-168.0, sign * 89.95).within(picture)
    assert Point(12.0, sign * 89.7).within(picture)


def test_holes_stay_and_a_mover_is_drawn_where_it_goes():
    ring = [place(0, 0), place(0, 1), place(1, 1), place(1, 0)]
    hole = [place(0.4, 0.4), place(0.6, 0.4), place(0.6, 0.6), place(0.4, 0.6)]
    part = volume(area(ring, hole))
    assert not Point(0.5, 0.5).within(shape(drawn(declared("h", part), part)))
    way = route(1_000.0, (place(0, 0), 0), (place(0, 1), 30), (place(0, 1), 40), (place(1, 1), 60))
    picture = shape(drawn(declared("w", way), way))
    assert picture.geom_type == "Polygon"
    assert Point(0.5, 0.008).within(picture)
    assert Point(1.0, 0.5).within(picture)
    line = volume(corridor(1_000.0, place(0, 0), place(0, 1), place(1, 1)))
    assert shape(drawn(declared("c", line), line)).symmetric_difference(picture).area < 1e-6
