"""What the reader of one notation found: numbers on whatever datum, and how fine they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt
from typing import Final

from keepclear.domain.stated import Notation

__all__ = ["Measured", "metres_per_degree"]

_A_M: Final = 6_378_137.0
_E2: Final = 6.69437999014e-3
"""WGS84. The ellipsoids of older datums differ by less than a thousandth, which no precision shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Latitude and longitude in degrees, within their ranges, and the size of the last digit."""

    latitude: float
    longitude: float
    north_m: float
    """One step of the last digit of the latitude or northing, on the ground there."""
    east_m: float
    """Likewise of the longitude or easting."""
    notation: Notation


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Length on the ground of a degree of latitude and of a degree of longitude, metres.

    Source:
        Radii of curvature of the meridian and of the prime vertical of the WGS84 ellipsoid.
    """
    sine = sin(radians(latitude))
    squashed = 1.0 - _E2 * sine * sine
    meridian = _A_M * (1.0 - _E2) / (squashed * sqrt(squashed))
    parallel = _A_M / sqrt(squashed) * max(cos(radians(latitude)), 0.0)
    return radians(meridian), radians(parallel)
