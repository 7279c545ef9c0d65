"""The newest rows of a standing set, side by side, and in chains by the cells that they lie in.

A grid is built over many rows at once; what has come since is entered here row by row, each at the
same small cost, so that nobody waits while a grid is built. On every face that its padded box touches
a row is entered at the lowest level at which it covers no more than two cells either way; the cells
of each level are twice as wide as those of the one below. A chain may hold several cells, because who
looks compares boxes anyway. Where more cells would be looked into than is worth it, all rows are.

Left to others: when a grid takes these rows over (``standing``), and which rows may meet (``taking``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.grid import face_mask, plane_of
from keepclear.detect.fast.hot import TIME_MAX
from keepclear.detect.fast.taking import take
from keepclear.detect.lattice import W
from keepclear.detect.table import Table

__all__ = ["CHAINS_MIN", "Newest", "look"]

CHAINS_MIN: Final = 1 << 14
"""Chains, at least; a power of two."""
_CHAINS_A_ROW: Final = 2
"""And so many for each row that is expected."""
_LEVEL_MIN: Final = 18
"""Cells of the lowest level are 2**18 units wide, some 800 m: finer ones are too many to look into."""
_LEVELS: Final = 33
"""At 2**32 units a face is no more than two cells either way."""
_LINKS_A_ROW: Final = 24
"""Cells that a row is entered into, at most: four on each face."""
_ROWS_A_CELL: Final = 4
"""To look at so many rows one after the other takes as long as to look into a cell."""


@njit
def _chain(face, level, cu, cv, chains):
    """The chain of a cell."""
    mixed = cu * 0x9E3779B1 ^ cv * 0x85EBCA77 ^ (face * _LEVELS + level) * 0xC2B2AE3D
    return (mixed ^ (mixed >> 17)) & (chains - 1)


@njit
def _enter(
    first, until, built, box, pads, start_us, end_us, zero_us, boxes, heads, links, used, held
):
    """Padded boxes and seconds of rows, outwards and within 32 bits; and their cells: links used."""
    for row in range(first, until):
        mine = boxes[row - built]
        for axis in range(3):
            mine[axis] = max(box[row, axis] - pads[row], -(2**31))
            mine[axis + 3] = min(box[row, axis + 3] + pads[row], 2**31 - 1)
        mine[6] = min(max((start_us[row] - zero_us) // 1_000_000, -TIME_MAX), TIME_MAX)
        mine[7] = min(max((end_us[row] - zero_us) // 1_000_000 + 1, -TIME_MAX), TIME_MAX)
        mask = face_mask(mine[:3], mine[3:6])
        for f in range(6):
            if not mask & (1 << f):
                continue
            axis_u, axis_v = plane_of(f)
            u0, u1 = max(np.int64(mine[axis_u]), -W), min(np.int64(mine[axis_u + 3]), W)
            v0, v1 = max(np.int64(mine[axis_v]), -W), min(np.int64(mine[axis_v + 3]), W)
            level = _LEVEL_MIN
            while (u1 >> level) - (u0 >> level) > 1 or (v1 >> level) - (v0 >> level) > 1:
                level += 1
            held[f, level] += 1
            for cv in range(v0 >> level, (v1 >> level) + 1):
                for cu in range(u0 >> level, (u1 >> level) + 1):
                    chain = _chain(f, level, cu, cv, len(heads))
                    links[used, 0], links[used, 1] = row - built, heads[chain]
                    heads[chain] = used
                    used += 1
    return used


@njit
def _apart(mine, low, high, t0, t1):
    """Whether the box or the seconds of a row lie beyond those asked for."""
    return (
        mine[6] > t1 or mine[7] < t0
        or mine[0] > high[0] or mine[3] < low[0]
        or mine[1] > high[1] or mine[4] < low[1]
        or mine[2] > high[2] or mine[5] < low[2]
    )  # fmt: skip


@njit
def _cells(mask, low, high, held):
    """How many cells a box covers, at the levels at which there is something."""
    cells = 0
    for f in range(6):
        if not mask & (1 << f):
            continue
        axis_u, axis_v = plane_of(f)
        for level in range(_LEVEL_MIN, _LEVELS):
            if held[f, level]:
                wide = (min(high[axis_u], W) >> level) - (max(low[axis_u], -W) >> level) + 1
                cells += wide * (
                    (min(high[axis_v], W) >> level) - (max(low[axis_v], -W) >> level) + 1
                )
    return cells


@njit
def look(
    built, until, boxes, heads, links, held, low, high, t0, t1, asked, alive, owner, group, kind,
    compared, pads, box, start_us, end_us, time_us, stamp, mark, out, at, work,
):  # fmt: skip
    """Put the newest rows that may meet the one asked about on the list, each once; how long it is.

    ``work`` counts the rows that were looked at.
    """
    mask = face_mask(low, high)
    if _ROWS_A_CELL * _cells(mask, low, high, held) > until - built:
        work[0] += until - built
        for k in range(until - built):
            if not _apart(boxes[k], low, high, t0, t1):
                at = take(k + built, asked, alive, owner, group, kind, compared, pads, box, start_us,
                          end_us, time_us, low, high, out, at)  # fmt: skip
        return at
    for f in range(6):
        if not mask & (1 << f):
            continue
        axis_u, axis_v = plane_of(f)
        u0, u1 = max(low[axis_u], -W), min(high[axis_u], W)
        v0, v1 = max(low[axis_v], -W), min(high[axis_v], W)
        for level in range(_LEVEL_MIN, _LEVELS):
            if not held[f, level]:
                continue
            for cv in range(v0 >> level, (v1 >> level) + 1):
                for cu in range(u0 >> level, (u1 >> level) + 1):
                    link = heads[_chain(f, level, cu, cv, len(heads))]
                    while link >= 0:
                        k, link = links[link, 0], links[link, 1]
                        work[0] += 1
                        if stamp[k + built] == mark or _apart(boxes[k], low, high, t0, t1):
                            continue
                        stamp[k + built] = mark
                        at = take(k + built, asked, alive, owner, group, kind, compared, pads, box,
                                  start_us, end_us, time_us, low, high, out, at)  # fmt: skip
    return at


@dataclass(slots=True)
class Newest:
    """Rows from ``built`` on; those before are in a grid."""

    built: int
    zero_us: int
    """Where their seconds are counted from."""
    chains: int = CHAINS_MIN
    until: int = field(init=False)
    """The first row that is not entered yet."""
    work: np.ndarray = field(init=False)
    """How many rows were looked at, in all."""
    _boxes: np.ndarray = field(init=False)
    """int32 (rows, 8): padded box, first second and last."""
    _heads: np.ndarray = field(init=False)
    """int32: the first link of each chain, or -1."""
    _links: np.ndarray = field(init=False)
    """int32 (links, 2): a row, counted from ``built``, and the next link of the chain, or -1."""
    _used: int = field(init=False, default=0)
    _held: np.ndarray = field(init=False)
    """int64 (faces, levels): how many rows are entered there."""

    def __post_init__(self) -> None:
        self.until = self.built
        self.work = np.zeros(1, dtype=np.int64)
        self._boxes = np.empty((1024, 8), dtype=np.int32)
        self._heads = np.full(self.chains, -1, dtype=np.int32)
        self._links = np.empty((4096, 2), dtype=np.int32)
        self._held = np.zeros((6, _LEVELS), dtype=np.int64)

    @classmethod
    def beside(cls, built: int, zero_us: int, expected: int) -> Newest:
        """None yet, beside a grid of rows that so many are expected to follow."""
        wanted = max(_CHAINS_A_ROW * expected, CHAINS_MIN)
        return cls(built, zero_us, 1 << (wanted - 1).bit_length())

    def enter(self, table: Table, pads: np.ndarray, until: int) -> None:
        """Enter the rows up to this one that are not entered yet."""
        if until <= self.until:
            return
        self._boxes = _with_room(self._boxes, until - self.built)
        self._links = _with_room(self._links, self._used + _LINKS_A_ROW * (until - self.until))
        self._used = _enter(
            self.until, until, self.built, table.box, pads, table.start_us, table.end_us,
            self.zero_us, self._boxes, self._heads, self._links, self._used, self._held,
        )  # fmt: skip
        self.until = until

    def columns(self) -> tuple[np.ndarray, ...]:
        """What :func:`look` reads of them, in its order."""
        return self._boxes, self._heads, self._links, self._held, self.work


def _with_room(column: np.ndarray, rows: int) -> np.ndarray:
    """The same with room for so many rows, at least."""
    if rows <= len(column):
        return column
    wider = np.empty((2 * rows, *column.shape[1:]), dtype=column.dtype)
    wider[: len(column)] = column
    return wider
