"""Compiled making of a few rows: the integers of ``detect.shape``, and which rings surely are simple.

The same numbers as the portable path makes, and the same faults: a ring that is not surely simple, by
more than its drawing in a plane could be off, is left to ``rings``.
"""

from __future__ import annotations

import numpy as np

from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.build import _fill
from keepclear.detect.fast.packed import opened
from keepclear.detect.fast.simple import LONG, is_simple
from keepclear.detect.packed import LIMITS, PackedRows, gathered
from keepclear.detect.rings import ring_faults
from keepclear.detect.rows import Rows
from keepclear.detect.shape import columns_of, widen_round_faces
from keepclear.detect.table import AREA, Table
from keepclear.errors import InputError

__all__ = ["CompiledMaker", "complete", "faults"]

_LIMITS = len(LIMITS)
_STEP_DEGREES = 10.0
"""A longer step may be one over 180."""
_LATITUDE = 89.0
"""Nearer to a pole vertices may fall together."""
_METRES = 111_000.0
_FLAT_M2 = 1.0
"""A ring with less ground in it is looked at by the library."""
_ROOM_DEGREES = 1e-11
"""A micrometre: a plane that is drawn in doubles is off by less."""


def complete(rows: Rows) -> tuple[Table, bool]:
    """The table of everything gathered, as ``shape.complete`` makes it.

    Also whether all its areas surely are some: then ``faults`` need not be asked.
    """
    columns = columns_of(rows)
    n, m = len(rows.closed), len(rows.lon)
    q = np.empty((m, 3), dtype=np.int32)
    level = np.empty(m, dtype=np.uint8)
    box = np.empty((n, 6), dtype=np.int32)
    face = np.empty(n, dtype=np.int8)
    sure = _made(
        columns["kind"], columns["ring_start"], columns["vertex_start"], columns["lon"],
        columns["lat"], columns["straight"], q, level, box, face,
    )  # fmt: skip
    table = Table(**columns, scale=1.0, q=q, level=level, box=box, face=face)
    if not sure:  # where all are, each is on one face
        widen_round_faces(table)
    return table, bool(sure)


def faults(table: Table) -> dict[int, InputError]:
    """The rows that are no area, and why; see ``rings.ring_faults``."""
    sure = _all_sure(
        table.kind, table.straight, table.ring_start, table.vertex_start, table.lon, table.lat,
        table.q, table.face,
    )  # fmt: skip
    return {} if sure else ring_faults(table)


class CompiledMaker:
    """The compiled way, which does not look again at rings that it has just seen to be some."""

    def __init__(self) -> None:
        """Nothing was made yet."""
        self._sure: Table | None = None
        """The table that was made last, where all its areas surely are some."""

    def complete(self, rows: Rows) -> Table:
        """See :class:`keepclear.detect.prepare.Maker`."""
        table, sure = complete(rows)
        self._sure = table if sure else None
        return table

    def faults(self, table: Table) -> dict[int, InputError]:
        """See :class:`keepclear.detect.prepare.Maker`."""
        return {} if table is self._sure else faults(table)

    def packed(self, rows: Rows, missing: tuple[int, ...]) -> PackedRows | None:
        """See :class:`keepclear.detect.prepare.Maker`."""
        found = gathered(rows, missing)
        return found if _completed(found.data) else None


@njit
def _made(kind, ring_start, vertex_start, lon, lat, straight, q, level, box, face):
    """Integers of all rows, and whether every area surely is one."""
    n = len(kind)
    _fill(
        0, n, kind, ring_start, vertex_start, lon, lat, 1.0, straight, q, level, box, face
    )  # fmt: skip
    return _all_sure(kind, straight, ring_start, vertex_start, lon, lat, q, face)


@njit
def _completed(data):
    """As :func:`_made`, of packed rows; every area is then on one face."""
    n, rings, m, sides, long, double, number, byte = opened(data)
    boxes = (2 + _LIMITS * sides) * n
    box = number[boxes : boxes + 6 * n].reshape((n, 6))
    q = number[boxes + 6 * n : boxes + 6 * n + 3 * m].reshape((m, 3))
    return _made(
        byte[:n], long[: n + 1], long[n + 1 : n + rings + 2], double[3 * n : 3 * n + m],
        double[3 * n + m :], byte[n : 2 * n].view(np.bool_), q, byte[(3 + sides) * n :], box,
        byte[2 * n : 3 * n].view(np.int8),
    )  # fmt: skip


@njit
def _all_sure(kind, straight, ring_start, vertex_start, lon, lat, q, face):
    """Whether every area is one ring, straight in lon/lat, on one face, and surely simple."""
    for row in range(len(kind)):
        if kind[row] != AREA:
            continue
        if not straight[row] or face[row] < 0 or ring_start[row + 1] - ring_start[row] > 1:
            return False
        first, last = vertex_start[ring_start[row]], vertex_start[ring_start[row] + 1]
        if last - first < 3 or last - first > LONG:
            return False
        if not _spacious(first, last, lon, lat, q) or not is_simple(
            first, last, lon, lat, _ROOM_DEGREES
        ):
            return False
    return True


@njit
def _spacious(first, last, lon, lat, q):
    """Whether a ring holds some ground, and no two neighbours fall together on the lattice."""
    twice, most = 0.0, 0.0
    for a in range(first, last):
        b = a + 1 if a + 1 < last else first
        if abs(lon[a] - lon[b]) > _STEP_DEGREES or abs(lat[a]) > _LATITUDE:
            return False
        if q[a, 0] == q[b, 0] and q[a, 1] == q[b, 1] and q[a, 2] == q[b, 2]:
            return False
        most = max(most, abs(lat[a]))
        twice += (lon[a] - lon[first]) * (lat[b] - lat[first]) - (lon[b] - lon[first]) * (
            lat[a] - lat[first]
        )
    return abs(twice) * 0.5 * _METRES * _METRES * np.cos(np.radians(most)) > _FLAT_M2
