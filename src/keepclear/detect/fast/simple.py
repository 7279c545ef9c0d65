"""Compiled sieve for rings: those that surely are simple and small need no further look."""

from __future__ import annotations

import numba
import numpy as np

from keepclear.detect.fast.arcs import njit
from keepclear.detect.table import AREA, Table

__all__ = ["suspects"]

_LONG = 256
"""Rings with more vertices are looked at by the library, whose test is not quadratic."""


@njit
def _side(a, b, c, lon, lat):
    """Sign of the turn a b c in the lon/lat grid; exact, differences stay below 2**32."""
    x = (lon[b] * 1.0 - lon[a]) * (lat[c] * 1.0 - lat[a])
    y = (lat[b] * 1.0 - lat[a]) * (lon[c] * 1.0 - lon[a])
    if abs(x - y) <= 1e-12 * (abs(x) + abs(y)):
        return 0
    return 1 if x > y else -1


@njit
def _apart(a, b, c, d, values):
    return min(values[a], values[b]) > max(values[c], values[d]) or min(values[c], values[d]) > max(
        values[a], values[b]
    )


@njit
def _suspect(row, ring_start, vertex_start, lon, lat, face):
    """True where the row has holes, is long, leaves its face, or has two edges that may touch."""
    if face[row] < 0 or ring_start[row + 1] - ring_start[row] > 1:
        return True
    first, last = vertex_start[ring_start[row]], vertex_start[ring_start[row + 1]]
    n = last - first
    if n < 3 or n > _LONG:
        return True
    for k in range(n):
        a, b = first + k, first + (k + 1) % n
        c = first + (k + 2) % n
        if abs(np.int64(lon[a]) - lon[b]) > 100_000_000:  # 10 degrees or over 180: look again
            return True
        if abs(np.int64(lat[a])) > 890_000_000:  # at a pole vertices may fall together
            return True
        if _side(a, b, c, lon, lat) == 0:
            return True
        for m in range(k + 2, n):
            if k == 0 and m == n - 1:
                continue
            c, d = first + m, first + (m + 1) % n
            if _apart(a, b, c, d, lon) or _apart(a, b, c, d, lat):
                continue
            if _side(a, b, c, lon, lat) * _side(a, b, d, lon, lat) > 0:
                continue
            if _side(c, d, a, lon, lat) * _side(c, d, b, lon, lat) > 0:
                continue
            return True
    return False


@numba.njit(cache=True, error_model="numpy", parallel=True)
def _suspects(kind, ring_start, vertex_start, lon, lat, face, found):
    for row in numba.prange(len(kind)):
        if kind[row] == AREA:
            found[row] = _suspect(row, ring_start, vertex_start, lon, lat, face)


def suspects(table: Table) -> np.ndarray:
    """Which areas are not surely simple rings with some extent; few, and looked at again."""
    found = np.zeros(len(table), dtype=bool)
    _suspects(
        table.kind, table.ring_start, table.vertex_start, table.lon, table.lat, table.face, found
    )
    return found
