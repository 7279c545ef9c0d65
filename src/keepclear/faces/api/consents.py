"""Routes on consent: to whom a notification is told, which of its fields, and from when.

Only the party of a notification gives it, or the desk through which it was entered. A sentence that
would name which parties there are at this node is not handed on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec

from keepclear.domain.access import Action
from keepclear.domain.consent import RELEASES, Consent
from keepclear.domain.declaration import Kind
from keepclear.domain.window import format_instant, parse_instant
from keepclear.errors import RuleError
from keepclear.faces.api import forms
from keepclear.faces.api.declarations import own
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Reply, Route
from keepclear.node import consent_words, consenting
from keepclear.node.allowing import allow
from keepclear.node.declaring import Answer
from keepclear.node.ledger import Node

__all__ = ["ROUTES"]

_NOTIFIED: Final = {"site": Kind.SITE, "movement": Kind.MOVEMENT}


class Given(forms.In, frozen=True):
    """What is released, and from when."""

    fields: Annotated[tuple[str, ...], msgspec.Meta(max_length=len(RELEASES))] = ()
    """Words such as ``name`` or ``contact``; the circle to stay away from always is."""
    not_before: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    lead_s: Annotated[int, msgspec.Meta(ge=0, le=400 * 86_400)] | None = None
    """Not earlier than so long before it begins."""


class Said(forms.Out, frozen=True):
    """What was said is kept."""

    subject: str
    to: str
    number: int | None
    again: bool
    shown_before: list[dict[str, Any]]
    """Where it was taken back: what cannot be unshown."""


class WordForm(forms.Out, frozen=True):
    """What holds for one recipient."""

    to: str
    told: bool
    """Whether it is told anything; false where consent was taken back."""
    fields: list[str]
    not_before: str | None
    lead_s: int | None
    of_its_kind: bool
    """Said of all of its kind, and not of this one."""


class Words(forms.Out, frozen=True):
    """What holds for each recipient."""

    words: list[WordForm]


def words(asked: Asked, node: Node) -> Reply:
    """What holds for one notification."""
    return _words(node, own(asked, node).subject, None)


def words_of_kind(asked: Asked, node: Node) -> Reply:
    """What holds for all of a kind of which nothing else is said."""
    party, kind = _party(asked, node)
    return _words(node, party, kind)


def give(asked: Asked, node: Node) -> Reply:
    """Give consent for one notification."""
    return _give(asked, node, own(asked, node).subject, None)


def give_for_kind(asked: Asked, node: Node) -> Reply:
    """Give consent for all of a kind."""
    party, kind = _party(asked, node)
    return _give(asked, node, party, kind)


def take_back(asked: Asked, node: Node) -> Reply:
    """Take consent back for one notification."""
    return _take_back(asked, node, own(asked, node).subject, None)


def take_back_for_kind(asked: Asked, node: Node) -> Reply:
    """Take consent back for all of a kind."""
    party, kind = _party(asked, node)
    return _take_back(asked, node, party, kind)


def _party(asked: Asked, node: Node) -> tuple[str, Kind]:
    party, name = asked.path["party"], asked.path["kind"]
    allow(node, asked.who, Action.CONSENT, party)
    if name not in _NOTIFIED:
        raise Problem(404, "consent.kind", "consent is given for site and movement")
    return party, _NOTIFIED[name]


def _give(asked: Asked, node: Node, subject: str, kind: Kind | None) -> Reply:
    said, to = asked.body, asked.path["to"]
    from_us = None if said.not_before is None else parse_instant(said.not_before)
    lead_us = None if said.lead_s is None else said.lead_s * 1_000_000
    given = Consent(to, tuple(dict.fromkeys(said.fields)), from_us, lead_us)
    return _said(lambda: consenting.consent(node, subject, given, asked.request(), kind=kind))


def _take_back(asked: Asked, node: Node, subject: str, kind: Kind | None) -> Reply:
    to = asked.path["to"]
    return _said(lambda: consenting.revoke(node, subject, to, asked.request(), kind=kind))


def _said(call: Callable[[], Answer]) -> Reply:
    try:
        answer = call()
    except RuleError as error:
        if error.code in {"consent.recipient-unknown", "consent.humanitarian"}:
            says = "no party of this name is told of notifications here; is it spelled as it is agreed?"
            raise Problem(409, "consent.recipient-unknown", says) from error
        raise
    reply = answer.reply
    return Reply(
        Said(
            subject=reply["subject"],
            to=reply["to"],
            number=reply.get("number"),
            again=answer.again,
            shown_before=reply.get("shown_before", []),
        )
    )


def _words(node: Node, subject: str, kind: Kind | None) -> Reply:
    found = []
    for to, word, general in consent_words.words_on(node.memory, subject, kind):
        given = word.consent
        found.append(
            WordForm(
                to=to,
                told=given is not None,
                fields=list(given.fields) if given else [],
                not_before=format_instant(given.from_us) if given and given.from_us else None,
                lead_s=given.lead_us // 1_000_000 if given and given.lead_us else None,
                of_its_kind=general,
            )
        )
    return Reply(Words(found))


_ONE: Final = "/api/v1/declarations/{party}/{id}/consents"
_ALL: Final = "/api/v1/consents/{party}/{kind}"


def _routes(path: str, what: str, *handlers: Callable[[Asked, Node], Reply]) -> tuple[Route, ...]:
    """The three routes on what is said of one notification, or of all of a kind."""
    look, give_, take = handlers
    to = f"{path}/{{to}}"
    need, wrong = Action.CONSENT, (404, 409, 422)
    return (
        Route("GET", path, need, f"Who is told of {what}", look, answer=Words, problems=(404,)),
        Route(
            "PUT",
            to,
            need,
            f"Tell a recipient of {what}",
            give_,
            body=Given,
            answer=Said,
            repeatable=True,
            problems=wrong,
        ),
        Route(
            "DELETE",
            to,
            need,
            f"Tell a recipient nothing more of {what}",
            take,
            answer=Said,
            repeatable=True,
            problems=wrong,
        ),
    )


ROUTES: Final = (
    *_routes(_ONE, "a notification", words, give, take_back),
    *_routes(_ALL, "all of a kind", words_of_kind, give_for_kind, take_back_for_kind),
)
