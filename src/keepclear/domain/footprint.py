"""Footprints: where on the ground a volume stands, with the rule that joins its vertices.

Coordinates stay as they were declared; nothing is projected or densified here. Whether a ring
crosses itself is judged in ``detect.prepare``, on the lattice where every verdict is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from keepclear.domain.position import Position
from keepclear.errors import InputError

__all__ = [
    "RADIUS_M_MAX",
    "Area",
    "Circle",
    "Corridor",
    "EdgeRule",
    "Footprint",
    "Polygon",
    "Ring",
    "length_m",
]

RADIUS_M_MAX: Final = 500_000.0
"""Distances are exact to 1 mm up to here; larger discs are declared as polygons."""


class EdgeRule(Enum):
    """What the line between two vertices means. It comes from the format and stays with the shape."""

    LONLAT = "straight in longitude and latitude"
    """RFC 7946 (GeoJSON) and everything derived from it."""
    GEODESIC = "shortest path on the ellipsoid"
    """ASTM F3548-21."""
    GREAT_CIRCLE = "great circle of geodetic latitude and longitude"
    """What S2-based systems compute; the definition all others are brought to."""


Ring = tuple[Position, ...]
"""A closed line of at least three places; the first is not repeated at the end."""


@dataclass(frozen=True, slots=True)
class Polygon:
    """An outer ring and its holes. Which way round they run does not matter.

    Raises:
        InputError: ``ring.too-few`` when a ring has fewer than three vertices.
    """

    rings: tuple[Ring, ...]

    def __post_init__(self) -> None:
        if not self.rings:
            raise InputError("ring.too-few", "a polygon needs an outer ring; found none")
        for ring in self.rings:
            if len(ring) < 3:
                raise InputError(
                    "ring.too-few",
                    f"a ring needs at least 3 different vertices; found {len(ring)}",
                )


@dataclass(frozen=True, slots=True)
class Area:
    """One or several polygons under one edge rule."""

    polygons: tuple[Polygon, ...]
    edges: EdgeRule

    def __post_init__(self) -> None:
        if not self.polygons:
            raise InputError("ring.too-few", "an area needs at least one polygon; found none")


@dataclass(frozen=True, slots=True)
class Circle:
    """All places within ``radius_m`` of the centre, measured on the ellipsoid.

    A radius of 0 is a point: a notified site may be one, and its stand-off widens it.
    """

    center: Position
    radius_m: float

    def __post_init__(self) -> None:
        length_m(self.radius_m, "radius", RADIUS_M_MAX)


@dataclass(frozen=True, slots=True)
class Corridor:
    """All places within ``half_width_m`` of a standing centre line; its ends are round."""

    vertices: tuple[Position, ...]
    half_width_m: float
    edges: EdgeRule

    def __post_init__(self) -> None:
        if len(self.vertices) < 2:
            raise InputError(
                "line.too-few", f"a line needs at least 2 vertices; found {len(self.vertices)}"
            )
        length_m(self.half_width_m, "half width", RADIUS_M_MAX)


Footprint = Area | Circle | Corridor


def length_m(value: float, what: str, limit_m: float) -> float:
    """A length that is finite, not negative and within its limit, in metres.

    Raises:
        InputError: ``length.range``.
    """
    if not 0.0 <= value <= limit_m:  # what is no number is in no range either
        raise InputError(
            "length.range",
            f"{what} {value} m lies outside 0 to {limit_m:,.0f} m",
        )
    return value
