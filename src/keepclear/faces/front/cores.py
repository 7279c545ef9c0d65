"""Which core each process has for its own: the one that decides keeps what it touches at hand.

Both have one thread that works at a time. Where the system moves them to and fro between cores, each
finds the caches of the other, and a decision costs a fifth more. So the node's threads stay on one core
and the front on the others; whatever else runs on the machine goes where there is room. The core is
chosen by the number of the process, so that several nodes of one machine seldom choose the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

__all__ = ["Cores"]


class Cores:
    """The cores that this process may use, as it began."""

    def __init__(self) -> None:
        """Look; a system that does not say, or has one, is left to share out by itself."""
        known = hasattr(os, "sched_setaffinity")
        self._all = sorted(os.sched_getaffinity(0)) if known else []

    def part(self, threads: Iterable[int], front: int) -> None:
        """Keep threads of this process and a front apart, where there are cores for both.

        Args:
            threads: By the numbers that the system gives them.
            front: The process of the front.
        """
        if len(self._all) < 2:
            return
        own = self._all[os.getpid() % len(self._all)]
        for thread in threads:
            os.sched_setaffinity(thread, {own})
        with suppress(OSError):  # it is gone already, and the next one is told anew
            os.sched_setaffinity(front, set(self._all) - {own})
