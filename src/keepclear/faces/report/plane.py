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
_RASTER: Final = 24
"""Rows of the raster in which a place for a label is looked for."""
_RINGS: Final = 30
_VERTICES: Final = 400
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
    edges = [edge for ring in _simpler(rings) for edge in pairwise([*ring, ring[0]])]
    (left, top), (right, bottom) = _corners(point for ring in rings for point in ring)
    middle = (left + right) / 2, (top + bottom) / 2
    best, best_worth = middle, float("-inf")
    for row in range(1, _RASTER):
        y = top + (bottom - top) * row / _RASTER
        crossed = sorted(
            a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
            for a, b in edges
            if (a[1] > y) != (b[1] > y)
        )
        for west, east in zip(crossed[::2], crossed[1::2], strict=False):
            point = ((west + east) / 2, y)
            away = min(_distance(point, a, b) for a, b in edges)
            worth = away - 0.1 * hypot(point[0] - middle[0], point[1] - middle[1])
            if worth > best_worth:
                best, best_worth = point, worth
    return best


def _simpler(rings: Sequence[Sequence[Point]]) -> list[Sequence[Point]]:
    """The largest rings with a few hundred vertices in all: a label needs no more."""

    def size(ring: Sequence[Point]) -> float:
        (left, top), (right, bottom) = _corners(ring)
        return (right - left) * (bottom - top)

    largest = sorted(rings, key=size, reverse=True)[:_RINGS]
    step = 1 + sum(map(len, largest)) // _VERTICES
    return [ring[::step] if len(ring) >= 3 * step else ring for ring in largest]


def _corners(points: Iterable[Point]) -> tuple[Point, Point]:
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys)), (max(xs), max(ys))


def _distance(point: Point, a: Point, b: Point) -> float:
    """From a point to an edge."""
    along = (b[0] - a[0], b[1] - a[1])
    squared = along[0] ** 2 + along[1] ** 2
    if not squared:
        return hypot(point[0] - a[0], point[1] - a[1])
    part = ((point[0] - a[0]) * along[0] + (point[1] - a[1]) * along[1]) / squared
    part = max(0.0, min(1.0, part))
    return hypot(point[0] - a[0] - part * along[0], point[1] - a[1] - part * along[1])
