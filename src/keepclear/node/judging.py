"""The verdict on a version that stands: all that the node knew, and what differs from the agreed.

A deviation is a computed difference and no finding of fault; :data:`DEVIATIONS` has them all. Nothing
that is agreed is ever held against a humanitarian notification, nor against anybody who meets one.
Left to others: finding crossings and claims, and who may see what of the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from keepclear.detect.crossing import Crossing, CrossingKind
from keepclear.detect.regions import Takes
from keepclear.disclose.levels import arrangement_of, is_humanitarian
from keepclear.domain.arrangement import Arrangement
from keepclear.domain.consent import starts_us
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.priority import First, first_of
from keepclear.node.about import About
from keepclear.node.bounds import Bounds
from keepclear.node.memory import Memory
from keepclear.node.standing import Met, maker
from keepclear.node.unseen import not_seen
from keepclear.wire.entries import ClaimForm, CrossingForm, DeviationForm, Verdict

__all__ = ["DEVIATIONS", "arrangements_of", "goes_first", "verdict_on"]

DEVIATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "notice.late": "It was declared later before it begins than was agreed.",
        "on-behalf.not-agreed": "It is for somebody for whom its party was not to declare.",
        "line.beyond": "Some of it lies beyond the dividing line, on another party's side.",
        "theatre.partly": "Some of it lies outside the theatre.",
        "theatre.outside": "None of it lies in the theatre, so nothing else is held against it.",
        "separation.closer": "It comes closer to another than the minima that were agreed.",
        "priority.yields": "It crosses one of higher priority, which goes first.",
        "priority.equal": "It crosses one of equal priority, which was not agreed to be allowed.",
    }
)
"""Every code of a deviation, and what it says."""
_LINE_KINDS: Final = frozenset(Kind) - {Kind.SITE}
"""What a party keeps to its side of a line; a site stands where it stands."""


def verdict_on(
    memory: Memory,
    about: About,
    found: Iterable[Met],
    compared: int,
    claims: Iterable[ClaimForm] = (),
) -> Verdict:
    """Everything that the node knows of a version when it begins to stand.

    Args:
        memory: What is known.
        about: The version.
        found: Its crossings.
        compared: Number of declarations that it was compared with.
        claims: Areas of activity that it overlaps, where it is one.
    """
    party, met = about.declaration.party, tuple(found)
    deviations: list[DeviationForm] = []
    missing: dict[str, None] = {}
    if not is_humanitarian(memory.arrangements.values(), party):
        takes = Takes(about.declaration)
        for one in memory.arrangements.values():
            if _is_in(one, party):
                deviations += _deviations(memory, one, about, takes, met, missing)
    missing |= dict.fromkeys(not_seen(memory, about.declaration))
    return Verdict(
        subject=about.subject,
        at_us=about.at_us,
        version=about.version,
        compared=compared,
        arrangements=arrangements_of(memory, party),
        crossings=[_form(one) for one in met],
        deviations=deviations,
        not_computed=list(missing),
        claims=list(claims) or None,
    )


def arrangements_of(memory: Memory, party: str) -> list[str]:
    """Name and version of the arrangements that a party is named in."""
    mine = (one for one in memory.arrangements.values() if _is_in(one, party))
    return [f"{one.name} {one.version}" for one in mine]


def goes_first(memory: Memory, own: Declaration, other: Declaration) -> First | None:
    """Which of two that cross goes first; nothing where their parties agreed on no such thing."""
    arrangements = memory.arrangements.values()
    agreed = arrangement_of(arrangements, own.party, other.party)
    if agreed is None or any(is_humanitarian(arrangements, one.party) for one in (own, other)):
        return None
    return first_of(own, other, equal_may_cross=agreed.equal_priority_may_cross)


def _is_in(arrangement: Arrangement, party: str) -> bool:
    return party in arrangement.notified or party in arrangement.member_names


def _deviations(
    memory: Memory,
    agreed: Arrangement,
    about: About,
    takes: Takes,
    found: Iterable[Met],
    missing: dict[str, None],
) -> list[DeviationForm]:
    if agreed.name not in memory.bounds:
        memory.bounds[agreed.name] = Bounds(agreed, maker())
    bounds = memory.bounds[agreed.name]
    place = _on_theatre(bounds, agreed, takes, missing)
    if any(one.code == "theatre.outside" for one in place):
        return place
    return [
        *place,
        *_on_time(agreed, about),
        *_on_line(bounds, agreed, about.declaration, takes, missing),
        *_on_others(memory, agreed, about.declaration, found),
    ]


def _on_theatre(
    bounds: Bounds, agreed: Arrangement, takes: Takes, missing: dict[str, None]
) -> list[DeviationForm]:
    lies = bounds.lies(takes)
    if isinstance(lies, str):
        missing[lies] = None
    if lies is None or isinstance(lies, str) or lies.outside_m2 is None:
        return []
    code = "theatre.outside" if lies.inside_m2 is None else "theatre.partly"
    return [DeviationForm(code=code, arrangement=agreed.name, area_m2=lies.outside_m2)]


def _on_line(
    bounds: Bounds, agreed: Arrangement, said: Declaration, takes: Takes, missing: dict[str, None]
) -> list[DeviationForm]:
    if said.kind not in _LINE_KINDS:
        return []
    lies = bounds.beyond(said.party, takes)
    if isinstance(lies, str):
        missing[lies] = None
    if lies is None or isinstance(lies, str) or lies[0] is None:
        return []
    return [
        DeviationForm(code="line.beyond", arrangement=agreed.name, area_m2=lies[0], side=lies[1])
    ]


def _on_time(agreed: Arrangement, about: About) -> Iterable[DeviationForm]:
    said = about.declaration
    notice_us, begins_us = agreed.notice_us.get(said.kind), starts_us(said)
    stood_us = about.at_us if about.stood_us is None else about.stood_us
    if notice_us is not None and begins_us is not None and begins_us - stood_us < notice_us:
        yield DeviationForm(
            code="notice.late",
            arrangement=agreed.name,
            agreed_us=notice_us,
            found_us=begins_us - stood_us,
        )
    member = next(one for one in agreed.members if one.name == said.party)
    if said.on_behalf_of and said.on_behalf_of not in member.on_behalf_of:
        yield DeviationForm(code="on-behalf.not-agreed", arrangement=agreed.name)


def _on_others(
    memory: Memory, agreed: Arrangement, own: Declaration, found: Iterable[Met]
) -> Iterable[DeviationForm]:
    """Minima and priorities, each once for each other declaration."""
    told: dict[tuple[str, str, str], None] = {}
    for met in found:
        side = met.other
        if arrangement_of([agreed], own.party, side.party) is None:
            continue
        if is_humanitarian(memory.arrangements.values(), side.party):
            continue
        if met.crossing.kind is CrossingKind.SEPARATION:
            told["separation.closer", side.party, side.id] = None
            continue
        first = goes_first(memory, own, met.case.latest.declaration)
        if first is not None and first in _YIELDS:
            told[_YIELDS[first], side.party, side.id] = None
    for code, party, name in told:
        yield DeviationForm(code=code, arrangement=agreed.name, party=party, id=name)


_YIELDS: Final = MappingProxyType({First.OTHER: "priority.yields", First.NEITHER: "priority.equal"})


def _form(met: Met) -> CrossingForm:
    found: Crossing = met.crossing
    low, high = found.altitude_w84_m
    return CrossingForm(
        party=met.other.party,
        id=met.other.id,
        version=met.case.latest.number,
        kind=found.kind.value,
        certain=bool(found.certain),
        why_possible=list(found.why_possible),
        minima=(met.minima.horizontal_m, met.minima.vertical_m, met.minima.time_us),
        time_start_us=_whole(found.time_start_us),
        time_end_us=_whole(found.time_end_us),
        altitude_w84_m=(_number(low), _number(high)),
        horizontal_m=float(found.horizontal_m),
        vertical_m=float(found.vertical_m),
        time_s=float(found.time_s),
        area_m2=_number(found.area_m2),
        area=found.area,
    )


def _whole(value: int | None) -> int | None:
    return None if value is None else int(value)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value) + 0.0
