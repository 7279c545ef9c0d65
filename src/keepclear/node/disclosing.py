"""Whole plans to parties with a line, where what was agreed leaves them open: each version once.

What is told by consent is told elsewhere (:mod:`keepclear.node.telling`). Only this desk's own party's
plans go out: what came over a line from somebody is nobody else's to have. Left to others: sending, and
what a plan is called in a message (:mod:`keepclear.node.notices`).
"""

from __future__ import annotations

import json
from typing import Any

from keepclear.disclose.levels import Level, level_of
from keepclear.disclose.released import plan_of, times_of
from keepclear.domain.window import format_instant
from keepclear.link.pinning import Pinned
from keepclear.node.about import About, subject_of
from keepclear.node.memory import Case, Memory
from keepclear.node.wording import text_of
from keepclear.wire.declaration import encode
from keepclear.wire.entries import Shown

__all__ = ["lines_of", "owed_plans", "plans_of"]


def lines_of(memory: Memory) -> list[str]:
    """Parties whose words were compared."""
    return [
        party
        for party, peer in sorted(memory.peers.items())
        if peer.pinned is Pinned.COMPARED and party != memory.owner
    ]


def plans_of(memory: Memory, about: About) -> list[Shown]:
    """A version that stands, for each party with a line to which it is open."""
    said = about.declaration
    if said.party != memory.owner:
        return []
    case, arrangements = memory.cases.get(about.subject), memory.arrangements.values()
    told = []
    for reader in lines_of(memory):
        level = level_of(arrangements, viewer=reader, owner=said.party, kind=said.kind)
        before = case.disclosed.get(reader) if case else None
        if level is Level.OPEN and before != about.version:
            told.append(_plan(memory, about, reader, case, before))
    return told


def owed_plans(memory: Memory, at_us: int) -> list[Shown]:
    """The same for all that stands already: after a new arrangement, or a line that is new."""
    told = []
    for subject in memory.of_party.get(memory.owner, ()):
        case = memory.cases.get(subject)
        if case is not None and case.stands:
            told += plans_of(memory, _as_it_stands(case, at_us))
    return told


def _as_it_stands(case: Case, at_us: int) -> About:
    latest = case.latest
    return About(
        latest.declaration, latest.number, case.mark, at_us, case.stood_us, latest.because,
        latest.split_from,
    )  # fmt: skip


def _plan(
    memory: Memory, about: About, reader: str, case: Case | None, before: int | None
) -> Shown:
    said = about.declaration
    text: dict[str, Any] = {
        "notice": "plan/1",
        "ref": about.mark,
        "version": about.version,
        "party": said.party,
        "at": format_instant(about.at_us),
        "declaration": json.loads(encode(plan_of(said))),
    }
    if about.because is not None:
        text["because"] = about.because
    whole = memory.cases.get(about.split_from[0]) if about.split_from else None
    if whole is not None and reader in whole.disclosed:
        text["split_from"] = {"ref": whole.mark}
    old = next((one for one in case.versions if one.number == before), None) if case else None
    if old is not None:
        first, last = times_of(old.declaration)
        text["was"] = {"version": before, "time_start": first, "time_end": last}
    return Shown(
        subject=subject_of(said),
        at_us=about.at_us,
        to=reader,
        how="notice",
        of=[about.mark],
        disclosed=about.version,
        text=text_of(text),
    )
