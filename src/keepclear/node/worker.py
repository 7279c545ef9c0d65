"""The one thread that decides: whoever asks hands it a call, and gets the answer later.

A node decides one thing after the other, so it is used by one thread alone. What is asked waits in a
queue of limited length; a full one is said at once, so that a caller may come again, and nobody waits
without end. Left to others: who may ask (the faces), and what is decided (the use cases).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar, cast

from keepclear.errors import StoreError
from keepclear.node.ledger import Node

__all__ = ["WAITING_MAX", "Worker"]

Found = TypeVar("Found")
WAITING_MAX: Final = 10_000
"""Calls that wait; more than a node answers in some seconds are better refused than kept."""
_Call = tuple[Callable[[Node], object], "Future[object]"]


class Worker:
    """A node with the thread that uses it; nothing else may touch the node until :meth:`close`."""

    def __init__(self, node: Node) -> None:
        """Start the thread."""
        self._node = node
        self._calls: queue.Queue[_Call | None] = queue.Queue(WAITING_MAX)
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
        while (waiting := self._calls.get()) is not None:
            call, future = waiting
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(call(self._node))
            except BaseException as error:  # noqa: BLE001 - whoever asked is told, whatever it is
                future.set_exception(error)
