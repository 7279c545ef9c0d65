"""Both ends of the quick way in one process: a node in memory with an inlet, and an outlet."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from contextlib import contextmanager

from keepclear.detect.prepare import PORTABLE_MAKER
from keepclear.faces.api.headers import Headers
from keepclear.faces.api.names import LOOPBACK, Names
from keepclear.faces.front.inlet import Inlet
from keepclear.faces.front.quick import Outlet, Preparer
from tests.api.service import running
from tests.laws.strategies import FLAT
from tests.node.world import World
from tests.patience import PATIENCE_S

NAMES = Names(LOOPBACK, encrypted=False)


class Front:
    """Asks the quick way, as the process that speaks does."""

    def __init__(self, outlet, loop):
        self._outlet, self._loop = outlet, loop

    def ask(self, body, headers, query=b""):
        """Status, headers and body; nothing, where it must be passed on whole."""
        return self.begin(body, headers, query).result(PATIENCE_S)

    def begin(self, body, headers, query=b"") -> Future:
        return asyncio.run_coroutine_threadsafe(self._ask(body, headers, query), self._loop)

    async def _ask(self, body, headers, query):
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"query_string": query, "client": ("192.0.2.1", 4_000)}
        if not await self._outlet.answer(scope, Headers(raw), body, send):
            assert not sent
            return None
        start, piece = sent
        return start["status"], dict(start["headers"]), piece["body"]


@contextmanager
def fronted(world=None, *, soon=None, **options):
    """A node behind its HTTP face with a quick way beside it: what runs, and the front."""
    world = world or World()
    with running(world, **options) as run:
        here, there = socket.socketpair()
        after, loop = [], asyncio.new_event_loop()
        inlet = Inlet(here, run.service, soon or after.append)
        here.close()  # the inlet has its own
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        preparer = Preparer(NAMES, FLAT, PORTABLE_MAKER, lambda: world.now)
        log = []
        outlet = Outlet(preparer, NAMES, log.append)
        asyncio.run_coroutine_threadsafe(
            loop.connect_accepted_socket(lambda: outlet, there), loop
        ).result(PATIENCE_S)
        run.service.worker.take_from(inlet)
        run.soon, run.log_of_front = after, log
        try:
            yield run, Front(outlet, loop)
        finally:
            run.service.worker.take_from(None).result(PATIENCE_S)
            inlet.close()
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01), loop).result(PATIENCE_S)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(PATIENCE_S)
            loop.close()
