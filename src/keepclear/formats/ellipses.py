"""Ellipses on the Earth as polygons that hold them whole.

A point of the ellipse lies at its bearing and distance from the centre, measured on the ellipsoid.
The polygon is a little larger everywhere, never smaller: what is declared is never made less.
"""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, pi, sin
from typing import Final

from keepclear.domain.footprint import Ring
from keepclear.domain.position import Position

__all__ = ["CORNERS", "ring_round"]

CORNERS: Final = 72
"""A polygon of so many corners stands out 0.1 % over the ellipse that it holds."""
_EARTH_M: Final = 6_371_009.0
_ROOM_M: Final = 0.001


def ring_round(center: Position, major_m: float, minor_m: float, bearing: float = 0.0) -> Ring:
    """A ring round an ellipse, for edges that are shortest paths or close to them.

    Args:
        center: Its middle.
        major_m: Half of its long axis, metres.
        minor_m: Half of its short axis, metres.
        bearing: Where the long axis points, degrees from true north, clockwise.
    """
    from pyproj import Geod  # noqa: PLC0415  0.1 s that most files never need

    # a polygon round a plane ellipse touches it in the middle of each edge; on the Earth edges
    # bend by less than the square of the size over the Earth's radius
    grow = (1.0 + (major_m / _EARTH_M) ** 2) / cos(pi / CORNERS)
    azimuths, lengths = [], []
    for corner in range(CORNERS):
        along = 2.0 * pi * corner / CORNERS
        x = (major_m + _ROOM_M) * grow * cos(along)
        y = (minor_m + _ROOM_M) * grow * sin(along)
        azimuths.append(bearing + degrees(atan2(y, x)))
        lengths.append(hypot(x, y))
    lon, lat, _ = Geod(ellps="WGS84").fwd(
        [center.longitude] * CORNERS, [center.latitude] * CORNERS, azimuths, lengths
    )
    return tuple(
        Position(latitude=round(b, 9), longitude=round(a, 9)) for a, b in zip(lon, lat, strict=True)
    )
