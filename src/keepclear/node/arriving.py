"""A note that comes: whose it says to be, what the desk reads of it, and what holds from then on by it.

All of it in the write in which the note is kept. Left to others: whether it is believed
(:mod:`keepclear.link.stream`), and what is made of a declaration (:mod:`keepclear.node.heeding`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from keepclear.disclose.levels import is_humanitarian
from keepclear.errors import VerificationError
from keepclear.link.bodies import Said, Stepped
from keepclear.link.happening import Deliver
from keepclear.link.message import Message, Received
from keepclear.link.phrased import lines_of, phrased
from keepclear.node.footings import stepped_by
from keepclear.node.heeding import PLANS
from keepclear.node.ledger import Node
from keepclear.wire.entries import Body

__all__ = ["as_shown", "footings_by", "sender_of"]

_HEAD_BYTES: Final = 1_000
"""The lines that name sender and recipient."""


def sender_of(note: bytes, names: Iterable[str]) -> str:
    """The name of the key that a note says to be of; nobody's signature has been looked at.

    Args:
        note: As it came.
        names: Of the keys of those who are believed.

    Raises:
        VerificationError: ``message.unknown-sender``.
    """
    for name in names:
        if f"\nfrom: {name}\n".encode() in note[:_HEAD_BYTES]:
            return name
    raise VerificationError(
        "message.unknown-sender",
        "a note names no sender whose card holds and whose words were compared",
    )


def as_shown(node: Node, effect: Deliver) -> str:
    """What the desk reads of a message: what is wrong with it, a fixed phrase in words, all of it."""
    marks = [effect.problem, "late" if effect.late else ""]
    marks.append("earlier messages are missing" if effect.across_gap else "")
    head = "; ".join(mark for mark in marks if mark)
    message, said = effect.received.message, effect.received.text
    if message and isinstance(message.body, PLANS) and _is_aid(node):
        said = f"{message.kind.name}: an aid desk is shown nobody's plans"
    return "\n".join([*filter(None, [head]), *_in_words(message), said])


def footings_by(node: Node, party: str, received: Received) -> list[Body]:
    """How a party stands in what was agreed from now on, by a message of its own that is acted on."""
    body = received.message.body if received.message is not None else None
    if not isinstance(body, Stepped):
        return []
    now = stepped_by(node.memory, party, node.around.owner, body, node.now_us())
    return [] if now is None else [now]


def _in_words(message: Message | None) -> list[str]:
    """A fixed phrase in each language of the line; nothing of what says none."""
    body = message.body if message is not None else None
    found = phrased(body) if isinstance(body, Said) else None
    return [] if found is None else list(lines_of(found))


def _is_aid(node: Node) -> bool:
    return is_humanitarian(node.memory.arrangements.values(), node.around.owner)
