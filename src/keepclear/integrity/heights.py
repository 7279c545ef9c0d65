"""Altitude bands that contradict themselves, whatever the ground and the weather are.

Limits with one reference are compared when they are built; here are those that a reader cannot
judge: limits with unlike references, bands below the ground, and two ceilings for one volume.
Without a geoid grid the undulation is taken between its bounds on Earth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from keepclear.detect.vertical import WORLD_GROUND, pressure_height_m
from keepclear.domain.altitude import Altitude, AltitudeBand, Reference
from keepclear.domain.declaration import Declaration, Ground
from keepclear.domain.finding import Finding, Severity
from keepclear.domain.volume import Volume4D

__all__ = ["height_findings"]

_UNDULATION_M: Final = (-110.0, 90.0)
"""EGM96 lies between -107 and 86 m above the ellipsoid."""
_ABOVE_GROUND: Final = frozenset({Reference.AGL, Reference.SFC})
_ASK: Final = "ask which of the limits is meant, and from what each is measured"


def height_findings(declaration: Declaration) -> Iterator[Finding]:
    """At most one of each kind for a declaration."""
    volumes = [part for part in declaration.parts if isinstance(part, Volume4D)]
    for look in (_upside_down, _buried):
        message = _first(look, volumes, declaration.ground)
        if message is not None:
            yield _finding(declaration, "altitude.contradicts", Severity.WRONG, message)
    message = _two_ceilings(volumes)
    if message:
        yield _finding(declaration, "altitude.two-ceilings", Severity.DOUBT, message)


def _first(
    look: Callable[[AltitudeBand, Ground | None], str | None],
    volumes: Sequence[Volume4D],
    ground: Ground | None,
) -> str | None:
    """What is said of the first volume of which anything is."""
    for part in volumes:
        message = look(part.band, ground)
        if message is not None:
            return message
    return None


def _upside_down(band: AltitudeBand, ground: Ground | None) -> str | None:
    if band.lower is None or band.upper is None or band.lower.reference is band.upper.reference:
        return None
    if _height_m(band.lower, ground)[0] <= _height_m(band.upper, ground)[1]:
        return None
    known = (
        f", with ground from {ground.lowest_m:.0f} to {ground.highest_m:.0f} m" if ground else ""
    )
    return f"the lower limit {band.lower} is above the upper limit {band.upper} in any case{known}"


def _buried(band: AltitudeBand, ground: Ground | None) -> str | None:
    if band.upper is None or band.upper.reference in _ABOVE_GROUND:
        return None
    lowest = (ground or WORLD_GROUND).lowest_m
    if _height_m(band.upper, ground)[1] >= lowest:
        return None
    return (
        f"the upper limit {band.upper} is below the ground, which is {lowest:.0f} m at its lowest"
    )


def _two_ceilings(volumes: list[Volume4D]) -> str | None:
    """One footprint, one window and one lower limit, but two upper limits; or two lower ones."""
    if len(volumes) < 2:
        return None
    seen: dict[object, Altitude | None] = {}
    for part in volumes:
        where = (part.footprint, part.window)
        for fixed, free, name in (
            (part.band.lower, part.band.upper, "upper"),
            (part.band.upper, part.band.lower, "lower"),
        ):
            before = seen.setdefault((where, fixed, name), free)
            if before != free:
                return (
                    f"one and the same volume has two {name} limits: "
                    f"{before or 'none'} and {free or 'none'}"
                )
    return None


def _height_m(limit: Altitude, ground: Ground | None) -> tuple[float, float]:
    """Lowest and highest that a limit may be above mean sea level, metres."""
    value = limit.metres
    if limit.reference is Reference.AMSL:
        return value, value
    if limit.reference is Reference.W84:
        return value - _UNDULATION_M[1], value - _UNDULATION_M[0]
    if limit.reference is Reference.STD:
        return pressure_height_m(value)
    below = ground or WORLD_GROUND
    return below.lowest_m + value, below.highest_m + value


def _finding(declaration: Declaration, code: str, severity: Severity, message: str) -> Finding:
    return Finding(
        code, severity, declaration.where, message, _ASK, declaration.party, declaration.id
    )
