"""All pairs of rows that can meet: a grid on the cube whose cells are swept in order of time.

A row stands in the cells that its padded box touches, at its own level (cells no smaller than the
box, so at most two per axis) and at every coarser level in use. Two rows are looked at on the
coarser of their levels, in the one cell that holds the greater of their low corners: no pair twice.
Within a cell rows are sorted by start, so that only rows whose windows can meet are paired.

Boxes and windows only filter; every pair goes on to ``exact``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from keepclear.detect.crossing import Minima
from keepclear.detect.lattice import UNITS_PER_M
from keepclear.detect.table import Table

__all__ = ["candidates", "padded_boxes"]

_FINEST: Final = 18
"""Cells of 2**18 units are some 500 to 800 m wide; smaller ones would only cost memory."""
_STRIDE: Final = 2
"""Levels are used in steps of four times the width."""
_CHUNK: Final = 1 << 21
"""Pairs looked at in one go: about 200 MB of columns."""
_OFFSET: Final = 2**31


@dataclass(frozen=True, slots=True)
class _Entries:
    """Rows in cells, sorted by cell and start."""

    row: np.ndarray
    cell: np.ndarray
    key: np.ndarray
    """cell * starts + rank of the start."""


def padded_boxes(table: Table, minima: Minima) -> tuple[np.ndarray, np.ndarray]:
    """Low and high corners (n, 3) int64, grown by all that a row reaches and half the minimum."""
    reach = table.reach_m + table.standoff_m + table.error_m + minima.horizontal_m / 2.0
    pad = np.where(reach > 0, np.ceil(reach * UNITS_PER_M) + 2, 0).astype(np.int64)[:, None]
    return table.box[:, :3].astype(np.int64) - pad, table.box[:, 3:].astype(np.int64) + pad


def candidates(table: Table, minima: Minima) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows whose padded boxes and windows meet, in chunks, i < j, each once.

    ``minima`` widen boxes and windows. Pairs of one owner are among them.
    """
    if len(table) < 2:
        return
    low, high = padded_boxes(table, minima)
    level = _levels(low, high)
    starts = np.unique(table.start_us)
    rank = np.searchsorted(starts, table.start_us)
    latest = table.end_us + minima.time_us
    until = np.searchsorted(starts, latest, side="right")
    for current in np.unique(level):
        natives = np.flatnonzero(level == current)
        visitors = np.flatnonzero(level < current)
        numbers, own, guests = _enter(natives, visitors, low, high, int(current), rank, len(starts))
        for a, b, after in _joins(own, guests):
            for p, r, cell in _sweep(a, b, after, until, len(starts)):
                near = _near(p, r, low, high, table, minima)
                i, j = p[near], r[near]
                corner = _corner(np.maximum(low[i], low[j]), int(current))
                theirs = corner == numbers[cell[near]]
                yield np.minimum(i, j)[theirs], np.maximum(i, j)[theirs]


def _levels(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    extent = np.maximum((high - low).max(axis=1), 1).astype(np.float64)
    level = np.maximum(np.ceil(np.log2(extent)), _FINEST)
    steps = np.ceil((level - _FINEST) / _STRIDE)
    return np.asarray(_FINEST + _STRIDE * steps, dtype=np.int64)


def _enter(
    natives: np.ndarray,
    visitors: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    level: int,
    rank: np.ndarray,
    starts: int,
) -> tuple[np.ndarray, _Entries, _Entries]:
    rows, cells = _cells(natives, low, high, level)
    guests, guest_cells = _cells(visitors, low, high, level)
    known, inverse = np.unique(cells, return_inverse=True)
    at = np.searchsorted(known, guest_cells)
    at[at == len(known)] = 0
    held = known[at] == guest_cells
    return (
        known,
        _sorted(rows, inverse, rank, starts),
        _sorted(guests[held], at[held], rank, starts),
    )


def _cells(
    rows: np.ndarray, low: np.ndarray, high: np.ndarray, level: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows repeated for each cell they touch, and the cell's number."""
    first = (low[rows] + _OFFSET) >> level
    count = ((high[rows] + _OFFSET) >> level) - first + 1
    total = count.prod(axis=1)
    out = np.repeat(np.arange(len(rows)), total)
    k = np.arange(len(out)) - np.repeat(np.cumsum(total) - total, total)
    cx, cy = count[out, 0], count[out, 1]
    x = first[out, 0] + k % cx
    y = first[out, 1] + k // cx % cy
    z = first[out, 2] + k // (cx * cy)
    return rows[out], _number(x, y, z)


def _number(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """One integer for a cell; 17 bits an axis leave room at every level, pads included."""
    return (((x + 64) << 34) | ((y + 64) << 17)) | (z + 64)


def _sorted(rows: np.ndarray, cell: np.ndarray, rank: np.ndarray, starts: int) -> _Entries:
    key = cell * starts + rank[rows]
    order = np.argsort(key, kind="stable")
    return _Entries(rows[order], cell[order], key[order])


def _joins(natives: _Entries, visitors: _Entries) -> Iterator[tuple[_Entries, _Entries, bool]]:
    """Which entries look for partners where; True: only partners that start later."""
    yield natives, natives, True
    if len(visitors.row):
        yield natives, visitors, False
        yield visitors, natives, True


def _sweep(
    a: _Entries,
    b: _Entries,
    later: bool,
    until: np.ndarray,
    starts: int,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Pairs of an entry and the partners in its cell that start while it lasts, and the cell."""
    if a is b:
        first = np.arange(1, len(a.key) + 1)
    else:
        first = np.searchsorted(b.key, a.key, side="right" if later else "left")
    last = np.searchsorted(b.key, a.cell * starts + until[a.row], side="left")
    count = np.maximum(last - first, 0)
    total = np.concatenate(([0], np.cumsum(count)))
    begin = 0
    while begin < len(count):
        stop = int(np.searchsorted(total, total[begin] + _CHUNK, side="right")) - 1
        stop = min(max(stop, begin + 1), len(count))
        some = count[begin:stop]
        entry = np.repeat(np.arange(begin, stop), some)
        k = np.arange(len(entry)) + total[begin] - total[entry]
        yield a.row[entry], b.row[first[entry] + k], a.cell[entry]
        begin = stop


def _near(
    i: np.ndarray, j: np.ndarray, low: np.ndarray, high: np.ndarray, table: Table, minima: Minima
) -> np.ndarray:
    """Which pairs have boxes and windows that meet."""
    near = (low[i] <= high[j]).all(axis=1)
    near &= (low[j] <= high[i]).all(axis=1)
    near &= table.start_us[i] <= table.end_us[j] + minima.time_us
    return np.asarray(near & (table.start_us[j] <= table.end_us[i] + minima.time_us))


def _corner(corner: np.ndarray, level: int) -> np.ndarray:
    cell = (corner + _OFFSET) >> level
    return _number(cell[:, 0], cell[:, 1], cell[:, 2])
