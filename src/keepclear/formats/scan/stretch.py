"""Compiled: all features of a file, in stretches that several threads read at one time."""

from __future__ import annotations

import numba
import numpy as np

from keepclear.formats.scan.feature import feature
from keepclear.formats.scan.text import after_byte, after_word, space

__all__ = ["border", "head", "stretches"]

_HEAD = (
    np.frombuffer(b'"type"', np.uint8),
    np.frombuffer(b'"FeatureCollection"', np.uint8),
    np.frombuffer(b'"features"', np.uint8),
    np.frombuffer(b'"Feature"', np.uint8),
)

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def head(b):
    """Place of the first feature, and whether they stand in a collection; -1 if neither."""
    n = len(b)
    p = space(b, 0, n)
    after = after_byte(b, p, n, 123)
    after = after_word(b, after, n, _HEAD[0])
    after = after_byte(b, after, n, 58)
    after = after_word(b, after, n, _HEAD[1])
    if after < 0:
        return p, False
    after = after_byte(b, after, n, 44)
    after = after_word(b, after, n, _HEAD[2])
    after = after_byte(b, after, n, 58)
    return after_byte(b, after, n, 91), True


@njit
def _line_broken(b, p, q):
    for k in range(p, q):
        if b[k] == 10:
            return True
    return False


@njit
def border(b, p):
    """The next place at which a line begins with a feature; the end where there is none.

    A raw line feed stands in no string, so what follows one is structure.
    """
    n = len(b)
    while p < n:
        if b[p] == 10:
            q = space(b, p, n)
            after = after_byte(b, q, n, 123)
            after = after_word(b, after, n, _HEAD[0])
            after = after_byte(b, after, n, 58)
            if after_word(b, after, n, _HEAD[3]) >= 0:
                return q
        p += 1
    return n


@njit
def _stretch(
    b,
    p,
    stop,
    collection,
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
    """Number of features from p up to the border ``stop``, or -1 where one is not canonical."""
    n = len(b)
    row = 0
    while p < stop:
        if row >= len(kind):
            return -1
        begin = p
        p = feature(
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
        )
        if p < 0:
            return -1
        row += 1
        q = space(b, p, n)
        if not collection:
            if _line_broken(b, begin, p) or (q < n and not _line_broken(b, p, q)):
                return -1
            p = q
        elif q < n and b[q] == 44:
            p = space(b, q + 1, n)
            if p == n:
                return -1
        else:
            q = after_byte(b, q, n, 93)
            q = after_byte(b, q, n, 125)
            return row if q == n and stop == n else -1
    if p != stop or (collection and stop == n):
        return -1  # a border inside a feature was none; a collection ends with its bracket
    return row


@numba.njit(cache=True, error_model="numpy", parallel=True)
def stretches(b, borders, collection, kind, role, ring_start, vertex_start, lon, lat, reach, lower,
               upper, start_us, end_us, names, counts):  # fmt: skip
    for k in numba.prange(len(borders) - 1):
        counts[k] = _stretch(
            b, borders[k], borders[k + 1], collection, kind[k], role[k], ring_start[k],
            vertex_start[k], lon[k], lat[k], reach[k], lower[k], upper[k], start_us[k], end_us[k],
            names[k],
        )  # fmt: skip
