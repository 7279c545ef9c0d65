"""Distances and bearings between places, on the ellipsoid."""

from __future__ import annotations

from typing import Final

from pyproj import Geod

from keepclear.domain.position import Position

__all__ = ["along", "bearing_and_distance", "compass", "distance_m", "length"]

_GEOD: Final = Geod(ellps="WGS84")
_WINDS: Final = (
    *("north", "north-northeast", "northeast", "east-northeast"),
    *("east", "east-southeast", "southeast", "south-southeast"),
    *("south", "south-southwest", "southwest", "west-southwest"),
    *("west", "west-northwest", "northwest", "north-northwest"),
)


def bearing_and_distance(a: Position, b: Position) -> tuple[float, float]:
    """The bearing at ``a`` towards ``b``, 0 to 360 degrees from north eastwards, and metres."""
    bearing, _, metres = _GEOD.inv(a.longitude, a.latitude, b.longitude, b.latitude)
    return float(bearing) % 360.0, float(metres)


def distance_m(a: Position, b: Position) -> float:
    """Length of the geodesic."""
    return bearing_and_distance(a, b)[1]


def along(start: Position, bearing: float, metres: float) -> Position:
    """Where a geodesic ends that leaves ``start`` at a bearing in degrees from north eastwards."""
    longitude, latitude, _ = _GEOD.fwd(start.longitude, start.latitude, bearing, metres)
    return Position(latitude=float(latitude), longitude=float(longitude))


def compass(bearing: float) -> str:
    """The nearest of sixteen winds, in words."""
    return _WINDS[round(bearing / 22.5) % 16]


def length(metres: float) -> str:
    """As a sentence says it: ``0.4 m``, ``37 m``, ``1.2 km``, ``380 km``."""
    if metres < 9.95:
        return f"{metres:.1f} m"
    if metres < 999.5:
        return f"{metres:.0f} m"
    return f"{metres / 1000:.1f} km" if metres < 99_950 else f"{metres / 1000:,.0f} km"
