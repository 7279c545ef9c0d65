"""Several ways at the same time: the first that comes to something, and the others are let go.

For what does no harm where several of them take it: a dead way must not hold up one that is open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

__all__ = ["first_of"]

Found = TypeVar("Found")


async def first_of(
    ways: Iterable[Coroutine[Any, Any, Found]], good: Callable[[Found], object] = bool
) -> Found | None:
    """What the first way came to that is good; else what the last one came to, or nothing.

    Args:
        ways: Not begun yet; all are begun here.
        good: Whether no other way is waited for.

    Raises:
        Exception: what one of them raised, before another was good.
    """
    found: Found | None = None
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        for task in asyncio.as_completed(tasks):
            found = await task
            if good(found):
                return found
    finally:
        for task in tasks:
            task.cancel()
    return found
