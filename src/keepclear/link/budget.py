"""How much one peer may send, with a part that is kept for what is urgent: load never delays a stop.

Two buckets that fill with time. What is routine drinks from one; flash drinks from its own and, where
that is empty, from the other. So no amount of routine can keep flash out; a flood of flash is bounded
too, and told to people, because a desk that is shown a thousand stops is shown none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keepclear.domain.units import MICROSECONDS

__all__ = ["Budget", "Level", "admit", "looks_flash"]

_FLASH_LINE: Final = b"\nurgency: flash\n"
_HEAD_BYTES: Final = 4_000
"""The lines above the body, with the longest names."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Messages a second, and how many at once."""

    per_second: int = 1_000
    """Twice what a stop must still get through beside."""
    burst: int = 5_000
    flash_per_second: int = 2
    flash_burst: int = 60


@dataclass(frozen=True, slots=True)
class Level:
    """How full the two buckets are, in millionths of a message, and since when."""

    routine: int
    flash: int
    at_us: int

    @classmethod
    def full(cls, budget: Budget, now_us: int) -> Level:
        """At the start."""
        return cls(budget.burst * MICROSECONDS, budget.flash_burst * MICROSECONDS, now_us)


def admit(budget: Budget, level: Level, now_us: int, *, flash: bool) -> tuple[Level, bool]:
    """Whether one more message is taken now, and what is left.

    A refused message is not lost: its sender tries again.
    """
    passed = max(now_us - level.at_us, 0)  # a clock that jumps back fills nothing
    routine = min(level.routine + passed * budget.per_second, budget.burst * MICROSECONDS)
    urgent = min(level.flash + passed * budget.flash_per_second, budget.flash_burst * MICROSECONDS)
    if flash and urgent >= MICROSECONDS:
        return Level(routine, urgent - MICROSECONDS, now_us), True
    if routine >= MICROSECONDS:
        return Level(routine - MICROSECONDS, urgent, now_us), True
    return Level(routine, urgent, now_us), False


def looks_flash(note: bytes) -> bool:
    """Whether a note says of itself that it is flash, before anybody has verified it.

    For the order in which notes are taken up, and for nothing else.
    """
    return _FLASH_LINE in note[:_HEAD_BYTES]
