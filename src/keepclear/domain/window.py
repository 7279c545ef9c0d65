"""Time as integer microseconds of UTC; a time without an offset does not exist here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from keepclear.domain.units import MICROSECONDS
from keepclear.errors import InputError

__all__ = ["ALWAYS", "Window", "format_instant", "parse_instant"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US: Final = 86_400 * MICROSECONDS
_RFC3339: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d{1,12}))?([Zz]|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def parse_instant(text: str) -> int:
    """An RFC 3339 time as microseconds since 1970-01-01T00:00Z.

    Digits beyond the microsecond are cut. A leap second (``:60``) is the following second.

    Raises:
        InputError: ``time.no-offset`` when it does not say Z or an offset; ``time.unreadable``.
    """
    match = _RFC3339.fullmatch(text.strip())
    if match is None:
        raise InputError(
            "time.unreadable", f"found time {text[:40]!r}; write it like 2015-11-20T06:30:00Z"
        )
    day, hm, seconds, fraction, offset = match.groups()
    if offset is None:
        raise InputError(
            "time.no-offset",
            f"time {text.strip()!r} does not say which clock it is on; add Z for UTC or an offset "
            "such as +03:00",
        )
    leap = seconds == ":60"
    stamp = f"{day}T{hm}{':59' if leap else seconds or ':00'}"
    zone = "+00:00" if offset in "Zz" else offset
    try:
        moment = datetime.fromisoformat(stamp + zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(
            "time.unreadable", f"time {text.strip()!r} is not on the calendar"
        ) from error
    whole = (moment - _EPOCH) // timedelta(microseconds=1)
    return whole + (MICROSECONDS if leap else int((fraction or "0")[:6].ljust(6, "0")))


def format_instant(instant_us: int) -> str:
    """RFC 3339 with Z; a fraction only where there is one, to the microsecond."""
    days, left_us = divmod(instant_us, _DAY_US)
    seconds, fraction_us = divmod(left_us, MICROSECONDS)
    minutes, second = divmod(seconds, 60)
    text = "%sT%02d:%02d:%02d" % (_day(days), *divmod(minutes, 60), second)  # noqa: UP031 - twice as fast
    if fraction_us:
        text += f".{fraction_us:06d}".rstrip("0")
    return text + "Z"


@lru_cache(maxsize=1_024)
def _day(days: int) -> str:
    """The date so many days after 1970-01-01; what is written together is mostly of few days."""
    return (_EPOCH + timedelta(days=days)).date().isoformat()


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, half-open: the start belongs to it, the end does not.

    ``None`` is no limit on that side. Equal start and end make an instant, which is a closed point.

    Raises:
        InputError: ``time.end-before-start``.
    """

    start_us: int | None
    end_us: int | None

    def __post_init__(self) -> None:
        if self.start_us is not None and self.end_us is not None and self.end_us < self.start_us:
            raise InputError(
                "time.end-before-start",
                f"it ends at {format_instant(self.end_us)}, before it starts at "
                f"{format_instant(self.start_us)}; were the times exchanged?",
            )

    def __str__(self) -> str:
        start = "always" if self.start_us is None else format_instant(self.start_us)
        end = "further notice" if self.end_us is None else format_instant(self.end_us)
        return f"{start} until {end}"


ALWAYS: Final = Window(None, None)
"""No limit on either side."""
