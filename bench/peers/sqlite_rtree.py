"""Peer: SQLite's R*Tree over longitude, latitude, altitude and time, in memory, joined with itself.

Integer coordinates (``rtree_i32``) make its boxes exact; rows go in along a curve through space, so
that nodes stay compact. Shapely tests the candidates.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import shapely

from volumes import Pairs, Volumes, meets, morton, refine

FETCH = 100_000
"""Rows that exist as Python objects at one time."""

CREATE = "CREATE VIRTUAL TABLE volume USING rtree_i32(id, x0, x1, y0, y1, a0, a1, t0, t1)"
INSERT = "INSERT INTO volume VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
JOIN = """
SELECT a.id, b.id FROM volume a CROSS JOIN volume b
WHERE b.x0 <= a.x1 AND b.x1 >= a.x0 AND b.y0 <= a.y1 AND b.y1 >= a.y0
  AND b.a0 < a.a1 AND b.a1 > a.a0 AND b.t0 < a.t1 AND b.t1 > a.t0 AND b.id > a.id
"""


def load(npz: Path) -> tuple[Volumes, list[tuple[int, ...]]]:
    """Polygons in shapely, boxes as rows to insert."""
    volumes = Volumes(npz)
    x0, y0, x1, y1 = volumes.box.T
    order = np.argsort(morton(volumes.box))
    rows = np.stack([np.arange(volumes.size), x0, x1, y0, y1, *volumes.alt.T, *volumes.tm.T], 1)
    return volumes, [tuple(row) for row in rows[order].tolist()]


def join(loaded: tuple[Volumes, list[tuple[int, ...]]]) -> Pairs:
    """Insert, join, test."""
    volumes, rows = loaded
    database = sqlite3.connect(":memory:")
    database.execute(CREATE)
    database.executemany(INSERT, rows)
    cursor = database.execute(JOIN)
    found = [np.empty((0, 2), np.int32)]
    while block := cursor.fetchmany(FETCH):
        found.append(np.array(block, np.int32))
    database.close()
    candidates = np.concatenate(found)
    return refine(volumes, candidates[:, 0], candidates[:, 1])


ASK = """
SELECT id FROM volume
WHERE x0 <= ? AND x1 >= ? AND y0 <= ? AND y1 >= ? AND a0 < ? AND a1 > ? AND t0 < ? AND t1 > ?
"""


class Standing:
    """A set that volumes are put into, asked of and taken from, one call each.

    Args:
        npz: A workload; all its volumes may be named, none is in the set yet.
    """

    def __init__(self, npz: Path) -> None:
        self.volumes, rows = load(npz)
        self._rows = {row[0]: row for row in rows}
        self._round = self.volumes.round.tolist()
        self._database = sqlite3.connect(":memory:", isolation_level=None)
        self._database.execute(CREATE)

    def insert(self, volume: int) -> None:
        """Put one volume in."""
        self._database.execute(INSERT, self._rows[volume])

    def remove(self, volume: int) -> None:
        """Take one volume out."""
        self._database.execute("DELETE FROM volume WHERE id = ?", (volume,))

    def query(self, volume: int) -> list[int]:
        """The volumes in the set that cross this one, in any order."""
        _, x0, x1, y0, y1, a0, a1, t0, t1 = self._rows[volume]
        rows = self._database.execute(ASK, (x1, x0, y1, y0, a1, a0, t1, t0)).fetchall()
        if not rows:
            return []
        found = [row[0] for row in rows]
        if self._round[volume] or any(self._round[other] for other in found):
            others = np.array(found)
            hit = meets(self.volumes, np.full(len(others), volume), others)
        else:
            polygon = self.volumes.polygon
            hit = shapely.intersects(polygon[volume], polygon[found])
        return [other for other, yes in zip(found, hit.tolist(), strict=True) if yes]
