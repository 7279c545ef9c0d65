"""A place on the WGS84 ellipsoid: a type, never a bare pair, so axes cannot be swapped silently."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from keepclear.errors import InputError

__all__ = ["Position"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Geodetic latitude and longitude on WGS84, in degrees.

    Keyword-only, because (latitude, longitude) and (longitude, latitude) are both in use.

    Raises:
        InputError: ``position.not-a-number`` or ``position.range``. Longitudes run -180 to 180;
            a reader of a format that writes 190 for -170 reduces it before it builds a Position.
    """

    latitude: float
    """Degrees north, -90 to 90."""
    longitude: float
    """Degrees east, -180 to 180."""

    def __post_init__(self) -> None:
        if not (isfinite(self.latitude) and isfinite(self.longitude)):
            raise InputError(
                "position.not-a-number",
                f"latitude {self.latitude}, longitude {self.longitude} is no place; "
                "give two finite numbers in degrees",
            )
        if not -90.0 <= self.latitude <= 90.0:
            hint = " (are latitude and longitude swapped?)" if abs(self.longitude) <= 90 else ""
            raise InputError(
                "position.range",
                f"latitude {self.latitude} lies outside -90 to 90 degrees{hint}",
            )
        if not -180.0 <= self.longitude <= 180.0:
            raise InputError(
                "position.range",
                f"longitude {self.longitude} lies outside -180 to 180 degrees",
            )
