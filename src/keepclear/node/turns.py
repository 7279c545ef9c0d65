"""Whose turn it is with the node's thread: what must not wait, what waits, and what has time.

Calls that waited are taken in the order in which they came, those that must not wait before them. What
has time is taken while nothing else waits, so that nobody who asks is held up by more than one of its
short steps; where a node never rests it is taken all the same, now and then. The queue of what waits is
of limited length; a full one is said at once, so that a caller may come again, and nobody waits without
end. Calls may also come from a source that is looked at between two of them, without a thread that puts
them here. Left to others: what a call is, and what becomes of it (:mod:`keepclear.node.worker`).
"""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from typing import Final, Generic, Protocol, TypeVar

from keepclear.errors import StoreError

__all__ = ["Source", "Turn", "Turns"]

Call = TypeVar("Call")
Came_co = TypeVar("Came_co", covariant=True)
_FIRST_MAX: Final = 200
"""Calls that go before all others; what is beyond waits as they do, so that nobody is kept out."""
_IDLE_S: Final = 0.25
"""What has time waits so long at most for a moment in which nothing else does."""
_COMES, _ENDS = True, False


class Turn(Enum):
    """When a call is to be taken."""

    FIRST = "before all that waits"
    QUEUED = "in its order"
    IDLE = "while nothing else waits"


class Source(Protocol[Came_co]):
    """Where calls come from that nobody puts."""

    def take(self) -> Sequence[Came_co]:
        """Those that have come by now, in their order; the one thread that takes calls asks."""

    def wait(self, wait_s: float | None) -> None:
        """Until one may have come or :meth:`ring` was called, at most so long; without end for none."""

    def ring(self) -> None:
        """Something waits that is not from here; any thread may say so."""


class Turns(Generic[Call]):
    """Calls that wait; put by any thread, taken by one."""

    def __init__(self, most: int) -> None:
        """Nothing waits.

        Args:
            most: So many calls wait in their order; what is beyond is refused.
        """
        self._most = most
        self._first: deque[Call] = deque()
        self._queued: deque[Call] = deque()
        self._idle: deque[tuple[float, Call]] = deque()
        """With the moment at which it came, by the clock that is never set."""
        self._signs: queue.SimpleQueue[bool] = queue.SimpleQueue()
        """One for each call that waits in any of them; the last, that nothing more comes."""
        self._source: Source[Call] | None = None

    def take_from(self, source: Source[Call] | None) -> None:
        """Let calls come from a source, too, or from none any more.

        Whoever waits for a call notices with the next one that is put.
        """
        before, self._source = self._source, source
        if before is not None:
            before.ring()

    def put(self, call: Call, turn: Turn) -> None:
        """Let one wait.

        Raises:
            StoreError: too many wait already.
        """
        if turn is Turn.IDLE:
            self._idle.append((time.monotonic(), call))
        elif turn is Turn.FIRST and len(self._first) < _FIRST_MAX:
            self._first.append(call)
        elif len(self._queued) < self._most:
            self._queued.append(call)
        else:
            raise StoreError("the node has too much to do; nothing was kept; ask again")
        self._sign(_COMES)

    def end(self) -> None:
        """Nothing more comes."""
        self._sign(_ENDS)

    def wait(self, wait_s: float | None) -> Call | None:
        """The next call; none, where this is the end.

        Args:
            wait_s: How long one is waited for; nothing: until there is one.

        Raises:
            queue.Empty: none came.
        """
        until_s = None if wait_s is None else time.monotonic() + wait_s
        while (source := self._source) is not None:
            self._fetch()
            with suppress(queue.Empty):
                return self._take(self._signs.get_nowait())
            left_s = None if until_s is None else until_s - time.monotonic()
            if left_s is not None and left_s <= 0:
                raise queue.Empty
            source.wait(left_s)
        return self._take(self._signs.get(timeout=wait_s))

    def at_hand(self) -> Call | None:
        """The next call of those that others wait for; none, where this is the end.

        Raises:
            queue.Empty: none waits; what has time is not meant.
        """
        if not (self._first or self._queued):
            self._fetch()
        if not (self._first or self._queued):
            raise queue.Empty
        return self._take(self._signs.get_nowait())

    def _sign(self, sign: bool) -> None:
        self._signs.put(sign)
        if self._source is not None:
            self._source.ring()

    def _fetch(self) -> None:
        """Let those wait that came from the source; where many wait, they wait there."""
        if self._source is None or len(self._queued) >= self._most:
            return
        for call in self._source.take():
            self._queued.append(call)
            self._signs.put(_COMES)

    def _take(self, sign: bool) -> Call | None:
        if sign is _ENDS:
            return None
        if self._idle and time.monotonic() >= self._idle[0][0] + _IDLE_S:
            return self._idle.popleft()[1]
        if self._first:
            return self._first.popleft()
        return self._queued.popleft() if self._queued else self._idle.popleft()[1]
