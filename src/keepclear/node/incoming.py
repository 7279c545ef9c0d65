"""What a node makes of a declaration that came over a line: kept as its party's, compared, answered.

It is a version like any other, with the hash of the message that brought it. That something is held
at a stop is judged at once, by the plan that is here; its text follows. What has ended stays so. What
cannot be used is refused by a code, and the message stays what it was: evidence. Left to others: how
it is read (:mod:`keepclear.node.arrived`), the verdict, who sees what, and saving (:mod:`heeding`).
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from keepclear.domain import journey
from keepclear.domain.access import SECRETARIAT
from keepclear.domain.declaration import Declaration, Kind, State
from keepclear.domain.life import LIVES, STANDING, Act, Stage, next_stage
from keepclear.domain.window import parse_instant
from keepclear.errors import RuleError
from keepclear.link import bodies as b
from keepclear.node.about import About, subject_of
from keepclear.node.answering import answer_on, gone_notices, tell
from keepclear.node.answering_back import answer_back, for_the_desk
from keepclear.node.arrived import Came, Made, is_known, known_subject, read, said_in, stage_of
from keepclear.node.declaring import new_mark, within_budget
from keepclear.node.judging import verdict_on
from keepclear.node.ledger import Node
from keepclear.node.memory import Memory, stage_named
from keepclear.node.pairs import claims_here, compared_here, met_here
from keepclear.node.steps_heard import last_word
from keepclear.node.telling import outgoing_of
from keepclear.store.base import Outgoing
from keepclear.wire.declaration import encode
from keepclear.wire.entries import Acted, Declared, Expired

__all__ = ["confirmation", "declared", "held", "withdrawn"]

_BY: Final = "line"
"""Who entered it."""
_ENDS: Final = MappingProxyType(
    {
        State.ENDED: Act.END,
        Stage.COMPLETED: Act.COMPLETE,
        Stage.WITHDRAWN: Act.WITHDRAW,
        Stage.REMOVED: Act.REMOVE,
    }
)


def declared(node: Node, came: Came, body: b.Declared | b.Delayed) -> Made:
    """A declaration, or a version of one; nothing is saved yet.

    Raises:
        InputError: it cannot be used as it is.
        RuleError: it is not that party's to say, or does not go on from what is known.
    """
    said, ref = read(came, body), body.ref or body.subject
    subject = known_subject(node.memory, came.party, ref) or subject_of(said)
    said = replace(said, id=subject.partition("/")[2])
    because = "delayed" if isinstance(body, b.Delayed) else getattr(body, "because", None)
    whole = getattr(body, "split_from", None)
    return _judged(node, came, said, body.version, because, ref, whole)


def held(node: Node, came: Came, body: b.Held) -> Made:
    """A movement stands at a stop: by the plan that is here, until what follows says it better.

    Where that plan is not here, or does not have it at a stop then, it is shown and nothing follows.
    """
    memory = node.memory
    subject = known_subject(memory, came.party, body.subject)
    case = memory.cases.get(subject)
    if case is None or case.kind is not Kind.MOVEMENT or not case.stands or body.until_us is None:
        return Made()
    if body.version <= case.latest.number:
        return Made()
    said = case.latest.declaration
    try:
        later = journey.held(said, journey.stop_at(said, body.since_us), body.until_us)
    except RuleError:
        return Made()
    return _judged(node, came, later, body.version, "held", case.ref or None)


def _judged(
    node: Node,
    came: Came,
    said: Declaration,
    number: int,
    because: str | None,
    ref: str | None,
    whole: str | None = None,
) -> Made:
    """A version of what a party declares, with the verdict on it and all that is told."""
    memory, at_us = node.memory, node.now_us()
    subject, text = subject_of(said), encode(said).decode()
    case = memory.cases.get(subject)
    if case is not None and is_known(case, number, text):
        return Made()
    stage = stage_of(case, said)
    word = (
        last_word(node, came.party, ref) if case is None and said.kind is Kind.OPERATION else None
    )
    stage = stage if word is None else word.stage
    early = None if word is None else word.stage
    split_from = _part_of(memory, came.party, whole) if case is None else None
    within_budget(node, said, at_us)
    mark = case.mark if case else new_mark(node)
    about = About(said, number, mark, at_us, None, because, split_from, came=True, stage=early)
    entry = Declared(
        subject=subject,
        at_us=at_us,
        version=number,
        by=_BY,
        stage=stage.value,
        mark=mark,
        because=because,
        split_from=split_from,
        text=text,
        message=came.hash,
        ref=ref,
    )
    found = met_here(node, about, depths=not node.gathers)
    claims = claims_here(node, about)
    verdict = verdict_on(memory, about, found, compared_here(node, about), claims)
    if memory.owner == SECRETARIAT or said.kind is Kind.AREA:
        answer, *shown = tell(memory, about, found, verdict)
    else:  # what this desk's own crosses is told with the rest of it, and others are not compared
        answer, shown = answer_on(memory, about, found, verdict), []
    if memory.owner != SECRETARIAT:
        desk = for_the_desk(memory, came.hash, about, found, verdict, stage.value)
        shown.append(desk)
    back = answer_back(memory, about, answer)
    outgoing = [one for one in outgoing_of(shown) if one.recipient != memory.owner]
    outgoing += [Outgoing(one.to, one.text.encode()) for one in back]
    return Made([entry, verdict, *shown, *back], outgoing, said)


def _part_of(memory: Memory, party: str, whole: str | None) -> tuple[str, int] | None:
    """Subject and version of what something was a part of, where that is known here."""
    subject = memory.lines.of_ref(party, whole) if whole else ""
    case = memory.cases.get(subject)
    return None if case is None else (subject, case.latest.number)


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
    subject = memory.lines.of_ref(came.party, ref) if isinstance(ref, str) else ""
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
