"""Routes of the relay: parcels that are brought, for this desk or another, and those asked for.

Taken from anybody, because each is signed: of a parcel the head, of an asking the whole. Whoever is not
known learns a code, and nobody learns what is held for others. What is refused is not tried again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from keepclear.errors import VerificationError
from keepclear.faces.api import forms
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Gate, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.faces.peer import PARCELS_A_REQUEST, PARCELS_ASKED_PATH, PARCELS_PATH
from keepclear.link.parcel import HEAD_BYTES_MAX, SEALED_BYTES_MAX
from keepclear.node.relaying import asked_for, held_for

if TYPE_CHECKING:
    from keepclear.faces.peer.conversation import Conversation

__all__ = ["ROUTES"]

ASKING_LENGTH_MAX: Final = 40_000


class ParcelIn(forms.In, frozen=True):
    """A head, as it was signed, and the sealed bytes in base64."""

    head: Annotated[str, msgspec.Meta(max_length=HEAD_BYTES_MAX)]
    sealed: Annotated[bytes, msgspec.Meta(max_length=SEALED_BYTES_MAX)]


class ParcelsIn(forms.In, frozen=True):
    """Some parcels."""

    parcels: Annotated[list[ParcelIn], msgspec.Meta(min_length=1, max_length=PARCELS_A_REQUEST)]


class RefusedOut(forms.Out, frozen=True):
    """One that will not be taken, by the SHA-256 of its bytes, and why."""

    sealed: str
    code: str


class HandedOut(forms.Out, frozen=True):
    """SHA-256 of the sealed bytes of those that are durable here, and those that are refused."""

    taken: list[str]
    refused: list[RefusedOut]


class AskedIn(forms.In, frozen=True):
    """The signed asking."""

    asked: Annotated[str, msgspec.Meta(max_length=ASKING_LENGTH_MAX)]
    wait_s: Annotated[float, msgspec.Meta(ge=0, le=60)] = 0.0
    """How long the answer may wait for something to hand out; a relay may answer sooner."""


class ParcelOut(forms.Out, frozen=True):
    """A parcel as it came."""

    head: str
    sealed: bytes


class ParcelsOut(forms.Out, frozen=True):
    """What waits, as much as goes in one answer."""

    parcels: list[ParcelOut]


async def bring(asked: Asked, service: Service) -> Reply:
    """Hear what is for this desk; hold what is for another."""
    conversation = _conversation(service)
    parcels = [(one.head.encode(), one.sealed) for one in asked.body.parcels]
    ours = f"\nto: {conversation.talk.signer.name}\n"
    handed, told = await service.ask(
        lambda node: conversation.passing.take(node, parcels),
        first=any(ours in one.head for one in asked.body.parcels),  # it may be a stop
    )
    if told is not None:
        conversation.carry_out(told)
    conversation.passing.wake()
    return Reply(
        HandedOut(handed.taken, [RefusedOut(one.sealed, one.code) for one in handed.refused])
    )


async def ask(asked: Asked, service: Service) -> Reply:
    """Hand out what waits for who asks."""
    conversation = _conversation(service)
    note, wait_s = asked.body.asked.encode(), asked.body.wait_s
    held = conversation.passing.held
    try:
        party, found = await service.ask(
            lambda node: asked_for(node, conversation.talk.signer, note)
        )
    except VerificationError as error:
        raise Problem(422, error.for_peer(), "nothing was handed out") from None
    if wait_s and not found:
        await conversation.passing.holds_more(service, held, wait_s)
        found = await service.ask(lambda node: held_for(node.fresh(), party), first=True)
    return Reply(ParcelsOut([ParcelOut(head.decode(), sealed) for head, sealed in found]))


def _conversation(service: Service) -> Conversation:
    if service.conversation is None:
        raise Problem(404, "line.none", "this node has no line to other desks")
    return service.conversation


ROUTES: Final = (
    Route(
        "POST",
        PARCELS_PATH,
        Gate.OPEN,
        "Bring sealed notes, for this desk or for one that it relays to",
        flow=bring,
        body=ParcelsIn,
        answer=HandedOut,
        status=202,
        problems=(404,),
    ),
    Route(
        "POST",
        PARCELS_ASKED_PATH,
        Gate.OPEN,
        "Ask a relay for what it holds",
        flow=ask,
        body=AskedIn,
        answer=ParcelsOut,
        problems=(404, 422),
    ),
)
