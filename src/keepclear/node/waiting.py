"""Those who wait for the node's thread: a thread with a future of its own, a task in a loop, or others.

All that wait in one loop are told with one call into it: a call for each would wake it as often, and
make it and the thread that decides wait for each other. So are those who wait in another process, at
the place that speaks with it. Left to others: when anybody may be told
(:mod:`keepclear.node.worker`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Protocol

__all__ = ["AtPlace", "Done", "InLoop", "Place", "Waits", "tell"]


class InLoop:
    """A task that waits in the loop that runs now."""

    __slots__ = ("future", "loop")

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[object] = self.loop.create_future()

    def set_running_or_notify_cancel(self) -> bool:
        """Whether it still waits; the name is that of the other kind of future."""
        return not self.future.cancelled()


class Place(Protocol):
    """Where others wait than tasks and threads of this process."""

    def tell(self, done: Sequence[Done]) -> None:
        """Answer some of them, in the node's thread; it must not fail."""


class AtPlace:
    """One who waits at a place."""

    __slots__ = ("place",)

    def __init__(self, place: Place) -> None:
        self.place = place

    def set_running_or_notify_cancel(self) -> bool:
        """It still waits: nobody there says that it does not."""
        return True


Waits = InLoop | Future[object] | AtPlace
Done = tuple[Waits, object, BaseException | None]
"""Who waited, and what was found, or what went wrong."""


def tell(done: Sequence[Done]) -> None:
    """Answer those who waited; a loop that has ended has nobody left who waits."""
    loops: dict[asyncio.AbstractEventLoop, list[Done]] = {}
    places: dict[Place, list[Done]] = {}
    for one in done:
        waits, found, failed = one
        if isinstance(waits, AtPlace):
            places.setdefault(waits.place, []).append(one)
        elif isinstance(waits, InLoop):
            loops.setdefault(waits.loop, []).append(one)
        elif failed is None:
            waits.set_result(found)
        else:
            waits.set_exception(failed)
    for place, several in places.items():
        place.tell(several)
    for loop, several in loops.items():
        with suppress(RuntimeError):  # it was closed meanwhile
            loop.call_soon_threadsafe(_tell_here, several)


def _tell_here(done: Sequence[Done]) -> None:
    """In the loop itself."""
    for waits, found, failed in done:
        assert isinstance(waits, InLoop)
        if waits.future.done():
            continue  # nobody waits any more
        if failed is None:
            waits.future.set_result(found)
        elif isinstance(failed, StopIteration):  # no future of a loop takes it
            waits.future.set_exception(RuntimeError("StopIteration"))
        else:
            waits.future.set_exception(failed)
