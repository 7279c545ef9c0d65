"""``/openapi.json``: the table of routes as OpenAPI 3.1, made from the same lines that decide.

Nothing is described by hand, so that nothing is described that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from keepclear import __version__
from keepclear.faces.api import problems
from keepclear.faces.api.problems import ProblemForm
from keepclear.faces.api.route import GEOJSON, Asked, Gate, Reply, Route
from keepclear.node.ledger import Node

__all__ = ["document", "document_route"]

_NAMED: Final = re.compile(r"\{(\w+)(?::path)?\}")
_REFERENCES: Final = "#/components/schemas/{name}"
_EVERY: Final = (400, 404, 405, 421, 429, 500, 503)
"""What any route may answer: form, address, method, name, pace, a fault, a store that is not read."""
_KNOWN: Final = (401, 403)
_BODY: Final = (413, 415)
_STRING: Final = {"type": "string"}
_ABOUT: Final = (
    "What a node answers people, programs and parties. Problems are those of RFC 9457; their "
    "`code` is stable. A party that only notifies gets receipts, never a verdict or another's plan. "
    "No answer is a permission, an agreement or an assurance."
)


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The document.

    Args:
        routes: The whole table.
    """
    types = [
        *(route.body for route in routes if route.body),
        *(route.answer for route in routes if route.answer),
        *(route.query for route in routes if route.query),
        ProblemForm,
    ]
    schemas, components = msgspec.json.schema_components(
        list(dict.fromkeys(types)), ref_template=_REFERENCES
    )
    schema_of = dict(zip(dict.fromkeys(types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = _NAMED.sub(r"{\1}", route.path)
        operation = _operation(route, schema_of, components)
        paths.setdefault(path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "keepclear node",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-keepclear"},
            },
        },
    }


def document_route(routes: Sequence[Route]) -> Route:
    """The route of the document; it stands in it, too."""
    written: list[bytes] = []

    def answer(asked: Asked, node: Node) -> Reply:  # noqa: ARG001 - as every handler
        return Reply(written[0])

    route = Route(
        "GET",
        "/openapi.json",
        Gate.OPEN,
        "This document",
        answer,
        media="application/vnd.oai.openapi+json;version=3.1",
    )
    written.append(msgspec.json.encode(document([*routes, route])))
    return route


def _operation(
    route: Route, schema_of: dict[Any, Any], components: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.summary,
        "x-action": route.need.value,
        "security": [] if route.need is Gate.OPEN else [{"token": []}, {"session": []}],
        "parameters": [*_parts(route), *_query(route, components), *_headers(route)],
        "responses": _responses(route, schema_of),
    }
    if route.body is not None:
        content = {
            media: {"schema": schema_of[route.body] if media != GEOJSON else {"type": "object"}}
            for media in route.takes
        }
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _name(route: Route) -> str:
    words = [word for word in re.split(r"\W+", _NAMED.sub(r"\1", route.path)) if word]
    return "-".join([route.method.lower(), *(w for w in words if w not in {"api", "v1"})])


def _parts(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _STRING}
        for name in _NAMED.findall(route.path)
    ]


def _query(route: Route, components: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    form = components[route.query.__name__]
    required = form.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in form["properties"].items()
    ]


def _headers(route: Route) -> list[dict[str, Any]]:
    found = []
    if route.versioned:
        says = 'The version that was seen, as ETag gave it: "3"'
        found += [
            _header("If-Match", says, pattern='^"[0-9]{1,15}"$'),
            _header("If-None-Match", "*: that there is none yet", enum=["*"]),
        ]
    if route.repeatable:
        says = "Asked again with it, the answer is the same, and nothing is done twice"
        found.append(_header("Idempotency-Key", says, maxLength=200))
    return found


def _header(name: str, says: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": says, "schema": {**_STRING, **schema}}


def _responses(route: Route, schema_of: dict[Any, Any]) -> dict[str, Any]:
    statuses = {*_EVERY, *route.problems}
    statuses |= set(_KNOWN) if route.need is not Gate.OPEN or route.unsafe else set()
    statuses |= set(_BODY) if route.body is not None else set()
    found = {str(route.status): _success(route, schema_of)}
    for status in sorted(statuses - {route.status}):
        if status < 400:
            found[str(status)] = _success(route, schema_of)
            continue
        content = {problems.MEDIA: {"schema": schema_of[ProblemForm]}}
        found[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
    return dict(sorted(found.items()))


def _success(route: Route, schema_of: dict[Any, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"description": route.summary}
    if route.status != 204:
        schema = schema_of[route.answer] if route.answer is not None else None
        media = route.media.partition(";")[0]
        said["content"] = {media: {} if schema is None else {"schema": schema}}
    return said
