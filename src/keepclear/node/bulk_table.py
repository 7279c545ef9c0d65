"""Scanned columns to the table that search and verdict read, for :mod:`bulk`.

It holds to what ``detect.prepare`` does with the same declarations: limits rounded outward, edges of
more than 5 degrees split by the very function that splits them there, rings looked at before they
are trusted. Most rings are passed by a plain compiled test; the others by ``detect.rings``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keepclear.detect.edges import short_lonlat
from keepclear.detect.fast.build import complete, neighbours_first
from keepclear.detect.fast.simple import long_edged, suspect_rings
from keepclear.detect.rings import ring_faults
from keepclear.detect.table import AREA, Bands, Table

if TYPE_CHECKING:
    from keepclear.formats.scan.columns import Scan

__all__ = ["table_of"]

_GRID: Final = 1e7
"""Scanned coordinates are degrees times this."""


class _Shape(NamedTuple):
    """Rings and vertices of all rows, as in a table."""

    ring_start: np.ndarray
    vertex_start: np.ndarray
    lon: np.ndarray
    lat: np.ndarray


def table_of(scans: list[Scan]) -> Table | None:
    """The table of all files' volumes, neighbours first; None where a ring is no area."""
    order, ring_start, vertex_start, lon, lat = neighbours_first(
        chained([scan.ring_start for scan in scans]),
        chained([scan.vertex_start for scan in scans]),
        _column(scans, "lon"), _column(scans, "lat"), _GRID,
    )  # fmt: skip
    kind = _column(scans, "kind")[order]
    shape = _Shape(ring_start, vertex_start, lon, lat)
    long = np.flatnonzero(long_edged(kind, *shape))
    used = _shortened(shape, long) if len(long) else shape
    table = complete(
        owner=order,
        kind=kind,
        ring_start=used.ring_start,
        vertex_start=used.vertex_start,
        lon=used.lon,
        lat=used.lat,
        scale=1.0 if len(long) else _GRID,
        straight=kind == AREA,
        reach_m=_column(scans, "reach_m")[order],
        bands=_bands(_column(scans, "lower")[order], _column(scans, "upper")[order]),
        start_us=_column(scans, "start_us")[order],
        end_us=_column(scans, "end_us")[order],
    )
    doubtful = suspect_rings(kind, *shape, table.face)
    doubtful[long] = True
    suspects = np.flatnonzero(doubtful)
    if len(suspects) and ring_faults(table.take(suspects)):
        return None
    return table


def chained(starts: list[np.ndarray]) -> np.ndarray:
    """Starts of several files as one."""
    chained, at = [starts[0]], int(starts[0][-1])
    for more in starts[1:]:
        chained.append(more[1:] + at)
        at += int(more[-1])
    return chained[0] if len(chained) == 1 else np.concatenate(chained)


def _column(scans: list[Scan], name: str) -> np.ndarray:
    parts = [getattr(scan, name) for scan in scans]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _shortened(shape: _Shape, rows: np.ndarray) -> _Shape:
    """The shape in degrees, with the long edges of some rows split as ``prepare`` splits them.

    Points put in lie off the grid, so all coordinates become degrees.
    """
    ring_start, vertex_start, lon, lat = shape
    degrees = (lon / _GRID, lat / _GRID)
    rings = np.concatenate([np.arange(ring_start[row], ring_start[row + 1]) for row in rows])
    places: list[int] = []
    more: list[list[float]] = [[], []]
    added = np.zeros(len(vertex_start) - 1, dtype=np.int64)
    for ring in rings.tolist():
        first, last = int(vertex_start[ring]), int(vertex_start[ring + 1])
        line = [column[first:last].tolist() for column in degrees]
        x, y = short_lonlat(line[0], line[1], closed=True)
        added[ring] = len(x) - (last - first)
        at = first
        for spot in zip(x, y, strict=True):  # declared vertices stand in it, in their order
            if at < last and spot == (line[0][at - first], line[1][at - first]):
                at += 1
            else:
                places.append(at)
                more[0].append(spot[0])
                more[1].append(spot[1])
    moved = vertex_start + np.concatenate(([0], np.cumsum(added)))
    lon, lat = (np.insert(degrees[k], places, more[k]) for k in (0, 1))
    return _Shape(ring_start, moved, lon, lat)


def _bands(lower: np.ndarray, upper: np.ndarray) -> Bands:
    """Limits above the ellipsoid in millimetres, as ``vertical`` rounds them."""
    one = np.ones(len(lower), dtype=np.int32)
    low, high = lower * 1000.0, upper * 1000.0
    rounded = [turn(side) for side in (low, high) for turn in (np.rint, np.floor, np.ceil)]
    a, b, c, d, e, f = (values.astype(np.int32) for values in rounded)
    return Bands(one, a, b, c, one, d, e, f, np.zeros(len(lower), dtype=bool))
