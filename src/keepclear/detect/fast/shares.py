"""The ground that pairs of plain rings share, all pairs in one compiled call.

A ring is plain where it is an area of one ring, straight in degrees, with no stand-off, as in
:meth:`keepclear.detect.flat_area.Outlines.ring`; it is cut by the same function. Pairs of anything
else, and those that it is not sure of, are left to :func:`keepclear.detect.area.shared_area`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keepclear.detect.area import SharedArea
from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.cut import CUT
from keepclear.detect.flat_area import geometry_of
from keepclear.detect.table import AREA, Table

__all__ = ["shares_of"]


def shares_of(table: Table, pairs: Sequence[tuple[int, int]]) -> list[SharedArea | None]:
    """What each pair shares, as ``shared_area`` says it; nothing where that is left to it."""
    given = np.array(pairs, dtype=np.int64)
    last, sizes = np.empty(len(pairs), dtype=np.int64), np.empty(len(pairs))
    corners, ends = _cut_all(
        given, table.kind, table.ring_start, table.vertex_start, table.lon, table.lat,
        table.straight, table.standoff_m, last, sizes,
    )  # fmt: skip
    drawn, until = corners.tolist(), ends.tolist()
    found: list[SharedArea | None] = []
    at = begin = 0
    for stop, size in zip(last.tolist(), sizes.tolist(), strict=True):
        if stop < 0:
            found.append(None)
            continue
        pieces = []
        for end in until[at:stop]:
            pieces.append([drawn[begin:end]])
            begin = end
        at = stop
        found.append(geometry_of(size, pieces))
    return found


@njit
def _is_plain(row, kind, ring_start, straight, standoff_m):
    one = ring_start[row + 1] == ring_start[row] + 1
    return kind[row] == AREA and one and straight[row] and not standoff_m[row] > 0


@njit
def _cut_all(
    pairs, kind, ring_start, vertex_start, lon, lat, straight, standoff_m, last, sizes
):  # fmt: skip
    """Corners (n, 2) of all pieces, and where each piece ends; of each pair its last piece, or -1."""
    x, y, ends = [0.0][1:], [0.0][1:], [0][1:]
    for k in range(len(pairs)):
        last[k], sizes[k] = -1, 0.0
        i, j = pairs[k, 0], pairs[k, 1]
        if not _is_plain(i, kind, ring_start, straight, standoff_m):
            continue
        if not _is_plain(j, kind, ring_start, straight, standoff_m):
            continue
        a, b = vertex_start[ring_start[i]], vertex_start[ring_start[i] + 1]
        c, d = vertex_start[ring_start[j]], vertex_start[ring_start[j] + 1]
        known, more_x, more_y, more_ends, size = CUT(lon[a:b], lat[a:b], lon[c:d], lat[c:d])
        if not known:
            continue
        held = len(x)
        for n in range(len(more_x)):
            x.append(more_x[n])
            y.append(more_y[n])
        for n in range(len(more_ends)):
            ends.append(held + more_ends[n])
        last[k], sizes[k] = len(ends), size
    corners = np.empty((len(x), 2))
    for n in range(len(x)):
        corners[n, 0], corners[n, 1] = x[n], y[n]
    stops = np.empty(len(ends), dtype=np.int64)
    for n in range(len(ends)):
        stops[n] = ends[n]
    return corners, stops
