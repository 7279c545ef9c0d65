"""TimeSpan and TimeStamp of KML -> the window of a placemark.

KML allows a year, a month or a day where a time belongs, and its standard does not say on which
clock they begin: "24 hour local or Coordinated Universal Time" (OGC 07-147r2, clause 15.1.2). So
they are refused like every other time without an offset.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from keepclear.domain.window import parse_instant
from keepclear.errors import InputError
from keepclear.formats.place import Place
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import shown
from keepclear.formats.xmltext import Element, child_text, local

__all__ = ["NO_TIMES", "Times", "instant", "times_of", "window_texts"]

_CALENDAR: Final = re.compile(r"-?\d{4,6}(-\d{2}){0,2}(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_MOMENT: Final = (
    "with a TimeStamp, which is one moment and no span: taken as without limit in time; write a "
    "TimeSpan"
)


class Times(NamedTuple):
    """Texts of the times that a feature states, still as written; empty is not said."""

    begin: str
    end: str
    stamp: str


NO_TIMES: Final = Times("", "", "")


def times_of(feature: Element, inherited: Times) -> Times:
    """What a feature says of its time, else what the folder round it says (clause 9.6)."""
    for element in feature:
        name = local(element)
        if name == "TimeSpan":
            return Times(child_text(element, "begin"), child_text(element, "end"), "")
        if name == "TimeStamp":
            return Times("", "", child_text(element, "when"))
    return inherited


def window_texts(times: Times, remarks: Remarks) -> dict[str, str]:
    """The properties ``time_start`` and ``time_end`` that a feature's times stand for.

    Raises:
        InputError: ``time.no-offset`` for a bare date, ``time.unreadable``.
    """
    if times.stamp:
        with Place("TimeStamp"):
            instant(times.stamp)
        remarks.add(_MOMENT)
    said: dict[str, str] = {}
    for name, element, text in (
        ("time_start", "TimeSpan begin", times.begin),
        ("time_end", "TimeSpan end", times.end),
    ):
        if text:
            with Place(element):
                instant(text)
            said[name] = text
    return said


def instant(text: str) -> int:
    """One time of KML as microseconds since 1970-01-01T00:00Z.

    Raises:
        InputError: ``time.no-offset`` for a bare date, ``time.unreadable``.
    """
    if _CALENDAR.fullmatch(text):
        raise InputError(
            "time.no-offset",
            f"found the date {shown(text)} alone, and KML does not say on which clock it begins; "
            "write date, time and offset, like 2015-11-20T00:00:00Z",
        )
    return parse_instant(text)
