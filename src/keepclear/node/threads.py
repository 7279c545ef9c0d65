"""Threads for compiled work: the core cuts it into tasks, this room has the hands.

Compiled tasks let other threads run, so plain threads do. They live for one call.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from keepclear.detect.fast.hands import lend

__all__ = ["lend_threads"]

T = TypeVar("T")
_VARIABLE = "NUMBA_NUM_THREADS"
"""The compiler's own variable for its parallel loops; it counts here too."""


class _Threads:
    def __init__(self, count: int) -> None:
        self.count = count

    def __call__(self, task: Callable[..., T], pieces: list[tuple[Any, ...]]) -> list[T]:
        with ThreadPoolExecutor(min(self.count, len(pieces))) as pool:
            return list(pool.map(lambda piece: task(*piece), pieces))


def lend_threads() -> None:
    """Lend the core as many threads as there are cores for this process, or as are asked for."""
    asked = os.environ.get(_VARIABLE, "")
    if asked.isdigit() and int(asked) > 0:
        count = int(asked)
    elif hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    lend(_Threads(count))
