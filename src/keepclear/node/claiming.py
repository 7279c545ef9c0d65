"""Areas of activity that two parties claim: listed to both, and never a crossing.

Areas are few and seldom declared, so each new one is compared with all that stand. What a humanitarian
party declares is never held to be a claim. Left to others: what is kept of it (:mod:`judging`), and
sending.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from keepclear.detect.rules import compare
from keepclear.detect.vertical import Geoid
from keepclear.disclose.levels import Level, desk_of, is_humanitarian, level_of
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.window import format_instant
from keepclear.node.about import About
from keepclear.node.memory import Case, Memory
from keepclear.node.wording import text_of
from keepclear.wire.declaration import encode
from keepclear.wire.entries import ClaimForm, Shown

__all__ = ["CLAIM_SAYS", "claim_views", "claims_on", "tell_claims"]

CLAIM_SAYS = "Claimed by both. An area of activity informs; that two overlap is no crossing."


def claims_on(memory: Memory, said: Declaration, geoid: Geoid) -> list[ClaimForm]:
    """The areas of other parties that one overlaps while both are claimed."""
    arrangements = memory.arrangements.values()
    if said.kind is not Kind.AREA or is_humanitarian(arrangements, said.party):
        return []
    others = [
        case.latest.declaration
        for _, case in memory.cases.of(Kind.AREA)
        if case.stands
        and case.party != said.party
        and not is_humanitarian(arrangements, case.party)
    ]
    found = []
    for claim in compare([said, *others], geoid=geoid).claims:
        own_first = (claim.a.party, claim.a.id) == (said.party, said.id)
        if own_first or (claim.b.party, claim.b.id) == (said.party, said.id):
            other = claim.b if own_first else claim.a
            version = memory.cases[f"{other.party}/{other.id}"].latest.number
            found.append(
                ClaimForm(party=other.party, id=other.id, version=version, area_m2=claim.area_m2)
            )
    return found


def claim_views(
    memory: Memory, viewer: str, claims: Iterable[ClaimForm]
) -> list[tuple[str, dict[str, Any]]]:
    """The overlapping areas that a party may see, by subject, from its own side."""
    views = []
    for one in claims:
        case = memory.cases[f"{one.party}/{one.id}"]
        said = case.latest.declaration
        view = _view(memory, viewer, said, case.mark, case.latest.number, one.area_m2)
        if view is not None:
            views.append((f"{one.party}/{one.id}", view))
    return views


def tell_claims(memory: Memory, about: About, claims: Iterable[ClaimForm]) -> list[Shown]:
    """What other parties are told of an area that overlaps theirs, or does so no longer."""
    said, case = about.declaration, memory.cases.get(about.subject)
    met: dict[str, list[tuple[ClaimForm, Case]]] = {}
    for one in claims:
        met.setdefault(one.party, []).append((one, memory.cases[f"{one.party}/{one.id}"]))
    told = []
    for reader in sorted((met.keys() | set(case.told if case else ())) - {said.party}):
        if is_humanitarian(memory.arrangements.values(), reader):
            continue
        views = [
            {"own": {"id": theirs.latest.declaration.id}, **view}
            for one, theirs in met.get(reader, [])
            if (view := _view(memory, reader, said, about.mark, about.version, one.area_m2))
        ]
        if not views and (case is None or reader not in case.told):
            continue
        text = {
            "notice": "claimed/1",
            "ref": about.mark,
            "party": said.party,
            "at": format_instant(about.at_us),
            "claimed_by_both": views,
            "says": CLAIM_SAYS,
        }
        told.append(
            Shown(
                subject=about.subject,
                at_us=about.at_us,
                to=reader,
                how="notice",
                of=[about.mark],
                text=text_of(text),
            )
        )
    return told


def _view(
    memory: Memory, viewer: str, said: Declaration, mark: str, version: int, area_m2: float | None
) -> dict[str, Any] | None:
    arrangements = memory.arrangements.values()
    level = level_of(arrangements, viewer=viewer, owner=said.party, kind=Kind.AREA)
    if level is Level.NOTHING:
        return None
    view: dict[str, Any] = {
        "ref": mark,
        "party": said.party,
        "desk": desk_of(arrangements, said.party),
        "area_km2": None if area_m2 is None else round(area_m2 / 1e6, 3),
    }
    if level is Level.OPEN:
        view |= {"id": said.id, "version": version, "declaration": json.loads(encode(said))}
    return view
