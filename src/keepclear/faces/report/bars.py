"""Declarations as bars of the altitude-time diagram: nominal heights above mean sea level.

Flight levels count in the standard atmosphere, heights above ground from the middle of the ground
stated, ellipsoid heights as written. The verdict works with whole intervals instead, so a crossing
may be ``possible`` where the bars only come close.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from keepclear.detect.crossing import Crossing
from keepclear.domain.altitude import Altitude, AltitudeBand, Reference
from keepclear.domain.declaration import Declaration, Ground, Kind
from keepclear.domain.route import Route
from keepclear.domain.schedule import Schedule

__all__ = ["Band", "Bar", "bars", "during"]

Band = tuple[float | None, float | None]
"""Lower and upper height in metres; ``None`` is no limit."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of time with the band at its start and at its end; ``None`` is no limit."""

    start_us: int | None
    end_us: int | None
    first: Band
    last: Band


def bars(declaration: Declaration, ground: Ground | None) -> list[Bar]:
    """One bar for each volume and each leg of a route; ``ground`` where it states none.

    A site stands until it is removed, so its bar has no end.
    """
    ground = declaration.ground or ground
    found: list[Bar] = []
    for part in declaration.parts:
        if isinstance(part, Route):
            ways = part.waypoints
            legs = pairwise(ways) if len(ways) > 1 else [(ways[0], ways[0])]
            found += [
                Bar(a.time_us, b.time_us, _band(a.band, ground), _band(b.band, ground))
                for a, b in legs
            ]
            continue
        window = part.window.window if isinstance(part.window, Schedule) else part.window
        band = _band(part.band, ground)
        end_us = None if declaration.kind is Kind.SITE else window.end_us
        found.append(Bar(window.start_us, end_us, band, band))
    return found


def _band(band: AltitudeBand, ground: Ground | None) -> Band:
    return _height_m(band.lower, ground), _height_m(band.upper, ground)


def _height_m(limit: Altitude | None, ground: Ground | None) -> float | None:
    if limit is None:
        return None
    if limit.reference in {Reference.AGL, Reference.SFC} and ground is not None:
        return limit.metres + (ground.lowest_m + ground.highest_m) / 2.0
    return limit.metres


def during(found: Sequence[Bar], crossing: Crossing) -> Band | None:
    """The whole band of a declaration while it crosses, or over all its bars when none does."""
    start, end = crossing.time_start_us, crossing.time_end_us
    then = [
        bar
        for bar in found
        if (bar.start_us is None or end is None or bar.start_us <= end)
        and (bar.end_us is None or start is None or bar.end_us >= start)
    ]
    bands = [band for bar in then or found for band in (bar.first, bar.last)]
    if not bands:
        return None
    return _least(band[0] for band in bands), _greatest(band[1] for band in bands)


def _least(heights: Iterable[float | None]) -> float | None:
    known = list(heights)
    return None if None in known else min(height for height in known if height is not None)


def _greatest(heights: Iterable[float | None]) -> float | None:
    known = list(heights)
    return None if None in known else max(height for height in known if height is not None)
