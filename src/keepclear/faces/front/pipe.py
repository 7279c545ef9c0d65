"""One end of the connection between a node and its front: frames in, frames out, and its end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Final

import msgspec

from keepclear.faces.front.frames import Cutter, FrameError, packed

__all__ = ["Pipe", "hear", "tell"]

_READ_BYTES: Final = 65_536


class Pipe(asyncio.Protocol):
    """An end in a loop."""

    def __init__(
        self,
        decoder: msgspec.msgpack.Decoder[Any],
        heard: Callable[[Any], None],
        over: Callable[[], None],
    ) -> None:
        """Hear nothing yet.

        Args:
            decoder: Of what the other side says.
            heard: Takes each frame.
            over: Called, perhaps more than once, when the other side is gone or says what is no frame.
        """
        self._cutter = Cutter(decoder)
        self._heard, self._over = heard, over
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The connection stands."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Something was said."""
        try:
            frames = self._cutter.frames(data)
        except FrameError:
            self.cut()
            return
        for frame in frames:
            self._heard(frame)

    def eof_received(self) -> None:
        """The other side is gone: nobody here says good-bye and listens on."""
        self._over()

    def connection_lost(self, _: Exception | None) -> None:
        """The other side is gone."""
        self._transport = None
        self._over()

    def say(self, frame: msgspec.Struct) -> None:
        """Say something; to nobody, where the other side is gone."""
        if self._transport is not None:
            self._transport.write(packed(frame))

    def close(self) -> None:
        """End the connection when everything is said."""
        if self._transport is not None:
            self._transport.close()

    def cut(self) -> None:
        """End the connection now."""
        if self._transport is not None:
            self._transport.abort()


def tell(connection: socket.socket, frame: msgspec.Struct) -> None:
    """Say something where there is no loop yet.

    Raises:
        OSError: the other side is gone.
    """
    connection.sendall(packed(frame))


def hear(connection: socket.socket, decoder: msgspec.msgpack.Decoder[Any]) -> Any:
    """The next frame, where there is no loop yet; the other side says no more before it is answered.

    Raises:
        EOFError: the other side is gone.
        OSError: it does not answer within the time that the socket allows.
        FrameError: what came is no frame.
    """
    cutter = Cutter(decoder)
    while True:
        data = connection.recv(_READ_BYTES)
        if not data:
            raise EOFError
        found = cutter.frames(data)
        if found:
            return found[0]
