"""The ASGI application of a node: the table as paths, and what goes before any path.

A path is matched as it was sent, and its parts are unpacked afterwards: an id may hold a slash, and
``%2F`` is not one. Left to others: one request (:mod:`keepclear.faces.api.endpoint`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route as Path
from starlette.types import Receive, Scope, Send

from keepclear.faces.api.awaited import keep_time
from keepclear.faces.api.endpoint import Endpoint, send_problem
from keepclear.faces.api.openapi import document_route
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Route
from keepclear.faces.api.service import Service
from keepclear.faces.api.stream import follow
from keepclear.faces.api.table import ROUTES
from keepclear.faces.api.upkeep import keep_snapshots, look_back

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
        paths = [_path(path, Endpoint(methods, service)) for path, methods in by_path.items()]
        self._app = Starlette(routes=paths, lifespan=self._lifespan, exception_handlers={})
        router = self._app.router
        router.redirect_slashes = False
        router.default = self._nothing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or follow the life of the process."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not self._service.names.is_ours(Headers(scope=scope)):
            problem = Problem(421, "host", "this node is not reached under that name")
            await send_problem(problem, scope, receive, send, self._service)
            return
        raw = scope.get("raw_path") or scope["path"].encode()
        path = raw.partition(b"?")[0].decode("ascii", "replace")
        await self._app({**scope, "path": path, "root_path": ""}, receive, send)

    async def _nothing(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = Problem(404, "path", "there is nothing under this address; see /openapi.json")
        await send_problem(problem, scope, receive, send, self._service)

    @asynccontextmanager
    async def _lifespan(self, _: object) -> AsyncIterator[None]:
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


def _path(path: str, endpoint: Endpoint) -> Path:
    """All methods go to one endpoint, which says itself which of them there are."""
    return Path(path, endpoint, methods=None)
