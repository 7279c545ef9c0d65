"""How much a desk takes from each peer: only what proves to be the peer's counts.

What is refused comes later, and routine never takes from what is kept for flash
(:mod:`keepclear.link.budget`). Left to others: to whom a note belongs, and what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from keepclear.link.budget import Budget, Level, admit, looks_flash

__all__ = ["Inflow"]

_BUDGET: Final = Budget()


class Inflow:
    """What each peer has left, by the name of its key."""

    def __init__(self) -> None:
        """Each may send its whole budget."""
        self._levels: dict[str, Level] = {}

    def within(self, notes: Sequence[tuple[str, bytes]], now_us: int) -> list[tuple[str, bytes]]:
        """What may come now, in its order. Nothing is counted yet.

        Args:
            notes: The name of a key that each says to be of, and the note.
            now_us: By this desk's clock.
        """
        levels = dict(self._levels)
        taken = []
        for peer, note in notes:
            level = levels.get(peer) or Level.full(_BUDGET, now_us)
            levels[peer], ok = admit(_BUDGET, level, now_us, flash=looks_flash(note))
            if ok:
                taken.append((peer, note))
        return taken

    def count(self, peer: str, note: bytes, now_us: int) -> None:
        """One note that is the peer's."""
        level = self._levels.get(peer) or Level.full(_BUDGET, now_us)
        self._levels[peer], _ = admit(_BUDGET, level, now_us, flash=looks_flash(note))
