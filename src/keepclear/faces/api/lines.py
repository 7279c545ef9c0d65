"""Routes of the line: notes that come from peers, and what this desk says and sees.

Notes are taken from anybody: each is signed, and one that names no sender whose words were compared is
refused without a word about why. What this desk says is said by its own people alone: a party on a node
of another's has no line there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from keepclear.domain.access import SECRETARIAT, Action
from keepclear.domain.window import parse_instant
from keepclear.errors import VerificationError
from keepclear.faces.api import forms
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Gate, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.faces.peer import NOTES_A_REQUEST, NOTES_PATH
from keepclear.link.budget import looks_flash
from keepclear.link.kinds import KINDS
from keepclear.link.message import MESSAGE_BYTES_MAX
from keepclear.node import saying
from keepclear.node.conversation_view import MessageView, message_of, messages_of
from keepclear.node.desk import desk_view, drill_view
from keepclear.node.desk_forms import DeskView, DrillView
from keepclear.node.ledger import Node
from keepclear.node.saying import Kept
from keepclear.node.talking import Told

if TYPE_CHECKING:
    from keepclear.faces.peer.conversation import Conversation

__all__ = ["ROUTES", "conversation_of", "only_the_desk"]


class Notes(forms.In, frozen=True):
    """Signed notes, as they were written."""

    notes: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=MESSAGE_BYTES_MAX)]],
        msgspec.Meta(min_length=1, max_length=NOTES_A_REQUEST),
    ]


class Taken(forms.Out, frozen=True):
    """So many are durable, and what follows from them is, too; the others are to be sent again."""

    taken: int


class Said(forms.In, frozen=True, kw_only=True):
    """What this desk says; the kind names the form of the body."""

    kind: Annotated[str, msgspec.Meta(max_length=40)]
    body: dict[str, Any]
    drill: bool = False
    arrangement: Annotated[str, msgspec.Meta(max_length=200)] = ""


class SaidOut(forms.Out, frozen=True):
    """It is durable, and goes out until the other desk has signed that it stored it."""

    taken: int
    seq: int
    """Its number in this desk's stream."""
    hash: str
    """Of its text: by both, others name it."""
    again: bool
    """It was said before, under the same key."""


async def take(asked: Asked, service: Service) -> Reply:
    """Take notes in; whose they are is known by their signatures."""
    conversation = conversation_of(service)
    notes = [note.encode() for note in asked.body.notes]
    flash = any(map(looks_flash, notes))
    try:
        told = await service.ask(lambda _: conversation.talk.hears(notes), first=flash)
    except VerificationError as error:
        raise Problem(422, error.for_peer(), "nothing of it was taken") from None
    conversation.carry_out(told)
    return Reply(Taken(len(notes) - told.refused))


async def say(asked: Asked, service: Service) -> Reply:
    """Say something to a party."""
    conversation, said = conversation_of(service), asked.body
    kind = KINDS.get(said.kind)
    if kind is None or not kind.chained:
        raise Problem(422, "body.unknown-kind", f"kinds are: {', '.join(_SAYABLE)}")
    try:
        body = msgspec.convert(said.body, kind.body)
    except msgspec.ValidationError as error:
        raise Problem(422, "body.form", f"the body of {said.kind}: {error}") from None

    def speak(node: Node) -> tuple[Told, Kept]:
        only_the_desk(node, asked)
        return saying.say(
            node,
            conversation.talk,
            asked.path["party"],
            body,
            asked.request(),
            drill=said.drill,
            arrangement=said.arrangement,
        )

    told, kept = await service.ask(speak, first=kind.on_arrival)
    conversation.carry_out(told)
    return Reply(SaidOut(1, kept.seq, kept.hash, kept.again))


class MessagesQuery(forms.In, frozen=True):
    """How many."""

    limit: forms.Count = 50


class MessagesOut(forms.Out, frozen=True):
    """The newest messages of a line, the last one first."""

    messages: list[MessageView]


async def read(asked: Asked, service: Service) -> Reply:
    """What was said on one line, and what became of it."""
    conversation = conversation_of(service)

    def view(node: Node) -> list[MessageView]:
        only_the_desk(node, asked)
        return messages_of(node, conversation.talk, asked.path["party"], asked.query.limit)

    return Reply(MessagesOut(await service.ask(view)))


async def read_one(asked: Asked, service: Service) -> Reply:
    """One message of the other desk, for who answers it."""
    conversation, seq = conversation_of(service), asked.path["seq"]
    if not (seq.isascii() and seq.isdigit() and len(seq) < _DIGITS_MAX):
        raise Problem(404, "message.unknown", "a message has a number")

    def view(node: Node) -> MessageView:
        only_the_desk(node, asked)
        return message_of(node, conversation.talk, asked.path["party"], int(seq))

    return Reply(await service.ask(view))


class DrillsQuery(forms.In, frozen=True):
    """Which exercises."""

    after: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    before: Annotated[str, msgspec.Meta(max_length=100)] | None = None


async def drills(asked: Asked, service: Service) -> Reply:
    """What exercises took."""
    conversation, query = conversation_of(service), asked.query
    after_us, before_us = (
        None if text is None else parse_instant(text) for text in (query.after, query.before)
    )

    def view(node: Node) -> DrillView:
        only_the_desk(node, asked)
        return drill_view(node, conversation.talk, after_us, before_us)

    return Reply(await service.ask(view))


async def look(asked: Asked, service: Service) -> Reply:
    """How the lines stand."""
    conversation = conversation_of(service)

    def view(node: Node) -> DeskView:
        only_the_desk(node, asked)
        return desk_view(node, conversation.talk, conversation.failures)

    return Reply(await service.ask(view))


_DIGITS_MAX: Final = 16
_SAYABLE: Final = tuple(name for name, kind in KINDS.items() if kind.chained)


def conversation_of(service: Service) -> Conversation:
    """The lines of this node.

    Raises:
        Problem: it has none.
    """
    if service.conversation is None:
        raise Problem(404, "line.none", "this node has no line to other desks")
    return service.conversation


def only_the_desk(node: Node, asked: Asked) -> None:
    """The line is this desk's: of the party whose node it is, or of the secretariat's own people.

    Raises:
        Problem: the one who asks is at another desk.
    """
    owner = "" if node.around.owner == SECRETARIAT else node.around.owner
    if asked.who.party != owner:
        raise Problem(404, "line.none", "this node has no line of your party")


ROUTES: Final = (
    Route(
        "POST",
        NOTES_PATH,
        Gate.OPEN,
        "Take signed notes in from a peer",
        flow=take,
        body=Notes,
        answer=Taken,
        status=202,
        problems=(404, 422),
    ),
    Route(
        "GET",
        "/api/v1/lines",
        Action.LOOK,
        "How the lines to other desks stand",
        flow=look,
        answer=DeskView,
        problems=(404,),
    ),
    Route(
        "GET",
        "/api/v1/drills",
        Action.LOOK,
        "What exercises took, step by step",
        flow=drills,
        query=DrillsQuery,
        answer=DrillView,
        problems=(404, 422),
    ),
    Route(
        "GET",
        "/api/v1/lines/{party}/messages",
        Action.LOOK,
        "What was said on a line, the newest first, with what became of it",
        flow=read,
        query=MessagesQuery,
        answer=MessagesOut,
        problems=(404, 409),
    ),
    Route(
        "GET",
        "/api/v1/lines/{party}/messages/{seq}",
        Action.LOOK,
        "One message of the other desk, by its number",
        flow=read_one,
        answer=MessageView,
        problems=(404, 409),
    ),
    Route(
        "POST",
        "/api/v1/lines/{party}/messages",
        Action.DECLARE,
        "Say something to another desk",
        flow=say,
        body=Said,
        answer=SaidOut,
        status=202,
        repeatable=True,
        problems=(404, 409, 422),
        urgent=True,
    ),
)
