"""The places of a declaration, one for each thing it is about, with how each was written.

A place that a format kept as it was written comes with all its writings. Otherwise there is one for
each part: the centre of a circle, the middle of an area, the vertices of a route or line. Only the
first is *the* place of the declaration, which its words and its admin area are about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Final

from keepclear.domain.declaration import Declaration
from keepclear.domain.footprint import Area, Circle, Corridor
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.stated import StatedPosition

__all__ = ["PLACES_MAX", "Place", "places_of", "where"]

PLACES_MAX: Final = 200
"""Places looked at in one declaration; a flown track has thousands, all of one hand."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a declaration."""

    declaration: Declaration
    index: int
    """Which one, counted from 0."""
    position: Position
    writings: tuple[StatedPosition, ...] = ()
    """As it was written; the first holds."""
    lone: bool = True
    """Whether it is the only place, so that words about the declaration are about it."""

    @property
    def error_m(self) -> float:
        """How far off it may be by what was said of it."""
        stated = self.writings[0].error_m if self.writings else 0.0
        return max(stated, self.declaration.position_error_m)

    def shown(self) -> str:
        """As it was written, else in decimal degrees."""
        if self.writings:
            return f"{self.writings[0].text!r}"
        return f"latitude {self.position.latitude:.6g}, longitude {self.position.longitude:.6g}"


def places_of(declaration: Declaration) -> tuple[Place, ...]:
    """Its places, in order; at most :data:`PLACES_MAX`."""
    if declaration.stated:
        lone = len(declaration.stated) == 1
        return tuple(
            Place(declaration, index, writings[0].position, writings, lone)
            for index, writings in enumerate(declaration.stated[:PLACES_MAX])
            if writings
        )
    found = []
    for position in _positions(declaration):
        found.append(position)
        if len(found) == PLACES_MAX:
            break
    lone = len(found) == 1
    return tuple(
        Place(declaration, index, position, (), lone) for index, position in enumerate(found)
    )


def where(place: Place) -> str:
    """File and row, and which place of the row where it has several."""
    row = place.declaration.where
    return row if place.lone else f"{row} place {place.index + 1}".strip()


def _positions(declaration: Declaration) -> Iterator[Position]:
    for part in declaration.parts:
        if isinstance(part, Route):
            yield from (waypoint.position for waypoint in part.waypoints)
            continue
        footprint = part.footprint
        if isinstance(footprint, Circle):
            yield footprint.center
        elif isinstance(footprint, Corridor):
            yield from footprint.vertices
        elif isinstance(footprint, Area):
            yield from (_middle(polygon.rings[0]) for polygon in footprint.polygons)


def _middle(places: tuple[Position, ...]) -> Position:
    """The mean direction of the vertices: well defined across the antimeridian and at poles."""
    x = y = z = 0.0
    for place in places:
        latitude, longitude = radians(place.latitude), radians(place.longitude)
        x += cos(latitude) * cos(longitude)
        y += cos(latitude) * sin(longitude)
        z += sin(latitude)
    across = hypot(x, y)
    if across == 0.0 and z == 0.0:
        return places[0]
    return Position(latitude=degrees(atan2(z, across)), longitude=degrees(atan2(y, x)))
