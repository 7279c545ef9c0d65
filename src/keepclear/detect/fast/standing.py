"""Compiled search in a standing set: a built grid for most rows, and the newest beside it.

The grid is that of the all-pairs search (``grid``), built once and asked by one new row at a time,
as if the new row were a large one. Rows added since are entered one by one into chains (``newest``).
Everybody waits while a grid is built anew over all, so that is done when there are as many rows again,
or when looking through the newest has come to cost more than building.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from keepclear.detect.account import Account
from keepclear.detect.area import SharedArea
from keepclear.detect.crossing import Minima
from keepclear.detect.engine import Search
from keepclear.detect.fast import sweep
from keepclear.detect.fast.account import account_of
from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.cover import runs
from keepclear.detect.fast.engine import FAST
from keepclear.detect.fast.grid import (
    A0,
    A1,
    T0,
    T1,
    U0,
    U1,
    V0,
    V1,
    face_mask,
    large_entries,
    plane_of,
)
from keepclear.detect.fast.hot import TIME_MAX
from keepclear.detect.fast.newest import Newest, look
from keepclear.detect.fast.packed import append
from keepclear.detect.fast.pairs import near
from keepclear.detect.fast.shares import shares_of
from keepclear.detect.fast.sift import _bands_meet, _reach, _windows_meet
from keepclear.detect.fast.small import CompiledMaker
from keepclear.detect.fast.taking import take
from keepclear.detect.growing import GrowingTable
from keepclear.detect.lattice import UNITS_PER_M, W
from keepclear.detect.packed import PackedRows, pack, unpack
from keepclear.detect.prepare import Prepared
from keepclear.detect.table import LEG, Table
from keepclear.detect.vertical import MM_MAX

__all__ = ["FastFinder"]

_FRESH_MIN: Final = 4_096
"""For fewer of the newest rows no grid is built."""
_FRESH_SHARE: Final = 1.0
"""Nor for less than this share of the grid: each row is then built into about two in all."""
_WORK_A_ROW: Final = 64
"""Unless so many of the newest were looked at for each row that there is: that took about as long as
to build a grid, in which what lies in one place stands in order of time."""
_START_OF_2020_US: Final = 1_577_836_800_000_000
"""Where seconds are counted from as long as there is no grid."""
_ANY_HEIGHT: Final = 4 * MM_MAX
"""Beyond every height a hot row may hold."""


@njit
def _scan(
    packed, rows, first, last, u0, u1, v0, v1, a0, a1, t0, t1, asked, alive, owner, group, kind,
    compared, pads, box, start_us, end_us, time_us, low, high, stamp, mark, out, at,
):  # fmt: skip
    """Entries of a cell, in order of start, that may meet the new row; each row once."""
    for p in range(first, last):
        if packed[p, T0] > t1:
            break
        if (
            packed[p, T1] < t0
            or packed[p, U0] > u1 or packed[p, U1] < u0
            or packed[p, V0] > v1 or packed[p, V1] < v0
            or packed[p, A0] > a1 or packed[p, A1] < a0
        ):  # fmt: skip
            continue
        row = rows[p]
        if stamp[row] == mark:
            continue
        stamp[row] = mark
        at = take(row, asked, alive, owner, group, kind, compared, pads, box, start_us, end_us,
                  time_us, low, high, out, at)  # fmt: skip
    return at


@njit
def _first_in_time(packed, first, stop, time):
    """The first entry of a cell that does not start before a time."""
    while first < stop:
        middle = (first + stop) >> 1
        if packed[middle, T0] < time:
            first = middle + 1
        else:
            stop = middle
    return first


@njit
def _collect(
    asked, newest_from, newest_until, boxes, heads, links, held, work, low, high, a0, a1, t0, t1,
    one_face, shape_kind, ring_start, vertex_start, q, level, packed, rows, begins, shift, first_u,
    first_v, width, height, base, longest, large_cells, large_begins, large_rows, large_packed,
    large_shift, alive, owner, group, kind, compared, pads, box, start_us, end_us, time_us, stamp,
    mark, out,
):  # fmt: skip
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
            first_row = v0 >> shift
            count = (v1 >> shift) - first_row + 1
            wide = one_face == f and count > 3 and (u1 >> shift) - (u0 >> shift) > 2
            lows = np.full(count if wide else 1, np.int64(2) ** 40)
            highs = np.full(count if wide else 1, -(np.int64(2) ** 40))
            if wide:
                runs(asked, f, pads[asked] + 2, shape_kind, ring_start, vertex_start, q, level,
                      first_row, shift, lows, highs)  # fmt: skip
            for k in range(count):
                cv = k + first_row - first_v[f]
                if cv < 0 or cv >= height[f]:
                    continue
                run_low, run_high = u0, u1
                if wide:
                    run_low, run_high = max(u0, lows[k]), min(u1, highs[k])
                for cu in range(
                    max((run_low >> shift) - first_u[f], 0),
                    min((run_high >> shift) - first_u[f], width[f] - 1) + 1,
                ):
                    cell = base[f] + cv * width[f] + cu
                    last = begins[cell + 1]
                    first = begins[cell]
                    if first == last or packed[first, T0] > t1:
                        continue
                    first = _first_in_time(packed, first, last, t0 - longest)
                    at = _scan(packed, rows, first, last, u0, u1, v0, v1, a0, a1, t0, t1, asked,
                               alive, owner, group, kind, compared, pads, box, start_us, end_us,
                               time_us, low, high, stamp, mark, out, at)  # fmt: skip
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
                at = _scan(large_packed, large_rows, large_begins[first], large_begins[first + 1],
                           u0, u1, v0, v1, a0, a1, t0, t1, asked, alive, owner, group, kind,
                           compared, pads, box, start_us, end_us, time_us, low, high, stamp, mark,
                           out, at)  # fmt: skip
    return look(
        newest_from, newest_until, boxes, heads, links, held, low, high, t0, t1, asked, alive, owner,
        group, kind, compared, pads, box, start_us, end_us, time_us, stamp, mark, out, at, work,
    )  # fmt: skip


@njit
def _write_pads(first, until, reach_m, standoff_m, error_m, half_m, pads):
    """Units by which boxes of rows are padded; see ``sweep.padded_boxes``."""
    for row in range(first, until):
        reach = reach_m[row] + standoff_m[row] + error_m[row] + half_m
        pads[row] = np.int64(np.ceil(reach * UNITS_PER_M)) + 2 if reach > 0 else 0


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


@njit
def _seconds(start, end, zero_us, time_us):
    """First and last second, as hot rows count them, at which others may meet a row.

    Hot rows hold no more than 34 years either way; what lies beyond stands at the end of that span.
    """
    first = (start - time_us - zero_us) // 1_000_000 - 1
    last = (end + time_us - zero_us) // 1_000_000 + 1
    return min(first, TIME_MAX), max(last, -TIME_MAX)


@njit
def _heights(row, code, vertical_mm, kind, lower_code, lower_own, upper_code, upper_own, surface):
    """Lowest and highest millimetre at which others may meet a row, where one reference rules.

    Hot rows are widened by half the minimum, and this by the other half; 2 mm more, so that rounding
    and level bands are never the reason.
    """
    lower, upper = lower_code[row], upper_code[row]
    known = (lower == 0 or lower == code) and (upper == 0 or upper == code)
    if not known or surface[row] or kind[row] == LEG:
        return -_ANY_HEIGHT, _ANY_HEIGHT
    half = np.int64(np.ceil(vertical_mm / 2.0)) + 2
    return lower_own[row] - half, upper_own[row] + half


@njit
def _met(
    asked, alive, owner, group, whose, compared, pads, stamp, mark, out, newest_until, boxes, heads,
    links, held, work, horizontal_m, vertical_mm, time_us,
    kind, ring_start, vertex_start, q, lon, lat, level, box, face, reach_m, standoff_m, error_m,
    start_us, end_us, lower_code, lower_own, lower_least, upper_code, upper_own, upper_most, surface,
    built_rows, zero_us, code, packed, packed_rows, begins, shift, first_u, first_v, width, height,
    base, longest, large_cells, large_begins, large_rows, large_packed, large_shift,
):  # fmt: skip
    """Put the standing rows that meet the new one first in ``out``: how many; or how many may, if more.

    Moving ones are kept for ``exact``. Where more than fit may meet it, their number is negative.
    """
    low, high = np.empty(3, np.int64), np.empty(3, np.int64)
    for axis in range(3):
        low[axis] = np.int64(box[asked, axis]) - pads[asked]
        high[axis] = np.int64(box[asked, axis + 3]) + pads[asked]
    t0, t1 = _seconds(start_us[asked], end_us[asked], zero_us, time_us)
    a0, a1 = _heights(
        asked, code, vertical_mm, kind, lower_code, lower_own, upper_code, upper_own, surface
    )
    count = _collect(
        asked, built_rows, newest_until, boxes, heads, links, held, work, low, high, a0, a1, t0, t1,
        np.int64(face[asked]), kind, ring_start, vertex_start, q, level, packed, packed_rows, begins,
        shift, first_u, first_v, width, height, base, longest, large_cells, large_begins, large_rows,
        large_packed, large_shift, alive, owner, group, whose, compared, pads, box, start_us, end_us,
        time_us, stamp, mark, out,
    )  # fmt: skip
    if count > len(out):
        return -count
    out[:count].sort()  # however the rows stand in grid and chains
    return _decided(
        asked, out, count, kind, ring_start, vertex_start, q, lon, lat, level, box, face, reach_m,
        standoff_m, error_m, start_us, end_us, lower_code, lower_own, lower_least, upper_code,
        upper_own, upper_most, surface, horizontal_m, vertical_mm, time_us,
    )  # fmt: skip


@dataclass(slots=True)
class _Built:
    """The grid over the rows that stood when it was built."""

    rows: int
    zero_us: int
    code: int
    """The one reference of all limits, 0 where none has a limit, -1 where there are several: bands
    are then no ground to leave a row out."""
    cells: sweep.Cells
    packed: np.ndarray
    """int32 (entries, 8): hot rows (see ``grid``) entry by entry, side by side in memory."""
    packed_rows: np.ndarray
    """int32: the row of each entry."""
    large_cells: np.ndarray
    large_begins: np.ndarray
    large_rows: np.ndarray
    large_packed: np.ndarray
    """int32 (entries, 8): the same for the large tier, boxes on the face of the entry's cell."""
    large_shift: int
    columns: tuple[Any, ...] = ()
    """All that :func:`_met` reads of it, in its order."""

    def __post_init__(self) -> None:
        cells = self.cells
        self.columns = (
            self.rows, self.zero_us, self.code, self.packed, self.packed_rows, cells.begins,
            cells.shift, cells.first_u, cells.first_v, cells.width, cells.height, cells.base,
            cells.longest, self.large_cells, self.large_begins, self.large_rows, self.large_packed,
            self.large_shift,
        )  # fmt: skip


class FastFinder(CompiledMaker):
    """Finds standing rows in a grid; see :class:`keepclear.detect.index.Finder`.

    The rows it leaves already meet the new one, where both stand still.
    """

    decides = True
    engine = FAST

    def __init__(self, fresh_min: int | None = None) -> None:
        """Nothing is known of any row.

        Args:
            fresh_min: For so many of the newest rows no grid is built; as many as is good for a
                large set, where none is said.
        """
        super().__init__()
        self._fresh_min = fresh_min
        self._built = _NOTHING
        self._newest = Newest(0, _NOTHING.zero_us)
        self._stamp = np.zeros(0, dtype=np.int64)
        self._mark = 0
        self._out = np.empty(1 << 12, dtype=np.int64)
        self._pads = np.zeros(0, dtype=np.int64)
        self._padded = 0
        self._known: tuple[Table | None, tuple[np.ndarray, ...]] = (None, ())

    def account(self, table: Table, row: int, rows: np.ndarray, minima: Minima) -> Account | None:
        """See :class:`keepclear.detect.index.Finder`."""
        return account_of(table, row, rows, minima)

    def shares(self, table: Table, pairs: Sequence[tuple[int, int]]) -> Sequence[SharedArea | None]:
        """See :class:`keepclear.detect.index.Finder`."""
        return shares_of(table, pairs)

    def find(
        self, table: Table, asked: range, alive: np.ndarray, search: Search, minima: Minima
    ) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`keepclear.detect.index.Finder`."""
        self._pad(table, asked, minima)
        self._build(table, asked.start, minima)
        self._newest.enter(table, self._pads, asked.start)
        found = [self._one(table, i, asked.start, alive, search, minima) for i in asked]
        if len(found) == 1:  # most often
            return np.full(len(found[0]), asked.start), found[0]
        counts = [len(rows) for rows in found]
        return np.repeat(np.arange(asked.start, asked.stop), counts), np.concatenate(found)

    def append(self, table: GrowingTable, rows: Prepared | PackedRows, owner: int) -> range:
        """See :class:`keepclear.detect.index.Finder`."""
        packed = rows if isinstance(rows, PackedRows) else unpack(pack(rows))
        return append(table, packed, owner)

    def forget(self) -> None:
        """The set was built anew: row numbers mean something else now."""
        self._built, self._newest = _NOTHING, Newest(0, _NOTHING.zero_us)
        self._stamp, self._pads = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        self._padded = 0

    def _pad(self, table: Table, asked: range, minima: Minima) -> None:
        """Padding of every row; standing rows seen before keep theirs."""
        n, standing = asked.stop, asked.start
        if n > len(self._pads):
            self._pads = np.pad(self._pads, (0, max(n, 2 * len(self._pads)) - len(self._pads)))
            self._stamp = np.pad(self._stamp, (0, len(self._pads) - len(self._stamp)))
        _write_pads(
            self._padded, n, table.reach_m, table.standoff_m, table.error_m,
            minima.horizontal_m / 2.0, self._pads,
        )  # fmt: skip
        self._padded = standing

    def _build(self, table: Table, rows: int, minima: Minima) -> None:
        fresh, built = rows - self._built.rows, self._built.rows
        fresh_min = _FRESH_MIN if self._fresh_min is None else self._fresh_min
        worth_it = fresh > _FRESH_SHARE * built or self._newest.work[0] > _WORK_A_ROW * rows
        if fresh <= fresh_min or not worth_it:
            return
        few = table.first(rows)
        pad = self._pads[:rows]
        hot = sweep.hot_rows(few, minima, pad)
        small, large, shift = sweep.tiers(hot)
        cells = sweep.Cells.of(hot, small, shift)
        low, high = sweep.corners(few, hot, large, pad)
        large_shift = min(shift + sweep.COARSER, 30)
        keys, members = large_entries(low, high, large_shift)
        order = np.argsort(keys, kind="stable")
        known, begins = np.unique(keys[order], return_index=True)
        inside = members[order]
        packed = hot.columns[large][inside]
        for f in range(6):
            at = np.flatnonzero(keys[order] >> 60 == f)
            for column, axis in zip((U0, V0), plane_of(f), strict=True):
                packed[at, column] = np.maximum(low[inside[at], axis], -W)
                packed[at, column + 1] = np.minimum(high[inside[at], axis], W)
        self._built = _Built(
            rows, sweep.zero_of(few), _one_code(few), cells, hot.columns[cells.entries],
            hot.order[cells.entries], known, np.append(begins, len(keys)),
            hot.order[large][inside], packed, large_shift,
        )  # fmt: skip
        self._newest = Newest.beside(rows, self._built.zero_us, int(_FRESH_SHARE * rows))

    def _one(
        self, table: Table, i: int, fresh_until: int, alive: np.ndarray, search: Search,
        minima: Minima,
    ) -> np.ndarray:  # fmt: skip
        columns = (*self._columns_of(table), *self._built.columns)
        while True:
            self._mark += 1
            given = (
                i, alive, search.owner, search.group, search.kind, search.compared, self._pads,
                self._stamp, self._mark, self._out, fresh_until, *self._newest.columns(),
                float(minima.horizontal_m), minima.vertical_m * 1000.0, minima.time_us, *columns,
            )  # fmt: skip
            count = _met(*given)
            if count >= 0:
                return self._out[:count].copy()
            self._out = np.empty(-2 * count, dtype=np.int64)

    def _columns_of(self, table: Table) -> tuple[np.ndarray, ...]:
        """The columns that :func:`_met` reads, in its order; asked for again and again."""
        if table is not self._known[0]:
            bands = table.bands
            self._known = table, (
                table.kind, table.ring_start, table.vertex_start, table.q, table.lon, table.lat,
                table.level, table.box, table.face, table.reach_m, table.standoff_m,
                table.error_m, table.start_us, table.end_us, bands.lower_code, bands.lower_own,
                bands.lower_least, bands.upper_code, bands.upper_own, bands.upper_most,
                bands.surface,
            )  # fmt: skip
        return self._known[1]


def _one_code(table: Table) -> int:
    """The reference of all limits; 0 where there are none, -1 where there are several."""
    codes: set[int] = set()
    for bands in (table.bands, table.bands_end):
        for column in (bands.lower_code, bands.upper_code):
            codes |= set(np.unique(column).tolist())
    codes.discard(0)
    return -1 if len(codes) > 1 else max(codes, default=0)


def _nothing() -> _Built:
    none = np.zeros(0, dtype=np.int64)
    six = np.zeros(6, dtype=np.int64)
    rows, packed = np.zeros(0, np.int32), np.zeros((0, 8), np.int32)
    cells = sweep.Cells(20, six, six, six, six, six, np.zeros(1, np.int32), rows, 0, rows)
    return _Built(
        0, _START_OF_2020_US, 0, cells, packed, rows, none, np.zeros(1, np.int64), rows, packed, 24
    )


_NOTHING: Final = _nothing()
