"""The use cases on what is declared: verify, submit, confirm, activate, end, withdraw, remove, delay.

What is possible stands in the tables of :mod:`keepclear.domain.life`, and nothing else is. A second
person verifies: not the one who entered the version. Taking something off needs a reason. A
withdrawal is never refused by a budget, because a plan that nobody has must not stay in others' way;
it is counted, and further declarations are refused instead.
"""

from __future__ import annotations

from typing import Final

from keepclear.domain.declaration import Kind, State
from keepclear.domain.journey import leaving_at
from keepclear.domain.life import STANDING, Act, Stage, next_stage
from keepclear.errors import RuleError
from keepclear.node.about import About
from keepclear.node.answering import gone_notices
from keepclear.node.declaring import (
    Answer,
    Request,
    check_version,
    judged,
    new_version,
    replied,
    reply_to,
    through,
)
from keepclear.node.ledger import Node
from keepclear.node.memory import Case
from keepclear.node.steps_told import step_notices
from keepclear.node.telling import confirmed_notices, outgoing_of
from keepclear.wire.entries import Acted, Body, Shown

__all__ = ["ACTS", "act", "asked_of", "case_of", "delay"]

ACTS: Final = (
    Act.VERIFY,
    Act.SUBMIT,
    Act.CONFIRM,
    Act.ACTIVATE,
    Act.LEAVE,
    Act.LOSE,
    Act.RETURN,
    Act.COMPLETE,
    Act.END,
    Act.WITHDRAW,
    Act.REMOVE,
)
"""What a desk does to a declaration; to declare and to amend are their own use case, and time alone
lets something expire."""
_NEED_REASON: Final = frozenset({Act.WITHDRAW, Act.REMOVE})


def act(
    node: Node,
    subject: str,
    what: Act,
    request: Request,
    *,
    reason: str = "",
    if_match: int | None = None,
) -> Answer:
    """Take one step in a declaration's life.

    Args:
        node: Where it is kept.
        subject: ``Party/id``.
        what: One of :data:`ACTS`.
        request: Who asks.
        reason: Why; must be said to withdraw and to remove.
        if_match: The version that was seen last.

    Raises:
        RuleError: ``declaration.unknown``, ``version.other``, ``life.*``.
        StoreError: nobody can know whether it is kept; ask again with the same key.
    """
    asked = f"act {what.value} {subject} {if_match} {reason}"
    case = asked_of(node, subject, request, asked, if_match)
    if isinstance(case, Answer):
        return case
    at_us = node.now_us()
    stage = next_stage(case.kind, case.stage, what)
    if what in _NEED_REASON and not reason.strip():
        raise RuleError("life.reason", f"to {what.value} it, say why with --reason")
    if what is Act.VERIFY and request.by == case.latest.by:
        raise RuleError(
            "life.second-person",
            f"{request.by!r} entered this version; somebody else must compare it and verify",
        )
    body = Acted(
        subject=subject,
        at_us=at_us,
        act=what.value,
        by=request.by,
        version=case.latest.number,
        stage=stage.value,
        reason=reason.strip() or None,
        through=through(node, request, case.party),
    )
    if stage in STANDING and not case.stands:
        about = About(case.latest.declaration, case.latest.number, case.mark, at_us)
        return judged(node, about, stage, [body], request, asked)
    told = _told_of(node, case, what, stage, at_us)
    bodies: list[Body] = [body, *told]
    reply = {
        "subject": subject,
        "version": case.latest.number,
        "stage": stage.value,
        "number": node.store.size() + 1,
        "shown": [],
    }
    node.save(bodies, outgoing=outgoing_of(told), reply=reply_to(request, asked, reply, at_us))
    return Answer(reply)


def _told_of(node: Node, case: Case, what: Act, stage: State | Stage, at_us: int) -> list[Shown]:
    """What those are told who know of it: where it is now, that it is gone, or is confirmed again."""
    if case.stands and stage not in STANDING:
        return gone_notices(node.memory, case, at_us)
    if what is Act.CONFIRM and case.unconfirmed_us is not None:
        return confirmed_notices(node.memory, case, at_us)
    return step_notices(node.memory, case, stage, at_us)


def delay(
    node: Node,
    subject: str,
    request: Request,
    *,
    leaves_us: int | None = None,
    if_match: int | None = None,
) -> Answer:
    """A new version of a movement whose times are all later (or earlier) by as much as its start is.

    Args:
        node: Where it is kept.
        subject: ``Party/id``.
        request: Who asks.
        leaves_us: When it leaves; as if it left now, where nothing is said.
        if_match: The version that was seen last.

    Raises:
        RuleError: ``delay.*``, and as :func:`act`.
    """
    asked = f"delay {subject} {leaves_us} {if_match}"
    case = asked_of(node, subject, request, asked, if_match)
    if isinstance(case, Answer):
        return case
    if case.kind is not Kind.MOVEMENT:
        raise RuleError("delay.kind", f"only a movement is delayed; this is a {case.kind.value}")
    leaves = node.now_us() if leaves_us is None else leaves_us
    later = leaving_at(case.latest.declaration, leaves)
    return new_version(node, later, request, asked=asked, because="delayed")


def asked_of(
    node: Node, subject: str, request: Request, asked: str, if_match: int | None
) -> Case | Answer:
    """What stands under a subject, at the version that was seen last; or the answer of before.

    Args:
        node: Where it is kept.
        subject: ``Party/id``.
        request: Who asks.
        asked: The question in words: the same words are the same question.
        if_match: The version that was seen last.

    Raises:
        RuleError: ``declaration.unknown``, ``version.other``, and what a key brings that was used
            for another question.
    """
    node.fresh()
    before = replied(node, request, asked)
    if before is not None:
        return before
    case = case_of(node, subject)
    check_version(case, if_match)
    return case


def case_of(node: Node, subject: str) -> Case:
    """What stands under a subject.

    Raises:
        RuleError: ``declaration.unknown``.
    """
    case = node.memory.cases.get(subject)
    if case is None:
        raise RuleError(
            "declaration.unknown",
            f"nothing is declared as {subject[:80]!r}; write Party/id as keepclear list shows it",
        )
    return case
