"""Compiled sieve: which candidate pairs of standing rows really meet, windows and bands included.

The very comparisons of ``moments`` for rows that stand still, then the lateral verdict of ``pairs``;
pairs with a moving row are passed on untouched.
"""

from __future__ import annotations

import numba
import numpy as np

from keepclear.detect.fast.arcs import dealt, njit
from keepclear.detect.fast.pairs import near
from keepclear.detect.table import AREA, LEG

__all__ = ["sift"]


_BLOCK = 10
_MASK = (1 << _BLOCK) - 1


@njit
def _windows_meet(a0, a1, b0, b1, tau):
    first, last = max(a0, b0), min(a1, b1)
    if tau > 0:
        return first - last < tau
    if first < last:
        return True
    if first > last:
        return False
    point_a, point_b = a0 == a1, b0 == b1
    return (point_a and (point_b or first < b1)) or (point_b and first < a1)


@njit
def _gap(i, j, lower_code, lower_own, lower_least, upper_code, upper_own, upper_most):
    if lower_code[i] == upper_code[j]:
        return np.int64(lower_own[i]) - upper_own[j]
    return np.int64(lower_least[i]) - upper_most[j]


@njit
def _level(i, lower_code, lower_own, upper_code, upper_own):
    return lower_code[i] == upper_code[i] and lower_own[i] == upper_own[i]


@njit
def _bands_meet(
    i, j, lower_code, lower_own, lower_least, upper_code, upper_own, upper_most, surface, limit
):
    up = _gap(i, j, lower_code, lower_own, lower_least, upper_code, upper_own, upper_most)
    down = _gap(j, i, lower_code, lower_own, lower_least, upper_code, upper_own, upper_most)
    gap = max(up, down)
    if surface[i] and surface[j]:
        gap = min(gap, -1)
    if gap < limit:
        return True
    return (
        gap == 0
        and limit == 0
        and (
            _level(i, lower_code, lower_own, upper_code, upper_own)
            or _level(j, lower_code, lower_own, upper_code, upper_own)
        )
    )


@njit
def _reach(a, b, kind, reach_m, standoff_m, error_m, horizontal_m, bare):
    """How near is too near, errors included; where nothing widens, only lines have a reach."""
    if bare:
        reach = 0.0
        if kind[a] != AREA:
            reach += reach_m[a]
        if kind[b] != AREA:
            reach += reach_m[b]
        return reach
    standoff = max(standoff_m[a], standoff_m[b])
    outer = (reach_m[a] + reach_m[b] + max(standoff, horizontal_m)) + (error_m[a] + error_m[b])
    return np.nextafter(outer, -np.inf) if horizontal_m > standoff else outer


@numba.njit(cache=True, error_model="numpy", parallel=True)
def sift(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face, reach_m,
         standoff_m, error_m, start_us, end_us, lower_code, lower_own, lower_least, upper_code,
         upper_own, upper_most, surface, horizontal_m, vertical_mm, time_us, settled, bare, hands,
         found):  # fmt: skip
    """Fill ``found`` with the verdicts; columns are those of the table.

    ``settled`` says that windows and bands are known to meet, ``bare`` that there is no stand-off,
    error or horizontal minimum: then their columns are not even read. Memory is what this waits for.
    """
    for number in numba.prange(len(i)):
        task = np.int64(number)
        # dealt in blocks, so that threads do not write to the same lines of memory
        k = (dealt(task >> _BLOCK, len(i) >> _BLOCK, hands) << _BLOCK) | (task & _MASK)
        a, b = i[k], j[k]
        if kind[a] == LEG or kind[b] == LEG:
            found[k] = True
            continue
        if not settled:
            if not _windows_meet(start_us[a], end_us[a], start_us[b], end_us[b], time_us):
                continue
            if not _bands_meet(
                a,
                b,
                lower_code,
                lower_own,
                lower_least,
                upper_code,
                upper_own,
                upper_most,
                surface,
                vertical_mm,
            ):
                continue
        reach = _reach(a, b, kind, reach_m, standoff_m, error_m, horizontal_m, bare)
        found[k] = near(
            a, b, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face, reach
        )
