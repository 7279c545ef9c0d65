"""``--format pairs`` from columns: the bytes of :mod:`pairs`, written by a compiled loop."""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from keepclear.faces.report.csv import write_rows
from keepclear.faces.report.pairs import COLUMNS
from keepclear.node.bulk import BulkPairs

__all__ = ["render_columns"]

_ROW_BYTES: Final = 128
"""What a row takes beside its names: two words, two times of 27, two numbers, separators."""
_STEP: Final = 1 << 16
"""Rows written in one block."""
_QUOTED: Final = b',"\r\n'
_FORMULA: Final = b"=+-@\t\r"

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@njit
def _digits(out, at, value, count):
    for k in range(count - 1, -1, -1):
        out[at + k] = 48 + value % 10
        value //= 10
    return at + count


@njit
def _date(days):
    """Year, month and day of days since 1970-01-01."""
    z = days + 719_468
    era = z // 146_097
    of_era = z - era * 146_097
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + (3 if shifted < 10 else -9)
    return year + era * 400 + (1 if month <= 2 else 0), month, day


@njit
def _instant(out, at, value):
    seconds = value // 1_000_000
    micro = value - seconds * 1_000_000
    days = seconds // 86_400
    rest = seconds - days * 86_400
    year, month, day = _date(days)
    at = _digits(out, at, year, 4)
    out[at] = 45
    at = _digits(out, at + 1, month, 2)
    out[at] = 45
    at = _digits(out, at + 1, day, 2)
    out[at] = 84
    at = _digits(out, at + 1, rest // 3600, 2)
    out[at] = 58
    at = _digits(out, at + 1, rest // 60 % 60, 2)
    out[at] = 58
    at = _digits(out, at + 1, rest % 60, 2)
    if micro:
        out[at] = 46
        at = _digits(out, at + 1, micro, 6)
        while out[at - 1] == 48:
            at -= 1
    out[at] = 90
    return at + 1


@njit
def _metres(out, at, millimetres):
    """Millimetres as metres, in the shortest decimal with at least one place."""
    value = np.int64(millimetres)
    if value < 0:
        out[at] = 45
        at += 1
        value = -value
    whole = value // 1000
    count = 1
    while whole >= np.int64(10) ** count:
        count += 1
    at = _digits(out, at, whole, count)
    out[at] = 46
    at = _digits(out, at + 1, value % 1000, 3)
    while out[at - 1] == 48 and out[at - 2] != 46:
        at -= 1
    return at


@njit
def _copy(out, at, source, begin, end):
    for k in range(begin, end):
        out[at] = source[k]
        at += 1
    return at


@njit
def _who(out, at, row, data, names, own, own_start, file_of):
    if names[row, 3] > names[row, 2]:
        at = _copy(out, at, data, names[row, 2], names[row, 3])
    else:
        at = _copy(out, at, own, own_start[file_of[row]], own_start[file_of[row] + 1])
    out[at] = 44
    at = _copy(out, at + 1, data, names[row, 0], names[row, 1])
    out[at] = 44
    return at + 1


@njit
def _rows(
    out, first, last, data, names, own, own_start, file_of, a, b, start, end, lower, upper, words
):
    at = 0
    for k in range(first, last):
        at = _who(out, at, a[k], data, names, own, own_start, file_of)
        at = _who(out, at, b[k], data, names, own, own_start, file_of)
        at = _copy(out, at, words, 0, len(words))
        at = _instant(out, at, start[k])
        out[at] = 44
        at = _instant(out, at + 1, end[k])
        out[at] = 44
        at = _metres(out, at + 1, lower[k])
        out[at] = 44
        at = _metres(out, at + 1, upper[k])
        out[at] = 10
        at += 1
    return at


@numba.njit(cache=True, error_model="numpy", parallel=True)
def _blocks(out, sizes, first, data, names, own, own_start, file_of, a, b, start, end, lower, upper,
            words):  # fmt: skip
    """One block of rows for each thread."""
    for hand in numba.prange(len(sizes)):
        low = min(first + hand * _STEP, len(a))
        high = min(low + _STEP, len(a))
        sizes[hand] = _rows(out[hand], low, high, data, names, own, own_start, file_of, a, b, start,
                            end, lower, upper, words)  # fmt: skip


@njit
def _plain(data, begins, ends, quoted, formula):
    """Whether no name needs quotes or would be taken for a formula by a spreadsheet."""
    for k in range(len(begins)):
        for p in range(begins[k], ends[k]):
            for mark in quoted:
                if data[p] == mark:
                    return False
        if ends[k] > begins[k]:
            for mark in formula:
                if data[begins[k]] == mark:
                    return False
    return True


def render_columns(pairs: BulkPairs) -> bytes | None:
    """The CSV text, or None where a name would need quoting: the ordinary writer does that."""
    own = np.frombuffer("".join(pairs.parties).encode() or b" ", dtype=np.uint8)
    lengths = [len(party.encode()) for party in pairs.parties]
    own_start = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    quoted, formula = (np.frombuffer(marks, dtype=np.uint8) for marks in (_QUOTED, _FORMULA))
    names = pairs.names
    spans = ((pairs.data, names[:, 0], names[:, 1]), (pairs.data, names[:, 2], names[:, 3]),
             (own, own_start[:-1], own_start[1:]))  # fmt: skip
    if not all(_plain(data, begins, ends, quoted, formula) for data, begins, ends in spans):
        return None
    longest = int((names[:, 1] - names[:, 0]).max()) + int((names[:, 3] - names[:, 2]).max())
    room = _ROW_BYTES + 2 * (longest + max(lengths))
    words = np.frombuffer(b"overlap,certain,", dtype=np.uint8)
    pieces = [write_rows(COLUMNS, ()).encode()]
    hands = numba.get_num_threads()
    out = np.empty((hands, _STEP * room), dtype=np.uint8)
    sizes = np.zeros(hands, dtype=np.int64)
    for first in range(0, len(pairs.a), _STEP * hands):
        _blocks(
            out, sizes, first, pairs.data, names, own, own_start, pairs.file_of, pairs.a, pairs.b,
            pairs.start_us, pairs.end_us, pairs.lower_mm, pairs.upper_mm, words,
        )  # fmt: skip
        pieces += [out[hand, : sizes[hand]].tobytes() for hand in range(hands)]
    return b"".join(pieces)
