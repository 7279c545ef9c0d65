"""When a geozone holds: dates, days of the week and hours of ED-318 and ED-269.

Hours carry their offset from UTC, as both formats demand; an hour without one is refused. What
depends on the sun, or names a day without hours, does not say whose clock it means: it is taken to
hold whenever it could anywhere on Earth, and a remark says so. Never narrower than declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.schedule import DAY_US, DailyPeriod, Day, Schedule
from keepclear.domain.units import MICROSECONDS, TIME_US
from keepclear.domain.window import Window
from keepclear.errors import InputError
from keepclear.formats.members import Findings, as_instant, as_list, as_object
from keepclear.formats.text import shown

__all__ = ["PERIODS_MAX", "opening"]

PERIODS_MAX: Final = 1_000
"""Time periods of one zone, and daily periods of one of them."""

_HOUR_US: Final = TIME_US["h"]
_MINUTE_US: Final = TIME_US["min"]
_CLOCK: Final = re.compile(
    r"([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d|60)(?:\.(\d+))?)?"
    r"(?:([Zz])|([+-])([01]\d|2[0-3]):?([0-5]\d))?",
    re.ASCII,
)
_LAST_MINUTE_US: Final = DAY_US - _MINUTE_US
"""23:59 and 23:59:59 are written for the end of the day, which a half-open window would miss."""

_EVERY_DAY: Final = frozenset(Day)
_DAYS: Final = MappingProxyType({**{day.name: frozenset({day}) for day in Day}, "ANY": _EVERY_DAY})
_EVENTS: Final = MappingProxyType(
    {
        "BMCT": "beginning of morning civil twilight",
        "SR": "sunrise",
        "SS": "sunset",
        "EECT": "end of evening civil twilight",
    }
)
_FIRST_DAWN_US: Final = DAY_US - 14 * _HOUR_US
"""A day begins first at UTC+14: at 10:00 UTC of the day before."""
_LAST_DUSK_US: Final = 12 * _HOUR_US
"""A day ends last at UTC-12: at 12:00 UTC of the day after."""


def opening(start: Any, end: Any, schedule: Any, findings: Findings) -> Window | Schedule:
    """The window between two dates, with the weekly schedule inside it where there is one.

    Args:
        start: Date-time with an offset, or null for no limit.
        end: Likewise; the zone holds up to, not including, this instant.
        schedule: Daily periods as decoded JSON; null or empty for none.
        findings: Receives remarks on whatever was taken to be wider.

    Raises:
        InputError: ``time.*``, ``schedule.*``, ``json.type``.
    """
    with findings.at("startDateTime"):
        start_us = None if start is None else as_instant(start)
    with findings.at("endDateTime"):
        end_us = None if end is None else as_instant(end)
    window = Window(start_us, end_us)
    if schedule is None:
        return window
    periods: list[DailyPeriod] = []
    with findings.at("schedule"):
        for number, raw in enumerate(as_list(schedule, PERIODS_MAX), 1):
            with findings.at(str(number)):
                periods.extend(_periods(as_object(raw), findings))
    whole_week = any(p.days == _EVERY_DAY and p.length_us == DAY_US for p in periods)
    return window if whole_week or not periods else Schedule(window, tuple(periods))


def _periods(raw: dict[str, Any], findings: Findings) -> Iterable[DailyPeriod]:
    days = _days(raw.get("day"), findings)
    events = [event for name in ("startEvent", "endEvent") if (event := raw.get(name)) is not None]
    for event in events:
        if not isinstance(event, str) or event not in _EVENTS:
            known = ", ".join(_EVENTS)
            raise InputError("schedule.event", f"found {shown(event)}, expected one of {known}")
    if events:
        findings.remark(
            "with hours that depend on the sun: taken to hold all through the days named, "
            "wherever on Earth they begin and end, and through the night that follows"
        )
        return _whole_days(days, into_next=DAY_US)
    with findings.at("startTime"):
        start = _clock(raw.get("startTime"))
    with findings.at("endTime"):
        end = _clock(raw.get("endTime"), is_end=raw.get("endTime") != raw.get("startTime"))
    if start is None or end is None:
        if days != _EVERY_DAY:
            findings.remark(
                "with days but no hours, which does not say on whose clock they begin: taken to "
                "hold through those days anywhere on Earth"
            )
        return _whole_days(days, into_next=_LAST_DUSK_US)
    return (_shifted(days, start, end),)


def _days(raw: Any, findings: Findings) -> frozenset[Day]:
    """The days named; none at all means every day, since a schedule that never holds says nothing.

    Raises:
        InputError: ``schedule.day``.
    """
    with findings.at("day"):
        names = [] if raw is None else as_list(raw, PERIODS_MAX)
        days: set[Day] = set()
        for name in names:
            known = _DAYS.get(name.upper()) if isinstance(name, str) else None
            if known is None:
                raise InputError(
                    "schedule.day", f"found day {shown(name)}, expected MON to SUN, or ANY"
                )
            days |= known
        if not days:
            findings.remark("with a schedule that names no day: taken to hold every day")
            return _EVERY_DAY
        return frozenset(days)


def _clock(raw: Any, *, is_end: bool = False) -> int | None:
    """Microseconds from midnight UTC of the day named; negative or beyond a day by its offset.

    Raises:
        InputError: ``schedule.time``, ``time.no-offset``.
    """
    if raw is None:
        return None
    match = _CLOCK.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise InputError(
            "schedule.time", f"found {shown(raw)}, expected a time of day such as '16:00:00Z'"
        )
    hour, minute, second, fraction, zulu, sign, offset_hour, offset_minute = match.groups()
    if zulu is None and sign is None:
        raise InputError(
            "time.no-offset",
            f"time of day {raw!r} does not say which clock it is on; add Z for UTC or an offset "
            "such as +01:00",
        )
    local = int(hour) * _HOUR_US + int(minute) * _MINUTE_US + int(second or 0) * MICROSECONDS
    local += int((fraction or "0")[:6].ljust(6, "0"))
    if local > DAY_US:
        raise InputError("schedule.time", f"time of day {raw!r} lies after 24:00:00")
    if is_end and local >= _LAST_MINUTE_US:
        local = DAY_US
    offset = int(offset_hour or 0) * _HOUR_US + int(offset_minute or 0) * _MINUTE_US
    return local - (-offset if sign == "-" else offset)


def _shifted(days: frozenset[Day], start: int, end: int) -> DailyPeriod:
    """The period counted from midnight UTC of the day on which it really starts."""
    length = (end - start) % DAY_US or DAY_US
    later, start = divmod(start, DAY_US)
    return DailyPeriod(_moved(days, later), start, (start + length) % DAY_US)


def _whole_days(days: frozenset[Day], *, into_next: int) -> Iterable[DailyPeriod]:
    """Days from their first beginning on Earth; they last into the next one as far as said."""
    if days == _EVERY_DAY:
        return (DailyPeriod(days, 0, 0),)
    return (
        DailyPeriod(_moved(days, -1), _FIRST_DAWN_US, 0),
        DailyPeriod(days, 0, 0),
        DailyPeriod(_moved(days, 1), 0, into_next % DAY_US),
    )


def _moved(days: frozenset[Day], by: int) -> frozenset[Day]:
    return frozenset(Day((day + by) % len(Day)) for day in days)
