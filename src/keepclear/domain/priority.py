"""Which of two that cross goes first, by the priorities that their parties gave them and agreed on."""

from __future__ import annotations

from enum import Enum
from typing import Final

from keepclear.domain.declaration import Declaration, Kind

__all__ = ["PRIORITY_KINDS", "First", "first_of"]

PRIORITY_KINDS: Final = frozenset({Kind.OPERATION, Kind.MOVEMENT})
"""Nobody goes first over a place that stands, nor over a restriction."""


class First(Enum):
    """Seen from one of the two."""

    OWN = "you"
    OTHER = "the other"
    BOTH = "both"
    """They are of equal priority, and it is agreed that such may cross."""
    NEITHER = "neither"
    """They are of equal priority, and nothing lets them cross."""


def first_of(own: Declaration, other: Declaration, *, equal_may_cross: bool) -> First | None:
    """Which of two goes first; nothing where priority says nothing of them. The higher number does."""
    if not {own.kind, other.kind} <= PRIORITY_KINDS:
        return None
    if own.priority != other.priority:
        return First.OWN if own.priority > other.priority else First.OTHER
    return First.BOTH if equal_may_cross else First.NEITHER
