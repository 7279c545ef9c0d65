"""In the node: requests that a front passes on are answered by the node's own application.

Each is a task in the node's loop, as it is where the node speaks with clients itself. Of an answer in
parts the next waits until the client took the last one. Left to others: the connection (``pipe``), and
the life of the front (``behind``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from starlette.types import ASGIApp, Message, Scope

from keepclear.faces.api.technical import fault_of
from keepclear.faces.front.frames import Begins, Broken, Gone, Lines, Piece, Starts, Taken

__all__ = ["Feeding"]

_PIECE_BYTES: Final = 1_000_000
"""A larger answer goes in parts, so that others go between."""
_FAULT: Final[Lines] = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"connection", b"close"),
]
_FAULT_SAID: Final = b"Internal Server Error"


class Feeding:
    """Requests of one front that are under way; used in one loop."""

    def __init__(
        self,
        app: ASGIApp,
        say: Callable[[msgspec.Struct], None],
        log: Callable[[dict[str, object]], None],
    ) -> None:
        """Nothing is under way.

        Args:
            app: Answers.
            say: Says a frame to the front.
            log: Takes a line of the technical log.
        """
        self._app, self._say, self._log = app, say, log
        self._open: dict[int, _Request] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def heard(self, frame: Begins | Gone | Taken) -> None:
        """Take what the front says of a request."""
        if isinstance(frame, Begins):
            one = _Request(frame, self._say)
            self._open[frame.number] = one
            task = asyncio.create_task(self._answer(one))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        known = self._open.get(frame.number)
        if known is not None:
            known.taken.set()
            if isinstance(frame, Gone):
                known.gone.set()

    def leave(self) -> None:
        """The front is gone, and with it whoever waits; decisions that are under way go on."""
        for one in list(self._open.values()):
            one.gone.set()
            one.taken.set()

    async def finished(self, within_s: float) -> None:
        """Wait for what is under way; what is not finished by then is ended."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within_s)
            for task in late:
                task.cancel()

    async def _answer(self, one: _Request) -> None:
        try:
            await self._app(one.scope, one.receive, one.send)
        except Exception as error:  # noqa: BLE001 - the log says where; whoever asked, that it failed
            self._log(fault_of(error))
        finally:
            one.end()
            del self._open[one.number]


class _Request:
    """One request, as an application of ASGI takes it."""

    def __init__(self, begins: Begins, say: Callable[[msgspec.Struct], None]) -> None:
        self.number = begins.number
        self.scope = _scope(begins)
        self.gone, self.taken = asyncio.Event(), asyncio.Event()
        self._body, self._say = begins.body, say
        self._read = self._started = self._complete = False
        if begins.body is None:
            self.gone.set()

    async def receive(self) -> Message:
        """The whole body, then that the client left."""
        if not self._read and self._body is not None:
            self._read = True
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Say a part of the answer; to nobody, where the client has left."""
        if message["type"] == "http.response.start":
            self._started = True
            headers = list(message.get("headers", ()))
            self._say(Starts(self.number, message["status"], headers))
            return
        data, more = message.get("body", b""), message.get("more_body", False)
        for at in range(0, len(data) or 1, _PIECE_BYTES):
            goes_on = more or at + _PIECE_BYTES < len(data)
            self.taken.clear()
            if self.gone.is_set():
                break
            self._say(Piece(self.number, data[at : at + _PIECE_BYTES], goes_on))
            if goes_on:
                await self.taken.wait()
        self._complete = self._complete or not more

    def end(self) -> None:
        """Nothing more is answered; what is not whole does not look as if it were."""
        if self._complete:
            return
        if self._started:
            self._say(Broken(self.number))
            return
        self._say(Starts(self.number, 500, _FAULT))
        self._say(Piece(self.number, _FAULT_SAID, False))


def _scope(begins: Begins) -> Scope:
    path = begins.raw_path.decode("ascii", "replace")
    found: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": begins.http_version,
        "method": begins.method,
        "path": unquote(path) if "%" in path else path,
        "raw_path": begins.raw_path,
        "query_string": begins.query,
        "headers": begins.headers,
        "client": begins.client,
        "root_path": "",
        "state": {},
    }
    return found
