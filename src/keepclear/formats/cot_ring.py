"""Compiled: the corners of a drawn event, and whether they make a ring that needs no second look.

Plain is a ring that is closed by its own first corner, has no corner twice in a row and no edge over
half a turn, and keeps off the antimeridian and the poles: there nothing is to be resolved, remarked on
or refused. All others are left to the ordinary reader (``rings``).
"""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from keepclear.formats.scan.decimals import number, power

__all__ = ["corner", "is_plain_ring", "is_tidy", "value"]

_DECIMALS_MAX: Final = 22
"""Powers of ten up to here are exact, and so is one division by them."""
_LATITUDE_MAX: Final = 89.9
_LONGITUDE_MAX: Final = 179.9
"""So far nothing is special; next to the poles and the antimeridian the ordinary reader looks."""
_TURN_MAX: Final = 179.0
"""Edges that span less never join opposite places."""
_CORNERS_MIN: Final = 4
"""Three, and the first repeated."""
_TEXT_MAX: Final = 200
"""Longer names are left to the ordinary reader, which knows where they are cut or refused."""

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def value(b, p, q):
    """A plain decimal; NaN where it is not."""
    mantissa, decimals, end = number(b, p, q)
    if end != q or decimals > _DECIMALS_MAX:
        return np.nan
    return mantissa / power(decimals)


@njit
def corner(b, p, q, corners, at):
    """One ``latitude,longitude`` or ``latitude,longitude,height``; False where it is anything else."""
    for axis in range(2):
        mantissa, decimals, p = number(b, p, q)
        if p < 0 or decimals > _DECIMALS_MAX:
            return False
        corners[at, axis] = mantissa / power(decimals)
        if axis == 0:
            if p >= q or b[p] != 44:
                return False
            p += 1
    if p < q and (b[p] != 44 or np.isnan(value(b, p + 1, q))):
        return False
    return abs(corners[at, 0]) <= _LATITUDE_MAX and abs(corners[at, 1]) <= _LONGITUDE_MAX


@njit
def is_plain_ring(corners, first, last):
    """Whether the corners from first up to last are a closed ring of the plain kind."""
    if last - first < _CORNERS_MIN or not _alike(corners, first, last - 1):
        return False
    for at in range(first, last - 1):
        if _alike(corners, at, at + 1) or abs(corners[at, 1] - corners[at + 1, 1]) > _TURN_MAX:
            return False
    return not _alike(corners, first, first + 2)


@njit
def _alike(corners, a, b):
    return corners[a, 0] == corners[b, 0] and corners[a, 1] == corners[b, 1]


@njit
def is_tidy(b, p, q):
    """Whether a text is what trimming and folding of its blanks would make of it."""
    if q - p > _TEXT_MAX or (q > p and (b[p] == 32 or b[q - 1] == 32)):
        return False
    for at in range(p, q):
        if b[at] < 32 or b[at] > 126 or (b[at] == 32 and b[at + 1] == 32):
            return False
    return True
