"""Answers while a node is not ready: that the process lives, and how far it has remembered.

Until everything that was kept is remembered nothing can be compared with it, so nothing else is
answered than ``/healthz`` and that it is too early. A thread of its own on the socket that the node
answers on later. What is said names nobody, and counts nothing but its own progress.
"""

from __future__ import annotations

import json
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from keepclear.errors import ConfigurationError
from keepclear.faces.api.reached import Place

__all__ = ["Early", "early"]

_LOOK_S: Final = 0.05
"""How long it takes at most until the thread notices that it is at its end."""
_PATIENCE_S: Final = 1.0
"""For one who has connected and says nothing; others wait meanwhile."""
_HEAD_MAX: Final = 8_192


class Early:
    """How far a start has come."""

    def __init__(self) -> None:
        """Nothing is remembered yet."""
        self._read, self._of = 0, 0

    def tell(self, read: int, of: int) -> None:
        """Take how many entries are remembered by now, and how many there are."""
        self._read, self._of = read, of

    def answer(self, head: bytes) -> bytes:
        """What is answered to a request, by its first line."""
        words = head.split(b"\r\n", 1)[0].split(b" ")
        alive = words[:2] in ([b"GET", b"/healthz"], [b"HEAD", b"/healthz"])
        if alive:
            return _response("200 OK", "application/json", {"state": "alive"}, words[0])
        percent = 100 * self._read // self._of if self._of else 0
        problem = {
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "code": "starting",
            "detail": f"the node starts, and remembers {percent} % of what it keeps; ask again",
        }
        return _response("503 Service Unavailable", "application/problem+json", problem, words[0])


def _response(status: str, media: str, body: dict[str, object], method: bytes) -> bytes:
    data = json.dumps(body, separators=(",", ":")).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {len(data)}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nRetry-After: 1\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + (b"" if method == b"HEAD" else data)


@contextmanager
def early(place: Place, listener: socket.socket) -> Iterator[Early]:
    """Answer on a socket until the end of the block; who connects after that waits for the node.

    Raises:
        ConfigurationError: certificate and key cannot be used.
    """
    state, over = Early(), threading.Event()
    context = _context(place) if place.certificate else None
    thread = threading.Thread(
        target=_answer, args=(listener, context, state, over), name="early", daemon=True
    )
    thread.start()
    try:
        yield state
    finally:
        over.set()
        thread.join()


def _context(place: Place) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(place.certificate, place.key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"certificate {place.certificate!r} and key {place.key!r} cannot be used ({error})"
        ) from error
    return context


def _answer(
    listener: socket.socket, context: ssl.SSLContext | None, state: Early, over: threading.Event
) -> None:
    listener.setblocking(False)
    while not over.is_set():
        if not select.select([listener], [], [], _LOOK_S)[0]:
            continue
        with suppress(OSError):  # whoever it was is gone
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(_PATIENCE_S)
                _one(
                    context.wrap_socket(connection, server_side=True) if context else connection,
                    state,
                )
    listener.setblocking(True)


def _one(connection: socket.socket, state: Early) -> None:
    with connection:
        head = b""
        while b"\r\n\r\n" not in head and len(head) < _HEAD_MAX:
            more = connection.recv(_HEAD_MAX)
            if not more:
                return
            head += more
        connection.sendall(state.answer(head))
