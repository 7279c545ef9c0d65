"""The area two rows share, cut in longitude and latitude: for outlines whose edges are straight there.

An outline that is straight in longitude and latitude is cut by its declared vertices, and so is what is
drawn of it: nothing is projected, no edge is split. A circle is drawn by the same 256 corners as on a
plane. Sizes are those of the ellipsoid between the very edges that are drawn. Two plain rings are cut
by :mod:`keepclear.detect.cut`, holes and unions by the library. Everything else is left to
:mod:`keepclear.detect.area`: movers, corridors, stand-offs round outlines, other edge rules, poles,
shapes over 180 and circles of more than 100 km.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely

from keepclear.detect.cut import Cut, Shared, cut_listed, ring_m2
from keepclear.detect.metric import AXIS_M, E2
from keepclear.detect.table import AREA, LINE, Table

__all__ = ["SEGMENTS", "Outlines", "geometry_of", "shared_flat"]

SEGMENTS: Final = 64
"""Segments of a quarter circle: the drawn disc is short by 0.0075 % of its radius."""
_CIRCLE_M_MAX: Final = 100_000.0
"""Corners of larger circles would be more than 0.01 % of the radius off (see :func:`_circle`)."""
_LATITUDE_MAX: Final = 85.0
"""Nearer to a pole a small step in metres is a large one in longitude."""
_DECIMALS: Final = 7
_TURN: Final = np.arange(4 * SEGMENTS) * (2.0 * np.pi / (4 * SEGMENTS))
_NORTH, _EAST = np.cos(_TURN), np.sin(_TURN)
_CIRCLES_KEPT: Final = 1024
"""Of the circles last drawn the corners are kept, 4 kB each: what stands long is met often."""


@dataclass
class Outlines:
    """The outlines of a table's rows, each drawn once."""

    table: Table
    cut: Cut = cut_listed
    """Cuts plain rings; whichever it is, they come out the same."""
    _made: dict[int, tuple[float, shapely.Geometry] | None] = field(default_factory=dict)

    def __getitem__(self, row: int) -> tuple[float, shapely.Geometry] | None:
        """A longitude of a row, and its outline in degrees; nothing where it is not drawn here."""
        if row not in self._made:
            self._made[row] = _outline(self.table, row)
        return self._made[row]

    def ring(self, row: int) -> tuple[np.ndarray, np.ndarray] | None:
        """Longitudes and latitudes of a row that is one ring, straight in degrees, and nothing more."""
        table, first = self.table, int(self.table.ring_start[row])
        if table.kind[row] != AREA:
            circle = _circle_of(table, row)
            return None if circle is None else (circle[:, 0], circle[:, 1])
        if int(table.ring_start[row + 1]) != first + 1 or not table.straight[row]:
            return None
        if table.standoff_m[row] > 0:
            return None
        return table.degrees(table.vertices_of(first))


def shared_flat(
    outlines: Outlines, pairs: list[tuple[int, int]]
) -> tuple[float, dict[str, Any] | None] | None:
    """The union of what pairs of rows share: square metres and GeoJSON geometry.

    Nothing, where a row is not drawn here; no geometry, where nothing of it is left.
    """
    if len(pairs) == 1:  # most often
        (i, j), plain = pairs[0], None
        rings = outlines.ring(i), outlines.ring(j)
        if rings[0] is not None and rings[1] is not None:
            plain = _drawn(outlines.cut(*rings[0], *rings[1]))
        if plain is not None:
            return plain
    cuts, at = [], None
    for pair in pairs:
        drawn = (outlines[pair[0]], outlines[pair[1]])
        if drawn[0] is None or drawn[1] is None:
            return None
        at = drawn[0][0] if at is None else at
        if max(abs(one[0] - at) for one in drawn if one) > 180.0:
            return None  # neighbours over 180
        cuts.append(shapely.intersection(drawn[0][1], drawn[1][1]))
    return _described(cuts[0] if len(cuts) == 1 else shapely.union_all(cuts))


def _outline(table: Table, row: int) -> tuple[float, shapely.Geometry] | None:
    reach = float(table.reach_m[row] + table.standoff_m[row])
    if table.kind[row] == AREA:
        if reach > 0 or not table.straight[row]:
            return None
        rings = [
            np.stack(table.degrees(table.vertices_of(ring)), axis=1) for ring in table.rings_of(row)
        ]
        low, high = rings[0].min(axis=0), rings[0].max(axis=0)
        if high[0] - low[0] >= 180.0 or max(-low[1], high[1]) >= 90.0:
            return None
        return float(rings[0][0, 0]), shapely.Polygon(rings[0], rings[1:])
    ring = _circle_of(table, row)
    return None if ring is None else (float(ring[0, 0]), shapely.Polygon(ring))


def _circle_of(table: Table, row: int) -> np.ndarray | None:
    """Corners of a row that is a circle, degrees (n, 2); nothing where it is not drawn here."""
    at = table.vertices_of(int(table.ring_start[row]))
    if table.kind[row] != LINE or at.stop - at.start != 1:
        return None
    reach = float(table.reach_m[row] + table.standoff_m[row])
    lon, lat = (float(values[0]) for values in table.degrees(at))
    if not 0 < reach <= _CIRCLE_M_MAX or abs(lat) > _LATITUDE_MAX:
        return None
    ring = _circle(lon, lat, reach)
    return ring if np.abs(ring[:, 0]).max() < 180.0 else None


@lru_cache(_CIRCLES_KEPT)
def _circle(lon: float, lat: float, radius_m: float) -> np.ndarray:
    """Corners of a circle, degrees (n, 2).

    The normal of the ellipsoid turns along a geodesic as at its start: a corner is off by some
    0.008 % of the radius for each 100 km of it, to opposite sides on opposite sides.
    """
    sin_p, cos_p = np.sin(np.radians(lat)), np.cos(np.radians(lat))
    w = 1.0 - E2 * sin_p * sin_p
    east = AXIS_M / np.sqrt(w)
    a, b = (radius_m * w / (east * (1.0 - E2))) * _NORTH, (radius_m / east) * _EAST
    turn = np.hypot(a, b)
    share = np.sin(turn) / turn
    ahead, a, b = np.cos(turn), a * share, b * share
    level = ahead * cos_p - a * sin_p
    longitude = np.degrees(np.arctan2(b, level)) + lon
    latitude = np.degrees(np.arctan2(ahead * sin_p + a * cos_p, np.hypot(level, b)))
    return np.asfortranarray(np.stack([longitude, latitude], axis=1))


def _drawn(shared: Shared) -> tuple[float, dict[str, Any] | None] | None:
    """Size and GeoJSON of what was cut; nothing, where that is not known."""
    known, lon, lat, ends, size = shared
    if not known:
        return None
    corners = [[x, y] for x, y in zip(lon, lat, strict=True)]
    return geometry_of(size, [[corners[first:last]] for first, last in pairwise([0, *ends])])


def geometry_of(
    size: float, pieces: list[list[list[list[float]]]]
) -> tuple[float, dict[str, Any] | None]:
    """Size, and the GeoJSON geometry of pieces, each of them one closed ring."""
    if len(pieces) == 1:
        return size, {"type": "Polygon", "coordinates": pieces[0]}
    if not pieces:
        return 0.0, None
    return size, {"type": "MultiPolygon", "coordinates": pieces}


def _described(shape: shapely.Geometry) -> tuple[float, dict[str, Any] | None]:
    """Size and GeoJSON of what is left; points and lines are no area."""
    parts = [shape] if shape.geom_type == "Polygon" else list(shapely.get_parts(shape))
    size, drawn = 0.0, []
    for polygon in parts:
        if polygon.geom_type != "Polygon" or polygon.is_empty:
            continue
        rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(polygon)]
        sizes = [_ring_m2(ring) for ring in rings]
        whole = abs(sizes[0]) - sum(map(abs, sizes[1:]))
        if whole > 0:
            size += whole
            drawn.append([
                _written(ring, turned=(m2 < 0) == (k == 0))
                for k, (ring, m2) in enumerate(zip(rings, sizes, strict=True))
            ])  # fmt: skip
    if not drawn:
        return size, None
    if len(drawn) == 1:
        return size, {"type": "Polygon", "coordinates": drawn[0]}
    return size, {"type": "MultiPolygon", "coordinates": drawn}


def _ring_m2(ring: np.ndarray) -> float:
    return ring_m2(ring[:, 0].tolist(), ring[:, 1].tolist(), 0, len(ring))


def _written(ring: np.ndarray, *, turned: bool) -> list[list[float]]:
    """A ring with 7 decimals: outer ones anticlockwise, holes clockwise (RFC 7946)."""
    rounded = np.round(ring[::-1] if turned else ring, _DECIMALS) + 0.0
    return list(rounded.tolist())
