"""What recipients are told of notified sites and movements, by consent, and what time brings.

Each recipient is told each version once, with its own crossings in it. What is owed is worked out from
what was told before, so that a telling that did not come about is made up for by the next call of
:func:`due`. Left to others: who may hear what (:mod:`hearing`), and every clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from keepclear.detect.index import batched
from keepclear.disclose.hearing import Hearing
from keepclear.disclose.levels import desk_of, is_humanitarian
from keepclear.disclose.released import least_of, released_fields, times_of
from keepclear.domain.life import STANDING
from keepclear.domain.window import format_instant
from keepclear.node.answering import About, subject_of, text_of, views_for
from keepclear.node.hearing import heard, named
from keepclear.node.ledger import Node
from keepclear.node.memory import Case, Memory
from keepclear.node.standing import Met
from keepclear.store.base import Outgoing
from keepclear.wire.entries import Body, Shown

__all__ = ["NOTIFICATION_SAYS", "due", "notify", "outgoing_of"]

NOTIFICATION_SAYS: Final = (
    "Given by its party of its own will. To receive it permits nothing and agrees to nothing. What the "
    "law protects does not depend on it, nor on what it leaves out."
)
_BATCH: Final = 100
"""Notifications that are told in one write."""


def notify(memory: Memory, about: About, found: Iterable[Met]) -> list[Shown]:
    """What each recipient is told of a version that stands, if it was not told of it yet.

    Args:
        memory: What is known.
        about: The version.
        found: Its crossings; each reader sees those with its own declarations.
    """
    said, case = about.declaration, memory.cases.get(about.subject)
    told, met = [], tuple(found)
    for reader in named(memory, said):
        if is_humanitarian(memory.arrangements.values(), reader):
            continue
        may = heard(memory, said, reader, about.at_us)
        before = case.released.get(reader) if case else None
        if may.hearing is Hearing.RELEASED and before != about.version:
            told.append(_notification(memory, about, met, reader, may.fields, before))
    return told


def outgoing_of(shown: Iterable[Shown]) -> list[Outgoing]:
    """What must be sent of what is shown."""
    return [Outgoing(one.to, one.text.encode()) for one in shown if one.how == "notice"]


def due(node: Node) -> int | None:
    """Do what time has brought: tell what is released by now, and say what has expired.

    A service calls it at the instant that it returned last, and after every change.

    Returns:
        When to call again, if nothing changes until then; nothing where no instant is awaited.

    Raises:
        StoreError: some of it may not be kept; call again.
    """
    memory, now = node.fresh().memory, node.now_us()
    ready = {subject for subject, at_us in memory.waits.items() if at_us <= now} | memory.changed
    for batch in batched(sorted(ready), _BATCH):
        bodies: list[Body] = []
        sent: list[Shown] = []
        for subject in batch:
            case = memory.cases[subject]
            if case.stage in STANDING:
                sent += _owed(node, case, now)
        bodies += sent
        if bodies:
            node.save(bodies, outgoing=outgoing_of(sent))
        for subject in batch:
            _wait(memory, subject, now)
    return min(memory.waits.values(), default=None)


def _owed(node: Node, case: Case, now_us: int) -> list[Shown]:
    said = case.latest.declaration
    about = About(said, case.latest.number, case.mark, now_us, case.stood_us)
    memory = node.memory
    if not notify(memory, about, ()):
        return []
    silent = is_humanitarian(memory.arrangements.values(), node.around.owner)
    return notify(memory, about, () if silent else node.standing.ask(said))


def _wait(memory: Memory, subject: str, now_us: int) -> None:
    """When this one is to be looked at again."""
    memory.changed.discard(subject)
    case = memory.cases[subject]
    memory.waits.pop(subject, None)
    if case.stage not in STANDING:
        return
    said = case.latest.declaration
    instants = [heard(memory, said, reader, now_us).release_us for reader in named(memory, said)]
    later = [one for one in instants if one is not None]
    if later:
        memory.waits[subject] = min(later)


def _notification(
    memory: Memory,
    about: About,
    found: tuple[Met, ...],
    reader: str,
    fields: tuple[str, ...],
    before: int | None,
) -> Shown:
    said, subject = about.declaration, subject_of(about.declaration)
    case = memory.cases.get(subject)
    text: dict[str, Any] = {
        "notice": "notification/1",
        "ref": about.mark,
        "version": about.version,
        "party": said.party,
        "desk": desk_of(memory.arrangements.values(), said.party),
        "at": format_instant(about.at_us),
        **least_of(said),
        "released": released_fields(said, fields),
        "crossings": [view for view in views_for(memory, about, found, reader) if view],
        "says": NOTIFICATION_SAYS,
    }
    if about.because is not None:
        text["because"] = about.because
    if before is not None and case is not None:
        first, last = times_of(case.versions[before - 1].declaration)
        text["was"] = {"version": before, "time_start": first, "time_end": last}
    if case is not None and about.version == case.latest.number and case.unconfirmed_us is not None:
        text["unconfirmed_since"] = format_instant(case.unconfirmed_us)
    return Shown(
        subject=subject,
        at_us=about.at_us,
        to=reader,
        how="notice",
        of=[subject],
        released=about.version,
        text=text_of(text),
    )
