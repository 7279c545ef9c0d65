"""The quick way of a declaration: read, checked and made ready here, and handed to the node's thread.

Only what is ordinary in every respect goes this way: a well-formed declaration with one token. All else
is passed on whole, as it came, and answered by the node's application, which alone says what was wrong.
Left to others: who asks and what they may (:mod:`keepclear.faces.front.inlet`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Final, cast

from starlette.types import Scope, Send

from keepclear.detect.making import rows_of
from keepclear.detect.packed import pack
from keepclear.detect.prepare import Maker
from keepclear.detect.vertical import Geoid
from keepclear.disclose.budgets import size_km2_hours
from keepclear.faces.api.declarations import ROUTES
from keepclear.faces.api.headers import Headers
from keepclear.faces.api.names import Names
from keepclear.faces.api.reading import Sent, asked_of, check_head, credentials_of
from keepclear.faces.api.route import Reply
from keepclear.faces.api.sizes import check_size
from keepclear.faces.api.technical import address_of, line_of
from keepclear.faces.api.whole import PROBLEM, send_whole
from keepclear.faces.front.frames import Cutter, FrameError, packed
from keepclear.faces.front.handing import TOLD, Ready, Told
from keepclear.faces.front.inlet import PATH
from keepclear.faces.front.passing import CutShortError
from keepclear.integrity.context import Context
from keepclear.integrity.examine import examine
from keepclear.node.clock import monotonic_s
from keepclear.wire.declaration import declaration_of, spelled

__all__ = ["ROUTE", "Outlet", "Preparer"]

ROUTE: Final = next(one for one in ROUTES if (one.method, one.path) == ("POST", PATH))
_RAW_PATH: Final = PATH.encode()


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
        try:
            return self._made(number, query, headers, body)
        except Exception:  # noqa: BLE001 - the node looks at it again, and says what is wrong, or logs it
            return None

    def _made(self, number: int, query: bytes, headers: Headers, body: bytes) -> Ready | None:
        came_s = monotonic_s()
        check_head(headers, ROUTE)
        token, session = credentials_of(headers, self._names)
        if not token or session or not self._names.from_our_page(headers, with_cookie=False):
            return None
        asked = asked_of(Sent(ROUTE, headers, query, {}, body), None, (token, ""), self._names)
        check_size(asked.body)
        said = declaration_of(asked.body)
        return Ready(
            number,
            came_s,
            token,
            asked.key,
            asked.if_match,
            text=spelled(asked.body),
            doubts=[one.code for one in examine([said], Context(now_us=self._now_us()))],
            rows=pack(rows_of([said], geoid=self._geoid, maker=self._maker)),
            km2_hours=size_km2_hours(said),
        )


class Outlet(asyncio.Protocol):
    """The other end of an inlet: hands over what is ready, and finds who waits for each answer."""

    def __init__(
        self, preparer: Preparer, names: Names, log: Callable[[dict[str, object]], None]
    ) -> None:
        """Nobody waits yet.

        Args:
            preparer: Makes ready.
            names: Of the node.
            log: Takes one line of the technical log.
        """
        self._preparer, self._names, self._log = preparer, names, log
        self._line: asyncio.WriteTransport | None = None
        self._cutter = Cutter(TOLD)
        self._waiting: dict[int, asyncio.Future[Told | None]] = {}
        self._numbers = count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line is open."""
        self._line = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Some are answered."""
        try:
            found = self._cutter.frames(data)
        except FrameError:
            self.cut()
            return
        for told in found:
            self._answered(told.number, told)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's own
        """Nobody who waits is answered any more; everything goes the other way from here on."""
        self._line = None
        for number in list(self._waiting):
            self._answered(number, None)

    def cut(self) -> None:
        """End the connection."""
        if self._line is not None:
            self._line.abort()

    def takes(self, scope: Scope) -> bool:
        """Whether it may be a declaration, by its method and path."""
        return scope["method"] == ROUTE.method and scope["raw_path"] == _RAW_PATH

    async def answer(self, scope: Scope, headers: Headers, body: bytes, send: Send) -> bool:
        """Answer a request to declare; false, where it must be passed on whole.

        Raises:
            CutShortError: it was handed over, and nobody will say what became of it.
        """
        line, number = self._line, next(self._numbers)
        if line is None or not self._names.is_ours(headers):
            return False
        ready = self._preparer.ready(number, scope["query_string"], headers, body)
        if ready is None:
            return False
        waits: asyncio.Future[Told | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waits
        line.write(packed(ready))
        try:
            told = await waits
        finally:
            self._waiting.pop(number, None)
        if told is None:
            raise CutShortError
        await self._tell(told, send)
        seconds = monotonic_s() - ready.came_s
        self._log(line_of(ROUTE.method, PATH, told.status, seconds, address_of(scope)))
        return True

    def _answered(self, number: int, told: Told | None) -> None:
        waits = self._waiting.get(number)
        if waits is not None and not waits.done():
            waits.set_result(told)

    async def _tell(self, told: Told, send: Send) -> None:
        route = PROBLEM if told.is_problem else ROUTE
        reply = Reply(told.body, told.status, told.headers)
        await send_whole(route, reply, send, self._names, head=False)
