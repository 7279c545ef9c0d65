"""Closest approach of two moving discs, for many pairs of legs at once.

With both centres linear in time along their chords, the squared distance is a convex quadratic of
the two times; its least value over {t in one window, s in the other, |t - s| <= the time minimum}
lies at a stationary point inside or on one of at most six sides. The distance is then measured on
the surface at the times found. Zero relative velocity is no special case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepclear.detect.metric import distance_m, ecef, to_unit
from keepclear.detect.moments import Moments
from keepclear.detect.table import Table

__all__ = ["Approach", "Motion", "chord_between", "closest", "motion_of"]


@dataclass(frozen=True, slots=True)
class Approach:
    """For pairs of legs: least distance in metres and when it is reached by either."""

    distance_m: np.ndarray
    time_i: np.ndarray
    """Microseconds after the origin of the moments."""
    time_j: np.ndarray


@dataclass(frozen=True, slots=True)
class Motion:
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


def _allowed(m: Motion, time: np.ndarray) -> np.ndarray:
    """Whether a time lies in the leg's own window, to a microsecond."""
    return np.asarray((time >= m.begins - 1) & (time <= m.begins + m.lasts + 1))


def motion_of(table: Table, rows: np.ndarray, origin: np.ndarray) -> Motion:
    """How legs run, in time after an origin."""
    first = table.vertex_start[table.ring_start[rows]]
    ends = [np.stack(to_unit(*table.q[first + k].T.astype(np.float64))) for k in (0, 1)]
    begins = (table.start_us[rows] - origin).astype(np.float64)
    return Motion(ends[0], ends[1], begins, (table.end_us[rows] - table.start_us[rows]) * 1.0)


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
    a, b = motion_of(table, i, when.origin_us), motion_of(table, j, when.origin_us)
    tries = _apart_in_time(a, b, float(time_us)) if time_us > 0 else _same_time(a, b, when)
    best = np.full(len(i), np.inf)
    time_i, time_j = when.first.copy(), when.first.copy()
    for t, s in tries:
        found = distance_m(*a.at(t), *b.at(s))
        better = (found < best) & _allowed(a, t) & _allowed(b, s) & (np.abs(t - s) <= time_us + 1)
        best = np.where(better, found, best)
        time_i, time_j = np.where(better, t, time_i), np.where(better, s, time_j)
    return Approach(best, time_i, time_j)


def _same_time(a: Motion, b: Motion, when: Moments) -> list[tuple[np.ndarray, np.ndarray]]:
    first, last = when.first, when.last
    gap = chord_between(a.at(first), b.at(first))
    change = chord_between(a.at(last), b.at(last)) - gap
    square = (change * change).sum(axis=0)
    share = np.where(square > 0, -(gap * change).sum(axis=0) / np.where(square > 0, square, 1.0), 0)
    middle = first + (last - first) * np.clip(share, 0.0, 1.0)
    return [(first, first), (last, last), (middle, middle)]


def chord_between(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Straight way in space from the places with unit normals q to those with p, metres."""
    return np.stack(ecef(*p)) - np.stack(ecef(*q))


def _apart_in_time(a: Motion, b: Motion, tau: float) -> list[tuple[np.ndarray, np.ndarray]]:
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


def _linear(m: Motion) -> tuple[np.ndarray, np.ndarray]:
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
