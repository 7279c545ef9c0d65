"""Compiled: an altitude limit above the ellipsoid, in metres."""

from __future__ import annotations

import numba
import numpy as np

from keepclear.formats.scan.decimals import number, power
from keepclear.formats.scan.member import following, key
from keepclear.formats.scan.text import is_word, space, string_end

__all__ = ["altitude"]

_VALUE = np.frombuffer(b"value", np.uint8)
_UNITS = np.frombuffer(b"units", np.uint8)
_REFERENCE = np.frombuffer(b"reference", np.uint8)
_M = np.frombuffer(b"M", np.uint8)
_W84 = np.frombuffer(b"W84", np.uint8)

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def altitude(b, p, n):
    """A limit ``{"value": v, "units": "M", "reference": "W84"}``; value and end."""
    if p >= n or b[p] != 123:
        return 0.0, -1
    p = space(b, p + 1, n)
    seen, value = 0, 0.0
    while True:
        start, end, p = key(b, p, n)
        if p < 0:
            return 0.0, -1
        if is_word(b, start, end, _VALUE) and not seen & 1:
            mantissa, decimals, p = number(b, p, n)
            if p < 0 or abs(mantissa) / power(decimals) > 1_000_000.0:
                return 0.0, -1
            value = mantissa / power(decimals)
            seen |= 1
        else:
            stop = string_end(b, p, n)
            if stop < 0:
                return 0.0, -1
            if is_word(b, start, end, _UNITS) and not seen & 2 and is_word(b, p + 1, stop, _M):
                seen |= 2
            elif (
                is_word(b, start, end, _REFERENCE)
                and not seen & 4
                and is_word(b, p + 1, stop, _W84)
            ):
                seen |= 4
            else:
                return 0.0, -1
            p = stop + 1
        state, p = following(b, p, n)
        if state == -1:
            return 0.0, -1
        if state == -2:
            return value, (p if seen == 7 else -1)
