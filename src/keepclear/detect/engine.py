"""The two ways to do the heavy work, behind one small contract. Verdicts are the same on both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from keepclear.detect import sweep
from keepclear.detect.crossing import Minima
from keepclear.detect.cut import Cut, cut_listed
from keepclear.detect.fine import Skeletons
from keepclear.detect.standing import share_points, standing_separation
from keepclear.detect.table import Table

__all__ = ["FAST_ROWS_MIN", "PORTABLE", "Engine", "Search", "choose"]

FAST_ROWS_MIN: Final = 20_000
"""Below this many rows the portable path answers before the compiled one would be loaded."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which rows are compared with which."""

    owner: np.ndarray
    """int32 (n): rows of one declaration are never paired."""
    group: np.ndarray
    """int32 (n): rows of one group (party) are never paired."""
    kind: np.ndarray
    """uint8 (n): kind of the declaration."""
    compared: np.ndarray
    """bool (kinds, kinds): which kinds are compared."""

    def wanted(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Which pairs are compared."""
        return np.asarray(
            (self.owner[i] != self.owner[j])
            & (self.group[i] != self.group[j])
            & self.compared[self.kind[i], self.kind[j]]
        )


class Engine(Protocol):
    """Search and lateral verdict."""

    name: str
    sifts: bool
    """Whether :meth:`sift` has already decided the standing pairs it leaves."""
    cut: Cut
    """Cuts the ground that two rings share."""

    def sift(
        self, table: Table, i: np.ndarray, j: np.ndarray, minima: Minima
    ) -> tuple[np.ndarray, np.ndarray]:
        """The pairs without those that surely do not meet."""

    def candidates(
        self, table: Table, minima: Minima, search: Search
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Pairs of rows that are compared and may meet; each once, in pieces."""

    def near(
        self,
        table: Table,
        i: np.ndarray,
        j: np.ndarray,
        reach_m: np.ndarray,
        skeletons: Skeletons,
    ) -> np.ndarray:
        """Whether standing skeletons share a point or lie at most ``reach_m`` apart (closed)."""


class Portable:
    """numpy and shapely; always there."""

    name = "portable"
    sifts = False
    cut = staticmethod(cut_listed)

    def sift(
        self,
        table: Table,  # noqa: ARG002
        i: np.ndarray,
        j: np.ndarray,
        minima: Minima,  # noqa: ARG002
    ) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Engine`; leaves all."""
        return i, j

    def candidates(
        self, table: Table, minima: Minima, search: Search
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """See :class:`Engine`."""
        for i, j in sweep.candidates(table, minima):
            wanted = search.wanted(i, j)
            yield i[wanted], j[wanted]

    def near(
        self,
        table: Table,
        i: np.ndarray,
        j: np.ndarray,
        reach_m: np.ndarray,
        skeletons: Skeletons,
    ) -> np.ndarray:
        """See :class:`Engine`."""
        found = np.zeros(len(i), dtype=bool)
        bare = np.flatnonzero(reach_m == 0)
        found[bare] = share_points(table, i[bare], j[bare], skeletons)
        wide = np.flatnonzero(reach_m > 0)
        distance = standing_separation(table, i[wide], j[wide], skeletons)
        found[wide] = distance <= reach_m[wide]
        return found


PORTABLE: Final[Engine] = Portable()


def choose(rows: int, fast_from: int = FAST_ROWS_MIN) -> Engine:
    """The compiled engine for large tables where its extra is installed, else the portable one."""
    if rows < fast_from:
        return PORTABLE
    try:
        from keepclear.detect.fast.engine import FAST  # noqa: PLC0415  loads a compiler
    except ImportError:
        return PORTABLE
    return FAST
