"""No verdict is a free oracle: what a party asked within a day, and when it is too much.

Many small declarations would map out another's plan, one answer at a time. Declarations, ground and
hours, and withdrawals after a verdict are counted over the last 24 hours of the node's clock; a clock
that is set back frees nothing that was counted after the new time. Left to others: who is alarmed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, pi, radians, sin, sqrt
from typing import Final

from keepclear.disclose.crossing_only import extent
from keepclear.domain.arrangement import Caps
from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle
from keepclear.domain.position import Position
from keepclear.domain.route import Route

__all__ = ["DAY_US", "Use", "beyond", "size_km2_hours"]

DAY_US: Final = 86_400_000_000
_HOUR_US: Final = 3_600_000_000
_RADIUS_KM: Final = 6_371.0088
"""Mean radius: areas are counted here, not judged; 0.5 % is good enough for a budget."""
_HOURS_MAX: Final = 24.0
"""A budget is for a day: what stands longer, or has no end, counts as a day."""


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that a party asked or took back."""

    at_us: int
    area_km2_hours: float = 0.0
    withdrawal: bool = False
    """It took back what had been answered with a crossing."""


def beyond(uses: Iterable[Use], new: Use, caps: Caps) -> str | None:
    """Which budget one more declaration would go beyond, as a code; nothing where it stays within all.

    Args:
        uses: What the party asked and took back, whenever.
        new: The declaration that would be answered now.
        caps: What was agreed for a day.
    """
    recent = [use for use in uses if use.at_us > new.at_us - DAY_US]
    if sum(use.withdrawal for use in recent) > caps.withdrawals_after_verdict:
        return "budget.withdrawals"
    if sum(not use.withdrawal for use in recent) + 1 > caps.declarations:
        return "budget.declarations"
    if sum(use.area_km2_hours for use in (*recent, new)) > caps.area_km2_hours:
        return "budget.area-hours"
    return None


def size_km2_hours(declaration: Declaration) -> float:
    """Ground times time of a declaration: the area of each part by its hours, at most a day of each."""
    return sum(_area_km2(part) * _hours(part) for part in declaration.parts)


def _hours(part: Part) -> float:
    window = extent(part)
    if window.start_us is None or window.end_us is None:
        return _HOURS_MAX
    return min(_HOURS_MAX, (window.end_us - window.start_us) / _HOUR_US)


def _area_km2(part: Part) -> float:
    if isinstance(part, Route):
        return _swept_km2([point.position for point in part.waypoints], part.half_width_m)
    footprint = part.footprint
    if isinstance(footprint, Circle):
        return pi * (footprint.radius_m / 1000) ** 2
    if isinstance(footprint, Area):
        return sum(_ring_km2(polygon.rings[0]) for polygon in footprint.polygons)
    return _swept_km2(list(footprint.vertices), footprint.half_width_m)


def _swept_km2(places: list[Position], half_width_m: float) -> float:
    width_km = half_width_m / 1000
    length_km = sum(_km(a, b) for a, b in pairwise(places))
    return 2 * width_km * length_km + pi * width_km**2


def _ring_km2(ring: tuple[Position, ...]) -> float:
    """By the excess under each edge, taken straight in longitude and sine of latitude."""
    total = 0.0
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        east = (b.longitude - a.longitude + 180.0) % 360.0 - 180.0
        total += radians(east) * (2 + sin(radians(a.latitude)) + sin(radians(b.latitude)))
    size = abs(total) * _RADIUS_KM**2 / 2
    return min(size, 4 * pi * _RADIUS_KM**2 - size) if size < 4 * pi * _RADIUS_KM**2 else size


def _km(a: Position, b: Position) -> float:
    north, east = radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)
    half = (
        sin(north / 2) ** 2
        + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(east / 2) ** 2
    )
    return 2 * _RADIUS_KM * asin(min(1.0, sqrt(half)))
