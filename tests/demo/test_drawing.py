"""The map in characters shows what a node's layers hold, where they hold it, and nothing else."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from keepclear.domain.position import Position
from keepclear.faces.demo import drawing
from keepclear.faces.demo.desk import Answer
from keepclear.faces.demo.drawing import BOTH, COLUMNS, PLACE, SHADES, WAY
from keepclear.faces.demo.stage import Unmet


def square(west, south, size=1.0):
    east, north = west + size, south + size
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def feature(party, kind, id_, coordinates, geometry="Polygon"):
    return {
        "type": "Feature",
        "properties": {"party": party, "kind": kind, "id": id_},
        "geometry": {"type": geometry, "coordinates": coordinates},
    }


class Node:
    """Answers as a node does for its layers."""

    def __init__(self, **layers):
        self.layers = layers

    def ask(self, _, path):
        layer = path.split("/")[3]
        if layer not in self.layers:
            return Answer(403, "access.role", {}, {})
        return Answer(200, "", {"features": self.layers[layer]}, {})


def picture(node, says, frame=None):
    parties = tuple(SimpleNamespace(name=name) for name in ("Alder", "Birch", "Relief"))
    stage = SimpleNamespace(
        desk=lambda _: node, scenario=SimpleNamespace(parties=parties), nodes=None
    )
    said = {"layers": says.split(", "), "frame": frame}
    step = SimpleNamespace(one=lambda name, other=None: said[name] or other)
    return drawing.draw(stage, step).split("\n")


def test_each_party_has_its_shade_and_what_both_hold_is_marked():
    node = Node(
        areas=[
            feature("Birch", "area", "b", square(1, 0)),
            feature("Alder", "area", "a", square(0, 0, 1.5)),
        ],
        sites=[feature("Relief", "site", "S1", square(0.2, 0.2, 0.01))],
        movements=[feature("Relief", "movement", "W1", square(2.1, 0.5, 0.4))],
    )
    first, *rows, legend = picture(node, "areas, movements, sites")
    assert first == ""
    assert (
        legend == f"{SHADES[0]} Alder   {SHADES[1]} Birch   {BOTH} both   {PLACE} site   {WAY} way"
    )
    text = "\n".join(rows)
    assert f"{PLACE}S1" in text
    assert text.count(SHADES[0]) > text.count(BOTH) > 0
    assert WAY in text
    assert max(map(len, rows)) <= COLUMNS


def test_a_way_lies_below_what_is_drawn_with_it():
    areas = [feature("Alder", "area", "x", square(0, 0))]
    ways = [feature("Relief", "movement", "x", square(0, 0))]
    for layers in ("areas, movements", "movements, areas"):
        text = "".join(picture(Node(areas=areas, movements=ways), layers))
        assert SHADES[0] in text
        assert WAY not in text
        assert BOTH not in text


def test_only_what_lies_between_the_corners_is_drawn():
    areas = [
        feature("Alder", "area", "a", square(0, 0)),
        feature("Birch", "area", "b", square(5, 5)),
    ]
    corners = (Position(latitude=-0.5, longitude=-0.5), Position(latitude=1.5, longitude=1.5))
    legend = picture(Node(areas=areas), "areas", corners)[-1]
    assert "Birch" not in legend
    assert picture(Node(areas=areas), "areas")[-1].startswith(
        f"{SHADES[0]} Alder   {SHADES[1]} Birch"
    )


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(Unmet, match=r"no areas: access\.role"):
        picture(Node(), "areas")
    with pytest.raises(Unmet, match="sees nothing"):
        picture(Node(areas=[]), "areas")


@given(
    st.lists(
        st.tuples(st.floats(0.05, 0.95), st.floats(0.05, 0.95)), min_size=3, max_size=7, unique=True
    )
)
def test_a_character_is_shaded_where_its_middle_is_inside(corners):
    """Beside shapely, for rings that do not cross themselves; a middle on an outline may be either."""
    ring = Polygon(corners)
    if not ring.is_valid or ring.area < 1e-3:
        return
    sheet = drawing._Sheet(0.0, 0.0, 1.0, 1.0)
    sheet.fill([[*corners, corners[0]]], "x")
    for k, row in enumerate(sheet.marks):
        for column, mark in enumerate(row):
            middle = Point((column + 0.5) * sheet.across, 1.0 - (k + 0.5) * sheet.down)
            if ring.exterior.distance(middle) > 1e-9:
                assert (mark == "x") == ring.contains(middle)
