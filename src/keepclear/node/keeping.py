"""The use case *keep*: what is due by the table of :mod:`keepclear.domain.keeping`, and erasing it.

Everything that is due about one declaration is erased in one write, with the entry that says which
entries those were and by which time of keeping. Answers that were kept for being asked again go with
it. Whoever runs a node calls this once a day or so; nothing is lost when it is late.

What it does not reach: backups and copies, notices that wait to be sent, and what others were given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from keepclear.detect.index import batched
from keepclear.disclose.crossing_only import extent
from keepclear.disclose.levels import arrangement_of
from keepclear.domain.arrangement import Retention
from keepclear.domain.declaration import Kind
from keepclear.domain.keeping import (
    REPLIES_US,
    Keeping,
    Lifetime,
    Whose,
    due_us,
    is_frozen,
    keeping_of,
)
from keepclear.domain.life import LIVES
from keepclear.domain.window import Window
from keepclear.node.home import SECRETARIAT
from keepclear.node.ledger import Node, opening_of
from keepclear.node.memory import Case, Memory
from keepclear.store.base import ERASED, Entry
from keepclear.wire.entries import Erased, Shown, decode_body

__all__ = ["Due", "due", "erase_due", "lifetime"]

_BATCH: Final = 100
"""Declarations that are erased in one write."""
_OVER_BY_TIME: Final = frozenset({Kind.OPERATION, Kind.RESTRICTION, Kind.AREA})
"""Over when their last window is; sites and movements stay until they are taken off."""


class _Frozen(NamedTuple):
    """What incidents name."""

    named: frozenset[str]
    spans: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """What may be erased about one declaration."""

    subject: str
    why: Keeping
    over_us: int
    kept_us: int
    numbers: tuple[int, ...]


def due(node: Node) -> list[Due]:
    """Everything that may be erased now, by subject.

    Raises:
        StoreError: it cannot be read now.
    """
    memory, now_us = node.fresh().memory, node.now_us()
    waiting = sorted(_perhaps_due(memory, node.around.owner, now_us))
    reported = [one.reported for one in memory.incidents.values()]
    frozen = _Frozen(
        frozenset(name for one in reported for name in one.subjects),
        tuple(Window(*one.span_us) for one in reported if one.span_us is not None),
    )
    return [one for subject in waiting for one in _due_of(node, subject, now_us, frozen)]


def erase_due(node: Node, *, by: str = "desk", most: int | None = None) -> list[Due]:
    """Erase what is due, until nothing is; what that was.

    Args:
        node: Where it is kept.
        by: Who asked for it.
        most: At most so many declarations, where others wait meanwhile; call it again for the rest.

    Raises:
        StoreError: nobody can know whether the last of it is erased; call it again.
    """
    done: list[Due] = []
    while found := due(node):  # what was told of one that goes may go after it
        for some in batched(found[:most], _BATCH):
            at_us = node.now_us()
            bodies = [_erased(one, by, at_us) for one in some]
            node.save(bodies, replies_before_us=at_us - REPLIES_US)
        done += found[:most]
        if most is not None:
            break
    return done


def _erased(one: Due, by: str, at_us: int) -> Erased:
    return Erased(
        subject=one.subject,
        at_us=at_us,
        by=by,
        why=one.why.value,
        over_us=one.over_us,
        kept_us=one.kept_us,
        numbers=list(one.numbers),
    )


def _perhaps_due(memory: Memory, owner: str, now_us: int) -> Iterator[str]:
    """What may be due by what is remembered: its history is read only then."""
    kept: dict[str, int] = {}
    for subject, case in memory.cases.items():
        party = case.party
        if party not in kept:
            kept[party] = _least_kept_us(memory, party, owner)
        if case.latest.at_us + kept[party] > now_us:
            continue
        over_us = _over_us(case, case.latest.at_us)
        if over_us is not None and over_us + kept[party] <= now_us:
            yield subject
    for subject, gone in memory.gone.items():
        if subject not in memory.cases and gone.over_us <= now_us:
            yield subject


def _least_kept_us(memory: Memory, party: str, owner: str) -> int:
    """How long the first entry that goes is kept, at least."""
    whose = _whose(party, owner)
    life = Lifetime(0, 0, 0)
    retention = _retention(memory, party, owner, whose)
    return due_us(keeping_of("declared", whose), life, retention) or 0


def _over_us(case: Case, last_us: int) -> int | None:
    """Since when it is over: its last entry, where nothing can follow; else its last window's end."""
    if not LIVES[case.kind].get(case.stage):
        return last_us
    if case.kind not in _OVER_BY_TIME:
        return None
    ends = [extent(part).end_us for part in case.latest.declaration.parts]
    return None if None in ends else max(end for end in ends if end is not None)


def _due_of(node: Node, subject: str, now_us: int, frozen: _Frozen) -> Iterator[Due]:
    """What is due of one declaration: what was declared, then what was found and shown of it."""
    memory, owner, party = node.memory, node.around.owner, subject.partition("/")[0]
    history = [entry for entry in node.store.history(subject) if entry.data]
    life = lifetime(memory, subject, history)
    if life is None or is_frozen(subject, life, frozen.named, frozen.spans):
        return
    whose = _whose(party, owner)
    retention = _retention(memory, party, owner, whose)
    for keeping in (Keeping.OPERATIONS, Keeping.EVIDENCE):
        at_us = due_us(keeping, life, retention)
        numbers = tuple(
            entry.number
            for entry in history
            if keeping_of(entry.kind, whose) is keeping and not _still_tells(memory, entry)
        )
        if numbers and at_us is not None and at_us <= now_us:
            assert life.over_us is not None
            yield Due(subject, keeping, life.over_us, at_us - life.over_us, numbers)


def _still_tells(memory: Memory, entry: Entry) -> bool:
    """Whether it says who was told of another declaration, which must hear of it while that is here."""
    if entry.kind != "shown":
        return False
    body = decode_body(opening_of(entry).body)
    assert isinstance(body, Shown)
    told_of = {memory.cases.marked(mark) for mark in body.of} - {entry.subject}
    return any(subject in memory.cases for subject in told_of)


def lifetime(memory: Memory, subject: str, history: Sequence[Entry]) -> Lifetime | None:
    """From when to when it was in force or spoken of; nothing, where no entry is left to erase."""
    spoken = [entry.at_us for entry in history if entry.kind != ERASED]
    if not spoken:
        return None
    first_us, last_us = min(spoken), max(spoken)
    case = memory.cases.get(subject)
    if case is None:
        return Lifetime(first_us, memory.gone[subject].over_us, last_us)
    starts = [
        extent(part).start_us for version in case.versions for part in version.declaration.parts
    ]
    early_us = min(0 if start is None else start for start in starts)
    return Lifetime(min(first_us, early_us), _over_us(case, last_us), last_us)


def _whose(party: str, owner: str) -> Whose:
    if owner == SECRETARIAT:
        return Whose.MANY
    return Whose.OWN if party == owner else Whose.ANOTHERS


def _retention(memory: Memory, party: str, owner: str, whose: Whose) -> Retention:
    """What was agreed: for operations between the two, for evidence the longest that it agreed on."""
    known = memory.arrangements.values()
    between = arrangement_of(known, party, owner) if whose is Whose.ANOTHERS else None
    mine = [one.retention for one in known if party in one.named]
    evidence_us = max((one.evidence_us for one in mine), default=Retention().evidence_us)
    operations = Retention() if between is None else between.retention
    return Retention(operations.operations_us, evidence_us)
