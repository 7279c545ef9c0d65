"""The quick way of a declaration: read, checked and made ready here, and handed to the node's thread.

Only what is ordinary in every respect goes this way: a well-formed declaration with one token. All else
is passed on whole, as it came, and answered by the node's application, which alone says what was wrong.
Left to others: who asks and what they may (:mod:`keepclear.faces.front.inlet`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, cast

from starlette.types import Scope, Send

from keepclear.detect.making import rows_of
from keepclear.detect.packed import pack
from keepclear.detect.prepare import Maker
from keepclear.detect.vertical import Geoid
from keepclear.errors import KeepclearError
from keepclear.faces.api.declarations import ROUTES
from keepclear.faces.api.headers import Headers
from keepclear.faces.api.names import Names
from keepclear.faces.api.problems import MEDIA, Problem
from keepclear.faces.api.reading import Sent, asked_of, check_head, credentials_of
from keepclear.faces.api.route import Gate, Reply, Route
from keepclear.faces.api.sizes import check_size
from keepclear.faces.api.whole import send_whole
from keepclear.faces.front.handing import Frames, Ready, Told, framed
from keepclear.faces.front.inlet import PATH
from keepclear.integrity.context import Context
from keepclear.integrity.examine import examine
from keepclear.node.clock import monotonic_s
from keepclear.wire.declaration import declaration_of, spelled

__all__ = ["ROUTE", "Outlet", "Preparer"]

ROUTE: Final = next(one for one in ROUTES if (one.method, one.path) == ("POST", PATH))
_PROBLEM: Final = Route("GET", "", Gate.OPEN, "", media=MEDIA)


class Preparer:
    """Makes declarations ready."""

    def __init__(self, names: Names, geoid: Geoid, maker: Maker, now_us: Callable[[], int]) -> None:
        """Take what that needs.

        Args:
            names: Of the node.
            geoid: EGM96 undulations.
            maker: Of rows.
            now_us: The clock, by which something lies in the past.
        """
        self._names, self._geoid, self._maker, self._now_us = names, geoid, maker, now_us

    def ready(self, number: int, query: bytes, headers: Headers, body: bytes) -> Ready | None:
        """A request's declaration, made ready; nothing, where it is not ordinary in every respect."""
        came_s = monotonic_s()
        try:
            check_head(headers, ROUTE)
            token, session = credentials_of(headers, self._names)
            if not token or session or not self._names.from_our_page(headers, with_cookie=False):
                return None
            asked = asked_of(Sent(ROUTE, headers, query, {}, body), None, (token, ""), self._names)
            check_size(asked.body)
            said = declaration_of(asked.body)
            rows = rows_of([said], geoid=self._geoid, maker=self._maker)
        except (Problem, KeepclearError):
            return None
        doubts = [one.code for one in examine([said], Context(now_us=self._now_us()))]
        return Ready(
            number,
            came_s,
            token,
            asked.key,
            asked.if_match,
            spelled(asked.body),
            doubts,
            pack(rows),
        )


class Outlet(asyncio.Protocol):
    """The other end of an inlet: hands over what is ready, and finds who waits for each answer."""

    def __init__(self, preparer: Preparer, names: Names, ended: Callable[[], None]) -> None:
        """Nobody waits yet.

        Args:
            preparer: Makes ready.
            names: Of the node.
            ended: Called when the node's end is closed.
        """
        self._preparer, self._names, self._ended = preparer, names, ended
        self._line: asyncio.WriteTransport | None = None
        self._frames = Frames(Told)
        self._waiting: dict[int, asyncio.Future[Told]] = {}
        self._number = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line is open."""
        self._line = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Some are answered."""
        for told in self._frames.feed(data):
            waits = self._waiting.pop(told.number, None)
            if waits is not None and not waits.done():
                waits.set_result(told)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's own
        """The node is gone."""
        self._line = None
        self._ended()

    async def answer(self, scope: Scope, headers: Headers, body: bytes, send: Send) -> int | None:
        """Answer a request to declare; nothing, where it must be passed on whole.

        Returns:
            The status.
        """
        self._number += 1
        ready = self._preparer.ready(self._number, scope["query_string"], headers, body)
        if ready is None or self._line is None:
            return None
        waits = asyncio.get_running_loop().create_future()
        self._waiting[ready.number] = waits
        self._line.write(framed(ready))
        try:
            told = await waits
        finally:
            self._waiting.pop(ready.number, None)
        route = _PROBLEM if told.is_problem else ROUTE
        reply = Reply(told.body, told.status, told.headers)
        return await send_whole(route, reply, send, self._names, head=False)
