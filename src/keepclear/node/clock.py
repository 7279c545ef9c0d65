"""The only reader of time: everything else is given the time it works with."""

from __future__ import annotations

import time
from typing import Final

__all__ = ["monotonic_s", "now_us", "resolution_s"]

_NANOSECONDS_PER_MICROSECOND: Final = 1_000


def now_us() -> int:
    """The wall clock of this machine, microseconds of UTC since 1970-01-01.

    It is used for two things only: where weekly schedules are opened when nothing else names a
    time, and the line in a report that says when it was made. It never orders anything.
    """
    return time.time_ns() // _NANOSECONDS_PER_MICROSECOND


def monotonic_s() -> float:
    """Seconds on a clock that never runs backwards; only differences mean something."""
    return time.monotonic()


def resolution_s() -> float:
    """The smallest step of the wall clock, in seconds, as the system states it."""
    return time.get_clock_info("time").resolution
