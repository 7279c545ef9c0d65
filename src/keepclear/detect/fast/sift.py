"""Compiled comparisons of windows, bands and reaches: those of ``moments`` for standing rows."""

from __future__ import annotations

import numpy as np

from keepclear.detect.fast.arcs import njit
from keepclear.detect.table import AREA


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
