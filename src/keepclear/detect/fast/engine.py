"""The compiled engine; see ``detect.engine`` for the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numba
import numpy as np

from keepclear.detect.crossing import Minima
from keepclear.detect.engine import Engine, Search
from keepclear.detect.fast import sweep
from keepclear.detect.fast.pairs import rows_near
from keepclear.detect.fast.sift import sift
from keepclear.detect.fine import Skeletons
from keepclear.detect.table import Table

__all__ = ["FAST"]


class Fast:
    """Compiled search and verdicts on all cores."""

    name = "fast"
    sifts = True

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
        settled = sweep.is_settled(table, minima)
        bare = minima.horizontal_m == 0 and not (table.standoff_m.any() or table.error_m.any())
        for i, j in sweep.candidates(table, minima, search):
            yield _sifted(table, i, j, minima, settled=settled, bare=bare)

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
        rows_near(
            np.ascontiguousarray(i, dtype=np.int32), np.ascontiguousarray(j, dtype=np.int32),
            table.kind, table.ring_start, table.vertex_start, table.q, table.lon, table.lat,
            table.scale, table.level, table.box, table.face,
            np.ascontiguousarray(reach_m, dtype=np.float64), found,
        )  # fmt: skip
        return found


def _sifted(
    table: Table, i: np.ndarray, j: np.ndarray, minima: Minima, *, settled: bool, bare: bool
) -> tuple[np.ndarray, np.ndarray]:
    found = np.zeros(len(i), dtype=bool)
    bands = table.bands
    sift(
        i, j, table.kind, table.ring_start, table.vertex_start, table.q, table.lon, table.lat,
        table.scale, table.level, table.box, table.face, table.reach_m, table.standoff_m,
        table.error_m, table.start_us, table.end_us, bands.lower_code, bands.lower_own,
        bands.lower_least, bands.upper_code, bands.upper_own, bands.upper_most, bands.surface,
        float(minima.horizontal_m), minima.vertical_m * 1000.0, minima.time_us, settled, bare,
        numba.get_num_threads(), found,
    )  # fmt: skip
    return i[found], j[found]


FAST: Final[Engine] = Fast()
