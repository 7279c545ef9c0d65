"""A node behind a front: what it passes on is answered, and a front that ends is followed by another.

The node's process has no part in speaking with clients: a front that hangs, or that somebody makes
fall, takes nothing with it but connections; what was decided stands, and who asks again is answered.
One that shows no life for some seconds counts as fallen. Where one after the other falls the node ends,
and says so. Left to others: the requests themselves (``feeding``), and the process (``child``).
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from socket import socket
from typing import Any, Final

from keepclear.errors import ConfigurationError
from keepclear.faces.api.application import Application
from keepclear.faces.api.limits import Pace
from keepclear.faces.api.reached import Place
from keepclear.faces.api.server import SWITCH_S, told_to_stop
from keepclear.faces.api.service import Service
from keepclear.faces.api.speaking import FAREWELL_S, loop_factory
from keepclear.faces.api.technical import TechnicalLog
from keepclear.faces.front.child import Child
from keepclear.faces.front.cores import Cores
from keepclear.faces.front.feeding import Feeding
from keepclear.faces.front.frames import FROM_FRONT, Beat, Ends, Line, Open
from keepclear.faces.front.pipe import Pipe
from keepclear.node.clock import monotonic_s

__all__ = ["Behind"]

_BEAT_S: Final = 1.0
_BEATS: Final = 5
"""So many without an answer, and it counts as fallen."""
_FALLS: Final = 5
_FALLS_S: Final = 60.0
"""More within this time have one cause, which no other start takes away."""
_LATE_S: Final = 2.0
"""Beyond its own farewell, until a front that was told to end is ended."""
_UNDER_WAY_S: Final = 5.0
"""For what is still decided when nobody waits for it any more."""


class Behind:
    """A node and the front before it."""

    def __init__(
        self,
        place: Place,
        pace: Pace,
        listener: socket,
        begin: Callable[[Place, Pace, socket], Child] = Child,
    ) -> None:
        """Start the first front; it gets ready while the node remembers.

        Args:
            place: Where clients come to.
            pace: How fast one address may ask.
            listener: The socket there.
            begin: Begins a front.

        Raises:
            ConfigurationError: no process can be started.
        """
        self._listener, self._begin = listener, partial(begin, place, pace, listener)
        self._fallen: deque[float] = deque(maxlen=_FALLS)
        self._cores: Cores | None = None
        """Nothing: both are threads of one process, as in tests."""
        self.child = self._begin()

    def warm(self) -> None:
        """Wait until the front can accept clients.

        Raises:
            ConfigurationError: it cannot: it ended, or certificate and key cannot be used.
        """
        self.child.warm()

    def run(self, service: Service, quick: Callable[[socket], None] | None = None) -> None:
        """Answer until the process is told to stop; then finish what was asked.

        Args:
            service: Of the node.
            quick: Takes the node's end of the quick connection of each front that is begun with.

        Raises:
            ConfigurationError: one front after the other fell.
        """
        self._cores = Cores()
        sys.setswitchinterval(SWITCH_S)
        told = asyncio.Event()
        try:
            with asyncio.Runner(loop_factory=loop_factory()) as runner:
                loop = runner.get_loop()
                with told_to_stop(lambda: loop.call_soon_threadsafe(told.set)):
                    runner.run(self.keep(service, told, quick))
        finally:
            if isinstance(service.log, TechnicalLog):
                service.log.flush()

    def close(self) -> None:
        """End the front, however far it is."""
        self.child.kill()
        self.child.end()

    async def keep(
        self,
        service: Service,
        told: asyncio.Event,
        quick: Callable[[socket], None] | None = None,
    ) -> None:
        """The same as :meth:`run`, in a loop, until an event is set."""
        app = Application(service)
        async with app.lifespan():
            while True:
                if quick is not None:
                    quick(self.child.quick)
                if self._cores is not None:
                    threads = (threading.get_native_id(), service.worker.native_id)
                    self._cores.part(threads, self.child.pid)
                why = await self._one(app, service, told)
                while not told.is_set():
                    self._count(why)
                    service.log({"level": "error", "event": "front begun again", "why": why})
                    try:
                        await self._another(told)
                        break
                    except ConfigurationError as error:
                        why = str(error)
                if told.is_set():
                    return

    def _count(self, why: str) -> None:
        """One more fell."""
        now_s = monotonic_s()
        self._fallen.append(now_s)
        if len(self._fallen) == _FALLS and now_s - self._fallen[0] < _FALLS_S:
            raise ConfigurationError(
                f"{_FALLS} fronts fell within {_FALLS_S:.0f} s, the last one {why}; "
                "everything that was answered is kept; serve without --front, and report it"
            )

    async def _another(self, told: asyncio.Event) -> None:
        """Begin with another front, or be told to stop meanwhile."""
        self.child = self._begin()
        warming = asyncio.create_task(asyncio.to_thread(self.child.warm))
        await _first(warming, asyncio.create_task(told.wait()))
        if told.is_set():
            self.child.kill()
            with suppress(ConfigurationError):
                await warming
            return
        await warming

    async def _one(self, app: Application, service: Service, told: asyncio.Event) -> str:
        """Answer what one front passes on, until its end or ours; how it ended."""
        child, over, beats = self.child, asyncio.Event(), _Beats()

        def heard(frame: Any) -> None:
            if isinstance(frame, Beat):
                beats.unanswered = 0
            elif isinstance(frame, Line):
                _note(service, frame.members)
            else:
                feeding.heard(frame)

        pipe = Pipe(FROM_FRONT, heard, over.set)
        feeding = Feeding(app, pipe.say, service.log)
        loop = asyncio.get_running_loop()
        child.whole.setblocking(False)
        await loop.create_unix_connection(lambda: pipe, sock=child.whole)
        pipe.say(Open())
        beating = asyncio.create_task(beats.go_on(pipe, child, over))
        await _first(asyncio.create_task(over.wait()), asyncio.create_task(told.wait()))
        if told.is_set():
            service.tail.stop()
            self._listener.close()
            pipe.say(Ends())
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), FAREWELL_S + _LATE_S)
        beating.cancel()
        pipe.cut()
        why = await asyncio.to_thread(child.end)
        feeding.leave()
        if told.is_set():
            await feeding.finished(_UNDER_WAY_S)
        return why


class _Beats:
    """Whether a front lives: it says back what it is said."""

    def __init__(self) -> None:
        self.unanswered = 0

    async def go_on(self, pipe: Pipe, child: Child, over: asyncio.Event) -> None:
        """Ask, until it does not answer any more; then end it.

        Questions are counted and not seconds: where this process itself was held up, answers that
        came meanwhile are read before the next question.
        """
        while self.unanswered < _BEATS:
            self.unanswered += 1
            pipe.say(Beat())
            await asyncio.sleep(_BEAT_S)
        child.kill()
        over.set()


def _note(service: Service, members: dict[str, Any]) -> None:
    """A line of a front, about something that it did not pass on."""
    service.log(members)
    if "status" in members:
        service.figures.done("", members["status"], members["ms"] / 1e3)


async def _first(*tasks: asyncio.Task[Any]) -> None:
    """Wait for the first of them; the others are not waited for, and a wait is given up."""
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for one in tasks[1:]:
        one.cancel()
