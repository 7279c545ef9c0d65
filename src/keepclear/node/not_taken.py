"""A plan that a peer did not take, because it has not what was agreed, or not now: it is owed again.

Two desks seldom have a new arrangement in the same second. What was refused for that reason is no plan
that the other has been given. Left to others: when it is offered again.
"""

from __future__ import annotations

from keepclear.link import bodies as b
from keepclear.link.message import read_own
from keepclear.node.arrived import Made
from keepclear.node.ledger import Node, opening_of
from keepclear.node.line_entries import subject_of
from keepclear.node.wording import text_of
from keepclear.wire.entries import Carried, Shown, decode_body

__all__ = ["not_taken"]


def not_taken(node: Node, peer: str, party: str, refused: b.Refused) -> Made:
    """What follows where one of ours was refused; nothing, where it was no plan; nothing is saved."""
    memory, body = node.memory, _ours(node, peer, refused.re)
    if not isinstance(body, b.Declared | b.Delayed) or body.ref is None:
        return Made()
    subject = memory.cases.marked(body.ref) or ""
    case = memory.cases.get(subject)
    if case is None or case.disclosed.get(party) != body.version:
        return Made()
    text = {"notice": "not-taken/1", "version": body.version, "code": refused.code}
    shown = Shown(
        subject=subject,
        at_us=node.now_us(),
        to=party,
        how="not-taken",
        of=[],
        disclosed=0,
        text=text_of(text),
    )
    return Made([shown])


def _ours(node: Node, peer: str, re: b.Ref) -> b.Body | None:
    """What this desk said in one of its messages."""
    for entry in reversed(node.store.history(subject_of(peer))):
        said = decode_body(opening_of(entry).body) if entry.data else None
        if isinstance(said, Carried) and (said.how, said.hash) == ("sent", re.hash):
            message = read_own(said.note.encode()).message
            return message.body if message is not None else None
    return None
