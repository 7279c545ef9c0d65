"""Routes of the line: notes that come from peers, and what this desk says and sees.

Notes are taken from anybody: each is signed, and one that names no sender whose words were compared is
refused without a word about why. What this desk says is said by its own people alone: a party on a node
of another's has no line there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from keepclear.domain.access import SECRETARIAT, Action
from keepclear.domain.window import format_instant
from keepclear.errors import VerificationError
from keepclear.faces.api import forms
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Gate, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.faces.peer import NOTES_A_REQUEST, NOTES_PATH
from keepclear.link.alerting import LADDER
from keepclear.link.budget import looks_flash
from keepclear.link.kinds import KINDS
from keepclear.link.message import MESSAGE_BYTES_MAX
from keepclear.link.receipts import PROCEEDING
from keepclear.node.ledger import Node

if TYPE_CHECKING:
    from keepclear.faces.peer.conversation import Conversation

__all__ = ["ROUTES"]


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


class AlertOut(forms.Out, frozen=True):
    """A stop, and how far it has come."""

    hash: str
    ours: bool
    stage: str
    rung: str
    """The last one of the ladder that was alerted."""
    raised: str
    open: bool


class OverdueOut(forms.Out, frozen=True):
    """A receipt that did not come in time; nothing depends on it."""

    hash: str
    ours: bool
    what: str
    due: str


class LineOut(forms.Out, frozen=True):
    """One line as this desk sees it."""

    party: str
    pinned: str
    failures: int
    """Requests to its addresses that came to nothing since one succeeded."""
    alerts: list[AlertOut]
    overdue: list[OverdueOut]
    says: str


class LinesOut(forms.Out, frozen=True):
    """All lines."""

    lines: list[LineOut]


async def take(asked: Asked, service: Service) -> Reply:
    """Take notes in; whose they are is known by their signatures."""
    conversation = _conversation(service)
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
    conversation, said = _conversation(service), asked.body
    kind = KINDS.get(said.kind)
    if kind is None or not kind.chained:
        raise Problem(422, "body.unknown-kind", f"kinds are: {', '.join(_SAYABLE)}")
    try:
        body = msgspec.convert(said.body, kind.body)
    except msgspec.ValidationError as error:
        raise Problem(422, "body.form", f"the body of {said.kind}: {error}") from None

    def speak(node: Node) -> Any:
        _only_the_desk(node, asked)
        return conversation.talk.say(
            asked.path["party"], body, drill=said.drill, arrangement=said.arrangement
        )

    told = await service.ask(speak, first=kind.on_arrival)
    conversation.carry_out(told)
    return Reply(Taken(1))


async def look(asked: Asked, service: Service) -> Reply:
    """How the lines stand."""
    conversation = _conversation(service)
    return Reply(await service.ask(lambda node: _lines(node, asked, conversation)))


def _lines(node: Node, asked: Asked, conversation: Conversation) -> LinesOut:
    _only_the_desk(node, asked)
    talk, now_us = conversation.talk, node.now_us()
    found = []
    for party in talk.parties():
        peer = node.memory.peers[party]
        name = peer.card.message_key.name
        alerts = [
            AlertOut(
                key[2],
                key[1],
                one.stage.value,
                LADDER[one.rung],
                format_instant(one.raised_us),
                one.open,
            )
            for key, one in talk.board.alerts.items()
            if key[0] == name
        ]
        late = [
            OverdueOut(key[2], key[1], one.step.value, format_instant(one.due_us))
            for key, one in talk.board.overdue(now_us)
            if key[0] == name
        ]
        found.append(
            LineOut(
                party, peer.pinned.value, conversation.failures(party), alerts, late, PROCEEDING
            )
        )
    return LinesOut(found)


_SAYABLE: Final = tuple(name for name, kind in KINDS.items() if kind.chained)


def _conversation(service: Service) -> Conversation:
    if service.conversation is None:
        raise Problem(404, "line.none", "this node has no line to other desks")
    return service.conversation


def _only_the_desk(node: Node, asked: Asked) -> None:
    """The line is this desk's: of the party whose node it is, or of the secretariat's own people."""
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
        answer=LinesOut,
        problems=(404,),
    ),
    Route(
        "POST",
        "/api/v1/lines/{party}/messages",
        Action.DECLARE,
        "Say something to another desk",
        flow=say,
        body=Said,
        answer=Taken,
        status=202,
        problems=(404, 422),
    ),
)
