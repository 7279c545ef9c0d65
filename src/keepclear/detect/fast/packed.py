"""Packed rows in compiled code: put into a growing table in one call, instead of column by column.

The layout is that of :mod:`keepclear.detect.packed`; columns come out as in the table it makes.
"""

from __future__ import annotations

import numpy as np

from keepclear.detect.fast.arcs import njit
from keepclear.detect.growing import GrowingTable
from keepclear.detect.packed import HEAD, PackedRows

__all__ = ["append", "opened"]

_HEAD = HEAD.size


def append(table: GrowingTable, rows: PackedRows, owner: int) -> range:
    """As ``GrowingTable.append``, of one owner."""
    n, rings, vertices, _, _ = rows.counts
    row, ring, vertex = table.reserve(n, rings, vertices)
    _write(rows.data, row, ring, vertex, owner, *table.columns())
    return range(row, row + n)


@njit
def opened(data):
    """Rows, rings, vertices, sides of packed rows; and their numbers by type, narrower and narrower."""
    head = data[8:_HEAD].view(np.int32)
    n, rings, m = np.int64(head[0]), np.int64(head[1]), np.int64(head[2])
    sides = 2 if data[1] else 1
    longs = _HEAD + 8 * ((n + 1) + (rings + 1) + 2 * n)
    doubles = longs + 8 * (3 * n + 2 * m)
    small = len(data) - (3 + sides) * n - m
    return (
        n, rings, m, sides, data[_HEAD:longs].view(np.int64), data[longs:doubles].view(np.float64),
        data[doubles:small].view(np.int32), data[small:],
    )  # fmt: skip


@njit
def _copied(values, at, n, column, first):
    """Put n values into a column; where the next ones stand."""
    for k in range(n):
        column[first + k] = values[at + k]
    return at + n


@njit
def _write(
    data, row, ring, vertex, new_owner,
    owner, part, kind, straight, reach_m, standoff_m, error_m, start_us, end_us, face, box,
    lower_code, lower_own, lower_least, lower_most, upper_code, upper_own, upper_least, upper_most,
    surface, end_lower_code, end_lower_own, end_lower_least, end_lower_most, end_upper_code,
    end_upper_own, end_upper_least, end_upper_most, end_surface,
    ring_start, vertex_start, lon, lat, level, q,
):  # fmt: skip
    """Write rows behind those that there are; there is room for them."""
    n, rings, m, sides, long, double, number, byte = opened(data)
    for k in range(n):
        ring_start[row + 1 + k] = ring + long[1 + k]
    for k in range(rings):
        vertex_start[ring + 1 + k] = vertex + long[n + 2 + k]
    at = _copied(long, n + rings + 2, n, start_us, row)
    _copied(long, at, n, end_us, row)

    at = _copied(double, 0, n, reach_m, row)
    at = _copied(double, at, n, standoff_m, row)
    at = _copied(double, at, n, error_m, row)
    at = _copied(double, at, m, lon, vertex)
    _copied(double, at, m, lat, vertex)

    owner[row : row + n] = new_owner
    at = _copied(number, n, n, part, row)
    limits = at
    at = _copied(number, at, n, lower_code, row)
    at = _copied(number, at, n, lower_own, row)
    at = _copied(number, at, n, lower_least, row)
    at = _copied(number, at, n, lower_most, row)
    at = _copied(number, at, n, upper_code, row)
    at = _copied(number, at, n, upper_own, row)
    at = _copied(number, at, n, upper_least, row)
    at = _copied(number, at, n, upper_most, row)
    if sides == 1:
        at = limits
    at = _copied(number, at, n, end_lower_code, row)
    at = _copied(number, at, n, end_lower_own, row)
    at = _copied(number, at, n, end_lower_least, row)
    at = _copied(number, at, n, end_lower_most, row)
    at = _copied(number, at, n, end_upper_code, row)
    at = _copied(number, at, n, end_upper_own, row)
    at = _copied(number, at, n, end_upper_least, row)
    at = _copied(number, at, n, end_upper_most, row)
    for k in range(n):
        for axis in range(6):
            box[row + k, axis] = number[at]
            at += 1
    for k in range(m):
        for axis in range(3):
            q[vertex + k, axis] = number[at]
            at += 1

    at = _copied(byte, 0, n, kind, row)
    for k in range(n):
        straight[row + k] = byte[at + k] > 0
    at += n
    for k in range(n):
        face[row + k] = np.int8(byte[at + k])
    at += n
    for k in range(n):
        surface[row + k] = byte[at + k] > 0
        end_surface[row + k] = byte[at + (sides - 1) * n + k] > 0
    _copied(byte, at + sides * n, m, level, vertex)
