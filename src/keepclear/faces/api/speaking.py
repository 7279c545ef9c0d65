"""How a process speaks with clients: the server's settings, and an end that waits for nobody idle.

The same for a node that does it itself and for a front beside it. TLS is 1.2 or later. Left to others:
what is answered, and when the end comes.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final, Literal

import uvicorn

from keepclear.errors import ConfigurationError
from keepclear.faces.api.joined import JoinedProtocol
from keepclear.faces.api.reached import Place

__all__ = ["BACKLOG", "FAREWELL_S", "Speaking", "config_of", "loop_factory"]

_LOOP: Final = "uvloop"
BACKLOG: Final = 2_048
_CONNECTIONS_MAX: Final = 4_000
"""Streams included; beyond it the machine's memory is what would be asked for."""
_IDLE_S: Final = 30
"""A connection on which nothing is asked is closed."""
_CLOSING_S: Final = 1.0
"""For the other side to close an idle connection, once the node is told to stop."""
FAREWELL_S: Final = 10
"""What was asked before the end is answered within this time."""


def config_of(
    place: Place, answering: Any, *, lifespan: Literal["auto", "off"] = "auto"
) -> uvicorn.Config:
    """The settings of a server, with certificate and key read.

    Args:
        place: Where it is reached.
        answering: The ASGI application.
        lifespan: Whether it follows the life of the process.

    Raises:
        ConfigurationError: certificate and key cannot be used.
    """
    config = uvicorn.Config(
        answering,
        http=JoinedProtocol,
        loop=_LOOP,
        lifespan=lifespan,
        ws="none",
        log_config=None,
        log_level="critical",  # what it would say may quote a request; endpoints log faults
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS_MAX,
        backlog=BACKLOG,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=FAREWELL_S,
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
    return config


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes a loop of the same kind, for a process that speaks with a front alone."""
    return uvicorn.Config("", loop=_LOOP, log_config=None).get_loop_factory()


class Speaking(uvicorn.Server):
    """A server that waits, at its end, for nobody on whose connection nothing is asked."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End; what was asked is answered first."""
        asyncio.get_running_loop().call_later(_CLOSING_S, self._let_go)
        await super().shutdown(sockets)
        await asyncio.sleep(0)  # whoever was cut off hears of it first
        for one in list(self.server_state.connections):
            _abort(
                one
            )  # one who reads nothing would keep what is unsent, and the process, for ever

    def _let_go(self) -> None:
        """Over TLS an end waits for the other side's, and who is idle does not read."""
        for one in list(self.server_state.connections):
            cycle = getattr(one, "cycle", None)
            if cycle is None or cycle.response_complete:
                _abort(one)


def _abort(connection: object) -> None:
    transport = getattr(connection, "transport", None)
    if transport is not None:
        transport.abort()
