"""Plain shapes as they were declared: positions are (longitude, latitude) in degrees of WGS84."""

from __future__ import annotations

from dataclasses import dataclass

LONLAT = "lonlat"
"""Edges straight in longitude and latitude, the short way round in longitude."""
GEODESIC = "geodesic"
"""Edges are shortest paths on the WGS84 ellipsoid."""
GREAT_CIRCLE = "great-circle"
"""Edges are great circles of geodetic latitude and longitude, taken as angles on a sphere."""

Place = tuple[float, float]
"""(longitude, latitude), degrees. Longitudes -180 to 180."""


@dataclass(frozen=True)
class Area:
    """Everything that an odd number of rings surround, outline included.

    Holes and further polygons are only more rings. The first vertex is not repeated at the end. A
    ring fits into a hemisphere and its smaller side is its inside.
    """

    rings: tuple[tuple[Place, ...], ...]
    edges: str = LONLAT


@dataclass(frozen=True)
class Circle:
    """All places within ``radius_m`` of the centre along the ellipsoid."""

    center: Place
    radius_m: float


@dataclass(frozen=True)
class Corridor:
    """All places within ``half_width_m`` of a line, so that its ends are round."""

    vertices: tuple[Place, ...]
    half_width_m: float
    edges: str = LONLAT


@dataclass(frozen=True)
class Mover:
    """A disc whose centre runs along geodesics, at constant speed between timed vertices.

    Times are integer microseconds and never run backwards; a stay is the same place twice.
    """

    vertices: tuple[Place, ...]
    times_us: tuple[int, ...]
    half_width_m: float


Footprint = Area | Circle | Corridor
