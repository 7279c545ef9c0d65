"""Entries of the record as events for the parties concerned: who hears of which, and in what words.

An event has the number of its entry, so that whoever was away goes on from the last one it saw. A party
hears what happens to its own declarations, what it is shown, arrangements that name it, and alarms of
these; of another's declaration only what it is shown. Left to others: sending them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from keepclear.disclose.levels import others_in
from keepclear.domain.access import SECRETARIAT
from keepclear.domain.window import format_instant
from keepclear.formats.arrangements import read_arrangement
from keepclear.node import changed_record
from keepclear.node.ledger import Node, opening_of
from keepclear.node.line_entries import subject_of
from keepclear.node.memory import Memory
from keepclear.store.base import Entry
from keepclear.wire.entries import (
    Acted,
    Alarm,
    Arranged,
    Body,
    Consented,
    Declared,
    Deviated,
    Expired,
    Reported,
    Revoked,
    Shown,
    Stated,
    Stepped,
    decode_body,
)

__all__ = ["LOOKED_AT", "Event", "events_after", "shown_in"]

LOOKED_AT: Final = 1_000
"""Entries that are looked at in one go."""
_OF_THE_LINE: Final = frozenset({"line", "alert", "refused", "sound"})
"""What came over a line, what its ladders ask for, what could not be used, what is to be heard."""
_LINE: Final = subject_of("")
_FOR_NO_SCREEN: Final = frozenset({"read", "not-taken"})
"""Whoever reads has it already; what another's node did not take says the message that refused it."""
_FOR_NOBODY: Final = frozenset({"verdict"})
"""Kinds of entries that hold what the node alone knows."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry, for those who may hear of it."""

    number: int
    kind: str
    parties: frozenset[str]
    text: str
    """JSON on one line."""


def events_after(node: Node, after: int, limit: int = LOOKED_AT) -> tuple[list[Event], int]:
    """The events among the entries that follow, and the number of the last entry looked at."""
    entries = node.store.entries(after, limit)
    # the desk of a secretariat's own people is the one that streams know by the empty name
    owner = "" if node.around.owner == SECRETARIAT else node.around.owner
    known = _known(node.memory, owner)
    found = [event for event in map(known, entries) if event is not None]
    return found, entries[-1].number if entries else after


def shown_in(body: Shown) -> dict[str, Any]:
    """What somebody was shown: a text of JSON; of the line a text of lines, to be shown as it is."""
    if body.how in _OF_THE_LINE:
        return {"line": body.subject, "text": body.text}
    found: dict[str, Any] = json.loads(body.text)
    return found


def _known(memory: Memory, owner: str) -> Any:
    def event(entry: Entry) -> Event | None:
        if entry.kind in _FOR_NOBODY or not entry.data:  # without data: erased
            return None
        body = decode_body(opening_of(entry).body)
        parties, told = _of(memory, owner, body)
        if not parties:
            return None
        head = {"number": entry.number, "at": format_instant(entry.at_us), "kind": entry.kind}
        text = json.dumps({**head, **told}, ensure_ascii=False, separators=(",", ":"))
        return Event(entry.number, entry.kind, frozenset(parties), text)

    return event


def _of(  # noqa: PLR0911 - one return for each kind of entry
    memory: Memory, owner: str, body: Body
) -> tuple[Iterable[str], dict[str, Any]]:
    """Who hears of an entry, and what; nobody, where nothing is said of its kind here."""
    if isinstance(body, Declared):
        told = {"subject": body.subject, "version": body.version, "stage": body.stage}
        return _owner(memory, body.subject), told | {"by": body.by, "because": body.because}
    if isinstance(body, Acted):
        told = {"subject": body.subject, "version": body.version, "stage": body.stage}
        return _owner(memory, body.subject), told | {"act": body.act, "by": body.by}
    if isinstance(body, Shown):
        if body.how in _FOR_NO_SCREEN:
            return (), {}
        if body.how in _OF_THE_LINE:
            return {owner}, {"how": body.how, **shown_in(body)}
        return _reader(memory, body), {"how": body.how, "shown": shown_in(body)}
    if isinstance(body, Alarm):
        return _of_alarm(memory, owner, body)
    if isinstance(body, Arranged):
        found, _ = read_arrangement(body.text.encode(), name=body.subject)
        if found is not None:
            named = found.named
            return named, {"arrangement": found.name, "version": found.version}
    if isinstance(body, Stepped | Deviated):
        return _of_agreement(memory, owner, body)
    if isinstance(body, Consented | Revoked | Expired):
        to = {} if isinstance(body, Expired) else {"to": body.to, "about": body.kind}
        return _owner(memory, body.subject), {"subject": body.subject, **to}
    if isinstance(body, Reported | Stated):
        return {body.party}, {"subject": body.subject, "by": body.by}
    return (), {}


def _of_agreement(
    memory: Memory, owner: str, body: Stepped | Deviated
) -> tuple[Iterable[str], dict[str, Any]]:
    """Who hears that a party stepped down: all members; of what was not done in time: this desk."""
    if isinstance(body, Deviated):
        told = {"code": body.code, "party": body.party, "arrangement": body.arrangement}
        late = {"line": body.subject, "due": format_instant(body.due_us), "about": body.about}
        return {owner}, told | late
    agreed = memory.arrangements.get(body.name)
    members = agreed.member_names if agreed else {body.party}
    which: dict[str, Any] = {"arrangement": body.name, "version": body.version}
    stood = {"party": body.party, "footing": body.footing, "because": body.because, "by": body.by}
    return members, which | stood


def _of_alarm(memory: Memory, owner: str, body: Alarm) -> tuple[Iterable[str], dict[str, Any]]:
    """One of a line or of the record is this desk's alone; others are for who has agreed to it."""
    if body.subject == changed_record.SUBJECT:
        return {owner}, {"code": body.code, "says": changed_record.SAYS}
    if body.subject.startswith(_LINE):
        return {owner}, {"code": body.code, "line": body.subject}
    arrangement = memory.arrangements.get(body.arrangement)
    others = others_in(arrangement, body.party) if arrangement else ()
    told = {"code": body.code, "party": body.party, "arrangement": body.arrangement}
    return {body.party, *others}, told


def _owner(memory: Memory, subject: str) -> set[str]:
    """The party of a declaration, and the desk of a secretariat that it came through."""
    case = memory.cases.get(subject)
    if case is None:
        return set()
    desk = {""} if case.latest.through == SECRETARIAT else set[str]()
    return {case.party} | desk


def _reader(memory: Memory, body: Shown) -> set[str]:
    owner = _owner(memory, body.subject)
    return owner if body.to in owner else {body.to}
