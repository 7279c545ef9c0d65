"""Compiled: instants that end in ``Z``, as microseconds."""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from keepclear.formats.scan.decimals import are_digits, two_digits

__all__ = ["NOT_SAID", "instant"]

NOT_SAID: Final = -(2**60)
"""In the place of an instant where none stands that is plain."""

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def _days(year, month, day):
    """Days from 1970-01-01 in the Gregorian calendar."""
    y = year - (1 if month <= 2 else 0)
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@njit
def _month_length(year, month):
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@njit
def instant(b, p, end):
    """``YYYY-MM-DDTHH:MM:SS[.ffffff]Z`` between p and end as microseconds; NOT_SAID where it is not."""
    if end - p < 20 or end - p > 27 or b[end - 1] != 90:
        return np.int64(NOT_SAID)
    if not (
        are_digits(b, p, 4)
        and are_digits(b, p + 5, 2)
        and are_digits(b, p + 8, 2)
        and are_digits(b, p + 11, 2)
        and are_digits(b, p + 14, 2)
        and are_digits(b, p + 17, 2)
    ):
        return np.int64(NOT_SAID)
    if b[p + 4] != 45 or b[p + 7] != 45 or b[p + 10] != 84 or b[p + 13] != 58 or b[p + 16] != 58:
        return np.int64(NOT_SAID)
    year = np.int64(two_digits(b, p)) * 100 + two_digits(b, p + 2)
    month, day = np.int64(two_digits(b, p + 5)), np.int64(two_digits(b, p + 8))
    hour, minute, second = two_digits(b, p + 11), two_digits(b, p + 14), two_digits(b, p + 17)
    if year < 1 or month < 1 or month > 12 or day < 1 or day > _month_length(year, month):
        return np.int64(NOT_SAID)
    if hour > 23 or minute > 59 or second > 59:
        return np.int64(NOT_SAID)
    micro = np.int64(0)
    if end - p > 20:
        if b[p + 19] != 46 or not are_digits(b, p + 20, end - p - 21) or end - p < 22:
            return np.int64(NOT_SAID)
        unit = np.int64(100_000)
        for k in range(p + 20, end - 1):
            micro += (b[k] - 48) * unit
            unit //= 10
    seconds = _days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    return seconds * 1_000_000 + micro
