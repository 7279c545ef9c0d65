"""What a node makes of the crossings that it found: the verdict it keeps, the answer, and the notices.

The verdict is all that the node knew. The answer and each notice hold what their reader may see, and
are kept word for word. A humanitarian party is answered with a receipt, and is sent no notice at all.
Left to others: finding crossings, deciding what stands, saving.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from keepclear.detect.crossing import Crossing
from keepclear.disclose.crossing_only import extent, shared_part, sides, stay_away
from keepclear.disclose.hearing import Hearing
from keepclear.disclose.levels import Level, desk_of, is_humanitarian, level_of
from keepclear.disclose.released import released_fields
from keepclear.domain.arrangement import Arrangement
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.window import format_instant
from keepclear.node.hearing import heard
from keepclear.node.memory import Case, Memory
from keepclear.node.standing import Met
from keepclear.wire.entries import CrossingForm, DeviationForm, Shown, Verdict

__all__ = [
    "RECEIPT_SAYS",
    "About",
    "answer_on",
    "arrangements_of",
    "gone_notices",
    "hearers",
    "subject_of",
    "tell",
    "text_of",
    "verdict_on",
    "view_of",
    "views_for",
]

RECEIPT_SAYS: Final = (
    "Received. This is no permission, no agreement and no assurance, and nothing depends on it."
)
ANSWER_SAYS: Final = (
    "Only what was agreed with you is told. Parties without an arrangement with you, and parties that "
    "declare nothing, are not seen."
)
UNTOLD_SAYS: Final = (
    "There is a new version. What is agreed now does not let it be told what it crosses; do not "
    "take it for gone."
)
_NOT_COMPUTED: Final = "whether the dividing line is kept"
_THEATRE: Final = "whether it lies in the theatre: the arrangement is taken to hold everywhere"
_PRIORITY: Final = "priorities"


@dataclass(frozen=True, slots=True)
class About:
    """The version that a verdict is on."""

    declaration: Declaration
    version: int
    mark: str
    at_us: int
    """When it is judged."""
    stood_us: int | None = None
    """When it began to stand, where that was earlier: by that its notice is measured."""
    because: str | None = None
    """Why there is a new version, where its party did not write one."""

    @property
    def subject(self) -> str:
        """What its entries are about."""
        return subject_of(self.declaration)


def subject_of(declaration: Declaration) -> str:
    """Party and id, as entries name a declaration."""
    return f"{declaration.party}/{declaration.id}"


def verdict_on(memory: Memory, about: About, found: Iterable[Met], compared: int) -> Verdict:
    """Everything that the node knows of a version when it begins to stand.

    Args:
        memory: What is known.
        about: The version.
        found: Its crossings.
        compared: Number of declarations that it was compared with.
    """
    party = about.declaration.party
    humanitarian = is_humanitarian(memory.arrangements.values(), party)
    mine = [one for one in memory.arrangements.values() if _is_in(one, party)]
    deviations: list[DeviationForm] = []
    missing: dict[str, None] = {}
    for one in mine:
        if humanitarian:
            continue
        deviations += _deviations(one, about)
        if one.dividing_line is not None:
            missing[_NOT_COMPUTED] = None
        if one.theatre is not None:
            missing[_THEATRE] = None
        missing[_PRIORITY] = None
    return Verdict(
        subject=about.subject,
        at_us=about.at_us,
        version=about.version,
        compared=compared,
        arrangements=arrangements_of(memory, party),
        crossings=[_form(memory, about.declaration, met) for met in found],
        deviations=deviations,
        not_computed=list(missing),
    )


def arrangements_of(memory: Memory, party: str) -> list[str]:
    """Name and version of the arrangements that a party is named in."""
    mine = (one for one in memory.arrangements.values() if _is_in(one, party))
    return [f"{one.name} {one.version}" for one in mine]


def tell(memory: Memory, about: About, found: tuple[Met, ...], verdict: Verdict) -> list[Shown]:
    """The answer to the party that declared, and the notices to others whose plans it crosses.

    Others that were told of an earlier version hear of this one, too, where it no longer concerns them.
    Recipients by consent are told elsewhere, and who is held back is told nothing.
    """
    told = [answer_on(memory, about, found, verdict)]
    arrangements = memory.arrangements.values()
    case = memory.cases.get(about.subject)
    readers = set(case.told if case else ())
    readers |= {_other(met, about.declaration).party for met in found}
    for reader in sorted(readers - {about.declaration.party}):
        if is_humanitarian(arrangements, reader):
            continue
        if heard(memory, about.declaration, reader, about.at_us).hearing is not Hearing.UNSAID:
            continue
        told += _notice(memory, about, found, reader, known=bool(case and reader in case.told))
    return told


def gone_notices(memory: Memory, case: Case, at_us: int) -> list[Shown]:
    """What those are told who were shown something of a declaration that stands no longer."""
    said = case.latest.declaration
    text = text_of(
        {
            "notice": "gone/1",
            "ref": case.mark,
            "party": said.party,
            "desk": desk_of(memory.arrangements.values(), said.party),
            "at": format_instant(at_us),
        }
    )
    subject = subject_of(said)
    return [
        Shown(subject=subject, at_us=at_us, to=reader, how="notice", of=[subject], text=text)
        for reader in hearers(memory, case, at_us)
    ]


def hearers(memory: Memory, case: Case, at_us: int) -> list[str]:
    """Who was shown something of a declaration, and is told what becomes of it."""
    said = case.latest.declaration
    return [
        reader
        for reader in sorted(case.told - {said.party})
        if not is_humanitarian(memory.arrangements.values(), reader)
        and heard(memory, said, reader, at_us).hearing is not Hearing.HELD
    ]


def answer_on(
    memory: Memory, about: About, found: tuple[Met, ...], verdict: Verdict, *, how: str = "answer"
) -> Shown:
    """What the party of a version may know of the verdict on it; a receipt, where it is humanitarian.

    Args:
        memory: What is known.
        about: The version.
        found: Its crossings.
        verdict: The verdict on it.
        how: ``notice``, where nobody asked.
    """
    own = about.declaration
    head: dict[str, Any] = {
        "about": {"party": own.party, "id": own.id, "version": about.version},
        "at": format_instant(about.at_us),
    }
    if is_humanitarian(memory.arrangements.values(), own.party):
        text, of = {"notice": "receipt/1", **head, "says": RECEIPT_SAYS}, []
    else:
        seen = [(met, view_of(memory, met, viewer=own, at_us=about.at_us)) for met in found]
        shown = [(met, view) for met, view in seen if view is not None]
        deviations = [
            {"code": one.code, "arrangement": one.arrangement} for one in verdict.deviations
        ]
        text = {
            "notice": "answer/1",
            **head,
            "crossings": [view for _, view in shown],
            "deviations": deviations,
            "not_computed": verdict.not_computed,
            "says": ANSWER_SAYS,
        }
        of = [_subject(_other(met, own)) for met, _ in shown]
    return Shown(
        subject=about.subject,
        at_us=about.at_us,
        to=own.party,
        how=how,
        of=list(dict.fromkeys(of)),
        text=text_of(text),
    )


def _notice(
    memory: Memory, about: About, found: tuple[Met, ...], reader: str, *, known: bool
) -> list[Shown]:
    views = views_for(memory, about, found, reader)
    shown = [view for view in views if view is not None]
    if not shown and not known:
        return []
    text: dict[str, Any] = {
        "notice": "crossing/1",
        "ref": about.mark,
        "party": about.declaration.party,
        "at": format_instant(about.at_us),
    }
    if None in views:  # an empty list would say that it crosses no longer
        text = {**text, "notice": "untold/1", "says": UNTOLD_SAYS}
    else:
        text["crossings"] = shown
    return [
        Shown(
            subject=about.subject,
            at_us=about.at_us,
            to=reader,
            how="notice",
            of=[about.subject],
            text=text_of(text),
        )
    ]


def views_for(
    memory: Memory, about: About, found: Iterable[Met], reader: str
) -> list[dict[str, Any] | None]:
    """The crossings of a version with a reader's own declarations, as that reader may see them."""
    views = []
    for met in found:
        side = _other(met, about.declaration)
        if side.party == reader:
            theirs = memory.cases[_subject(side)].latest.declaration
            views.append(view_of(memory, met, viewer=theirs, at_us=about.at_us, other=about))
    return views


def view_of(
    memory: Memory, met: Met, *, viewer: Declaration, at_us: int, other: About | None = None
) -> dict[str, Any] | None:
    """One crossing as the party of ``viewer`` may see it; nothing, where it may see nothing."""
    _, side = sides(met.crossing, viewer)
    arrangements = memory.arrangements.values()
    case = memory.cases.get(_subject(side))
    if other is None:
        assert case is not None
        said, mark, version = case.latest.declaration, case.mark, case.latest.number
    else:
        said, mark, version = other.declaration, other.mark, other.version
    level = level_of(arrangements, viewer=viewer.party, owner=side.party, kind=side.kind)
    may = heard(memory, said, viewer.party, at_us)
    if may.hearing is Hearing.RELEASED and level in {Level.NOTHING, Level.CROSSING}:
        level = Level.STAY_AWAY if said.kind is Kind.SITE else Level.CROSSING
    if level is Level.NOTHING or may.hearing is Hearing.HELD:
        return None
    desk = desk_of(arrangements, side.party)
    if level is Level.STAY_AWAY:
        view = stay_away(met.crossing, viewer, said, mark=mark, desk=desk)
    else:
        view = shared_part(met.crossing, viewer, mark=mark, desk=desk, minima=met.minima)
    if level is Level.OPEN:
        view |= {"level": "open", "id": said.id, "version": version, "declaration": _plan(said)}
    elif may.hearing is Hearing.RELEASED:
        view |= {"version": version, "released": released_fields(said, may.fields)}
    if case is not None and case.unconfirmed_us is not None and version == case.latest.number:
        view["unconfirmed_since"] = format_instant(case.unconfirmed_us)
    return view


def _plan(said: Declaration) -> Any:
    from keepclear.wire.declaration import encode  # noqa: PLC0415 - one use

    return json.loads(encode(said))


def _other(met: Met, own: Declaration) -> Any:
    return sides(met.crossing, own)[1]


def _subject(side: Any) -> str:
    return f"{side.party}/{side.id}"


def _is_in(arrangement: Arrangement, party: str) -> bool:
    return party in arrangement.notified or any(m.name == party for m in arrangement.members)


def _deviations(arrangement: Arrangement, about: About) -> Iterable[DeviationForm]:
    declaration = about.declaration
    notice_us = arrangement.notice_us.get(declaration.kind)
    starts = [extent(part).start_us for part in declaration.parts]
    begins_us = None if None in starts else min(start for start in starts if start is not None)
    stood_us = about.at_us if about.stood_us is None else about.stood_us
    if notice_us is not None and begins_us is not None and begins_us - stood_us < notice_us:
        yield DeviationForm(
            code="notice.late",
            arrangement=arrangement.name,
            agreed_us=notice_us,
            found_us=begins_us - stood_us,
        )
    member = next(m for m in arrangement.members if m.name == declaration.party)
    if declaration.on_behalf_of and declaration.on_behalf_of not in member.on_behalf_of:
        yield DeviationForm(code="on-behalf.not-agreed", arrangement=arrangement.name)


def _form(memory: Memory, own: Declaration, met: Met) -> CrossingForm:
    found: Crossing = met.crossing
    _, side = sides(found, own)
    low, high = found.altitude_w84_m
    return CrossingForm(
        party=side.party,
        id=side.id,
        version=memory.cases[_subject(side)].latest.number,
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
        area=None if found.area is None else json.loads(json.dumps(found.area)),
    )


def _whole(value: int | None) -> int | None:
    return None if value is None else int(value)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value) + 0.0


def text_of(value: dict[str, Any]) -> str:
    """What is shown, as the bytes that are kept and sent."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
