"""Routes on arrangements that are signed: the node's own party proposes one, and signs what others did.

The note goes to the other desks over any path; it holds when the last member has signed. Only an
administrator at the desk whose node it is signs, and only with the key of that desk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import msgspec

from keepclear.domain.access import Action
from keepclear.errors import VerificationError
from keepclear.faces.api import forms
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.link.agreement import Agreement
from keepclear.node import agreeing
from keepclear.node.ledger import Node
from keepclear.record.note import NOTE_BYTES_MAX, Signer

__all__ = ["ROUTES"]


class Signable(forms.In, frozen=True):
    """The note of an arrangement, as another desk sent it."""

    note: Annotated[str, msgspec.Meta(max_length=NOTE_BYTES_MAX)]


class Signed(forms.Out, frozen=True):
    """The note with all signatures that are known here, to be sent to the others."""

    note: str
    signed: list[str]
    missing: list[str]
    holds: bool
    """Nobody's signature is missing."""


async def propose(asked: Asked, service: Service) -> Reply:
    """Sign a text for this party, for the others to sign as well."""
    return await _signed(
        service,
        lambda node, key: agreeing.propose(node, asked.body.text, key, asked.request()),
    )


async def sign(asked: Asked, service: Service) -> Reply:
    """Sign what another party proposed, word for word."""
    return await _signed(
        service,
        lambda node, key: agreeing.sign(node, asked.body.note.encode(), key, asked.request()),
    )


async def _signed(service: Service, call: Callable[[Node, Signer], Agreement]) -> Reply:
    conversation = service.conversation
    if conversation is None:
        raise Problem(404, "line.none", "this node has no key to sign with")
    try:
        found = await service.ask(lambda node: call(node, conversation.talk.signer))
    except VerificationError as error:
        raise Problem(422, error.code, str(error)) from None
    service.decided()
    return Reply(Signed(found.note.decode(), list(found.signed), list(found.missing), found.holds))


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/agreements",
        Action.ARRANGE,
        "Propose an arrangement: sign its text for the others to sign",
        flow=propose,
        body=forms.ArrangementText,
        answer=Signed,
        status=201,
        problems=(404, 409, 422),
    ),
    Route(
        "POST",
        "/api/v1/agreements/signatures",
        Action.ARRANGE,
        "Sign what another party proposed; it holds when all have signed",
        flow=sign,
        body=Signable,
        answer=Signed,
        problems=(404, 409, 422),
    ),
)
