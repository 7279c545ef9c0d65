"""Compiled: one feature as one row of the columns."""

from __future__ import annotations

import numba
import numpy as np

from keepclear.detect.table import AREA, LINE
from keepclear.formats.scan.member import following, key
from keepclear.formats.scan.properties import properties
from keepclear.formats.scan.shape import geometry
from keepclear.formats.scan.text import is_word, space, string_end

__all__ = ["feature"]

_TYPE = np.frombuffer(b"type", np.uint8)
_GEOMETRY = np.frombuffer(b"geometry", np.uint8)
_PROPERTIES = np.frombuffer(b"properties", np.uint8)
_FEATURE = np.frombuffer(b"Feature", np.uint8)

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def feature(
    b,
    p,
    n,
    row,
    kind,
    role,
    ring_start,
    vertex_start,
    lon,
    lat,
    reach,
    lower,
    upper,
    start_us,
    end_us,
    names,
):
    """One feature; its end, or -1."""
    if p >= n or b[p] != 123:
        return -1
    p = space(b, p + 1, n)
    seen = 0
    ring = ring_start[row]
    at = vertex_start[ring]
    role[row], reach[row] = 0, -1.0
    names[row, 2] = names[row, 3] = 0
    while True:
        start, end, p = key(b, p, n)
        if p < 0:
            return -1
        if is_word(b, start, end, _TYPE) and not seen & 1:
            stop = string_end(b, p, n)
            if stop < 0 or not is_word(b, p + 1, stop, _FEATURE):
                return -1
            p = stop + 1
            seen |= 1
        elif is_word(b, start, end, _GEOMETRY) and not seen & 2:
            p, at, ring, shape = geometry(b, p, n, lon, lat, at, vertex_start, ring)
            kind[row] = shape
            ring_start[row + 1] = ring
            seen |= 2
        elif is_word(b, start, end, _PROPERTIES) and not seen & 4:
            p = properties(b, p, n, row, role, reach, lower, upper, start_us, end_us, names)
            seen |= 4
        else:
            return -1
        if p < 0:
            return -1
        state, p = following(b, p, n)
        if state == -1:
            return -1
        if state == -2:
            if seen != 7 or (kind[row] == LINE) != (reach[row] >= 0.0):
                return -1
            if end_us[row] < start_us[row] or lower[row] > upper[row]:
                return -1
            if names[row, 1] == names[row, 0]:
                return -1
            if kind[row] == AREA:
                reach[row] = 0.0
            return p
