"""The stated admin area against the polygon of that name, widened by what borders on maps are off.

Polygons are taken as drawn, straight in longitude and latitude: at the scale of the slack of a
kilometre the difference to geodesics does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any, Final

import numpy as np
import shapely

from keepclear.domain.declaration import Declaration
from keepclear.domain.finding import Finding, Severity
from keepclear.domain.gazetteer import AdminAreas
from keepclear.domain.position import Position
from keepclear.integrity.context import Bounds
from keepclear.integrity.places import Place, where
from keepclear.integrity.ruler import distance_m, length

__all__ = ["ADMIN_FIELDS", "AdminMap", "StatedArea"]

ADMIN_FIELDS: Final = ("admin_area", "admin1", "admin2", "admin3")
"""Names of the notification's fields that say in which admin area a place is."""


class AdminMap:
    """The polygons of all admin areas, found by name or by place."""

    def __init__(self, areas: AdminAreas, bounds: Bounds) -> None:
        self._areas: Final = areas
        self._shapes: Final = [_shape(area.area) for area in areas.areas]
        self._index: Final = {id(area): number for number, area in enumerate(areas.areas)}
        self._tree: Final = shapely.STRtree(self._shapes)
        self._bounds: Final = bounds

    def evidence(self, place: Place) -> tuple[StatedArea, ...]:
        """What the stated areas that are on the map say about the place."""
        found = []
        for stated in _stated(place.declaration):
            shapes = [self._shapes[self._index[id(area)]] for area in self._areas.find(stated)]
            if shapes:
                slack = self._bounds.border_m + place.error_m
                found.append(StatedArea(stated, tuple(shapes), slack, self))
        return tuple(found)

    def unknown(self, place: Place) -> Finding | None:
        """A note where no stated area is on the map: then nothing was compared."""
        stated = _stated(place.declaration)
        if not stated or any(self._areas.find(name) for name in stated):
            return None
        return Finding(
            "admin.unknown",
            Severity.NOTE,
            where(place),
            f"the admin area {stated[0]!r} is not in the file of admin areas, so nothing was "
            "compared with it",
            "check its spelling, or add it as an alias in that file",
            place.declaration.party,
            place.declaration.id,
        )

    def name_at(self, position: Position) -> str:
        """The admin area at a place; empty where none is."""
        hits = self._tree.query(_point(position), predicate="intersects")
        return self._areas.areas[int(hits[0])].name if len(hits) else ""


@dataclass(frozen=True, slots=True)
class StatedArea:
    """The admin area in which a place is said to be, as evidence about it."""

    name: str
    shapes: Sequence[Any]
    slack_m: float
    map: AdminMap
    code: str = "position.outside-admin"
    exact: bool = False

    def severity(self, _position: Position) -> Severity:
        """The area's name may be wrong as well as the place."""
        return Severity.DOUBT

    def contradicts(self, position: Position) -> bool:
        """Outside every polygon of that name, and further off than borders are drawn."""
        return self._away_m(position) > self.slack_m

    doubts = contradicts

    def confirms(self, position: Position) -> bool:
        """Inside one of them."""
        return self._away_m(position) == 0.0

    def says(self, position: Position) -> str:
        """How far outside, and where it lies instead."""
        there = self.map.name_at(position)
        instead = f", in {there}" if there else ", in none of the areas of the file"
        return f"it lies {length(self._away_m(position))} outside {self.name}{instead}"

    def advice(self) -> str:
        """Either may be wrong."""
        return "ask whether the position or the admin area is wrong, and have it read back on a map"

    def _away_m(self, position: Position) -> float:
        """Metres to the nearest point of the nearest polygon; found in degrees of equal size."""
        point = _point(position)
        nearest = float("inf")
        for shape in self.shapes:
            if shape.intersects(point):
                return 0.0
            squeeze = max(cos(radians(position.latitude)), 0.01)
            flat = shapely.transform(shape, lambda c, k=squeeze: c * np.array([k, 1.0]))
            here = shapely.Point(position.longitude * squeeze, position.latitude)
            x, y = shapely.get_coordinates(shapely.shortest_line(here, flat))[1]
            there = Position(latitude=float(y), longitude=float(x / squeeze))
            nearest = min(nearest, distance_m(position, there))
        return nearest


def _stated(declaration: Declaration) -> tuple[str, ...]:
    told = dict(declaration.notice)
    return tuple(told[name] for name in ADMIN_FIELDS if told.get(name))


def _point(position: Position) -> Any:
    return shapely.Point(position.longitude, position.latitude)


def _shape(area: Any) -> Any:
    polygons = [shapely.Polygon(*_rings(polygon.rings)) for polygon in area.polygons]
    return shapely.make_valid(shapely.MultiPolygon(polygons))


def _rings(rings: Any) -> tuple[list[tuple[float, float]], list[list[tuple[float, float]]]]:
    outer, *holes = [[(place.longitude, place.latitude) for place in ring] for ring in rings]
    return outer, holes
