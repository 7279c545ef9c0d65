"""Work cut into tasks that hand back arrays; who does them is lent from outside.

The core starts no threads. ``node.threads`` lends it some, which take tasks in turn: unlike the equal
shares of a parallel loop, a task that turns out long holds up nobody. Where nobody lends any, one task
is done after the other. The tasks and their order never change what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, Final, Protocol, TypeVar

import numpy as np

__all__ = ["TASKS", "Hands", "bounds_of", "hands", "lend", "side_by_side"]

T = TypeVar("T")

TASKS: Final = 32
"""Pieces of work for each thread: enough to balance, few enough that starting them costs nothing."""


class Hands(Protocol):
    """Threads, or whatever else does several things at once."""

    count: int
    """How many things at once."""

    def __call__(self, task: Callable[..., T], pieces: list[tuple[Any, ...]]) -> list[T]:
        """What the task gives for each piece, in their order."""


_lent: list[Hands] = []


def lend(some: Hands) -> None:
    """Let these do the work from now on."""
    _lent[:] = [some]


def hands() -> int:
    """How many things are done at once."""
    return _lent[0].count if _lent else 1


def bounds_of(total: int, least: int = 1) -> list[tuple[int, int]]:
    """Ranges that cover ``total`` things, each of at least about ``least``, in their order."""
    pieces = max(1, min(hands() * TASKS, total // max(least, 1)))
    edges = np.linspace(0, total, pieces + 1).astype(np.int64).tolist()
    return list(pairwise(edges))


def side_by_side(task: Callable[..., T], pieces: Iterable[tuple[Any, ...]]) -> list[T]:
    """What the task gives for each piece, in their order."""
    listed = list(pieces)
    if hands() < 2 or len(listed) < 2:
        return [task(*piece) for piece in listed]
    return _lent[0](task, listed)
