"""The places of a declaration, one for each thing it is about, with how each was written.

A place that a format kept as it was written comes with all its writings. Otherwise there is one for
each part: the centre of a circle, the middle of an area, the vertices of a route or line. Only the
first is *the* place of the declaration, which its words and its admin area are about. The middle of an
area is calculated when somebody asks where it is: most areas are looked at without that.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
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


class Place:
    """One place of a declaration."""

    __slots__ = ("_at", "declaration", "index", "lone", "writings")

    def __init__(
        self,
        declaration: Declaration,
        index: int,
        at: Position | tuple[Position, ...],
        writings: tuple[StatedPosition, ...] = (),
        *,
        lone: bool = True,
    ) -> None:
        """Remember where it is.

        Args:
            declaration: Whose place it is.
            index: Which one, counted from 0.
            at: Where it is; the outer ring of an area, whose middle it is.
            writings: As it was written; the first holds.
            lone: Whether it is the only place, so that words about the declaration are about it.
        """
        self.declaration, self.index, self._at = declaration, index, at
        self.writings, self.lone = writings, lone

    @property
    def position(self) -> Position:
        """Where it is."""
        if isinstance(self._at, tuple):
            self._at = _middle(self._at)
        return self._at

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
            Place(declaration, index, writings[0].position, writings, lone=lone)
            for index, writings in enumerate(declaration.stated[:PLACES_MAX])
            if writings
        )
    found = list(islice(_drawn(declaration), PLACES_MAX))
    lone = len(found) == 1
    return tuple([Place(declaration, index, at, lone=lone) for index, at in enumerate(found)])


def where(place: Place) -> str:
    """File and row, and which place of the row where it has several."""
    row = place.declaration.where
    return row if place.lone else f"{row} place {place.index + 1}".strip()


def _drawn(declaration: Declaration) -> Iterator[Position | tuple[Position, ...]]:
    """Places as they were drawn; of an area its outer rings."""
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
            yield from (polygon.rings[0] for polygon in footprint.polygons)


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
