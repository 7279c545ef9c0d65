"""How long those waited who asked the node's thread, and for what: counts, and nothing of who asked.

Three times follow each other: until a call's turn came, until it was decided, and until it could be
answered, that is until the others of its group were decided, too, and all was written. What has time
(:mod:`keepclear.node.turns`) is not counted. Left to others: when that is
(:mod:`keepclear.node.worker`).
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

__all__ = ["LIMITS_S", "Paces", "Times"]

LIMITS_S: Final = (
    *(0.000_5, 0.001, 0.002, 0.003, 0.005, 0.007_5, 0.01),
    *(0.015, 0.02, 0.03, 0.05, 0.1, 0.3, 1.0),
)
"""The node's own firm figure, 10 ms, is one of them, and half of it are finer."""


class Times:
    """How many took how long."""

    __slots__ = ("counts",)

    def __init__(self) -> None:
        self.counts = [0] * (len(LIMITS_S) + 1)
        """Up to each limit, and above the one before; the last, above all."""

    def add(self, seconds: float) -> None:
        """One more."""
        self.counts[bisect_left(LIMITS_S, seconds)] += 1


class Paces:
    """Of one thread; it writes, others may look."""

    __slots__ = ("decided", "kept", "waited", "written")

    def __init__(self) -> None:
        self.waited = Times()
        """Calls, until their turn came."""
        self.decided = Times()
        """Calls, from there until they were decided."""
        self.kept = Times()
        """Calls, from there until they could be answered."""
        self.written = Times()
        """Groups, until what they decided was durable; a group with nothing to write counts, too."""

    def group(
        self, calls: list[tuple[float, float, float]], decided_s: float, end_s: float
    ) -> None:
        """A group was answered.

        Args:
            calls: Of each the moments at which it came, was begun and was decided.
            decided_s: When all of it was decided.
            end_s: When all of it was durable.
        """
        self.written.add(end_s - decided_s)
        for came_s, begun_s, done_s in calls:
            self.waited.add(begun_s - came_s)
            self.decided.add(done_s - begun_s)
            self.kept.add(end_s - done_s)
