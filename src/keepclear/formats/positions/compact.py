"""Digits run together: ``N362312E0371045``, ``361230N 0370915E``, ``3612.5N03709.25E``.

As air navigation writes them: two digits of latitude degrees, three of longitude degrees, two of
minutes and perhaps two of seconds, decimals on the last. The count of digits says which is which, so
no leading zero may be left out.
"""

# ruff: noqa: RUF001  letters of other alphabets are the point here

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from keepclear.domain.stated import Notation
from keepclear.errors import InputError
from keepclear.formats.positions.angles import Angle, counted, measured
from keepclear.formats.positions.measured import Measured
from keepclear.formats.positions.vocabulary import HALVES, Axis

__all__ = ["read_compact"]

_NUMBER: Final = r"([0-9]{4,9}(?:\.[0-9]{1,12})?)"
_LETTER: Final = r"([NSEWСЮВЗشجقغ])"
_BEFORE: Final = re.compile(
    rf"{_LETTER} ?{_NUMBER}[ ,;/]{{0,2}}{_LETTER} ?{_NUMBER}", re.IGNORECASE
)
_BEHIND: Final = re.compile(
    rf"{_NUMBER}[ ,]?{_LETTER}[ ,;/]{{0,2}}{_NUMBER}[ ,]?{_LETTER}", re.IGNORECASE
)
_DEGREE_DIGITS: Final = {Axis.LATITUDE: 2, Axis.LONGITUDE: 3}


def read_compact(text: str) -> Measured | None:
    """The position, or None where the text is in another form.

    Raises:
        InputError: ``position.digits`` for a wrong count, ``position.minutes``, ``position.axis``,
            ``position.range``.
    """
    if match := _BEFORE.fullmatch(text):
        pairs = ((match[1], match[2]), (match[3], match[4]))
    elif match := _BEHIND.fullmatch(text):
        pairs = ((match[2], match[1]), (match[4], match[3]))
    else:
        return None
    first, second = (_angle(letter, digits) for letter, digits in pairs)
    if first.axis is second.axis:
        raise InputError(
            "position.axis",
            f"{first.text} and {second.text} are of one axis; expected a latitude and a longitude",
        )
    latitude, longitude = (first, second) if first.axis is Axis.LATITUDE else (second, first)
    return measured(latitude, longitude, Notation.ICAO)


def _angle(letter: str, number: str) -> Angle:
    half = HALVES[letter.casefold()]
    digits, _, decimals = number.partition(".")
    start = _DEGREE_DIGITS[half.axis]
    if len(digits) not in {start + 2, start + 4}:
        raise InputError(
            "position.digits",
            f"{letter}{number} has {len(digits)} digits; a {half.axis.value} has {start + 2} (degrees, "
            f"minutes) or {start + 4} (degrees, minutes, seconds), with leading zeros",
        )
    numbers = [digits[:start], *(digits[at : at + 2] for at in range(start, len(digits), 2))]
    numbers[-1] += f".{decimals}" if decimals else ""
    count, steps = counted(numbers, letter + number)
    return Angle(
        text=letter + number,
        axis=half.axis,
        degrees=Fraction(half.sign * count, steps),
        step=1 / steps,
        numbers=len(numbers),
        marked=True,
    )
