"""Compiled scanner of Cursor-on-Target: bytes to columns, for streams of tens of thousands of events.

It understands plain events only: ASCII, version 2.0, times ending in Z, plain decimals, a detail of
plain elements without entities or namespaces, and nothing in it that the ordinary reader looks at, but
for an outline of links, a call sign and remarks. An event that is not plain, right or wrong, is left to
the ordinary reader; a text in which it cannot even be told where events begin and end is left to it
whole. A law holds both to the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from keepclear.formats.cot_ring import corner, is_plain_ring, is_tidy, value
from keepclear.formats.scan.instant import NOT_SAID, instant
from keepclear.formats.scan.text import is_word

__all__ = ["PlainEvents", "scan_events"]

_ATTRIBUTES_MAX: Final = 24
_DEPTH_MAX: Final = 16
"""Elements inside one another in a plain detail; deeper ones are left to the ordinary reader."""
_OPEN: Final = -1
"""Stands for the end of the remarks while it is not known."""
_BYTES_MAX: Final = 1_000_000
"""Larger events are left to the ordinary reader, which refuses those that are far larger."""
_LATITUDE_MAX: Final = 90.0
_LONGITUDE_MAX: Final = 180.0

njit = numba.njit(cache=True, error_model="numpy", nogil=True)


@dataclass(frozen=True, slots=True)
class PlainEvents:
    """Columns of a stream; where an event is not plain, only its span is filled."""

    plain: np.ndarray
    """bool (n)."""
    spans: np.ndarray
    """int64 (n, 10): where the event, its uid, type, call sign and remarks begin and end."""
    times_us: np.ndarray
    """int64 (n, 3): time, start, stale."""
    numbers: np.ndarray
    """float64 (n, 5): lat, lon, hae, ce, le."""
    rings: np.ndarray
    """int64 (n, 2): where the corners of its plain ring begin and end; both are the same where the
    event draws no outline, and the end is -1 where what it draws is no plain ring."""
    corners: np.ndarray
    """float64 (m, 2): latitude and longitude, of all events one after the other."""


def scan_events(data: bytes, start: int, end: int) -> PlainEvents | None:
    """The events between two places of a text, or None where they cannot be told apart."""
    # one mark alone is looked for at the speed of memory, and most files have none of it
    if b"!" in data and b"<!" in data:
        return None
    declarations = data.count(b"<?") if b"?" in data else 0
    b = np.frombuffer(data, np.uint8)
    most = data.count(b"</event", start, end) + 1
    plain = np.zeros(most, np.bool_)
    spans = np.zeros((most, 10), np.int64)
    times_us = np.zeros((most, 3), np.int64)
    numbers = np.zeros((most, 5), np.float64)
    rings = np.zeros((most, 2), np.int64)
    corners = np.zeros((data.count(b"<link", start, end), 2), np.float64)
    count, declared = _events(b, start, end, plain, spans, times_us, numbers, rings, corners)
    if count < 0 or declared != declarations:
        return None
    return PlainEvents(
        plain[:count], spans[:count], times_us[:count], numbers[:count], rings[:count], corners
    )


def _word(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


_EVENT, _END, _POINT, _DETAIL = (_word(w) for w in ("<event", "</event", "point", "detail"))
_UID, _TYPE, _VERSION, _TWO = (_word(w) for w in ("uid", "type", "version", "2.0"))
_TIME, _START, _STALE, _HOW, _OPEX = (_word(w) for w in ("time", "start", "stale", "how", "opex"))
_LAT, _LON, _HAE, _CE, _LE = (_word(w) for w in ("lat", "lon", "hae", "ce", "le"))
_OURS, _DEVICE, _GROUP, _XMLNS = (_word(w) for w in ("keepclear", "takv", "__group", "xmlns"))
_LINK, _SHAPE, _CONTACT, _SIGN, _REMARKS = (
    _word(w) for w in ("link", "shape", "contact", "callsign", "remarks")
)
_SIMULATED, _XML = _word("m-s"), _word("<?xml")


@njit
def _white(b, p, n):
    while p < n and (b[p] == 32 or b[p] == 10 or b[p] == 13 or b[p] == 9):
        p += 1
    return p


@njit
def _starts(b, p, n, word):
    return p + len(word) <= n and is_word(b, p, p + len(word), word)


@njit
def _name(b, p, n):
    """End of a name without a prefix; p itself where there is none."""
    if p >= n or not (65 <= b[p] <= 90 or 97 <= b[p] <= 122 or b[p] == 95):
        return p
    while p < n and (
        65 <= b[p] <= 90
        or 97 <= b[p] <= 122
        or 48 <= b[p] <= 57
        or b[p] == 95
        or b[p] == 45
        or b[p] == 46
    ):
        p += 1
    return p


@njit
def _same(b, p, q, u, v):
    if q - p != v - u:
        return False
    for k in range(q - p):
        if b[p + k] != b[u + k]:
            return False
    return True


@njit
def _attributes(b, p, n, found):
    """Names and values up to the end of a tag: how many, where it goes on, and whether it is empty."""
    count = 0
    while True:
        after = _white(b, p, n)
        if after >= n:
            return -1, p, False
        if b[after] == 62:
            return count, after + 1, False
        if b[after] == 47:
            if after + 1 < n and b[after + 1] == 62:
                return count, after + 2, True
            return -1, p, False
        if after == p or count == _ATTRIBUTES_MAX:
            return -1, p, False
        q = _name(b, after, n)
        if q == after or _starts(b, after, q, _XMLNS):
            return -1, p, False
        equals = _white(b, q, n)
        if equals >= n or b[equals] != 61:
            return -1, p, False
        opening = _white(b, equals + 1, n)
        if opening >= n or (b[opening] != 34 and b[opening] != 39):
            return -1, p, False
        r = opening + 1
        while r < n and b[r] != b[opening]:
            if b[r] < 32 or b[r] > 126 or b[r] == 60 or b[r] == 38:
                return -1, p, False
            r += 1
        if r >= n:
            return -1, p, False
        for k in range(count):
            if _same(b, found[k, 0], found[k, 1], after, q):
                return -1, p, False
        found[count, 0], found[count, 1] = after, q
        found[count, 2], found[count, 3] = opening + 1, r
        count += 1
        p = r + 1


@njit
def _attribute(b, count, found, word):
    """Which of the attributes has that name; -1 where none has."""
    for k in range(count):
        if is_word(b, found[k, 0], found[k, 1], word):
            return k
    return -1


@njit
def _drawn(b, p, q, count, found, span, ring, corners):
    """Take what an element right inside the detail says of the drawing; False where it is not plain."""
    if is_word(b, p, q, _LINK):
        k = _attribute(b, count, found, _POINT)
        if k < 0 or found[k, 2] == found[k, 3]:
            return True  # a link to something else
        if ring[1] >= len(corners) or not corner(b, found[k, 2], found[k, 3], corners, ring[1]):
            return False
        ring[1] += 1
        return True
    if is_word(b, p, q, _CONTACT) and span[6] == 0:
        k = _attribute(b, count, found, _SIGN)
        span[6] = span[7] = p
        if k >= 0:
            span[6], span[7] = found[k, 2], found[k, 3]
        return is_tidy(b, span[6], span[7])
    return not is_word(b, p, q, _SHAPE)


@njit
def _content(b, p, n, found, stack, span, ring, corners):
    """End of the inside of a detail, just after its closing tag; -1 where it is not plain."""
    depth = 0
    drawable = True
    while p < n:
        if b[p] != 60:
            # a ] could begin the one sequence that text must not hold
            if b[p] == 38 or b[p] == 93 or b[p] > 126:
                return -1
            if b[p] < 32 and not (b[p] == 10 or b[p] == 13 or b[p] == 9):
                return -1
            p += 1
            continue
        if span[9] == _OPEN:
            span[9] = p
            drawable = drawable and is_tidy(b, span[8], p)
        if p + 1 < n and b[p + 1] == 47:
            q = _name(b, p + 2, n)
            r = _white(b, q, n)
            if r >= n or b[r] != 62:
                return -1
            if depth == 0:
                if not drawable:
                    ring[1] = -1
                return r + 1 if is_word(b, p + 2, q, _DETAIL) else -1
            depth -= 1
            if not _same(b, stack[depth, 0], stack[depth, 1], p + 2, q):
                return -1
            p = r + 1
            continue
        q = _name(b, p + 1, n)
        if (
            q == p + 1
            or _starts(b, p + 1, q, _OURS)
            or _starts(b, p + 1, q, _DEVICE)
            or _starts(b, p + 1, q, _GROUP)
        ):
            return -1
        count, r, empty = _attributes(b, q, n, found)
        if count < 0:
            return -1
        if depth == 0 and drawable:
            drawable = _drawn(b, p + 1, q, count, found, span, ring, corners)
            if span[8] == 0 and is_word(b, p + 1, q, _REMARKS):
                span[8], span[9] = r, r if empty else _OPEN
        if not empty:
            if depth == _DEPTH_MAX:
                return -1
            stack[depth, 0], stack[depth, 1] = p + 1, q
            depth += 1
        p = r
    return -1


@njit
def _sensible(numbers):
    """Whether there is such a place, and no error is less than nothing."""
    return (
        abs(numbers[0]) <= _LATITUDE_MAX
        and abs(numbers[1]) <= _LONGITUDE_MAX
        and numbers[3] >= 0.0
        and numbers[4] >= 0.0
    )


@njit
def _event(b, p, n, found, stack, span, times_us, numbers, ring, corners):
    """End of a plain event that begins at p; -1 where it is not plain."""
    count, at, empty = _attributes(b, p + len(_EVENT), n, found)
    if count < 0 or empty:
        return -1
    said = 0
    for k in range(count):
        s, t, u, v = found[k, 0], found[k, 1], found[k, 2], found[k, 3]
        if is_word(b, s, t, _UID):
            if u == v or not is_tidy(b, u, v):
                return -1
            span[2], span[3] = u, v
            said |= 1
        elif is_word(b, s, t, _TYPE):
            span[4], span[5] = u, v
            said |= 2
        elif is_word(b, s, t, _VERSION):
            if not is_word(b, u, v, _TWO):
                return -1
            said |= 4
        elif is_word(b, s, t, _OPEX) or (is_word(b, s, t, _HOW) and _starts(b, u, v, _SIMULATED)):
            return -1
        else:
            for which, word in ((0, _TIME), (1, _START), (2, _STALE)):
                if is_word(b, s, t, word):
                    times_us[which] = instant(b, u, v)
                    if times_us[which] == NOT_SAID:
                        return -1
                    said |= 8 << which
    if said != 63:
        return -1
    at = _white(b, at, n)
    if at >= n or b[at] != 60:
        return -1
    q = _name(b, at + 1, n)
    if not is_word(b, at + 1, q, _POINT):
        return -1
    count, at, empty = _attributes(b, q, n, found)
    if count < 0 or not empty:
        return -1
    said = 0
    for k in range(count):
        s, t, u, v = found[k, 0], found[k, 1], found[k, 2], found[k, 3]
        for which, word in ((0, _LAT), (1, _LON), (2, _HAE), (3, _CE), (4, _LE)):
            if is_word(b, s, t, word):
                numbers[which] = value(b, u, v)
                if np.isnan(numbers[which]):
                    return -1
                said |= 1 << which
    if said != 31 or not _sensible(numbers):
        return -1
    at = _white(b, at, n)
    if at < n and b[at] == 60 and b[at + 1] != 47:
        q = _name(b, at + 1, n)
        if not is_word(b, at + 1, q, _DETAIL):
            return -1
        count, at, empty = _attributes(b, q, n, found)
        if count < 0:
            return -1
        if not empty:
            at = _content(b, at, n, found, stack, span, ring, corners)
            if at < 0:
                return -1
        at = _white(b, at, n)
    if not _starts(b, at, n, _END):
        return -1
    at = _white(b, at + len(_END), n)
    return at + 1 if at < n and b[at] == 62 else -1


@njit
def _rest(b, p, n):
    """End of an event that is not plain; -1 where another one begins inside it."""
    at = p + 1
    while at < n:
        if b[at] == 60:
            if _starts(b, at, n, _EVENT):
                return -1
            if _starts(b, at, n, _END):
                q = _white(b, at + len(_END), n)
                if q < n and b[q] == 62:
                    return q + 1
        at += 1
    return -1


@njit
def _declaration(b, p, n):
    """End of an XML declaration; -1 where it is none."""
    at = p + len(_XML)
    if at >= n or not (b[at] == 32 or b[at] == 10 or b[at] == 13 or b[at] == 9):
        return -1
    for q in range(at, min(n - 1, at + 200)):
        if b[q] == 63 and b[q + 1] == 62:
            return q + 2
        if b[q] == 60 or b[q] == 62 or b[q] == 63:
            return -1
    return -1


@njit
def _events(b, start, end, plain, spans, times_us, numbers, rings, corners):
    """How many events there are, and how many declarations; -1 where they cannot be told apart."""
    found = np.zeros((_ATTRIBUTES_MAX, 4), np.int64)
    stack = np.zeros((_DEPTH_MAX, 2), np.int64)
    count, declared, p, drawn = 0, 0, start, 0
    while True:
        p = _white(b, p, end)
        if p >= end:
            return count, declared
        if _starts(b, p, end, _XML):
            p = _declaration(b, p, end)
            if p < 0:
                return -1, 0
            declared += 1
            continue
        if not _starts(b, p, end, _EVENT) or count >= len(plain):
            return -1, 0
        ring = rings[count]
        ring[0] = ring[1] = drawn
        q = _event(
            b, p, end, found, stack, spans[count], times_us[count], numbers[count], ring, corners
        )
        if q - p > _BYTES_MAX:
            q = -1
        plain[count] = q > 0
        if q < 0:
            q = _rest(b, p, end)
            if q < 0:
                return -1, 0
        elif ring[1] > ring[0]:
            if is_plain_ring(corners, ring[0], ring[1]):
                drawn = ring[1]
            else:
                ring[1] = -1
        spans[count, 0], spans[count, 1] = p, q
        count += 1
        p = q
