"""When a NOTAM holds: items B, C and D -> windows, never narrower than the notice says.

All times are UTC (ICAO Annex 15, 5.2.3), ten digits for year, month, day, hour and minute. An estimated
end (``EST``) is no end, because such a notice holds until another replaces it. Of the schedules in
item D the daily and weekly forms with hours are understood, and lists of dates (``notam_dates``); with
any other the notice is taken to hold through the whole time from B to C, and a remark says so.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from keepclear.domain.schedule import DAY_US, DailyPeriod, Day, Schedule
from keepclear.domain.units import TIME_US
from keepclear.domain.window import Window
from keepclear.errors import InputError
from keepclear.formats.notam_dates import dated, end_of_day
from keepclear.formats.place import Place
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import shown

__all__ = ["ESTIMATED", "NOT_UNDERSTOOD", "Opening", "opening", "ten_digits"]

ESTIMATED: Final = "whose end is estimated (EST): taken to hold until further notice"
NOT_UNDERSTOOD: Final = (
    "with a schedule (item D) in a form that is not understood: taken to hold all through its time"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEN: Final = re.compile(r"(\d{10})(?:\s*(EST|UTC|Z))?", re.ASCII)
_HOURS: Final = r"(\d{4})\s*-\s*(\d{4})"
_PAIRS: Final = re.compile(_HOURS, re.ASCII)
_DAY: Final = "|".join(day.name for day in Day)
_EVERY_DAY: Final = frozenset(Day)
_SCHEDULE: Final = re.compile(
    rf"(?:(?P<every>DAILY|DLY|EVERY DAY)\s*:?\s*|(?P<days>(?:{_DAY})(?:\s*-\s*(?:{_DAY})"
    rf"|(?:[\s,]+(?:{_DAY}))*))\s*:?\s*)?(?P<hours>{_HOURS}(?:[\s,]+(?:AND\s+)?{_HOURS})*)",
    re.ASCII,
)
_ALWAYS_WORDS: Final = frozenset({"H24", "DAILY H24", "DLY H24", "CONTINUOUS"})
_SCHEDULE_MAX: Final = 2_000
"""Characters of item D; Annex 15 has 200."""


def ten_digits(text: str) -> int:
    """``2412150930`` as microseconds of UTC; 24:00 is the end of that day.

    Raises:
        InputError: ``notam.time``.
    """
    year, month, day, hour, minute = (int(text[k : k + 2]) for k in range(0, 10, 2))
    try:
        moment = datetime(2000 + year, month, day, tzinfo=UTC)
    except ValueError:
        raise InputError("notam.time", f"time {text} is not on the calendar") from None
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise InputError("notam.time", f"time {text} is not on the clock")
    moment += timedelta(hours=hour, minutes=minute)
    return (moment - _EPOCH) // timedelta(microseconds=1)


class Opening(NamedTuple):
    """When a notice holds."""

    whole: Window
    """From item B to item C."""
    times: tuple[Window | Schedule, ...]
    """What of it, by item D."""


def opening(begins: str, ends: str, schedule: str, remarks: Remarks) -> Opening:
    """The window from item B to item C, with the schedule of item D inside it where it is understood.

    Raises:
        InputError: ``notam.time``, ``time.end-before-start``.
    """
    with Place("item B"):
        start = None if _word(begins) == "WIE" else _moment(begins, remarks)
    with Place("item C"):
        end = None if _word(ends) in {"PERM", "UFN"} else _moment(ends, remarks)
    with Place("items B and C"):
        window = Window(start, end)
    words = " ".join(schedule.split()).rstrip(".,")[:_SCHEDULE_MAX]
    if not words or words in _ALWAYS_WORDS:
        return Opening(window, (window,))
    periods = _periods(words)
    if periods:
        return Opening(window, (Schedule(window, periods),))
    dates = dated(words, window)
    if not dates:
        remarks.add(NOT_UNDERSTOOD)
    return Opening(window, dates or (window,))


def _word(text: str) -> str:
    return text.split(maxsplit=1)[0] if text.split() else ""


def _moment(text: str, remarks: Remarks) -> int | None:
    match = _TEN.match(text)
    if match is None:
        raise InputError(
            "notam.time",
            f"found {shown(text)}, expected ten digits such as '2412150930' for 2024-12-15 09:30 UTC",
        )
    if match[2] == "EST":
        remarks.add(ESTIMATED)
        return None
    return ten_digits(match[1])


def _periods(words: str) -> tuple[DailyPeriod, ...]:
    """The daily periods of a schedule, or none where it is not understood."""
    match = _SCHEDULE.fullmatch(words)
    if match is None:
        return ()
    days = _days(match["days"]) if match["days"] else _EVERY_DAY
    periods = []
    for first, last in _PAIRS.findall(match["hours"]):
        start, end = _minutes(first), _minutes(last)
        if start is None or end is None:
            return ()
        minute = TIME_US["min"]
        end_us = end_of_day(end) * minute % DAY_US
        periods.append(DailyPeriod(days, start * minute % DAY_US, end_us))
    return tuple(periods)


def _minutes(text: str) -> int | None:
    hour, minute = int(text[:2]), int(text[2:])
    return hour * 60 + minute if minute < 60 and hour * 60 + minute <= 24 * 60 else None


def _days(text: str) -> frozenset[Day]:
    names = re.findall(_DAY, text)
    if "-" in text:
        first, last = Day[names[0]], Day[names[-1]]
        return frozenset(Day((first + k) % 7) for k in range((last - first) % 7 + 1))
    return frozenset(Day[name] for name in names)
