"""The flat picture of a piece of the Earth: for drawings only, never for a verdict.

An equirectangular projection around the middle of what is drawn: a kilometre is equally long to the
north and to the east there, and nothing is special about the 180th meridian, because longitudes are
counted from the middle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any, Final

from keepclear.domain.position import Position
from keepclear.faces.report.svg import Point

__all__ = ["DEGREE_M", "Pair", "Plane", "geometry_rings", "inner_point", "turned"]

DEGREE_M: Final = 111_195.0
"""A degree of a great circle on the mean sphere."""
_LATITUDE_MAX: Final = 85.0
"""The projection is stretched no further than here; a map of a pole is drawn, not well."""

Pair = tuple[float, float]
"""Longitude and latitude."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Where the picture's middle is."""

    longitude: float
    latitude: float

    @classmethod
    def around(cls, pairs: Iterable[Pair]) -> Plane:
        """The plane whose middle is the middle of all places; the widest gap is left behind it."""
        places = list(pairs) or [(0.0, 0.0)]
        longitudes = sorted({longitude % 360.0 for longitude, _ in places})
        latitudes = [latitude for _, latitude in places]
        gaps = [(b - a, a, b) for a, b in pairwise([*longitudes, longitudes[0] + 360.0])]
        _, west_end, east_start = max(gaps)
        middle = (east_start + west_end + 360.0) / 2.0 if len(longitudes) > 1 else longitudes[0]
        return cls(turned(middle), (min(latitudes) + max(latitudes)) / 2.0)

    @property
    def _scale(self) -> float:
        return DEGREE_M * cos(radians(min(abs(self.latitude), _LATITUDE_MAX)))

    def line(self, pairs: Iterable[Pair]) -> list[Point]:
        """Metres east and north of the middle; a line that runs over 180 stays in one piece."""
        points: list[Point] = []
        offset = 0.0
        for longitude, latitude in pairs:
            step = turned(longitude - self.longitude - offset)
            offset += step
            points.append((offset * self._scale, (latitude - self.latitude) * DEGREE_M))
        return points

    def place(self, point: Point) -> Position:
        """The position drawn at a point, kept on the globe."""
        latitude = max(-90.0, min(90.0, self.latitude + point[1] / DEGREE_M))
        longitude = turned(self.longitude + point[0] / self._scale)
        return Position(latitude=latitude, longitude=longitude)


def turned(angle: float) -> float:
    """The same angle between -180 and 180."""
    return (angle + 180.0) % 360.0 - 180.0


def geometry_rings(geometry: dict[str, Any] | None) -> list[list[Pair]]:
    """All rings of a GeoJSON geometry; of a line or point, its places."""
    if geometry is None:
        return []
    if geometry["type"] == "GeometryCollection":
        return [ring for part in geometry["geometries"] for ring in geometry_rings(part)]
    found: list[list[Pair]] = []

    def collect(coordinates: Any) -> None:
        if coordinates and isinstance(coordinates[0], int | float):
            found.append([(coordinates[0], coordinates[1])])
        elif coordinates and isinstance(coordinates[0][0], int | float):
            found.append([(place[0], place[1]) for place in coordinates])
        else:
            for part in coordinates:
                collect(part)

    collect(geometry["coordinates"])
    return found


def inner_point(rings: Sequence[Sequence[Point]]) -> Point:
    """A point well inside: of a coarse raster, far from every edge and near the middle."""
    xs = [x for ring in rings for x, _ in ring]
    ys = [y for ring in rings for _, y in ring]
    middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    best, best_distance = middle, float("-inf")
    edges = [
        (a, b) for ring in map(_spread, rings) for a, b in pairwise([*ring, ring[0]]) if a != b
    ]
    steps = 24
    for row in range(1, steps):
        y = min(ys) + (max(ys) - min(ys)) * row / steps
        crossed = sorted(
            a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
            for a, b in edges
            if (a[1] > y) != (b[1] > y)
        )
        for left, right in zip(crossed[::2], crossed[1::2], strict=False):
            point = ((left + right) / 2, y)
            distance = min(_distance(point, a, b) for a, b in edges)
            off = hypot(point[0] - middle[0], point[1] - middle[1])
            if distance - 0.1 * off > best_distance:
                best, best_distance = point, distance - 0.1 * off
    return best


def _spread(ring: Sequence[Point]) -> Sequence[Point]:
    """At most a few hundred vertices: a label needs no more."""
    return ring[:: max(1, len(ring) // 300)]


def _distance(point: Point, a: Point, b: Point) -> float:
    """From a point to an edge."""
    along = (b[0] - a[0], b[1] - a[1])
    squared = along[0] ** 2 + along[1] ** 2
    part = ((point[0] - a[0]) * along[0] + (point[1] - a[1]) * along[1]) / squared
    part = max(0.0, min(1.0, part))
    return hypot(point[0] - a[0] - part * along[0], point[1] - a[1] - part * along[1])
