"""No verdict is a free oracle: what a party asked within a day, and when it is too much.

Many small declarations would map out another's plan, one answer at a time. Declarations, ground and
hours, what was told of crossings, and withdrawals after a verdict are counted over the last 24 hours of
the node's clock; a clock that is set back frees nothing that was counted after the new time. Left to
others: who is alarmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, pi, radians, sin, sqrt
from typing import Final

from keepclear.disclose.crossing_only import extent
from keepclear.domain.arrangement import Arrangement, Caps
from keepclear.domain.declaration import Declaration, Kind, Part
from keepclear.domain.footprint import Area, Circle, Footprint
from keepclear.domain.position import Position
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.window import Window

__all__ = [
    "DAY_US",
    "SHARE_MAX",
    "Tally",
    "Use",
    "beyond",
    "share_of_theatre",
    "size_km2_hours",
    "told_km2_hours",
    "told_of_sizes",
]

DAY_US: Final = 86_400_000_000
SHARE_MAX: Final = 0.05
"""Of a theatre in a day: more is said where an arrangement is checked."""
_HOUR_US: Final = 3_600_000_000
_RADIUS_KM: Final = 6_371.0088
"""Mean radius: areas are counted here, not judged; 0.5 % is good enough for a budget."""
_ROUNDED: Final = 1e-6
"""What adding and taking away a day of uses may be off by; closer to a cap they are added up anew."""
_CELL_KM: Final = 2.25
_CELL_HOURS: Final = 32 / 60
"""The coarsest cell that is worth something to whoever maps out a plan."""
_TOLD_COUNTS: Final = 3.0
"""So often; by ``make prober`` following what was hit then learns no more than asking anywhere."""
_HOURS_MAX: Final = 24.0
"""A budget is for a day: what stands longer, or has no end, counts as a day."""


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that a party asked or took back."""

    at_us: int
    area_km2_hours: float = 0.0
    withdrawal: bool = False
    """It took back what had been answered with a crossing."""
    told: bool = False
    """A declaration was answered with a crossing; that counts beside the question."""


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
    if sum(not (use.withdrawal or use.told) for use in recent) + 1 > caps.declarations:
        return "budget.declarations"
    if sum(use.area_km2_hours for use in (*recent, new)) > caps.area_km2_hours:
        return "budget.area-hours"
    return None


class Tally:
    """What a party used within the last 24 hours, counted on as time goes on.

    Days hold many thousands of uses; so only what has come and what is over is looked at. It may say
    that nothing is beyond its budget; where it does not say so, :func:`beyond` is asked.
    """

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self._begin_anew(())

    def _begin_anew(self, uses: Sequence[Use]) -> None:
        self._uses: Sequence[Use] = uses
        self._begin = self._end = 0
        """The uses that are counted: their place in the list."""
        self._asked = self._taken_back = 0
        self._km2_hours = 0.0
        self._ordered = True

    def within(self, uses: Sequence[Use], new: Use, caps: Caps) -> bool:
        """Whether one more declaration surely stays within all budgets; see :func:`beyond`."""
        since_us = new.at_us - DAY_US
        if uses is not self._uses or len(uses) < self._end or self._is_back(since_us):
            self._begin_anew(uses)
        while self._end < len(uses):
            use, last = uses[self._end], uses[self._end - 1] if self._end else None
            self._ordered &= last is None or last.at_us <= use.at_us
            self._count(use, 1)
            self._end += 1
        while self._begin < self._end and uses[self._begin].at_us <= since_us:
            self._count(uses[self._begin], -1)
            self._begin += 1
        sure_km2_hours = (self._km2_hours + new.area_km2_hours) * (1 + _ROUNDED) + _ROUNDED
        return (
            self._ordered
            and self._taken_back <= caps.withdrawals_after_verdict
            and self._asked + 1 <= caps.declarations
            and sure_km2_hours <= caps.area_km2_hours
        )

    def _is_back(self, since_us: int) -> bool:
        """Whether the clock was set back, so that something is counted again."""
        return self._begin > 0 and self._uses[self._begin - 1].at_us > since_us

    def _count(self, use: Use, sign: int) -> None:
        self._asked += sign * (not (use.withdrawal or use.told))
        self._taken_back += sign * use.withdrawal
        self._km2_hours += sign * use.area_km2_hours


def share_of_theatre(arrangement: Arrangement) -> float | None:
    """How much of its theatre a party may ask for in a day; nothing, where it holds everywhere.

    About as much of a plan in it is learnt by whoever asks for nothing else (decision 0021).
    """
    if arrangement.theatre is None:
        return None
    rings = [polygon.rings[0] for polygon in arrangement.theatre.polygons]
    whole = sum(_ring_sizes(ring)[0] for ring in rings) * _HOURS_MAX
    return arrangement.caps.area_km2_hours / whole if whole else None


def size_km2_hours(declaration: Declaration) -> float:
    """What an answer to a declaration can tell, as ground times time of the cells that it touches.

    Each shape is counted with the cells that its border runs through, and each window with those at its
    ends: a line without width and a moment without length tell of every cell that they touch. Heights
    cost nothing. What moves is counted leg by leg, for as long as it is at a place. A claimed area is
    never a crossing, so it asks nothing.
    """
    if declaration.kind is Kind.AREA:
        return 0.0
    return sum([_part_km2_hours(part) for part in declaration.parts])


def told_km2_hours(own: Declaration, other: Declaration) -> float:
    """What an answer counts that told of a crossing, beside the question.

    No more of another's plan can be told than both hold. It counts several times: what was told is
    worth more than what was asked, and who follows what it hit is told more than who asks anywhere.
    """
    return told_of_sizes(size_km2_hours(own), size_km2_hours(other))


def told_of_sizes(own_km2_hours: float, other_km2_hours: float) -> float:
    """The same, where the sizes of both are known already."""
    return _TOLD_COUNTS * min(own_km2_hours, other_km2_hours)


def _part_km2_hours(part: Part) -> float:
    hours = _hours(extent(part))
    if not isinstance(part, Route):
        return _touched_km2(part.footprint) * hours
    width_km = part.half_width_m / 1000
    whole = _swept_km2([point.position for point in part.waypoints], width_km) * hours
    return min(whole, sum(_leg_km2_hours(a, b, width_km) for a, b in pairwise(part.waypoints)))


def _leg_km2_hours(a: Waypoint, b: Waypoint, width_km: float) -> float:
    """The ground of a leg, for as long as its disc takes to pass over a place."""
    length_km = _km(a.position, b.position)
    passing = min(1.0, 2 * width_km / length_km) if length_km else 1.0
    hours = passing * (b.time_us - a.time_us) / _HOUR_US
    return _swept_km2([a.position, b.position], width_km) * min(_HOURS_MAX, hours + _CELL_HOURS)


def _hours(window: Window) -> float:
    if window.start_us is None or window.end_us is None:
        return _HOURS_MAX
    return min(_HOURS_MAX, (window.end_us - window.start_us) / _HOUR_US + _CELL_HOURS)


def _touched_km2(footprint: Footprint) -> float:
    if isinstance(footprint, Circle):
        radius_km = footprint.radius_m / 1000
        return _with_border(pi * radius_km**2, 2 * pi * radius_km)
    if isinstance(footprint, Area):
        return sum([_with_border(*_ring_sizes(one.rings[0])) for one in footprint.polygons])
    return _swept_km2(list(footprint.vertices), footprint.half_width_m / 1000)


def _swept_km2(places: list[Position], width_km: float) -> float:
    length_km = _length_km(places)
    border_km = 2 * length_km + 2 * pi * width_km
    return _with_border(2 * width_km * length_km + pi * width_km**2, border_km)


def _with_border(area_km2: float, border_km: float) -> float:
    """Ground of the cells that a shape touches, on average over where they lie (Cauchy, Crofton)."""
    return area_km2 + 2 * border_km * _CELL_KM / pi + _CELL_KM**2


def _length_km(places: Sequence[Position]) -> float:
    """Along a line, on a sphere."""
    before = places[0]
    lat_before, lon_before = radians(before.latitude), radians(before.longitude)
    across_before, total = cos(lat_before), 0.0
    for place in places[1:]:
        lat, lon = radians(place.latitude), radians(place.longitude)
        across = cos(lat)
        north, east = sin((lat - lat_before) / 2), sin((lon - lon_before) / 2)
        half = north * north + across * across_before * east * east
        total += asin(sqrt(half) if half < 1.0 else 1.0)
        lat_before, lon_before, across_before = lat, lon, across
    return 2 * _RADIUS_KM * total


def _ring_sizes(ring: tuple[Position, ...]) -> tuple[float, float]:
    """Square kilometres in a ring, and kilometres round it.

    The ground is the excess under each edge, taken straight in longitude and sine of latitude; the
    length is that of :func:`_length_km`. Both are asked for with every declaration: one look at each
    vertex is enough.
    """
    before = ring[-1]
    degrees_before, lat_before = before.longitude, radians(before.latitude)
    lon_before, sine_before, across_before = (
        radians(degrees_before),
        sin(lat_before),
        cos(lat_before),
    )
    under = round_it = 0.0
    for place in ring:
        degrees, lat = place.longitude, radians(place.latitude)
        lon, sine, across = radians(degrees), sin(lat), cos(lat)
        turn = (degrees - degrees_before + 180.0) % 360.0 - 180.0
        under += turn * (2 + sine + sine_before)
        north, east = sin((lat - lat_before) / 2), sin((lon - lon_before) / 2)
        half = north * north + across * across_before * east * east
        round_it += asin(sqrt(half) if half < 1.0 else 1.0)
        degrees_before, lat_before, lon_before = degrees, lat, lon
        sine_before, across_before = sine, across
    size = abs(radians(under)) * _RADIUS_KM**2 / 2
    whole = 4 * pi * _RADIUS_KM**2
    return (min(size, whole - size) if size < whole else size), 2 * _RADIUS_KM * round_it


def _km(a: Position, b: Position) -> float:
    return _length_km((a, b))
