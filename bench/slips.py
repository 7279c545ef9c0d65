"""The mistakes that are planted: what a person would have written for a place, made wrong one way.

Each is a function of a place and a random source, and gives the text that would stand in the list,
or ``None`` where the mistake changes nothing there. Sizes as in the table of position errors: the
mistakes are the field's, and nothing here knows how they are looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, radians, sin
from random import Random

from pyproj import Transformer

from keepclear.domain.position import Position
from keepclear.domain.stated import Notation
from keepclear.formats.positions import write_position

__all__ = ["SLIPS", "Row", "second_writing"]

METRE_M = 1.0
DEGREE_M = 111_320.0
OTHER_DATUM_M = 132.0
"""How far a local datum lies from WGS84 where nobody knows its parameters."""
SECOND = (Notation.SECONDS, Notation.MGRS, Notation.UTM)
"""What a second writing is written in, in turn."""


@dataclass(frozen=True)
class Row:
    """One place of a list: its name, and its numbers as they are typed."""

    name: str
    latitude: str
    longitude: str
    full: tuple[str, str] = ("", "")
    """All digits that the list has, where it has more than are typed."""
    group: str = ""
    """What divides the list, where somebody asked for that."""

    @property
    def text(self):
        return f"{self.latitude}, {self.longitude}"

    @property
    def position(self):
        return Position(latitude=float(self.latitude), longitude=float(self.longitude))


def second_writing(row: Row, number: int) -> str:
    """The same place, right, in another notation, to the metre."""
    return write_position(row.position, SECOND[number % len(SECOND)], precision_m=METRE_M)


def swapped(row, _random):
    return f"{row.longitude}, {row.latitude}"


def minutes_as_decimals(row, _random):
    """36 degrees 12.500 minutes typed as 36.12500."""
    axes = map(_minutes, (row.latitude, row.longitude))
    return ", ".join(f"{sign}{d}.{f'{m:06.3f}'.replace('.', '')}" for sign, d, m in axes)


def seconds_as_decimals(row, _random):
    """36 12 30 typed as 36.1230."""
    axes = map(_seconds, (row.latitude, row.longitude))
    return ", ".join(f"{sign}{d}.{m:02d}{s:02d}" for sign, d, m, s in axes)


def seconds_as_minutes(row, _random):
    """36 12 30 read as 36 degrees 12.30 minutes."""
    texts = []
    for value, letters in ((row.latitude, "NS"), (row.longitude, "EW")):
        sign, d, m, s = _seconds(value)
        texts.append(f"{d}° {m:02d}.{s:02d}' {letters[bool(sign)]}")
    return " ".join(texts)


def cut(decimals):
    def truncated(row, _random):
        texts = []
        for value in row.full if all(row.full) else (row.latitude, row.longitude):
            whole, _, fraction = value.partition(".")
            texts.append(f"{whole}.{fraction[:decimals].ljust(decimals, '0')}")
        return ", ".join(texts)

    return truncated


def on_datum(ellipsoid, x, y, z):
    """Numbers measured on another datum, taken for WGS84; its published shift, in metres."""
    to_datum = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
        f"+step +proj=helmert +x={-x} +y={-y} +z={-z} +step +inv +proj=cart +ellps={ellipsoid} "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )

    def shifted(row, _random):
        here = row.position
        lon, lat, _ = to_datum.transform(here.longitude, here.latitude, 0.0)
        return f"{lat:.5f}, {lon:.5f}"

    return shifted


def on_local_datum(row, random):
    bearing = radians(random.uniform(0.0, 360.0))
    here = row.position
    lat = here.latitude + OTHER_DATUM_M * cos(bearing) / DEGREE_M
    lon = here.longitude + OTHER_DATUM_M * sin(bearing) / DEGREE_M / cos(radians(here.latitude))
    return f"{lat:.5f}, {lon:.5f}"


def _grid(row):
    return "".join(write_position(row.position, Notation.MGRS, precision_m=METRE_M).split())


def grid_without_zone(row, _random):
    return _grid(row).lstrip("0123456789")[1:]


def grid_without_square(row, _random):
    text = _grid(row)
    return text[:-12] + text[-10:]


def grid_one_digit_lost(row, random):
    text = _grid(row)
    at = random.randrange(len(text) - 10, len(text))
    return text[:at] + text[at + 1 :]


def grid_last_digits_lost(row, _random):
    text = _grid(row)
    return text[:-10] + text[-10:-6] + text[-5:-1]


def grid_digits_lost(row, random):
    """One digit of the easting and one of the northing."""
    text, lost = _grid(row), random.randrange(5)
    easting, northing = text[-10:-5], text[-5:]
    return (
        text[:-10] + easting[:lost] + easting[lost + 1 :] + northing[:lost] + northing[lost + 1 :]
    )


def one_digit(row, random):
    text = row.text
    at = random.choice([i for i, mark in enumerate(text) if mark.isdigit()])
    other = random.choice([digit for digit in "0123456789" if digit != text[at]])
    return text[:at] + other + text[at + 1 :]


def neighbours(row, random):
    """Two neighbouring digits exchanged, that are not the same."""
    text = row.text
    pairs = [
        i
        for i in range(len(text) - 1)
        if text[i].isdigit() and text[i + 1].isdigit() and text[i] != text[i + 1]
    ]
    if not pairs:
        return None
    at = random.choice(pairs)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def hemisphere(row, random):
    values = [row.latitude, row.longitude]
    at = random.randrange(2)
    values[at] = values[at][1:] if values[at].startswith("-") else f"-{values[at]}"
    return ", ".join(values)


def _minutes(value):
    sign = "-" if value.startswith("-") else ""
    degrees, rest = divmod(round(abs(float(value)) * 60_000), 60_000)
    return sign, degrees, rest / 1000


def _seconds(value):
    sign = "-" if value.startswith("-") else ""
    minutes, seconds = divmod(round(abs(float(value)) * 3600), 60)
    degrees, minutes = divmod(minutes, 60)
    return sign, degrees, minutes, seconds


SLIPS: dict[str, Callable[[Row, Random], str | None]] = {
    "latitude and longitude exchanged": swapped,
    "36 12.5' typed as 36.125": minutes_as_decimals,
    "36 12 30 typed as 36.1230": seconds_as_decimals,
    "36 12 30 read as 36 12.30'": seconds_as_minutes,
    "one digit wrong": one_digit,
    "two neighbouring digits exchanged": neighbours,
    "hemisphere wrong": hemisphere,
    "ED50 taken for WGS84": on_datum("intl", -87, -98, -121),
    "Pulkovo-42 taken for WGS84": on_datum("krass", 28, -130, -95),
    "a local datum taken for WGS84": on_local_datum,
    "MGRS without its zone": grid_without_zone,
    "MGRS without its square": grid_without_square,
    "MGRS, one digit lost": grid_one_digit_lost,
    "MGRS, a digit of each number lost": grid_digits_lost,
    "MGRS, the last digit of each lost": grid_last_digits_lost,
    "cut to 3 decimals": cut(3),
    "cut to 4 decimals": cut(4),
    "cut to 5 decimals": cut(5),
}
"""By what the table calls them."""
