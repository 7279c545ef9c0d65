"""When two moving discs are near each other: at one time, or with a time minimum each in its own.

Only for pairs that come near at all, which ``approach`` has found, with the times at which they do.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from keepclear.detect.approach import Approach, Motion, chord_between, motion_of
from keepclear.detect.metric import AXIS_M, distance_m, foot
from keepclear.detect.moments import Moments
from keepclear.detect.table import Table

__all__ = ["presences", "span_within"]

_HALVINGS: Final = 44
"""Bisections of a leg's time: below a microsecond for legs of half a year."""


def span_within(
    table: Table, i: np.ndarray, j: np.ndarray, when: Moments, reach_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First and last time after the origin at which two legs are within reach of each other.

    Only for pairs that are, at one and the same time. The chord distance is a quadratic of time;
    its roots are good to a millimetre of distance.
    """
    a, b = motion_of(table, i, when.origin_us), motion_of(table, j, when.origin_us)
    gap = chord_between(a.at(when.first), b.at(when.first))
    change = chord_between(a.at(when.last), b.at(when.last)) - gap
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
    a, b = motion_of(table, i, when.origin_us), motion_of(table, j, when.origin_us)
    tau = float(time_us)
    return (
        *_presence(a, b, found.time_i, reach_m, tau),
        *_presence(b, a, found.time_j, reach_m, tau),
    )


def _presence(
    a: Motion, b: Motion, best: np.ndarray, reach_m: np.ndarray, tau: float
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


def _nearest_m(a: Motion, b: Motion, time: np.ndarray, tau: float) -> np.ndarray:
    """Distance from where a is at a time to the nearest place of b within ``tau`` of it."""
    at = a.at(time)
    other = b.begins + b.lasts * foot(*at, *b.start, *b.end)
    low, high = np.maximum(b.begins, time - tau), np.minimum(b.begins + b.lasts, time + tau)
    return np.asarray(distance_m(*at, *b.at(np.clip(other, low, np.maximum(low, high)))))
