"""The newest events, held for all streams at once, and the bell that wakes them.

One reader follows the record; each stream takes from what it has read what concerns its party. Who is
further behind than the tail is long reads the record itself. Left to others: what an event says
(:mod:`keepclear.node.events`), and writing streams (:mod:`keepclear.faces.api.stream`).
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from typing import Final

from keepclear.node.events import Event

__all__ = ["HELD", "Tail"]

HELD: Final = 10_000
"""Events; a desk that was away for a minute finds its own here."""


class Tail:
    """Used in one loop."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self.begins = 0
        """Everything after this entry, up to ``read_to``, is here."""
        self.read_to = 0
        self.by_party: Counter[str] = Counter()
        """Streams that are open."""
        self.stopping = False
        self._grown = asyncio.Event()
        self.bell = asyncio.Event()
        """Rung by whoever changed something."""

    @property
    def streams(self) -> int:
        """How many are open."""
        return self.by_party.total()

    def opened(self, party: str) -> None:
        """One more stream."""
        self.by_party[party] += 1

    def closed(self, party: str) -> None:
        """One less; the last one leaves nothing behind."""
        self.by_party[party] -= 1
        if not self.by_party[party]:
            del self.by_party[party]
        if not self.by_party:
            self._events.clear()

    def start(self, size: int) -> None:
        """Follow the record from here on, for the first stream."""
        self._events.clear()
        self.begins = self.read_to = size

    def take(self, events: list[Event], read_to: int) -> None:
        """Hold what was read, and wake the streams."""
        self._events += events
        while len(self._events) > HELD:
            self.begins = self._events.popleft().number
        self.read_to = read_to
        self._wake()

    def after(self, number: int, party: str) -> list[Event] | None:
        """The events of a party that follow one; nothing, where that lies before what is held."""
        if number < self.begins:
            return None
        return [one for one in self._events if one.number > number and party in one.parties]

    async def grown(self, seconds: float) -> bool:
        """Wait until there is something new, but no longer than some seconds."""
        try:
            await asyncio.wait_for(self._grown.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def stop(self) -> None:
        """End all streams."""
        self.stopping = True
        self._wake()
        self.bell.set()

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()
