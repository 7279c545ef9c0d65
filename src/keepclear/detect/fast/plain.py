"""Compiled account of standing pairs that meet, where nothing widens them: what ``exact`` says of each.

Without minima, stand-offs and stated errors two rows that meet share a point, windows and bands
included: what is left to say is when, how far apart their bands are at the least, and whether the
narrowest reading of their heights leaves the same answer.
"""

from __future__ import annotations

import numpy as np

from keepclear.detect.exact import ALTITUDE_DOUBT, Hits
from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.sift import _gap, _level
from keepclear.detect.table import LEG, Table

__all__ = ["plain_hits"]


@njit
def _described(
    i, j, kind, standoff_m, error_m, start_us, end_us, lower_code, lower_own, lower_least, lower_most,
    upper_code, upper_own, upper_least, upper_most, surface, start, end, doubt, vertical_m,
):  # fmt: skip
    """Fill the columns of the hits; false where a row is none of those that are told of here."""
    for k in range(len(i)):
        a, b = i[k], j[k]
        if kind[a] == LEG or kind[b] == LEG:
            return False
        if standoff_m[a] > 0 or standoff_m[b] > 0 or error_m[a] > 0 or error_m[b] > 0:
            return False
        start[k] = max(start_us[a], start_us[b])
        end[k] = max(min(end_us[a], end_us[b]), start[k])
        outer = max(
            _gap(a, b, lower_code, lower_own, lower_least, upper_code, upper_own, upper_most),
            _gap(b, a, lower_code, lower_own, lower_least, upper_code, upper_own, upper_most),
        )
        inner = max(
            _gap(a, b, lower_code, lower_own, lower_most, upper_code, upper_own, upper_least),
            _gap(b, a, lower_code, lower_own, lower_most, upper_code, upper_own, upper_least),
        )
        if surface[a] and surface[b]:
            outer, inner = min(outer, -1), min(inner, -1)
        vertical_m[k] = max(outer, 0) / 1e3
        flat = _level(a, lower_code, lower_own, upper_code, upper_own) or _level(
            b, lower_code, lower_own, upper_code, upper_own
        )
        doubt[k] = 0 if inner < 0 or (inner == 0 and flat) else ALTITUDE_DOUBT
    return True


def plain_hits(table: Table, i: np.ndarray, j: np.ndarray) -> Hits | None:
    """The hits of pairs of rows that are known to meet without minima; depths are left out.

    Nothing, where a row moves, or has a stand-off or a stated error.
    """
    n, bands = len(i), table.bands
    start, end = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    doubt, vertical_m = np.empty(n, dtype=np.uint8), np.empty(n)
    known = _described(
        i, j, table.kind, table.standoff_m, table.error_m, table.start_us, table.end_us,
        bands.lower_code, bands.lower_own, bands.lower_least, bands.lower_most, bands.upper_code,
        bands.upper_own, bands.upper_least, bands.upper_most, bands.surface, start, end, doubt,
        vertical_m,
    )  # fmt: skip
    if not known:
        return None
    zero = np.zeros(n)
    return Hits(
        i, j, start, end, np.ones(n, dtype=bool), doubt, zero, vertical_m, zero,
        np.full(n, np.nan), np.zeros(n, dtype=bool), np.stack([start, end, start, end], axis=-1),
    )  # fmt: skip
