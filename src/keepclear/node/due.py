"""What time brings: consents that begin, and sites whose confirmation ends.

A notification is looked at when something of it has changed, and when an instant has come that was
awaited for it; nothing else is. What is found is worked out from what was told and kept before, so
that nothing is told twice, and what did not come about is made up for. Left to others: calling
:func:`due` at the instant that it returns, and after each change.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import islice
from typing import Final

from keepclear.detect.index import batched
from keepclear.disclose.levels import is_humanitarian
from keepclear.domain.declaration import Kind
from keepclear.domain.expiry import CONFIRMED_FOR_US, expires_us
from keepclear.domain.life import STANDING, Act, Stage, next_stage
from keepclear.node.about import About, subject_of
from keepclear.node.hearing import heard, named
from keepclear.node.ledger import Node
from keepclear.node.memory import Case, Memory
from keepclear.node.telling import notify, outgoing_of, unconfirmed_notices
from keepclear.wire.entries import Body, Expired, Shown

__all__ = ["confirm_by_us", "due"]

_BATCH: Final = 100
"""Notifications that are told in one write."""


def due(node: Node, *, writes: int | None = None) -> int | None:
    """Do what time has brought: tell what is released by now, and say what has expired.

    Args:
        node: Where it is kept.
        writes: At most so many, where others wait meanwhile; the rest is left to the next call.

    Returns:
        When to call again, if nothing changes until then; nothing where no instant is awaited.

    Raises:
        StoreError: some of it may not be kept; call again.
    """
    memory, now_us = node.fresh().memory, node.now_us()
    memory.changed |= _ready(memory, now_us)
    for batch in islice(batched(sorted(memory.changed), _BATCH), writes):
        bodies: list[Body] = []
        told: list[Shown] = []
        for case in (memory.cases[subject] for subject in batch):
            if case.stage in STANDING:
                told += _owed(node, case, now_us)
                bodies += (expired := _expired(memory, case, now_us))
                for one in expired:
                    told += unconfirmed_notices(memory, case, one.since_us, now_us)
        if bodies or told:
            node.save([*bodies, *told], outgoing=outgoing_of(told))
        for subject in batch:
            _await(memory, subject, now_us)
    return now_us if memory.changed else _next_us(memory)


def confirm_by_us(memory: Memory, case: Case) -> int | None:
    """When a site that stands will be unconfirmed; nothing for all else.

    Of what came over a line its party's own node says so, which knows when it was confirmed.
    """
    if case.kind is not Kind.SITE or case.stage is not Stage.ACTIVE or case.came:
        return None
    said = case.latest.declaration
    lasts = [
        one.confirmed_for_us for one in memory.arrangements.values() if said.party in one.named
    ]
    return expires_us(
        said,
        declared_us=case.latest.at_us,
        confirmed_us=case.confirmed_us,
        lasts_us=min(lasts, default=CONFIRMED_FOR_US),
    )


def _expired(memory: Memory, case: Case, now_us: int) -> list[Expired]:
    since_us = confirm_by_us(memory, case)
    if since_us is None or since_us > now_us:
        return []
    assert next_stage(case.kind, case.stage, Act.EXPIRE) is Stage.EXPIRED
    subject = subject_of(case.latest.declaration)
    return [Expired(subject=subject, at_us=now_us, version=case.latest.number, since_us=since_us)]


def _owed(node: Node, case: Case, now_us: int) -> list[Shown]:
    said, memory = case.latest.declaration, node.memory
    latest = case.latest
    about = About(
        said, latest.number, case.mark, now_us, case.stood_us, latest.because, latest.split_from
    )
    if not notify(memory, about, ()):
        return []
    silent = is_humanitarian(memory.arrangements.values(), node.around.owner)
    return notify(memory, about, () if silent else node.standing.ask(said))


def _await(memory: Memory, subject: str, now_us: int) -> None:
    """When this one is to be looked at again."""
    memory.changed.discard(subject)
    memory.waits.pop(subject, None)
    case = memory.cases[subject]
    if case.stage not in STANDING:
        return
    said = case.latest.declaration
    instants = [heard(memory, said, reader, now_us).release_us for reader in named(memory, said)]
    awaited = [one for one in (*instants, confirm_by_us(memory, case)) if one is not None]
    if awaited:
        memory.waits[subject] = min(awaited)
        heappush(memory.agenda, (memory.waits[subject], subject))


def _ready(memory: Memory, now_us: int) -> set[str]:
    """That of which an instant has come."""
    ready: set[str] = set()
    while memory.agenda and memory.agenda[0][0] <= now_us:
        at_us, subject = heappop(memory.agenda)
        if memory.waits.get(subject) == at_us:
            ready.add(subject)
    return ready


def _next_us(memory: Memory) -> int | None:
    """The next instant that is still awaited; what was awaited no more is forgotten on the way."""
    while memory.agenda and memory.waits.get(memory.agenda[0][1]) != memory.agenda[0][0]:
        heappop(memory.agenda)
    return memory.agenda[0][0] if memory.agenda else None
