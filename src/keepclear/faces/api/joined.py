"""One write for an answer: its head waits for its body, so that neither needs a packet of its own.

The server writes the two one after the other, and each is a call into the system and a packet on the
line. A head whose body does not follow in the same turn of the loop goes out alone.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["JoinedProtocol", "JoinedTransport"]

_BEGINS: Final = b"HTTP/1.1 "
_CONTINUE: Final = b"HTTP/1.1 1"
_ENDS: Final = b"\r\n\r\n"


class JoinedTransport:
    """A transport whose writes of heads wait for what follows; in all else the transport itself."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Hold nothing back yet."""
        self._transport, self._loop = transport, loop
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write, with the head that waits; hold back what is a head itself."""
        if self._head:
            data, self._head = self._head + data, b""
        elif data.endswith(_ENDS) and data.startswith(_BEGINS) and data[:10] != _CONTINUE:
            self._head = data
            self._loop.call_soon(self._flush)
            return
        self._transport.write(data)

    def close(self) -> None:
        """Close, once everything is written."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head:
            self.write(b"")


class JoinedProtocol(HttpToolsProtocol):
    """The server's own, on such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection begins."""
        super().connection_made(JoinedTransport(transport, self.loop))  # type: ignore[arg-type]
