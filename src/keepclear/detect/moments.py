"""When two rows share time and height: the cut that every lateral verdict is made within.

Outline, band and window must hold together. Windows and bands are intervals, so for two rows the
times at which both hold are one interval; a moving band changes linearly, so its limits are too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from keepclear.detect.crossing import Minima
from keepclear.detect.table import LEG, Bands, Table

__all__ = ["Moments", "band_gaps", "moments", "windows_meet"]

_MM: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Moments:
    """For pairs of rows: the time in which windows and bands are within the minima.

    Times are float64 microseconds after the later start of the two windows (``origin_us``), so that
    they are exact. ``holds`` is False where there is no such time.
    """

    origin_us: np.ndarray
    first: np.ndarray
    last: np.ndarray
    holds: np.ndarray


def windows_meet(table: Table, i: np.ndarray, j: np.ndarray, time_us: int) -> np.ndarray:
    """Whether two half-open windows overlap, or are less than ``time_us`` apart.

    An instant is a closed point: it meets a window that holds it, and an equal instant.
    """
    start = np.maximum(table.start_us[i], table.start_us[j])
    end = np.minimum(table.end_us[i], table.end_us[j])
    if time_us > 0:
        return np.asarray(start - end < time_us)
    point_i = table.start_us[i] == table.end_us[i]
    point_j = table.start_us[j] == table.end_us[j]
    held = (point_i & (point_j | (start < table.end_us[j]))) | (point_j & (start < table.end_us[i]))
    return np.asarray((start < end) | ((start == end) & held))


def band_gaps(a: Bands, b: Bands, *, inner: bool) -> np.ndarray:
    """Vertical gaps of pairs of bands in millimetres; negative where they overlap.

    Limits of one reference are compared as written. Unlike ones are compared above the ellipsoid:
    at their widest, or at their narrowest where ``inner``.
    """
    up = _gap(a, b, inner=inner)
    down = _gap(b, a, inner=inner)
    gap = np.maximum(up, down)
    return np.where(a.surface & b.surface, np.minimum(gap, -1), gap)


def _gap(low: Bands, high: Bands, *, inner: bool) -> np.ndarray:
    alike = low.lower_code == high.upper_code
    lower = low.lower_most if inner else low.lower_least
    upper = high.upper_least if inner else high.upper_most
    own = low.lower_own.astype(np.int64) - high.upper_own
    return np.where(alike, own, lower.astype(np.int64) - upper)


def _level(bands: Bands) -> np.ndarray:
    return (bands.lower_code == bands.upper_code) & (bands.lower_own == bands.upper_own)


def moments(
    table: Table, i: np.ndarray, j: np.ndarray, minima: Minima, *, inner: bool = False
) -> Moments:
    """The common time of pairs of rows, cut to where their bands are within the vertical minimum.

    With a time minimum, bands are taken at their widest over each leg, because the two rows are then
    compared at different instants; else the linear bands are cut exactly.
    """
    start = np.maximum(table.start_us[i], table.start_us[j])
    end = np.minimum(table.end_us[i], table.end_us[j])
    holds = windows_meet(table, i, j, minima.time_us)
    length = np.maximum(end - start, 0).astype(np.float64)
    limit = minima.vertical_m * _MM
    if minima.time_us > 0 or table.bands_end is table.bands:
        gaps = [
            band_gaps(one.take(i), two.take(j), inner=inner)
            for one in _ends(table)
            for two in _ends(table)
        ]
        gap = np.maximum.reduce(gaps) if inner else np.minimum.reduce(gaps)
        touch = _level(table.bands.take(i)) | _level(table.bands.take(j))
        near = (gap < limit) | ((gap == 0) & touch & (limit == 0))
        return Moments(start, np.zeros(len(i)), length, holds & near)
    first, last, near = _cut(table, i, j, start, end, limit, inner=inner)
    return Moments(start, first, last, holds & near)


def _ends(table: Table) -> tuple[Bands, ...]:
    return (table.bands,) if table.bands_end is table.bands else (table.bands, table.bands_end)


def _cut(
    table: Table,
    i: np.ndarray,
    j: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    limit: float,
    *,
    inner: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last microsecond after ``start`` in which both vertical gaps are below the limit."""
    length = np.maximum(end - start, 0).astype(np.float64)
    first, last = np.zeros(len(i)), length.copy()
    near = np.ones(len(i), dtype=bool)
    touch = np.zeros(len(i), dtype=bool)
    surface = table.bands.surface[i] & table.bands.surface[j]
    for a, b in ((i, j), (j, i)):
        at_start, at_end = (
            _gap_at(table, a, b, moment, inner=inner) for moment in (start, np.maximum(start, end))
        )
        level = _level(table.bands.take(a)) | _level(table.bands.take(b))
        touch |= level
        below = (at_start - limit, at_end - limit)
        closed = level & (limit == 0)
        ok0 = (below[0] < 0) | (closed & (below[0] <= 0))
        ok1 = (below[1] < 0) | (closed & (below[1] <= 0))
        change = below[1] - below[0]
        zero = np.where(change != 0, -below[0] / np.where(change != 0, change, 1.0), 0.0) * length
        first = np.where(~ok0 & ok1 & ~surface, np.maximum(first, zero), first)
        last = np.where(ok0 & ~ok1 & ~surface, np.minimum(last, zero), last)
        near &= ok0 | ok1 | surface
    return first, last, near & (first <= last)


def _gap_at(
    table: Table, a: np.ndarray, b: np.ndarray, moment: np.ndarray, *, inner: bool
) -> np.ndarray:
    """Lower limit of a minus upper limit of b at a moment, millimetres."""
    alike = table.bands.lower_code[a] == table.bands.upper_code[b]
    lower = "lower_most" if inner else "lower_least"
    upper = "upper_least" if inner else "upper_most"
    own = _at(table, "lower_own", a, moment) - _at(table, "upper_own", b, moment)
    apart = _at(table, lower, a, moment) - _at(table, upper, b, moment)
    return np.where(alike, own, apart)


def _at(table: Table, column: str, rows: np.ndarray, moment: np.ndarray) -> np.ndarray:
    """A limit at a moment, linear over the leg."""
    start = getattr(table.bands, column)[rows].astype(np.float64)
    end = getattr(table.bands_end, column)[rows].astype(np.float64)
    begun = table.start_us[rows]
    span = table.end_us[rows] - begun
    moving = (table.kind[rows] == LEG) & (span > 0) & (start != end)
    share = np.where(moving, (moment - begun) / np.where(moving, span, 1), 0.0)
    return start + (end - start) * np.clip(share, 0.0, 1.0)
