"""How a position was written: its text, notation, datum and precision stay beside the place it means.

A wrong position is the most repeated cause of harm, and it can be argued about later only if what
was written is still there. The place that holds is a :class:`Position` on WGS84; this module keeps
the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import Final

from keepclear.domain.position import Position
from keepclear.errors import InputError

__all__ = ["DATUM_UNKNOWN_M", "Datum", "Notation", "StatedPosition"]

DATUM_UNKNOWN_M: Final = 250.0
"""How far off a position may be whose datum nobody knows: the local datums of the regions where
such lists come from lie up to 132 m from WGS84, others further; the next round figure is taken."""


class Notation(Enum):
    """How a position can be written."""

    DECIMAL = "decimal degrees"
    MINUTES = "degrees and decimal minutes"
    SECONDS = "degrees, minutes and seconds"
    MGRS = "MGRS"
    UTM = "UTM"
    ICAO = "ICAO"
    """Digits run together, letters in front or behind: ``N362312E0371045``."""


class Datum(Enum):
    """What the numbers are measured on."""

    WGS84 = "WGS84"
    ED50 = "ED50"
    PULKOVO_42 = "Pulkovo-42"
    NAD27 = "NAD27"
    LOCAL = "local"
    """A local datum that is not named; treated as unknown."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPosition:
    """One place as a party wrote it, and the place that it means.

    Raises:
        InputError: ``length.range`` when precision or error is no length.
    """

    position: Position
    """On WGS84, whatever the datum was."""
    text: str
    """As it was written, trimmed."""
    notation: Notation
    datum: Datum = Datum.WGS84
    precision_m: float
    """Size on the ground of one step of the last digit written, along the coarser axis."""
    error_m: float
    """How far off the place may be for want of digits and of a known datum: half the diagonal of
    one step, and what the datum leaves open."""

    def __post_init__(self) -> None:
        for what, value in (("precision", self.precision_m), ("error", self.error_m)):
            if not (isfinite(value) and value >= 0.0):
                raise InputError("length.range", f"{what} {value} m is no length")
