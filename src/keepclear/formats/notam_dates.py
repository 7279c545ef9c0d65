"""Item D of a NOTAM where it names dates: a list of windows, or nothing where it is not understood.

Two forms are read: ten digits to ten digits, as often as there are windows, and days of a month with
their hours (``APR 28-30 MAY 02 2000-2355``). Hours hold on each of the days before them. What lies
outside items B and C, or on no day of them, makes the whole of it not understood: then the notice
holds all through its time, because a window that was misread would be one that nobody sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final

from keepclear.domain.units import TIME_US
from keepclear.domain.window import Window

__all__ = ["MONTHS", "WINDOWS_MAX", "dated", "end_of_day"]

WINDOWS_MAX: Final = 400
"""Windows of one notice; more than a year of days is no list of dates."""
MONTHS: Final = (
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
)
_PAIR: Final = re.compile(r"(\d{10})\s*(?:TO|-)\s*(\d{10})[\s,]*", re.ASCII)
_TOKEN: Final = re.compile(
    rf"(?P<hours>\d{{4}}\s?-\s?\d{{4}})(?!\d)|(?P<month>{'|'.join(MONTHS)})\b|(?P<day>\d\d)(?!\d)"
    r"|(?P<until>-)|[\s,:]+|AND\b",
    re.ASCII,
)
_LAST_MINUTE: Final = 23 * 60 + 59
_MINUTE_US: Final = TIME_US["min"]
_EPOCH: Final = date(1970, 1, 1)
_DAY_US: Final = 24 * 60 * _MINUTE_US


def dated(words: str, outer: Window) -> tuple[Window, ...]:
    """The windows that a schedule names, in order, touching ones joined.

    Args:
        words: The schedule, upper case, its blanks folded.
        outer: The time from item B to item C; without an end no date has a year.
    """
    if outer.start_us is None or outer.end_us is None:
        return ()
    try:
        found = list(_pairs(words) if _PAIR.match(words) else _days_and_hours(words, outer))
    except ValueError:
        return ()
    spans = [(max(start, outer.start_us), min(end, outer.end_us)) for start, end in found]
    if not 0 < len(spans) <= WINDOWS_MAX or any(start >= end for start, end in spans):
        return ()
    return tuple(_joined(sorted(spans)))


def end_of_day(minutes: int) -> int:
    """Minutes from midnight, where 23:59 is written for the end of the day."""
    return 24 * 60 if minutes >= _LAST_MINUTE else minutes


def _pairs(words: str) -> Iterator[tuple[int, int]]:
    """``2412120713 TO 2412120810``, one after the other; the last minute of a day is its end."""
    at = 0
    while at < len(words):
        pair = _PAIR.match(words, at)
        if pair is None:
            raise ValueError(words)
        start, end = (_moment(text) for text in pair.groups())
        yield start, end
        at = pair.end()


def _moment(text: str) -> int:
    moment = datetime.strptime(text, "%y%m%d%H%M").replace(tzinfo=UTC)
    return _midnight_us(moment.date()) + end_of_day(moment.hour * 60 + moment.minute) * _MINUTE_US


def _days_and_hours(words: str, outer: Window) -> Iterator[tuple[int, int]]:
    """Days, then the hours that hold on each of them; a month holds until another is named."""
    calendar = _Calendar(outer)
    days: list[date] = []
    until = said_hours = False
    month: int | None = None
    for token in _tokens(words):
        if token["month"]:
            month = MONTHS.index(token["month"]) + 1
        elif token["until"]:
            until = True
        elif token["day"]:
            if said_hours:
                days, said_hours = [], False
            day = calendar.day(month, int(token["day"]))
            days += calendar.after(days[-1], day) if until else [day]
            until = False
        elif token["hours"]:
            said_hours = True
            start, end = _minutes(token["hours"])
            if not days or until:
                raise ValueError(words)
            for day in days:
                midnight = _midnight_us(day)
                yield midnight + start * _MINUTE_US, midnight + end * _MINUTE_US
    if not said_hours:
        raise ValueError(words)


def _tokens(words: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(words):
        token = _TOKEN.match(words, at)
        if token is None:
            raise ValueError(words)
        yield token
        at = token.end()


class _Calendar:
    """The days between items B and C, by month and day."""

    def __init__(self, outer: Window) -> None:
        self._first: Final = _EPOCH + timedelta(days=(outer.start_us or 0) // _DAY_US)
        self._last: Final = _EPOCH + timedelta(days=(outer.end_us or 0) // _DAY_US)

    def day(self, month: int | None, day: int) -> date:
        """The one day of that name.

        Raises:
            ValueError: There is none, or several.
        """
        if month is None:
            if (self._first.year, self._first.month) != (self._last.year, self._last.month):
                raise ValueError(day)
            month = self._first.month
        years = range(self._first.year, self._last.year + 1)
        days = [date(year, month, day) for year in years if _is_date(year, month, day)]
        (only,) = [one for one in days if self._first <= one <= self._last]
        return only

    def after(self, first: date, last: date) -> list[date]:
        """The days behind the first up to the last.

        Raises:
            ValueError: The last is not later.
        """
        count = (last - first).days
        if not 0 < count <= WINDOWS_MAX:
            raise ValueError(last)
        return [first + timedelta(days=k) for k in range(1, count + 1)]


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _minutes(text: str) -> tuple[int, int]:
    """Both ends from midnight; one that is not later than the beginning is on the next day."""
    start, end = (
        int(half[:2]) * 60 + int(half[2:]) for half in (half.strip() for half in text.split("-"))
    )
    if any(int(half.strip()[2:]) > 59 for half in text.split("-")) or max(start, end) > 24 * 60:
        raise ValueError(text)
    end = end_of_day(end)
    return start, end if end > start else end + 24 * 60


def _midnight_us(day: date) -> int:
    return (day - _EPOCH).days * _DAY_US


def _joined(spans: list[tuple[int, int]]) -> Iterator[Window]:
    start, end = spans[0]
    for (_, _), (begins, ends) in pairwise(spans):
        if begins > end:
            yield Window(start, end)
            start, end = begins, ends
        end = max(end, ends)
    yield Window(start, end)
