"""What a route is: one line of the table that decides who may ask what, and that OpenAPI is made of.

A route names one action, or that nobody has to be known for it. There is no third way in: what is not
in a table does not exist. A handler runs in the node's one thread, after the one who asks is known and
may ask; which objects exist for their party is the handler's, through :mod:`keepclear.node.views`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import msgspec

from keepclear.domain.access import Action, Principal
from keepclear.node.allowing import request_by
from keepclear.node.declaring import Request
from keepclear.node.ledger import Node

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from keepclear.faces.api.service import Service

__all__ = ["BODY_BYTES_MAX", "GEOJSON", "JSON", "Asked", "Gate", "Reply", "Route"]

BODY_BYTES_MAX: Final = 4_000_000
"""As much as one declaration may have."""
JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"


class Gate(Enum):
    """What is asked of whoever comes, where it is no action."""

    OPEN = "open"
    """Nothing: it says nothing about anybody."""
    KNOWN = "known"
    """To be somebody the node has let in, whatever they may do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read and checked for its form."""

    path: Mapping[str, str]
    query: Any = None
    body: Any = None
    principal: Principal | None = None
    """Set for every route that is not open."""
    key: str = ""
    """Of ``Idempotency-Key``."""
    if_match: int | None = None
    """The version seen last; 0 where ``If-None-Match: *`` says that there was none."""
    credentials: tuple[str, str] = ("", "")
    """The token and the session that were presented; one of them is empty."""
    device: str = ""
    """What a browser was given when somebody logged in with it before."""
    last_event: int | None = None
    """The entry that a stream goes on from."""

    @property
    def who(self) -> Principal:
        """The one who asks."""
        assert self.principal is not None
        return self.principal

    def request(self) -> Request:
        """As use cases know it."""
        return request_by(self.who, self.key)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    body: Any = None
    """A form, or bytes as they are."""
    status: int | None = None
    """That of the route, if nothing is said."""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    """Of ``Set-Cookie``, each whole."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path."""

    method: str
    path: str
    """Names in braces are parts of it; ``{name:path}`` may hold slashes."""
    need: Action | Gate
    summary: str
    handler: Callable[[Asked, Node], Reply] | None = None
    """Answers in the node's thread."""
    flow: Callable[[Asked, Service], Awaitable[Reply | ASGIApp]] | None = None
    """Answers in the loop, where something else than the node has to be waited for."""
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct | bytes] | None = None
    """Of bytes: it is handed on as it came."""
    takes: tuple[str, ...] = (JSON,)
    """Media types of the body."""
    answer: Any = None
    """Type of the answer's body; nothing for none, or where it is no JSON."""
    status: int = 200
    media: str = JSON
    versioned: bool = False
    """Takes ``If-Match``."""
    repeatable: bool = False
    """Takes ``Idempotency-Key``."""
    problems: tuple[int, ...] = ()
    """Beside those that every route may answer."""
    urgent: bool = False
    """A stop may come this way: who asks is looked up before all that waits."""
    slow: bool = False
    """Guesses at secrets come this way: an address may use it seldom."""

    @property
    def unsafe(self) -> bool:
        """Whether it may change something."""
        return self.method not in {"GET", "HEAD"}
