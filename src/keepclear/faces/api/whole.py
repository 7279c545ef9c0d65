"""An answer that is known as a whole, as a server of ASGI takes it, with the headers that all have."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.types import Send

from keepclear.faces.api.names import Names
from keepclear.faces.api.problems import MEDIA
from keepclear.faces.api.route import Gate, Reply, Route

__all__ = ["PROBLEM", "Lines", "headers_of", "send_whole"]

PROBLEM: Final = Route("GET", "", Gate.OPEN, "", media=MEDIA)
"""What an answer that says what could not be done is sent as."""

Lines = list[tuple[bytes, bytes]]
"""Headers: names in lower case, and values."""
_FOR_ALL: Final[Lines] = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]
"""On every answer: it is no page, nobody keeps it, and nobody else's page shows it."""
_ENCRYPTED: Final[Lines] = [*_FOR_ALL, (b"strict-transport-security", b"max-age=31536000")]
_EMPTY: Final = 204


def headers_of(own: Lines, names: Names) -> Lines:
    """An answer's own headers, and those of the others that it does not set itself."""
    said = {name for name, _ in own}
    more = _ENCRYPTED if names.encrypted else _FOR_ALL
    return [*own, *(one for one in more if one[0] not in said)]


async def send_whole(route: Route, reply: Reply, send: Send, names: Names, *, head: bool) -> int:
    """Send an answer; its status.

    Args:
        route: Its media type and status hold where the reply says nothing else.
        reply: What is answered.
        send: Where it goes.
        names: Of the node: whether its lines are encrypted.
        head: Only the headers were asked for.
    """
    status = reply.status or route.status
    body = reply.body
    data = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
    own: Lines = [
        (name.lower().encode(), value.encode("latin-1", "replace"))
        for name, value in reply.headers.items()
    ]
    own += [(b"set-cookie", cookie.encode("ascii")) for cookie in reply.cookies]
    if body is not None:
        own.append((b"content-type", route.media.encode()))
    if status != _EMPTY:
        own.append((b"content-length", str(len(data)).encode()))
    lines = headers_of(own, names)
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": b"" if head or status == _EMPTY else data})
    return status
