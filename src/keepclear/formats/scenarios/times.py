"""Times in a scenario: with Z or an offset, or as an hour with Z on the day that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from keepclear.domain.units import TIME_US
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError
from keepclear.formats.scenarios.sizes import quantity

__all__ = ["Span", "duration", "instant", "span"]

_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)?Z", re.ASCII)
_NO_ZONE: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?", re.ASCII)
_NONE: Final = ".."
"""No limit."""


@dataclass(frozen=True, slots=True)
class Span:
    """Two instants in microseconds of UTC; nothing for no limit."""

    start_us: int | None
    end_us: int | None


def instant(text: str, day: str) -> int:
    """A time.

    Args:
        text: ``06:30Z``, ``06:30:20Z`` or a whole RFC 3339 time.
        day: What hours alone are on, ``2015-11-20``; empty where nothing says so.
    """
    if _NO_ZONE.fullmatch(text):
        raise InputError(
            "time.no-offset",
            f"time {text!r} does not say which clock it is on; write {text}Z for UTC",
        )
    if not _CLOCK.fullmatch(text):
        return parse_instant(text)
    if not day:
        raise InputError(
            "scenario.no-day",
            f"found {text!r}, and no day before it; say `day 2015-11-20` above, or write it whole",
        )
    return parse_instant(f"{day}T{text}")


def duration(text: str, _: str) -> int:
    """Microseconds: ``20 s``, ``5min``, ``2 h``."""
    value, unit = quantity(text, TIME_US, "20s, 5min or 2h")
    return round(value * TIME_US[unit])


def span(text: str, day: str) -> Span:
    """``06:30Z to 07:30Z``; ``..`` on either side is no limit."""
    start, to, end = text.partition(" to ")
    if not to:
        raise InputError("scenario.value", f"found {text!r}, expected 06:30Z to 07:30Z")
    return Span(_limit(start, day), _limit(end, day))


def _limit(text: str, day: str) -> int | None:
    return None if text.strip() == _NONE else instant(text.strip(), day)
