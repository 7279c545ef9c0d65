"""Which agreed receipts have become late, each once, without looking at all that was ever said.

Left to others: what was agreed (:mod:`keepclear.link.receipts`), and what is made of one that is late.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

from keepclear.link.board import Board, Key
from keepclear.link.receipts import Overdue, expected, overdue

__all__ = ["Lateness"]


@dataclass(slots=True)
class Lateness:
    """Used beside one board; made anew where other terms hold."""

    _awaited: list[tuple[int, str, Key]] = field(default_factory=list)
    """When a step will be late, the next one first."""

    def awaits(self, key: Key, board: Board) -> None:
        """A message of which receipts are expected; nothing, where there is none."""
        progress = board.progress.get(key)
        if progress is not None:
            for step, due_us in expected(progress, board.deadlines(key[0])):
                heappush(self._awaited, (due_us, step.value, key))

    def passes(self, board: Board, now_us: int) -> list[tuple[Key, Overdue]]:
        """What has become late by now, in the order in which it did."""
        found = []
        while self._awaited and self._awaited[0][0] <= now_us:
            due_us, step, key = heappop(self._awaited)
            progress = board.progress.get(key)
            if progress is None:
                continue
            late = overdue(progress, board.deadlines(key[0]), now_us)
            found += [(key, one) for one in late if (one.step.value, one.due_us) == (step, due_us)]
        return found

    def next_us(self) -> int | None:
        """When something may be late next."""
        return self._awaited[0][0] if self._awaited else None
