"""A map program opens a served node: GDAL, with which QGIS and others read OGC API Features."""

from __future__ import annotations

import pyogrio
import pytest
import shapely

from keepclear.domain.access import Action, Role
from keepclear.node import access
from keepclear.node.allowing import HOLDER
from keepclear.node.arranging import set_arrangement
from keepclear.node.declaring import Request, declare
from keepclear.node.home import make_home
from keepclear.node.start import running
from tests.api.test_serve import served
from tests.laws.strategies import metres, place
from tests.node.world import LAT, LON, agreement, movement, operation

CLOSE = {"GDAL_HTTP_AUTH": None, "GDAL_HTTP_BEARER": None}


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """What a program of Alder's reads of each layer, whole and within a box."""
    folder = tmp_path_factory.mktemp("gdal") / "node"
    make_home(folder, "")
    with running(folder) as (_, node):
        set_arrangement(node, agreement(), Request())
        declare(node, operation("A1", radius_m=5_000.0), Request())
        declare(node, operation("A2", east_m=50_000.0, radius_m=3_000.0), Request())
        declare(node, operation("B1", party="Birch", east_m=90_000.0), Request())
        declare(node, movement("W9", party="Alder"), Request())
        token = access.admit(
            node, HOLDER, mark="map-1", party="Alder", role=Role.DUTY, only=frozenset({Action.LOOK})
        )
    with served(folder, log=folder.parent / "log") as (_, url):
        source = f"OAPIF:{url}/ogc"
        pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token})
        try:
            names = [str(name) for name, _ in pyogrio.list_layers(source)]
            near = (LON + 0.50, LAT - 0.01, LON + 0.51, LAT + 0.01)
            yield {
                "names": names,
                "whole": {name: read(source, name) for name in names},
                "near": read(source, "operations", bbox=near),
            }
        finally:
            pyogrio.set_gdal_config_options(CLOSE)


def read(source, layer, **options):
    meta, _, shapes, columns = pyogrio.raw.read(source, layer=layer, **options)
    rows = dict(zip(meta["fields"], columns, strict=True)) if len(shapes) else {}
    return list(shapely.from_wkb(shapes)), rows


def test_every_layer_that_one_may_see_opens(layers):
    assert layers["names"] == ["operations", "movements", "restrictions", "areas"]
    shapes, rows = layers["whole"]["operations"]
    assert list(rows["id"]) == ["A1", "A2"], "Birch's plan is not open, so it is not there"
    assert all(one.is_valid and one.geom_type == "Polygon" for one in shapes)


def test_a_circle_is_drawn_as_large_as_it_is(layers):
    shapes, rows = layers["whole"]["operations"]
    west, south, east, north = shapes[0].bounds
    middle = (south + north) / 2
    assert 10_000.0 <= metres(place(middle, west), place(middle, east)) < 10_030.0
    assert rows["radius_m"][0] == 5_000.0
    assert '"Point"' in rows["declared"][0].replace(" ", "").replace("'", '"')


def test_a_mover_is_drawn_where_it_goes(layers):
    (shape,), _ = layers["whole"]["movements"]
    assert shape.area > 0
    assert shape.is_valid


def test_what_reaches_into_a_box_is_found_though_its_middle_lies_outside(layers):
    shapes, rows = layers["near"]
    assert list(rows["id"]) == ["A2"]
    assert not shapes[0].centroid.within(
        shapely.box(LON + 0.50, LAT - 0.01, LON + 0.51, LAT + 0.01)
    )
