"""A place on the WGS84 ellipsoid: a type, never a bare pair, so axes cannot be swapped silently."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from math import isfinite

from keepclear.errors import InputError

__all__ = ["Position", "positions"]


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
        # one look for the millions that are right: what is no number is in no range either
        if not (-90.0 <= self.latitude <= 90.0 and -180.0 <= self.longitude <= 180.0):
            raise _no_place(self.latitude, self.longitude)


def positions(latitudes: Sequence[float], longitudes: Sequence[float]) -> list[Position]:
    """Many places at once, in a third of the time: their ranges are looked at for all together.

    Raises:
        InputError: as :class:`Position`, for the first that is no place.
        ValueError: There are more of one than of the other.
    """
    if len(latitudes) != len(longitudes):
        raise ValueError(f"{len(latitudes)} latitudes and {len(longitudes)} longitudes")
    if not (_within(latitudes, 90.0) and _within(longitudes, 180.0)):
        pairs = zip(latitudes, longitudes, strict=True)
        return [Position(latitude=latitude, longitude=longitude) for latitude, longitude in pairs]
    places = list(map(object.__new__, repeat(Position, len(latitudes))))
    for name, values in (("latitude", latitudes), ("longitude", longitudes)):
        deque(map(Position.__dict__[name].__set__, places, values), maxlen=0)
    return places


def _within(values: Sequence[float], limit: float) -> bool:
    """Whether all are numbers, and none is further from 0 than that."""
    return not values or (isfinite(sum(values)) and -limit <= min(values) <= max(values) <= limit)


def _no_place(latitude: float, longitude: float) -> InputError:
    """What is wrong with two numbers that are no place."""
    if not (isfinite(latitude) and isfinite(longitude)):
        return InputError(
            "position.not-a-number",
            f"latitude {latitude}, longitude {longitude} is no place; "
            "give two finite numbers in degrees",
        )
    if not -90.0 <= latitude <= 90.0:
        hint = " (are latitude and longitude swapped?)" if abs(longitude) <= 90 else ""
        return InputError(
            "position.range", f"latitude {latitude} lies outside -90 to 90 degrees{hint}"
        )
    return InputError("position.range", f"longitude {longitude} lies outside -180 to 180 degrees")
