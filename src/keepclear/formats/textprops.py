"""Properties that a format carries as text -> the JSON values that ``properties`` checks.

KML keeps them in ``ExtendedData``, GPX and Cursor-on-Target as the attributes of an element
``keepclear``. The names are those of GeoJSON; the forms are those of CSV, and an altitude that the
text form cannot hold to the last digit stands as the JSON object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.declaration import Part
from keepclear.domain.volume import Volume4D
from keepclear.errors import InputError
from keepclear.formats.altitudes import parse_altitude
from keepclear.formats.jsontext import parse_json
from keepclear.formats.place import Place
from keepclear.formats.properties import UNLIMITED, Properties
from keepclear.formats.text import low_and_high, number, shown

__all__ = ["ELEMENT", "typed", "with_limits_of"]

ELEMENT: Final = "keepclear"
"""The element that carries our properties as its attributes, where a format has a place for it."""
_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,3})?", re.ASCII)


def typed(texts: Mapping[str, str]) -> dict[str, Any]:
    """Values by name; an empty text says nothing, and names that are not ours keep their text.

    Raises:
        InputError: as the forms of CSV; its place is the name.
    """
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if text:
            with Place(name):
                values[name] = _FORMS.get(name, str)(text)
    return values


def with_limits_of(told: Properties, parts: tuple[Part, ...]) -> Properties:
    """The same properties, saying of their limits what the parts say: formats state them twice."""
    bands = [
        band
        for part in parts
        for band in (
            (part.band,)
            if isinstance(part, Volume4D)
            else tuple(point.band for point in part.waypoints)
        )
    ]
    return replace(
        told,
        says_lower=told.says_lower or all(band.lower is not None for band in bands),
        says_upper=told.says_upper or all(band.upper is not None for band in bands),
    )


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise InputError(
            "number.expected", f"found {shown(text)}, expected a number alone, in its unit"
        )
    return number(float(text))


def _numbers(text: str) -> list[float]:
    return [_number(item.strip()) for item in text.split(";")]


def _altitude(text: str) -> Any:
    if text.startswith("{"):
        return parse_json(text.encode())
    limit = parse_altitude(text)
    return UNLIMITED if limit is None else limit


def _altitudes(text: str) -> Any:
    if ";" in text:
        return [_altitude(item.strip()) for item in text.split(";")]
    return _altitude(text)


def _ground(text: str) -> list[float]:
    return [_number(end) for end in low_and_high(text)]


def _times(text: str) -> list[str]:
    return [time.strip() for time in text.split(";")]


_FORMS: Final = MappingProxyType[str, Callable[[str], Any]](
    {
        "priority": _number,
        "altitude_lower": _altitudes,
        "altitude_upper": _altitudes,
        "standoff_m": _number,
        "ground_m": _ground,
        "position_error_m": _number,
        "radius_m": _number,
        "half_width_m": _number,
        "times": _times,
        "leg_errors_m": _numbers,
    }
)
