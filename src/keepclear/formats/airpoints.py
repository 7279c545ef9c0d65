"""Which of the forms of a place aviation's files use: digits without signs between them, or colons.

``362312N 0371045E``, ``N362312E0371045``, ``3623N03710E`` and ``36:23:12 N 037:10:45 E``,
``36:23.2N 037:10.75E``. The letters say which number is which, so that nothing is guessed. A file in
one of these formats holds no other form; what each place means is read by ``positions``. All are on
WGS84, as ICAO Annex 15 demands.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from keepclear.domain.stated import StatedPosition
from keepclear.errors import InputError
from keepclear.formats.positions import read_position
from keepclear.formats.text import shown

__all__ = ["COMPACT", "read_colons", "read_compact", "two_with_colons"]

_LAT: Final = r"(?:\d{6}|\d{4}|\d\d \d\d(?: \d\d)?)(?:\.\d{1,4})?"
_LON: Final = r"(?:\d{7}|\d{5}|\d{3} \d\d(?: \d\d)?)(?:\.\d{1,4})?"
COMPACT: Final = (
    rf"(?:[NS]\s?{_LAT}[\s,/]{{0,3}}[EW]\s?{_LON}|{_LAT}\s?[NS][\s,/]{{0,3}}{_LON}\s?[EW])"
)
"""Degrees and minutes, perhaps seconds, with the letters in front or behind; the last number may
have decimals. As a regular expression, to be found inside a text."""
_COMPACT: Final = re.compile(COMPACT, re.ASCII)
_COLONS: Final = re.compile(
    r"\d{1,2}:\d{1,2}(?:\.\d{1,6}|:\d{1,2}(?:\.\d{1,6})?)?\s*[NS][\s,]*"
    r"\d{1,3}:\d{1,2}(?:\.\d{1,6}|:\d{1,2}(?:\.\d{1,6})?)?\s*[EW]",
    re.ASCII,
)


@lru_cache(maxsize=4096)
def read_compact(text: str) -> StatedPosition:
    """A place such as ``362312N 0371045E`` or ``N362312E0371045``.

    Raises:
        InputError: ``position.form``, and what ``read_position`` raises.
    """
    if _COMPACT.fullmatch(text.strip()) is None:
        raise InputError(
            "position.form",
            f"found {shown(text)}, expected a place such as '362312N 0371045E'",
        )
    return read_position(" ".join(text.replace(",", " ").replace("/", " ").split()))


@lru_cache(maxsize=4096)
def read_colons(text: str) -> StatedPosition:
    """A place such as ``36:23:12 N 037:10:45 E`` or ``36:23.200N 037:10.750E``.

    Raises:
        InputError: ``position.form``, and what ``read_position`` raises.
    """
    if _COLONS.fullmatch(text.strip().upper()) is None:
        raise InputError(
            "position.form",
            f"found {shown(text)}, expected a place such as '36:23:12 N 037:10:45 E' or "
            "'36:23.200 N 037:10.750 E'",
        )
    return read_position(" ".join(text.upper().replace(",", " ").split()))


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
