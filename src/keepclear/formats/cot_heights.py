"""The heights and errors of an event: what ``hae``, ``ce`` and ``le`` mean, and what of unknown ones.

Heights are metres above the WGS84 ellipsoid; 9999999 is unknown, and never a number.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from keepclear.domain.altitude import EVERYWHERE, Altitude, AltitudeBand, Reference, Units
from keepclear.formats.cot_shapes import UNKNOWN
from keepclear.formats.remarks import Remarks

__all__ = ["NO_BAND", "band_of", "error_of", "known", "range_of", "shape_range"]

NO_BAND: Final = "with a shape and no range of heights (le): compared at every height"
_NO_HAE: Final = "with an unknown height: compared at every height"
_NO_CE: Final = "with an unknown circle of error (ce): the place is taken as stated"
_NO_LE: Final = "with an unknown error of height (le): the height is taken as stated"


def known(value: float) -> float:
    """A height or an error as it is written; everything from 9999999 on is unknown."""
    return UNKNOWN if abs(value) >= UNKNOWN else value


def error_of(ce_m: float, remarks: Remarks) -> float:
    """How far off a place may be."""
    if ce_m == UNKNOWN:
        remarks.add(_NO_CE)
        return 0.0
    return ce_m


def band_of(hae: float, le_m: float, remarks: Remarks) -> AltitudeBand:
    """Where a thing is, by its height and the error of that.

    Raises:
        InputError: ``altitude.*``.
    """
    if hae == UNKNOWN:
        remarks.add(_NO_HAE)
        return EVERYWHERE
    if le_m == UNKNOWN:
        remarks.add(_NO_LE)
        le_m = 0.0
    return range_of(hae, le_m)


def shape_range(hae: float, le_m: float, remarks: Remarks) -> AltitudeBand | None:
    """The heights of a shape; None where the event says no range of them.

    Raises:
        InputError: ``altitude.*``.
    """
    if UNKNOWN in (hae, le_m) or le_m == 0.0:
        remarks.add(NO_BAND)
        return None
    return range_of(hae, le_m)


@lru_cache(maxsize=65_536)
def range_of(hae: float, le_m: float) -> AltitudeBand:
    """From so far below a height to so far above it.

    Raises:
        InputError: ``altitude.*``.
    """
    lower = Altitude(hae - le_m, Units.M, Reference.W84)
    return AltitudeBand(lower, Altitude(hae + le_m, Units.M, Reference.W84))
