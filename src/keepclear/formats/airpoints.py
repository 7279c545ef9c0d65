"""Places as aviation writes them: degrees, minutes and seconds without a sign between them, or colons.

``362312N 0371045E``, ``N362312E0371045``, ``3623N03710E``, ``36:23:12 N 037:10:45 E``,
``36:23.2N 037:10.75E``. The letters say which number is which, so that nothing is guessed; minutes
and seconds of 60 and more are refused. All of these formats are on WGS84, as ICAO Annex 15 demands.

Leaves to others: every other notation.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import cos, hypot, radians
from typing import Final

from keepclear.domain.position import Position
from keepclear.domain.stated import Notation, StatedPosition
from keepclear.errors import InputError
from keepclear.formats.text import shown

__all__ = ["COMPACT", "read_colons", "read_compact", "two_with_colons"]

_DEGREE_M: Final = 111_320.0
"""Length of a degree of the equator; good to half a percent anywhere, for precisions only."""

COMPACT: Final = (
    r"(?:(?P<ns>[NS])\s?(?P<lat>\d{6}|\d{4}|\d\d \d\d(?: \d\d)?)(?P<latf>\.\d{1,4})?[\s,/]{0,3}"
    r"(?P<ew>[EW])\s?(?P<lon>\d{7}|\d{5}|\d{3} \d\d(?: \d\d)?)(?P<lonf>\.\d{1,4})?"
    r"|(?P<lat2>\d{6}|\d{4}|\d\d \d\d(?: \d\d)?)(?P<latf2>\.\d{1,4})?\s?(?P<ns2>[NS])[\s,/]{0,3}"
    r"(?P<lon2>\d{7}|\d{5}|\d{3} \d\d(?: \d\d)?)(?P<lonf2>\.\d{1,4})?\s?(?P<ew2>[EW]))"
)
"""Degrees and minutes, perhaps seconds, with the letters in front or behind; the last number may
have decimals. As a regular expression, to be found inside a text."""
_COMPACT: Final = re.compile(COMPACT, re.ASCII)
_COLON_LAT: Final = r"(\d{1,2}):(\d{1,2}(?:\.\d{1,6})?)(?::(\d{1,2}(?:\.\d{1,6})?))?\s*([NS])"
_COLON_LON: Final = r"(\d{1,3}):(\d{1,2}(?:\.\d{1,6})?)(?::(\d{1,2}(?:\.\d{1,6})?))?\s*([EW])"
_COLONS: Final = re.compile(rf"{_COLON_LAT}[\s,]*{_COLON_LON}", re.ASCII)


@lru_cache(maxsize=4096)
def read_compact(text: str) -> StatedPosition:
    """A place such as ``362312N 0371045E`` or ``N362312E0371045``.

    Raises:
        InputError: ``position.unreadable``, ``position.sexagesimal``, ``position.range``.
    """
    match = _COMPACT.fullmatch(text.strip())
    if match is None:
        raise InputError(
            "position.unreadable",
            f"found {shown(text)}, expected a place such as '362312N 0371045E'",
        )
    found = match.groupdict()
    behind = "" if found["ns"] else "2"
    latitude, step = _compact_degrees(found["lat" + behind], found["latf" + behind] or "", 2)
    longitude, lon_step = _compact_degrees(found["lon" + behind], found["lonf" + behind] or "", 3)
    return _stated(
        text,
        (latitude, found["ns" + behind]),
        (longitude, found["ew" + behind]),
        max(step, lon_step),
        Notation.ICAO,
    )


@lru_cache(maxsize=4096)
def read_colons(text: str) -> StatedPosition:
    """A place such as ``36:23:12 N 037:10:45 E`` or ``36:23.200N 037:10.750E``.

    Raises:
        InputError: ``position.unreadable``, ``position.sexagesimal``, ``position.range``.
    """
    match = _COLONS.fullmatch(text.strip().upper())
    if match is None:
        raise InputError(
            "position.unreadable",
            f"found {shown(text)}, expected a place such as '36:23:12 N 037:10:45 E' or "
            "'36:23.200 N 037:10.750 E'",
        )
    latitude, step = _colon_degrees(*match.groups()[0:3])
    longitude, lon_step = _colon_degrees(*match.groups()[4:7])
    notation = Notation.MINUTES if match[3] is None else Notation.SECONDS
    return _stated(text, (latitude, match[4]), (longitude, match[8]), max(step, lon_step), notation)


def two_with_colons(text: str) -> tuple[StatedPosition, StatedPosition] | None:
    """Two places with a comma between them, or None where the text is not made of two.

    Raises:
        InputError: as :func:`read_colons`.
    """
    found = list(_COLONS.finditer(text.upper()))
    rest = _COLONS.sub("", text.upper())
    if len(found) != 2 or rest.strip() != ",":
        return None
    return read_colons(found[0][0]), read_colons(found[1][0])


def _compact_degrees(digits: str, fraction: str, wide: int) -> tuple[float, float]:
    """Degrees, and the size in degrees of one step of the last digit."""
    digits = digits.replace(" ", "")
    degrees, minutes, seconds = digits[:wide], digits[wide : wide + 2], digits[wide + 2 :]
    if seconds:
        seconds += fraction
    else:
        minutes += fraction
    return _degrees(degrees, minutes, seconds or None)


def _colon_degrees(degrees: str, minutes: str, seconds: str | None) -> tuple[float, float]:
    if seconds is not None and "." in minutes:
        raise InputError(
            "position.unreadable", f"found minutes {minutes} with decimals before seconds"
        )
    return _degrees(degrees, minutes, seconds)


def _degrees(degrees: str, minutes: str, seconds: str | None) -> tuple[float, float]:
    for name, value in (("minutes", minutes), ("seconds", seconds)):
        if value is not None and float(value) >= 60.0:
            raise InputError(
                "position.sexagesimal", f"found {value} {name}, expected less than 60; a misprint?"
            )
    last = minutes if seconds is None else seconds
    step = 10.0 ** -len(last.partition(".")[2]) / (60.0 if seconds is None else 3600.0)
    # one division of a sum keeps places that are equal on paper equal as numbers
    whole = int(degrees) * 3600 + float(minutes) * 60 + (0.0 if seconds is None else float(seconds))
    return whole / 3600.0, step


def _stated(
    text: str,
    latitude: tuple[float, str],
    longitude: tuple[float, str],
    step_deg: float,
    notation: Notation,
) -> StatedPosition:
    position = Position(
        latitude=-latitude[0] if latitude[1] == "S" else latitude[0],
        longitude=-longitude[0] if longitude[1] == "W" else longitude[0],
    )
    north_m = step_deg * _DEGREE_M
    east_m = north_m * cos(radians(position.latitude))
    return StatedPosition(
        position=position,
        text=" ".join(text.split()),
        notation=notation,
        precision_m=north_m,
        error_m=hypot(north_m, east_m) / 2.0,
    )
