"""What is to be read back of a message, and how what was read back differs from it.

Both ends compare by the same tolerances: a place in another notation may be rounded, half a street may
not. Left to others: whether it was asked for, and in time (:mod:`keepclear.link.receipts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians
from typing import Final

from keepclear.link import bodies as b

__all__ = ["Difference", "Points", "differences", "to_read_back"]

POSITION_TOLERANCE_M: Final = 10.0
"""A position that was read back in another notation may be rounded; half a street may not."""
TIME_TOLERANCE_US: Final = 1_000_000
_METRES_E7: Final = 0.011_132
"""Metres of a ten-millionth of a degree of latitude; 0.6 % near the poles is nothing here."""
_TURN_E7: Final = 3_600_000_000

Points = tuple[tuple[b.Place, ...], tuple[int, ...]]
"""Places and times, in the order of the message."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that was read back otherwise than it was sent."""

    what: str
    """``place 1``, ``time 2``."""
    by: float | None
    """Metres or seconds; nothing where it was not read back at all."""


def differences(sent: Points, got: Points) -> tuple[Difference, ...]:
    """Where what was read back is not what was sent, in the order of the message."""
    found = []
    (places, times_us), (got_places, got_times_us) = sent, got
    for at, place in enumerate(places):
        metres = _apart_m(place, got_places[at]) if at < len(got_places) else None
        if metres is None or metres > POSITION_TOLERANCE_M:
            found.append(Difference(f"place {at + 1}", metres))
    for at, time_us in enumerate(times_us):
        off_us = abs(time_us - got_times_us[at]) if at < len(got_times_us) else None
        if off_us is None or off_us > TIME_TOLERANCE_US:
            found.append(Difference(f"time {at + 1}", None if off_us is None else off_us / 1e6))
    return tuple(found)


def to_read_back(body: b.Body) -> Points:
    """Places and times of a body."""
    places: list[b.Place | None] = []
    times: list[int | None] = []
    if isinstance(body, b.Stop):
        places = [body.place]
        times = [body.span.start_us, body.span.end_us] if body.span else []
    elif isinstance(body, b.Held):
        places, times = [body.at], [body.since_us, body.until_us]
    elif isinstance(body, b.Delayed):
        times = [body.new.start_us, body.new.end_us]
    return tuple(one for one in places if one), tuple(one for one in times if one is not None)


def _apart_m(a: b.Place, c: b.Place) -> float:
    """Metres between two places that are meant to be one."""
    east = abs(a.lon_e7 - c.lon_e7) % _TURN_E7
    east = min(east, _TURN_E7 - east)
    middle = radians((a.lat_e7 + c.lat_e7) / 2e7)
    return hypot((a.lat_e7 - c.lat_e7) * _METRES_E7, east * _METRES_E7 * cos(middle))
