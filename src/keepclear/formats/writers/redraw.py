"""The same line under another edge rule: points are inserted until it lies where it was declared.

Edges are halved by their own rule until the pieces, drawn by the other rule, stay within
``TOLERANCE_M`` of them; looked at in the middle and at both quarters, so that no S-shaped edge is
missed. Nothing is inserted where the rules agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import asin, atan2, cos, degrees, hypot, radians, sin
from types import MappingProxyType
from typing import Any, Final

from keepclear.detect.edges import TOLERANCE_M, check_one_way
from keepclear.domain.footprint import EdgeRule
from keepclear.domain.position import Position

__all__ = ["ellipsoid", "redrawn"]

_HALVINGS_MAX: Final = 16
"""65,536 pieces of one edge, as in ``detect``: enough round half the Earth."""
_POLE: Final = 90.0 - 1e-10
"""Beyond this a place is a pole: 0.01 mm."""
_METRES_A_DEGREE: Final = 111_700.0
"""No degree of latitude, and none of longitude on the equator, is longer."""

_Point = tuple[float, float]
"""Longitude and latitude in degrees; longitudes may run on beyond 180 within one edge."""


def redrawn(
    places: Sequence[Position], source: EdgeRule, target_rule: EdgeRule, *, closed: bool
) -> list[Position]:
    """Vertices that mean the same line under another rule, to 2.5 mm.

    Args:
        places: Vertices; of a closed line the first is not repeated.
        source: What joins them now.
        target_rule: What joins the vertices that are returned.
        closed: Whether the last vertex is joined to the first.

    Raises:
        InputError: ``edge.half-turn``: nobody can say where a great circle lies that was declared.
    """
    if source is target_rule:
        return list(places)
    middles = _MIDDLES[source], _MIDDLES[target_rule]
    out: list[Position] = []
    n = len(places)
    for i in range(n if closed else n - 1):
        a, b = places[i], places[(i + 1) % n]
        out.append(a)
        start, end = (a.longitude, a.latitude), (b.longitude, b.latitude)
        if source is EdgeRule.GREAT_CIRCLE:
            check_one_way(*start, *end)
        out += [_position(point) for point in _between(start, end, middles, _HALVINGS_MAX)]
    if not closed:
        out.append(places[-1])
    return out


def _between(a: _Point, b: _Point, middles: tuple[_Middle, _Middle], halvings: int) -> list[_Point]:
    """The points to insert between two ends, in order."""
    middle = middles[0](a, b)
    if halvings == 0 or _agree(a, b, middle, *middles):
        return []
    first = _between(a, middle, middles, halvings - 1)
    return [*first, middle, *_between(middle, b, middles, halvings - 1)]


def _agree(a: _Point, b: _Point, middle: _Point, own: _Middle, other: _Middle) -> bool:
    drawn = other(a, b)
    return all(
        _apart_m(meant, shown) <= TOLERANCE_M
        for meant, shown in (
            (middle, drawn),
            (own(a, middle), other(a, drawn)),
            (own(middle, b), other(drawn, b)),
        )
    )


def _apart_m(a: _Point, b: _Point) -> float:
    """An upper bound of the distance of two places that are near each other."""
    east = (a[0] - b[0] + 180.0) % 360.0 - 180.0
    narrow = cos(radians(min(abs(a[1]), abs(b[1]))))
    return _METRES_A_DEGREE * hypot(east * narrow, a[1] - b[1])


def _position(point: _Point) -> Position:
    longitude = point[0]
    if not -180.0 <= longitude <= 180.0:
        longitude = (longitude + 180.0) % 360.0 - 180.0
    return Position(longitude=longitude, latitude=point[1])


_Middle = Callable[[_Point, _Point], _Point]


def _middle_lonlat(a: _Point, b: _Point) -> _Point:
    """Halfway in longitude and latitude, the short way round (RFC 7946 edges never go the long way)."""
    return _between_longitudes(a, b), (a[1] + b[1]) / 2.0


def _between_longitudes(a: _Point, b: _Point) -> float:
    jump = b[0] - a[0]
    turn = -360.0 if jump > 180.0 else 360.0 if jump < -180.0 else 0.0
    return a[0] + (jump + turn) / 2.0


def _off_the_pole(longitude: float, latitude: float, a: _Point, b: _Point) -> _Point:
    """The same place; a pole, where all longitudes meet, gets the one between its neighbours.

    With any other, the edge to it could span half a turn, and nobody could say which way it runs.
    """
    if abs(latitude) < _POLE:
        return longitude, latitude
    return _between_longitudes(a, b), latitude


def _middle_geodesic(a: _Point, b: _Point) -> _Point:
    geod = ellipsoid()
    azimuth, _, length = geod.inv(a[0], a[1], b[0], b[1])
    longitude, latitude, _ = geod.fwd(a[0], a[1], azimuth, length / 2.0)
    return _off_the_pole(longitude, latitude, a, b)


def _middle_great_circle(a: _Point, b: _Point) -> _Point:
    """Halfway on the great circle of geodetic latitude and longitude."""
    x, y, z = (p + q for p, q in zip(_unit(a), _unit(b), strict=True))
    flat = hypot(x, y)
    return _off_the_pole(degrees(atan2(y, x)), degrees(asin(z / hypot(flat, z))), a, b)


def _unit(point: _Point) -> tuple[float, float, float]:
    longitude, latitude = radians(point[0]), radians(point[1])
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)


@cache
def ellipsoid() -> Any:
    """Geodesics on WGS84, loaded once and only where a line is redrawn."""
    from pyproj import Geod  # noqa: PLC0415  0.1 s that most files never need

    return Geod(ellps="WGS84")


_MIDDLES: Final = MappingProxyType[EdgeRule, _Middle](
    {
        EdgeRule.LONLAT: _middle_lonlat,
        EdgeRule.GEODESIC: _middle_geodesic,
        EdgeRule.GREAT_CIRCLE: _middle_great_circle,
    }
)
