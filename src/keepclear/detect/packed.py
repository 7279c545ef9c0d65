"""Rows of one declaration as bytes: for another process of the same node, and to be put in in one go.

Who speaks for a node may make the rows of a declaration and hand them to who decides. The layout is of
this version alone and in the byte order of the machine: a head, then all columns of one type after
another, the widest type first, so that each stands where its type wants it. Nothing of it is kept.
``fast.packed`` reads and writes the same bytes in compiled code.

They are read back from a process of our own, not from strangers: what is cut off, changed on the way or
of another layout is refused, numbers that make no sense are not looked for.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from struct import Struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zlib import crc32

import numpy as np

from keepclear.detect.rows import Rows
from keepclear.detect.table import BAND_COLUMNS, Bands, Table
from keepclear.errors import InternalError

if TYPE_CHECKING:
    from keepclear.detect.prepare import Prepared

__all__ = ["HEAD", "LAYOUT", "LIMITS", "Counts", "PackedRows", "gathered", "pack", "unpack"]

LAYOUT: Final = 1
"""Raised with every change of what stands where."""
HEAD: Final = Struct("=BBxxIIIII")
"""Layout; whether bands change with time; sum of all that follows the head (CRC-32; 0 until they are
sent); rows, rings, vertices, declarations without a ground. A multiple of eight bytes."""
LIMITS: Final = BAND_COLUMNS[:-1]
"""Columns of :class:`Bands` in millimetres; the last one is whether the lower limit is the ground."""
_FORMS: Final = 256
"""So many shapes of rows are remembered."""
_INT64, _FLOAT64, _INT32, _INT8, _BOOL = (
    np.dtype(kind) for kind in (np.int64, np.float64, np.int32, np.int8, np.bool_)
)


class Counts(NamedTuple):
    """How much there is of everything."""

    rows: int
    rings: int
    vertices: int
    sides: int
    """2 where bands change with time, else 1."""
    missing: int
    """Declarations whose ground nobody stated."""

    @property
    def longs(self) -> int:
        """int64: starts of rings and vertices, windows."""
        return (self.rows + 1) + (self.rings + 1) + 2 * self.rows

    @property
    def doubles(self) -> int:
        """float64: lengths, degrees."""
        return 3 * self.rows + 2 * self.vertices

    @property
    def ints(self) -> int:
        """int32: owner and part, limits, boxes, vertices, whose ground is missing."""
        a_row = 2 + len(LIMITS) * self.sides + 6
        return a_row * self.rows + 3 * self.vertices + self.missing

    @property
    def small(self) -> int:
        """Bytes: kind, whether straight, face, whether the ground itself, levels."""
        return (3 + self.sides) * self.rows + self.vertices

    @property
    def size(self) -> int:
        """Bytes in all."""
        return HEAD.size + 8 * (self.longs + self.doubles) + 4 * self.ints + self.small


class PackedRows:
    """What :class:`keepclear.detect.prepare.Prepared` says where nothing was refused, as bytes."""

    __slots__ = ("_table", "counts", "data", "ground_missing")

    def __init__(self, data: bytearray, counts: Counts) -> None:
        """Bytes that nobody else changes, and what their head says."""
        self.data: np.ndarray = np.frombuffer(data, np.uint8)
        """uint8."""
        self.counts = counts
        self.ground_missing: tuple[int, ...] = ()
        if counts.missing:
            at = HEAD.size + 8 * (counts.longs + counts.doubles)
            numbers: np.ndarray = np.frombuffer(data, _INT32, counts.ints, at)
            self.ground_missing = tuple(numbers[-counts.missing :].tolist())
        self._table: Table | None = None

    @property
    def table(self) -> Table:
        """The rows as columns, which are views of the bytes."""
        if self._table is None:
            self._table = _table_of(self.data, self.counts)
        return self._table


def pack(prepared: Prepared | PackedRows) -> bytes:
    """What :func:`unpack` reads.

    Args:
        prepared: Rows of any number of declarations, in degrees, none of their parts refused.

    Raises:
        InternalError: A part was refused, or coordinates are not in degrees.
    """
    if isinstance(prepared, PackedRows):
        counts, body = prepared.counts, prepared.data[HEAD.size :].tobytes()
        return _sealed(counts, body)
    table, missing = prepared.table, prepared.ground_missing
    if prepared.refused or table.scale != 1.0:
        raise InternalError("rows are handed on only when all are usable, and in degrees")
    bands, ends = table.bands, table.bands_end
    sides = (bands,) if ends is bands else (bands, ends)
    counts = Counts(len(table), len(table.vertex_start) - 1, len(table.q), len(sides), len(missing))
    columns = [
        table.ring_start, table.vertex_start, table.start_us, table.end_us,
        table.reach_m, table.standoff_m, table.error_m, table.lon, table.lat,
        table.owner, table.part,
        *(getattr(side, name) for side in sides for name in LIMITS),
        table.box, table.q, np.array(missing, dtype=np.int32),
        table.kind, table.straight, table.face, *(side.surface for side in sides), table.level,
    ]  # fmt: skip
    return _sealed(counts, b"".join(column.tobytes() for column in columns))


def _sealed(counts: Counts, body: bytes) -> bytes:
    n, rings, m, sides, missing = counts
    return HEAD.pack(LAYOUT, sides - 1, crc32(body), n, rings, m, missing) + body


def unpack(data: bytes | memoryview) -> PackedRows:
    """The rows that were packed: every column, of the same type and shape.

    Raises:
        InternalError: It is cut off, was changed, or is not of this layout.
    """
    if len(data) < HEAD.size:
        raise InternalError(f"rows of {len(data)} bytes have no head")
    layout, ends, told, rows, rings, vertices, missing = HEAD.unpack_from(data)
    counts = Counts(rows, rings, vertices, 1 + ends, missing)
    if layout != LAYOUT or ends > 1 or len(data) != counts.size:
        raise InternalError(
            f"rows of {len(data)} bytes in layout {layout} are not the {counts.size} bytes of layout "
            f"{LAYOUT} that their head speaks of"
        )
    if crc32(memoryview(data)[HEAD.size :]) != told:
        raise InternalError("rows were changed on the way from the process that made them")
    return PackedRows(bytearray(data), counts)  # aligned, and of nobody else


def gathered(rows: Rows, missing: tuple[int, ...]) -> PackedRows:
    """Rows as they were gathered, at least one; vertices, levels, boxes and faces are still empty."""
    owner, part, kind, straight, rings, reach, standoff, error, start, end, limits = zip(
        *rows.closed, strict=True
    )
    n, bands = len(owner), [[(*one[0], *one[1]) for one in limits]]
    if any(one[0] != one[3] or one[1] != one[4] for one in limits):
        bands.append([(*one[3], *one[4]) for one in limits])
    counts = Counts(n, len(rows.vertices), len(rows.lon), len(bands), len(missing))
    data = _form(counts).pack(
        LAYOUT, len(bands) - 1, 0, n, counts.rings, counts.vertices, counts.missing,
        0, *accumulate(rings), 0, *accumulate(rows.vertices), *start, *end,
        *reach, *standoff, *error, *rows.lon, *rows.lat, *owner, *part,
        *(value for side in bands for column in zip(*side, strict=True) for value in column),
        *missing, *kind, *straight, *([one[2] for one in limits] * len(bands)),
    )  # fmt: skip
    return PackedRows(bytearray(data), counts)


@lru_cache(maxsize=_FORMS)
def _form(counts: Counts) -> Struct:
    """Everything in its order; ``x`` is a byte that stays empty."""
    n, _, m, sides, missing = counts
    return Struct(
        f"{HEAD.format}{counts.longs}q{counts.doubles}d{(2 + len(LIMITS) * sides) * n}i"
        f"{4 * (6 * n + 3 * m)}x{missing}i{2 * n}B{n}x{sides * n}B{m}x"
    )


def _table_of(whole: Any, counts: Counts) -> Table:
    n, rings, m, sides, _ = counts
    at = HEAD.size
    long: np.ndarray = np.frombuffer(whole, _INT64, counts.longs, at)
    at += 8 * counts.longs
    double: np.ndarray = np.frombuffer(whole, _FLOAT64, counts.doubles, at)
    at += 8 * counts.doubles
    number: np.ndarray = np.frombuffer(whole, _INT32, counts.ints, at)
    byte = whole[at + 4 * counts.ints :]
    starts = n + rings + 2
    start_us, end_us = long[starts:].reshape(2, n)
    reach_m, standoff_m, error_m = double[: 3 * n].reshape(3, n)
    first_box = (2 + len(LIMITS) * sides) * n
    first_q = first_box + 6 * n
    owner, part, *limits = number[:first_box].reshape(2 + len(LIMITS) * sides, n)
    kind, straight, face, *surfaces = byte[: (3 + sides) * n].reshape(3 + sides, n)
    bands = bands_end = _bands(limits[: len(LIMITS)], surfaces[0])
    if sides == 2:
        bands_end = _bands(limits[len(LIMITS) :], surfaces[1])
    return Table(
        owner, part, kind, long[: n + 1], long[n + 1 : starts],
        number[first_q : first_q + 3 * m].reshape(m, 3), double[3 * n : 3 * n + m],
        double[3 * n + m :], straight.view(_BOOL), 1.0, byte[(3 + sides) * n :], reach_m,
        standoff_m, error_m, bands, bands_end, start_us, end_us,
        number[first_box:first_q].reshape(n, 6), face.view(_INT8),
    )  # fmt: skip


def _bands(limits: list[np.ndarray], surface: np.ndarray) -> Bands:
    return Bands(*limits, surface.view(_BOOL))  # type: ignore[call-arg]
