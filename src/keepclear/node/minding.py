"""Looks at what time brings while a node is served: asks for it every second, and never decides.

What is released or expires while nobody asks anything must come about all the same. A failure is left
to the next second; what was owed then is still owed. Left to others: what is due (:mod:`due`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from keepclear.errors import KeepclearError
from keepclear.node.due import due
from keepclear.node.ledger import Node
from keepclear.node.worker import Worker

__all__ = ["EVERY_S", "minding"]

EVERY_S: Final = 1.0
"""How late a release may be."""


@contextmanager
def minding(worker: Worker, every_s: float = EVERY_S) -> Iterator[None]:
    """Have what is due done, every so many seconds, until the end."""
    stop = threading.Event()
    thread = threading.Thread(target=_mind, args=(worker, every_s, stop), name="due", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _mind(worker: Worker, every_s: float, stop: threading.Event) -> None:
    while not stop.wait(every_s):
        with suppress(KeepclearError):
            while worker.ask(_some).result() and not stop.is_set():
                pass


def _some(node: Node) -> bool:
    """One write of what is due, so that others are answered in between; whether there is more."""
    again_us = due(node, writes=1)
    return again_us is not None and again_us <= node.now_us()
