"""Whole requests go to the node and their answers come back, many at once over one connection.

Of an answer that comes in parts one is under way at a time, so that a client that reads slowly fills no
memory, here or in the node. Left to others: which requests are passed on (``front``), and what the node
does with them (``feeding``).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Final

import msgspec
from starlette.types import Receive, Scope, Send

from keepclear.faces.api.route import BODY_BYTES_MAX
from keepclear.faces.front.frames import Begins, Broken, Gone, Piece, Starts, Taken

__all__ = ["CutShortError", "Passing", "whole_body"]

_LENGTH: Final = b"content-length"


class CutShortError(Exception):
    """The node could not finish an answer; the connection to the client must not look as if it had."""


class Passing:
    """Requests that wait for answers of the node; used in one loop."""

    def __init__(self, say: Callable[[msgspec.Struct], None]) -> None:
        """Nobody waits.

        Args:
            say: Says a frame to the node.
        """
        self._say = say
        self._numbers = itertools.count(1)
        self._open: dict[int, asyncio.Queue[Starts | Piece | Broken | None]] = {}

    def heard(self, frame: Starts | Piece | Broken) -> None:
        """Take what the node answers; nobody may wait for it any more."""
        waits = self._open.get(frame.number)
        if waits is not None:
            waits.put_nowait(frame)

    async def answer(self, scope: Scope, body: bytes | None, receive: Receive, send: Send) -> int:
        """Have a request answered by the node.

        Args:
            scope: As ASGI has it.
            body: The whole body; None where the client left in the middle of it.
            receive: Tells when the client leaves.
            send: Where the answer goes.

        Returns:
            The status; 0 where nobody waited for the answer.

        Raises:
            CutShortError: the answer began and will not be whole.
        """
        number = next(self._numbers)
        self._say(
            Begins(
                number,
                scope["method"],
                scope["raw_path"],
                scope["query_string"],
                scope["headers"],
                scope["client"],
                scope["http_version"],
                body,
            )
        )
        if body is None:
            return 0  # the node counts it; nobody waits for what it answers
        parts: asyncio.Queue[Starts | Piece | Broken | None] = asyncio.Queue()
        self._open[number] = parts
        watch: asyncio.Task[None] | None = None
        status = 0
        try:
            while (part := await parts.get()) is not None:
                if isinstance(part, Broken):
                    raise CutShortError
                await send(_message(part))
                if isinstance(part, Starts):
                    status = part.status
                else:
                    if not part.more:
                        break
                    if watch is None:  # before that nobody asks whether the client is there
                        watch = asyncio.create_task(self._watch(number, receive, parts))
                    self._say(Taken(number))
        finally:
            del self._open[number]
            if watch is not None:
                watch.cancel()
        return status

    async def _watch(
        self, number: int, receive: Receive, parts: asyncio.Queue[Starts | Piece | Broken | None]
    ) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._say(Gone(number))
        parts.put_nowait(None)


def _message(part: Starts | Piece) -> dict[str, object]:
    if isinstance(part, Starts):
        return {"type": "http.response.start", "status": part.status, "headers": part.headers}
    return {"type": "http.response.body", "body": part.data, "more_body": part.more}


async def whole_body(scope: Scope, receive: Receive) -> bytes | None:
    """The body of a request; of one that is too large enough to see that it is.

    One whose headers say that it is too large is not read: the node refuses it by the same headers.

    Returns:
        The body; None where the client left in the middle of it.
    """
    for name, value in scope["headers"]:
        if name == _LENGTH and (not value.isdigit() or int(value) > BODY_BYTES_MAX):
            return b""
    parts, size, more = [], 0, True
    while more and size <= BODY_BYTES_MAX:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
    return (parts[0] if len(parts) == 1 else b"".join(parts))[: BODY_BYTES_MAX + 1]
