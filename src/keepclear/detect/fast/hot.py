"""Hot rows: what a search reads of each row, side by side in memory, in the order of the table.

``columns`` (int32, 8 a row): box on the face, band hull in millimetres, window in whole seconds; all
padded, none smaller than what it stands for. ``cards`` (int32, 4 a row) tell the rest that decides
most pairs: whose the row is, and whether it is of a shape that ``quick`` knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from keepclear.detect.crossing import Minima
from keepclear.detect.engine import Search
from keepclear.detect.fast.arcs import inlined, njit
from keepclear.detect.fast.hands import bounds_of, side_by_side
from keepclear.detect.lattice import UNITS_PER_M, W
from keepclear.detect.table import AREA, LINE, Table
from keepclear.detect.vertical import MM_MAX

__all__ = [
    "Hot",
    "cards_of",
    "form_of",
    "hot_rows",
    "is_settled",
    "pads_of",
    "span_of",
    "zero_of",
]

U0, U1, V0, V1, A0, A1, T0, T1 = range(8)
"""Columns of the hot rows: box on the face, band, window."""
OWNER, GROUP, SHAPE, VERTEX = range(4)
"""Columns of the cards; VERTEX is the first vertex, SHAPE is packed as below."""
KIND_MASK: Final = 0xFF
"""SHAPE: kind of the declaration."""
FACE_SHIFT, FACE_MASK = 8, 7
"""SHAPE: face that holds the row, or 7."""
FORM_SHIFT, FORM_MASK = 11, 3
"""SHAPE: one of the forms below."""
COUNT_SHIFT: Final = 13
"""SHAPE: number of vertices."""
OTHER, RING, DISC = range(3)
"""Forms: whatever else; an area of one ring on one face that reaches nowhere; a circle on one face."""
_COUNT_MAX: Final = 2**18 - 1
TIME_MAX: Final = 2**30
_LEAST: Final = 20_000
"""Fewer rows are not worth a second thread."""


@dataclass(frozen=True, slots=True)
class Hot:
    """The hot rows of a table."""

    order: np.ndarray
    """int32 (n): row of the table, for each hot row; they stand in the same order."""
    columns: np.ndarray
    """int32 (n, 8)."""
    face: np.ndarray
    """int8 (n): the face that holds the padded box, or -1."""


@inlined
def _axes(face):
    if face < 2:
        return 1, 2
    if face < 4:
        return 0, 2
    return 0, 1


@njit
def _fill(first, last, box, face, pad, low, high, half, start_us, end_us, zero, tau, columns, held):
    """Hot rows first to last; a flat ``pad`` has one entry for all."""
    every = len(pad) == 1
    for row in range(first, last):
        grow = pad[0] if every else pad[row]
        f = face[row]
        if f >= 0:
            u, v = _axes(f)
            u0, u1 = box[row, u] - grow, box[row, u + 3] + grow
            v0, v1 = box[row, v] - grow, box[row, v + 3] + grow
            # What only touches the border of its face may meet what lies on the next one.
            if u0 <= -W or u1 >= W or v0 <= -W or v1 >= W:
                f = -1
            columns[row, U0], columns[row, U1] = max(u0, -W), min(u1, W)
            columns[row, V0], columns[row, V1] = max(v0, -W), min(v1, W)
        else:
            columns[row, :4] = 0
        held[row] = f
        columns[row, A0] = max(np.int64(low[row]) - half, -MM_MAX - 2)
        columns[row, A1] = min(np.int64(high[row]) + half, MM_MAX + 2)
        begin = (start_us[row] - zero) // 1_000_000
        begin = min(max(begin, -TIME_MAX), TIME_MAX)
        end = max(-((zero - end_us[row] - tau) // 1_000_000), begin + 1)
        columns[row, T0] = begin
        columns[row, T1] = min(max(end, -TIME_MAX), TIME_MAX + 1)


def zero_of(table: Table) -> int:
    """The microsecond that hot rows count their seconds from."""
    least = int(table.start_us.min())
    if least > -(2**59) and int(table.start_us.max()) < 2**59:
        return least
    known = np.abs(table.start_us) < 2**59
    return int(table.start_us[known].min()) if known.any() else 0


def pads_of(table: Table, minima: Minima) -> np.ndarray:
    """Units that each row reaches beyond its box, half the horizontal minimum included.

    One entry where no row reaches anywhere.
    """
    if minima.horizontal_m == 0 and not _reaching(table):
        return np.zeros(1, dtype=np.int64)
    reach = table.reach_m + table.standoff_m + table.error_m + minima.horizontal_m / 2.0
    return np.where(reach > 0, np.ceil(reach * UNITS_PER_M) + 2, 0).astype(np.int64)


def _reaching(table: Table) -> bool:
    return bool(table.reach_m.any() or table.standoff_m.any() or table.error_m.any())


def hot_rows(table: Table, minima: Minima, pad: np.ndarray) -> Hot:
    """The hot rows of a table whose rows reach ``pad`` units (one for all, or one each)."""
    n = len(table)
    columns, face = np.empty((n, 8), dtype=np.int32), np.empty(n, dtype=np.int8)
    low, high, half = _hulls(table, minima)
    fixed = (table.box, table.face, pad, low, high, half, table.start_us, table.end_us,
             zero_of(table), minima.time_us, columns, face)  # fmt: skip
    side_by_side(_fill, [(*ends, *fixed) for ends in bounds_of(n, _LEAST)])
    return Hot(np.arange(n, dtype=np.int32), columns, face)


def _hulls(table: Table, minima: Minima) -> tuple[np.ndarray, np.ndarray, int]:
    """Band hulls in millimetres, and by how much to widen them.

    They are no smaller than any comparison of limits can find.
    """
    ends = (table.bands,) if table.bands_end is table.bands else (table.bands, table.bands_end)
    if _one_reference(table):
        low = [b.lower_own for b in ends]
        high = [b.upper_own for b in ends]
    else:
        # Limits of one reference are compared as written, wherever the ground and the geoid are
        # said to be; a hull above the ellipsoid must not part what those would join.
        ground = (table.bands.lower_code == 3) | (table.bands.upper_code == 3)
        low = [np.where(ground, -MM_MAX, b.lower_least.astype(np.int64) - 200_000) for b in ends]
        high = [np.where(ground, MM_MAX, b.upper_most.astype(np.int64) + 200_000) for b in ends]
    # A level band is a closed point: 1 mm makes it meet what only touches it.
    level = 0 if bool((table.bands.lower_own < table.bands.upper_own).all()) else 1
    half = int(np.ceil(minima.vertical_m * 500.0)) + level
    return _folded(np.minimum, low), _folded(np.maximum, high), half


def _folded(fold: np.ufunc, columns: list[np.ndarray]) -> np.ndarray:
    return np.asarray(fold.reduce(columns) if len(columns) > 1 else columns[0], dtype=np.int32)


def _one_reference(table: Table) -> bool:
    """Whether all limits are over one reference, those without a limit aside."""
    return len(_codes(table) - {0}) <= 1


def _codes(table: Table) -> set[int]:
    found: set[int] = set()
    for column in (table.bands.lower_code, table.bands.upper_code):
        one = column.min() == column.max()
        found |= {int(column[0])} if one else set(np.unique(column).tolist())
    return found


def is_settled(table: Table, minima: Minima) -> bool:
    """Whether the hot rows decide windows and bands exactly, with nothing left to look at.

    So it is with whole seconds, windows of some length, bands of some height, one reference and no
    minima: the ordinary case of very large files.
    """
    if minima.vertical_m or minima.time_us or table.bands_end is not table.bands:
        return False
    return bool(
        _whole_seconds(table.start_us, table.end_us)
        and (table.bands.lower_own < table.bands.upper_own).all()
        and _one_reference(table)
        and _spans_fit(table)
    )


@njit
def _whole_seconds(start_us, end_us):
    """Whether all windows have some length and begin and end on whole seconds."""
    for k in range(len(start_us)):
        if start_us[k] % 1_000_000 != 0 or end_us[k] % 1_000_000 != 0 or start_us[k] >= end_us[k]:
            return False
    return True


def _spans_fit(table: Table) -> bool:
    least, last = int(table.start_us.min()), int(table.end_us.max())
    return least > -(2**59) and last < 2**59 and last - least < TIME_MAX * 1_000_000


@inlined
def form_of(row, cards):
    """Form and face of a row, as ``quick`` knows them."""
    shape = cards[row, SHAPE]
    return (shape >> FORM_SHIFT) & FORM_MASK, (shape >> FACE_SHIFT) & FACE_MASK


@inlined
def span_of(row, cards):
    """First and last (exclusive) vertex of a ring or disc."""
    first = np.int64(cards[row, VERTEX])
    return first, first + (cards[row, SHAPE] >> COUNT_SHIFT)


@njit
def _deal_cards(
    first, last, kind, ring_start, vertex_start, face, reach_m, bare, standoff_m, error_m, owner,
    group, said, cards,
):  # fmt: skip
    for row in range(first, last):
        ring = ring_start[row]
        vertex, count = vertex_start[ring], vertex_start[ring + 1] - vertex_start[ring]
        form = OTHER
        alone = ring_start[row + 1] - ring == 1 and face[row] >= 0 and count <= _COUNT_MAX
        if alone and vertex < 2**31 and bare and standoff_m[row] == 0.0 and error_m[row] == 0.0:
            if kind[row] == AREA and reach_m[row] == 0.0 and count >= 3:
                form = RING
            elif kind[row] == LINE and count == 1 and reach_m[row] > 0.0:
                form = DISC
        if form == OTHER:
            vertex, count = 0, 0
        cards[row, OWNER] = owner[row]
        cards[row, GROUP] = group[row]
        cards[row, SHAPE] = (
            said[row] | ((face[row] & 7) << FACE_SHIFT) | (form << FORM_SHIFT)
            | (count << COUNT_SHIFT)
        )  # fmt: skip
        cards[row, VERTEX] = vertex


def cards_of(table: Table, minima: Minima, search: Search) -> np.ndarray:
    """The cards of a table: int32 (n, 4)."""
    cards = np.empty((len(table), 4), dtype=np.int32)
    fixed = (
        table.kind, table.ring_start, table.vertex_start, table.face, table.reach_m,
        minima.horizontal_m == 0, table.standoff_m, table.error_m, search.owner, search.group,
        search.kind, cards,
    )  # fmt: skip
    side_by_side(_deal_cards, [(*ends, *fixed) for ends in bounds_of(len(table), _LEAST)])
    return cards
