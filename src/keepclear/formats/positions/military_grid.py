"""MGRS: ``37S CA 12345 67890`` with any blanks, from 10 km to 1 m, and the polar grids.

Digits are cut, not rounded, so what is named is a square; the place taken is its **centre**, and the
error is half its diagonal. What is incomplete is refused, because two letters return every 2,000 km.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import cos, radians
from typing import Final

from keepclear.domain.stated import Datum, Notation
from keepclear.errors import InputError
from keepclear.formats.positions.measured import Measured
from keepclear.formats.positions.projection import from_plane
from keepclear.formats.positions.squares import (
    ROW_CYCLE_M,
    SQUARE_M,
    polar_corner,
    zone_corner,
)
from keepclear.formats.positions.zones import BANDS, band_of, band_span, zone_span

__all__ = ["read_mgrs"]

_FORM: Final = re.compile(
    r"(?:mgrs:? ?)?([0-9]{0,2}) ?([A-Za-z]) ?([A-Za-z]) ?([A-Za-z])([0-9 ]*)", re.IGNORECASE
)
_NO_ZONE: Final = re.compile(r"(?:mgrs:? ?)?([A-Za-z]) ?([A-Za-z]) ?([0-9][0-9 ]*)", re.IGNORECASE)
_NO_SQUARE: Final = re.compile(r"mgrs:? ?[0-9]{1,2} ?[A-Za-z] ?[0-9 ]*", re.IGNORECASE)
_DIGITS_MAX: Final = 5
"""Digits of each number: five are metres."""
_DEGREE_M: Final = 110_000.0
"""A little less than any degree of latitude."""
_EXAMPLE: Final = "expected all of it, such as 37S CA 12345 67890"


def read_mgrs(text: str, datum: Datum) -> Measured | None:
    """The centre of the square named, or None where the text is in another form.

    Raises:
        InputError: ``position.mgrs`` for a square that is incomplete or does not exist,
            ``position.datum`` for a datum with letters of its own.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        if _NO_ZONE.fullmatch(text) or _NO_SQUARE.fullmatch(text):
            raise InputError(
                "position.mgrs",
                f"the grid reference {text!r} is incomplete: without zone, band and both letters it "
                f"names a place in many parts of the Earth; {_EXAMPLE}",
            )
        return None
    if not match[1] and (not match[5] or match[0].lower().startswith("utm")):
        return None  # three letters are a word, and one of them is UTM
    zone, band, letters = match[1], match[2].upper(), (match[3] + match[4]).upper()
    if band in "ABYZ" and not zone:
        corner = polar_corner(band, letters)
    elif zone and 1 <= int(zone) <= 60 and band in BANDS:
        corner = zone_corner(int(zone), letters)
    else:
        raise _no_square(
            text, "expected a zone from 1 to 60 and a band from C to X, without I and O"
        )
    if datum in {Datum.ED50, Datum.PULKOVO_42, Datum.NAD27}:
        raise InputError(
            "position.datum",
            f"{text!r} is MGRS on {datum.value}, where other letters may name the squares; convert it "
            "to WGS84 with the tool that it comes from, or give latitude and longitude",
        )
    if corner is None:
        raise _no_square(
            text, f"there is no square {letters} there; is a letter or the zone wrong?"
        )
    east, north = _digits(text, match[5])
    cell_m = SQUARE_M // 10 ** len(east)
    easting_m = corner[0] + (int(east) + 0.5) * cell_m
    northing_m = corner[1] + (int(north) + 0.5) * cell_m
    place = (
        _in_zone(int(zone), band, easting_m, northing_m, cell_m)
        if zone
        else _near_pole(band, easting_m, northing_m, cell_m)
    )
    if place is None:
        raise _no_square(
            text, f"it lies outside {zone}{band}; is a letter, a digit or the zone wrong?"
        )
    return Measured(
        latitude=place[0],
        longitude=place[1],
        north_m=float(cell_m),
        east_m=float(cell_m),
        notation=Notation.MGRS,
    )


def _digits(text: str, written: str) -> tuple[str, str]:
    """Easting and northing digits, which must be as many; groups must not say otherwise."""
    groups = written.split()
    digits = "".join(groups)
    half = len(digits) // 2
    if not digits:
        raise InputError(
            "position.mgrs",
            f"the grid reference {text!r} names a square of 100 km; {_EXAMPLE}",
        )
    borders = {len("".join(groups[:count])) for count in range(1, len(groups))}
    if len(digits) % 2 or (borders and half not in borders):
        raise InputError(
            "position.mgrs",
            f"the digits {written.strip()!r} are not as many for the easting as for the northing; "
            f"one is missing or too many; {_EXAMPLE}",
        )
    if half > _DIGITS_MAX:
        raise InputError(
            "position.mgrs",
            f"the digits {written.strip()!r} are more than five for each number; {_EXAMPLE}",
        )
    return digits[:half], digits[half:]


def _in_zone(
    zone: int, band: str, easting_m: float, northing_m: float, cell_m: int
) -> tuple[float, float] | None:
    """The place of a cell's centre, if the cell touches its zone and band.

    Rows of letters return every 2,000 km; a band is less than half as tall, so at most one fits.
    """
    south, north = band_span(band)
    span = zone_span(zone, band)
    if span is None:
        return None
    southern = BANDS.index(band) < BANDS.index("N")
    reach = cell_m / SQUARE_M  # a degree is more than 100 km north, and a cell no more than 10 km
    for cycle in range(5):
        place = from_plane(zone, easting_m, northing_m + cycle * ROW_CYCLE_M, south=southern)
        if place is None or not south - reach <= place[0] <= north + reach:
            continue
        if _touches(zone, band, easting_m, northing_m + cycle * ROW_CYCLE_M, cell_m):
            return place
    return None


def _touches(zone: int, band: str, easting_m: float, northing_m: float, cell_m: int) -> bool:
    """Whether a cell reaches into its zone and into its band, ends included."""
    south, north = band_span(band)
    west, east = zone_span(zone, band) or (0.0, 0.0)
    southern = BANDS.index(band) < BANDS.index("N")
    slack = _slack_deg(cell_m)
    spots = tuple(_spots(zone, easting_m, northing_m, cell_m, south=southern))
    latitudes = [latitude for latitude, _ in spots]
    if not latitudes or min(latitudes) > north + slack or max(latitudes) < south - slack:
        return False
    wide = slack / cos(radians(latitudes[0]))
    turned = [(longitude - (west + east) / 2 + 180.0) % 360.0 - 180.0 for _, longitude in spots]
    half = (east - west) / 2 + wide
    return min(turned) <= half and max(turned) >= -half


def _near_pole(
    grid: str, easting_m: float, northing_m: float, cell_m: int
) -> tuple[float, float] | None:
    """The place of a cell's centre, if the cell touches the polar grid."""
    south = grid in "AB"
    slack = _slack_deg(cell_m)
    for latitude, _ in _spots(0, easting_m, northing_m, cell_m, south=south):
        if band_of(latitude + (-slack if south else slack)) is None:
            return from_plane(0, easting_m, northing_m, south=south)
    return None


def _spots(
    zone: int, easting_m: float, northing_m: float, cell_m: int, *, south: bool
) -> Iterator[tuple[float, float]]:
    """Latitude and longitude of nine points of a cell: its centre, its corners and between them."""
    for right in (0.0, -0.5, 0.5):
        for up in (0.0, -0.5, 0.5):
            place = from_plane(
                zone, easting_m + right * cell_m, northing_m + up * cell_m, south=south
            )
            if place is not None:
                yield place


def _slack_deg(cell_m: int) -> float:
    """How far a parallel bends between two of the nine points, at most: a hundredth of the cell.

    At 84 degrees it is 19 m in half a cell of 10 km, and less the smaller the cell.
    """
    return 0.01 * cell_m / _DEGREE_M


def _no_square(text: str, why: str) -> InputError:
    return InputError("position.mgrs", f"the grid reference {text!r} is no place: {why}")
