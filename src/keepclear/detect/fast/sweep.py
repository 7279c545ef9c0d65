"""All pairs, compiled: prepares the hot rows and the grid, and runs the join over them.

Four searches find every pair once: short rows among themselves, cell by cell in order of time;
lasting rows along the cells of short ones and of each other; wide rows along the cells of both, as
far as their outline really covers them; and wide rows among themselves in coarse cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from keepclear.detect.crossing import Minima
from keepclear.detect.engine import Search
from keepclear.detect.fast import grid, join
from keepclear.detect.fast.cells import Cells, classes, tiers
from keepclear.detect.fast.cover import Pieces, pieces_of
from keepclear.detect.fast.hands import bounds_of, side_by_side
from keepclear.detect.fast.hot import Hot, cards_of, hot_rows, is_settled, pads_of, zero_of
from keepclear.detect.fast.verdict import limits_of, shapes_of
from keepclear.detect.table import Table

__all__ = ["COARSER", "Cells", "corners", "hot_rows", "meeting", "tiers", "zero_of"]

COARSER: Final = 4
"""Cells of the wide rows are 2**4 times as wide."""
_ENTRIES_MIN: Final = 5_000
"""Fewer entries are not worth a task of their own."""
_ROWS_MIN: Final = 16
"""Nor are fewer rows that look along their cells."""


def meeting(
    table: Table, minima: Minima, search: Search
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows that are compared and meet, each once; pairs with a moving row only may meet."""
    if len(table) < 2:
        return
    pad = pads_of(table, minima)
    hot = hot_rows(table, minima, pad)
    cards = cards_of(table, minima, search)
    found = classes(hot)
    shapes = shapes_of(table)
    limits = limits_of(table, minima, settled=is_settled(table, minima))
    common = (hot.columns, cards, search.compared)
    judged = (shapes, limits)

    def look(
        rows: np.ndarray, pieces: Pieces, cells: Cells, *, once: bool = False
    ) -> Iterator[_Pairs]:
        if len(rows) == 0 or len(cells.entries) == 0:
            return
        low, high = corners(table, hot, rows, pad)
        pads = np.broadcast_to(pad, len(table))[rows] if len(pad) == 1 else pad[rows]
        fixed = (rows, once, hot.columns, hot.face, low, high, pads, *common[1:], cells.grid(), pieces,
                 *judged)  # fmt: skip
        yield _pairs(join.across, bounds_of(len(rows), _ROWS_MIN), fixed)

    # neighbours on the ground look at the same cells
    wide, lasting = np.sort(found.wide), np.sort(found.lasting)
    pieces, none = pieces_of(table, wide, cards), pieces_of(table, lasting[:0], cards)
    whole = none._replace(begins=np.zeros(len(lasting) + 1, dtype=np.int64))
    cells = Cells.of(hot, found.short, found.shift)
    yield _pairs(join.within_cells, bounds_of(len(cells.entries), _ENTRIES_MIN),
                 (*common, cells.grid(), *judged))  # fmt: skip
    yield from look(wide, pieces, cells)
    yield from look(lasting, whole, cells)
    cells = Cells.of(hot, found.lasting, found.shift)
    yield from look(wide, pieces, cells)
    yield from look(lasting, whole, cells, once=True)
    del cells
    if len(wide) > 1:
        yield _wide_pairs(table, hot, wide, pad, found.shift + COARSER, (*common, pieces, *judged))


_Pairs = tuple[np.ndarray, np.ndarray]


def _pairs(
    task: Callable[..., np.ndarray], bounds: list[tuple[int, int]], fixed: tuple[object, ...]
) -> _Pairs:
    """Pairs that the tasks find, in the order of the tasks."""
    parts = side_by_side(task, [(*ends, *fixed) for ends in bounds])
    both = np.concatenate(parts)
    del parts
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])


def corners(
    table: Table, hot: Hot, large: np.ndarray, pad: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Corners of the padded boxes of some hot rows on the cube."""
    rows = hot.order[large]
    grow = pad[:, None] if len(pad) == 1 else pad[rows][:, None]
    return table.box[rows, :3] - grow, table.box[rows, 3:] + grow


def _wide_pairs(
    table: Table,
    hot: Hot,
    wide: np.ndarray,
    pad: np.ndarray,
    shift: int,
    common: tuple[object, ...],
) -> _Pairs:
    shift = min(shift, 30)
    low, high = corners(table, hot, wide, pad)
    cells, members = grid.large_entries(low, high, shift)
    # cell by cell, in order of start
    order = np.lexsort((hot.columns[wide[members], grid.T0], cells))
    cells, members = cells[order], members[order]
    begins = np.flatnonzero(np.diff(cells, prepend=-1))
    sizes = np.diff(np.append(begins, len(cells)))
    ends = np.repeat(begins + sizes, sizes)
    fixed = (ends, cells, members, shift, wide, low, high, grid.face_masks(low, high), *common)
    return _pairs(join.large_large, bounds_of(len(cells), _ENTRIES_MIN // 10), fixed)
