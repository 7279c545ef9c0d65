"""Typing slips: what a position was probably meant to say, for each slip that people really make.

A slip is never assumed because it is possible: it explains a contradiction only where what was
meant then agrees with everything that contradicted what was written (``weigh``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import floor
from typing import Final

from keepclear.domain.position import Position
from keepclear.domain.stated import Notation
from keepclear.integrity.places import Place

__all__ = ["Meant", "digit_slips", "slips"]

_NUMBER: Final = re.compile(r"\d+\.\d+|\d+")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a position may have been meant to say."""

    position: Position
    code: str
    """The finding's code for this slip; empty where the slip has none of its own."""
    slip: str
    """What was done, as a sentence continues after 'it fits if'."""


def slips(place: Place) -> Iterator[Meant]:
    """What was meant if one of the slips of whole coordinates was made, likeliest first."""
    lat, lon = place.position.latitude, place.position.longitude
    notation = place.writings[0].notation if place.writings else Notation.DECIMAL
    if notation in {Notation.MGRS, Notation.UTM}:
        yield from _zone_slips(lat, lon)
        return
    yield from _meant(lon, lat, "position.swapped", "latitude and longitude are exchanged")
    for a, b, what in ((-lat, lon, "N and S"), (lat, -lon, "E and W")):
        yield from _meant(a, b, "position.hemisphere", f"{what} are exchanged")
    yield from _meant(-lat, -lon, "position.hemisphere", "both hemispheres are exchanged")
    for code, convert, what in _DEGREE_SLIPS:
        new_lat, new_lon = convert(lat), convert(lon)
        if new_lat is not None and new_lon is not None:
            yield from _meant(new_lat, new_lon, code, what)
        if new_lat is not None:
            yield from _meant(new_lat, lon, code, f"{what}, in the latitude")
        if new_lon is not None:
            yield from _meant(lat, new_lon, code, f"{what}, in the longitude")


def _minutes_as_decimals(value: float) -> float | None:
    """36.125, where 36 degrees 12.5 minutes were meant."""
    whole = floor(abs(value))
    minutes = (abs(value) - whole) * 100.0
    return _signed(whole + minutes / 60.0, value) if minutes < 60.0 else None


def _seconds_as_decimals(value: float) -> float | None:
    """36.1230, where 36 degrees 12 minutes 30 seconds were meant."""
    whole = floor(abs(value))
    minutes, seconds = _split((abs(value) - whole) * 100.0)
    if minutes >= 60 or seconds >= 60.0:
        return None
    return _signed(whole + minutes / 60.0 + seconds / 3600.0, value)


def _seconds_as_minutes(value: float) -> float | None:
    """36 degrees 12.30 minutes, where 36 degrees 12 minutes 30 seconds were meant."""
    whole = floor(abs(value))
    minutes, seconds = _split((abs(value) - whole) * 60.0)
    if seconds >= 60.0:
        return None
    return _signed(whole + minutes / 60.0 + seconds / 3600.0, value)


_DEGREE_SLIPS: Final = (
    (
        "position.minutes-as-decimals",
        _minutes_as_decimals,
        "what stands after the point are minutes, and no decimals of a degree",
    ),
    (
        "position.seconds-as-decimals",
        _seconds_as_decimals,
        "what stands after the point are minutes and seconds, and no decimals of a degree",
    ),
    (
        "position.seconds-as-minutes",
        _seconds_as_minutes,
        "the seconds were taken for decimals of a minute",
    ),
)


def _split(value: float) -> tuple[int, float]:
    """Whole part, and a hundred times the rest; 12.299999 is 12 and 30."""
    hundredths = round(value * 100.0, 4)
    whole = floor(hundredths / 100.0)
    return whole, hundredths - whole * 100.0


def _signed(value: float, like: float) -> float:
    return -value if like < 0 else value


def _zone_slips(lat: float, lon: float) -> Iterator[Meant]:
    """Grids: the same figures in the neighbouring zone, or in the other hemisphere."""
    for zones in (1, -1, 2, -2):
        meant = (lon + 6.0 * zones + 180.0) % 360.0 - 180.0
        yield from _meant(lat, meant, "", "the zone is another one")


def digit_slips(place: Place) -> Iterator[Meant]:
    """What was meant if one digit is wrong, or two neighbouring digits are exchanged.

    Only for decimal degrees: two numbers whose digits can be read here.
    """
    if not place.writings or place.writings[0].notation is not Notation.DECIMAL:
        return
    found = list(_NUMBER.finditer(place.writings[0].text))
    if len(found) != 2:
        return
    typed = [match.group() for match in found]
    held = (abs(place.position.latitude), abs(place.position.longitude))
    order = _axes([float(text) for text in typed], held)
    if order is None:
        return
    for column, axis in enumerate(order):
        for text, slip in _changed(typed[column]):
            value = _signed(float(text), (place.position.latitude, place.position.longitude)[axis])
            both = [place.position.latitude, place.position.longitude]
            both[axis] = value
            name = ("latitude", "longitude")[axis]
            yield from _meant(both[0], both[1], "", f"{slip} of the {name}: {text}")


def _axes(values: list[float], held: tuple[float, float]) -> tuple[int, int] | None:
    """Which number is the latitude; None where the numbers are not what holds, as on a datum."""
    for order in ((0, 1), (1, 0)):
        if all(abs(values[i] - held[axis]) < 1e-9 for i, axis in enumerate(order)):
            return order
    return None


def _changed(text: str) -> Iterator[tuple[str, str]]:
    digits = [i for i, mark in enumerate(text) if mark.isdigit()]
    for i, j in pairwise(digits):
        if text[i] != text[j]:
            swapped = text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :]
            yield swapped, "two neighbouring digits are exchanged"
    for i in digits:
        for other in "0123456789":
            if other != text[i]:
                yield text[:i] + other + text[i + 1 :], "one digit is another"


def _meant(lat: float, lon: float, code: str, slip: str) -> Iterator[Meant]:
    """The place, where there is one and it is another than was written."""
    if -90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0:
        yield Meant(Position(latitude=lat, longitude=lon), code, slip)
