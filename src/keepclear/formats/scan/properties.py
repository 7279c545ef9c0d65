"""Compiled: what a feature says of itself: who, what, how high and when."""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from keepclear.formats.scan.altitude import altitude
from keepclear.formats.scan.decimals import number, power
from keepclear.formats.scan.instant import NOT_SAID, instant
from keepclear.formats.scan.member import following, key
from keepclear.formats.scan.text import is_word, space, string_end

__all__ = ["properties"]

_NAME_BYTES: Final = 200
"""Longer names are refused by the ordinary reader."""
_ID = np.frombuffer(b"id", np.uint8)
_KIND = np.frombuffer(b"kind", np.uint8)
_PARTY = np.frombuffer(b"party", np.uint8)
_RADIUS = np.frombuffer(b"radius_m", np.uint8)
_LOWER = np.frombuffer(b"altitude_lower", np.uint8)
_UPPER = np.frombuffer(b"altitude_upper", np.uint8)
_START = np.frombuffer(b"time_start", np.uint8)
_END = np.frombuffer(b"time_end", np.uint8)
_OPERATION = np.frombuffer(b"operation", np.uint8)
_RESTRICTION = np.frombuffer(b"restriction", np.uint8)

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def properties(b, p, n, row, role, reach, lower, upper, start_us, end_us, names):
    """The members that say what a feature is; end, or -1."""
    if p >= n or b[p] != 123:
        return -1
    p = space(b, p + 1, n)
    seen = 0
    while True:
        start, end, p = key(b, p, n)
        if p < 0:
            return -1
        bit = 0
        if is_word(b, start, end, _LOWER):
            bit = 1
            lower[row], p = altitude(b, p, n)
        elif is_word(b, start, end, _UPPER):
            bit = 2
            upper[row], p = altitude(b, p, n)
        elif is_word(b, start, end, _RADIUS):
            bit = 4
            mantissa, decimals, p = number(b, p, n)
            if p >= 0:
                reach[row] = mantissa / power(decimals)
                if reach[row] < 0.0 or reach[row] > 500_000.0:
                    return -1
        else:
            stop = string_end(b, p, n)
            if stop < 0 or stop - p > _NAME_BYTES or b[p + 1] == 32 or b[stop - 1] == 32:
                return -1
            if is_word(b, start, end, _ID):
                bit = 8
                names[row, 0], names[row, 1] = p + 1, stop
            elif is_word(b, start, end, _PARTY):
                bit = 16
                if stop == p + 1:
                    return -1
                names[row, 2], names[row, 3] = p + 1, stop
            elif is_word(b, start, end, _START):
                bit = 32
                start_us[row] = instant(b, p + 1, stop)
                if start_us[row] == NOT_SAID:
                    return -1
            elif is_word(b, start, end, _END):
                bit = 64
                end_us[row] = instant(b, p + 1, stop)
                if end_us[row] == NOT_SAID:
                    return -1
            elif is_word(b, start, end, _KIND):
                bit = 128
                if is_word(b, p + 1, stop, _RESTRICTION):
                    role[row] = 1
                elif not is_word(b, p + 1, stop, _OPERATION):
                    return -1
            else:
                return -1
            p = stop + 1
        if p < 0 or seen & bit:
            return -1
        seen |= bit
        state, p = following(b, p, n)
        if state == -1:
            return -1
        if state == -2:
            complete = seen & 8 and seen & 128 and seen & 32 and seen & 64 and seen & 1 and seen & 2
            return p if complete else -1
