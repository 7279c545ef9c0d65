"""For whom the front works before the node is asked: those whom the node let in a short time ago.

To make a declaration ready takes work, and a stranger's is worth none: it is passed whole, and the node
sends it away before it looks at it. This decides nothing else. Who may come in is decided by the node,
each time, whatever stands here. No token is kept, only a number made of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["Trusted"]

_FOR_S: Final = 600.0
"""After that the node is asked once more by the whole way."""
_MOST: Final = 10_000
"""Credentials; more than a node has programs."""


class Trusted:
    """Credentials that were let in; used in one loop."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        """Nobody was.

        Args:
            clock_s: Seconds that never run backwards.
        """
        self._clock_s = clock_s
        self._until_s: dict[int, float] = {}

    def let_in(self, credentials: str) -> None:
        """The node let somebody in by these."""
        if len(self._until_s) >= _MOST:
            self._until_s.clear()  # they are asked for by the whole way again, once each
        self._until_s[hash(credentials)] = self._clock_s() + _FOR_S

    def __contains__(self, credentials: str) -> bool:
        """Whether it did, a short time ago."""
        return self._clock_s() < self._until_s.get(hash(credentials), 0.0)
