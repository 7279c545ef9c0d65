"""One call at a time in a thread of its own, for what nobody needs to wait for.

Whoever gives a call away waits for its end before touching what it works on: the two never run side by
side there, and nothing needs a lock. Left to others: what may be done so, and when.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

__all__ = ["Aside"]


class Aside:
    """For one thread that gives calls away; there is no other thread until it does."""

    def __init__(self) -> None:
        self._hands: ThreadPoolExecutor | None = None
        self._under_way: Future[object] | None = None

    def begin(self, call: Callable[[], object]) -> None:
        """Have a call done; the one before has ended then."""
        self.wait()
        if self._hands is None:
            self._hands = ThreadPoolExecutor(1, "aside")
        self._under_way = self._hands.submit(call)

    def wait(self) -> None:
        """Wait until nothing is under way any more.

        Raises:
            Exception: what the call raised; it is raised once.
        """
        if self._under_way is not None:
            call, self._under_way = self._under_way, None
            call.result()

    def end(self) -> None:
        """Wait as above, and let go of the thread."""
        try:
            self.wait()
        finally:
            if self._hands is not None:
                self._hands.shutdown()
                self._hands = None
