"""Compiled scanner of GeoJSON volumes: bytes to columns, for files of hundreds of thousands.

It understands the canonical shape only: features (in a FeatureCollection or one a line) of kind
operation or restriction with a Polygon, or a Point with ``radius_m``; coordinates with at most 7
decimals; altitudes above the ellipsoid in metres; times ending in Z; an ``id``, and perhaps a
``party``. Whatever else it meets, right or wrong, makes it stop and say nothing: the ordinary reader
then reads the whole file, and refuses what must be refused. A law holds both to the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from keepclear.detect.table import AREA, LINE

__all__ = ["Scan", "scan"]

_BYTES_A_VERTEX: Final = 5
"""No position takes fewer bytes: ``[0,0]``."""
_PARALLEL_BYTES: Final = 1_000_000
"""Smaller files are not worth a second thread."""
_BYTES_A_FEATURE: Final = 120
"""No canonical feature takes fewer bytes."""
_NAME_BYTES: Final = 200
"""Longer names are refused by the ordinary reader."""
_GRID: Final = 10_000_000
_JUMP_GRID: Final = 90 * _GRID
"""Wider edges may run over 180 or go the long way, of which the ordinary reader says a sentence."""
_NONE: Final = -(2**60)
"""Not said."""

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@dataclass(frozen=True, slots=True)
class Scan:
    """Columns of a file of canonical features; see ``detect.table``."""

    collection: bool
    """The features stand in a FeatureCollection; else one stands in each line."""
    kind: np.ndarray
    """uint8 (n): AREA or LINE (a point)."""
    role: np.ndarray
    """uint8 (n): 0 operation, 1 restriction."""
    ring_start: np.ndarray
    vertex_start: np.ndarray
    lon: np.ndarray
    """int32 (m): degrees times 1e7."""
    lat: np.ndarray
    reach_m: np.ndarray
    lower: np.ndarray
    """float64 (n): metres above the ellipsoid; NaN is no limit."""
    upper: np.ndarray
    start_us: np.ndarray
    """int64 (n): -2**60 is no limit."""
    end_us: np.ndarray
    names: np.ndarray
    """int64 (n, 4): where id and party begin and end in the bytes; party 0, 0 where not said."""


@njit
def _space(b, p, n):
    while p < n and (b[p] == 32 or b[p] == 10 or b[p] == 13 or b[p] == 9):
        p += 1
    return p


@njit
def _string(b, p, n):
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
def _two(b, p):
    return (b[p] - 48) * 10 + (b[p + 1] - 48)


@njit
def _digits(b, p, count):
    for k in range(p, p + count):
        if not 48 <= b[k] <= 57:
            return False
    return True


@njit
def _number(b, p, n):
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
        if p + 3 >= n or b[p + 1] != 45 or not _digits(b, p + 2, 2):
            return np.int64(0), 0, -1
        decimals += _two(b, p + 2)
        p += 4
        if decimals > 22 or (p < n and 48 <= b[p] <= 57):
            return np.int64(0), 0, -1
    return (-mantissa if negative else mantissa), decimals, p


@njit
def _power(decimals):
    value = 1.0
    for _ in range(decimals):
        value *= 10.0
    return value


@njit
def _grid(b, p, n, most):
    """An angle on the grid of 1e-7 degree and its end; end -1 where it is not, or beyond most."""
    mantissa, decimals, p = _number(b, p, n)
    if p < 0 or decimals > 7:
        return 0, -1
    for _ in range(7 - decimals):
        mantissa *= 10
    if abs(mantissa) > most * _GRID:
        return 0, -1
    return mantissa, p


@njit
def _position(b, p, n, lon, lat, at):
    """One ``[lon, lat]`` into the columns; its end, -1 where it is anything else."""
    if p >= n or b[p] != 91:
        return -1
    x, p = _grid(b, _space(b, p + 1, n), n, 180)
    if p < 0:
        return -1
    p = _space(b, p, n)
    if p >= n or b[p] != 44:
        return -1
    y, p = _grid(b, _space(b, p + 1, n), n, 90)
    if p < 0:
        return -1
    p = _space(b, p, n)
    if p >= n or b[p] != 93:
        return -1
    lon[at], lat[at] = x, y
    return p + 1


@njit
def _ring(b, p, n, lon, lat, at):
    """A closed ring, its last vertex left out; its end and the next free vertex."""
    if p >= n or b[p] != 91:
        return -1, at
    first = at
    p = _space(b, p + 1, n)
    while True:
        p = _position(b, p, n, lon, lat, at)
        if p < 0:
            return -1, at
        if at > first and abs(np.int64(lon[at]) - lon[at - 1]) > _JUMP_GRID:
            return -1, at
        if at > first and lon[at] == lon[at - 1] and lat[at] == lat[at - 1]:
            at -= 1
        at += 1
        p = _space(b, p, n)
        if p >= n:
            return -1, at
        if b[p] == 93:
            break
        if b[p] != 44:
            return -1, at
        p = _space(b, p + 1, n)
    last = at - 1
    if last - first < 3 or lon[first] != lon[last] or lat[first] != lat[last]:
        return -1, at
    return p + 1, last


@njit
def _polygon(b, p, n, lon, lat, at, vertex_start, ring):
    """All rings of a polygon; end, next free vertex, next free ring."""
    if p >= n or b[p] != 91:
        return -1, at, ring
    p = _space(b, p + 1, n)
    while True:
        p, at = _ring(b, p, n, lon, lat, at)
        if p < 0:
            return -1, at, ring
        ring += 1
        vertex_start[ring] = at
        p = _space(b, p, n)
        if p >= n:
            return -1, at, ring
        if b[p] == 93:
            return p + 1, at, ring
        if b[p] != 44:
            return -1, at, ring
        p = _space(b, p + 1, n)


@njit
def _is(b, start, end, word):
    if end - start != len(word):
        return False
    for k in range(len(word)):
        if b[start + k] != word[k]:
            return False
    return True


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
def _time(b, p, end):
    """``YYYY-MM-DDTHH:MM:SS[.ffffff]Z`` between p and end as microseconds; _NONE where it is not."""
    if end - p < 20 or end - p > 27 or b[end - 1] != 90:
        return np.int64(_NONE)
    if not (
        _digits(b, p, 4)
        and _digits(b, p + 5, 2)
        and _digits(b, p + 8, 2)
        and _digits(b, p + 11, 2)
        and _digits(b, p + 14, 2)
        and _digits(b, p + 17, 2)
    ):
        return np.int64(_NONE)
    if b[p + 4] != 45 or b[p + 7] != 45 or b[p + 10] != 84 or b[p + 13] != 58 or b[p + 16] != 58:
        return np.int64(_NONE)
    year = np.int64(_two(b, p)) * 100 + _two(b, p + 2)
    month, day = np.int64(_two(b, p + 5)), np.int64(_two(b, p + 8))
    hour, minute, second = _two(b, p + 11), _two(b, p + 14), _two(b, p + 17)
    if year < 1 or month < 1 or month > 12 or day < 1 or day > _month_length(year, month):
        return np.int64(_NONE)
    if hour > 23 or minute > 59 or second > 59:
        return np.int64(_NONE)
    micro = np.int64(0)
    if end - p > 20:
        if b[p + 19] != 46 or not _digits(b, p + 20, end - p - 21) or end - p < 22:
            return np.int64(_NONE)
        unit = np.int64(100_000)
        for k in range(p + 20, end - 1):
            micro += (b[k] - 48) * unit
            unit //= 10
    seconds = _days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    return seconds * 1_000_000 + micro


_TYPE, _GEOMETRY, _PROPERTIES, _COORDINATES = (
    np.frombuffer(word, np.uint8) for word in (b"type", b"geometry", b"properties", b"coordinates")
)
_FEATURE, _POLYGON, _POINT = (
    np.frombuffer(word, np.uint8) for word in (b"Feature", b"Polygon", b"Point")
)
_ID, _KIND, _PARTY, _RADIUS = (
    np.frombuffer(word, np.uint8) for word in (b"id", b"kind", b"party", b"radius_m")
)
_LOWER, _UPPER, _START, _END = (
    np.frombuffer(word, np.uint8)
    for word in (b"altitude_lower", b"altitude_upper", b"time_start", b"time_end")
)
_VALUE, _UNITS, _REFERENCE, _M, _W84 = (
    np.frombuffer(word, np.uint8) for word in (b"value", b"units", b"reference", b"M", b"W84")
)
_OPERATION, _RESTRICTION = (
    np.frombuffer(word, np.uint8) for word in (b"operation", b"restriction")
)


@njit
def _key(b, p, n):
    """A member's name and the place of its value: start, end, place; place -1 where it is not plain."""
    end = _string(b, p, n)
    if end < 0:
        return 0, 0, -1
    q = _space(b, end + 1, n)
    if q >= n or b[q] != 58:
        return 0, 0, -1
    return p + 1, end, _space(b, q + 1, n)


@njit
def _next(b, p, n):
    """After a member: place of the next one, or -2 at the end of the object, or -1; and the place."""
    p = _space(b, p, n)
    if p >= n:
        return -1, p
    if b[p] == 125:
        return -2, p + 1
    if b[p] != 44:
        return -1, p
    return 0, _space(b, p + 1, n)


@njit
def _altitude(b, p, n):
    """A limit ``{"value": v, "units": "M", "reference": "W84"}``; value and end."""
    if p >= n or b[p] != 123:
        return 0.0, -1
    p = _space(b, p + 1, n)
    seen, value = 0, 0.0
    while True:
        start, end, p = _key(b, p, n)
        if p < 0:
            return 0.0, -1
        if _is(b, start, end, _VALUE) and not seen & 1:
            mantissa, decimals, p = _number(b, p, n)
            if p < 0 or abs(mantissa) / _power(decimals) > 1_000_000.0:
                return 0.0, -1
            value = mantissa / _power(decimals)
            seen |= 1
        else:
            stop = _string(b, p, n)
            if stop < 0:
                return 0.0, -1
            if _is(b, start, end, _UNITS) and not seen & 2 and _is(b, p + 1, stop, _M):
                seen |= 2
            elif _is(b, start, end, _REFERENCE) and not seen & 4 and _is(b, p + 1, stop, _W84):
                seen |= 4
            else:
                return 0.0, -1
            p = stop + 1
        state, p = _next(b, p, n)
        if state == -1:
            return 0.0, -1
        if state == -2:
            return value, (p if seen == 7 else -1)


@njit
def _geometry(b, p, n, lon, lat, at, vertex_start, ring):
    """A Polygon or Point; end, next free vertex and ring, and kind."""
    if p >= n or b[p] != 123:
        return -1, at, ring, 0
    p = _space(b, p + 1, n)
    seen, kind, first = 0, 255, -1
    end_of_shape = -1
    while True:
        start, end, p = _key(b, p, n)
        if p < 0:
            return -1, at, ring, 0
        if _is(b, start, end, _TYPE) and not seen & 1:
            stop = _string(b, p, n)
            if stop < 0:
                return -1, at, ring, 0
            if _is(b, p + 1, stop, _POLYGON):
                kind = AREA
            elif _is(b, p + 1, stop, _POINT):
                kind = LINE
            else:
                return -1, at, ring, 0
            p = stop + 1
            seen |= 1
        elif _is(b, start, end, _COORDINATES) and seen == 1:
            first = p
            if kind == AREA:
                end_of_shape, at, ring = _polygon(b, first, n, lon, lat, at, vertex_start, ring)
            else:
                end_of_shape = _position(b, first, n, lon, lat, at)
                at += 1
                ring += 1
                vertex_start[ring] = at
            if end_of_shape < 0:
                return -1, at, ring, 0
            p = end_of_shape
            seen |= 2
        else:
            return -1, at, ring, 0
        state, p = _next(b, p, n)
        if state == -1:
            return -1, at, ring, 0
        if state == -2:
            return (p if seen == 3 else -1), at, ring, kind


@njit
def _properties(b, p, n, row, role, reach, lower, upper, start_us, end_us, names):
    """The members that say what a feature is; end, or -1."""
    if p >= n or b[p] != 123:
        return -1
    p = _space(b, p + 1, n)
    seen = 0
    while True:
        start, end, p = _key(b, p, n)
        if p < 0:
            return -1
        bit = 0
        if _is(b, start, end, _LOWER):
            bit = 1
            lower[row], p = _altitude(b, p, n)
        elif _is(b, start, end, _UPPER):
            bit = 2
            upper[row], p = _altitude(b, p, n)
        elif _is(b, start, end, _RADIUS):
            bit = 4
            mantissa, decimals, p = _number(b, p, n)
            if p >= 0:
                reach[row] = mantissa / _power(decimals)
                if reach[row] < 0.0 or reach[row] > 500_000.0:
                    return -1
        else:
            stop = _string(b, p, n)
            if stop < 0 or stop - p > _NAME_BYTES or b[p + 1] == 32 or b[stop - 1] == 32:
                return -1
            if _is(b, start, end, _ID):
                bit = 8
                names[row, 0], names[row, 1] = p + 1, stop
            elif _is(b, start, end, _PARTY):
                bit = 16
                if stop == p + 1:
                    return -1
                names[row, 2], names[row, 3] = p + 1, stop
            elif _is(b, start, end, _START):
                bit = 32
                start_us[row] = _time(b, p + 1, stop)
                if start_us[row] == _NONE:
                    return -1
            elif _is(b, start, end, _END):
                bit = 64
                end_us[row] = _time(b, p + 1, stop)
                if end_us[row] == _NONE:
                    return -1
            elif _is(b, start, end, _KIND):
                bit = 128
                if _is(b, p + 1, stop, _RESTRICTION):
                    role[row] = 1
                elif not _is(b, p + 1, stop, _OPERATION):
                    return -1
            else:
                return -1
            p = stop + 1
        if p < 0 or seen & bit:
            return -1
        seen |= bit
        state, p = _next(b, p, n)
        if state == -1:
            return -1
        if state == -2:
            complete = seen & 8 and seen & 128 and seen & 32 and seen & 64 and seen & 1 and seen & 2
            return p if complete else -1


@njit
def _feature(
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
    p = _space(b, p + 1, n)
    seen = 0
    ring = ring_start[row]
    at = vertex_start[ring]
    role[row], reach[row] = 0, -1.0
    names[row, 2] = names[row, 3] = 0
    while True:
        start, end, p = _key(b, p, n)
        if p < 0:
            return -1
        if _is(b, start, end, _TYPE) and not seen & 1:
            stop = _string(b, p, n)
            if stop < 0 or not _is(b, p + 1, stop, _FEATURE):
                return -1
            p = stop + 1
            seen |= 1
        elif _is(b, start, end, _GEOMETRY) and not seen & 2:
            p, at, ring, shape = _geometry(b, p, n, lon, lat, at, vertex_start, ring)
            kind[row] = shape
            ring_start[row + 1] = ring
            seen |= 2
        elif _is(b, start, end, _PROPERTIES) and not seen & 4:
            p = _properties(b, p, n, row, role, reach, lower, upper, start_us, end_us, names)
            seen |= 4
        else:
            return -1
        if p < 0:
            return -1
        state, p = _next(b, p, n)
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


_HEAD = (
    np.frombuffer(b'"type"', np.uint8),
    np.frombuffer(b'"FeatureCollection"', np.uint8),
    np.frombuffer(b'"features"', np.uint8),
    np.frombuffer(b'"Feature"', np.uint8),
)


@njit
def _word(b, p, n, word):
    """Place after a word and white space, or -1."""
    if p < 0 or p + len(word) > n:
        return -1
    for k in range(len(word)):
        if b[p + k] != word[k]:
            return -1
    return _space(b, p + len(word), n)


@njit
def _byte(b, p, n, wanted):
    if p < 0 or p >= n or b[p] != wanted:
        return -1
    return _space(b, p + 1, n)


@njit
def _head(b):
    """Place of the first feature, and whether they stand in a collection; -1 if neither."""
    n = len(b)
    p = _space(b, 0, n)
    after = _byte(b, p, n, 123)
    after = _word(b, after, n, _HEAD[0])
    after = _byte(b, after, n, 58)
    after = _word(b, after, n, _HEAD[1])
    if after < 0:
        return p, False
    after = _byte(b, after, n, 44)
    after = _word(b, after, n, _HEAD[2])
    after = _byte(b, after, n, 58)
    return _byte(b, after, n, 91), True


@njit
def _line_broken(b, p, q):
    for k in range(p, q):
        if b[k] == 10:
            return True
    return False


@njit
def _border(b, p):
    """The next place at which a line begins with a feature; the end where there is none.

    A raw line feed stands in no string, so what follows one is structure.
    """
    n = len(b)
    while p < n:
        if b[p] == 10:
            q = _space(b, p, n)
            after = _byte(b, q, n, 123)
            after = _word(b, after, n, _HEAD[0])
            after = _byte(b, after, n, 58)
            if _word(b, after, n, _HEAD[3]) >= 0:
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
        p = _feature(
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
        q = _space(b, p, n)
        if not collection:
            if _line_broken(b, begin, p) or (q < n and not _line_broken(b, p, q)):
                return -1
            p = q
        elif q < n and b[q] == 44:
            p = _space(b, q + 1, n)
            if p == n:
                return -1
        else:
            q = _byte(b, q, n, 93)
            q = _byte(b, q, n, 125)
            return row if q == n and stop == n else -1
    if p != stop or (collection and stop == n):
        return -1  # a border inside a feature was none; a collection ends with its bracket
    return row


@numba.njit(cache=True, error_model="numpy", parallel=True)
def _stretches(b, borders, collection, kind, role, ring_start, vertex_start, lon, lat, reach, lower,
               upper, start_us, end_us, names, counts):  # fmt: skip
    for k in numba.prange(len(borders) - 1):
        counts[k] = _stretch(
            b, borders[k], borders[k + 1], collection, kind[k], role[k], ring_start[k],
            vertex_start[k], lon[k], lat[k], reach[k], lower[k], upper[k], start_us[k], end_us[k],
            names[k],
        )  # fmt: skip


def _borders(data: np.ndarray, first: int) -> np.ndarray:
    """Where each thread begins; features begin there if the file is canonical."""
    threads = numba.get_num_threads() if len(data) >= _PARALLEL_BYTES else 1
    step = (len(data) - first) // threads
    inner = [_border(data, first + step * k) for k in range(1, threads)]
    return np.unique(np.array([first, *inner, len(data)], dtype=np.int64))


def scan(data: np.ndarray) -> Scan | None:
    """The columns of a file, or None where it is not canonical from end to end.

    Args:
        data: uint8, the whole file.
    """
    first, collection = _head(data)
    if not 0 <= first < len(data):
        return None
    borders = _borders(data, first)
    size = int(np.diff(borders).max())
    shape = (len(borders) - 1, size // _BYTES_A_FEATURE + 2)
    room = (len(borders) - 1, size // _BYTES_A_VERTEX + 4)
    kind, role = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
    ring_start = np.zeros((shape[0], shape[1] + 1), np.int64)
    vertex_start = np.zeros(room, np.int64)
    lon, lat = np.empty(room, np.int32), np.empty(room, np.int32)
    reach, lower, upper = (np.empty(shape) for _ in range(3))
    start_us, end_us = np.empty(shape, np.int64), np.empty(shape, np.int64)
    names = np.empty((*shape, 4), np.int64)
    counts = np.full(shape[0], -1, np.int64)
    _stretches(data, borders, collection, kind, role, ring_start, vertex_start, lon, lat, reach,
               lower, upper, start_us, end_us, names, counts)  # fmt: skip
    if counts.min() < 0 or counts.sum() < 1:
        return None
    parts = list(enumerate(counts.tolist()))
    rings = [int(ring_start[k, n]) for k, n in parts]
    points = [int(vertex_start[k, r]) for k, r in enumerate(rings)]

    def joined(column: np.ndarray) -> np.ndarray:
        return np.concatenate([column[k, :n] for k, n in parts])

    return Scan(
        collection=bool(collection),
        kind=joined(kind),
        role=joined(role),
        ring_start=_chained([ring_start[k, : n + 1] for k, n in parts]),
        vertex_start=_chained([vertex_start[k, : r + 1] for k, r in enumerate(rings)]),
        lon=np.concatenate([lon[k, :n] for k, n in enumerate(points)]),
        lat=np.concatenate([lat[k, :n] for k, n in enumerate(points)]),
        reach_m=joined(reach),
        lower=joined(lower),
        upper=joined(upper),
        start_us=joined(start_us),
        end_us=joined(end_us),
        names=joined(names),
    )


def _chained(starts: list[np.ndarray]) -> np.ndarray:
    """Starts of several stretches as one."""
    offsets = np.concatenate(([0], np.cumsum([int(one[-1]) for one in starts])))
    moved = [one[1:] + offset for one, offset in zip(starts, offsets[:-1], strict=True)]
    return np.concatenate([np.zeros(1, np.int64), *moved])
