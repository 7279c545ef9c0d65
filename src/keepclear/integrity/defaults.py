"""Positions that devices and forms give when nobody entered one, and the reporter's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from keepclear.domain.declaration import Kind
from keepclear.domain.finding import Finding, Severity
from keepclear.domain.footprint import Area
from keepclear.domain.position import Position
from keepclear.domain.volume import Volume4D
from keepclear.integrity.context import Context
from keepclear.integrity.places import Place, where
from keepclear.integrity.ruler import distance_m, length

__all__ = ["default_findings"]

_NULL_ISLAND: Final = Position(latitude=0.0, longitude=0.0)
_NULL_ISLAND_M: Final = 2_000.0
"""Nothing but a buoy is nearer to 0, 0; devices without a fix send it with noise."""
_NULL_DEGREES: Final = 0.1
"""Further from 0, 0 than this on either axis is further than 11 km, and need not be measured."""
_ASK: Final = "ask for the position again; it looks as if none was entered"


def default_findings(place: Place, context: Context) -> Iterator[Finding]:
    """At most one about defaults, and one about the reporter's own position."""
    if _is_area(place):
        return
    yield from _default(place)
    yield from _own(place, context)


def _is_area(place: Place) -> bool:
    """The middle of a drawn area is computed, and was entered by nobody."""
    declaration = place.declaration
    return not declaration.stated and any(
        isinstance(part, Volume4D) and isinstance(part.footprint, Area)
        for part in declaration.parts
    )


def _default(place: Place) -> Iterator[Finding]:
    here = place.position
    lat, lon = here.latitude, here.longitude
    near = max(abs(lat), abs(lon)) <= _NULL_DEGREES
    if near and distance_m(here, _NULL_ISLAND) <= _NULL_ISLAND_M:
        yield _finding(
            place,
            "position.null-island",
            Severity.WRONG,
            f"{place.shown()} is where the equator meets the meridian of Greenwich, in the sea",
            _ASK,
        )
        return
    if place.declaration.kind is not Kind.SITE:
        return
    if lat == 0.0 or lon == 0.0:
        what = "one of its numbers is exactly 0"
    elif lat == lon:
        what = "latitude and longitude are the same number"
    elif lat.is_integer() and lon.is_integer():
        what = "both numbers are whole degrees"
    else:
        return
    yield _finding(place, "position.default", Severity.DOUBT, f"{place.shown()}: {what}", _ASK)


def _own(place: Place, context: Context) -> Iterator[Finding]:
    declaration = place.declaration
    if context.own is None or declaration.kind is Kind.AREA:
        return
    metres = distance_m(place.position, context.own)
    if metres > context.bounds.own_m + place.error_m:
        return
    # a journey may well start where it is reported; a site or a volume rarely is there
    severity = Severity.DOUBT if place.lone else Severity.NOTE
    yield _finding(
        place,
        "position.own",
        severity,
        f"{place.shown()} is the reporter's own position, to {length(metres)}; receivers go back to "
        "it when they are switched on again",
        "have the position read back by somebody who looks at the place, not at the receiver",
    )


def _finding(place: Place, code: str, severity: Severity, message: str, advice: str) -> Finding:
    declaration = place.declaration
    return Finding(code, severity, where(place), message, advice, declaration.party, declaration.id)
