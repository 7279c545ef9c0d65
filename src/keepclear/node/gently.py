"""To write a large file while others use the same disk and processors: a little, then a pause.

What is written at once reaches the disk at once, and a decision that is to become durable at that
moment waits behind all of it: 80 MB take a tenth of a second on a quick disk, on a slow one seconds.
Here each piece is durable before the next is written, and most of the time nothing is.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import IO, Final

__all__ = ["Gently"]

_SHARE: Final = 0.2
"""Of the time, what is spent on the file."""
_PAUSE_MAX_S: Final = 0.1
"""After one piece; on a very slow disk it takes a larger share, so that it comes to an end."""


class Gently:
    """Called with a file after each piece of it."""

    def __init__(self, others: Callable[[], bool]) -> None:
        """The first piece begins now.

        Args:
            others: Whether anybody is to be considered; asked after each piece.
        """
        self._others, self._pause = others, threading.Event()
        self._began_s = time.monotonic()

    def __call__(self, file: IO[bytes]) -> None:
        """Have what is written on the disk, and pause."""
        if not self._others():
            return
        file.flush()
        os.fsync(file.fileno())
        took_s = time.monotonic() - self._began_s
        self._pause.wait(min(took_s * (1 - _SHARE) / _SHARE, _PAUSE_MAX_S))
        self._began_s = time.monotonic()
