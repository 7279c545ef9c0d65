"""Closest approach of two moving discs, for many pairs of legs at once.

With both centres linear in time along their chords, the squared distance is a convex quadratic of
the two times; its least value over {t in one window, s in the other, |t - s| <= the time minimum}
lies at a stationary point inside or on one of at most six sides. The distance is then measured on
the surface at the times found. Zero relative velocity is no special case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from keepclear.detect.metric import AXIS_M, distance_m, ecef, foot, to_unit
from keepclear.detect.moments import Moments
from keepclear.detect.table import Table

__all__ = ["Approach", "closest", "presences", "span_within"]

_HALVINGS: Final = 44
"""Bisections of a leg's time: below a microsecond for legs of half a year."""


@dataclass(frozen=True, slots=True)
class Approach:
    """For pairs of legs: least distance in metres and when it is reached by either."""

    distance_m: np.ndarray
    time_i: np.ndarray
    """Microseconds after the origin of the moments."""
    time_j: np.ndarray


@dataclass(frozen=True, slots=True)
class _Motion:
    """One side: unit normals at the start and end of the leg, and its times after the origin."""

    start: np.ndarray
    end: np.ndarray
    begins: np.ndarray
    lasts: np.ndarray

    def at(self, time: np.ndarray) -> np.ndarray:
        """Unit normal (3, n) of the centre at a time after the origin."""
        safe = np.where(self.lasts > 0, self.lasts, 1.0)
        share = np.where(self.lasts > 0, (time - self.begins) / safe, 0.0)
        share = np.clip(share, 0.0, 1.0)
        return np.stack(to_unit(*(self.start + (self.end - self.start) * share)))


def _allowed(m: _Motion, time: np.ndarray) -> np.ndarray:
    """Whether a time lies in the leg's own window, to a microsecond."""
    return np.asarray((time >= m.begins - 1) & (time <= m.begins + m.lasts + 1))


def _motion(table: Table, rows: np.ndarray, origin: np.ndarray) -> _Motion:
    first = table.vertex_start[table.ring_start[rows]]
    ends = [np.stack(to_unit(*table.q[first + k].T.astype(np.float64))) for k in (0, 1)]
    begins = (table.start_us[rows] - origin).astype(np.float64)
    return _Motion(ends[0], ends[1], begins, (table.end_us[rows] - table.start_us[rows]) * 1.0)


def closest(table: Table, i: np.ndarray, j: np.ndarray, when: Moments, time_us: int) -> Approach:
    """Least distance of pairs of legs within their moments.

    Args:
        table: The table.
        i: Rows of legs.
        j: Rows of legs.
        when: Common time, cut by bands.
        time_us: Time minimum: the two may be up to this far apart in time.

    Which of the two is named first changes no bit: the steps begin with the same one of them.
    """
    swap = _exchanged(table, i, j)
    found = _closest(table, np.where(swap, j, i), np.where(swap, i, j), when, time_us)
    times = found.time_i, found.time_j
    return Approach(found.distance_m, np.where(swap, *times[::-1]), np.where(swap, *times))


def _exchanged(table: Table, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Whether the second leg of a pair goes first.

    By where and when it runs, not by its row, so that nothing else that is declared plays a part.
    """
    later, alike = np.zeros(len(i), dtype=bool), np.ones(len(i), dtype=bool)
    for one, other in zip(_run(table, i), _run(table, j), strict=True):
        later |= alike & (other < one)
        alike &= other == one
    return later


def _run(table: Table, rows: np.ndarray) -> list[np.ndarray]:
    """Where and when legs run, as columns: both lattice vertices, both instants."""
    first = table.vertex_start[table.ring_start[rows]]
    ends = [table.q[first + k, axis] for k in (0, 1) for axis in range(3)]
    return [*ends, table.start_us[rows], table.end_us[rows]]


def _closest(table: Table, i: np.ndarray, j: np.ndarray, when: Moments, time_us: int) -> Approach:
    a, b = _motion(table, i, when.origin_us), _motion(table, j, when.origin_us)
    tries = _apart_in_time(a, b, float(time_us)) if time_us > 0 else _same_time(a, b, when)
    best = np.full(len(i), np.inf)
    time_i, time_j = when.first.copy(), when.first.copy()
    for t, s in tries:
        found = distance_m(*a.at(t), *b.at(s))
        better = (found < best) & _allowed(a, t) & _allowed(b, s) & (np.abs(t - s) <= time_us + 1)
        best = np.where(better, found, best)
        time_i, time_j = np.where(better, t, time_i), np.where(better, s, time_j)
    return Approach(best, time_i, time_j)


def _same_time(a: _Motion, b: _Motion, when: Moments) -> list[tuple[np.ndarray, np.ndarray]]:
    first, last = when.first, when.last
    gap = _chord(a.at(first), b.at(first))
    change = _chord(a.at(last), b.at(last)) - gap
    square = (change * change).sum(axis=0)
    share = np.where(square > 0, -(gap * change).sum(axis=0) / np.where(square > 0, square, 1.0), 0)
    middle = first + (last - first) * np.clip(share, 0.0, 1.0)
    return [(first, first), (last, last), (middle, middle)]


def _chord(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    return np.stack(ecef(*p)) - np.stack(ecef(*q))


def _apart_in_time(a: _Motion, b: _Motion, tau: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Candidate time pairs: the stationary point and the least point of each side."""
    a0, a1 = a.begins, a.begins + a.lasts
    b0, b1 = b.begins, b.begins + b.lasts
    # In the plane touching the Earth between the two, where chords that cross really meet: in space
    # they pass each other at different depths under the surface.
    normal = np.stack(to_unit(*(a.start + a.end + b.start + b.end)))
    p, u = (_flat(side, normal) for side in _linear(a))
    q, v = (_flat(side, normal) for side in _linear(b))
    w = p - q
    uu, vv, uv = (u * u).sum(axis=0), (v * v).sum(axis=0), (u * v).sum(axis=0)
    uw, vw = (u * w).sum(axis=0), (v * w).sum(axis=0)
    det = uu * vv - uv * uv
    ok = det > 0
    t = a0 + np.where(ok, (uv * vw - vv * uw) / np.where(ok, det, 1.0), 0.0)
    s = b0 + np.where(ok, (uu * vw - uv * uw) / np.where(ok, det, 1.0), 0.0)
    inside = (t >= a0) & (t <= a1) & (s >= b0) & (s <= b1) & (np.abs(t - s) <= tau)
    corner = np.clip(b0, a0, a1)
    near = np.clip(corner, b0, b1)
    tries = [(np.where(inside, t, corner), np.where(inside, s, near))]
    for fixed in (a0, a1):  # t fixed, s free
        low, high = np.maximum(b0, fixed - tau), np.minimum(b1, fixed + tau)
        tries.append(_side(w + u * (fixed - a0), -v, low - b0, low, high, fixed, along_s=True))
    for fixed in (b0, b1):  # s fixed, t free
        low, high = np.maximum(a0, fixed - tau), np.minimum(a1, fixed + tau)
        tries.append(_side(w - v * (fixed - b0), u, low - a0, low, high, fixed, along_s=False))
    for shift in (tau, -tau):  # t = s + shift
        low, high = np.maximum(a0, b0 + shift), np.minimum(a1, b1 + shift)
        start = w + u * (low - a0) - v * (low - shift - b0)
        step = _least_step(start, u - v, high - low)
        time = low + step
        valid = high >= low
        tries.append((np.where(valid, time, corner), np.where(valid, time - shift, near)))
    return tries


def _linear(m: _Motion) -> tuple[np.ndarray, np.ndarray]:
    """Chord position at the start of a leg, and its change per microsecond."""
    p, q = np.stack(ecef(*m.start)), np.stack(ecef(*m.end))
    return p, np.where(m.lasts > 0, (q - p) / np.where(m.lasts > 0, m.lasts, 1.0), 0.0)


def _flat(vector: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """A vector (3, n) without its part along a normal."""
    return vector - normal * (vector * normal).sum(axis=0)


def _least_step(gap: np.ndarray, change: np.ndarray, most: np.ndarray) -> np.ndarray:
    square = (change * change).sum(axis=0)
    step = np.where(square > 0, -(gap * change).sum(axis=0) / np.where(square > 0, square, 1.0), 0)
    return np.clip(step, 0.0, np.maximum(most, 0.0))


def _side(
    gap: np.ndarray,
    change: np.ndarray,
    offset: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    fixed: np.ndarray,
    *,
    along_s: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """The least point on a side where one time is fixed; the fixed time itself where it is empty."""
    step = _least_step(gap + change * offset, change, high - low)
    free = np.where(high >= low, low + step, low)
    return (fixed, free) if along_s else (free, fixed)


def span_within(
    table: Table, i: np.ndarray, j: np.ndarray, when: Moments, reach_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First and last time after the origin at which two legs are within reach of each other.

    Only for pairs that are, at one and the same time. The chord distance is a quadratic of time;
    its roots are good to a millimetre of distance.
    """
    a, b = _motion(table, i, when.origin_us), _motion(table, j, when.origin_us)
    gap = _chord(a.at(when.first), b.at(when.first))
    change = _chord(a.at(when.last), b.at(when.last)) - gap
    radius = reach_m * (1.0 - (reach_m / AXIS_M) ** 2 / 24.0)
    square = (change * change).sum(axis=0)
    half = (gap * change).sum(axis=0)
    rest = (gap * gap).sum(axis=0) - radius * radius
    root = np.sqrt(np.maximum(half * half - square * rest, 0.0))
    moving = square > 0
    safe = np.where(moving, square, 1.0)
    low = np.where(moving, np.clip((-half - root) / safe, 0.0, 1.0), 0.0)
    high = np.where(moving, np.clip((-half + root) / safe, 0.0, 1.0), 1.0)
    length = when.last - when.first
    return when.first + length * low, when.first + length * high


def presences(
    table: Table,
    i: np.ndarray,
    j: np.ndarray,
    when: Moments,
    found: Approach,
    reach_m: np.ndarray,
    time_us: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """When each of two legs is where the other is within a time minimum: both spans, after the origin.

    Only for pairs that are, at the times found. Places within reach of each other, at times no further
    apart than the minimum, form a convex set of pairs of times; these are its shadows on the two axes.

    Returns:
        First and last time of the legs i, then of the legs j.
    """
    a, b = _motion(table, i, when.origin_us), _motion(table, j, when.origin_us)
    tau = float(time_us)
    return (
        *_presence(a, b, found.time_i, reach_m, tau),
        *_presence(b, a, found.time_j, reach_m, tau),
    )


def _presence(
    a: _Motion, b: _Motion, best: np.ndarray, reach_m: np.ndarray, tau: float
) -> tuple[np.ndarray, np.ndarray]:
    """First and last time at which a is within reach of where b is within ``tau`` of that time."""
    first = np.maximum(a.begins, b.begins - tau)
    last = np.minimum(a.begins + a.lasts, b.begins + b.lasts + tau)
    ends = []
    for limit in (first, last):
        near, far = best.copy(), limit.copy()
        near = np.where(_nearest_m(a, b, far, tau) <= reach_m, far, near)
        for _ in range(_HALVINGS):
            middle = (near + far) * 0.5
            within = _nearest_m(a, b, middle, tau) <= reach_m
            near, far = np.where(within, middle, near), np.where(within, far, middle)
        ends.append(near)
    return ends[0], ends[1]


def _nearest_m(a: _Motion, b: _Motion, time: np.ndarray, tau: float) -> np.ndarray:
    """Distance from where a is at a time to the nearest place of b within ``tau`` of it."""
    at = a.at(time)
    other = b.begins + b.lasts * foot(*at, *b.start, *b.end)
    low, high = np.maximum(b.begins, time - tau), np.minimum(b.begins + b.lasts, time + tau)
    return np.asarray(distance_m(*at, *b.at(np.clip(other, low, np.maximum(low, high)))))
