"""Notices that a node decided on, as messages of its lines: each once, whatever fails in between.

A notice that became messages is noted in the write that holds these; only after that it counts as
delivered. One to a party without a line waits, and so does one that is larger than a message can be;
one to this desk itself stands in its record. Left to others: what a message says of a notice
(:mod:`keepclear.node.notices`), and sending.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from keepclear.errors import InputError
from keepclear.link.bodies import TEXT_LENGTH_MAX, Body, Notice
from keepclear.link.happening import Line, Write
from keepclear.link.message import visible
from keepclear.link.state import State
from keepclear.link.stream import step
from keepclear.node.believed import Believed, word_with
from keepclear.node.ledger import Node
from keepclear.node.notices import bodies_of
from keepclear.store.base import Kept, Pending

__all__ = ["Forward", "to_forward", "unsaid"]

_FORWARDED: Final = "link-forwarded"
"""Kept values: numbers of notices that are messages by now, and not yet marked as delivered."""
_PENDING_MAX: Final = 10_000


@dataclass(slots=True)
class Forward:
    """What one write makes of notices."""

    writes: list[tuple[str, Write]] = field(default_factory=list)
    """To which peer, by the name of its key."""
    keeping: list[Kept] = field(default_factory=list)
    delivered: list[int] = field(default_factory=list)
    """Numbers of those that are delivered when it is durable."""


def unsaid(node: Node) -> dict[str, int]:
    """By party, how many notices of a node are no messages yet: without a line, or too large."""
    done, owner = node.store.kept(_FORWARDED), node.around.owner
    waiting = (
        one
        for one in node.store.pending(_PENDING_MAX)
        if _key(one) not in done and one.recipient != owner
    )
    return Counter(one.recipient for one in waiting)


def to_forward(node: Node, believed: Believed) -> Forward:
    """What becomes messages now."""
    pending, done = node.store.pending(_PENDING_MAX), node.store.kept(_FORWARDED)
    waiting = {_key(one) for one in pending}
    found = Forward(keeping=[Kept(_FORWARDED, key, None) for key in done if key not in waiting])
    for one in pending:
        if one.recipient == node.around.owner:
            found.delivered.append(one.number)
        if one.recipient not in believed.by_party:
            continue
        writes = _messages(node, believed.by_party[one.recipient][1], one)
        if not writes:
            continue
        found.delivered.append(one.number)
        if _key(one) not in done:
            found.writes += [(believed.name(one.recipient), write) for write in writes]
            found.keeping.append(Kept(_FORWARDED, _key(one), b""))
    return found


def _messages(node: Node, line: Line, one: Pending) -> list[Write]:
    """The messages that a notice is; none where it is larger than a message can be: it stays."""
    word = word_with(node.memory, node.around.owner, one.recipient)
    notice = one.data.decode()
    plain = Notice(notice=str(json.loads(notice)["notice"]), text=visible(notice))
    for several in (_bodies(node, one.recipient, notice), [plain]):
        writes = [Write(body, arrangement=word) for body in several]
        if writes and all(_can_be_said(line, write, node.now_us()) for write in writes):
            return writes
    return []


def _bodies(node: Node, party: str, notice: str) -> list[Body]:
    """Nothing, where a notice has not all that its message holds: one of an earlier version."""
    try:
        return bodies_of(node.memory, party, notice)
    except (KeyError, InputError):
        return []


def _can_be_said(line: Line, write: Write, now_us: int) -> bool:
    """Whether a reader would act on it; nothing is written."""
    if len(getattr(write.body, "text", "")) > TEXT_LENGTH_MAX:
        return False
    try:
        step(line, State(), write, now_us)
    except InputError:
        return False
    return True


def _key(one: Pending) -> str:
    return f"{one.number:016}"
