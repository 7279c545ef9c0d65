"""The front's own process: it gets ready, accepts clients when it is told to, and ends with its node.

Signals are for the node, which tells it to end. Where the node is gone it ends at once, so that the
port is free for the next one: it could answer nothing. It holds no store, no key of the record, no
secret but those of its own lines and those that pass through it.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any, Final

import msgspec

from keepclear.detect.making import rows_of
from keepclear.detect.prepare import PORTABLE_MAKER, Maker
from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Circle
from keepclear.domain.position import Position
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window
from keepclear.errors import ConfigurationError
from keepclear.faces.api.limits import Limits, Pace
from keepclear.faces.api.reached import Place
from keepclear.faces.api.speaking import Speaking, config_of, loop_factory
from keepclear.faces.api.technical import TechnicalLog, fault_of
from keepclear.faces.front.frames import FROM_NODE, Beat, Ends, Fails, Line, Open, Serves, Warm
from keepclear.faces.front.front import Front
from keepclear.faces.front.passing import Passing
from keepclear.faces.front.pipe import Pipe, hear, tell
from keepclear.faces.front.quick import Outlet, Preparer
from keepclear.node.clock import monotonic_s, now_us
from keepclear.node.fastpath import STANDING, prepare_cache, warm
from keepclear.node.geoid import load_geoid

__all__ = ["Speaker", "main"]

_ANY: Final = Declaration(
    id="",
    kind=Kind.OPERATION,
    parts=(
        Volume4D(
            Circle(Position(longitude=0.0, latitude=0.0), 1.0),
            AltitudeBand(None, None),
            Window(0, 1),
        ),
    ),
)


class Speaker:
    """A server for clients, with the node behind it."""

    def __init__(
        self, serves: Serves, gone: Callable[[], None], preparer: Preparer | None = None
    ) -> None:
        """Get ready.

        Args:
            serves: Where, and how fast one address may ask.
            gone: Called when the node is gone.
            preparer: Makes declarations ready; where there is none, one that is made here.

        Raises:
            ConfigurationError: certificate and key cannot be used.
        """
        place = Place(serves.host, serves.port, serves.names, serves.certificate, serves.key)
        self._gone = gone
        self._pipe = Pipe(FROM_NODE, self._heard, self._left)
        self._passing = Passing(self._pipe.say)
        addresses = Limits(Pace(serves.per_s, serves.burst), monotonic_s)
        names = place.checked()
        self._log = TechnicalLog(now_us)
        preparer = preparer or Preparer(names, load_geoid(), _maker(), now_us)
        self._outlet = Outlet(preparer, names, self._log)
        front = Front(self._passing, addresses, names, self._pipe.say, self._outlet)
        self._server = _Server(config_of(place, front, lifespan="off"))
        self._open, self._over = asyncio.Event(), asyncio.Event()
        self._finished = False

    async def speak(
        self, whole: socket.socket, quick: socket.socket, listener: socket.socket
    ) -> None:
        """Accept clients when the node says so, until it says that this is the end."""
        loop = asyncio.get_running_loop()
        for end, line in ((self._pipe, whole), (self._outlet, quick)):
            line.setblocking(False)
            await loop.create_unix_connection(partial(_same, end), sock=line)
        await self._open.wait()
        await self._server.serve(sockets=[listener])
        self._finished = True
        self._log.flush()
        self._outlet.cut()
        self._pipe.close()
        await self._over.wait()

    def _left(self) -> None:
        """The connection is over: by our own end, or because the node is gone."""
        self._over.set()
        if not self._finished:
            self._gone()

    def _heard(self, frame: Any) -> None:
        if isinstance(frame, Beat):
            self._pipe.say(frame)
        elif isinstance(frame, Open):
            self._open.set()
        elif isinstance(frame, Ends):
            self._server.should_exit = True
            self._open.set()
        else:
            self._passing.heard(frame)


class _Server(Speaking):
    """Listens to no signal: the node does."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main(words: list[str]) -> None:
    """Speak with clients for the node that started this process.

    Args:
        words: Numbers of open files: the socket to listen on, *whole* and *quick*.
    """
    for one in (signal.SIGINT, signal.SIGTERM):  # a terminal's Ctrl-C reaches both processes
        signal.signal(one, signal.SIG_IGN)
    listener, whole, quick = (socket.socket(fileno=int(word)) for word in words)
    with listener, whole, quick:
        try:
            _speak(whole, quick, listener)
        except ConfigurationError as error:
            _last(whole, Fails(str(error)))
        except (EOFError, OSError):
            os._exit(0)  # the node is gone
        except Exception as error:  # noqa: BLE001 - the node's log says where
            _last(whole, Line(fault_of(error)))


def _speak(whole: socket.socket, quick: socket.socket, listener: socket.socket) -> None:
    said = hear(whole, FROM_NODE)
    assert isinstance(said, Serves)
    speaker = Speaker(said, lambda: os._exit(0))
    gc.freeze()  # what is here by now stays
    tell(whole, Warm())
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(speaker.speak(whole, quick, listener))


def _maker() -> Maker:
    """Of rows: compiled where that was done before, for nobody waits here for a compiler."""
    prepare_cache()
    if find_spec("numba") is None or not warm(STANDING):
        return PORTABLE_MAKER
    from keepclear.detect.fast.small import CompiledMaker  # noqa: PLC0415 - loads the compiler

    maker = CompiledMaker()
    rows_of([_ANY], geoid=load_geoid(), maker=maker)  # loads what was compiled
    return maker


def _same(end: asyncio.Protocol) -> asyncio.Protocol:
    return end


def _last(whole: socket.socket, frame: msgspec.Struct) -> None:
    """Say one more thing, and end."""
    try:
        whole.setblocking(True)
        tell(whole, frame)
    finally:
        os._exit(1)
