"""Altitudes that carry their reference, because a number of metres alone is not a height.

A limit is never converted when it is read: ``detect.vertical`` compares like with like exactly and
unlike references by intervals that cannot miss a meeting (decision 4 of the design).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import Final

from keepclear.domain.units import FLIGHT_LEVEL_M, FOOT_M
from keepclear.errors import InputError

__all__ = ["ALTITUDE_M_MAX", "EVERYWHERE", "Altitude", "AltitudeBand", "Reference", "Units"]

ALTITUDE_M_MAX: Final = 1_000_000.0
"""Limits beyond 1,000 km are typing errors: orbits are not airspace, and integers stay small."""


class Reference(Enum):
    """What an altitude is measured from. Values are those of the files."""

    # as quick as it can be: tables are looked up by it with every declaration
    __hash__ = object.__hash__

    W84 = "W84"
    """Above the WGS84 ellipsoid."""
    AMSL = "AMSL"
    """Above mean sea level (EGM96)."""
    AGL = "AGL"
    """Above the ground below."""
    STD = "STD"
    """Standard pressure altitude: flight levels."""
    SFC = "SFC"
    """The ground itself; its value is 0."""


class Units(Enum):
    """Units of a limit, as written."""

    M = "M"
    FT = "FT"
    FL = "FL"


_METRES: Final = {Units.M: 1.0, Units.FT: FOOT_M, Units.FL: FLIGHT_LEVEL_M}


@dataclass(frozen=True, slots=True)
class Altitude:
    """One limit as its party wrote it: value, units and reference. 0 is a value.

    Raises:
        InputError: ``altitude.not-a-number``, ``altitude.range``, ``altitude.reference`` (a flight
            level above anything but standard pressure; a surface limit that is not 0).
    """

    value: float
    units: Units
    reference: Reference

    def __post_init__(self) -> None:
        if not isfinite(self.value):
            raise InputError(
                "altitude.not-a-number",
                f"altitude {self.value} is no height; leave the limit out for 'unlimited'",
            )
        if abs(self.metres) > ALTITUDE_M_MAX:
            raise InputError(
                "altitude.range",
                f"altitude {self.value} {self.units.value} lies beyond 1,000 km; "
                "check the units, or leave the limit out for 'unlimited'",
            )
        if self.units is Units.FL and self.reference is not Reference.STD:
            raise InputError(
                "altitude.reference",
                f"a flight level is measured from standard pressure, found reference "
                f"{self.reference.value}; write reference STD",
            )
        if self.reference is Reference.SFC and self.value != 0:
            raise InputError(
                "altitude.reference",
                f"SFC is the ground itself, found {self.value} {self.units.value}; "
                "write reference AGL for a height above it",
            )

    @property
    def metres(self) -> float:
        """The value in metres, still measured from :attr:`reference`."""
        # the usual unit first: looking up an enumeration costs more than the rest
        return self.value if self.units is Units.M else self.value * _METRES[self.units]

    def __str__(self) -> str:
        if self.reference is Reference.SFC:
            return "SFC"
        if self.units is Units.FL:
            return f"FL{self.value:03g}"
        number = f"{self.value:.2f}".rstrip("0").rstrip(".")
        return f"{number} {self.units.value.lower()} {self.reference.value}"


@dataclass(frozen=True, slots=True)
class AltitudeBand:
    """From a lower to an upper limit; ``None`` is no limit on that side, said so, never zero.

    Raises:
        InputError: ``altitude.upside-down``: both limits share a reference and the lower is above.
            Bands with unlike references cannot be judged without terrain and are taken as written.
    """

    lower: Altitude | None
    upper: Altitude | None

    def __post_init__(self) -> None:
        if self.lower is None or self.upper is None:
            return
        lower, upper = self.lower.reference, self.upper.reference
        if lower is not upper and {lower, upper} != {Reference.AGL, Reference.SFC}:
            return
        if self.lower.metres > self.upper.metres:
            raise InputError(
                "altitude.upside-down",
                f"the lower limit {self.lower} is above the upper limit {self.upper}; "
                "were they exchanged?",
            )

    def __str__(self) -> str:
        lower = "no lower limit" if self.lower is None else str(self.lower)
        upper = "unlimited" if self.upper is None else str(self.upper)
        return f"{lower} to {upper}"


EVERYWHERE: Final = AltitudeBand(None, None)
"""No limit on either side."""
