"""What a node makes of a declaration that came over a line: kept as its party's, compared, answered.

It is a version like any other, with the hash of the message that brought it. Versions only go forward,
and what has ended stays so. The desk is shown what came of it, with all that it may see; the sender is
told each crossing as far as it may see it, and that it was compared. A humanitarian party gets no
verdict. What cannot be used is refused by a code, and the message stays what it was: evidence. Left to
others: the verdict, who sees what, and saving (:mod:`keepclear.node.heeding`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from keepclear.disclose.levels import Level, is_humanitarian, level_of
from keepclear.disclose.released import times_of
from keepclear.domain.access import SECRETARIAT
from keepclear.domain.consent import NOTIFIED
from keepclear.domain.declaration import Declaration, Kind, State
from keepclear.domain.life import LIVES, STANDING, Act, Stage, next_stage
from keepclear.domain.window import format_instant, parse_instant
from keepclear.errors import InputError, RuleError
from keepclear.link import bodies as b
from keepclear.node.about import About, subject_of
from keepclear.node.answering import gone_notices, tell, views_for
from keepclear.node.declaring import new_mark, within_budget
from keepclear.node.judging import verdict_on
from keepclear.node.ledger import Node
from keepclear.node.memory import Case, Memory, stage_named
from keepclear.node.notices import spelled
from keepclear.node.pairs import claims_here, compared_here, met_here
from keepclear.node.sizes import too_large
from keepclear.node.standing import Met
from keepclear.node.telling import outgoing_of
from keepclear.node.wording import text_of
from keepclear.store.base import Outgoing
from keepclear.wire.declaration import declaration_of, encode, form_in
from keepclear.wire.entries import Acted, Body, Declared, DeviationForm, Expired, Shown, Verdict

__all__ = [
    "Came",
    "Made",
    "answer_back",
    "confirmation",
    "declared",
    "known_subject",
    "said_in",
    "withdrawn",
]

_BY: Final = "line"
"""Who entered it."""
_SAYS: Final = (
    "Compared with what was declared at this desk. What lies elsewhere, and parties that declare "
    "nothing, are not seen. It is no permission."
)
_ENDS: Final = MappingProxyType(
    {
        State.ENDED: Act.END,
        Stage.COMPLETED: Act.COMPLETE,
        Stage.WITHDRAWN: Act.WITHDRAW,
        Stage.REMOVED: Act.REMOVE,
    }
)


@dataclass(frozen=True, slots=True)
class Came:
    """A message that is to be acted on."""

    party: str
    """Whose line it came over."""
    body: b.Body
    hash: str


@dataclass(frozen=True, slots=True)
class Made:
    """What follows from it, in one write."""

    bodies: Sequence[Body] = ()
    outgoing: Sequence[Outgoing] = ()
    said: Declaration | None = None
    """The declaration that one of the entries holds the text of."""


def declared(node: Node, came: Came, body: b.Declared | b.Delayed) -> Made:
    """A declaration, or a version of one; nothing is saved yet.

    Raises:
        InputError: it cannot be used as it is.
        RuleError: it is not that party's to say, or does not go on from what is known.
    """
    memory, at_us = node.memory, node.now_us()
    said, ref = _read(came, body), body.ref or body.subject
    subject = known_subject(memory, came.party, ref) or subject_of(said)
    said = replace(said, id=subject.partition("/")[2])
    case = memory.cases.get(subject)
    if case is not None and _is_known(case, body.version, encode(said).decode()):
        return Made()
    stage = _stage(case, said)
    within_budget(node, said, at_us)
    mark = case.mark if case else new_mark(node)
    because = "delayed" if isinstance(body, b.Delayed) else getattr(body, "because", None)
    about = About(said, body.version, mark, at_us, because=because, came=True)
    entry = Declared(
        subject=subject,
        at_us=at_us,
        version=body.version,
        by=_BY,
        stage=stage.value,
        mark=mark,
        because=because,
        text=encode(said).decode(),
        message=came.hash,
        ref=ref,
    )
    found = met_here(node, about, depths=not node.gathers)
    claims = claims_here(node, about)
    verdict = verdict_on(memory, about, found, compared_here(node, about), claims)
    answer, *notices = tell(memory, about, found, verdict)
    claims_alone = said.kind is Kind.AREA  # crossings of this desk's own are told with the rest
    shown = [one for one in notices if claims_alone or one.to != memory.owner]
    if memory.owner != SECRETARIAT:
        shown.append(_for_the_desk(memory, came, about, found, verdict))
    back = answer_back(memory, about, answer)
    outgoing = [one for one in outgoing_of(shown) if one.recipient != memory.owner]
    outgoing += [Outgoing(one.to, one.text.encode()) for one in back]
    return Made([entry, verdict, *shown, *back], outgoing, said)


def withdrawn(node: Node, came: Came, body: b.Withdrawn) -> Made:
    """Something stands no longer; nothing is saved yet.

    Raises:
        RuleError: ``life.state``: it is no end that such a thing can have.
    """
    memory, at_us = node.memory, node.now_us()
    subject = known_subject(memory, came.party, body.subject)
    case = memory.cases.get(subject)
    if case is None or not case.stands:
        return Made()
    try:
        stage = stage_named(case.kind, body.stage)
    except ValueError:
        stage = case.stage
    if stage in STANDING or LIVES[case.kind].get(stage):
        raise RuleError("life.state", f"found stage {body.stage!r}, expected one that ends it")
    acted = Acted(
        subject=subject,
        at_us=at_us,
        act=_ENDS[stage].value,
        by=_BY,
        version=case.latest.number,
        stage=stage.value,
        reason=body.reason,
        message=came.hash,
    )
    gone = gone_notices(memory, case, at_us)
    outgoing = [one for one in outgoing_of(gone) if one.recipient != memory.owner]
    return Made([acted, *gone], outgoing)


def confirmation(node: Node, came: Came, body: b.Notice) -> Made:
    """Its party says that a site is confirmed again, or that it is not; nothing is saved yet.

    Raises:
        InputError: it does not say since when.
    """
    memory, at_us, text = node.memory, node.now_us(), said_in(body.text)
    ref = text.get("ref") if isinstance(text, dict) else None
    subject = memory.lines.by_ref.get((came.party, ref), "") if isinstance(ref, str) else ""
    case = memory.cases.get(subject)
    if case is None or case.kind is not Kind.SITE or not case.stands:
        return Made()
    number = case.latest.number
    if body.notice == "unconfirmed/1":
        if case.stage is Stage.EXPIRED:
            return Made()
        since_us = parse_instant(str(text.get("unconfirmed_since")))
        return Made([Expired(subject=subject, at_us=at_us, version=number, since_us=since_us)])
    acted = Acted(
        subject=subject,
        at_us=at_us,
        act=Act.CONFIRM.value,
        by=_BY,
        version=number,
        stage=next_stage(case.kind, case.stage, Act.CONFIRM).value,
        message=came.hash,
    )
    return Made([acted])


def said_in(text: str) -> Any:
    """What a peer's text says, where it is JSON that can be kept; else the text."""
    try:
        found = json.loads(text)
        text_of({"said": found}).encode()  # no infinities, and no half characters
    except (ValueError, RecursionError):
        return text
    return found


def known_subject(memory: Memory, party: str, name: str) -> str:
    """What a party's own word for something is here; empty where it said nothing of it yet."""
    if name.startswith(f"{party}/"):
        return name if name in memory.cases else ""
    return memory.lines.by_ref.get((party, name), "")


def _read(came: Came, body: b.Declared | b.Delayed) -> Declaration:
    form = form_in(body.text.encode())
    why = too_large(form)
    if why:
        raise InputError("declaration.large", why)
    said = declaration_of(form)
    if spelled(said) != body.text:
        raise InputError("wire.spelling", "a declaration/1 has one spelling, and this is another")
    if said.party != came.party:
        raise RuleError("declaration.not-yours", "a party declares its own, and this is another's")
    if isinstance(body, b.Declared) and said.kind.value != body.what:
        raise InputError("declaration.kind", "the message calls it by another kind than it has")
    if not said.id or not said.id.isprintable():
        raise InputError("declaration.id", "it has no id on one line")
    if body.subject != (subject_of(said) if body.ref else said.id):
        raise InputError("declaration.id", "the message calls it by another name than it has")
    return said


def _is_known(case: Case, number: int, text: str) -> bool:
    """Whether that very version is here; of a notification other fields of it may be told by now.

    Raises:
        RuleError: ``version.older``, ``version.other-text``: it says something else than what is here.
    """
    if number > case.latest.number:
        return False
    if any((one.number, one.text) == (number, text) for one in case.versions):
        return True
    if number == case.latest.number and case.kind in NOTIFIED:
        return False
    code = "version.older" if number < case.latest.number else "version.other-text"
    raise RuleError(
        code, f"version {case.latest.number} holds, and this is another text of version {number}"
    )


def _stage(case: Case | None, said: Declaration) -> State | Stage:
    """Where in its life it stands here: what was sent stands at its party's own desk.

    Raises:
        RuleError: ``life.*``.
    """
    if case is not None:
        if case.kind is not said.kind:
            raise RuleError(
                "life.kind", f"it is a {case.kind.value} and cannot become another kind"
            )
        stage = next_stage(case.kind, case.stage, Act.AMEND)
        return stage if stage in STANDING else Stage.ACTIVE
    if said.kind is not Kind.OPERATION:
        return Stage.ACTIVE
    if said.state is State.ENDED:
        raise RuleError("life.state", "what has ended cannot begin")
    return said.state or State.ACCEPTED


def answer_back(memory: Memory, about: About, answer: Shown) -> list[Shown]:
    """The answer that its party would get here, as what goes back to it over the line.

    Nothing for a humanitarian party, nor for one with which nothing was agreed.
    """
    arrangements, owner, party = memory.arrangements.values(), memory.owner, answer.to
    level = level_of(arrangements, viewer=party, owner=owner, kind=Kind.OPERATION)
    agreed = owner == SECRETARIAT or level is not Level.NOTHING
    if is_humanitarian(arrangements, party) or not agreed:
        return []
    text = json.loads(answer.text)
    for view in text["crossings"]:
        view["own"]["version"] = about.version
    whole = {**text, "notice": "compared/1", "says": _SAYS}
    back = Shown(
        subject=answer.subject,
        at_us=answer.at_us,
        to=party,
        how=answer.how,
        of=answer.of,
        text=text_of(whole),
    )
    return [back]


def _deviation(one: DeviationForm) -> dict[str, Any]:
    """A difference from what was agreed, as this desk reads it; it holds the other's plan anyway."""
    found: dict[str, Any] = {"code": one.code, "arrangement": one.arrangement}
    if one.agreed_us is not None and one.found_us is not None:
        found |= {"agreed_s": one.agreed_us / 1e6, "found_s": one.found_us / 1e6}
    if one.area_m2 is not None:
        found["area_km2"] = round(one.area_m2 / 1e6, 3)
    if one.side is not None:
        found["side"] = one.side
    if one.party is not None:
        found["other"] = f"{one.party}/{one.id}"
    return found


def _for_the_desk(
    memory: Memory, came: Came, about: About, found: tuple[Met, ...], verdict: Verdict
) -> Shown:
    """What came, and what follows from it, with everything that this desk may see."""
    said, case = about.declaration, memory.cases.get(about.subject)
    views = [view for view in views_for(memory, about, found, memory.owner) if view is not None]
    text: dict[str, Any] = {
        "notice": "came/1",
        "ref": about.mark,
        "party": said.party,
        "id": said.id,
        "kind": said.kind.value,
        "version": about.version,
        "at": format_instant(about.at_us),
        "message": came.hash,
        "crossings": views,
        "deviations": [_deviation(one) for one in verdict.deviations],
        "not_computed": verdict.not_computed,
    }
    if about.because is not None:
        text["because"] = about.because
    if case is not None:
        first, last = times_of(case.latest.declaration)
        text["was"] = {"version": case.latest.number, "time_start": first, "time_end": last}
    first, last = times_of(said)
    text |= {"time_start": first, "time_end": last}
    return Shown(
        subject=about.subject,
        at_us=about.at_us,
        to=memory.owner,
        how="notice",
        of=[about.mark],
        text=text_of(text),
    )
