"""Compiled: the members of an object: a name, its value's place, and whether another one follows."""

from __future__ import annotations

import numba

from keepclear.formats.scan.text import space, string_end

__all__ = ["following", "key"]

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def key(b, p, n):
    """A member's name and the place of its value: start, end, place; place -1 where it is not plain."""
    end = string_end(b, p, n)
    if end < 0:
        return 0, 0, -1
    q = space(b, end + 1, n)
    if q >= n or b[q] != 58:
        return 0, 0, -1
    return p + 1, end, space(b, q + 1, n)


@njit
def following(b, p, n):
    """After a member: place of the next one, or -2 at the end of the object, or -1; and the place."""
    p = space(b, p, n)
    if p >= n:
        return -1, p
    if b[p] == 125:
        return -2, p + 1
    if b[p] != 44:
        return -1, p
    return 0, space(b, p + 1, n)
