"""Exact factors of the units that desks write, and nothing approximate."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

__all__ = [
    "FLIGHT_LEVEL_M",
    "FOOT_M",
    "LENGTH_M",
    "MICROSECONDS",
    "NAUTICAL_MILE_M",
    "TIME_US",
]

FOOT_M: Final = 0.3048
"""International foot, exact (1959 agreement)."""
NAUTICAL_MILE_M: Final = 1852.0
"""International nautical mile, exact."""
FLIGHT_LEVEL_M: Final = 100 * FOOT_M
"""One flight level is 100 ft of standard pressure altitude."""
MICROSECONDS: Final = 1_000_000
"""Microseconds in a second; every instant is an integer number of them."""

LENGTH_M: Final = MappingProxyType(
    {"m": 1.0, "km": 1000.0, "NM": NAUTICAL_MILE_M, "ft": FOOT_M, "FL": FLIGHT_LEVEL_M},
)
"""What may follow a length on the command line, in metres."""
TIME_US: Final = MappingProxyType(
    {"s": MICROSECONDS, "min": 60 * MICROSECONDS, "h": 3600 * MICROSECONDS},
)
"""What may follow a duration on the command line, in microseconds."""
