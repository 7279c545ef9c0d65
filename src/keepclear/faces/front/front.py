"""What the front does with a request: whether its address comes too often, then the way it goes.

Small declarations of those whom the node let in before may go a quick way of their own; everything else
is passed whole to the node, which decides. Left to others: both ways.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, Protocol

import msgspec
from starlette.types import Receive, Scope, Send

from keepclear.errors import StoreError
from keepclear.faces.api.headers import Headers
from keepclear.faces.api.letting_in import too_many
from keepclear.faces.api.limits import Limits
from keepclear.faces.api.names import Names
from keepclear.faces.api.problems import Problem, problem_of
from keepclear.faces.api.route import Reply
from keepclear.faces.api.technical import address_of, fault_of, line_of
from keepclear.faces.api.whole import PROBLEM, send_whole
from keepclear.faces.front.frames import Line
from keepclear.faces.front.passing import CutShortError, Passing, whole_body
from keepclear.faces.front.trusted import Trusted
from keepclear.node.clock import monotonic_s

__all__ = ["Front", "Quick"]

_QUICK_BYTES_MAX: Final = 2_000
"""A larger one may take long to make ready: seconds, where it has thousands of places or edges as long
as continents. Everybody waits here meanwhile, and in the node only those who want something decided."""
_LET_IN: Final = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})
_HEAD_BYTES_MAX: Final = 100_000
"""Of the address and all headers of a request together: more is not passed on; a frame has a limit."""


class Quick(Protocol):
    """A way of its own for some requests."""

    def takes(self, scope: Scope) -> bool:
        """Whether a request is one of those, by its method and path."""

    async def answer(self, scope: Scope, headers: Headers, body: bytes, send: Send) -> bool:
        """Answer it; false, where nothing was sent and the node is to do it."""


class Front:
    """The ASGI application of the process that speaks with clients."""

    def __init__(
        self,
        passing: Passing,
        addresses: Limits,
        names: Names,
        say: Callable[[msgspec.Struct], None],
        quick: Quick | None = None,
    ) -> None:
        """Answer nothing yet.

        Args:
            passing: Takes whole requests to the node.
            addresses: How often each address may ask.
            names: Of the node.
            say: Says a frame to the node.
            quick: The way of its own, if there is one.
        """
        self._passing, self._addresses, self._names = passing, addresses, names
        self._say, self._quick = say, quick
        self._trusted = Trusted(monotonic_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        try:
            await self._answer(scope, receive, send)
        except CutShortError:
            raise  # the node knows why
        except Exception as error:
            self._say(Line(fault_of(error)))
            raise

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s = monotonic_s()
        wait_s = self._addresses.wait_s(address_of(scope))
        if wait_s:
            await self._refuse(too_many("limit.address", wait_s), scope, send, began_s)
            return
        if _head_bytes(scope) > _HEAD_BYTES_MAX:
            problem = Problem(431, "headers", f"at most {_HEAD_BYTES_MAX:,} bytes are taken")
            await self._refuse(problem, scope, send, began_s)
            return
        body = await whole_body(scope, receive)
        quick = self._quick
        if body is None or quick is None or not quick.takes(scope):
            await self._passing.answer(scope, body, receive, send)
            return
        headers = Headers(scope["headers"])
        credentials = headers.get("authorization", "")
        if len(body) <= _QUICK_BYTES_MAX and credentials in self._trusted:
            try:
                if await quick.answer(scope, headers, body, send):
                    return
            except CutShortError:  # whether it was kept, nobody says any more
                await self._refuse(problem_of(StoreError()), scope, send, began_s)
                return
        status = await self._passing.answer(scope, body, receive, send)
        if status in _LET_IN and credentials:
            self._trusted.let_in(credentials)

    async def _refuse(self, problem: Problem, scope: Scope, send: Send, began_s: float) -> None:
        status = problem.status.value
        reply = Reply(problem.body(), status, problem.headers)
        await send_whole(PROBLEM, reply, send, self._names, head=scope["method"] == "HEAD")
        self._say(Line(line_of("", "", status, monotonic_s() - began_s, address_of(scope))))


def _head_bytes(scope: Scope) -> int:
    address = len(scope["raw_path"]) + len(scope["query_string"])
    return address + sum(len(name) + len(value) for name, value in scope["headers"])
