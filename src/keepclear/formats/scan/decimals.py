"""Compiled: plain decimal numbers, as an integer and how many of its digits are decimals."""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["are_digits", "number", "power", "two_digits"]

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def two_digits(b, p):
    return (b[p] - 48) * 10 + (b[p + 1] - 48)


@njit
def are_digits(b, p, count):
    for k in range(p, p + count):
        if not 48 <= b[k] <= 57:
            return False
    return True


@njit
def number(b, p, n):
    """Mantissa, decimals and end of a plain decimal number; end -1 where it is not plain."""
    negative = p < n and b[p] == 45
    if negative:
        p += 1
    start = p
    mantissa = np.int64(0)
    while p < n and 48 <= b[p] <= 57:
        mantissa = mantissa * 10 + (b[p] - 48)
        p += 1
    digits = p - start
    if digits == 0 or (digits > 1 and b[start] == 48):
        return np.int64(0), 0, -1
    decimals = 0
    if p < n and b[p] == 46:
        p += 1
        start = p
        while p < n and 48 <= b[p] <= 57:
            mantissa = mantissa * 10 + (b[p] - 48)
            p += 1
        decimals = p - start
        if decimals == 0:
            return np.int64(0), 0, -1
    if digits + decimals > 15:
        return np.int64(0), 0, -1
    if p < n and (b[p] == 101 or b[p] == 69):  # Python writes 0.0000096 as 9.6e-06
        if p + 3 >= n or b[p + 1] != 45 or not are_digits(b, p + 2, 2):
            return np.int64(0), 0, -1
        decimals += two_digits(b, p + 2)
        p += 4
        if decimals > 22 or (p < n and 48 <= b[p] <= 57):
            return np.int64(0), 0, -1
    return (-mantissa if negative else mantissa), decimals, p


@njit
def power(decimals):
    value = 1.0
    for _ in range(decimals):
        value *= 10.0
    return value
