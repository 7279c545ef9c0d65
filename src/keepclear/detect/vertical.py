"""Altitudes as intervals of the ellipsoid, so that unlike references can be compared safely.

Each limit becomes its own value in millimetres (compared exactly with limits of the same reference)
and an interval above the WGS84 ellipsoid that surely holds it (compared with everything else):

* W84: the value itself.
* AMSL: plus the EGM96 undulation over the footprint, least to greatest.
* AGL and SFC: plus the ground stated for the declaration, else the ground stated for the check,
  else the lowest and highest ground of the Earth, and the report names the missing ground.
* STD: the height of that pressure for QNH 950 to 1050 hPa and ISA +-30 K, plus the undulation.

Intervals are rounded outward to whole millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final, NamedTuple

import numpy as np

from keepclear.domain.altitude import Altitude, Reference
from keepclear.domain.declaration import Ground

__all__ = [
    "MM_MAX",
    "REFERENCE_CODES",
    "WORLD_GROUND",
    "Geoid",
    "Limit",
    "lower_limit",
    "pressure_height_m",
    "upper_limit",
]

MM_MAX: Final = 2**30
"""Stands for 'no limit': 1,073 km in millimetres, beyond every altitude accepted, inside 32 bits."""
GEOID_MODEL_ERROR_M: Final = 1.5
"""What interpolation in a 15-minute grid may miss of the EGM96 model between its nodes."""
WORLD_GROUND: Final = Ground(-500.0, 9_000.0)
"""From below the shore of the Dead Sea to above the highest summit."""
_QNH_LOW_M: Final = 541.0
"""Height of 950 hPa in the standard atmosphere (540.3 m), outward: a flight level lies that much
lower on such a day."""
_QNH_HIGH_M: Final = 302.0
"""Depth of 1050 hPa in the standard atmosphere (301.5 m), outward."""
_ISA_DEVIATION_K: Final = 30.0
_T0_K: Final = 288.15
_HALF_LAPSE_K_M: Final = 0.0034
"""Half of 6.5 K a km, and 5 % more: the mean that counts is weighted by thickness, and is colder."""
_COLDEST_MEAN_K: Final = 225.0
"""No mean temperature from the ground to any flight level is colder in the standard atmosphere."""

REFERENCE_CODES: Final = {
    Reference.W84: 1,
    Reference.AMSL: 2,
    Reference.AGL: 3,
    Reference.SFC: 3,
    Reference.STD: 4,
}
"""Limits with one code are compared as written. SFC is 0 m AGL. Code 0 is 'no limit'."""


@dataclass(frozen=True, slots=True)
class Geoid:
    """EGM96 undulations every 15 minutes of arc: rows from 90 N to 90 S, columns from 0 E eastward."""

    grid_cm: np.ndarray
    """int16 (721, 1440), centimetres above the WGS84 ellipsoid."""

    def bounds(self, south: float, west: float, north: float, east: float) -> tuple[float, float]:
        """Least and greatest undulation over a box of degrees, metres, errors of the model included.

        ``west`` may be greater than ``east``: the box then runs over 180. Every grid cell that the
        box touches counts with its four corners.
        """
        top = max(0, floor((90.0 - north) * 4.0))
        bottom = min(720, ceil((90.0 - south) * 4.0))
        span = (east - west) % 360.0 if east - west < 360.0 else 360.0
        first = floor(west % 360.0 * 4.0)
        count = ceil(span * 4.0) + 2
        rows = self.grid_cm[top : bottom + 1]
        if first + count <= 1440:
            rows = rows[:, first : first + count]
        elif count < 1440:
            rows = rows[:, np.arange(first, first + count) % 1440]
        return (
            float(rows.min()) / 100.0 - GEOID_MODEL_ERROR_M,
            float(rows.max()) / 100.0 + GEOID_MODEL_ERROR_M,
        )


class Limit(NamedTuple):
    """One limit ready for comparison, in millimetres."""

    code: int
    """See :data:`REFERENCE_CODES`; 0 is no limit."""
    own_mm: int
    """Value above its own reference."""
    least_mm: int
    """Lowest it can be above the ellipsoid."""
    most_mm: int
    """Highest it can be above the ellipsoid."""


def pressure_height_m(level_m: float) -> tuple[float, float]:
    """Lowest and highest geometric height above sea level of a standard pressure altitude."""
    heights: list[float] = []
    for shifted in (level_m - _QNH_LOW_M, level_m + _QNH_HIGH_M):
        # The air column reaches from the ground's pressure to the level: over a low QNH it lies
        # higher, and is colder, than one that begins at sea level.
        middle = max(shifted + 2.0 * _QNH_LOW_M, 0.0)
        mean_k = max(_T0_K - _HALF_LAPSE_K_M * middle, _COLDEST_MEAN_K)
        heights += [shifted * (1.0 + k / mean_k) for k in (-_ISA_DEVIATION_K, _ISA_DEVIATION_K)]
    return min(heights), max(heights)


def lower_limit(altitude: Altitude | None, offsets: Any) -> Limit:
    """A lower limit; ``offsets(reference)`` gives the interval of the ground or the geoid."""
    return _limit(altitude, offsets, -MM_MAX)


def upper_limit(altitude: Altitude | None, offsets: Any) -> Limit:
    """An upper limit; see :func:`lower_limit`."""
    return _limit(altitude, offsets, MM_MAX)


def _limit(altitude: Altitude | None, offsets: Any, open_mm: int) -> Limit:
    if altitude is None:
        return Limit(0, open_mm, open_mm, open_mm)
    value = altitude.metres
    low, high = (value, value)
    if altitude.reference is Reference.STD:
        low, high = pressure_height_m(value)
    least, most = offsets(altitude.reference)
    return Limit(
        REFERENCE_CODES[altitude.reference],
        round(value * 1000.0),
        floor((low + least) * 1000.0),
        ceil((high + most) * 1000.0),
    )
