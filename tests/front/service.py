"""A node in memory behind a front: real sockets, real frames, both ends in threads of this process.

:func:`running` is that of ``tests.api.service``, with a front before the node.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager, suppress
from functools import partial
from socket import socketpair

import httpx2

from keepclear.detect.prepare import PORTABLE_MAKER
from keepclear.faces.api.reached import Place
from keepclear.faces.api.server import listening
from keepclear.faces.api.speaking import loop_factory
from keepclear.faces.front.behind import Behind
from keepclear.faces.front.frames import Serves
from keepclear.faces.front.inlet import Inlets
from keepclear.faces.front.quick import Preparer
from keepclear.faces.front.speaker import Speaker
from keepclear.node.worker import Worker
from tests.api.service import NO_LIMIT, Running, service_over
from tests.laws.strategies import FLAT
from tests.node.world import World
from tests.patience import PATIENCE_S

HERE = Place("127.0.0.1", 0)


class Inside:
    """A front as a node holds it, but in a thread."""

    def __init__(self, world, place, pace, listener):
        self.whole, theirs = socketpair()
        self.quick, quick = socketpair()
        serves = Serves("127.0.0.1", 0, place.names, "", "", pace.per_s, pace.burst)
        preparer = Preparer(place.checked(), FLAT, PORTABLE_MAKER, lambda: world.now)
        self._speaker = Speaker(serves, self.kill, preparer)
        self._runner = asyncio.Runner(loop_factory=loop_factory())
        self._loop = self._runner.get_loop()
        self._speaking = None
        self._thread = threading.Thread(target=self._run, args=(theirs, quick, listener.dup()))
        self._thread.start()

    def _run(self, whole, quick, listener):
        async def speak():
            self._speaking = asyncio.create_task(self._speaker.speak(whole, quick, listener))
            try:
                await self._speaking
            except asyncio.CancelledError:
                await self._fall()

        with whole, quick, listener, self._runner:
            self._runner.run(speak())

    async def _fall(self):
        """Its clients are cut off at once, as those of a process that is killed."""
        server = self._speaker._server
        for one in getattr(server, "servers", ()):
            one.close()
        for one in server.server_state.connections:
            one.transport.abort()
        self._speaker._pipe.cut()
        self._speaker._outlet.cut()
        await asyncio.sleep(0.02)

    def warm(self):
        pass

    def kill(self):
        with suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._speaking.cancel)

    @property
    def alive(self):
        return self._thread.is_alive()

    def end(self):
        self._thread.join(PATIENCE_S)
        self.whole.close()
        self.quick.close()
        return "ended"


class Served:
    """The two of them, and the end of both."""

    def __init__(self, world, service, pace):
        self.service, self.inlets = service, Inlets(service)
        self._stack = listening(HERE)
        listener = self._stack.__enter__()
        self.port = listener.getsockname()[1]
        self.behind = Behind(HERE, pace, listener, partial(Inside, world))
        self._runner = asyncio.Runner(loop_factory=loop_factory())
        self._loop, self._told = self._runner.get_loop(), asyncio.Event()
        self.failed = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        with self._runner:
            try:
                self._runner.run(self.behind.keep(self.service, self._told, self.inlets))
            except Exception as error:  # noqa: BLE001
                self.failed = error

    def stop(self):
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._told.set)
        self._thread.join(PATIENCE_S)
        self.behind.close()
        self._stack.__exit__(None, None, None)

    @property
    def alive(self):
        """Whether either end still runs."""
        return self._thread.is_alive() or self.behind.child.alive

    def client(self, **more):
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Host": "localhost"},
            timeout=PATIENCE_S,
            **more,
        )


@contextmanager
def running(
    world=None, *, doors=None, party=NO_LIMIT, address=NO_LIMIT, encrypted=False, clock=None
):
    world = world or World()
    worker = Worker(world.node)
    lines = []
    more = {"encrypted": encrypted, "clock": clock}
    service = service_over(worker, lines, doors=doors, party=party, address=NO_LIMIT, **more)
    served = Served(world, service, address)
    try:
        with served.client() as http:
            found = Running(http, world, service, lines)
            found.served = served
            yield found
    finally:
        served.stop()
        worker.close()
        served.inlets.close()
