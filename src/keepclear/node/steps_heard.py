"""What a node makes of a step in the life of another party's operation, told over a line.

It is believed as its desk says it: where something is in its life only its own desk knows. What is
flash acts on arrival, so it may come before the plan that it is about, and before what was said
earlier. So the place in the stream of the last word on each operation is kept: of two words the one
that was said later holds, whichever came first, and a plan that comes after it stands where it says.
Left to others: reading the message (:mod:`keepclear.node.heeding`), and saving.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.declaration import Kind, State
from keepclear.domain.life import LIVES, Act
from keepclear.domain.window import format_instant
from keepclear.errors import RuleError
from keepclear.link import bodies as b
from keepclear.node.arrived import Came, Made
from keepclear.node.desk_forms import OutsideView
from keepclear.node.ledger import Node
from keepclear.node.memory import Case, Memory
from keepclear.node.steps_told import OUTSIDE, SAYS, step_notices
from keepclear.node.telling import outgoing_of
from keepclear.node.wording import text_of
from keepclear.store.base import Kept
from keepclear.wire.entries import Acted, Body, Shown

__all__ = ["LastWord", "forget_word", "last_word", "outside_now", "step_heard"]

_SPACE: Final = "line-stages"
"""Kept values: by party and the mark that it gave, its last word on an operation."""
_WORDS_MAX: Final = 1_000
"""Words of one party that are kept of what no plan here is of; what is beyond is shown, and no more."""
_ACTS: Final = MappingProxyType({State.NONCONFORMING: Act.LEAVE, State.CONTINGENT: Act.LOSE})
_BY: Final = "line"


@dataclass(frozen=True, slots=True)
class LastWord:
    """What a party said last of where its operation is in its life."""

    place: tuple[int, int]
    """Stream and number of the message."""
    stage: State
    at_us: int
    """When it came, by this desk's clock."""


def step_heard(node: Node, came: Came, body: b.Activated | b.Outside) -> Made:
    """An operation of another party is under way, or outside of what it declared; nothing is saved yet.

    Raises:
        RuleError: ``life.state``: what is not expected back cannot be back.
    """
    memory, at_us = node.memory, node.now_us()
    ref = body.ref or body.subject
    stage = State(body.stage) if isinstance(body, b.Outside) else State.ACTIVATED
    last = last_word(node, came.party, ref)
    if last is not None and came.place <= last.place:
        return Made()  # something that was said later is here already
    known = [_kept(came.party, ref, LastWord(came.place, stage, at_us))]
    case = memory.cases.get(memory.lines.of_ref(came.party, ref))
    if case is None:
        room = last is not None or _words_of(node, came.party) < _WORDS_MAX
        return Made(_on_own(memory, came, ref, stage, at_us), kept=known if room else ())
    if case.kind is not Kind.OPERATION or not case.stands or case.stage is stage:
        return Made(kept=known if case.stands else ())
    if case.stage is State.CONTINGENT:
        raise RuleError("life.state", "what is not expected back does not come back, it ends")
    acted = Acted(
        subject=f"{case.party}/{case.latest.declaration.id}",
        at_us=at_us,
        act=_act(case, stage).value,
        by=_BY,
        version=case.latest.number,
        stage=stage.value,
        message=came.hash,
    )
    shown = step_notices(memory, case, stage, at_us)
    outgoing = [one for one in outgoing_of(shown) if one.recipient != memory.owner]
    return Made([acted, *shown], outgoing, kept=known)


def last_word(node: Node, party: str, ref: str | None) -> LastWord | None:
    """What a party said last of something, by the mark that it gave it."""
    data = node.kept(_SPACE).get(f"{party} {ref}")
    if data is None:
        return None
    return _read(data)


def forget_word(node: Node, party: str, ref: str | None) -> list[Kept]:
    """What is kept where something has ended: nothing more is said of it."""
    key = f"{party} {ref}"
    return [Kept(_SPACE, key, None)] if key in node.kept(_SPACE) else []


def _kept(party: str, ref: str, word: LastWord) -> Kept:
    return Kept(
        _SPACE, f"{party} {ref}", json.dumps([*word.place, word.stage.value, word.at_us]).encode()
    )


def _read(data: bytes) -> LastWord:
    stream, seq, stage, at_us = json.loads(data)
    return LastWord((stream, seq), State(stage), at_us)


def outside_now(node: Node) -> list[OutsideView]:
    """What is outside of what it declared, as far as this desk knows it, the newest word first."""
    memory, found = node.memory, list[tuple[int, OutsideView]]()
    for key, data in node.kept(_SPACE).items():
        word = _read(data)
        party, _, ref = key.rpartition(" ")
        case = memory.cases.get(memory.lines.by_ref.get((party, ref), ""))
        own = sorted(memory.lines.told_of.get((party, ref), ()))
        if word.stage in OUTSIDE and (own or (case is not None and case.stands)):
            name = None if case is None else case.latest.declaration.id
            view = OutsideView(
                party,
                ref,
                name,
                word.stage.value,
                format_instant(word.at_us),
                own,
                SAYS[word.stage],
            )
            found.append((word.at_us, view))
    return [view for _, view in sorted(found, key=lambda one: -one[0])]


def _words_of(node: Node, party: str) -> int:
    return sum(key.startswith(f"{party} ") for key in node.kept(_SPACE))


def _act(case: Case, stage: State) -> Act:
    if stage is not State.ACTIVATED:
        return _ACTS[stage]
    acts = LIVES[case.kind].get(case.stage, {})
    return Act.RETURN if acts.get(Act.RETURN) is stage else Act.ACTIVATE


def _on_own(memory: Memory, came: Came, ref: str, stage: State, at_us: int) -> list[Body]:
    """What is known here by its crossings alone: said beside each of one's own that it crosses."""
    found: list[Body] = []
    for subject in sorted(memory.lines.told_of.get((came.party, ref), ())):
        case = memory.cases.get(subject)
        told = case.told_by.get((came.party, ref)) if case is not None else None
        if told is None:
            continue
        text: dict[str, Any] = {
            **json.loads(told.text),
            "stage": stage.value,
            "stage_at": format_instant(at_us),
            "stage_says": SAYS[stage],
            "message": came.hash,
        }
        found.append(
            Shown(
                subject=subject,
                at_us=at_us,
                to=memory.owner,
                how="told",
                of=[],
                text=text_of(text),
            )
        )
    return found
