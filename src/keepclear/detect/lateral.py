"""Lateral verdicts on pairs of rows within their moments: what stands, what moves, and both.

Two that stand are decided by the engine, a mover against what stands by ``motion``, two movers by
``approach``. Each verdict says when it holds and how deep the two share, and whether it would hold as
well for the worst case of the stated errors of positions.

Left to others: altitudes and windows (``moments``) come before, the account of hits (``exact``) after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from keepclear.detect.approach import Approach, closest
from keepclear.detect.crossing import Minima
from keepclear.detect.depth import path_depth_m, shared_depth_m
from keepclear.detect.engine import PORTABLE, Engine
from keepclear.detect.fine import Skeletons
from keepclear.detect.moments import Moments
from keepclear.detect.motion import leg_standing
from keepclear.detect.presence import presences, span_within
from keepclear.detect.separation import depth_m
from keepclear.detect.standing import standing_separation
from keepclear.detect.table import LEG, Table

__all__ = ["Court", "Lateral", "lateral_of", "picked", "reach_of"]


@dataclass(frozen=True, slots=True)
class Court:
    """What every verdict needs beside the pairs."""

    table: Table
    minima: Minima
    skeletons: Skeletons
    engine: Engine = PORTABLE
    measure: bool = True
    """Give the distance of every hit; else only where a verdict needed it."""
    depths: bool = True
    """With it, also how deep two reach into each other, for who reads a report."""
    decided: bool = False
    """Whoever found the pairs has sifted them: standing pairs are near."""


@dataclass(frozen=True, slots=True)
class Lateral:
    """Lateral verdicts on pairs within their moments; a pair may hit more than once in time."""

    pair: np.ndarray
    """Index of the pair that was hit; ascending, repeated for each unbroken span."""
    certain: np.ndarray
    distance_m: np.ndarray
    """Of the skeletons; NaN where not measured."""
    first: np.ndarray
    """Microseconds after the origin of the moments."""
    last: np.ndarray
    depth_m: np.ndarray
    """How deep the skeletons reach into each other, at least; 0 where they do not, NaN where that
    was not measured."""
    own: np.ndarray
    """(n, 4) as ``Hits.own_us``, after the origin; NaN where first and last hold for both."""
    gap_us: np.ndarray
    """Between the window of what stands and the span of what moves; NaN where windows alone tell."""


def picked(when: Moments, rows: np.ndarray) -> Moments:
    """The moments of some of the pairs."""
    return Moments(when.origin_us[rows], when.first[rows], when.last[rows], when.holds[rows])


def lateral_of(court: Court, i: np.ndarray, j: np.ndarray, when: Moments) -> Lateral:
    """Lateral verdicts, by what the rows are."""
    moving = (court.table.kind[i] == LEG).astype(np.int8) + (court.table.kind[j] == LEG)
    parts: list[Lateral] = []
    for count, rule in enumerate((_standing, _mixed, _moving)):
        at = np.flatnonzero(moving == count)
        if len(at):
            found = rule(court, i[at], j[at], picked(when, at))
            rest = [getattr(found, name) for name in Lateral.__slots__[1:]]
            parts.append(Lateral(at[found.pair], *rest))
    if not parts:
        none = np.zeros(0)
        return _given(none.astype(np.int64), none > 0, none, none, none, none)
    order = np.argsort(np.concatenate([part.pair for part in parts]), kind="stable")
    return Lateral(
        *(np.concatenate([getattr(p, name) for p in parts])[order] for name in Lateral.__slots__)
    )


def _given(
    pair: np.ndarray,
    certain: np.ndarray,
    distance_m: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    depth_m: np.ndarray,
    own: np.ndarray | None = None,
    gap_us: np.ndarray | None = None,
) -> Lateral:
    """Verdicts whose last columns are NaN where they are not given."""
    own = np.full((len(pair), 4), np.nan) if own is None else own
    gap_us = np.full(len(pair), np.nan) if gap_us is None else gap_us
    return Lateral(pair, certain, distance_m, first, last, depth_m, own, gap_us)


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


def _standing(court: Court, i: np.ndarray, j: np.ndarray, when: Moments) -> Lateral:
    table, skeletons = court.table, court.skeletons
    near, error, strict = reach_of(table, i, j, court.minima)
    outer = near + error
    reach = np.where(strict, np.nextafter(outer, -np.inf), outer)  # "<" is "<=" the number before
    hit = np.arange(len(i))
    if not court.decided:
        hit = np.flatnonzero(court.engine.near(table, i, j, reach, skeletons))
    near, error, strict, outer = near[hit], error[hit], strict[hit], outer[hit]
    distance = np.where(outer == 0, 0.0, np.nan)
    known = np.flatnonzero((outer > 0) & (court.measure | (error > 0)))
    if len(known):
        pairs = (i[hit[known]], j[hit[known]])
        share = court.engine.near(table, *pairs, np.zeros(len(known)), skeletons)
        distance[known] = standing_separation(table, *pairs, skeletons, share)
    certain = (error == 0) | _within(distance, near - error, strict)
    for k in np.flatnonzero(~certain & (distance == 0)):
        depth = depth_m(skeletons[int(i[hit[k]])], skeletons[int(j[hit[k]])])
        certain[k] = depth >= error[k] - near[k]
    deep = np.where(distance > 0, 0.0, np.nan)
    if court.measure and court.depths:
        for k in np.flatnonzero(distance == 0):
            deep[k] = shared_depth_m(skeletons[int(i[hit[k]])], skeletons[int(j[hit[k]])])
    return _given(hit, certain, distance, when.first[hit], when.last[hit], deep)


def _mixed(court: Court, i: np.ndarray, j: np.ndarray, when: Moments) -> Lateral:
    table = court.table
    near, error, strict = reach_of(table, i, j, court.minima)
    leg = np.where(table.kind[i] == LEG, i, j)
    other = np.where(table.kind[i] == LEG, j, i)
    found: list[tuple[int, bool, float, float, float, float, float]] = []
    for k in range(len(i)):
        begun = int(table.start_us[leg[k]])
        lasts = int(table.end_us[leg[k]]) - begun
        ahead = int(when.origin_us[k]) - begun
        low, high = _leg_time(court, int(other[k]), when, k, begun, lasts)
        shares = (low / lasts, max(low, high) / lasts) if lasts else (0.0, 1.0)
        outer = float(near[k] + error[k])
        skeleton, standing = court.skeletons[int(leg[k])], court.skeletons[int(other[k])]
        for passed in leg_standing(skeleton, standing, shares, outer):
            distance = passed.distance_m
            if strict[k] and distance >= outer:
                continue
            deep = 0.0
            if passed.inside and ((court.measure and court.depths) or error[k] > near[k]):
                deep = path_depth_m(skeleton, standing, passed.inside)
            sure = bool(error[k] == 0 or distance - deep <= near[k] - error[k])
            span = passed.start * lasts - ahead, passed.end * lasts - ahead
            shared = _shared_time(court, int(other[k]), when, k, span)
            if shared is not None:
                found.append((k, sure, distance, *shared[:2], deep, shared[2]))
    columns = list(zip(*found, strict=True)) or [()] * 7
    types = (np.int64, np.bool_, *[np.float64] * 5)
    arrays: list[np.ndarray] = [
        np.array(column, dtype=kind) for column, kind in zip(columns, types, strict=True)
    ]
    return replace(_given(*arrays[:6]), gap_us=arrays[6])


def _shared_time(
    court: Court, other: int, when: Moments, k: int, span: tuple[float, float]
) -> tuple[float, float, float] | None:
    """The time a mover's span shares with the window of what stands, or the gap between the two.

    And how long the gap is; ``None`` where the minimum is kept. Windows end open: a mover that only
    arrives at the very end of one shares nothing with it.
    """
    first, last = float(when.first[k]), float(when.last[k])
    tau = court.minima.time_us
    if tau > 0:
        origin = int(when.origin_us[k])
        first = float(int(court.table.start_us[other]) - origin)
        last = float(int(court.table.end_us[other]) - origin)
        gap = max(span[0] - last, first - span[1], 0.0)
        if round(gap) >= tau:
            return None
        if gap > 0:
            return (last, span[0], gap) if span[0] > last else (span[1], first, gap)
    elif first < last <= span[0]:
        return None
    start = min(max(span[0], first), last)
    return start, min(max(span[1], start), last), 0.0 if tau > 0 else np.nan


def _leg_time(
    court: Court, other: int, when: Moments, k: int, begun: int, lasts: int
) -> tuple[float, float]:
    """The part of a leg's own time (microseconds after it begins) that counts against a row."""
    tau = court.minima.time_us
    ahead = int(when.origin_us[k]) - begun
    if tau <= 0:
        return float(when.first[k]) + ahead, float(when.last[k]) + ahead
    # The disc where it is up to the time minimum before or after the other's window.
    low = max(int(court.table.start_us[other]) - tau - begun, 0)
    return low, min(int(court.table.end_us[other]) + tau - begun, lasts)


def _moving(court: Court, i: np.ndarray, j: np.ndarray, when: Moments) -> Lateral:
    near, error, strict = reach_of(court.table, i, j, court.minima)
    approach = closest(court.table, i, j, when, court.minima.time_us)
    outer = near + error
    hit = np.flatnonzero(_within(approach.distance_m, outer, strict))
    i, j, when = i[hit], j[hit], picked(when, hit)
    distance, time = approach.distance_m[hit], approach.time_i[hit]
    certain = (error[hit] == 0) | _within(distance, (near - error)[hit], strict[hit])
    deep = np.zeros(len(hit))
    if court.minima.time_us > 0:
        here = Approach(distance, time, approach.time_j[hit])
        own = presences(court.table, i, j, when, here, outer[hit], court.minima.time_us)
        first, last = np.minimum(own[0], own[2]), np.maximum(own[1], own[3])
        return _given(hit, certain, distance, first, last, deep, np.stack(own, axis=-1))
    first, last = span_within(court.table, i, j, when, outer[hit])
    first, last = np.minimum(first, time), np.maximum(last, time)
    within = (first < when.last) | (when.first == when.last)  # windows end open
    columns = (hit, certain, distance, first, last, deep)
    return _given(*(column[within] for column in columns))
