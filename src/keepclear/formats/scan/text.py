"""Compiled: places in a text of bytes: after white space, at the end of a string, after a word.

Every kernel of this package takes the bytes, a place and where they end, and gives the next place, or
-1 where what stands there is not canonical.
"""

from __future__ import annotations

import numba

__all__ = ["after_byte", "after_word", "is_word", "space", "string_end"]

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def space(b, p, n):
    while p < n and (b[p] == 32 or b[p] == 10 or b[p] == 13 or b[p] == 9):
        p += 1
    return p


@njit
def string_end(b, p, n):
    """End of a plain string that begins at p (a quote); -1 where it is not plain."""
    if p >= n or b[p] != 34:
        return -1
    p += 1
    while p < n and b[p] != 34:
        if b[p] == 92 or b[p] < 32 or b[p] > 126:
            return -1
        p += 1
    return p if p < n else -1


@njit
def is_word(b, start, end, word):
    if end - start != len(word):
        return False
    for k in range(len(word)):
        if b[start + k] != word[k]:
            return False
    return True


@njit
def after_word(b, p, n, word):
    """Place after a word and white space, or -1."""
    if p < 0 or p + len(word) > n:
        return -1
    for k in range(len(word)):
        if b[p + k] != word[k]:
            return -1
    return space(b, p + len(word), n)


@njit
def after_byte(b, p, n, wanted):
    if p < 0 or p >= n or b[p] != wanted:
        return -1
    return space(b, p + 1, n)
