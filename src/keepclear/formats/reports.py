"""What receivers of aircraft say of one report: how high, when, and how good its position is.

Sources: ``README-json.md`` of wiedehopf/readsb for units and references (heights in feet, ``alt_geom``
above the WGS84 ellipsoid, times in seconds since 1970), DO-260B for what NIC and NACp stand for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.errors import InputError
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import number, shown

__all__ = ["ON_GROUND", "UNSTATED_M", "error_m", "height", "level", "seconds_us"]

UNSTATED_M: Final = 1_000.0
"""How far off a position may be that does not say how good it is: multilateration by amateurs is off by
some hundred metres, with worse outliers; the next round figure is taken."""

_NIC_M: Final = MappingProxyType(
    {11: 7.5, 10: 25.0, 9: 75.0, 8: 185.2, 7: 370.4, 6: 1_111.2, 5: 1_852.0}
    | {4: 3_704.0, 3: 7_408.0, 2: 14_816.0, 1: 37_040.0}
)
"""Containment radius for each navigation integrity category (DO-260B, table 2-69; of 6 the largest)."""
_NACP_M: Final = MappingProxyType(
    {11: 3.0, 10: 10.0, 9: 30.0, 8: 92.6, 7: 185.2, 6: 555.6, 5: 926.0}
    | {4: 1_852.0, 3: 3_704.0, 2: 7_408.0, 1: 18_520.0}
)
"""Error that 95 % stay below for each navigation accuracy category (DO-260B, section 2.2.5.1.35)."""

_SURFACE: Final = Altitude(0.0, Units.M, Reference.SFC)
ON_GROUND: Final = AltitudeBand(_SURFACE, _SURFACE)
_SECONDS_MIN: Final = 631_152_000
"""1990-01-01."""
_SECONDS_MAX: Final = 7_258_118_400
"""2200-01-01; later stamps are milliseconds taken for seconds."""

_UNSTATED: Final = (
    f"that do not say how good their position is: taken as up to {UNSTATED_M:,.0f} m off"
)
_NO_ALTITUDE: Final = "without altitude: altitude unknown, compared at every height"


def seconds_us(value: Any) -> int:
    """Seconds since 1970-01-01T00:00Z, with decimals, as microseconds.

    Raises:
        InputError: ``number.*``, ``time.range``.
    """
    seconds = number(value)
    if not _SECONDS_MIN <= seconds <= _SECONDS_MAX:
        raise InputError(
            "time.range",
            f"found {shown(value)}, expected seconds since 1970-01-01T00:00Z within the years 1990 "
            "to 2200; are they milliseconds?",
        )
    return round(seconds * 1_000_000.0)


def level(feet: float, reference: Reference) -> AltitudeBand:
    """The band of one height in feet: a closed point.

    Raises:
        InputError: what ``Altitude`` raises.
    """
    limit = Altitude(feet, Units.FT, reference)
    return AltitudeBand(limit, limit)


def height(barometric: Any, geometric: Any, remarks: Remarks) -> AltitudeBand:
    """Pressure altitude where there is one (``ground`` is the surface), else above the ellipsoid.

    Raises:
        InputError: ``number.*``, ``altitude.range``.
    """
    if barometric == "ground":
        return ON_GROUND
    if barometric is not None:
        return level(number(barometric), Reference.STD)
    if geometric is not None:
        return level(number(geometric), Reference.W84)
    remarks.add(_NO_ALTITUDE)
    return EVERYWHERE


def error_m(details: Mapping[str, Any] | None, remarks: Remarks) -> float:
    """How far off a position may be: containment radius, else by NIC, else by NACp, else assumed."""
    if details is not None:
        radius = details.get("rc")
        if isinstance(radius, int | float) and not isinstance(radius, bool) and 0 < radius < 50_000:
            return float(radius)
        for name, table in (("nic", _NIC_M), ("nac_p", _NACP_M)):
            category = details.get(name)
            if isinstance(category, int) and category in table:
                return table[category]
    remarks.add(_UNSTATED)
    return UNSTATED_M
