"""Compiled sieve for rings: those that surely are simple and small need no further look."""

from __future__ import annotations

import numba
import numpy as np

from keepclear.detect.edges import LONLAT_EDGE_DEGREES
from keepclear.detect.fast.arcs import njit
from keepclear.detect.table import AREA

__all__ = ["LONG", "is_simple", "long_edged", "suspect_rings"]

LONG = 256
"""Rings with more vertices are looked at by the library, whose test is not quadratic."""
_LONG_EDGE = int(LONLAT_EDGE_DEGREES * 1e7)


@njit
def _side(a, b, c, lon, lat, room):
    """Sign of the turn a b c; 0 where c may lie on the line a b.

    On the integer grid differences stay below 2**32 and it is exact; in degrees ``room`` is the most
    that a plane drawn in doubles is off by.
    """
    dx, dy = lon[b] * 1.0 - lon[a], lat[b] * 1.0 - lat[a]
    x, y = dx * (lat[c] * 1.0 - lat[a]), dy * (lon[c] * 1.0 - lon[a])
    if abs(x - y) <= 1e-12 * (abs(x) + abs(y)) + room * (abs(dx) + abs(dy)):
        return 0
    return 1 if x > y else -1


@njit
def _apart(a, b, c, d, values, room):
    return (
        min(values[a], values[b]) > max(values[c], values[d]) + room
        or min(values[c], values[d]) > max(values[a], values[b]) + room
    )


@njit
def is_simple(first, last, lon, lat, room):
    """Whether surely no two edges of a ring touch, but for neighbours at their common end.

    Coordinates are integers or degrees, and none of its edges is over 180 degrees long.
    """
    n = last - first
    for k in range(n):
        a, b = first + k, first + (k + 1) % n
        if _side(a, b, first + (k + 2) % n, lon, lat, room) == 0:
            return False
        for m in range(k + 2, n):
            if k == 0 and m == n - 1:
                continue
            c, d = first + m, first + (m + 1) % n
            if _apart(a, b, c, d, lon, room) or _apart(a, b, c, d, lat, room):
                continue
            if _side(a, b, c, lon, lat, room) * _side(a, b, d, lon, lat, room) > 0:
                continue
            if _side(c, d, a, lon, lat, room) * _side(c, d, b, lon, lat, room) > 0:
                continue
            return False
    return True


@njit
def _suspect(row, ring_start, vertex_start, lon, lat, face):
    """True where the row has holes, is long, leaves its face, or has two edges that may touch."""
    if face[row] < 0 or ring_start[row + 1] - ring_start[row] > 1:
        return True
    first, last = vertex_start[ring_start[row]], vertex_start[ring_start[row + 1]]
    n = last - first
    if n < 3 or n > LONG:
        return True
    for k in range(n):
        a, b = first + k, first + (k + 1) % n
        if abs(np.int64(lon[a]) - lon[b]) > 100_000_000:  # 10 degrees or over 180: look again
            return True
        if abs(np.int64(lat[a])) > 890_000_000:  # at a pole vertices may fall together
            return True
    return not is_simple(first, last, lon, lat, 0.0)


@numba.njit(cache=True, error_model="numpy", parallel=True)
def _suspects(kind, ring_start, vertex_start, lon, lat, face, found):
    for row in numba.prange(len(kind)):
        if kind[row] == AREA:
            found[row] = _suspect(row, ring_start, vertex_start, lon, lat, face)


def suspect_rings(
    kind: np.ndarray,
    ring_start: np.ndarray,
    vertex_start: np.ndarray,
    lon: np.ndarray,
    lat: np.ndarray,
    face: np.ndarray,
) -> np.ndarray:
    """Which areas are not surely simple rings with some extent; few, and looked at again.

    Coordinates are integers, degrees times 1e7; the other columns those of a table.
    """
    found = np.zeros(len(kind), dtype=bool)
    _suspects(kind, ring_start, vertex_start, lon, lat, face, found)
    return found


@numba.njit(cache=True, error_model="numpy", parallel=True)
def _long_edged(kind, ring_start, vertex_start, lon, lat, most, found):
    for row in numba.prange(len(kind)):
        if kind[row] != AREA:
            continue
        for ring in range(ring_start[row], ring_start[row + 1]):
            first, last = vertex_start[ring], vertex_start[ring + 1]
            for k in range(first, last):
                n = k + 1 if k + 1 < last else first
                wide = max(abs(np.int64(lon[k]) - lon[n]), abs(np.int64(lat[k]) - lat[n]))
                found[row] |= wide >= most


def long_edged(
    kind: np.ndarray,
    ring_start: np.ndarray,
    vertex_start: np.ndarray,
    lon: np.ndarray,
    lat: np.ndarray,
) -> np.ndarray:
    """Which areas may have an edge that must be split before it is compared; see ``edges``.

    Coordinates are integers, degrees times 1e7. An edge of just 5 degrees is among them, because the
    difference of two doubles may come out as a little more; so is one that crosses 180.
    """
    found = np.zeros(len(kind), dtype=bool)
    _long_edged(kind, ring_start, vertex_start, lon, lat, _LONG_EDGE, found)
    return found
