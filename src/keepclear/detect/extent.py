"""A box of degrees that surely holds a footprint: for looking up the geoid, never for a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

from keepclear.domain.footprint import Area, Circle, Corridor, Polygon
from keepclear.domain.position import Position

__all__ = ["Box", "box_of", "places_of", "reach_of"]

Box = tuple[float, float, float, float]
"""South, west, north, east in degrees."""


def reach_of(footprint: Area | Circle | Corridor) -> float:
    """How far it reaches beyond its places, metres."""
    if isinstance(footprint, Area):
        return 0.0
    return footprint.radius_m if isinstance(footprint, Circle) else footprint.half_width_m


def places_of(footprint: Area | Circle | Corridor) -> Sequence[Position]:
    """The places that span it; holes add nothing."""
    if isinstance(footprint, Circle):
        return (footprint.center,)
    if isinstance(footprint, Corridor):
        return footprint.vertices
    return [place for polygon in footprint.polygons for place in _outer(polygon)]


def _outer(polygon: Polygon) -> tuple[Position, ...]:
    return polygon.rings[0]


def box_of(places: Sequence[Position], reach_m: float) -> Box:
    """South, west, north, east of a box that holds the places and what they reach, in degrees."""
    lats = [place.latitude for place in places]
    lons = [place.longitude for place in places]
    pad = reach_m / 110_000.0 + 0.01
    south, north = min(lats) - pad, max(lats) + pad
    west, east = min(lons), max(lons)
    if east - west > 180.0:
        turned = [lon % 360.0 for lon in lons]
        west, east = min(turned), max(turned)
    if north > 85.0 or south < -85.0 or east - west > 180.0:
        return max(south, -90.0), -180.0, min(north, 90.0), 180.0
    sideways = pad / cos(radians(max(abs(south), abs(north))))
    return south, west - sideways, north, east + sideways
