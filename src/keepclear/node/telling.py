"""What recipients are told of notified sites and movements, by consent.

Each recipient is told each version once, with its own crossings in it. What is owed is worked out from
what was told before, so that a telling that did not come about is made up for later. Left to others:
who may hear what (:mod:`hearing`), and when to look (:mod:`due`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from keepclear.disclose.hearing import Hearing
from keepclear.disclose.levels import desk_of, is_humanitarian
from keepclear.disclose.released import least_of, released_fields, times_of
from keepclear.domain.window import format_instant
from keepclear.node.about import About, subject_of
from keepclear.node.answering import hearers, views_for
from keepclear.node.hearing import heard, named
from keepclear.node.memory import Case, Memory
from keepclear.node.standing import Met
from keepclear.node.wording import text_of
from keepclear.store.base import Outgoing
from keepclear.wire.entries import Shown

__all__ = ["NOTIFICATION_SAYS", "confirmed_notices", "notify", "outgoing_of", "unconfirmed_notices"]

NOTIFICATION_SAYS: Final = (
    "Given by its party of its own will. To receive it permits nothing and agrees to nothing. What the "
    "law protects does not depend on it, nor on what it leaves out."
)
UNCONFIRMED_SAYS: Final = (
    "Its party has not confirmed it in time. It stands as before, and so does the distance to keep "
    "from it; what the law protects does not depend on this."
)


def notify(memory: Memory, about: About, found: Iterable[Met]) -> list[Shown]:
    """What each recipient is told of a version that stands, if it was not told of it yet.

    Args:
        memory: What is known.
        about: The version.
        found: Its crossings; each reader sees those with its own declarations.
    """
    said, told = about.declaration, list[Shown]()
    readers = named(memory, said)
    if not readers:
        return told
    case, met = memory.cases.get(about.subject), tuple(found)
    for reader in readers:
        if is_humanitarian(memory.arrangements.values(), reader):
            continue
        may = heard(memory, said, reader, about.at_us)
        before = case.released.get(reader) if case else None
        if may.hearing is Hearing.RELEASED and before != about.version:
            told.append(_notification(memory, about, met, reader, may.fields, before))
    return told


def unconfirmed_notices(memory: Memory, case: Case, since_us: int, at_us: int) -> list[Shown]:
    """What those are told who know of a site that has expired; its own party first."""
    own = case.party
    text = {
        "notice": "unconfirmed/1",
        "unconfirmed_since": format_instant(since_us),
        "says": UNCONFIRMED_SAYS,
    }
    return _on_confirmation(memory, case, (own, *hearers(memory, case, at_us)), text, at_us)


def confirmed_notices(memory: Memory, case: Case, at_us: int) -> list[Shown]:
    """What those are told who know of a site that is confirmed again."""
    text = {"notice": "confirmed/1"}
    return _on_confirmation(memory, case, hearers(memory, case, at_us), text, at_us)


def _on_confirmation(
    memory: Memory, case: Case, readers: Iterable[str], said: dict[str, Any], at_us: int
) -> list[Shown]:
    own = case.latest.declaration
    subject = subject_of(own)
    told = []
    for reader in readers:
        mine = {"about": {"party": own.party, "id": own.id, "version": case.latest.number}}
        desk = desk_of(memory.arrangements.values(), own.party)
        others = {"ref": case.mark, "party": own.party, "desk": desk}
        head = mine if reader == own.party else others
        text = text_of({**head, **said, "at": format_instant(at_us)})
        of = [] if reader == own.party else [case.mark]
        told.append(Shown(subject=subject, at_us=at_us, to=reader, how="notice", of=of, text=text))
    return told


def outgoing_of(shown: Iterable[Shown]) -> list[Outgoing]:
    """What must be sent of what is shown."""
    return [Outgoing(one.to, one.text.encode()) for one in shown if one.how == "notice"]


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
    whole = memory.cases.get(about.split_from[0]) if about.split_from else None
    if whole is not None and reader in whole.released:
        text["split_from"] = {"ref": whole.mark}
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
        of=[about.mark],
        released=about.version,
        text=text_of(text),
    )
