"""Routes on a movement under way: it leaves later, is held at a stop, is split, goes back.

Each makes a new version, or a movement linked to one, and is answered like a declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec

from keepclear.domain.access import Action
from keepclear.domain.window import parse_instant
from keepclear.faces.api import forms
from keepclear.faces.api.declarations import answered, own
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Reply, Route
from keepclear.node import acting, journeys
from keepclear.node.ledger import Node

__all__ = ["ROUTES"]

_TIME_MAX_US: Final = 4_102_444_800_000_000
"""The year 2100: a time that is moved must not fall off the calendar."""
Instant = Annotated[str, msgspec.Meta(max_length=100)]


class Delayed(forms.In, frozen=True):
    """When a movement leaves."""

    leaves: Instant | None = None
    """As if it left now, where nothing is said."""


class Held(forms.In, frozen=True):
    """Until when it stays at a stop."""

    leaves: Instant
    since: Instant | None = None
    """When it stands at that stop by its plan; now, where nothing is said."""


class Split(forms.In, frozen=True):
    """Some stay behind at a stop, and leave later."""

    id: forms.Name
    """Of the second group."""
    leaves: Instant
    since: Instant | None = None


class Back(forms.In, frozen=True):
    """When it goes its last way backwards."""

    leaves: Instant


def delay(asked: Asked, node: Node) -> Reply:
    """A movement leaves at another time."""
    leaves_us = _time(asked.body.leaves, "leaves")
    return _moved(asked, node, acting.delay, leaves_us=leaves_us)


def hold(asked: Asked, node: Node) -> Reply:
    """A movement stays at a stop."""
    return _moved(asked, node, journeys.hold, **_stop(asked))


def go_back(asked: Asked, node: Node) -> Reply:
    """A movement goes back."""
    return _moved(asked, node, journeys.go_back, leaves_us=_time(asked.body.leaves, "leaves"))


def split(asked: Asked, node: Node) -> Reply:
    """A movement becomes two."""
    subject, times = own(asked, node).subject, _stop(asked)
    request = asked.request()
    answer = journeys.split(node, subject, asked.body.id, request, if_match=asked.if_match, **times)
    return answered(answer)


def _moved(asked: Asked, node: Node, use: Callable[..., Any], **times: int | None) -> Reply:
    subject = own(asked, node).subject
    return answered(use(node, subject, asked.request(), if_match=asked.if_match, **times))


def _stop(asked: Asked) -> dict[str, Any]:
    said = asked.body
    return {"leaves_us": _time(said.leaves, "leaves"), "since_us": _time(said.since, "since")}


def _time(text: str | None, where: str) -> int | None:
    """The instant in a text; nothing, where nothing was said."""
    if text is None:
        return None
    time_us = parse_instant(text)
    if not 0 <= time_us <= _TIME_MAX_US:
        raise Problem(422, "journey.when", "expected a time between 1970 and 2100", where=where)
    return time_us


def _route(
    name: str,
    says: str,
    handler: Callable[[Asked, Node], Reply],
    body: type[msgspec.Struct],
) -> Route:
    return Route(
        "POST",
        f"/api/v1/declarations/{{party}}/{{id}}/{name}",
        Action.DECLARE,
        says,
        handler,
        body=body,
        answer=forms.Answered,
        versioned=True,
        repeatable=True,
        problems=(404, 409, 412, 422),
    )


ROUTES: Final = (
    _route("delay", "A movement leaves at another time", delay, Delayed),
    _route("hold", "A movement stays at a stop until a time", hold, Held),
    _route("split", "Some of a movement stay at a stop and leave later", split, Split),
    _route("return", "A movement goes its last way backwards", go_back, Back),
)
