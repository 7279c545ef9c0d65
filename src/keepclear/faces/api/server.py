"""The process that answers: a socket, the loop, and an end in which nothing that was asked is cut off.

Plain HTTP is for the machine itself. Everybody else comes over TLS 1.2 or later, to a name that was
given. Left to others: what is answered (:mod:`keepclear.faces.api.application`).
"""

from __future__ import annotations

import errno
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn

from keepclear.errors import ConfigurationError
from keepclear.faces.api.application import Application
from keepclear.faces.api.figures import Figures
from keepclear.faces.api.limits import PER_ADDRESS, PER_PARTY, Limits, Pace
from keepclear.faces.api.names import Names
from keepclear.faces.api.reached import Place
from keepclear.faces.api.service import Service
from keepclear.faces.api.speaking import BACKLOG, Speaking, config_of
from keepclear.faces.api.technical import TechnicalLog
from keepclear.faces.peer.conversation import Conversation
from keepclear.node import sessions
from keepclear.node.clock import monotonic_s, now_us
from keepclear.node.worker import Worker

__all__ = ["GUESSES", "SWITCH_S", "Place", "listening", "run", "service_of", "told_to_stop"]

GUESSES: Final = Pace(0.5, 20.0)
"""Passwords and links that one address may try: a desk with twenty people logs in at once."""
_LEFT_S: Final = 1.0
"""How long a port that is taken is tried again: a front whose node was killed leaves it at once."""
_AGAIN_S: Final = 0.05
SWITCH_S: Final = 0.0002
"""How long the thread that decides goes on while the one that speaks with clients wants to: with the
5 ms of Python itself, each of its many short turns would wait that long."""


def service_of(
    worker: Worker,
    names: Names,
    *,
    conversation: Conversation | None = None,
    per_party: Pace = PER_PARTY,
    per_address: Pace = PER_ADDRESS,
) -> Service:
    """The service of a node with its people and programs, and its lines to other desks."""
    return Service(
        worker=worker,
        doors=sessions,
        names=names,
        addresses=Limits(per_address, monotonic_s),
        parties=Limits(per_party, monotonic_s),
        guesses=Limits(GUESSES, monotonic_s),
        figures=Figures(),
        log=TechnicalLog(now_us),
        conversation=conversation,
    )


@contextmanager
def listening(place: Place) -> Iterator[socket.socket]:
    """The socket of a place.

    Raises:
        ConfigurationError: it is taken, or there is no such address here.
    """
    try:
        found = _bound(place)
    except OSError as error:
        raise ConfigurationError(
            f"{place.host} port {place.port} cannot be listened to ({error.strerror or error}); "
            "is something else there? choose another with --port"
        ) from error
    with found:
        yield found


def _bound(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    until_s = monotonic_s() + _LEFT_S
    while True:
        try:
            return socket.create_server((place.host, place.port), family=family, backlog=BACKLOG)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or monotonic_s() >= until_s:
                raise
            threading.Event().wait(_AGAIN_S)


def run(place: Place, service: Service, listener: socket.socket) -> None:
    """Answer until the process is told to stop; then finish what was asked.

    Raises:
        ConfigurationError: certificate and key cannot be used.
    """
    config = config_of(place, Application(service))
    sys.setswitchinterval(SWITCH_S)
    try:
        with told_to_stop():
            _Server(config, service).run(sockets=[listener])
    finally:
        if isinstance(service.log, TechnicalLog):
            service.log.flush()


class _Server(Speaking):
    """Ends its streams when it is told to stop: they would not end by themselves."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._service.tail.stop()


@contextmanager
def told_to_stop(told: Callable[[], object] = lambda: None) -> Iterator[None]:
    """To be told to stop is a good end; the server of clients takes the signal, and sends it once more.

    Args:
        told: What is done where nothing else takes it.
    """
    asked = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(one, lambda *_: told()) for one in asked]
    try:
        yield
    finally:
        for one, handler in zip(asked, before, strict=True):
            signal.signal(one, handler)
