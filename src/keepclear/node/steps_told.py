"""What others are told of steps in an operation's life that are no end: under way, out of its volumes.

Who has the plan is told of each. Who was shown no more than a crossing is told what it must know of
it: that the operation is outside of what it declared, and that it is inside again. Nobody else is told,
and an aid desk is told nothing. Left to others: what an act leads to (:mod:`keepclear.domain.life`),
the end of something (:mod:`keepclear.node.answering`), and sending.
"""

from __future__ import annotations

from typing import Any, Final

from keepclear.disclose.levels import desk_of
from keepclear.domain.declaration import Kind, State
from keepclear.domain.life import Stage
from keepclear.domain.window import format_instant
from keepclear.node.about import subject_of
from keepclear.node.answering import hearers
from keepclear.node.memory import Case, Memory
from keepclear.node.wording import text_of
from keepclear.wire.entries import Shown

__all__ = ["OUTSIDE", "UNDER_WAY", "stage_notice", "step_notices"]

OUTSIDE: Final = frozenset({State.NONCONFORMING, State.CONTINGENT})
UNDER_WAY: Final = OUTSIDE | {State.ACTIVATED}
SAYS: Final = {
    State.ACTIVATED: "It is under way, inside what it declared.",
    State.NONCONFORMING: (
        "It is outside of what it declared, and is expected back. What it declared still stands, and "
        "does not hold all of where it may be."
    ),
    State.CONTINGENT: (
        "It is outside of what it declared, and is not expected back. What it declared still stands, "
        "and does not hold all of where it may be."
    ),
}
"""For people; a crossing that was not found says nothing about something that is outside."""


def step_notices(memory: Memory, case: Case, stage: State | Stage, at_us: int) -> list[Shown]:
    """What those are told who know of an operation that takes a step.

    Args:
        memory: What is known.
        case: The operation, as it was before the step.
        stage: Where it is now.
        at_us: When its desk says so.
    """
    if case.kind is not Kind.OPERATION or stage not in UNDER_WAY or stage is case.stage:
        return []
    assert isinstance(stage, State)
    urgent = stage in OUTSIDE or case.stage in OUTSIDE
    return [
        stage_notice(memory, case, stage, reader, at_us)
        for reader in hearers(memory, case, at_us)
        if urgent or reader in case.disclosed or (case.came and reader == memory.owner)
    ]


def stage_notice(memory: Memory, case: Case, stage: State, reader: str, at_us: int) -> Shown:
    """Where in its life an operation is, for one reader."""
    said = case.latest.declaration
    text: dict[str, Any] = {
        "notice": "stage/1",
        "ref": case.mark,
        "party": said.party,
        "desk": desk_of(memory.arrangements.values(), said.party),
        "stage": stage.value,
        "version": case.latest.number,
        "at": format_instant(at_us),
        "says": SAYS[stage],
    }
    if reader in case.disclosed or (case.came and reader == memory.owner):
        text["id"] = said.id
    return Shown(
        subject=subject_of(said),
        at_us=at_us,
        to=reader,
        how="notice",
        of=[case.mark],
        text=text_of(text),
    )
