"""Rows as bytes, for another process of the same node on the same machine.

Who speaks for a node may make the rows of a declaration and hand them to who decides. The layout is of
this version alone and in the byte order of the machine: a head, then all columns of one type after
another, the widest type first, so that each stands where its type wants it. Nothing of it is kept.

It is read back from a process of our own, not from strangers: what is cut off or of another layout is
refused, numbers that make no sense are not looked for.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

import numpy as np

from keepclear.detect.prepare import Prepared
from keepclear.detect.table import BAND_COLUMNS, Bands, Table
from keepclear.errors import InternalError

__all__ = ["pack", "unpack"]

_LAYOUT: Final = 1
"""Raised with every change of what stands where."""
_HEAD: Final = Struct("=BBxxxxxxIIII")
"""Layout; whether bands change with time; rows, rings, vertices, declarations without a ground. A
multiple of eight bytes."""
_LIMITS: Final = BAND_COLUMNS[:-1]
"""Columns of :class:`Bands` in millimetres; the last one is whether the lower limit is the ground."""
_INT64, _FLOAT64, _INT32, _UINT8, _INT8, _BOOL = (
    np.dtype(kind) for kind in (np.int64, np.float64, np.int32, np.uint8, np.int8, np.bool_)
)


def pack(prepared: Prepared) -> bytes:
    """What :func:`unpack` reads.

    Args:
        prepared: Rows of any number of declarations, in degrees, none of their parts refused.

    Raises:
        InternalError: A part was refused, or coordinates are not in degrees.
    """
    table, missing = prepared.table, prepared.ground_missing
    if prepared.refused or table.scale != 1.0:
        raise InternalError("rows are handed on only when all are usable, and in degrees")
    bands, ends = table.bands, table.bands_end
    sides = (bands,) if ends is bands else (bands, ends)
    counts = (len(table), len(table.vertex_start) - 1, len(table.q), len(missing))
    columns = [
        table.ring_start, table.vertex_start, table.start_us, table.end_us,
        table.reach_m, table.standoff_m, table.error_m, table.lon, table.lat,
        table.owner, table.part,
        *(getattr(side, name) for side in sides for name in _LIMITS),
        table.box, table.q, np.array(missing, dtype=np.int32),
        table.kind, table.straight, table.face, *(side.surface for side in sides), table.level,
    ]  # fmt: skip
    head = _HEAD.pack(_LAYOUT, len(sides) == 2, *counts)
    return b"".join([head, *[column.tobytes() for column in columns]])


def unpack(data: bytes | memoryview) -> Prepared:
    """The rows that were packed: every column, of the same type and shape.

    Raises:
        InternalError: It is cut off, or not of this layout.
    """
    if len(data) < _HEAD.size:
        raise InternalError(f"rows of {len(data)} bytes have no head")
    layout, ends, n, rings, m, missing = _HEAD.unpack_from(data)
    sides = 2 if ends else 1
    longs, doubles = (n + 1) + (rings + 1) + 2 * n, 3 * n + 2 * m
    ints = (2 + 8 * sides + 6) * n + 3 * m + missing
    size = _HEAD.size + 8 * (longs + doubles) + 4 * ints + (3 + sides) * n + m
    if layout != _LAYOUT or ends > 1 or len(data) != size:
        raise InternalError(
            f"rows of {len(data)} bytes in layout {layout} are not the {size} bytes of layout "
            f"{_LAYOUT} that their head speaks of"
        )
    whole = bytearray(data)  # aligned, and to be written like any other rows
    at = _HEAD.size
    long: np.ndarray = np.frombuffer(whole, _INT64, longs, at)
    at += 8 * longs
    double: np.ndarray = np.frombuffer(whole, _FLOAT64, doubles, at)
    at += 8 * doubles
    number: np.ndarray = np.frombuffer(whole, _INT32, ints, at)
    byte: np.ndarray = np.frombuffer(whole, _UINT8, -1, at + 4 * ints)
    starts = n + rings + 2
    start_us, end_us = long[starts:].reshape(2, n)
    reach_m, standoff_m, error_m = double[: 3 * n].reshape(3, n)
    a_row = (2 + 8 * sides) * n
    owner, part, *limits = number[:a_row].reshape(2 + 8 * sides, n)
    boxes, vertices = a_row + 6 * n, a_row + 6 * n + 3 * m
    kind, straight, face, *surfaces = byte[: (3 + sides) * n].reshape(3 + sides, n)
    bands = bands_end = Bands(*limits[:8], surfaces[0].view(_BOOL))  # type: ignore[call-arg]
    if sides == 2:
        bands_end = Bands(*limits[8:], surfaces[1].view(_BOOL))  # type: ignore[call-arg]
    table = Table(
        owner, part, kind, long[: n + 1], long[n + 1 : starts],
        number[boxes:vertices].reshape(m, 3), double[3 * n : 3 * n + m], double[3 * n + m :],
        straight.view(_BOOL), 1.0, byte[(3 + sides) * n :], reach_m, standoff_m, error_m,
        bands, bands_end, start_us, end_us, number[a_row:boxes].reshape(n, 6), face.view(_INT8),
    )  # fmt: skip
    return Prepared(table, (), tuple(number[vertices:].tolist()) if missing else ())
