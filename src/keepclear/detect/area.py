"""The area two rows share, for people and maps: good to a fraction of a percent, never a verdict.

What is straight in longitude and latitude is cut there (:mod:`flat_area`). All else is drawn on the
plane that keeps distances from the common middle (azimuthal equidistant on the ellipsoid), cut there,
and measured on the ellipsoid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from pyproj import Geod, Proj

from keepclear.detect.fine import Fine, Skeletons
from keepclear.detect.flat_area import SEGMENTS, Outlines, shared_flat
from keepclear.detect.metric import to_unit
from keepclear.detect.motion import along
from keepclear.detect.table import LEG, Table

__all__ = [
    "SharedArea", "area_of", "drawn", "plane_at", "shared_area", "shared_on_plane", "size_m2",
]  # fmt: skip

_GEOD: Final = Geod(ellps="WGS84")
_DECIMALS: Final = 7

SharedArea = tuple[float, dict[str, Any] | None]
"""Square metres, and GeoJSON geometry with 7 decimals (None where nothing of it is left)."""


def shared_area(
    table: Table,
    pairs: Sequence[tuple[int, int, int, int]],
    skeletons: Skeletons,
    outlines: Outlines,
) -> SharedArea:
    """The union of what pairs of rows share.

    Args:
        table: All rows.
        pairs: Row i, row j, and the span in microseconds to which moving discs are cut.
        skeletons: Fine skeletons.
        outlines: Outlines in longitude and latitude.
    """
    flat = shared_flat(outlines, [(i, j) for i, j, _, _ in pairs])
    return shared_on_plane(table, pairs, skeletons) if flat is None else flat


def shared_on_plane(
    table: Table, pairs: Sequence[tuple[int, int, int, int]], skeletons: Skeletons
) -> SharedArea:
    """The same, on a plane: for all that :func:`shared_area` is for."""
    i0, j0 = pairs[0][:2]
    middle = (_middle(skeletons[i0]) + _middle(skeletons[j0])) * 0.5
    if len(pairs) > 1:
        middle = sum((_middle(skeletons[row]) for pair in pairs for row in pair[:2]), np.zeros(3))
    plane = _plane(middle)
    union = shapely.union_all(
        [
            drawn(table, i, start, end, plane, skeletons).intersection(
                drawn(table, j, start, end, plane, skeletons)
            )
            for i, j, start, end in pairs
        ]
    )
    return area_of(union, plane)


def _middle(fine: Fine) -> np.ndarray:
    return np.asarray(fine.vertices.mean(axis=1))


def _plane(middle: np.ndarray) -> Proj:
    lon = float(np.degrees(np.arctan2(middle[1], middle[0])))
    lat = float(np.degrees(np.arctan2(middle[2], np.hypot(middle[0], middle[1]))))
    return plane_at(lon, lat)


def plane_at(lon: float, lat: float) -> Proj:
    """The plane that keeps distances from a place."""
    return Proj(proj="aeqd", lat_0=lat, lon_0=lon, ellps="WGS84")


def drawn(
    table: Table, row: int, start: int, end: int, plane: Proj, skeletons: Skeletons
) -> shapely.Geometry:
    """One row's footprint on the plane, stand-off included, a moving disc cut to the span."""
    fine = skeletons[row]
    reach = float(table.reach_m[row] + table.standoff_m[row])
    if table.kind[row] == LEG:
        a, b = (side[:, :1] for side in fine.units)
        begun, lasts = int(table.start_us[row]), int(table.end_us[row] - table.start_us[row])
        shares = np.array([0.0, 1.0])
        if lasts:
            shares = np.clip((np.array([start, end]) - begun) / lasts, 0.0, 1.0)
        shape = shapely.LineString(_lonlat(along(a, b, shares[None, :]), plane))
    elif fine.area:
        rings = [_lonlat(np.stack(to_unit(*ring.T.astype(float))), plane) for ring in fine.rings]
        shape = shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))
    elif len(fine.rings[0]) == 1:
        shape = shapely.Point(_lonlat(fine.vertices, plane)[0])
    else:
        shape = shapely.LineString(_lonlat(fine.vertices, plane))
    return shape.buffer(reach, quad_segs=SEGMENTS) if reach > 0 else shape


def _lonlat(units: np.ndarray, plane: Proj) -> np.ndarray:
    x, y, z = units
    lon, lat = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))
    return np.stack(plane(lon, lat), axis=1)


def area_of(shape: shapely.Geometry, plane: Proj) -> SharedArea:
    """Size on the ellipsoid, and GeoJSON, of a shape on a plane."""
    polygons = _back(shape, plane)
    size = sum(_size_m2(rings) for rings in polygons)
    pieces = [piece for rings in polygons for piece in _cut_at_180(rings)]
    if not pieces:
        return size, None
    if len(pieces) == 1:
        return size, {"type": "Polygon", "coordinates": pieces[0]}
    return size, {"type": "MultiPolygon", "coordinates": pieces}


def size_m2(shape: shapely.Geometry, plane: Proj) -> float:
    """Size on the ellipsoid of a shape on a plane."""
    return sum(_size_m2(rings) for rings in _back(shape, plane))


def _back(shape: shapely.Geometry, plane: Proj) -> list[list[np.ndarray]]:
    """The rings of the polygons of a shape on a plane, degrees (n, 2) each."""
    return [
        [
            np.stack(plane(x, y, inverse=True), axis=1)
            for x, y in (shapely.get_coordinates(ring).T for ring in _rings(polygon))
        ]
        for polygon in shapely.get_parts(shape)
        if polygon.geom_type == "Polygon" and polygon.area > 0
    ]


def _size_m2(rings: list[np.ndarray]) -> float:
    parts = [abs(_GEOD.polygon_area_perimeter(*ring.T)[0]) for ring in rings]
    return float(parts[0] - sum(parts[1:]))


def _cut_at_180(rings: list[np.ndarray]) -> list[list[list[list[float]]]]:
    """Rings as GeoJSON coordinates; a polygon over 180 becomes two (RFC 7946 section 3.1.9)."""
    first = rings[0][0, 0]
    for ring in rings:
        ring[:, 0] = np.degrees(np.unwrap(np.radians(ring[:, 0])))
        ring[:, 0] += 360.0 * np.round((first - ring[0, 0]) / 360.0)
    polygon = shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))
    pieces: list[list[list[list[float]]]] = []
    west, _, east, _ = polygon.bounds
    for turn in (-360.0, 0.0, 360.0):
        if east < turn - 180.0 or west > turn + 180.0:
            continue  # nothing of it lies there
        cut = polygon.intersection(shapely.box(turn - 180.0, -90.0, turn + 180.0, 90.0))
        pieces += [
            _coordinates(shapely.geometry.polygon.orient(part), turn)
            for part in shapely.get_parts(cut)
            if part.geom_type == "Polygon" and part.area > 0
        ]
    return pieces


def _coordinates(polygon: shapely.Polygon, turn: float) -> list[list[list[float]]]:
    return [
        [
            [round(x - turn, _DECIMALS), round(y, _DECIMALS)]
            for x, y in shapely.get_coordinates(ring).tolist()
        ]
        for ring in _rings(polygon)
    ]


def _rings(polygon: shapely.Polygon) -> list[shapely.LinearRing]:
    return [polygon.exterior, *polygon.interiors]
