"""Routes of what goes beside the network: the sheet for a telephone, what was heard, files to carry.

What was heard stands on the board and in the events like a stop that came over the line, before
anything else is asked. A file is for the party that it names and for nobody else: it is encrypted here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

import msgspec

from keepclear.domain.access import Action
from keepclear.faces.api import forms
from keepclear.faces.api.lines import conversation_of, only_the_desk
from keepclear.faces.api.route import Asked, Reply, Route
from keepclear.faces.api.service import Service
from keepclear.formats.callsheet import CallSheet, in_words, is_drill
from keepclear.formats.carrysheet import QR_BYTES_MAX
from keepclear.formats.positions import read_position
from keepclear.link.bodies import Stop
from keepclear.link.phrases import Language
from keepclear.node import carrying, voice
from keepclear.node.ledger import Node
from keepclear.node.talking import Told

__all__ = ["ROUTES"]

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Sheet(forms.In, frozen=True):
    """What is to be asked by telephone."""

    asks: Literal["cease", "hold", "stay-away"]
    place: Line
    """A position in any notation."""
    language: Literal["en", "fr", "ru", "ar"] = "en"
    """Of the other desk; English stands beside it."""
    drill: bool = False
    """It is an exercise, and says so before anything else."""


class SheetOut(forms.Out, frozen=True):
    """What is read out, in the order of saying; it is recorded as said."""

    content: list[str]
    """First of all."""
    after: list[str]
    keyed: str
    """What the other desk keys in."""
    words: list[str]
    """What it must read back; not to be said."""


class HeardIn(forms.In, frozen=True):
    """A stop that was heard: its letter, then the check words."""

    line: Line


class HeardOut(forms.Out, frozen=True):
    """What was understood; it is recorded, and on every screen."""

    says: str
    drill: bool
    """It is an exercise."""
    words: list[str]
    """To be read back."""


class StepIn(forms.In, frozen=True):
    """One step of a call, or what was said in it of a stop."""

    step: Annotated[str, msgspec.Meta(max_length=20)]
    who: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """The role that answered, or was asked for; never a name."""
    about: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """The ``hash`` of the stop, as ``GET /api/v1/lines`` has it."""


class StepOut(forms.Out, frozen=True):
    """It is logged."""

    step: str


class FileQuery(forms.In, frozen=True):
    """How it is written."""

    text: bool = False
    """In letters, for ways that take no bytes."""


class FileOut(forms.Out, frozen=True):
    """A file that the party alone can read; nothing of it has arrived before a receipt says so."""

    data: bytes
    messages: int
    """How many are in it, beside a receipt."""
    left: int
    """Messages that found no room."""


class PagesOut(forms.Out, frozen=True):
    """One small file for each flash message, each for a code on paper."""

    files: list[str]
    too_long: int
    others: int
    """Unseen messages that are not flash."""


async def sheet(asked: Asked, service: Service) -> Reply:
    """Write the sheet."""
    said, party = asked.body, asked.path["party"]
    position = read_position(said.place).position
    made: list[CallSheet] = []

    def keep(node: Node) -> None:
        language = Language(said.language)
        made.append(
            voice.say_stop(
                node, party, said.asks, position, language, asked.request(), drill=said.drill
            )
        )

    await _call(asked, service, keep)
    one = made[0]
    return Reply(SheetOut(list(one.content), list(one.after), one.keyed, list(one.words)))


async def hear(asked: Asked, service: Service) -> Reply:
    """Take in what was heard."""
    made: list[tuple[Stop, tuple[str, ...]]] = []

    def keep(node: Node) -> None:
        made.append(voice.hear(node, asked.path["party"], asked.body.line, asked.request()))

    await _call(asked, service, keep)
    stop, words = made[0]
    return Reply(HeardOut(in_words(stop), is_drill(asked.body.line), list(words)))


async def step(asked: Asked, service: Service) -> Reply:
    """Log a step."""
    said = asked.body

    def keep(node: Node) -> None:
        party, request = asked.path["party"], asked.request()
        voice.call_step(node, party, said.step, request, who=said.who, about=said.about)

    await _call(asked, service, keep)
    return Reply(StepOut(said.step))


async def file(asked: Asked, service: Service) -> Reply:
    """Write a file to be carried."""
    conversation, party = conversation_of(service), asked.path["party"]
    in_text = asked.query.text

    def make(node: Node) -> tuple[Told, carrying.Made]:
        only_the_desk(node, asked)
        talk = conversation.talk
        talk.state(party)  # is there a line?
        told = talk.forward()
        return told, carrying.make(node, talk, party, in_text=in_text)

    told, made = await service.ask(make)
    conversation.carry_out(told)
    return Reply(FileOut(made.data, made.messages, made.left))


async def pages(asked: Asked, service: Service) -> Reply:
    """Write what fits on paper."""
    conversation = conversation_of(service)

    def make(node: Node) -> carrying.Short:
        only_the_desk(node, asked)
        return carrying.make_short(node, conversation.talk, asked.path["party"], QR_BYTES_MAX)

    made = await service.ask(make)
    files = [one.decode() for one in made.files]
    return Reply(PagesOut(files, made.too_long, made.others))


async def _call(asked: Asked, service: Service, keep: Callable[[Node], None]) -> None:
    """Record something of a call, and put it on the board in the same step of the node."""
    conversation = conversation_of(service)

    def call(node: Node) -> Told:
        only_the_desk(node, asked)
        return conversation.talk.calls(lambda: keep(node))

    conversation.carry_out(await service.ask(call, first=True))  # it is about a stop


_LINE: Final = "/api/v1/lines/{party}"
_WRONG: Final = (404, 409, 422)
ROUTES: Final = (
    Route(
        "POST",
        f"{_LINE}/sheets",
        Action.DECLARE,
        "Write the sheet for a stop that is told by telephone",
        flow=sheet,
        body=Sheet,
        answer=SheetOut,
        repeatable=True,
        problems=_WRONG,
    ),
    Route(
        "POST",
        f"{_LINE}/heard",
        Action.DECLARE,
        "Key in a stop that was heard by telephone",
        flow=hear,
        body=HeardIn,
        answer=HeardOut,
        repeatable=True,
        problems=_WRONG,
        urgent=True,
    ),
    Route(
        "POST",
        f"{_LINE}/calls",
        Action.DECLARE,
        "Log a step of a call, or what was said in it of a stop",
        flow=step,
        body=StepIn,
        answer=StepOut,
        repeatable=True,
        problems=_WRONG,
        urgent=True,
    ),
    Route(
        "GET",
        f"{_LINE}/file",
        Action.DECLARE,
        "All that a party has not signed as stored, encrypted to it, for a stick or e-mail",
        flow=file,
        query=FileQuery,
        answer=FileOut,
        problems=(404, 409),
    ),
    Route(
        "GET",
        f"{_LINE}/pages",
        Action.DECLARE,
        "The same for paper: each flash message by itself, where it fits",
        flow=pages,
        answer=PagesOut,
        problems=(404, 409),
    ),
)
