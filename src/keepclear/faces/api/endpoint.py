"""One request from its first byte to its last: read, known, allowed, answered, counted.

The order matters. Who asks is known before anything they sent is judged, so that strangers learn
nothing from what is refused; whether they may is a look into the route table; only then a handler runs.
Whatever goes wrong becomes a problem, and a fault of ours one line in the technical log without any
value.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keepclear.faces.api.headers import Headers
from keepclear.faces.api.letting_in import let_in, nobody, too_many
from keepclear.faces.api.problems import Problem, problem_of
from keepclear.faces.api.reading import Sent, asked_of, credentials_of, read_body
from keepclear.faces.api.route import Asked, Gate, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.faces.api.technical import address_of, fault_of, line_of
from keepclear.faces.api.whole import PROBLEM, Lines, headers_of, send_whole
from keepclear.node.clock import monotonic_s
from keepclear.node.ledger import Node

__all__ = ["Endpoint", "send_problem"]


class Endpoint:
    """All methods on one path."""

    def __init__(self, routes: Mapping[str, Route], service: Service) -> None:
        """The routes by method."""
        self._routes = dict(routes)
        self._service = service

    async def answer(
        self,
        scope: Scope,
        headers: Headers,
        parts: Mapping[str, str],
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer one request.

        Args:
            scope: Method, query and address, as ASGI has them.
            headers: What stands above its body.
            parts: Of its path, those that the table names, still packed.
            receive: Its body.
            send: Where the answer goes.
        """
        began_s = monotonic_s()
        service, address = self._service, address_of(scope)
        route = self._routes.get("GET" if scope["method"] == "HEAD" else scope["method"])
        status = 500
        try:
            route = self._known(route)
            self._paced(route, address)
            answer = await self._answer(route, scope, headers, parts, receive)
            if isinstance(answer, Reply):
                status = await send_whole(
                    route, answer, send, service.names, head=scope["method"] == "HEAD"
                )
            else:
                status = await _flow(answer, scope, receive, send, service)
        except Exception as error:  # noqa: BLE001 - whoever asked is told, and the log says where
            problem = problem_of(error)
            status = problem.status.value
            if status >= 500 and problem.code == "internal":
                service.log(fault_of(error))
            await send_problem(problem, scope, send, service)
        finally:
            seconds = monotonic_s() - began_s
            path = route.path if route is not None else ""
            service.figures.done(path, status, seconds)
            method = scope["method"] if route is not None else ""
            service.log(line_of(method, path, status, seconds, address))

    def _known(self, route: Route | None) -> Route:
        if route is None:
            allowed = ", ".join(sorted(self._routes))
            raise Problem(405, "method", f"possible: {allowed}", headers={"Allow": allowed})
        return route

    def _paced(self, route: Route, address: str) -> None:
        service = self._service
        wait_s = service.addresses.wait_s(address)
        if not wait_s and route.slow:
            wait_s = service.guesses.wait_s(address)
        if wait_s:
            raise too_many("limit.address", wait_s)

    async def _answer(
        self,
        route: Route,
        scope: Scope,
        headers: Headers,
        parts: Mapping[str, str],
        receive: Receive,
    ) -> Reply | ASGIApp:
        service = self._service
        bearer, session = credentials_of(headers, service.names)
        if route.need is not Gate.OPEN and not (bearer or session):
            raise nobody()
        if route.unsafe and not service.names.from_our_page(headers, with_cookie=bool(session)):
            raise Problem(403, "origin", "this was sent by a page of somebody else")
        body = await read_body(headers, receive, route)
        path = {name: unquote(value) for name, value in parts.items()}
        sent = Sent(route, headers, scope["query_string"], path, body)

        def decide(node: Node) -> Asked | Reply:
            principal = let_in(service, node, (bearer, session), route.need)
            asked = asked_of(sent, principal, (bearer, session), service.names)
            return asked if route.handler is None else route.handler(asked, node)

        answer: Asked | Reply
        if route.need is Gate.OPEN and route.flow is not None:
            answer = asked_of(sent, None, (bearer, session), service.names)
        else:
            answer = await service.ask(decide, first=route.urgent)
        if route.unsafe:
            service.decided()
        if isinstance(answer, Asked):
            assert route.flow is not None
            return await route.flow(answer, service)
        return answer


async def send_problem(problem: Problem, scope: Scope, send: Send, service: Service) -> None:
    """Answer with a problem."""
    reply = Reply(problem.body(), problem.status.value, problem.headers)
    await send_whole(PROBLEM, reply, send, service.names, head=scope["method"] == "HEAD")


async def _flow(app: ASGIApp, scope: Scope, receive: Receive, send: Send, service: Service) -> int:
    """Send an answer that is not known as a whole, with the headers that all have; its status."""
    status = 500

    async def with_headers(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = int(message["status"])
            own: Lines = [(name.lower(), value) for name, value in message.get("headers", ())]
            message["headers"] = headers_of(own, service.names)
        await send(message)

    await app(scope, receive, with_headers)
    return status
