"""The compiled engine; see ``detect.engine`` for the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from keepclear.detect.crossing import Minima
from keepclear.detect.engine import Engine, Search
from keepclear.detect.fast import sweep
from keepclear.detect.fast.cut import CUT
from keepclear.detect.fast.pairs import few_near, rows_near
from keepclear.detect.fine import Skeletons
from keepclear.detect.table import Table

__all__ = ["FAST"]


_FEW: Final = 256
"""Pairs that one thread judges sooner than several are called."""


class Fast:
    """Compiled search and verdicts on all cores."""

    name = "fast"
    sifts = True
    cut = staticmethod(CUT)

    def sift(
        self,
        table: Table,  # noqa: ARG002
        i: np.ndarray,
        j: np.ndarray,
        minima: Minima,  # noqa: ARG002
    ) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`keepclear.detect.engine.Engine`; ``candidates`` has done it."""
        return i, j

    def candidates(
        self, table: Table, minima: Minima, search: Search
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """See :class:`keepclear.detect.engine.Engine`; standing pairs among them do meet."""
        yield from sweep.meeting(table, minima, search)

    def near(
        self,
        table: Table,
        i: np.ndarray,
        j: np.ndarray,
        reach_m: np.ndarray,
        skeletons: Skeletons,  # noqa: ARG002  edges are split only where needed
    ) -> np.ndarray:
        """See :class:`keepclear.detect.engine.Engine`."""
        found = np.zeros(len(i), dtype=bool)
        fill = few_near if len(i) < _FEW else rows_near
        fill(
            np.ascontiguousarray(i, dtype=np.int32), np.ascontiguousarray(j, dtype=np.int32),
            table.kind, table.ring_start, table.vertex_start, table.q, table.lon, table.lat,
            table.scale, table.level, table.box, table.face,
            np.ascontiguousarray(reach_m, dtype=np.float64), found,
        )  # fmt: skip
        return found


FAST: Final[Engine] = Fast()
