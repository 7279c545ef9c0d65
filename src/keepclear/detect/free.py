"""Where some ground surely is not: cells of degrees, coarse ones first, each looked at once.

Most of what is asked about lies far from a border. A cell that no edge comes near lies in the ground or
beside it as a whole, so one place in it tells; whatever lies in such cells beside the ground shares
nothing with it, and no verdict is needed. Everything else is left to the exact verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from typing import Final

import numpy as np

from keepclear.detect.edges import LONLAT_EDGE_DEGREES, deviation_m
from keepclear.detect.extent import Box, box_of
from keepclear.detect.fine import fine_of
from keepclear.detect.lattice import to_cube
from keepclear.detect.polygon import contains
from keepclear.detect.table import Table
from keepclear.domain.footprint import Area, Circle, EdgeRule, Footprint
from keepclear.domain.position import Position

__all__ = ["Free", "box_round"]

_SIZES: Final = (4.0, 0.5, 0.0625)
"""Degrees: what is asked about lies in a few cells of one of these, or is left to the verdict."""
_CELLS_MAX: Final = 9
"""More cells are not looked at for one box."""
_HELD_MAX: Final = 100_000
"""Cells that are remembered; further ones are left to the exact verdict."""
_LATITUDE_MAX: Final = 85.0
"""Nearer to a pole a degree of longitude is too short."""
_DEGREE_M: Final = 110_000.0
"""No degree of latitude is shorter."""
_SPARE: Final = 0.001
"""Degrees, about 100 m: for roundings, and for what geodesics and great circles differ by."""
_AT_ALL, _BESIDE, _MIXED = range(3)


class Free:
    """What one row of a table leaves free."""

    def __init__(
        self, table: Table, row: int = 0, holds: Callable[[float, float], bool] | None = None
    ) -> None:
        """Remember its edges; cells are looked at when they are asked for.

        Args:
            table: Where it stands.
            row: Which it is.
            holds: Says whether it holds a longitude and latitude far from its edges, where somebody
                does so quicker than by looking at each of them.
        """
        self._holds = holds
        self._rings = fine_of(table, row).rings
        self._held: dict[tuple[float, int, int], int] = {}
        ends = []
        for ring in table.rings_of(row):
            at = table.vertices_of(ring)
            lon, lat = table.degrees(at)
            ends.append(np.stack([lon, lat, np.roll(lon, -1), np.roll(lat, -1)]))
        lon_a, lat_a, lon_b, lat_b = np.concatenate(ends, axis=1)
        low = np.minimum(lat_a, lat_b)
        high = np.maximum(lat_a, lat_b)
        north = deviation_m(lon_a, lat_a, lon_b, lat_b) / _DEGREE_M + _SPARE
        most = np.minimum(np.maximum(-low, high) + north, 90.0 - _SPARE)
        east = north / np.cos(np.radians(most))
        over = (np.abs(lon_a - lon_b) > LONLAT_EDGE_DEGREES) | (high - low > LONLAT_EDGE_DEGREES)
        self._west = np.where(over, -np.inf, np.minimum(lon_a, lon_b) - east)
        self._east = np.where(over, np.inf, np.maximum(lon_a, lon_b) + east)
        self._south = np.where(over, -np.inf, low - north)
        self._north = np.where(over, np.inf, high + north)

    def of(self, box: Box | None) -> bool:
        """Whether nothing of it lies in a box; false where that is not known at once."""
        if box is None:
            return False
        south, west, north, east = box
        if max(-south, north) > _LATITUDE_MAX or west < -180.0 or east > 180.0:
            return False
        for size in _SIZES:
            columns = range(floor(west / size), floor(east / size) + 1)
            rows = range(floor(south / size), floor(north / size) + 1)
            if len(columns) * len(rows) > _CELLS_MAX:
                return False
            found = {self._cell(size, x, y) for x in columns for y in rows}
            if found == {_BESIDE}:
                return True
            if _AT_ALL in found:
                return False
        return False

    def _cell(self, size: float, x: int, y: int) -> int:
        known = self._held.get((size, x, y))
        if known is None:
            if len(self._held) >= _HELD_MAX:
                return _MIXED
            known = self._held[size, x, y] = self._looked_at(size, x, y)
        return known

    def _looked_at(self, size: float, x: int, y: int) -> int:
        west, south = x * size, y * size
        near = (self._west <= west + size) & (self._east >= west)
        near &= (self._south <= south + size) & (self._north >= south)
        if near.any():
            return _MIXED
        lon, lat = west + size / 2, south + size / 2
        if self._holds is not None:
            return _AT_ALL if self._holds(lon, lat) else _BESIDE
        middle = to_cube(np.array([lon]), np.array([lat]))[0]
        return _AT_ALL if contains(self._rings, middle) else _BESIDE


def box_round(footprint: Footprint) -> Box | None:
    """A box of degrees that surely holds a footprint; nothing where that takes more than a look."""
    if isinstance(footprint, Circle):
        return box_of((footprint.center,), footprint.radius_m)
    if isinstance(footprint, Area):
        lines = [polygon.rings[0] for polygon in footprint.polygons]
        reach_m, closed = 0.0, True
    else:
        lines, reach_m, closed = [footprint.vertices], footprint.half_width_m, False
    if footprint.edges is not EdgeRule.LONLAT:
        bulges = [_bulge_m(line, closed=closed) for line in lines]
        if None in bulges:
            return None
        reach_m += max(bulge for bulge in bulges if bulge is not None)
    places = [place for line in lines for place in line]
    lons = [place.longitude for place in places]
    if max(lons) - min(lons) >= 180.0:
        return None
    return box_of(places, reach_m)


def _bulge_m(line: tuple[Position, ...], *, closed: bool) -> float | None:
    """How far the edges of a line may run beside those straight in degrees; nothing for long ones."""
    lon = np.array([place.longitude for place in line])
    lat = np.array([place.latitude for place in line])
    ends = slice(None) if closed else slice(1, None)
    ends_lon, ends_lat = np.roll(lon, 1)[ends], np.roll(lat, 1)[ends]
    lon, lat = lon[ends], lat[ends]
    if len(lon) == 0:
        return 0.0
    if max(np.abs(lon - ends_lon).max(), np.abs(lat - ends_lat).max()) > LONLAT_EDGE_DEGREES:
        return None
    return float(deviation_m(ends_lon, ends_lat, lon, lat).max())
