"""The one thread that decides: whoever asks hands it a call, and gets the answer later.

A node decides one thing after the other, so it is used by one thread alone. What waits meanwhile is
decided together and becomes durable with one write; nobody of them is answered before that, not even
who only asked, because what was seen might not be kept. What is asked waits in a queue of limited
length; a full one is said at once, so that a caller may come again, and nobody waits without end.

The checkpoint beside the store follows within a second and is there when the thread ends. Left to
others: who may ask (the faces), and what is decided (the use cases).
"""

from __future__ import annotations

import gc
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar, cast

from keepclear.errors import StoreError
from keepclear.node.ledger import Node

__all__ = ["CHECKPOINT_S", "WAITING_MAX", "Worker"]

Found = TypeVar("Found")
WAITING_MAX: Final = 10_000
"""Calls that wait; more than a node answers in some seconds are better refused than kept."""
CHECKPOINT_S: Final = 1.0
"""How long the checkpoint beside the store may stay behind it: a copy of the store that is put back
and older than that is noticed."""
_GATHER_S: Final = 0.004
"""How long calls are gathered for one write: about as long as the write itself takes on a good disk."""
_Call = tuple[Callable[[Node], object], "Future[object]"]
_Done = tuple["Future[object]", object, BaseException | None]


class Worker:
    """A node with the thread that uses it; nothing else may touch the node until :meth:`close`."""

    def __init__(self, node: Node) -> None:
        """Start the thread.

        What is remembered by now mostly stays: it is no longer looked through for what can go, which
        for a million declarations would stop everything for seconds, now and then.
        """
        gc.freeze()
        self._node = node
        self._calls: queue.Queue[_Call | None] = queue.Queue(WAITING_MAX)
        self._due_s: float | None = None
        """When a checkpoint must be kept, by the clock that is never set."""
        self._thread = threading.Thread(target=self._work, name="node", daemon=True)
        self._thread.start()

    def ask(self, call: Callable[[Node], Found]) -> Future[Found]:
        """Have something done; what it changed is durable when the answer is there.

        Raises:
            StoreError: too many wait already; nothing was done.
        """
        future: Future[object] = Future()
        try:
            self._calls.put_nowait((call, future))
        except queue.Full:
            raise StoreError("the node has too much to do; nothing was kept; ask again") from None
        return cast("Future[Found]", future)

    def close(self) -> None:
        """Do what waits, then stop."""
        self._calls.put(None)
        self._thread.join()

    def _work(self) -> None:
        goes_on = True
        while goes_on:
            first = self._next()
            goes_on = first is not None
            if first is not None:
                goes_on = self._together(first)
            if not goes_on or (self._due_s is not None and time.monotonic() >= self._due_s):
                self._keep_checkpoint()

    def _next(self) -> _Call | None:
        """The next call; none, where this is the end."""
        while True:
            wait_s = None if self._due_s is None else max(self._due_s - time.monotonic(), 0.0)
            try:
                return self._calls.get(timeout=wait_s)
            except queue.Empty:
                self._keep_checkpoint()

    def _together(self, first: _Call) -> bool:
        """Decide what waits, write it, answer; whether it goes on then."""
        until_s = time.monotonic() + _GATHER_S
        self._node.gather()
        done = _tried(self._node, first)
        goes_on = True
        while goes_on and self._node.failed is None and time.monotonic() < until_s:
            try:
                call = self._calls.get_nowait()
            except queue.Empty:
                break
            goes_on = call is not None
            done += _tried(self._node, call) if call is not None else []
        self._answer(done)
        return goes_on

    def _answer(self, done: list[_Done]) -> None:
        try:
            self._node.settle()
        except BaseException as error:  # noqa: BLE001 - whoever asked is told, whatever it is
            for future, _, _ in done:
                future.set_exception(_another(error))
            return
        for future, found, failed in done:
            if failed is None:
                future.set_result(found)
            else:
                future.set_exception(failed)
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


def _tried(node: Node, call: _Call) -> list[_Done]:
    """What became of a call; nothing, where nobody waits for it any more."""
    ask, future = call
    if not future.set_running_or_notify_cancel():
        return []
    try:
        return [(future, ask(node), None)]
    except BaseException as error:  # noqa: BLE001 - whoever asked is told, whatever it is
        return [(future, None, error)]


def _another(error: BaseException) -> BaseException:
    """The same for each who asked: an exception that several threads raise would mix their traces."""
    if not isinstance(error, StoreError):
        return error
    other = StoreError(str(error))
    other.__cause__ = error
    return other
