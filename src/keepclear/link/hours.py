"""The agreed hours at which a line is tested: which test is due, which was held, which was missed.

A test is held where a ``test/1`` of either desk, said or come from ten minutes before the hour on, was
answered by a role at the other desk within half an hour after it. Each end reckons with what it has
and by its own clock, so that a cut line shows on both. An exercise tests nothing. Left to others: what
was agreed, and what becomes of a missed one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from keepclear.domain.units import MICROSECONDS

__all__ = ["EARLY_US", "WITHIN_US", "Hour", "HourState", "LineTested", "hours", "next_us"]

EARLY_US: Final = 600 * MICROSECONDS
"""So long before the hour a test counts for it, and is shown as due."""
WITHIN_US: Final = 1_800 * MICROSECONDS
"""So long after the hour it must have been answered."""
_DAY_US: Final = 86_400 * MICROSECONDS


class HourState(Enum):
    """How an agreed hour stands."""

    DUE = "due"
    HELD = "held"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class LineTested:
    """One test of a line, by this end's clock."""

    ours: bool
    seq: int
    at_us: int
    """When it was said, or came."""
    drill: bool = False
    answered_us: int | None = None
    by: str = ""
    """The role that answered."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One agreed hour."""

    due_us: int
    state: HourState


def hours(
    times_us: Sequence[int], tests: Iterable[LineTested], from_us: int, now_us: int
) -> list[Hour]:
    """Every agreed hour of a span that has come, or comes so soon that its test is due.

    Args:
        times_us: From midnight UTC, each day.
        tests: Of the line.
        from_us: Since when it was agreed, or is looked at.
        now_us: Now.
    """
    answered = [one for one in tests if one.answered_us is not None and not one.drill]
    return [
        Hour(due_us, _state(due_us, answered, now_us))
        for due_us in _instants(times_us, from_us, now_us + EARLY_US)
    ]


def next_us(times_us: Sequence[int], now_us: int) -> int | None:
    """When the next hour will be missed, if nobody tests."""
    later = _instants(times_us, now_us - WITHIN_US + 1, now_us + 2 * _DAY_US)
    return min((due_us + WITHIN_US for due_us in later), default=None)


def _state(due_us: int, answered: Sequence[LineTested], now_us: int) -> HourState:
    for one in answered:
        assert one.answered_us is not None
        if due_us - EARLY_US <= one.at_us and one.answered_us <= due_us + WITHIN_US:
            return HourState.HELD
    return HourState.MISSED if due_us + WITHIN_US <= now_us else HourState.DUE


def _instants(times_us: Sequence[int], from_us: int, until_us: int) -> Iterator[int]:
    """The agreed instants of a span, both ends included, in order."""
    day_us = from_us - from_us % _DAY_US
    while day_us <= until_us:
        for time_us in sorted(times_us):
            if from_us <= day_us + time_us <= until_us:
                yield day_us + time_us
        day_us += _DAY_US
