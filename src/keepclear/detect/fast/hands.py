"""Work shared out among threads: compiled tasks that hand back arrays, taken in turn.

Compiled functions let other threads run, so plain threads do. Unlike the equal shares of a parallel
loop, tasks that turn out long hold up nobody: whoever is done takes the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final, TypeVar

import numba
import numpy as np

__all__ = ["TASKS", "bounds_of", "hands", "side_by_side"]

T = TypeVar("T")

TASKS: Final = 32
"""Pieces of work for each thread: enough to balance, few enough that starting them costs nothing."""


def hands() -> int:
    """How many threads to use."""
    return int(numba.get_num_threads())


def bounds_of(total: int, least: int = 1) -> list[tuple[int, int]]:
    """Ranges that cover ``total`` things, each of at least about ``least``, in their order."""
    pieces = max(1, min(hands() * TASKS, total // max(least, 1)))
    edges = np.linspace(0, total, pieces + 1).astype(np.int64).tolist()
    return list(pairwise(edges))


def side_by_side(task: Callable[..., T], pieces: Iterable[tuple[Any, ...]]) -> list[T]:
    """What the task gives for each piece, in their order."""
    listed = list(pieces)
    threads = min(hands(), len(listed))
    if threads < 2:
        return [task(*piece) for piece in listed]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda piece: task(*piece), listed))
