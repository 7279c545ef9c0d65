"""Routes on incidents: a report, and what is said about it since, by whom, and how sure.

Nothing here is a fact; a toll is as it was said, with its statement. An incident exists for whoever
reported it and whoever was told of it, and for nobody else.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from keepclear.domain.access import Action
from keepclear.domain.incident import Concern, Source, Statement, Sureness, Toll
from keepclear.domain.window import Window, parse_instant
from keepclear.faces.api import forms
from keepclear.faces.api.route import Asked, Reply, Route
from keepclear.node import incident_views, incidents
from keepclear.node.allowing import allow
from keepclear.node.declaring import Answer
from keepclear.node.ledger import Node

__all__ = ["ROUTES"]

Words = Annotated[str, msgspec.Meta(max_length=4_000)]
Names = Annotated[tuple[forms.Name, ...], msgspec.Meta(max_length=200)]


class Span(forms.In, frozen=True):
    """From when until when; RFC 3339 with an offset."""

    start: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    end: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class TollIn(forms.In, frozen=True):
    """How many, of whom, as it was said; without an upper number: at least."""

    category: Annotated[str, msgspec.Meta(max_length=200)]
    lowest: int
    highest: int | None = None


class StatementIn(forms.In, frozen=True, kw_only=True):
    """What is said, in which role, and how sure it is; never a person's name."""

    says: Words
    source: Literal["witness", "official", "desk"]
    sure: Literal["confirmed", "great possibility", "possible", "unconfirmed", "denied"]
    official: bool = False
    office: Annotated[str, msgspec.Meta(max_length=400)] = ""
    about: Span | None = None
    tolls: Annotated[tuple[TollIn, ...], msgspec.Meta(max_length=100)] = ()
    supersedes: int | None = None
    """The number of an earlier statement of one's own."""
    to: Names | None = None
    """Who alone is told; whoever the incident is told to, where nothing is said."""


class Report(forms.In, frozen=True, kw_only=True):
    """An incident: what it names is kept for good."""

    party: forms.Name | None = None
    """For whom; one's own party, where nothing is said."""
    subjects: Names = ()
    """One's own declarations by Party/id, another's by the mark that one was shown."""
    parties: Names = ()
    span: Span | None = None
    to: Names = ()
    """Parties that are told besides those named; for a humanitarian party, those alone."""
    first: StatementIn


class Statement1(forms.In, frozen=True, kw_only=True):
    """One more statement."""

    party: forms.Name | None = None
    statement: StatementIn


class Kept(forms.Out, frozen=True):
    """A statement is kept."""

    subject: str
    statement: int
    told: list[str]
    number: int
    again: bool


class Seen(forms.Out, frozen=True):
    """Incidents as they may be seen."""

    incidents: list[dict[str, Any]]


def list_(asked: Asked, node: Node) -> Reply:
    """All that one may see."""
    return Reply(Seen(incidents.list_seen(node.memory, asked.who.party)))


def show(asked: Asked, node: Node) -> Reply:
    """One incident."""
    reader = asked.who.party
    found = incidents.incident_of(node.memory, _subject(asked), reader)
    return Reply(incident_views.view(node.memory, found, reader))


def report(asked: Asked, node: Node) -> Reply:
    """Report one."""
    said = asked.body
    party = _party(asked, node, said.party)
    concern = Concern(subjects=said.subjects, parties=said.parties, span=_window(said.span))
    answer = incidents.report(
        node, concern, _statement(said.first), asked.request(), party=party, to=said.to
    )
    return _kept(answer)


def state(asked: Asked, node: Node) -> Reply:
    """Say something about one."""
    said = asked.body
    party = _party(asked, node, said.party)
    answer = incidents.state(
        node, _subject(asked), _statement(said.statement), asked.request(), party=party
    )
    return _kept(answer)


def _party(asked: Asked, node: Node, party: str | None) -> str:
    name = asked.who.party if party is None else party
    allow(node, asked.who, Action.INCIDENT, name)
    return name


def _subject(asked: Asked) -> str:
    return f"incident/{asked.path['mark']}"


def _window(span: Span | None) -> Window | None:
    if span is None:
        return None
    start, end = (None if text is None else parse_instant(text) for text in (span.start, span.end))
    return Window(start, end)


def _statement(said: StatementIn) -> Statement:
    return Statement(
        says=said.says,
        source=Source(said.source),
        sure=Sureness(said.sure),
        official=said.official,
        office=said.office,
        about=_window(said.about),
        tolls=tuple(Toll(one.category, one.lowest, one.highest) for one in said.tolls),
        supersedes=said.supersedes,
        to=said.to,
    )


def _kept(answer: Answer) -> Reply:
    reply = answer.reply
    names = ("subject", "statement", "told", "number")
    return Reply(
        Kept(**{name: reply[name] for name in names}, again=answer.again),
        status=200 if answer.again else 201,
    )


_INCIDENTS: Final = "/api/v1/incidents"
_WRONG: Final = (200, 404, 409, 422)
ROUTES: Final = (
    Route("GET", _INCIDENTS, Action.INCIDENT, "Incidents that one may see", list_, answer=Seen),
    Route(
        "POST",
        _INCIDENTS,
        Action.INCIDENT,
        "Report an incident, with the first statement about it",
        report,
        body=Report,
        answer=Kept,
        status=201,
        repeatable=True,
        problems=_WRONG,
    ),
    Route(
        "GET",
        f"{_INCIDENTS}/{{mark}}",
        Action.INCIDENT,
        "One incident, with what was said about it",
        show,
        answer=dict[str, Any],
        problems=(404,),
    ),
    Route(
        "POST",
        f"{_INCIDENTS}/{{mark}}/statements",
        Action.INCIDENT,
        "Say something about an incident",
        state,
        body=Statement1,
        answer=Kept,
        status=201,
        repeatable=True,
        problems=_WRONG,
    ),
)
