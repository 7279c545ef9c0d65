"""The values of an arrangement's text: numbers with units, rungs, positions, times of day, languages.

Each takes one value as TOML has it, and says in one sentence what was found and what was expected. Left
to others: where it stands, and whether it may stand there (:mod:`keepclear.formats.arrangements`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.arrangement import Disclosure, Rung
from keepclear.domain.position import Position
from keepclear.domain.units import LENGTH_M, MICROSECONDS, TIME_US
from keepclear.errors import InputError
from keepclear.formats.positions import read_position
from keepclear.formats.text import one_line, shown

__all__ = [
    "COMPARE",
    "RELAY",
    "as_clocks",
    "as_disclosure",
    "as_duration",
    "as_format",
    "as_languages",
    "as_length",
    "as_places",
    "as_positive",
    "as_positive_number",
    "as_rung",
    "as_services",
    "as_text",
    "as_texts",
    "as_yes_or_no",
]

VERTICES_MAX: Final = 2_000
COMPARE: Final = "compare"
RELAY: Final = "relay"
_SERVICES: Final = frozenset({COMPARE, RELAY})
"""What a third may do."""
_FORMAT: Final = "keepclear arrangement 1"
_TIMES: Final = MappingProxyType({**TIME_US, "d": 86_400 * MICROSECONDS})
_QUANTITY: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?(NM|km|ft|min|m|s|h|d)", re.ASCII)
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)Z", re.ASCII)
_LANGUAGES: Final = ("en", "fr", "ru", "ar")


def as_format(value: Any) -> str:
    """The format of the text, in words: this one."""
    if value != _FORMAT:
        raise InputError("arrangement.format", f"found {shown(value)}, expected {_FORMAT!r}")
    return _FORMAT


def as_text(value: Any) -> str:
    """One line that is not empty."""
    text = one_line(value)
    if not text:
        raise InputError("arrangement.form", "found an empty text")
    return text


def as_texts(value: Any) -> tuple[str, ...]:
    """A list of such lines."""
    if not isinstance(value, list):
        raise InputError("arrangement.form", f"found {shown(value)}, expected a list of texts")
    return tuple(map(as_text, value))


def as_services(value: Any) -> frozenset[str]:
    """What a third does, one thing at least."""
    found = frozenset(as_texts(value))
    if not found or found - _SERVICES:
        known = " or ".join(map(repr, sorted(_SERVICES)))
        raise InputError("arrangement.form", f"found {shown(value)}, expected a list of {known}")
    return found


def as_positive(value: Any) -> int:
    """A whole number from 1."""
    if type(value) is not int or not 1 <= value <= 10**9:
        raise InputError(
            "arrangement.form", f"found {shown(value)}, expected a whole number from 1"
        )
    return value


def as_positive_number(value: Any) -> float:
    """A number above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**12:
        raise InputError("arrangement.form", f"found {shown(value)}, expected a number above 0")
    return float(value)


def as_yes_or_no(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InputError("arrangement.form", f"found {shown(value)}, expected true or false")
    return value


def as_length(value: Any) -> float:
    """Metres, from a number with its unit."""
    return _quantity(value, LENGTH_M, "1000m, 5NM or 300ft")


def as_duration(value: Any) -> int:
    """Microseconds, from a number with its unit."""
    return round(_quantity(value, _TIMES, "60s, 30min, 24h or 90d"))


def _quantity(value: Any, units: Mapping[str, float], example: str) -> float:
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2] not in units:
        raise InputError(
            "arrangement.quantity",
            f"found {shown(value)}, expected a number with its unit in quotes, such as {example}",
        )
    return float(match[1]) * units[match[2]]


def as_rung(value: Any) -> Rung:
    """How close two parties work."""
    names = {rung.value: rung for rung in Rung}
    if not isinstance(value, str) or value not in names:
        raise InputError(
            "arrangement.rung", f"found {shown(value)}, expected one of {', '.join(names)}"
        )
    return names[value]


def as_disclosure(value: Any) -> Disclosure:
    """What others see."""
    if value == "sealed":
        raise InputError(
            "arrangement.sealed",
            "sealed comparison does not exist yet, and nothing less is put in its place; agree on "
            "crossing or open",
        )
    names = {level.value: level for level in Disclosure}
    if not isinstance(value, str) or value not in names:
        raise InputError(
            "arrangement.disclosure", f"found {shown(value)}, expected one of {', '.join(names)}"
        )
    return names[value]


def as_places(value: Any) -> tuple[Position, ...]:
    """Positions in any notation."""
    if not isinstance(value, list) or len(value) > VERTICES_MAX:
        raise InputError(
            "arrangement.form",
            f"found {shown(value)}, expected a list of at most {VERTICES_MAX:,} positions",
        )
    places = []
    for number, text in enumerate(value, 1):
        if not isinstance(text, str):
            raise InputError(
                "arrangement.form",
                f"found {shown(text)}, expected a position in quotes",
                where=f"position {number}",
            )
        try:
            places.append(read_position(text).position)
        except InputError as error:
            raise error.inside(f"position {number}") from None
    return tuple(places)


def as_clocks(value: Any) -> tuple[int, ...]:
    """Times of day, as microseconds from midnight UTC, in order."""
    times = []
    for text in as_texts(value):
        match = _CLOCK.fullmatch(text)
        if match is None:
            raise InputError(
                "arrangement.clock", f"found {shown(text)}, expected a time of day such as '04:00Z'"
            )
        times.append((int(match[1]) * 60 + int(match[2])) * 60 * MICROSECONDS)
    return tuple(sorted(times))


def as_languages(value: Any) -> tuple[str, ...]:
    """Languages of the line."""
    found = as_texts(value)
    for language in found:
        if language not in _LANGUAGES:
            raise InputError(
                "arrangement.language",
                f"found {shown(language)}, expected one of {', '.join(_LANGUAGES)}",
            )
    return found
