"""When a site's confirmation ends: from then on it stands as unconfirmed, and is not taken off.

A confirmation lasts as long as was agreed, else half a year. A day on which its party says that it must
be confirmed again, and the end of its window, end it earlier. Left to others: what is told of it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from keepclear.domain.declaration import Declaration
from keepclear.domain.schedule import Schedule
from keepclear.domain.volume import Volume4D

__all__ = ["CONFIRMED_FOR_US", "expires_us"]

_DAY_US: Final = 86_400_000_000
CONFIRMED_FOR_US: Final = 180 * _DAY_US
"""How long a confirmation lasts where nothing else was agreed."""


def expires_us(
    said: Declaration, *, declared_us: int, confirmed_us: int | None, lasts_us: int
) -> int:
    """When a site is unconfirmed, if it is not confirmed again before.

    Args:
        said: The site.
        declared_us: When this version was declared. Who declares it says that it is there, unless the
            version itself names the day on which that was last looked at.
        confirmed_us: When it was confirmed since, if it was; what ended before that counts no more.
        lasts_us: How long a confirmation lasts.
    """
    notice = dict(said.notice)
    looked_us = _day_ends_us(notice.get("confirmed_on"))
    if looked_us is None or looked_us > declared_us + _DAY_US:
        looked_us = declared_us  # a day to come confirms nothing
    if confirmed_us is not None:
        looked_us = confirmed_us
    limits = [_day_ends_us(notice.get("valid_until")), _window_ends_us(said)]
    counted = [
        limit
        for limit in limits
        if limit is not None and (confirmed_us is None or limit > confirmed_us)
    ]
    return min([looked_us + lasts_us, *counted])


def _window_ends_us(said: Declaration) -> int | None:
    """When its last part ends; nothing where one has no end."""
    ends: list[int] = []
    for part in said.parts:
        if not isinstance(part, Volume4D):
            return None
        window = part.window.window if isinstance(part.window, Schedule) else part.window
        if window.end_us is None:
            return None
        ends.append(window.end_us)
    return max(ends)


def _day_ends_us(text: str | None) -> int | None:
    """The end of a day in UTC: the whole of it counts. Readers check what is no day."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int(midnight.timestamp()) * 1_000_000 + _DAY_US
