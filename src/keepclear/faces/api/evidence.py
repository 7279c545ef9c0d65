"""Routes by which the record is read without its folder: its entries, and evidence of a party's own.

Which entries there are is shown to the desk whose node it is, where that is one party's: a node of many
parties shows its whole record to nobody over a network. A bundle holds what the party that asks said
and was shown, word for word, and nothing else, whatever it is about; at another's node nothing that the
record files under the name of somebody else's declaration, which was shown by a mark alone. Left to
others: what the node alone knew, and what others were shown, which whoever holds the folder makes a
bundle of.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from keepclear.domain.access import SECRETARIAT, Action
from keepclear.domain.window import Window, parse_instant
from keepclear.errors import RuleError
from keepclear.faces.api import forms
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import JSON, Asked, Reply, Route
from keepclear.node.evidence import evidence, rows
from keepclear.node.ledger import Node

__all__ = ["ROUTES"]

_PAGE: Final = 1_000
_NUMBERS_MAX: Final = 10_000
"""Entries that one bundle goes through; more would hold up everybody else."""
_SEARCHED_MAX: Final = 50_000
"""Entries of a record that is searched for a span of time, likewise: a second or two."""
Number = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class EntriesQuery(forms.In, frozen=True):
    """From which number on, and to which."""

    first: Number = 1
    last: Number | None = None


class EntryOut(forms.Out, frozen=True):
    """One entry, without what it says."""

    number: int
    time: str
    kind: str
    subject: str


class EntriesOut(forms.Out, frozen=True):
    """Some entries, in order; at most a thousand."""

    record: str
    size: int
    """How many there are in all."""
    entries: list[EntryOut]


class BundleQuery(forms.In, frozen=True):
    """What it is about: exactly one of a subject, numbers, or a span of time."""

    about: Text | None = None
    first: Number | None = None
    last: Number | None = None
    after: Text | None = None
    before: Text | None = None


def entries(asked: Asked, node: Node) -> Reply:
    """What was kept, in order."""
    owner = node.around.owner
    if owner == SECRETARIAT or asked.who.party != owner:
        raise Problem(
            403,
            "record.whole",
            "the whole record is shown over a network only to the desk of the one party whose node it "
            "is; whoever holds the folder reads it there with keepclear log",
        )
    first, size = asked.query.first, node.store.size()
    last = min(asked.query.last or size, first + _PAGE - 1)
    found = [
        EntryOut(one.number, one.time, one.kind, one.subject) for one in rows(node, first, last)
    ]
    return Reply(EntriesOut(node.around.signer.name, size, found))


def bundle(asked: Asked, node: Node) -> Reply:
    """What the party said and was shown, with proofs."""
    party, query = asked.who.party, asked.query
    if not party:
        raise Problem(
            403,
            "record.whole",
            "the desk of a secretariat is shown no evidence on others over a network; whoever holds "
            "the folder makes it with keepclear bundle",
        )
    numbers = query.first is not None or query.last is not None
    times = query.after is not None or query.before is not None
    if [query.about is not None, numbers, times].count(True) != 1:
        raise Problem(
            400, "query.form", "say what it is about: about, or first and last, or after and before"
        )
    _is_not_too_much(node, query)
    span = Window(*map(_instant, (query.after, query.before))) if times else None
    try:
        data = evidence(
            node,
            about=query.about or "",
            first=query.first,
            last=query.last,
            span=span,
            reader=party,
        )
    except RuleError as error:
        if error.code != "record.nothing":
            raise
        # what is another party's, and what is there no more, is answered as what never was
        raise Problem(404, error.code, f"{party} said and was shown nothing of it") from None
    return Reply(data)


def _is_not_too_much(node: Node, query: BundleQuery) -> None:
    size = node.store.size()
    first, last = query.first or 1, query.last or size
    incident = node.memory.incidents.get(query.about or "")
    long = incident is not None and incident.reported.span_us is not None
    numbers = query.first is not None or query.last is not None
    searched = query.after is not None or query.before is not None or long
    if (numbers and last - first >= _NUMBERS_MAX) or (searched and size > _SEARCHED_MAX):
        raise RuleError(
            "record.large",
            f"that goes through more than {_NUMBERS_MAX:,} entries, or through a record of more than "
            f"{_SEARCHED_MAX:,} for a span of time, while others wait; ask for less, or have whoever "
            "holds the folder make it",
        )


def _instant(text: str | None) -> int | None:
    return None if text is None else parse_instant(text)


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/record/entries",
        Action.RECORD,
        "What was kept, in order, without what it says",
        entries,
        query=EntriesQuery,
        answer=EntriesOut,
        problems=(403,),
    ),
    Route(
        "GET",
        "/api/v1/record/bundle",
        Action.RECORD,
        "Evidence of what the party said and was shown, about anything",
        bundle,
        query=BundleQuery,
        media=JSON,
        problems=(403, 404, 409, 422),
    ),
)
