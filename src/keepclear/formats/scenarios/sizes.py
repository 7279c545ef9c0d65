"""Lengths, areas and heights in a scenario: each with its unit, some with how far off it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import Altitude
from keepclear.domain.units import LENGTH_M
from keepclear.errors import InputError
from keepclear.formats.altitudes import parse_altitude

__all__ = [
    "Amount",
    "area",
    "distance",
    "ground",
    "height_numbers",
    "heights",
    "length",
    "number",
    "quantity",
]

_QUANTITY: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([A-Za-z]{1,3}2?)", re.ASCII)
_LENGTHS: Final = MappingProxyType({unit: LENGTH_M[unit] for unit in ("m", "km", "NM", "ft")})
_AREAS: Final = MappingProxyType({"m2": 1.0, "km2": 1e6, "ha": 1e4})


@dataclass(frozen=True, slots=True)
class Amount:
    """A size that is expected, and how far off it may be: of itself, 0.01 for 1 %."""

    value: float
    """Square metres, or metres."""
    within: float
    is_area: bool


def length(text: str, _: str) -> float:
    """Metres: ``2000 m``, ``1.5km``, ``5NM``."""
    value, unit = quantity(text, _LENGTHS, "2000 m, 1.5 km or 5 NM")
    return value * _LENGTHS[unit]


def area(text: str, _: str) -> Amount:
    """An area with its tolerance: ``49.2 km2``, ``49.2 km2 within 2 %``; 1 % where nothing is said."""
    return _amount(text, _AREAS, "49.2 km2")


def distance(text: str, _: str) -> Amount:
    """A length that is expected, with its tolerance: ``1421 m``, ``4.3 km within 2 %``."""
    return _amount(text, _LENGTHS, "1421 m or 4.3 km")


def _amount(text: str, units: Mapping[str, float], like: str) -> Amount:
    size, within, off = text.partition(" within ")
    value, unit = quantity(size.strip(), units, like)
    share = 1.0
    if within:
        share = number(off.strip().removesuffix("%").strip(), "a share such as 2 %")
    return Amount(value * units[unit], share / 100, units is _AREAS)


def heights(text: str, _: str) -> tuple[Altitude | None, Altitude | None]:
    """``SFC to FL100``, ``120 m AMSL to UNL``."""
    low, to, high = text.partition(" to ")
    if not to:
        raise InputError("scenario.value", f"found {text!r}, expected SFC to FL100 or the like")
    return parse_altitude(low), parse_altitude(high)


def height_numbers(text: str, _: str) -> tuple[float, float, float]:
    """``40 to 3200 m W84``: ellipsoid metres; off by a metre, or by what is said."""
    said, within, off = text.partition(" within ")
    low, to, high = said.removesuffix("W84").strip().partition(" to ")
    if not to or not said.endswith("W84"):
        raise InputError(
            "scenario.value",
            f"found {text!r}, expected heights above the ellipsoid such as 65 to 3300 m W84",
        )
    return (
        number(low, "65 to 3300 m W84"),
        length(high.strip(), ""),
        length(off, "") if within else 1.0,
    )


def ground(text: str, _: str) -> list[float]:
    """``60 to 220 m`` above mean sea level."""
    low, to, high = text.partition(" to ")
    if not to:
        raise InputError("scenario.value", f"found {text!r}, expected 60 to 220 m")
    return [number(low, "60 to 220 m"), length(high, "")]


def quantity(text: str, units: Any, like: str) -> tuple[float, str]:
    """A number and its unit, one of those that may stand there."""
    found = _QUANTITY.fullmatch(text)
    if found is None or found[2] not in units:
        raise InputError("scenario.value", f"found {text[:40]!r}, expected {like}")
    return float(found[1]), found[2]


def number(text: str, like: str) -> float:
    """A number alone."""
    try:
        return float(text)
    except ValueError:
        raise InputError("scenario.value", f"found {text[:40]!r}, expected {like}") from None
