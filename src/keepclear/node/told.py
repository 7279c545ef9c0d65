"""What other nodes tell of crossings with this desk's own: kept beside the declaration it is about.

It is what another party's node says, never this node's verdict, and is shown with who says it, when,
and of which version. What is told no more is taken off. Left to others: saving.
"""

from __future__ import annotations

import json
from typing import Any, Final

from keepclear.domain.window import format_instant
from keepclear.errors import RuleError
from keepclear.link import bodies as b
from keepclear.node.arrived import Came, Made, known_subject, said_in
from keepclear.node.ledger import Node
from keepclear.node.memory import Case, Memory
from keepclear.node.wording import text_of
from keepclear.wire.entries import Body, Shown

__all__ = ["crossing_told", "notice_told", "told_on", "withdrawn_told"]

_TOLD_MAX: Final = 64
"""Crossings of one declaration that are held of one other node; what is beyond is refused."""
_TEXT_MAX: Final = 20_000
"""What is longer is read in the message itself, which stands in the record."""


def crossing_told(node: Node, came: Came, body: b.CrossingFound) -> Made:
    """Another node found that something of its party crosses something of this desk's.

    Raises:
        RuleError: ``declaration.unknown``: nothing of this desk is called so.
    """
    memory, at_us = node.memory, node.now_us()
    subject = _own(memory, body.yours)
    case = memory.cases.get(subject)
    if case is None:
        raise RuleError("declaration.unknown", "a crossing of something that was not declared here")
    by_it = [key for key in case.told_by if key[0] == came.party]
    if len(by_it) >= _TOLD_MAX and (came.party, body.mine) not in by_it:
        raise RuleError(
            "crossing.too-many", f"{_TOLD_MAX} crossings of it are told of by that node"
        )
    said = case.latest.declaration
    text: dict[str, Any] = {
        "notice": "told/1",
        "by": came.party,
        "ref": body.mine,
        "at": format_instant(at_us),
        "about": {"party": said.party, "id": said.id, "version": body.your_version},
        "newest": case.latest.number == body.your_version and case.stands,
        "version": body.my_version,
        "certainty": "certain" if body.certain else "possible",
        "time_start": _instant(body.span.start_us),
        "time_end": _instant(body.span.end_us),
        "message": came.hash,
        "crossing": said_in(body.text) if len(body.text) <= _TEXT_MAX else None,
    }
    shown = Shown(
        subject=subject, at_us=at_us, to=memory.owner, how="told", of=[], text=text_of(text)
    )
    return Made([shown])


def notice_told(node: Node, came: Came, body: b.Notice) -> Made:
    """A notice after which something that was told holds no longer: it crosses no more."""
    memory, text = node.memory, said_in(body.text)
    if not isinstance(text, dict):
        return Made()
    if body.notice == "crossing/1" and isinstance(text.get("ref"), str):
        return Made(_untold(node, came, text["ref"]))
    about = text.get("about")
    if body.notice != "compared/1" or not isinstance(about, dict):
        return Made()
    subject = _own(memory, f"{about.get('party')}/{about.get('id')}")
    case, version = memory.cases.get(subject), about.get("version")
    if case is None or not isinstance(version, int):
        return Made()
    older = [
        ref
        for (party, ref), one in case.told_by.items()
        if party == came.party and one.version < version
    ]
    return Made([_no_more(node, came, subject, case, ref) for ref in older])


def withdrawn_told(node: Node, came: Came, body: b.Withdrawn) -> list[Body]:
    """What was told of something that stands no longer."""
    case = node.memory.cases.get(known_subject(node.memory, came.party, body.subject))
    return _untold(node, came, case.ref if case is not None else body.subject)


def told_on(case: Case) -> list[dict[str, Any]]:
    """What others told of one's own declaration, the newest last, and whether it is of what holds."""
    found = []
    for one in sorted(case.told_by.values(), key=lambda told: told.at_us):
        newest = case.stands and one.version == case.latest.number
        found.append({**json.loads(one.text), "newest": newest})
    return found


def _untold(node: Node, came: Came, ref: str) -> list[Body]:
    subjects = sorted(node.memory.lines.told_of.get((came.party, ref), ()))
    return [
        _no_more(node, came, subject, node.memory.cases[subject], ref)
        for subject in subjects
        if subject in node.memory.cases
    ]


def _no_more(node: Node, came: Came, subject: str, case: Case, ref: str) -> Shown:
    at_us, said = node.now_us(), case.latest.declaration
    text = {
        "notice": "told-no-more/1",
        "by": came.party,
        "ref": ref,
        "at": format_instant(at_us),
        "about": {"party": said.party, "id": said.id, "version": case.latest.number},
        "message": came.hash,
    }
    owner = node.memory.owner
    return Shown(subject=subject, at_us=at_us, to=owner, how="told", of=[], text=text_of(text))


def _own(memory: Memory, name: str) -> str:
    """What another calls something of this desk: its name, or the mark that it was told by."""
    party, _, rest = name.partition("/")
    if party != memory.owner:
        return ""
    return name if name in memory.cases else memory.cases.marked(rest) or ""


def _instant(time_us: int | None) -> str | None:
    return None if time_us is None else format_instant(time_us)
