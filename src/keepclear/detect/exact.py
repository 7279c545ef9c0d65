"""The verdict on pairs of rows: do they share a part, or come closer than the minima, and how sure.

Each pair is first cut to the time in which windows and bands hold together (``moments``), then
judged laterally by what the two rows are: standing or moving. ``certain`` needs the inner bands and
the worst position errors to leave the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from keepclear.detect.approach import closest, span_within
from keepclear.detect.crossing import Minima
from keepclear.detect.fine import Skeletons
from keepclear.detect.moments import Moments, band_gaps, moments
from keepclear.detect.motion import leg_standing
from keepclear.detect.separation import depth_m
from keepclear.detect.standing import share_points, standing_separation
from keepclear.detect.table import LEG, Table

__all__ = ["ALTITUDE_DOUBT", "POSITION_DOUBT", "Hits", "judge"]

ALTITUDE_DOUBT: Final = 1
POSITION_DOUBT: Final = 2


@dataclass(frozen=True, slots=True)
class Hits:
    """Pairs of rows that meet; columns of one length."""

    i: np.ndarray
    j: np.ndarray
    start_us: np.ndarray
    """int64: when it begins (of a gap between windows, where the gap begins)."""
    end_us: np.ndarray
    overlap: np.ndarray
    """bool: they share a part, stand-off included; else they are only closer than the minima."""
    doubt: np.ndarray
    """uint8: ALTITUDE_DOUBT and POSITION_DOUBT bits; 0 is certain."""
    horizontal_m: np.ndarray
    """Least distance of the bare footprints; NaN where it was not measured."""
    vertical_m: np.ndarray
    time_s: np.ndarray

    def take(self, rows: np.ndarray) -> Hits:
        """Some of the hits."""
        return Hits(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class _Lateral:
    """Lateral verdicts of pairs within their moments."""

    near: np.ndarray
    certain: np.ndarray
    distance_m: np.ndarray
    """Of the skeletons."""
    first: np.ndarray
    """Microseconds after the origin of the moments."""
    last: np.ndarray


def judge(
    table: Table,
    i: np.ndarray,
    j: np.ndarray,
    minima: Minima,
    skeletons: Skeletons,
    *,
    measure: bool = True,
) -> Hits:
    """The pairs among (i, j) that meet.

    Args:
        table: All rows.
        i: Row numbers.
        j: Row numbers.
        minima: What must remain free.
        skeletons: Fine skeletons of the table, shared between calls.
        measure: Give ``horizontal_m`` of every hit; else only where a verdict needed it.
    """
    when = moments(table, i, j, minima)
    i, j, when = i[when.holds], j[when.holds], _held(when)
    lateral = _lateral(table, i, j, when, minima, skeletons, measure=measure)
    hit = lateral.near
    return _hits(
        table, i[hit], j[hit], _pick(when, hit), _pick_lateral(lateral, hit), minima, skeletons
    )


def _held(when: Moments) -> Moments:
    return _pick(when, when.holds)


def _pick(when: Moments, rows: np.ndarray) -> Moments:
    return Moments(when.origin_us[rows], when.first[rows], when.last[rows], when.holds[rows])


def _pick_lateral(lateral: _Lateral, rows: np.ndarray) -> _Lateral:
    return _Lateral(*(getattr(lateral, name)[rows] for name in _Lateral.__slots__))


def _lateral(
    table: Table,
    i: np.ndarray,
    j: np.ndarray,
    when: Moments,
    minima: Minima,
    skeletons: Skeletons,
    *,
    measure: bool,
) -> _Lateral:
    """Lateral verdicts, by what the rows are."""
    n = len(i)
    result = _Lateral(
        np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), np.full(n, np.nan),
        when.first.copy(), when.last.copy(),
    )  # fmt: skip
    moving_i, moving_j = table.kind[i] == LEG, table.kind[j] == LEG
    for moving, rule in (
        (moving_i.astype(int) + moving_j == 0, _standing),
        (moving_i != moving_j, _mixed),
        (moving_i & moving_j, _moving),
    ):
        at = np.flatnonzero(moving)
        if len(at):
            part = rule(table, i[at], j[at], _pick(when, at), minima, skeletons, measure)
            for name in _Lateral.__slots__:
                getattr(result, name)[at] = getattr(part, name)
    return result


def reach_of(
    table: Table, i: np.ndarray, j: np.ndarray, minima: Minima
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For pairs: distance of skeletons that is too near, stated errors, and whether that is open.

    Stand-off and horizontal minimum do not add up: the larger counts. A gap equal to the minimum
    keeps it (open); a footprint that only touches a stand-off circle shares it (closed).
    """
    standoff = np.maximum(table.standoff_m[i], table.standoff_m[j])
    near = table.reach_m[i] + table.reach_m[j] + np.maximum(standoff, minima.horizontal_m)
    return near, table.error_m[i] + table.error_m[j], minima.horizontal_m > standoff


def _within(distance: np.ndarray, near: np.ndarray, strict: np.ndarray) -> np.ndarray:
    return np.where(strict, distance < near, distance <= near)


def _standing(
    table: Table, i: np.ndarray, j: np.ndarray, when: Moments,
    minima: Minima, skeletons: Skeletons, measure: bool,
) -> _Lateral:  # fmt: skip
    near, error, strict = reach_of(table, i, j, minima)
    outer = near + error
    distance = np.full(len(i), np.nan)
    bare = np.flatnonzero((outer == 0) & (not measure))
    rest = np.flatnonzero((outer > 0) | measure)
    hit = np.zeros(len(i), dtype=bool)
    hit[bare] = share_points(table, i[bare], j[bare], skeletons)
    distance[bare[hit[bare]]] = 0.0
    distance[rest] = standing_separation(table, i[rest], j[rest], outer[rest], skeletons)
    hit[rest] = _within(distance[rest], outer[rest], strict[rest])
    certain = hit & ((error == 0) | _within(distance, near - error, strict))
    for k in np.flatnonzero(hit & ~certain & (distance == 0)):
        depth = depth_m(skeletons[int(i[k])], skeletons[int(j[k])])
        certain[k] = depth >= error[k] - near[k]
    return _Lateral(hit, certain, distance, when.first, when.last)


def _mixed(
    table: Table, i: np.ndarray, j: np.ndarray, when: Moments,
    minima: Minima, skeletons: Skeletons, measure: bool,  # noqa: ARG001
) -> _Lateral:  # fmt: skip
    near, error, strict = reach_of(table, i, j, minima)
    leg = np.where(table.kind[i] == LEG, i, j)
    other = np.where(table.kind[i] == LEG, j, i)
    n = len(i)
    hit, certain = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    distance = np.full(n, np.inf)
    first, last = when.first.copy(), when.last.copy()
    for k in range(n):
        begun, span = (
            int(table.start_us[leg[k]]),
            int(table.end_us[leg[k]] - table.start_us[leg[k]]),
        )
        ahead = int(when.origin_us[k]) - begun
        low, high = when.first[k] + ahead, when.last[k] + ahead
        if minima.time_us > 0:  # the disc where it is up to the minimum before or after
            low = max(int(table.start_us[other[k]]) - minima.time_us - begun, 0)
            high = min(int(table.end_us[other[k]]) + minima.time_us - begun, span)
        shares = (low / span, max(low, high) / span) if span else (0.0, 1.0)
        outer = float(near[k] + error[k])
        found, spans = leg_standing(skeletons[int(leg[k])], skeletons[int(other[k])], shares, outer)
        distance[k] = found
        hit[k] = bool(spans) and (not strict[k] or found < outer)
        certain[k] = hit[k] and (error[k] == 0 or found <= near[k] - error[k])
        if hit[k] and spans:
            first[k] = max(when.first[k], spans[0][0] * span - ahead)
            last[k] = min(when.last[k], spans[-1][1] * span - ahead)
    return _Lateral(hit, certain, distance, first, np.maximum(first, last))


def _moving(
    table: Table, i: np.ndarray, j: np.ndarray, when: Moments,
    minima: Minima, skeletons: Skeletons, measure: bool,  # noqa: ARG001
) -> _Lateral:  # fmt: skip
    near, error, strict = reach_of(table, i, j, minima)
    approach = closest(table, i, j, when, minima.time_us)
    outer = near + error
    hit = _within(approach.distance_m, outer, strict)
    certain = hit & ((error == 0) | _within(approach.distance_m, near - error, strict))
    first, last = when.first, when.last
    if minima.time_us <= 0:
        first, last = span_within(table, i, j, when, outer)
        first = np.where(hit, np.minimum(first, approach.time_i), when.first)
        last = np.where(hit, np.maximum(last, approach.time_i), when.last)
    return _Lateral(hit, certain, approach.distance_m, first, last)


def _hits(
    table: Table,
    i: np.ndarray,
    j: np.ndarray,
    when: Moments,
    lateral: _Lateral,
    minima: Minima,
    skeletons: Skeletons,
) -> Hits:
    gap_us = np.maximum(when.origin_us - np.minimum(table.end_us[i], table.end_us[j]), 0)
    start = when.origin_us + np.floor(lateral.first).astype(np.int64)
    end = when.origin_us + np.ceil(lateral.last).astype(np.int64)
    apart = gap_us > 0
    start = np.where(apart, when.origin_us - gap_us, start)
    end = np.where(apart, when.origin_us, end)
    bare = table.reach_m[i] + table.reach_m[j]
    vertical = np.maximum(band_gaps(table.bands.take(i), table.bands.take(j), inner=False), 0) / 1e3
    inner = moments(table, i, j, minima, inner=True)
    sure_height = inner.holds & (inner.first <= lateral.last) & (inner.last >= lateral.first)
    doubt = np.where(sure_height, 0, ALTITUDE_DOUBT) | np.where(lateral.certain, 0, POSITION_DOUBT)
    overlap = np.ones(len(i), dtype=bool)
    if minima != Minima():
        overlap = _overlap(table, i, j, skeletons)
    return Hits(
        i, j, start, end, overlap, doubt.astype(np.uint8),
        np.maximum(lateral.distance_m - bare, 0.0), vertical, gap_us / 1e6,
    )  # fmt: skip


def _overlap(table: Table, i: np.ndarray, j: np.ndarray, skeletons: Skeletons) -> np.ndarray:
    """Which of the pairs meet without any minimum."""
    when = moments(table, i, j, Minima())
    at = np.flatnonzero(when.holds)
    found = np.zeros(len(i), dtype=bool)
    lateral = _lateral(table, i[at], j[at], _pick(when, at), Minima(), skeletons, measure=False)
    found[at] = lateral.near
    return found
