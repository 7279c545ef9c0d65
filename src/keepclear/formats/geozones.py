"""What the two European geozone formats share: limits, shapes, and how a zone is put together.

ED-318 and ED-269 say the same things in different members. Both write places as GeoJSON does,
longitude first, so that edges are straight in longitude and latitude; ED-318 is an extension of
GeoJSON, for ED-269 this is an assumption (its text is not public, its files look the same).

Where a zone leaves something open, it is taken to be larger: a zone that is wrongly found is asked
about, a zone that is wrongly missed is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Footprint
from keepclear.domain.schedule import Schedule
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window
from keepclear.errors import InputError
from keepclear.formats.members import Findings
from keepclear.formats.text import number, one_line, shown

__all__ = [
    "NO_RESTRICTION",
    "PARTS_MAX",
    "ZONES_MAX",
    "Limit",
    "band",
    "label",
    "units_of",
    "zone",
]

ZONES_MAX: Final = 1_000_000
PARTS_MAX: Final = 10_000
"""Volumes times periods of one zone; a small file could ask for millions."""

NO_LIMIT: Final = 99_999.0
"""Written for "no ceiling", in whatever unit the file uses."""
_NO_LIMIT_SLACK_M: Final = 1.0
"""99,999 m written in feet comes back rounded to a foot."""

NO_RESTRICTION: Final = (
    "of type NO_RESTRICTION: compared like any other zone; a crossing with it is for information"
)
"""Remark on zones that limit nothing by themselves; left out, they would be missed."""

_UNITS: Final = MappingProxyType({"M": Units.M, "FT": Units.FT})
_REFERENCES: Final = MappingProxyType(
    {
        "AGL": Reference.AGL,
        "AMSL": Reference.AMSL,
        "WGS84": Reference.W84,
        "W84": Reference.W84,  # as F3548 spells it
    }
)
_NUMBER: Final = re.compile(r"[+-]?\d{1,9}(\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limit:
    """One vertical limit as written: where it stands, its value, and what it is measured from."""

    name: str
    value: Any
    reference: Any


def label(what: str, count: int, raw: Any, holder: str = "") -> str:
    """How a zone is called in sentences: its number, and its identifier where it has one."""
    owner = raw.get(holder) if holder and isinstance(raw, dict) else raw
    identifier = owner.get("identifier") if isinstance(owner, dict) else None
    try:
        text = one_line(identifier)
    except InputError:
        text = ""
    return f"{what} {count} {text}".strip()


def units_of(value: Any) -> Units:
    """The units of a zone's limits, in capitals or not.

    Raises:
        InputError: ``altitude.units``.
    """
    units = _UNITS.get(value.upper()) if isinstance(value, str) else None
    if units is None:
        raise InputError("altitude.units", f"found units {shown(value)}, expected m or ft")
    return units


def band(lower: Limit, upper: Limit, units: Units, findings: Findings) -> AltitudeBand:
    """The band between two limits; a limit that is missing, or 99999, is none.

    Raises:
        InputError: ``altitude.*``.
    """
    with findings.at(lower.name):
        bottom = _altitude(lower, units, findings)
        if bottom is not None and _means_none(bottom):
            findings.remark(
                "with a lower limit of 99999, which stands for none: taken to have none"
            )
            bottom = None
    with findings.at(upper.name):
        top = _altitude(upper, units, findings)
        if top is not None and _means_none(top):
            top = None
    return AltitudeBand(bottom, top)


def _altitude(limit: Limit, units: Units, findings: Findings) -> Altitude | None:
    if limit.value is None:
        findings.remark("without a limit: the zone is taken to have none on that side")
        return None
    if limit.reference is None:
        findings.remark("where a limit does not say what it is measured from: taken to be none")
        return None
    text = limit.reference
    reference = _REFERENCES.get(text.upper()) if isinstance(text, str) else None
    if reference is None:
        raise InputError(
            "altitude.reference", f"found reference {shown(text)}, expected AGL, AMSL or WGS84"
        )
    return Altitude(_height(limit.value), units, reference)


def _height(value: Any) -> float:
    """A limit as a number; some files write it as text."""
    if not isinstance(value, str):
        return number(value)
    if not _NUMBER.fullmatch(value.strip()):
        raise InputError(
            "altitude.not-a-number",
            f"found {shown(value)}, expected a number, or null for no limit",
        )
    return float(value)


def _means_none(limit: Altitude) -> bool:
    return limit.value == NO_LIMIT or limit.metres > NO_LIMIT - _NO_LIMIT_SLACK_M


def zone(
    identifier: str,
    shapes: Iterable[tuple[Footprint, AltitudeBand]],
    windows: Iterable[Window | Schedule],
    refused: int,
    findings: Findings,
) -> Iterable[Declaration]:
    """A zone from what could be read of it: one part for each shape and each period.

    Args:
        identifier: Unique within the file.
        shapes: Footprints, each with its band.
        windows: The periods in which all of them hold.
        refused: How many of its shapes and periods were refused.
        findings: Receives a remark where the zone is compared without some of them.

    Returns:
        The declaration, or nothing where each shape or each period was refused.

    Raises:
        InputError: ``declaration.empty``, ``list.too-many``.
    """
    shapes, windows = tuple(shapes), tuple(windows)
    if len(shapes) * len(windows) > PARTS_MAX:
        raise InputError(
            "list.too-many",
            f"{len(shapes):,} volumes in {len(windows):,} periods make more than {PARTS_MAX:,} "
            "parts; split the zone",
        )
    parts = tuple(Volume4D(shape, band_, when) for shape, band_ in shapes for when in windows)
    if not parts:
        if not refused:
            raise InputError("declaration.empty", "it has no geometry; nothing could be compared")
        return ()
    if refused:
        findings.remark(
            "where volumes or periods were refused: the zone is compared without them, and a "
            "crossing with those is not found"
        )
    return (Declaration(id=identifier, kind=Kind.RESTRICTION, parts=parts, where=findings.where),)
