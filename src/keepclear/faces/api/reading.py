"""What was sent, read strictly: a body of one known form, a query without unknown names, plain headers.

What is not understood is refused and not guessed at. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive

from keepclear.domain.access import Principal
from keepclear.faces.api.headers import Headers
from keepclear.faces.api.names import Names
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import BODY_BYTES_MAX, GEOJSON, Asked, Route

__all__ = ["Sent", "asked_of", "check_head", "credentials_of", "read_body"]

KEY_MAX: Final = 200
"""Characters of an Idempotency-Key."""
_SECRET_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it came."""

    route: Route
    headers: Headers
    query: bytes
    path: Mapping[str, str]
    body: bytes


def check_head(headers: Headers, route: Route) -> None:
    """Whether a body may come that is what these headers say of it.

    Raises:
        Problem: 413, 415.
    """
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in route.takes:
        raise Problem(415, "body.media", f"expected {' or '.join(route.takes)} as Content-Type")
    if headers.get("content-encoding", "identity") != "identity":
        raise Problem(415, "body.encoding", "expected a body that is not packed")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_BYTES_MAX:
        raise _too_large()


async def read_body(headers: Headers, receive: Receive, route: Route) -> bytes:
    """The body, at most as large as the route takes.

    Raises:
        Problem: 413, 415, 400.
    """
    if route.body is None:
        return b""
    check_head(headers, route)
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Problem(400, "body.cut", "the body was cut short")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > BODY_BYTES_MAX:
            raise _too_large()
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def asked_of(
    sent: Sent, principal: Principal | None, credentials: tuple[str, str], names: Names
) -> Asked:
    """The request as a handler takes it.

    Raises:
        Problem: 400: something in it has not the form that it should have.
    """
    route, headers = sent.route, sent.headers
    for name, value in sent.path.items():
        if not value.isprintable():
            raise Problem(404, "path", f"{name} must be on one line")
    return Asked(
        path=sent.path,
        query=_query(route, sent.query),
        body=_body(route, sent.body, headers.get("content-type", "")),
        principal=principal,
        key=_key(headers) if route.repeatable else "",
        if_match=_seen(headers) if route.versioned else None,
        credentials=credentials,
        device=_cookie(headers, names.device),
        last_event=_number(headers.one("last-event-id")),
    )


def credentials_of(headers: Headers, names: Names) -> tuple[str, str]:
    """The token and the session that came along; at most one of them.

    Raises:
        Problem: 400: several, or in another form than the one documented.
    """
    said = headers.getlist("authorization")
    session = _cookie(headers, names.cookie)
    if not said:
        return "", session
    scheme, _, token = said[0].partition(" ")
    token = token.strip()
    fits = token.isascii() and token.isprintable() and 0 < len(token) <= _SECRET_MAX
    if len(said) > 1 or scheme.lower() != "bearer" or not fits:
        return "", ""  # what nobody understands lets nobody in
    return token, ""


def _cookie(headers: Headers, name: str) -> str:
    found = []
    for line in headers.getlist("cookie"):
        try:
            cookies: SimpleCookie = SimpleCookie(line[: 8 * _SECRET_MAX])
        except CookieError:
            continue
        if name in cookies:
            found.append(cookies[name].value)
    return found[0] if len(found) == 1 and len(found[0]) <= _SECRET_MAX else ""


def _query(route: Route, raw: bytes) -> Any:
    if not raw and route.query is None:
        return None
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, max_num_fields=50, errors="strict"
        )
    except ValueError:
        raise Problem(400, "query", "the query cannot be read") from None
    values = dict(pairs)
    if len(values) < len(pairs):
        raise Problem(400, "query.twice", "a name stands in the query twice")
    if route.query is None:
        if values:
            raise Problem(400, "query.unknown", "this takes nothing after the ?")
        return None
    try:
        return msgspec.convert(values, route.query, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(400, "query.form", str(error)) from None


def _body(route: Route, data: bytes, media: str) -> Any:
    if route.body is None:
        return None
    if route.body is bytes or media.partition(";")[0].strip().lower() == GEOJSON:
        return data
    try:
        return msgspec.json.decode(data, type=route.body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Problem(400, "body.form", str(error)) from None


def _key(headers: Headers) -> str:
    key = headers.get("idempotency-key", "")
    if len(key) > KEY_MAX or not key.isprintable():
        raise Problem(400, "idempotency.form", f"expected at most {KEY_MAX} characters on one line")
    return key


def _seen(headers: Headers) -> int | None:
    """The version that was seen last, from ``If-Match: "3"`` or ``If-None-Match: *``."""
    none, match = headers.one("if-none-match"), headers.one("if-match")
    if none is not None:
        if none != "*" or match is not None:
            raise Problem(400, "version.form", 'expected If-None-Match: * or If-Match: "3"')
        return 0
    if match is None:
        return None
    inner = match[1:-1]
    if match != f'"{inner}"' or not (inner.isascii() and inner.isdigit()) or len(inner) > 15:
        raise Problem(400, "version.form", f'found {match[:40]}, expected If-Match: "3"')
    return int(inner)


def _number(text: str | None) -> int | None:
    """A number of an entry; what is no number says nothing."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 15:
        return None
    return int(text)


def _too_large() -> Problem:
    return Problem(413, "body.too-large", f"at most {BODY_BYTES_MAX:,} bytes are taken")
