"""Vertical limits as airspace files and NOTAM write them: ``FL95``, ``1500 ft MSL``, ``GND``, ``UNL``.

A limit that does not say its unit or what it is measured from is not guessed at: the airspace is
taken to have no limit on that side, which is the larger reading, and a remark says so.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.errors import InputError
from keepclear.formats.place import Place
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import shown

__all__ = ["NO_REFERENCE", "NO_UNITS", "SURFACE", "UNLIMITED", "air_band", "air_limit"]

SURFACE: Final = Altitude(0.0, Units.M, Reference.SFC)
UNLIMITED: Final = None

NO_UNITS: Final = "with a limit that does not say feet or metres: taken to have none on that side"
NO_REFERENCE: Final = (
    "with a limit that does not say what it is measured from: taken to have none on that side"
)
_FORMS: Final = "'FL95', '1500 ft AMSL', '500 m AGL', 'GND' or 'UNL'"

_WORDS: Final = MappingProxyType(
    {
        **dict.fromkeys(("SFC", "GND", "GROUND", "SURFACE"), SURFACE),
        **dict.fromkeys(("UNL", "UNLIM", "UNLIMITED", "UNLTD"), UNLIMITED),
    }
)
_UNITS: Final = MappingProxyType(
    {"FT": Units.FT, "F": Units.FT, "FEET": Units.FT, "M": Units.M, "MTR": Units.M}
)
_REFERENCES: Final = MappingProxyType(
    {
        "AMSL": Reference.AMSL,
        "MSL": Reference.AMSL,
        "ALT": Reference.AMSL,
        "AGL": Reference.AGL,
        "AGND": Reference.AGL,
        "GND": Reference.AGL,
        "SFC": Reference.AGL,
        "ASFC": Reference.AGL,
        "STD": Reference.STD,
    }
)
_LEVEL: Final = re.compile(r"FL\s*(\d{1,3})(?:\s*STD)?", re.ASCII)
_HEIGHT: Final = re.compile(
    rf"(\d{{1,6}}(?:\.\d{{1,3}})?)\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})?\.?\s*"
    rf"({'|'.join(sorted(_REFERENCES, key=len, reverse=True))})?",
    re.ASCII,
)


def air_limit(text: str, remarks: Remarks, default: Reference | None = None) -> Altitude | None:
    """One limit as written.

    Args:
        text: As written; capitals do not matter.
        remarks: Receives a remark where no limit is taken because unit or reference is missing.
        default: What heights are measured from where the format's specification says so.

    Returns:
        None for no limit.

    Raises:
        InputError: ``altitude.form``, and what ``Altitude`` raises.
    """
    words = " ".join(text.upper().split()).rstrip(".")
    if words in _WORDS:
        return _WORDS[words]
    level = _LEVEL.fullmatch(words)
    if level:
        return Altitude(float(level[1]), Units.FL, Reference.STD)
    height = _HEIGHT.fullmatch(words)
    if height is None:
        raise InputError("altitude.form", f"found limit {shown(text)}, expected {_FORMS}")
    reference = _REFERENCES[height[3]] if height[3] else default
    if height[2] is None or reference is None:
        remarks.add(NO_UNITS if height[2] is None else NO_REFERENCE)
        return UNLIMITED
    value = float(height[1])
    if value == 0.0 and reference is Reference.AGL:
        return SURFACE
    return Altitude(value, _UNITS[height[2]], reference)


def air_band(lower: Altitude | None, upper: Altitude | None) -> AltitudeBand:
    """The band between two limits; refusals say that it is about both.

    Raises:
        InputError: ``altitude.upside-down``.
    """
    with Place("limits"):
        return AltitudeBand(lower, upper)
