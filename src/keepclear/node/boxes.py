"""The box round a declaration in longitude and latitude, never too small; for filters, never a verdict.

Edges may run outside the box of their ends (a shortest path bends towards the pole), so a box is made
wider by a share of its size. Where a shape comes near a pole, or nearly round the Earth, its box is
that of all longitudes.
"""

from __future__ import annotations

from math import cos, radians
from typing import Final

from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.schedule import Schedule
from keepclear.domain.window import Window

__all__ = ["Box", "meets", "parts_meet", "span_of"]

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west above east where it holds the antimeridian."""
_METRES_PER_DEGREE: Final = 110_000.0
"""Less than any degree of latitude has, so that a distance becomes no fewer degrees than it is."""
_WIDER: Final = 0.15
"""Share of its size by which a box grows: more than a great circle of 90 degrees bends out of it."""
_WHOLE: Final = 180.0
_POLAR: Final = 85.0


def parts_meet(declaration: Declaration, box: Box) -> bool:
    """Whether the box of any part shares a place with another box."""
    return any(meets(_box_of(part), box) for part in declaration.parts)


def meets(a: Box, b: Box) -> bool:
    """Whether two boxes share a place; their limits belong to them."""
    if a[1] > b[3] or b[1] > a[3]:
        return False
    return any(
        left[0] <= right[1] and right[0] <= left[1] for left in _spans(a) for right in _spans(b)
    )


def span_of(declaration: Declaration) -> Window:
    """From the first to the last instant of a declaration; open where a part is."""
    windows = [_window(part) for part in declaration.parts]
    starts, ends = [one.start_us for one in windows], [one.end_us for one in windows]
    return Window(
        None if None in starts else min(start for start in starts if start is not None),
        None if None in ends else max(end for end in ends if end is not None),
    )


def _window(part: Part) -> Window:
    if isinstance(part, Route):
        return Window(part.waypoints[0].time_us, part.waypoints[-1].time_us)
    return part.window.window if isinstance(part.window, Schedule) else part.window


def _spans(box: Box) -> tuple[tuple[float, float], ...]:
    west, _, east, _ = box
    return ((west, east),) if west <= east else ((west, _WHOLE), (-_WHOLE, east))


def _box_of(part: Part) -> Box:
    places, pad_m = _places(part)
    south, north = min(p.latitude for p in places), max(p.latitude for p in places)
    west, east = _longitudes(places)
    width = (east - west) % 360.0 if east != west else 0.0
    pad = pad_m / _METRES_PER_DEGREE
    pad_n = pad + _WIDER * max(north - south, min(width, 90.0))
    south, north = max(-90.0, south - pad_n), min(90.0, north + pad_n)
    steepest = max(abs(south), abs(north))
    if steepest > _POLAR or width >= _WHOLE:
        return -_WHOLE, south, _WHOLE, north
    pad_e = pad / cos(radians(steepest)) + _WIDER * width
    if width + 2 * pad_e >= 360.0:
        return -_WHOLE, south, _WHOLE, north
    return _turned(west - pad_e), south, _turned(east + pad_e), north


def _longitudes(places: list[Position]) -> tuple[float, float]:
    """The narrowest span that holds all longitudes: what is left of the circle by its widest gap."""
    held = sorted({place.longitude for place in places})
    gaps = [(b - a, a, b) for a, b in zip(held, (*held[1:], held[0] + 360.0), strict=True)]
    _, last, first = max(gaps)
    return _turned(first), last


def _turned(longitude: float) -> float:
    return (longitude + _WHOLE) % 360.0 - _WHOLE


def _places(part: Part) -> tuple[list[Position], float]:
    if isinstance(part, Route):
        return [point.position for point in part.waypoints], part.half_width_m
    footprint = part.footprint
    if isinstance(footprint, Circle):
        return [footprint.center], footprint.radius_m
    if isinstance(footprint, Area):
        return [place for polygon in footprint.polygons for place in polygon.rings[0]], 0.0
    return list(footprint.vertices), footprint.half_width_m
