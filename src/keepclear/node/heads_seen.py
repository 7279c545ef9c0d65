"""Heads of records as peers say to have seen them: what contradicts is kept with its proof, and told.

Two heads that cannot both be true are found by :mod:`keepclear.link.gossip`. What is said of this
node's own record is compared with the record itself, so that one that was put back, or written anew, is
noticed. Left to others: cosignatures, and proofs that one head goes on from another
(:mod:`keepclear.node.witnessing`).
"""

from __future__ import annotations

from dataclasses import replace

from keepclear.link.bodies import Head, Heartbeat
from keepclear.link.gossip import Heads, learn, newest
from keepclear.link.message import Received
from keepclear.node.ledger import Node
from keepclear.node.line import Decision
from keepclear.node.line_entries import alarm_of, evidence_of
from keepclear.node.witnessing import records
from keepclear.record.merkle import root_of
from keepclear.wire.entries import Body

__all__ = ["HeadsSeen"]


class HeadsSeen:
    """What was said since the start."""

    def __init__(self, node: Node) -> None:
        """Nothing yet."""
        self._node = node
        self.heads = Heads()
        self._own_told: set[str] = set()

    def others(self) -> list[Head]:
        """The largest head of each record but this node's own, to be passed on; known ones first.

        A heartbeat has room for some, and nobody may fill it with names of records that nobody has.
        """
        own, known = self._node.around.signer.name, records(self._node)
        found = [head for head in newest(self.heads) if head.origin != own]
        return sorted(found, key=lambda head: head.origin not in known)

    def tell_anew(self) -> None:
        """A write failed: nobody can know whether people were told, so they are told again."""
        self.heads, self._own_told = replace(self.heads, told={}), set()

    def compared(self, peer: str, heartbeat: Received) -> Decision:
        """What is kept of one more heartbeat, and whom it concerns.

        Args:
            peer: The name of its key.
            heartbeat: What it said.
        """
        now_us = self._node.now_us()
        self.heads, found = learn(self.heads, heartbeat)
        bodies: list[Body] = []
        for split in found:
            bodies += [evidence_of(peer, note, now_us) for note in split.notes]
            bodies.append(alarm_of(peer, "record.split-view", now_us))
        code = self._own(heartbeat)
        if code and code not in self._own_told:
            self._own_told.add(code)
            bodies.append(evidence_of(peer, heartbeat.note, now_us))
            bodies.append(alarm_of(peer, code, now_us))
        return Decision(bodies)

    def _own(self, heartbeat: Received) -> str:
        """What is wrong with what a peer saw of this record: it is longer than ours, or another."""
        message, store = heartbeat.message, self._node.store
        assert message is not None
        assert isinstance(message.body, Heartbeat)
        for head in message.body.heads:
            if head.origin != self._node.around.signer.name:
                continue
            if head.size > store.size():
                return "record.rolled-back"
            if root_of(0, head.size, store.node).hex() != head.root:
                return "record.other-root"
        return ""
