"""What to draw for a declaration: rings and lines of places, with their widths.

Circles and shortest paths become lines with enough points to look like what they are; that is good
enough to look at, and nothing here is a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import acos, asin, atan2, ceil, cos, degrees, hypot, radians, sin
from typing import Final

from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.faces.report.plane import DEGREE_M, Pair, turned

__all__ = ["Mark", "marks"]

_CIRCLE_POINTS: Final = 96
_BEND_M: Final = 50_000.0
"""Longer shortest-path edges are drawn with points between, or they would look straight."""
_BEND_POINTS: Final = 64


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to draw: rings that enclose an area, or lines with a width."""

    lines: tuple[tuple[Pair, ...], ...]
    closed: bool
    width_m: float = 0.0
    """Full width of a line; of a ring, how far it reaches to both sides."""
    standoff: bool = False
    moving: bool = False


def marks(declaration: Declaration) -> list[Mark]:
    """Everything that shows where a declaration is; the stand-off comes first and lies below."""
    found: list[Mark] = []
    for part in declaration.parts:
        if declaration.standoff_m > 0:
            found.append(_mark(part, declaration.standoff_m, standoff=True))
        found.append(_mark(part, 0.0, standoff=False))
    return found


def _mark(part: Part, wider_m: float, *, standoff: bool) -> Mark:
    if isinstance(part, Route):
        line = _bent([_pair(w.position) for w in part.waypoints])
        width = 2.0 * (part.half_width_m + wider_m)
        return Mark((line,), closed=False, width_m=width, standoff=standoff, moving=True)
    footprint = part.footprint
    if isinstance(footprint, Circle):
        ring = _circle(footprint.center, footprint.radius_m + wider_m)
        return Mark((ring,), closed=True, standoff=standoff)
    if isinstance(footprint, Corridor):
        vertices = [_pair(vertex) for vertex in footprint.vertices]
        line = tuple(vertices) if footprint.edges is EdgeRule.LONLAT else _bent(vertices)
        width = 2.0 * (footprint.half_width_m + wider_m)
        return Mark((line,), closed=False, width_m=width, standoff=standoff)
    return Mark(_rings(footprint), closed=True, width_m=2.0 * wider_m, standoff=standoff)


def _rings(area: Area) -> tuple[tuple[Pair, ...], ...]:
    rings = [[_pair(p) for p in ring] for polygon in area.polygons for ring in polygon.rings]
    if area.edges is EdgeRule.LONLAT:
        return tuple(map(tuple, rings))
    return tuple(_bent([*ring, ring[0]])[:-1] for ring in rings)


def _pair(position: Position) -> Pair:
    return position.longitude, position.latitude


def _circle(center: Position, radius_m: float) -> tuple[Pair, ...]:
    """Places at one distance, on the mean sphere."""
    distance = radians(radius_m / DEGREE_M)
    latitude, longitude = radians(center.latitude), radians(center.longitude)
    places: list[Pair] = []
    for index in range(_CIRCLE_POINTS):
        bearing = radians(360.0 * index / _CIRCLE_POINTS)
        sine = sin(latitude) * cos(distance) + cos(latitude) * sin(distance) * cos(bearing)
        there = asin(max(-1.0, min(1.0, sine)))
        east = atan2(
            sin(bearing) * sin(distance) * cos(latitude), cos(distance) - sin(latitude) * sine
        )
        places.append((turned(degrees(longitude + east)), degrees(there)))
    return tuple(places)


def _bent(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """A shortest path with enough points between its vertices to look like one."""
    line = list(pairs[:1])
    for start, end in pairwise(pairs):
        line += _between(start, end)
        line.append(end)
    return tuple(line)


def _between(start: Pair, end: Pair) -> list[Pair]:
    if abs(start[1] - end[1]) + abs(turned(start[0] - end[0])) < _BEND_M / DEGREE_M:
        return []
    a, b = _vector(start), _vector(end)
    angle = acos(max(-1.0, min(1.0, sum(p * q for p, q in zip(a, b, strict=True)))))
    steps = min(_BEND_POINTS, ceil(degrees(angle) * DEGREE_M / _BEND_M))
    if steps < 2 or sin(angle) < 1e-9:
        return []
    places: list[Pair] = []
    for index in range(1, steps):
        part = index / steps
        near, there = sin((1 - part) * angle), sin(part * angle)
        x, y, z = (near * p + there * q for p, q in zip(a, b, strict=True))
        places.append((degrees(atan2(y, x)), degrees(atan2(z, hypot(x, y)))))
    return places


def _vector(pair: Pair) -> tuple[float, float, float]:
    longitude, latitude = map(radians, pair)
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)
