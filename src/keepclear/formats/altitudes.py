"""Altitude limits as files and people write them: the JSON object, and one line of text.

A number alone is refused everywhere, because 120 may be feet or metres, above the ground or above
the sea, and the wrong guess is larger than most bands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from keepclear.domain.altitude import Altitude, Reference, Units
from keepclear.errors import InputError
from keepclear.formats.text import number, shown

__all__ = ["JSON_FORM", "TEXT_FORM", "UNKNOWN_VALUE", "limit_from_json", "parse_altitude"]

JSON_FORM: Final = '{"value": 120, "units": "M", "reference": "AMSL"}'
"""The form that error sentences show."""
TEXT_FORM: Final = "'120 m AMSL', '400 ft AGL', 'FL180', 'SFC' or 'UNL'"
"""The forms that error sentences show."""
UNKNOWN_VALUE: Final = 9_999_999.0
"""What Cursor-on-Target writes for an unknown height; it must never pass for a number."""

_Named = TypeVar("_Named", Units, Reference)

_UNITS: Final = MappingProxyType({units.value: units for units in Units})
_REFERENCES: Final = MappingProxyType({reference.value: reference for reference in Reference})
_SURFACE: Final = Altitude(0.0, Units.M, Reference.SFC)

_SURFACE_WORDS: Final = frozenset({"SFC", "GND"})
_UNLIMITED_WORDS: Final = frozenset({"UNL", "UNLIMITED"})
_REFERENCE_WORDS: Final = MappingProxyType(
    {**_REFERENCES, "MSL": Reference.AMSL, "WGS84": Reference.W84}
)
_LEVEL: Final = re.compile(r"FL\s*(\d{1,4}(?:\.\d{1,30})?)", re.ASCII)
_HEIGHT: Final = re.compile(
    r"([+-]?\d{1,9}(?:\.\d{1,30})?)\s*([A-Z]*)(?:\s+([A-Z0-9]+))?", re.ASCII
)
_DECIMAL_COMMA: Final = re.compile(r"\d,\d", re.ASCII)


def limit_from_json(value: Any) -> Altitude | None:
    """A limit as the GeoJSON properties write it; null is no limit.

    Raises:
        InputError: ``altitude.form``, ``altitude.units``, ``altitude.reference``,
            ``altitude.unknown``, and what ``Altitude`` raises.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InputError(
            "altitude.form", f"found {shown(value)}, expected an altitude such as {JSON_FORM}"
        )
    reference = _named(value.get("reference"), _REFERENCES, "reference")
    if reference is Reference.SFC and value.get("value") is None:
        return _SURFACE
    if value.get("value") is None:
        raise InputError(
            "altitude.form",
            f"the altitude has no value, expected {JSON_FORM}; leave the whole limit out for "
            "'unlimited'",
        )
    height = number(value["value"])
    _refuse_unknown(height)
    if reference is Reference.SFC and value.get("units") is None:
        return Altitude(height, Units.M, reference)
    return Altitude(height, _named(value.get("units"), _UNITS, "units"), reference)


def _named(value: Any, names: Mapping[str, _Named], what: str) -> _Named:
    found = names.get(value.upper()) if isinstance(value, str) else None
    if found is None:
        raise InputError(
            f"altitude.{what}",
            f"found {what} {shown(value)}, expected one of {', '.join(names)}",
        )
    return found


def _refuse_unknown(height: float) -> None:
    if abs(height) == UNKNOWN_VALUE:
        raise InputError(
            "altitude.unknown",
            "9999999 marks an unknown height in Cursor-on-Target; leave the limit out for "
            "'unlimited', or find out the height",
        )


def parse_altitude(text: str) -> Altitude | None:
    """A limit written as text: ``120 m AMSL``, ``400 ft AGL``, ``FL180``, ``SFC``, ``UNL``.

    Capitals do not matter. ``GND`` is SFC, ``MSL`` is AMSL, ``WGS84`` is W84.

    Returns:
        ``None`` for UNL: no limit.

    Raises:
        InputError: ``altitude.form``, ``altitude.units``, ``altitude.reference``,
            ``altitude.unknown``, and what ``Altitude`` raises.
    """
    words = " ".join(text.upper().split())
    if words in _UNLIMITED_WORDS:
        return None
    if words in _SURFACE_WORDS:
        return _SURFACE
    level = _LEVEL.fullmatch(words)
    if level:
        return Altitude(float(level[1]), Units.FL, Reference.STD)
    height = _HEIGHT.fullmatch(words)
    if height is None:
        hint = "; write a decimal point" if _DECIMAL_COMMA.search(words) else ""
        raise InputError(
            "altitude.form", f"found altitude {shown(text)}, expected {TEXT_FORM}{hint}"
        )
    _refuse_unknown(float(height[1]))
    if not height[2] or height[2] in _REFERENCE_WORDS:
        raise InputError(
            "altitude.units", f"altitude {shown(text)} does not say m or ft; expected {TEXT_FORM}"
        )
    if height[3] is None:
        raise InputError(
            "altitude.reference",
            f"altitude {shown(text)} does not say what it is measured from; expected {TEXT_FORM}",
        )
    units = _named(height[2], _UNITS, "units")
    return Altitude(float(height[1]), units, _named(height[3], _REFERENCE_WORDS, "reference"))
