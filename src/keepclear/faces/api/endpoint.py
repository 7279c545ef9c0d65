"""One request from its first byte to its last: read, known, allowed, answered, counted.

The order matters. Who asks is known before anything they sent is judged, so that strangers learn
nothing from what is refused; whether they may is a look into the route table; only then a handler runs.
Whatever goes wrong becomes a problem, and a fault of ours one line in the technical log without any
value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keepclear.domain.access import Action, Principal
from keepclear.faces.api import problems
from keepclear.faces.api.problems import Problem, problem_of
from keepclear.faces.api.reading import Sent, asked_of, credentials_of, read_body
from keepclear.faces.api.route import Asked, Gate, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.faces.api.technical import places_of
from keepclear.node.allowing import allow
from keepclear.node.clock import monotonic_s
from keepclear.node.ledger import Node

__all__ = ["Endpoint", "send_problem"]

_FOR_ALL: Final = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
"""On every answer: it is no page, nobody keeps it, and nobody else's page shows it."""
_ENCRYPTED: Final = ((b"strict-transport-security", b"max-age=31536000"),)


class Endpoint:
    """All methods on one path."""

    def __init__(self, routes: Mapping[str, Route], service: Service) -> None:
        """The routes by method."""
        self._routes = dict(routes)
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began_s = monotonic_s()
        service = self._service
        headers = Headers(scope=scope)
        route = self._routes.get("GET" if scope["method"] == "HEAD" else scope["method"])
        status = 500
        try:
            route = self._known(route)
            self._paced(route, scope)
            app = await self._answer(route, scope, headers, receive)
            status = await _send(app, scope, receive, send, service)
        except Exception as error:  # noqa: BLE001 - whoever asked is told, and the log says where
            problem = problem_of(error)
            status = problem.status
            if status >= 500 and problem.code == "internal":
                kind = type(error).__name__
                service.log({"level": "error", "fault": kind, "places": places_of(error)})
            await send_problem(problem, scope, receive, send, service)
        finally:
            seconds = monotonic_s() - began_s
            path = route.path if route is not None else ""
            service.figures.done(path, status, seconds)
            service.log(
                {
                    "method": scope["method"] if route is not None else "",
                    "route": path,
                    "status": int(status),
                    "ms": round(seconds * 1e3, 3),
                    "from": _address(scope),
                }
            )

    def _known(self, route: Route | None) -> Route:
        if route is None:
            allowed = ", ".join(sorted(self._routes))
            raise Problem(405, "method", f"possible: {allowed}", headers={"Allow": allowed})
        return route

    def _paced(self, route: Route, scope: Scope) -> None:
        service, address = self._service, _address(scope)
        wait_s = service.addresses.wait_s(address)
        if not wait_s and route.slow:
            wait_s = service.guesses.wait_s(address)
        if wait_s:
            raise _too_many("limit.address", wait_s)

    async def _answer(
        self, route: Route, scope: Scope, headers: Headers, receive: Receive
    ) -> ASGIApp:
        service = self._service
        bearer, session = credentials_of(headers, service.names)
        if route.need is not Gate.OPEN and not (bearer or session):
            raise _nobody()
        if route.unsafe and not service.names.from_our_page(headers, with_cookie=bool(session)):
            raise Problem(403, "origin", "this was sent by a page of somebody else")
        body = await read_body(HttpRequest(scope, receive), route)
        path = {name: unquote(value) for name, value in scope["path_params"].items()}
        sent = Sent(route, headers, scope["query_string"], path, body)

        def decide(node: Node) -> Asked | Reply:
            principal = service.known(node, bearer, session)
            self._let_in(route, principal, node)
            asked = asked_of(sent, principal, (bearer, session), service.names)
            return asked if route.handler is None else route.handler(asked, node)

        answer: Asked | Reply
        if route.need is Gate.OPEN and route.flow is not None:
            answer = asked_of(sent, None, (bearer, session), service.names)
        else:
            answer = await service.ask(decide)
        if route.unsafe:
            service.tail.bell.set()
            service.decided()
        if isinstance(answer, Asked):
            assert route.flow is not None
            last = await route.flow(answer, service)
            return _Whole(route, last) if isinstance(last, Reply) else last
        return _Whole(route, answer)

    def _let_in(self, route: Route, principal: Principal | None, node: Node) -> None:
        if route.need is Gate.OPEN:
            return
        if principal is None:
            raise _nobody()
        wait_s = self._service.parties.wait_s(principal.desk)
        if wait_s:
            raise _too_many("limit.party", wait_s)
        if isinstance(route.need, Action):
            allow(node, principal, route.need)


class _Whole:
    """An answer that is known as a whole."""

    def __init__(self, route: Route, reply: Reply) -> None:
        self.status = reply.status or route.status
        body = reply.body
        self._body = body if isinstance(body, bytes) else msgspec.json.encode(body)
        if body is None:
            self._body = b""
        self._headers = [
            (name.lower().encode(), value.encode("latin-1", "replace"))
            for name, value in reply.headers.items()
        ]
        self._headers += [(b"set-cookie", cookie.encode("ascii")) for cookie in reply.cookies]
        if body is not None:
            self._headers.append((b"content-type", route.media.encode()))

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [*self._headers]
        if self.status != 204:
            headers.append((b"content-length", str(len(self._body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        empty = scope["method"] == "HEAD" or self.status == 204
        await send({"type": "http.response.body", "body": b"" if empty else self._body})


async def send_problem(
    problem: Problem, scope: Scope, receive: Receive, send: Send, service: Service
) -> None:
    """Answer with a problem."""
    route = Route("GET", "", Gate.OPEN, "", media=problems.MEDIA)
    reply = Reply(problem.body(), problem.status.value, problem.headers)
    await _send(_Whole(route, reply), scope, receive, send, service)


async def _send(app: ASGIApp, scope: Scope, receive: Receive, send: Send, service: Service) -> int:
    """Send an answer with the headers that all have; its status."""
    status = 500

    async def with_headers(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = int(message["status"])
            more = _FOR_ALL + (_ENCRYPTED if service.names.encrypted else ())
            own = [(name.lower(), value) for name, value in message.get("headers", ())]
            said = {name for name, _ in own}
            message["headers"] = [*own, *(one for one in more if one[0] not in said)]
        await send(message)

    await app(scope, receive, with_headers)
    return status


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _nobody() -> Problem:
    return Problem(
        401,
        "access.nobody",
        "log in, or send a token as Authorization: Bearer",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _too_many(code: str, wait_s: int) -> Problem:
    headers = {"Retry-After": str(wait_s)}
    return Problem(429, code, f"too many requests; come again in {wait_s} s", headers=headers)
