"""Compiled account of standing pairs that meet: what ``exact`` says of each.

Of two rows that stand still and are known to meet: when, how far apart footprints and bands are at the
least, whether they meet without any minimum, and whether the narrowest reading of their heights leaves
the same answer. Rows that move or have a stated error are left to ``exact``.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from keepclear.detect.account import COLUMNS, Account
from keepclear.detect.crossing import Minima
from keepclear.detect.exact import ALTITUDE_DOUBT
from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.distance import least_m
from keepclear.detect.fast.pairs import near
from keepclear.detect.fast.sift import _bands_meet, _gap, _level, _windows_meet
from keepclear.detect.table import LEG, Table

__all__ = ["account_of"]

_NUMBERS: Final = len(COLUMNS)


@njit
def _vertical(
    a, b, limit, lower_code, lower_own, lower_least, lower_most, upper_code, upper_own, upper_least,
    upper_most, surface,
):  # fmt: skip
    """Least gap of two bands at their widest, millimetres; and whether they surely meet."""
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
    flat = _level(a, lower_code, lower_own, upper_code, upper_own) or _level(
        b, lower_code, lower_own, upper_code, upper_own
    )
    return max(outer, 0), inner < limit or (inner == 0 and flat and limit == 0)


@njit
def _accounted(
    a, rows, owner, part, kind, ring_start, vertex_start, q, lon, lat, level, box, face, reach_m,
    standoff_m, error_m, start_us, end_us, lower_code, lower_own, lower_least, lower_most,
    upper_code, upper_own, upper_least, upper_most, surface, horizontal_m, vertical_mm, time_us,
    numbers, distances,
):  # fmt: skip
    """Fill in the columns of the account; false where a row is none of those that are told of here."""
    bare = horizontal_m == 0 and vertical_mm == 0 and time_us == 0
    if kind[a] == LEG or error_m[a] > 0:
        return False
    for k in range(len(rows)):
        b = rows[k]
        if kind[b] == LEG or error_m[b] > 0:
            return False
        reach = reach_m[a] + reach_m[b]
        standoff = max(standoff_m[a], standoff_m[b])
        distance = 0.0
        # where nothing holds them apart, those that meet are within their own reaches
        if max(standoff, horizontal_m) > 0.0 and not near(
            a, b, kind, ring_start, vertex_start, q, lon, lat, 1.0, level, box, face, 0.0
        ):
            distance = least_m(a, b, kind, ring_start, vertex_start, q, lon, lat, level)
        latest, soonest = max(start_us[a], start_us[b]), min(end_us[a], end_us[b])
        gap_us = max(latest - soonest, 0)
        meet = _windows_meet(start_us[a], end_us[a], start_us[b], end_us[b], 0)
        gap_mm, sure = _vertical(
            a, b, vertical_mm, lower_code, lower_own, lower_least, lower_most, upper_code,
            upper_own, upper_least, upper_most, surface,
        )  # fmt: skip
        overlap = bare or (
            meet
            and distance <= reach + standoff
            and _bands_meet(a, b, lower_code, lower_own, lower_least, upper_code, upper_own,
                            upper_most, surface, 0.0)
        )  # fmt: skip
        low = max(lower_least[a], lower_least[b])
        high = min(upper_most[a], upper_most[b])
        mine = numbers[k]
        mine[0], mine[1], mine[2], mine[3] = b, owner[b], part[a], part[b]
        mine[4] = latest if meet else latest - gap_us
        mine[5] = max(soonest, latest) if meet else latest
        mine[6], mine[7] = (0, 0) if meet else (gap_us, 1)
        mine[8], mine[9] = (0 if sure else ALTITUDE_DOUBT), (1 if overlap else 0)
        mine[10], mine[11], mine[12] = gap_mm, min(low, high), max(low, high)
        distances[k] = max(distance - reach, 0.0)
    return True


def account_of(table: Table, row: int, rows: np.ndarray, minima: Minima) -> Account | None:
    """What is said of a row and others that it is known to meet; depths are left out.

    Nothing, where one of them moves or has a stated error.
    """
    numbers = np.empty((len(rows), _NUMBERS), dtype=np.int64)
    distances = np.empty(len(rows))
    bands = table.bands
    known = _accounted(
        row, rows, table.owner, table.part, table.kind, table.ring_start, table.vertex_start,
        table.q, table.lon, table.lat, table.level, table.box, table.face, table.reach_m,
        table.standoff_m, table.error_m, table.start_us, table.end_us, bands.lower_code,
        bands.lower_own, bands.lower_least, bands.lower_most, bands.upper_code, bands.upper_own,
        bands.upper_least, bands.upper_most, bands.surface, float(minima.horizontal_m),
        minima.vertical_m * 1000.0, minima.time_us, numbers, distances,
    )  # fmt: skip
    return Account(row, numbers, distances) if known else None
