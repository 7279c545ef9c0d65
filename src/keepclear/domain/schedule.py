"""Weekly schedules of zones, and the windows they open within a given span."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import Window
from keepclear.errors import InputError

__all__ = ["DAY_US", "DailyPeriod", "Day", "Schedule"]

DAY_US: Final = 86_400 * MICROSECONDS
_EPOCH_WEEKDAY: Final = 3
"""1970-01-01 was a Thursday (Monday is 0)."""
WINDOWS_MAX: Final = 20_000
"""Windows that one schedule may open in one span: 54 years of days, far beyond any plan."""


class Day(IntEnum):
    """Days of the week as ED-269 and ED-318 write them."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6


@dataclass(frozen=True, slots=True)
class DailyPeriod:
    """The same hours on certain days of the week.

    ``start_us`` and ``end_us`` are measured from midnight UTC of the day named. An end that is not
    after the start runs past midnight into the next day; 00:00 to 00:00 is the whole day.
    """

    days: frozenset[Day]
    start_us: int
    end_us: int

    def __post_init__(self) -> None:
        if not self.days:
            raise InputError("schedule.no-day", "a schedule needs a day of the week, or ANY")

    @property
    def length_us(self) -> int:
        """How long one occurrence lasts."""
        length = self.end_us - self.start_us
        return length if length > 0 else length + DAY_US


@dataclass(frozen=True, slots=True)
class Schedule:
    """Daily periods that repeat every week inside an outer window."""

    window: Window
    periods: tuple[DailyPeriod, ...]

    def within(self, span: Window) -> tuple[Window, ...]:
        """The windows opened inside a bounded span, in order, touching ones joined.

        Raises:
            InputError: ``schedule.unbounded`` when neither the span nor the outer window ends;
                ``schedule.too-long`` when more than ``WINDOWS_MAX`` windows would open.
        """
        start, end = _bounds(self.window, span)
        if end < start:
            return ()
        if (end - start) // DAY_US * len(self.periods) > WINDOWS_MAX:
            raise InputError(
                "schedule.too-long",
                "the weekly schedule would open more than "
                f"{WINDOWS_MAX:,} windows; narrow the time with --after and --before",
            )
        spans: list[tuple[int, int]] = []
        for period in self.periods:
            first = start // DAY_US - 1
            for day in range(first, end // DAY_US + 1):
                if Day((day + _EPOCH_WEEKDAY) % 7) not in period.days:
                    continue
                opens = day * DAY_US + period.start_us
                opens, closes = max(opens, start), min(opens + period.length_us, end)
                if opens < closes:
                    spans.append((opens, closes))
        return tuple(Window(a, b) for a, b in _joined(spans))


def _bounds(outer: Window, span: Window) -> tuple[int, int]:
    starts = [t for t in (outer.start_us, span.start_us) if t is not None]
    ends = [t for t in (outer.end_us, span.end_us) if t is not None]
    if not starts or not ends:
        raise InputError(
            "schedule.unbounded",
            "a weekly schedule without an end needs a span to look at; use --after and --before",
        )
    return max(starts), min(ends)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
