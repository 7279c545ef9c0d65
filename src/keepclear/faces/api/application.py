"""The ASGI application of a node: the table as paths, and what goes before any path.

A path is matched as it was sent, and its parts are unpacked afterwards: an id may hold a slash, and
``%2F`` is not one. Left to others: one request (:mod:`keepclear.faces.api.endpoint`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from keepclear.faces.api.awaited import keep_time
from keepclear.faces.api.endpoint import Endpoint, send_problem
from keepclear.faces.api.headers import Headers
from keepclear.faces.api.openapi import document_route
from keepclear.faces.api.paths import Paths
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Route
from keepclear.faces.api.service import Service
from keepclear.faces.api.snapshots import keep_snapshots, look_back
from keepclear.faces.api.stream import follow
from keepclear.faces.api.table import ROUTES

__all__ = ["Application"]


class Application:
    """Everything that a node answers over HTTP."""

    def __init__(self, service: Service, routes: tuple[Route, ...] = ROUTES) -> None:
        """Lay out the paths."""
        self._service = service
        by_path: dict[str, dict[str, Route]] = {}
        for route in (*routes, document_route(routes)):
            methods = by_path.setdefault(route.path, {})
            assert route.method not in methods, f"{route.method} {route.path} stands twice"
            methods[route.method] = route
        self._paths = Paths({path: Endpoint(on, service) for path, on in by_path.items()})
        self._life = Router(lifespan=self.lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or follow the life of the process."""
        if scope["type"] != "http":
            await self._life(scope, receive, send)
            return
        headers = Headers(scope["headers"])
        if not self._service.names.is_ours(headers):
            problem = Problem(421, "host", "this node is not reached under that name")
            await send_problem(problem, scope, send, self._service)
            return
        raw = scope.get("raw_path") or scope["path"].encode()
        found = self._paths.find(raw.partition(b"?")[0].decode("ascii", "replace"))
        if found is None:
            problem = Problem(404, "path", "there is nothing under this address; see /openapi.json")
            await send_problem(problem, scope, send, self._service)
            return
        endpoint, parts = found
        await endpoint.answer(scope, headers, parts, receive, send)

    @asynccontextmanager
    async def lifespan(self, _: object = None) -> AsyncIterator[None]:
        """What is done beside answering, from the start to the end."""
        service = self._service
        tasks = [follow, keep_time, look_back, keep_snapshots]
        if service.conversation is not None:
            tasks.append(service.conversation.keep)
        beside = [asyncio.create_task(task(service)) for task in tasks]
        try:
            yield
        finally:
            service.tail.stop()
            for task in beside:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
