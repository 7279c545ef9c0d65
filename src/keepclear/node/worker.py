"""The one thread that decides: whoever asks hands it a call, and gets the answer later.

A node decides one thing after the other, so it is used by one thread alone. What waits meanwhile is
decided together and becomes durable with one write; nobody of them is answered before that, not even
who only asked, because what was seen might not be kept. What must not wait (a stop) goes before all
that does, and what has time waits for a moment in which nothing else does
(:mod:`keepclear.node.turns`).

The checkpoint beside the store follows within a second and is there when the thread ends. Left to
others: who may ask (the faces), and what is decided (the use cases).
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, NamedTuple, TypeVar, cast

from keepclear.errors import StoreError
from keepclear.node import tidying
from keepclear.node.ledger import Node
from keepclear.node.paces import Paces
from keepclear.node.turns import Source, Turn, Turns
from keepclear.node.waiting import Done, InLoop, Waits, tell

__all__ = ["CHECKPOINT_S", "WAITING_MAX", "Call", "Worker"]

Found = TypeVar("Found")
WAITING_MAX: Final = 10_000
"""Calls that wait; more than a node answers in some seconds are better refused than kept."""
CHECKPOINT_S: Final = 1.0
"""How long the checkpoint beside the store may stay behind it: a copy of the store that is put back
and older than that is noticed."""
_GATHER_S: Final = (0.004, 0.02)
"""How long calls are gathered for one write: as long as the last write took, within these bounds. Less
would leave a slow disk to pace the node; more would make those wait who come to a quick one."""


class Call(NamedTuple):
    """What is asked, who waits for it, and when it came, by the clock that is never set."""

    ask: Callable[[Node], object]
    waits: Waits
    came_s: float
    idle: bool = False


class Worker:
    """A node with the thread that uses it; nothing else may touch the node until :meth:`close`."""

    def __init__(self, node: Node) -> None:
        """Start the thread."""
        tidying.begin()
        self._node = node
        self._turns: Turns[Call] = Turns(WAITING_MAX)
        self.paces = Paces()
        self._gather_s = _GATHER_S[0]
        self._due_s: float | None = None
        """When a checkpoint must be kept, by the clock that is never set."""
        self._thread = threading.Thread(target=self._work, name="node", daemon=True)
        self._thread.start()

    @property
    def native_id(self) -> int:
        """The number that the system gives the thread."""
        found = self._thread.native_id
        assert found is not None  # it was started
        return found

    def ask(
        self, call: Callable[[Node], Found], *, first: bool = False, idle: bool = False
    ) -> Future[Found]:
        """Have something done; what it changed is durable when the answer is there.

        Args:
            call: What is done, in the node's thread.
            first: It goes before all that waits.
            idle: It has time, and is short: all that waits goes before it.

        Raises:
            StoreError: too many wait already; nothing was done.
        """
        future: Future[object] = Future()
        self._put(call, future, first=first, idle=idle)
        return cast("Future[Found]", future)

    async def answer(
        self, call: Callable[[Node], Found], *, first: bool = False, idle: bool = False
    ) -> Found:
        """The same, waited for in a loop.

        Raises:
            StoreError: as :meth:`ask`.
        """
        waits = InLoop()
        self._put(call, waits, first=first, idle=idle)
        return cast("Found", await waits.future)

    def _put(
        self, call: Callable[[Node], object], waits: Waits, *, first: bool, idle: bool
    ) -> None:
        turn = Turn.FIRST if first else Turn.IDLE if idle else Turn.QUEUED
        self._turns.put(Call(call, waits, time.monotonic(), idle), turn)

    def take_from(self, source: Source[Call] | None) -> Future[None]:
        """Take calls from a source, too, or from none any more.

        Returns:
            What is done when the node's thread looks at it, and at no other before it.
        """
        self._turns.take_from(source)
        return self.ask(_nothing, idle=True)

    def close(self) -> None:
        """Do what waits, then stop."""
        self._turns.end()
        self._thread.join()
        tidying.end()

    def _work(self) -> None:
        goes_on = True
        while goes_on:
            first = self._next()
            goes_on = first is not None
            if first is not None:
                goes_on = self._together(first)
            tidying.tidy()
            if not goes_on or (self._due_s is not None and time.monotonic() >= self._due_s):
                self._keep_checkpoint()

    def _next(self) -> Call | None:
        """The next call; none, where this is the end."""
        while True:
            wait_s = None if self._due_s is None else max(self._due_s - time.monotonic(), 0.0)
            try:
                return self._turns.wait(wait_s)
            except queue.Empty:
                self._keep_checkpoint()

    def _together(self, first: Call) -> bool:
        """Decide what waits, write it, answer; whether it goes on then."""
        begun_s = time.monotonic()
        until_s, goes_on = begun_s + self._gather_s, True
        call: Call | None = first
        done: list[Done] = []
        times: list[tuple[float, float, float]] = []
        self._node.gather()
        while call is not None:
            done += _tried(self._node, call)
            now_s = time.monotonic()
            if not call.idle:
                times.append((call.came_s, begun_s, now_s))
            if self._node.failed is not None or now_s >= until_s:
                break
            begun_s = now_s
            try:
                call = self._turns.at_hand()
            except queue.Empty:
                break
            goes_on = call is not None
        self._answer(done, times)
        return goes_on

    def _answer(self, done: list[Done], times: list[tuple[float, float, float]]) -> None:
        began_s = time.monotonic()
        try:
            self._node.settle()
        except BaseException as error:  # noqa: BLE001 - whoever asked is told, whatever it is
            tell([(waits, None, _another(error)) for waits, _, _ in done])
            return
        end_s = time.monotonic()
        tell(done)
        if times:
            self.paces.group(times, began_s, end_s)
        self._gather_s = min(max(end_s - began_s, _GATHER_S[0]), _GATHER_S[1])
        if self._due_s is None and self._owed():
            self._due_s = time.monotonic() + CHECKPOINT_S

    def _owed(self) -> bool:
        """Whether a checkpoint is; where the store cannot say so now, one is tried soon."""
        try:
            return self._node.unsigned
        except StoreError:
            return True

    def _keep_checkpoint(self) -> None:
        """Where it cannot be kept, the node decides nothing until it can, and says so itself."""
        try:
            self._node.keep_checkpoint()
            self._due_s = None
        except Exception:  # noqa: BLE001 - whoever asks next is told
            self._due_s = time.monotonic() + CHECKPOINT_S


def _nothing(_: Node) -> None:
    """A call that does nothing."""


def _tried(node: Node, call: Call) -> list[Done]:
    """What became of a call; nothing, where nobody waits for it any more."""
    ask, waits = call.ask, call.waits
    if not waits.set_running_or_notify_cancel():
        return []
    try:
        return [(waits, ask(node), None)]
    except BaseException as error:  # noqa: BLE001 - whoever asked is told, whatever it is
        return [(waits, None, error)]


def _another(error: BaseException) -> BaseException:
    """The same for each who asked: an exception that several threads raise would mix their traces."""
    if not isinstance(error, StoreError):
        return error
    other = StoreError(str(error))
    other.__cause__ = error
    return other
