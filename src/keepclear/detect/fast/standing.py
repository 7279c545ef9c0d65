"""Compiled search in a standing set: a built grid for most rows, a short list for the newest.

The grid is that of the all-pairs search (``grid``), built once and asked by one new row at a time,
as if the new row were a large one. Rows added since stand in a list that is looked through from end
to end; when it is long, the grid is built anew over everything alive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from keepclear.detect.crossing import Minima
from keepclear.detect.engine import Search
from keepclear.detect.fast import sweep
from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.grid import T0, T1, face_mask, large_entries, plane_of
from keepclear.detect.fast.pairs import near
from keepclear.detect.fast.sift import _bands_meet, _reach, _windows_meet
from keepclear.detect.lattice import UNITS_PER_M, W
from keepclear.detect.table import LEG, Table

__all__ = ["FastFinder"]

_FRESH_MIN: Final = 4_096
"""The newest rows are looked through one by one up to this many, some 20 microseconds."""
_FRESH_SHARE: Final = 0.05
"""Or up to this share of the grid, so that building it anew costs little for each row."""


@njit
def _may_meet(row, pads, box, start_us, end_us, time_us, low, high, start, end):
    """Whether padded boxes and windows of a standing row and the new one meet."""
    if start_us[row] > end + time_us or start > end_us[row] + time_us:
        return False
    pad = pads[row]
    for axis in range(3):
        if box[row, axis] - pad > high[axis] or box[row, axis + 3] + pad < low[axis]:
            return False
    return True


@njit
def _apart(hot, p, low, high):
    """Whether the box of a large row's entry misses the new one's."""
    for axis in range(3):
        if hot[p, axis] > high[axis] or hot[p, axis + 3] < low[axis]:
            return True
    return False


@njit
def _take(
    row,
    asked,
    alive,
    owner,
    group,
    kind,
    compared,
    pads,
    box,
    start_us,
    end_us,
    time_us,
    low,
    high,
    out,
    at,
):
    """Put a standing row on the list if it is compared with the new one and may meet it."""
    if not alive[row] or owner[row] == owner[asked] or group[row] == group[asked]:
        return at
    if not compared[kind[row], kind[asked]]:
        return at
    if not _may_meet(
        row, pads, box, start_us, end_us, time_us, low, high, start_us[asked], end_us[asked]
    ):
        return at
    if at < len(out):
        out[at] = row
    return at + 1


@njit
def _collect(
    asked,
    fresh_from,
    low,
    high,
    order,
    hot_start,
    begins,
    entries,
    shift,
    first_u,
    first_v,
    width,
    height,
    base,
    longest,
    hot_from,
    hot_until,
    large_cells,
    large_begins,
    large_rows,
    large_hot,
    large_shift,
    alive,
    owner,
    group,
    kind,
    compared,
    pads,
    box,
    start_us,
    end_us,
    time_us,
    stamp,
    mark,
    out,
):
    """Standing rows that may meet the new one, each once; more than fit into ``out`` are counted."""
    at = 0
    mask = face_mask(low, high)
    for f in range(6):
        if not mask & (1 << f):
            continue
        axis_u, axis_v = plane_of(f)
        u0, u1 = max(low[axis_u], -W), min(high[axis_u], W)
        v0, v1 = max(low[axis_v], -W), min(high[axis_v], W)
        if width[f] > 0:
            for cv in range(
                max((v0 >> shift) - first_v[f], 0),
                min((v1 >> shift) - first_v[f], height[f] - 1) + 1,
            ):
                for cu in range(
                    max((u0 >> shift) - first_u[f], 0),
                    min((u1 >> shift) - first_u[f], width[f] - 1) + 1,
                ):
                    cell = base[f] + cv * width[f] + cu
                    first, last = begins[cell], begins[cell + 1]
                    stop = last
                    while first < stop:  # entries are in order of start
                        middle = (first + stop) >> 1
                        if hot_start[entries[middle]] < hot_from - longest:
                            first = middle + 1
                        else:
                            stop = middle
                    for p in range(first, last):
                        k = entries[p]
                        if hot_start[k] > hot_until:
                            break
                        row = order[k]
                        if stamp[row] == mark:
                            continue
                        stamp[row] = mark
                        at = _take(
                            row,
                            asked,
                            alive,
                            owner,
                            group,
                            kind,
                            compared,
                            pads,
                            box,
                            start_us,
                            end_us,
                            time_us,
                            low,
                            high,
                            out,
                            at,
                        )
        for cv in range(v0 >> large_shift, (v1 >> large_shift) + 1):
            for cu in range(u0 >> large_shift, (u1 >> large_shift) + 1):
                key = (np.int64(f) << 60) | ((cv + (1 << 20)) << 30) | (cu + (1 << 20))
                first, stop = 0, len(large_cells)
                while first < stop:
                    middle = (first + stop) >> 1
                    if large_cells[middle] < key:
                        first = middle + 1
                    else:
                        stop = middle
                if first == len(large_cells) or large_cells[first] != key:
                    continue
                for p in range(large_begins[first], large_begins[first + 1]):
                    if large_hot[p, 6] > hot_until:
                        break  # in order of start
                    if large_hot[p, 7] < hot_from or _apart(large_hot, p, low, high):
                        continue
                    row = large_rows[p]
                    if stamp[row] == mark:
                        continue
                    stamp[row] = mark
                    at = _take(
                        row,
                        asked,
                        alive,
                        owner,
                        group,
                        kind,
                        compared,
                        pads,
                        box,
                        start_us,
                        end_us,
                        time_us,
                        low,
                        high,
                        out,
                        at,
                    )
    for row in range(fresh_from, asked):
        at = _take(
            row,
            asked,
            alive,
            owner,
            group,
            kind,
            compared,
            pads,
            box,
            start_us,
            end_us,
            time_us,
            low,
            high,
            out,
            at,
        )
    return at


@njit
def _decided(
    asked,
    rows,
    count,
    kind,
    ring_start,
    vertex_start,
    q,
    lon,
    lat,
    level,
    box,
    face,
    reach_m,
    standoff_m,
    error_m,
    start_us,
    end_us,
    lower_code,
    lower_own,
    lower_least,
    upper_code,
    upper_own,
    upper_most,
    surface,
    horizontal_m,
    vertical_mm,
    time_us,
):
    """Keep the rows that do meet the new one; moving ones are kept for ``exact``."""
    at = 0
    for k in range(count):
        b = rows[k]
        if kind[asked] != LEG and kind[b] != LEG:
            if not _windows_meet(start_us[asked], end_us[asked], start_us[b], end_us[b], time_us):
                continue
            if not _bands_meet(
                asked,
                b,
                lower_code,
                lower_own,
                lower_least,
                upper_code,
                upper_own,
                upper_most,
                surface,
                vertical_mm,
            ):
                continue
            reach = _reach(asked, b, kind, reach_m, standoff_m, error_m, horizontal_m, False)
            if not near(
                asked, b, kind, ring_start, vertex_start, q, lon, lat, 1.0, level, box, face, reach
            ):
                continue
        rows[at] = b
        at += 1
    return at


@dataclass(slots=True)
class _Built:
    """The grid over the rows that stood when it was built."""

    rows: int
    order: np.ndarray
    start: np.ndarray
    cells: sweep.Cells
    zero_us: int
    large_cells: np.ndarray
    large_begins: np.ndarray
    large_rows: np.ndarray
    large_hot: np.ndarray
    """int32 (entries, 8): padded box, start and end in seconds, side by side in memory."""
    large_shift: int


class FastFinder:
    """Finds standing rows in a grid; see :class:`keepclear.detect.index.Finder`.

    The rows it leaves already meet the new one, where both stand still.
    """

    decides = True

    def __init__(self) -> None:
        self._built: _Built | None = None
        self._stamp = np.zeros(0, dtype=np.int64)
        self._mark = 0
        self._out = np.empty(1 << 12, dtype=np.int64)
        self._pads = np.zeros(0, dtype=np.int64)
        self._padded = 0

    def find(
        self, table: Table, asked: range, alive: np.ndarray, search: Search, minima: Minima
    ) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`keepclear.detect.index.Finder`."""
        self._pad(table, minima)
        self._build(table, asked.start, minima)
        found = [self._one(table, i, asked.start, alive, search, minima) for i in asked]
        counts = [len(rows) for rows in found]
        return np.repeat(np.arange(asked.start, asked.stop), counts), np.concatenate(found)

    def forget(self) -> None:
        """The set was built anew: row numbers mean something else now."""
        self._built = None
        self._stamp, self._padded = np.zeros(0, dtype=np.int64), 0

    def _pad(self, table: Table, minima: Minima) -> None:
        """Padding of every row; rows seen before keep theirs, except the last asked ones."""
        n = len(table)
        if n > len(self._pads):
            self._pads = np.pad(self._pads, (0, max(n, 2 * len(self._pads)) - len(self._pads)))
            self._stamp = np.pad(self._stamp, (0, len(self._pads) - len(self._stamp)))
        known = min(self._padded, n - 1)
        new = slice(known, n)
        reach = table.reach_m[new] + table.standoff_m[new] + table.error_m[new]
        reach = reach + minima.horizontal_m / 2.0
        units = np.where(reach > 0, np.ceil(reach * UNITS_PER_M) + 2, 0)
        self._pads[new] = units.astype(np.int64)
        self._padded = known

    def _build(self, table: Table, rows: int, minima: Minima) -> None:
        built = self._built.rows if self._built else 0
        if rows - built <= max(_FRESH_MIN, _FRESH_SHARE * built):
            return
        few = table.take(np.arange(rows)) if rows < len(table) else table
        pad = self._pads[:rows]
        hot = sweep.hot_rows(few, minima, pad)
        small, large, shift = sweep.tiers(hot)
        cells = sweep.Cells.of(hot, small, shift)
        low, high = sweep.corners(few, hot, large, pad)
        large_shift = min(shift + sweep.COARSER, 30)
        keys, members = large_entries(low, high, large_shift)
        order = np.argsort(keys, kind="stable")
        known, begins = np.unique(keys[order], return_index=True)
        packed = np.concatenate([low, high, hot.columns[large, T0 : T1 + 1]], axis=1)
        packed = np.clip(packed, -(2**31), 2**31 - 1).astype(np.int32)[members[order]]
        self._built = _Built(
            rows, hot.order, hot.columns[:, T0].copy(), cells, sweep.zero_of(few), known,
            np.append(begins, len(keys)), hot.order[large][members[order]].astype(np.int64), packed,
            large_shift,
        )  # fmt: skip
        self._padded = rows

    def _one(
        self, table: Table, i: int, fresh_until: int, alive: np.ndarray, search: Search,
        minima: Minima,
    ) -> np.ndarray:  # fmt: skip
        built = self._built or _NOTHING
        cells = built.cells
        pad = int(self._pads[i])
        low, high = table.box[i, :3].astype(np.int64) - pad, table.box[i, 3:].astype(np.int64) + pad
        first = (int(table.start_us[i]) - minima.time_us - built.zero_us) // 1_000_000 - 1
        last = (int(table.end_us[i]) + minima.time_us - built.zero_us) // 1_000_000 + 1
        while True:
            self._mark += 1
            count = _collect(
                i, built.rows, low, high, built.order, built.start, cells.begins, cells.entries,
                cells.shift, cells.first_u, cells.first_v, cells.width, cells.height, cells.base,
                cells.longest, first, last, built.large_cells, built.large_begins,
                built.large_rows, built.large_hot, built.large_shift, alive, search.owner,
                search.group, search.kind, search.compared, self._pads, table.box, table.start_us,
                table.end_us, minima.time_us, self._stamp, self._mark, self._out,
            )  # fmt: skip
            if count <= len(self._out):
                break
            self._out = np.empty(2 * count, dtype=np.int64)
        bands = table.bands
        kept = _decided(
            i, self._out, count, table.kind, table.ring_start, table.vertex_start, table.q,
            table.lon, table.lat, table.level, table.box, table.face, table.reach_m,
            table.standoff_m, table.error_m, table.start_us, table.end_us, bands.lower_code,
            bands.lower_own, bands.lower_least, bands.upper_code, bands.upper_own,
            bands.upper_most, bands.surface, float(minima.horizontal_m),
            minima.vertical_m * 1000.0, minima.time_us,
        )  # fmt: skip
        rows = self._out[:kept].copy()
        return rows[rows < fresh_until]


def _nothing() -> _Built:
    none = np.zeros(0, dtype=np.int64)
    six = np.zeros(6, dtype=np.int64)
    cells = sweep.Cells(
        20,
        six,
        six,
        six,
        six,
        six,
        np.zeros(1, np.int32),
        np.zeros(0, np.int32),
        0,
        np.zeros(0, np.int32),
    )
    return _Built(0, np.zeros(0, np.int32), np.zeros(0, np.int32), cells, 0, none,
                  np.zeros(1, np.int64), none, np.zeros((0, 8), np.int32), 24)  # fmt: skip


_NOTHING: Final = _nothing()
