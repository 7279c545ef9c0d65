"""The process that answers: a socket, the loop, and an end in which nothing that was asked is cut off.

Plain HTTP is for the machine itself. Everybody else comes over TLS 1.2 or later, to a name that was
given. Left to others: what is answered (:mod:`keepclear.faces.api.application`).
"""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from types import FrameType
from typing import Final

import uvicorn

from keepclear.errors import ConfigurationError, UsageError
from keepclear.faces.api.application import Application
from keepclear.faces.api.figures import Figures
from keepclear.faces.api.joined import JoinedProtocol
from keepclear.faces.api.limits import PER_ADDRESS, PER_PARTY, Limits, Pace
from keepclear.faces.api.names import LOOPBACK, Names
from keepclear.faces.api.service import Service
from keepclear.faces.api.technical import TechnicalLog
from keepclear.faces.peer.conversation import Conversation
from keepclear.node import sessions
from keepclear.node.clock import monotonic_s, now_us
from keepclear.node.worker import Worker

__all__ = ["GUESSES", "Place", "listening", "run", "service_of"]

GUESSES: Final = Pace(0.5, 20.0)
"""Passwords and links that one address may try: a desk with twenty people logs in at once."""
_BACKLOG: Final = 2_048
_CONNECTIONS_MAX: Final = 4_000
"""Streams included; beyond it the machine's memory is what would be asked for."""
_IDLE_S: Final = 30
"""A connection on which nothing is asked is closed."""
_CLOSING_S: Final = 1.0
"""For the other side to close an idle connection, once the node is told to stop."""
_FAREWELL_S: Final = 10
"""What was asked before the end is answered within this time."""
_SWITCH_S: Final = 0.0002
"""How long the thread that decides goes on while the one that speaks with clients wants to: with the
5 ms of Python itself, each of its many short turns would wait that long."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is reached."""

    host: str
    port: int
    names: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""

    def checked(self) -> Names:
        """The names that it answers to.

        Raises:
            UsageError: what was said of the place does not go together.
        """
        if bool(self.certificate) != bool(self.key):
            raise UsageError("--tls-cert and --tls-key belong together; give both, or neither")
        encrypted, at_home = bool(self.certificate), _is_loopback(self.host)
        if not encrypted and not at_home:
            raise UsageError(
                f"plain HTTP is for this machine alone, and {self.host!r} is reached from others; "
                "give --tls-cert and --tls-key"
            )
        names = {name.lower() for name in self.names}
        if at_home:
            names |= LOOPBACK
        elif not _is_any(self.host):
            names.add(f"[{self.host}]" if ":" in self.host else self.host.lower())
        if not names:
            raise UsageError("say under which name others reach this machine: --name HOST")
        return Names(frozenset(names), encrypted)

    def url(self, port: int) -> str:
        """Its address."""
        host = self.names[0] if self.names else self.host
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


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
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    try:
        found = socket.create_server((place.host, place.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            f"{place.host} port {place.port} cannot be listened to ({error.strerror or error}); "
            "is something else there? choose another with --port"
        ) from error
    with found:
        yield found


def run(place: Place, service: Service, listener: socket.socket) -> None:
    """Answer until the process is told to stop; then finish what was asked.

    Raises:
        ConfigurationError: certificate and key cannot be used.
    """
    config = uvicorn.Config(
        Application(service),
        http=JoinedProtocol,
        loop="uvloop",
        ws="none",
        log_config=None,
        log_level="critical",  # what it would say may quote a request; endpoints log faults
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS_MAX,
        backlog=_BACKLOG,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_FAREWELL_S,
        ssl_certfile=place.certificate or None,
        ssl_keyfile=place.key or None,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"certificate {place.certificate!r} and key {place.key!r} cannot be used ({error})"
        ) from error
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    sys.setswitchinterval(_SWITCH_S)
    try:
        with _told_to_stop():
            _Server(config, service).run(sockets=[listener])
    finally:
        if isinstance(service.log, TechnicalLog):
            service.log.flush()


class _Server(uvicorn.Server):
    """Ends its streams when it is told to stop: they would not end by themselves."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._service.tail.stop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, and wait for nobody on whose connection nothing is asked."""
        asyncio.get_running_loop().call_later(_CLOSING_S, self._let_go)
        await super().shutdown(sockets)

    def _let_go(self) -> None:
        """Over TLS an end waits for the other side's, and who is idle does not read."""
        for one in list(self.server_state.connections):
            cycle, transport = getattr(one, "cycle", None), getattr(one, "transport", None)
            if transport is not None and (cycle is None or cycle.response_complete):
                transport.abort()


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """To be told to stop is a good end: the signal, which comes once more afterwards, does nothing."""
    asked = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(one, lambda *_: None) for one in asked]
    try:
        yield
    finally:
        for one, handler in zip(asked, before, strict=True):
            signal.signal(one, handler)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_any(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return not host
