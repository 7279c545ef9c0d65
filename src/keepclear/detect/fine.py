"""The skeleton of one table row with all its vertices, made when it is first asked for.

The compiled path never makes these: it splits edges only where a verdict depends on them. Both come
to the same vertices, because both halve the same edge in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from keepclear.detect.edges import fine_vertices, without_repeats
from keepclear.detect.metric import to_unit
from keepclear.detect.polygon import edges_of
from keepclear.detect.table import AREA, Table

__all__ = ["Fine", "Skeletons"]


@dataclass
class Fine:
    """All lattice vertices of one row."""

    rings: tuple[np.ndarray, ...]
    """int64 (n, 3) each, not closed by repetition."""
    area: bool
    """Rings bound an area; else there is one open line or point."""

    @cached_property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Both ends of every edge, lattice vectors (n, 3)."""
        pairs = [edges_of(ring, closed=self.area) for ring in self.rings]
        if len(pairs) == 1:
            return pairs[0]
        return np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs])

    @cached_property
    def units(self) -> tuple[np.ndarray, np.ndarray]:
        """Both ends of every edge as unit normals (3, n)."""
        a, b = self.edges
        return _units(a), _units(b)

    @cached_property
    def vertices(self) -> np.ndarray:
        """Every vertex as unit normal (3, n)."""
        return _units(np.concatenate(self.rings))

    @property
    def is_point(self) -> bool:
        """Whether there is one vertex and nothing else."""
        return not self.area and len(self.rings[0]) == 1

    @property
    def anchors(self) -> list[np.ndarray]:
        """One vertex of every ring."""
        return [ring[0] for ring in self.rings]


def _units(q: np.ndarray) -> np.ndarray:
    return np.stack(to_unit(*q.T.astype(np.float64)))


@dataclass
class Skeletons:
    """The fine skeletons of a table, each made once."""

    table: Table
    _made: dict[int, Fine] = field(default_factory=dict)

    def __getitem__(self, row: int) -> Fine:
        """The skeleton of a row."""
        found = self._made.get(row)
        if found is None:
            found = self._made[row] = fine_of(self.table, row)
        return found


def fine_of(table: Table, row: int) -> Fine:
    """The skeleton of a row, with the edges of its rule split as its levels say."""
    area = bool(table.kind[row] == AREA)
    rings = []
    for ring in table.rings_of(row):
        at = table.vertices_of(ring)
        if table.level[at].any():
            rings.append(fine_vertices(*table.degrees(at), table.level[at], closed=area))
        else:
            rings.append(without_repeats(table.q[at].astype(np.int64), closed=area))
    return Fine(tuple(rings), area)
