"""What a node tells of the crossings that it found: the answer to who declared, and the notices.

Each holds what its reader may see, and is kept word for word. A humanitarian party is answered with a
receipt, and is sent no notice of a crossing at all. Left to others: the verdict (:mod:`judging`), what
is told by consent (:mod:`telling`), saving.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from keepclear.disclose.crossing_only import shared_part, stay_away
from keepclear.disclose.hearing import Heard, Hearing
from keepclear.disclose.levels import Level, desk_of, is_humanitarian
from keepclear.disclose.released import released_fields
from keepclear.domain.consent import NOTIFIED, RELEASES
from keepclear.domain.declaration import Declaration, Kind, State
from keepclear.domain.window import format_instant
from keepclear.node.about import About, subject_of
from keepclear.node.claiming import claim_views, tell_claims
from keepclear.node.hearing import heard
from keepclear.node.judging import goes_first
from keepclear.node.memory import Case, Memory
from keepclear.node.standing import Met
from keepclear.node.wording import plain_text_of, text_of
from keepclear.wire.entries import DeviationForm, Shown, Verdict

__all__ = [
    "RECEIPT_SAYS",
    "answer_on",
    "gone_notices",
    "hearers",
    "tell",
    "view_of",
    "views_for",
]

RECEIPT_SAYS: Final = (
    "Received. This is no permission, no agreement and no assurance, and nothing depends on it."
)
_OUTSIDE: Final = frozenset({State.NONCONFORMING, State.CONTINGENT})
"""Who sees a crossing with it must know that it is not where it said."""
ANSWER_SAYS: Final = (
    "Only what was agreed with you is told. Parties without an arrangement with you, and parties that "
    "declare nothing, are not seen."
)
UNTOLD_SAYS: Final = (
    "There is a new version. What is agreed now does not let it be told what it crosses; do not "
    "take it for gone."
)


def tell(memory: Memory, about: About, found: tuple[Met, ...], verdict: Verdict) -> list[Shown]:
    """The answer to the party that declared, and the notices to others whose plans it crosses.

    Others that were told of an earlier version hear of this one, too, where it no longer concerns them.
    Recipients by consent are told elsewhere, and who is held back is told nothing.
    """
    told = [answer_on(memory, about, found, verdict)]
    if about.declaration.kind is Kind.AREA:
        return [*told, *tell_claims(memory, about, verdict.claims or ())]
    arrangements = memory.arrangements.values()
    case = memory.cases.get(about.subject)
    readers = {met.other.party for met in found}
    readers.update(case.told if case else ())
    readers.discard(about.declaration.party)
    for reader in sorted(readers):
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
        Shown(subject=subject, at_us=at_us, to=reader, how="notice", of=[case.mark], text=text)
        for reader in hearers(memory, case, at_us)
    ]


def hearers(memory: Memory, case: Case, at_us: int) -> list[str]:
    """Who was shown something of a declaration, and is told what becomes of it."""
    said = case.latest.declaration
    return [
        reader
        for reader in sorted((case.told | case.disclosed.keys()) - {said.party})
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
        claims = claim_views(memory, own.party, verdict.claims or ())
        of = [_subject(met.other) for met, _ in shown] + [name for name, _ in claims]
        text = {
            "notice": "answer/1",
            **head,
            "crossings": [view for _, view in shown],
            "deviations": _deviations_seen(memory, verdict.deviations, of),
            "not_computed": verdict.not_computed,
            "says": ANSWER_SAYS,
        }
        if own.kind is Kind.AREA:
            text["claimed_by_both"] = [view for _, view in claims]
    return Shown(
        subject=about.subject,
        at_us=about.at_us,
        to=own.party,
        how=how,
        of=[memory.cases[name].mark for name in dict.fromkeys(of)],
        text=_written(text, text.get("crossings", ())),
    )


def _written(text: dict[str, Any], views: Iterable[dict[str, Any]]) -> str:
    """A text with some views in it; most of them hold nothing but rounded numbers."""
    plain = all(
        view["level"] == "crossing" and "area" in view and "released" not in view for view in views
    )
    return plain_text_of(text) if plain else text_of(text)


def _deviations_seen(
    memory: Memory, deviations: Iterable[DeviationForm], seen: list[str]
) -> list[dict[str, Any]]:
    """Deviations as their party may see them: none that would tell of a crossing it may not see."""
    views = []
    for one in deviations:
        view: dict[str, Any] = {"code": one.code, "arrangement": one.arrangement}
        if one.area_m2 is not None:
            view["area_km2"] = round(one.area_m2 / 1e6, 3)
        if one.side is not None:
            view["side"] = one.side
        if one.party is not None:
            subject = f"{one.party}/{one.id}"
            if subject not in seen:
                continue
            view["ref"] = memory.cases[subject].mark
        views.append(view)
    return views


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
    if about.because is not None:
        text["because"] = about.because
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
            of=[about.mark],
            text=_written(text, shown),
        )
    ]


def views_for(
    memory: Memory, about: About, found: Iterable[Met], reader: str
) -> list[dict[str, Any] | None]:
    """The crossings of a version with a reader's own declarations, as that reader may see them."""
    views: list[dict[str, Any] | None] = []
    own = about.declaration
    level = memory.level(viewer=reader, owner=own.party, kind=own.kind)
    unseen = level is Level.NOTHING and own.kind not in NOTIFIED and not about.came
    for met in found:
        if met.other.party == reader:
            if unseen:  # by anything that is said in the reader's own
                views.append(None)
                continue
            theirs = met.case.latest
            view = view_of(memory, met, viewer=theirs.declaration, at_us=about.at_us, other=about)
            if view is not None:
                view["own"]["version"] = theirs.number
            views.append(view)
    return views


def view_of(
    memory: Memory, met: Met, *, viewer: Declaration, at_us: int, other: About | None = None
) -> dict[str, Any] | None:
    """One crossing as the party of ``viewer`` may see it; nothing, where it may see nothing."""
    side = met.other if other is None else met.own
    level = memory.level(viewer=viewer.party, owner=side.party, kind=side.kind)
    if level is Level.NOTHING and side.kind not in NOTIFIED and viewer.party != memory.owner:
        return None  # consent is a matter of notifications; what it says need not be looked up
    case: Case | None
    if other is None:
        case, latest = met.case, met.case.latest
        said, mark, version, came = latest.declaration, case.mark, latest.number, case.came
    else:
        case = memory.cases.get(other.subject)
        said, mark, version, came = other.declaration, other.mark, other.version, other.came
    may = _heard(memory, said, viewer.party, at_us, came=came)
    if may.hearing is Hearing.RELEASED and level in {Level.NOTHING, Level.CROSSING}:
        level = Level.STAY_AWAY if said.kind is Kind.SITE else Level.CROSSING
    if level is Level.NOTHING or may.hearing is Hearing.HELD:
        return None
    desk = desk_of(memory.arrangements.values(), side.party)
    if level is Level.STAY_AWAY:
        view = stay_away(met.crossing, viewer, said, mark=mark, desk=desk)
    else:
        view = shared_part(
            met.crossing, viewer, mark=mark, desk=desk, minima=met.minima, area=met.area()
        )
    if level is Level.OPEN:
        view |= {"level": "open", "id": said.id, "version": version, "declaration": _plan(said)}
    elif may.hearing is Hearing.RELEASED:
        view |= {"version": version, "released": released_fields(said, may.fields)}
    first = goes_first(memory, viewer, said)
    if first is not None and level is not Level.STAY_AWAY:
        view["goes_first"] = first.value
    if case is not None and case.unconfirmed_us is not None and version == case.latest.number:
        view["unconfirmed_since"] = format_instant(case.unconfirmed_us)
    stage = case.stage if case is not None else other and other.stage
    if stage in _OUTSIDE:
        view["stage"] = stage.value
    return view


def _heard(memory: Memory, said: Declaration, reader: str, at_us: int, *, came: bool) -> Heard:
    """What a reader may hear of it; what came over a line this desk hears, and of aid nobody else."""
    if came and reader == memory.owner:
        return Heard(Hearing.RELEASED, tuple(RELEASES))
    if came and is_humanitarian(memory.arrangements.values(), said.party):
        return Heard(Hearing.HELD)  # what its party said of this reader is not known here
    return heard(memory, said, reader, at_us)


def _plan(said: Declaration) -> Any:
    from keepclear.wire.declaration import encode  # noqa: PLC0415 - one use

    return json.loads(encode(said))


def _subject(side: Any) -> str:
    return f"{side.party}/{side.id}"
