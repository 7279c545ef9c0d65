"""The verdict on pairs of rows: do they share a part, or come closer than the minima, and how sure.

Each pair is first cut to the time in which windows and bands hold together (``moments``), then
judged by what the two rows are, standing or moving (``lateral``). ``certain`` needs the inner bands and
the worst position errors to leave the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from keepclear.detect.crossing import Minima
from keepclear.detect.lateral import Court, Lateral, lateral_of, picked
from keepclear.detect.moments import Moments, band_gaps, moments, windows_meet
from keepclear.detect.table import Table

__all__ = ["ALTITUDE_DOUBT", "POSITION_DOUBT", "Court", "Hits", "joined", "judge"]

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
    depth_m: np.ndarray
    """How far the footprints share, stand-off included, at least; 0 where they only touch, NaN where
    it was not measured or they do not overlap."""
    apart: np.ndarray
    """bool: their windows share no moment; start and end are the gap between them. A moving row's
    window is when it is where the other comes to within the minima."""
    own_us: np.ndarray
    """int64 (n, 4): of two moving rows, when i and when j is where the other comes to within the
    minima, ``start_us`` and ``end_us`` holding both; of all others, start and end twice."""

    def take(self, rows: np.ndarray) -> Hits:
        """Some of the hits."""
        return Hits(*(getattr(self, name)[rows] for name in self.__slots__))


def joined(found: Sequence[Hits]) -> Hits:
    """All hits, one after the other; there are some."""
    return Hits(
        *(np.concatenate([getattr(hits, name) for hits in found]) for name in Hits.__slots__)
    )


def judge(court: Court, i: np.ndarray, j: np.ndarray) -> Hits:
    """The pairs of rows among (i, j) that meet, each once for every unbroken span of time."""
    i, j = court.engine.sift(court.table, i, j, court.minima)
    when = moments(court.table, i, j, court.minima)
    i, j, when = i[when.holds], j[when.holds], picked(when, np.flatnonzero(when.holds))
    decided = court.decided or court.engine.sifts
    lateral = lateral_of(replace(court, decided=decided), i, j, when)
    hit = lateral.pair
    return _hits(court, i[hit], j[hit], picked(when, hit), lateral)


def _hits(court: Court, i: np.ndarray, j: np.ndarray, when: Moments, lateral: Lateral) -> Hits:
    table = court.table
    told = np.isnan(lateral.gap_us) & np.isnan(lateral.own[:, 0])  # windows alone tell
    gap_us = np.maximum(when.origin_us - np.minimum(table.end_us[i], table.end_us[j]), 0)
    start = when.origin_us + np.floor(lateral.first).astype(np.int64)
    end = when.origin_us + np.ceil(lateral.last).astype(np.int64)
    apart = np.where(told, ~windows_meet(table, i, j, 0), lateral.gap_us > 0)
    start = np.where(told & apart, when.origin_us - gap_us, start)
    end = np.where(told & apart, when.origin_us, end)
    gap_us = np.where(told, gap_us, np.rint(np.nan_to_num(lateral.gap_us)).astype(np.int64))
    bare = table.reach_m[i] + table.reach_m[j]
    inner = moments(table, i, j, court.minima, inner=True)
    sure_height = inner.holds
    if court.minima.time_us <= 0:
        sure_height &= (inner.first <= lateral.last) & (inner.last >= lateral.first)
    doubt = np.where(sure_height, 0, ALTITUDE_DOUBT) | np.where(lateral.certain, 0, POSITION_DOUBT)
    overlap = np.ones(len(i), dtype=bool)
    if court.minima != Minima():
        overlap = _overlap(court, i, j)
    shared = bare + np.maximum(table.standoff_m[i], table.standoff_m[j])
    depth = np.maximum(shared - lateral.distance_m, 0.0) + lateral.depth_m
    return Hits(
        i, j, start, end, overlap, doubt.astype(np.uint8),
        np.maximum(lateral.distance_m - bare, 0.0), _vertical_m(table, i, j), gap_us / 1e6,
        np.where(overlap, depth, np.nan), apart, _own_us(when.origin_us, lateral, start, end),
    )  # fmt: skip


def _own_us(
    origin_us: np.ndarray, lateral: Lateral, start: np.ndarray, end: np.ndarray
) -> np.ndarray:
    """See ``Hits.own_us``; rounded outwards like every span."""
    both = np.stack([start, end, start, end], axis=-1)
    known = ~np.isnan(lateral.own[:, 0])
    spans = lateral.own[known]
    whole = np.stack([np.floor(spans[:, 0]), np.ceil(spans[:, 1]),
                      np.floor(spans[:, 2]), np.ceil(spans[:, 3])], axis=-1)  # fmt: skip
    both[known] = origin_us[known, None] + whole.astype(np.int64)
    return both


def _vertical_m(table: Table, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Least vertical gap between two bands, over both ends of a leg."""
    ends = (table.bands,) if table.bands_end is table.bands else (table.bands, table.bands_end)
    gaps = [band_gaps(a.take(i), b.take(j), inner=False) for a in ends for b in ends]
    return np.asarray(np.maximum(np.minimum.reduce(gaps), 0) / 1e3)


def _overlap(court: Court, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Which of the pairs meet without any minimum."""
    bare = replace(court, minima=Minima(), measure=False, decided=False)
    when = moments(court.table, i, j, bare.minima)
    at = np.flatnonzero(when.holds)
    found = np.zeros(len(i), dtype=bool)
    found[at[lateral_of(bare, i[at], j[at], picked(when, at)).pair]] = True
    return found
