"""How much one party, and one address, may ask: a bucket for each, filled at a steady pace.

Nothing here is about what is asked. Buckets that are full again are forgotten, so that strangers cannot
fill the memory with addresses. Left to others: budgets of what verdicts tell (``disclose.budgets``),
and attempts to log in (the node's access).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

__all__ = ["NO_LIMIT", "PER_ADDRESS", "PER_PARTY", "Limits", "Pace"]

_FORGET_EVERY: Final = 10_000
"""Requests between two looks for buckets that are full again."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a bucket fills, and how much it holds."""

    per_s: float
    burst: float

    def at(self, per_s: float | None) -> Pace:
        """Another rate with as many seconds' worth in the bucket; this one, where none is said."""
        if per_s is None:
            return self
        return Pace(per_s, max(1.0, per_s * self.burst / self.per_s))


PER_PARTY: Final = Pace(200.0, 1_000.0)
"""A desk with a feed of a few hundred drones; a program with more is given more by its operator."""
PER_ADDRESS: Final = Pace(400.0, 2_000.0)
"""Several desks behind one address."""
NO_LIMIT: Final = Pace(0.0, 1.0)


class Limits:
    """Buckets by name, all of one pace; one loop uses them."""

    def __init__(self, pace: Pace, clock_s: Callable[[], float]) -> None:
        """Begin with full buckets.

        Args:
            pace: Of each bucket; a rate of 0 sets no limit.
            clock_s: Seconds that never run backwards.
        """
        self._pace = pace
        self._clock_s = clock_s
        self._held: dict[str, tuple[float, float]] = {}
        self._asked = 0

    def wait_s(self, name: str) -> int:
        """0 where the request may go on, and is counted; else after how many whole seconds."""
        if not self._pace.per_s:
            return 0
        now_s = self._clock_s()
        self._asked += 1
        if self._asked % _FORGET_EVERY == 0:
            self._forget(now_s)
        held = self._now(name, now_s)
        if held < 1.0:
            return ceil((1.0 - held) / self._pace.per_s)
        self._held[name] = (held - 1.0, now_s)
        return 0

    def __len__(self) -> int:
        return len(self._held)

    def _now(self, name: str, now_s: float) -> float:
        held, then_s = self._held.get(name, (self._pace.burst, now_s))
        return min(self._pace.burst, held + (now_s - then_s) * self._pace.per_s)

    def _forget(self, now_s: float) -> None:
        full = [name for name in self._held if self._now(name, now_s) >= self._pace.burst]
        for name in full:
            del self._held[name]
