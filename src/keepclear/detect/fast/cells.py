"""The grid of the search: cells on the faces of the cube, each with its rows in order of start.

Rows are of three classes. *Short* rows are small, on one face, and last no longer than most; *lasting*
rows are as small and last longer; *wide* rows are all others. Short and lasting rows are entered into
every cell that their box touches, each class in cells of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.hands import hands, side_by_side
from keepclear.detect.fast.hot import T0, T1, U0, U1, V0, V1, Hot
from keepclear.detect.fast.radix import order_by

__all__ = ["Cells", "Classes", "Grid", "classes", "order_of_start", "tiers"]

_CELLS_A_ROW: Final = 4
"""At most so many cells for each small row, so that the grid never outgrows the rows."""
_WIDE: Final = 4
"""Small rows are at most so many cells wide."""
_SORTERS_MAX: Final = 4
"""Each thread that sorts rows into cells needs a counter for every cell."""
_SORTED_MIN: Final = 50_000
"""Fewer rows are sorted by one thread."""
_FACES: Final = 6


class Grid(NamedTuple):
    """Cells as compiled code sees them."""

    shift: int
    first_u: np.ndarray
    first_v: np.ndarray
    width: np.ndarray
    height: np.ndarray
    base: np.ndarray
    begins: np.ndarray
    entries: np.ndarray
    starts: np.ndarray
    longest: int


@dataclass(frozen=True, slots=True)
class Classes:
    """Hot rows by class, each in order of start."""

    short: np.ndarray
    lasting: np.ndarray
    wide: np.ndarray
    shift: int
    """Cells are 2**shift units wide."""


def order_of_start(hot: Hot) -> np.ndarray:
    """Hot rows in order of start; rows that start together stay as they stand."""
    start = hot.columns[:, T0].astype(np.int64)
    return order_by(start - start.min())


def classes(hot: Hot) -> Classes:
    """The classes of all rows."""
    extent = np.empty(len(hot.face), dtype=np.int32)
    _extents(hot.columns, hot.face, extent)
    usual = extent[extent >= 0]
    typical = float(np.quantile(usual, 0.75)) if len(usual) else 2.0**20
    shift = int(np.clip(np.ceil(np.log2(max(typical, 1.0))), 16, 29))
    shift = _coarse_enough(hot, extent, shift)
    short = _short_s(hot, (extent >= 0) & (extent <= _WIDE << shift))
    of = np.empty(len(extent), dtype=np.uint8)
    _classify(hot.columns, extent, _WIDE << shift, short, of)
    order = order_of_start(hot)
    of = of[order]
    return Classes(order[of == 0], order[of == 1], order[of == 2], shift)


def tiers(hot: Hot) -> tuple[np.ndarray, np.ndarray, int]:
    """Short rows, all others (both in order of start), and the width of cells as a power of two."""
    found = classes(hot)
    others = np.concatenate((found.lasting, found.wide))
    starts = hot.columns[others, T0]
    return found.short, others[np.argsort(starts, kind="stable")], found.shift


@njit
def _extents(columns, face, extent):
    """Greater side of each box on a face; -1 where there is none."""
    for k in range(len(extent)):
        u = np.int64(columns[k, U1]) - columns[k, U0]
        v = np.int64(columns[k, V1]) - columns[k, V0]
        extent[k] = min(max(u, v), 2**31 - 1) if face[k] >= 0 else -1


@njit
def _classify(columns, extent, widest, short, of):
    for k in range(len(extent)):
        if extent[k] < 0 or extent[k] > widest:
            of[k] = 2
        else:
            of[k] = 0 if np.int64(columns[k, T1]) - columns[k, T0] <= short else 1


def _short_s(hot: Hot, small: np.ndarray) -> int:
    """How long a short row may last, seconds.

    A row that looks for short ones reads all that start within this time before it, and reads the
    lasting ones without regard to time. The power of two that makes the sum least is taken.
    """
    lasts = hot.columns[small, T1].astype(np.int64) - hot.columns[small, T0]
    if len(lasts) == 0:
        return 1
    starts = hot.columns[small, T0]
    span = float(int(starts.max()) - int(starts.min()) + 1)
    bits = np.bincount(np.ceil(np.log2(lasts)).astype(np.int64))
    share = np.cumsum(bits) / len(lasts)
    looked_at = [share[k] * min(2.0**k / span, 1.0) + (1 - share[k]) for k in range(len(bits))]
    return 1 << int(np.argmin(looked_at))


def _coarse_enough(hot: Hot, extent: np.ndarray, shift: int) -> int:
    """Cells wide enough that there are not many more of them than rows."""
    while shift < 30:
        small = (extent >= 0) & (extent <= _WIDE << shift)
        at_most = _CELLS_A_ROW * int(small.sum()) + 65_536
        if sum(_covered(hot, small, shift)[3]) <= at_most:
            break
        shift += 1
    return shift


def _covered(hot: Hot, small: np.ndarray, shift: int) -> tuple[list[int], ...]:
    """For each face the first cell, how many columns of cells, and how many cells."""
    bounds = np.zeros((_FACES, 4), dtype=np.int64)
    bounds[:, (0, 2)], bounds[:, (1, 3)] = 2**40, -(2**40)
    _bound(hot.columns, hot.face, small, bounds)
    first_u, first_v, width, cells = [0] * 6, [0] * 6, [0] * 6, [0] * 6
    for f in range(_FACES):
        low_u, high_u, low_v, high_v = (int(bound) for bound in bounds[f])
        if low_u <= high_u:
            first_u[f], first_v[f] = low_u >> shift, low_v >> shift
            width[f] = (high_u >> shift) - first_u[f] + 1
            cells[f] = width[f] * ((high_v >> shift) - first_v[f] + 1)
    return first_u, first_v, width, cells


@njit
def _bound(columns, face, small, bounds):
    for k in range(len(small)):
        if small[k]:
            mine = bounds[face[k]]
            mine[0] = min(mine[0], columns[k, U0])
            mine[1] = max(mine[1], columns[k, U1])
            mine[2] = min(mine[2], columns[k, V0])
            mine[3] = max(mine[3], columns[k, V1])


@njit
def _count(first, last, hot, face, rows, shift, first_u, first_v, width, base, counts):
    """Number of rows in each cell."""
    for k in range(first, last):
        row = rows[k]
        f = face[row]
        begin = (hot[row, U0] >> shift) - first_u[f]
        end = (hot[row, U1] >> shift) - first_u[f]
        for cv in range(
            (hot[row, V0] >> shift) - first_v[f], (hot[row, V1] >> shift) - first_v[f] + 1
        ):
            cell = base[f] + cv * width[f]
            for cu in range(begin, end + 1):
                counts[cell + cu] += 1


@njit
def _enter(
    first, last, hot, face, rows, shift, first_u, first_v, width, base, at, entries, starts
):  # fmt: skip
    """Rows into their cells; ``at`` holds where each cell begins and is moved on."""
    for k in range(first, last):
        row = rows[k]
        f = face[row]
        begin = (hot[row, U0] >> shift) - first_u[f]
        end = (hot[row, U1] >> shift) - first_u[f]
        for cv in range(
            (hot[row, V0] >> shift) - first_v[f], (hot[row, V1] >> shift) - first_v[f] + 1
        ):
            cell = base[f] + cv * width[f]
            for cu in range(begin, end + 1):
                place = at[cell + cu]
                entries[place] = row
                starts[place] = hot[row, T0]
                at[cell + cu] = place + 1


@njit
def _stack(counts, begins):
    """Where each cell begins, and within it the rows of each thread: ``counts`` become places."""
    place = 0
    for cell in range(counts.shape[1]):
        begins[cell] = place
        for hand in range(counts.shape[0]):
            count = counts[hand, cell]
            counts[hand, cell] = place
            place += count
    begins[counts.shape[1]] = place


@dataclass(frozen=True, slots=True)
class Cells:
    """The grid of one class of rows."""

    shift: int
    first_u: np.ndarray
    first_v: np.ndarray
    width: np.ndarray
    height: np.ndarray
    base: np.ndarray
    begins: np.ndarray
    """int32 (cells + 1): where the entries of each cell begin."""
    entries: np.ndarray
    """int32: hot rows, cell by cell, in order of start."""
    longest: int
    """No row lasts longer, seconds."""
    starts: np.ndarray
    """int32: when each entry starts."""

    @classmethod
    def of(cls, hot: Hot, rows: np.ndarray, shift: int) -> Cells:
        """The grid of some hot rows on one face, given in order of start."""
        held = np.zeros(len(hot.order), dtype=bool)
        held[rows] = True
        first_u, first_v, width, cells = (np.array(v, np.int64) for v in _covered(hot, held, shift))
        base = np.concatenate(([0], np.cumsum(cells)))[:-1]
        sorters = min(hands(), _SORTERS_MAX) if len(rows) >= _SORTED_MIN else 1
        counts = np.zeros((sorters, int(cells.sum())), dtype=np.int32)
        ends = np.linspace(0, len(rows), sorters + 1).astype(np.int64)
        where = (hot.columns, hot.face, rows, shift, first_u, first_v, width, base)
        pieces = [(ends[k], ends[k + 1], *where, counts[k]) for k in range(sorters)]
        side_by_side(_count, pieces)
        begins = np.empty(counts.shape[1] + 1, dtype=np.int32)
        _stack(counts, begins)
        entries = np.empty(int(begins[-1]), dtype=np.int32)
        starts = np.empty(len(entries), dtype=np.int32)
        side_by_side(_enter, [(*piece, entries, starts) for piece in pieces])
        height = np.where(width > 0, cells // np.maximum(width, 1), 0)
        longest = 0
        if len(rows):
            longest = int((hot.columns[rows, T1].astype(np.int64) - hot.columns[rows, T0]).max())
        return cls(
            shift, first_u, first_v, width, height, base, begins, entries, longest, starts
        )  # fmt: skip

    def grid(self) -> Grid:
        """For compiled code."""
        return Grid(
            self.shift, self.first_u, self.first_v, self.width, self.height, self.base,
            self.begins, self.entries, self.starts, self.longest,
        )  # fmt: skip
