"""What people type for lengths, durations, ground, times and sizes: ``1000m``, ``5NM``, ``5min``.

Every number carries its unit, because a bare 1000 was meant as metres by one desk and as feet by
the next. Nothing is guessed: what cannot be read is a :class:`UsageError` that shows how to write
it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

import click

from keepclear.domain.altitude import ALTITUDE_M_MAX
from keepclear.domain.declaration import Ground
from keepclear.domain.footprint import RADIUS_M_MAX
from keepclear.domain.units import LENGTH_M, MICROSECONDS, TIME_US
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError, UsageError

__all__ = [
    "DURATION",
    "GROUND",
    "HORIZONTAL",
    "INSTANT",
    "SIZE",
    "VERTICAL",
    "parse_duration_us",
    "parse_ground",
    "parse_length_m",
    "parse_size",
]

DURATION_US_MAX: Final = 366 * 86_400 * MICROSECONDS
"""A time minimum beyond a year is a typing error."""
_NUMBER: Final = r"\d{1,12}(?:\.\d{1,9})?"
_QUANTITY: Final = re.compile(rf"({_NUMBER})\s*([A-Za-z]*)", re.ASCII)
_RANGE: Final = re.compile(
    rf"([+-]?{_NUMBER})\s*(?:\.\.\s*([+-]?{_NUMBER})\s*)?([A-Za-z]*)", re.ASCII
)
_SIZES: Final = {"": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}


def parse_length_m(text: str, limit_m: float = RADIUS_M_MAX) -> float:
    """A length such as ``1000m``, ``1.5 km``, ``5NM`` or ``300ft``, in metres.

    Raises:
        UsageError: No number, no unit or an unknown one, or beyond ``limit_m``.
    """
    metres = float(_quantity(text, LENGTH_M, "1000m, 1.5km, 5NM or 300ft"))
    if metres > limit_m:
        raise UsageError(f"{text!r} is more than {limit_m / 1000:,.0f} km; check the unit")
    return metres


def parse_duration_us(text: str) -> int:
    """A duration such as ``90s``, ``5min`` or ``2h``, in whole microseconds.

    Raises:
        UsageError: No number, no unit or an unknown one, or longer than a year.
    """
    duration = int(_quantity(text, TIME_US, "90s, 5min or 2h"))
    if duration > DURATION_US_MAX:
        raise UsageError(f"{text!r} is more than a year; check the unit")
    return duration


def parse_ground(text: str) -> Ground:
    """The ground as ``40..150m``, or ``120m`` where it is flat; metres above mean sea level.

    Raises:
        UsageError: It cannot be read, is upside down, or lies where no ground is.
    """
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"found ground {text!r}; write the lowest and the highest, like 40..150m")
    lowest, highest, unit = match.groups()
    factor = _factor(unit, LENGTH_M, "40..150m or 130..490ft")
    try:
        return Ground(float(lowest) * factor, float(highest or lowest) * factor)
    except InputError as error:
        raise UsageError(error.message) from error


def parse_instant_us(text: str) -> int:
    """A time with its offset, such as ``2015-11-20T06:30Z``, in microseconds.

    Raises:
        UsageError: It cannot be read, or does not say which clock it is on.
    """
    try:
        return parse_instant(text)
    except InputError as error:
        raise UsageError(error.message) from error


def parse_size(text: str) -> int:
    """A number of bytes such as ``1000000``, ``500MB`` or ``2GB``.

    Raises:
        UsageError: It cannot be read, or is 0.
    """
    size = int(_quantity(text, _SIZES, "1000000, 500MB or 2GB"))
    if size < 1:
        raise UsageError(f"{text!r} would let no file through; write 500MB or 2GB")
    return size


def _quantity(text: str, units: Mapping[str, float], example: str) -> Fraction:
    """Exactly what was written: 0.1 km is 100 m, not a rounding beside it."""
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"found {text!r}; write a number and its unit, like {example}")
    number, unit = match.groups()
    value = Fraction(number)
    if value == 0 and not unit:
        return value
    return value * Fraction(str(_factor(unit, units, example)))


def _factor(unit: str, units: Mapping[str, float], example: str) -> float:
    if unit in units:
        return units[unit]
    known = [name for name in units if name.lower() == unit.lower()]
    if len(known) == 1:
        return units[known[0]]
    if not unit:
        raise UsageError(f"the unit is missing; write it like {example}")
    raise UsageError(f"unit {unit!r} is not known; write it like {example}")


class _Quantity(click.ParamType[Any]):
    """A click type made of one of the parsers above."""

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


HORIZONTAL: Final = _Quantity("length", parse_length_m)
VERTICAL: Final = _Quantity("length", lambda text: parse_length_m(text, ALTITUDE_M_MAX))
DURATION: Final = _Quantity("duration", parse_duration_us)
GROUND: Final = _Quantity("ground", parse_ground)
INSTANT: Final = _Quantity("time", parse_instant_us)
SIZE: Final = _Quantity("size", parse_size)
