"""All pairs, compiled: prepares the hot rows and runs the search of ``grid``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from keepclear.detect.crossing import Minima
from keepclear.detect.engine import Search
from keepclear.detect.fast import grid
from keepclear.detect.lattice import UNITS_PER_M, W
from keepclear.detect.table import Table
from keepclear.detect.vertical import MM_MAX

__all__ = ["candidates", "is_settled"]

_CHUNKS: Final = 256
"""Pieces of the small tier that threads take in turn."""
_CELLS_A_ROW: Final = 4
"""At most so many cells for each small row, so that the grid never outgrows the rows."""
_WIDE: Final = 4
"""Small rows are at most so many cells wide."""
_SHORT: Final = 0.95
"""Share of rows that count as short in time; the others are looked up as large rows."""
COARSER: Final = 4
"""Cells of the large tier are 2**4 times as wide."""
_TIME_MAX: Final = 2**30


@dataclass(frozen=True, slots=True)
class _Hot:
    """Rows in order of start."""

    order: np.ndarray
    """int32 (n): row of the table."""
    columns: np.ndarray
    """int32 (n, 8): see ``grid``."""
    face: np.ndarray
    """int8 (n): the face that holds the padded box, or -1."""


def candidates(
    table: Table, minima: Minima, search: Search
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows whose padded boxes, bands and windows meet; each pair once, in large pieces."""
    if len(table) < 2:
        return
    pad = _pads(table, minima)
    hot = hot_rows(table, minima, pad)
    owner, group = search.owner[hot.order], search.group[hot.order]
    kind = search.kind[hot.order]
    common = (owner, group, kind, search.compared)
    small, large, shift = tiers(hot)
    cells = Cells.of(hot, small, shift)
    large_low, large_high = corners(table, hot, large, pad)
    for i, j in (
        _small_pairs(hot, cells, common),
        _large_small_pairs(table, hot, cells, large, large_low, large_high, pad, common),
        _large_pairs(hot, large, large_low, large_high, shift + COARSER, common),
    ):
        yield hot.order[i], hot.order[j]


def is_settled(table: Table, minima: Minima) -> bool:
    """Whether the hot rows decide windows and bands exactly, with nothing left to look at.

    So it is with whole seconds, windows of some length, bands of some height, one reference and no
    minima: the ordinary case of very large files.
    """
    if minima.vertical_m or minima.time_us or table.bands_end is not table.bands:
        return False
    whole = not ((table.start_us % 1_000_000).any() or (table.end_us % 1_000_000).any())
    lasting = bool((table.start_us < table.end_us).all())
    tall = bool((table.bands.lower_own < table.bands.upper_own).all())
    return whole and lasting and tall and len(_codes(table) - {0}) <= 1 and _spans_fit(table)


def _spans_fit(table: Table) -> bool:
    return (
        int(np.abs(table.start_us).max()) < 2**59
        and int(table.end_us.max() - table.start_us.min()) < _TIME_MAX * 1_000_000
    )


def _codes(table: Table) -> set[int]:
    return set(np.unique(table.bands.lower_code)) | set(np.unique(table.bands.upper_code))


def _pads(table: Table, minima: Minima) -> np.ndarray:
    reach = table.reach_m + table.standoff_m + table.error_m + minima.horizontal_m / 2.0
    return np.where(reach > 0, np.ceil(reach * UNITS_PER_M) + 2, 0).astype(np.int64)


def zero_of(table: Table) -> int:
    """The microsecond that hot rows count their seconds from."""
    known = np.abs(table.start_us) < 2**59
    return int(table.start_us[known].min()) if known.any() else 0


def hot_rows(table: Table, minima: Minima, pad: np.ndarray) -> _Hot:
    n = len(table)
    zero = zero_of(table)
    start = np.clip((table.start_us - zero) // 1_000_000, -_TIME_MAX, _TIME_MAX)
    end = -((zero - table.end_us - minima.time_us) // 1_000_000)
    end = np.clip(np.maximum(end, start + 1), -_TIME_MAX, _TIME_MAX + 1)
    order = np.argsort(start, kind="stable").astype(np.int32)
    columns = np.empty((n, 8), dtype=np.int32)
    face = table.face[order].copy()
    low, high = table.box[:, :3], table.box[:, 3:]
    for axes, faces in (((1, 2), (0, 1)), ((0, 2), (2, 3)), ((0, 1), (4, 5))):
        at = np.flatnonzero((face == faces[0]) | (face == faces[1]))
        rows = order[at]
        for column, axis in ((grid.U0, axes[0]), (grid.V0, axes[1])):
            first, last = low[rows, axis] - pad[rows], high[rows, axis] + pad[rows]
            # What only touches the border of its face may meet what lies on the next one.
            leaves = (first <= -W) | (last >= W)
            face[at[leaves]] = -1
            columns[at, column] = np.clip(first, -W, W)
            columns[at, column + 1] = np.clip(last, -W, W)
    lowest, highest = _hulls(table, minima)
    columns[:, grid.A0], columns[:, grid.A1] = lowest[order], highest[order]
    columns[:, grid.T0], columns[:, grid.T1] = start[order], end[order]
    return _Hot(order, columns, face)


def _hulls(table: Table, minima: Minima) -> tuple[np.ndarray, np.ndarray]:
    """Band hulls in millimetres, no smaller than any comparison of limits can find."""
    ends = (table.bands,) if table.bands_end is table.bands else (table.bands, table.bands_end)
    if len(_codes(table) - {0}) <= 1:
        low = np.minimum.reduce([b.lower_own for b in ends]).astype(np.int64)
        high = np.maximum.reduce([b.upper_own for b in ends]).astype(np.int64)
    else:
        low = np.minimum.reduce([b.lower_least for b in ends]).astype(np.int64)
        high = np.maximum.reduce([b.upper_most for b in ends]).astype(np.int64)
        # Limits of one reference are compared as written, wherever the ground and the geoid are
        # said to be; a hull above the ellipsoid must not part what those would join.
        ground = (table.bands.lower_code == 3) | (table.bands.upper_code == 3)
        low = np.where(ground, -MM_MAX, low - 200_000)
        high = np.where(ground, MM_MAX, high + 200_000)
    # A level band is a closed point: 1 mm makes it meet what only touches it.
    level = 0 if bool((table.bands.lower_own < table.bands.upper_own).all()) else 1
    half = int(np.ceil(minima.vertical_m * 500.0)) + level
    return np.maximum(low - half, -MM_MAX - 2), np.minimum(high + half, MM_MAX + 2)


def tiers(hot: _Hot) -> tuple[np.ndarray, np.ndarray, int]:
    """Small rows, large rows (both in order of start), and the width of cells as a power of two."""
    box = hot.columns
    extent = np.maximum(
        box[:, grid.U1].astype(np.int64) - box[:, grid.U0],
        box[:, grid.V1].astype(np.int64) - box[:, grid.V0],
    )
    lasts = box[:, grid.T1].astype(np.int64) - box[:, grid.T0]
    short = lasts <= np.quantile(lasts, _SHORT)
    on_face = hot.face >= 0
    usual = extent[short & on_face]
    typical = float(np.quantile(usual, 0.75)) if len(usual) else 2.0**20
    shift = int(np.clip(np.ceil(np.log2(max(typical, 1.0))), 16, 29))
    small = short & on_face & (extent <= _WIDE << shift)
    shift = _coarse_enough(hot, small, shift)
    small = short & on_face & (extent <= _WIDE << shift)
    return np.flatnonzero(small), np.flatnonzero(~small), shift


def _coarse_enough(hot: _Hot, small: np.ndarray, shift: int) -> int:
    """Cells wide enough that there are not many more of them than rows."""
    at_most = _CELLS_A_ROW * int(small.sum()) + 65_536
    while shift < 30 and sum(_extent(hot, small, shift)[3]) > at_most:
        shift += 1
    return shift


def _extent(hot: _Hot, small: np.ndarray, shift: int) -> tuple[list[int], ...]:
    first_u, first_v, width, cells = [0] * 6, [0] * 6, [0] * 6, [0] * 6
    for f in range(6):
        at = small & (hot.face == f)
        if at.any():
            box = hot.columns[at]
            first_u[f], first_v[f] = int(box[:, 0].min()) >> shift, int(box[:, 2].min()) >> shift
            width[f] = (int(box[:, 1].max()) >> shift) - first_u[f] + 1
            cells[f] = width[f] * ((int(box[:, 3].max()) >> shift) - first_v[f] + 1)
    return first_u, first_v, width, cells


@dataclass(frozen=True, slots=True)
class Cells:
    """The grid of the small tier."""

    shift: int
    first_u: np.ndarray
    first_v: np.ndarray
    width: np.ndarray
    height: np.ndarray
    base: np.ndarray
    begins: np.ndarray
    entries: np.ndarray
    longest: int

    @classmethod
    def of(cls, hot: _Hot, small: np.ndarray, shift: int) -> Cells:
        held = np.zeros(len(hot.order), dtype=bool)
        held[small] = True
        first_u, first_v, width, cells = (np.array(v, np.int64) for v in _extent(hot, held, shift))
        base = np.concatenate(([0], np.cumsum(cells)))[:-1]
        counts = np.zeros(int(cells.sum()) + 1, dtype=np.int64)
        where = (hot.columns, hot.face, small, shift, first_u, first_v, width, base)
        grid.count_entries(*where, counts)
        begins = np.concatenate(([0], np.cumsum(counts[:-1])))
        entries = np.empty(int(begins[-1]), dtype=np.int32)
        grid.enter(*where, begins[:-1].copy(), entries)
        height = np.where(width > 0, cells // np.maximum(width, 1), 0)
        lasts = hot.columns[small, grid.T1].astype(np.int64) - hot.columns[small, grid.T0]
        longest = int(lasts.max()) if len(small) else 0
        return cls(shift, first_u, first_v, width, height, base, begins, entries, longest)

    def coordinates(self) -> tuple[np.ndarray, np.ndarray]:
        """Column and row of every cell."""
        u = [
            np.tile(np.arange(w) + a, h)
            for w, h, a in zip(self.width, self.height, self.first_u, strict=True)
        ]
        v = [
            np.repeat(np.arange(h) + b, w)
            for w, h, b in zip(self.width, self.height, self.first_v, strict=True)
        ]
        return np.concatenate(u).astype(np.int32), np.concatenate(v).astype(np.int32)


def _small_pairs(
    hot: _Hot, cells: Cells, common: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, np.ndarray]:
    share = np.linspace(0, len(cells.entries), _CHUNKS + 1)
    bounds = np.unique(np.searchsorted(cells.begins, share))
    bounds[-1] = len(cells.begins) - 1
    bounds = np.unique(np.concatenate(([0], bounds)))
    cell_u, cell_v = cells.coordinates()
    fixed = (bounds, hot.columns, cells.begins, cells.entries, cells.shift, cell_u, cell_v, *common)
    return _twice(grid.small_small, fixed, len(bounds) - 1)


def _large_small_pairs(
    table: Table,
    hot: _Hot,
    cells: Cells,
    large: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    pad: np.ndarray,
    common: tuple[np.ndarray, ...],
) -> tuple[np.ndarray, np.ndarray]:
    starts = hot.columns[:, grid.T0].astype(np.int64)
    begin = hot.columns[large, grid.T0].astype(np.int64)
    earliest = np.searchsorted(starts, begin - cells.longest, side="left")
    latest = np.searchsorted(starts, hot.columns[large, grid.T1], side="left")
    fixed = (
        large, hot.order, low, high, hot.face[large].astype(np.int64), pad[hot.order[large]],
        table.kind, table.ring_start, table.vertex_start, table.q, table.level, hot.columns,
        cells.begins, cells.entries, cells.shift, cells.first_u, cells.first_v, cells.width,
        cells.height, cells.base, earliest, latest, *common, numba.get_num_threads(),
    )  # fmt: skip
    return _twice(grid.large_small, fixed, len(large))


def corners(
    table: Table, hot: _Hot, large: np.ndarray, pad: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    rows = hot.order[large]
    grow = pad[rows][:, None]
    return table.box[rows, :3] - grow, table.box[rows, 3:] + grow


def _large_pairs(
    hot: _Hot,
    large: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    shift: int,
    common: tuple[np.ndarray, ...],
) -> tuple[np.ndarray, np.ndarray]:
    shift = min(shift, 30)
    cells, rows = grid.large_entries(low, high, shift)
    order = np.argsort(cells, kind="stable")
    cells, rows = cells[order], rows[order]
    begins = np.concatenate((np.flatnonzero(np.diff(cells, prepend=-1)), [len(cells)]))
    fixed = (begins, cells, rows, shift, large, low, high, hot.columns, *common)
    return _twice(grid.large_large, fixed, len(begins) - 1)


def _twice(search: object, fixed: tuple[object, ...], tasks: int) -> tuple[np.ndarray, np.ndarray]:
    """Run a search to count its pairs, then again to write them, each task at its own place."""
    counts = np.zeros(tasks, dtype=np.int64)
    none = np.empty(0, dtype=np.int32)
    search(*fixed, counts, none, none, False)  # type: ignore[operator]
    total = int(counts.sum())
    places = np.concatenate(([0], np.cumsum(counts)))[:-1].astype(np.int64)
    i, j = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32)
    if total:
        search(*fixed, places, i, j, True)  # type: ignore[operator]
    return i, j
