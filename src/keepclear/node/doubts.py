"""States of a record that were told here, and are not shown to go on from one another.

A witness goes on from what it signed, and so learns of no fork that it is not shown. Others tell it in
their heartbeats what they saw. Each such head is laid beside what this desk signed last of that record,
and the record's own node is asked to show that one goes on from the other. What it cannot show is kept
with the two notes, and people are told: as proof, where the record's key signed both; else as who told
what. A node that does not answer proves nothing, and is asked again.
Left to others: the way to that node (:mod:`keepclear.faces.peer.witnesses`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from keepclear.errors import VerificationError
from keepclear.link.gossip import Heads
from keepclear.node.ledger import Node
from keepclear.node.line_entries import alarm_of, evidence_of, shown_to_desk, subject_of
from keepclear.node.witnessing import keep_split, records, seen_of
from keepclear.record.checkpoint import Checkpoint, open_checkpoint
from keepclear.record.merkle import begins_with
from keepclear.record.split import make_split

__all__ = ["Doubt", "Told", "doubts", "prove", "refused", "shows", "tell"]

_HEADS: Final = 4
"""Of one record the largest heads of each peer that are looked at in one go: none can hide, by naming
large ones, what another saw."""


@dataclass(frozen=True, slots=True)
class Told:
    """One state of a record, and the note that says it."""

    size: int
    root: bytes
    note: bytes
    """A checkpoint that the record signed, or a heartbeat of who saw it."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two states of one record, of which nobody has shown that one goes on from the other."""

    origin: str
    party: str
    """Whose record it is."""
    small: Told
    large: Told
    """Of one size, what was told later."""
    heard_small: bool = False
    """Whether the larger one is what was signed here last."""


def doubts(node: Node, heads: Heads) -> list[Doubt]:
    """What peers say to have seen, beside what was signed here last."""
    found = []
    for origin, (party, _) in sorted(records(node.fresh()).items()):
        seen = seen_of(node, origin)
        if not seen.size:
            continue
        mine = Told(seen.size, seen.root, seen.note)
        for theirs in _newest(heads, origin):
            if (theirs.size, theirs.root) != (mine.size, mine.root):
                earlier = theirs.size < mine.size
                pair = (theirs, mine) if earlier else (mine, theirs)
                found.append(Doubt(origin, party, *pair, heard_small=earlier))
    return found


def refused(node: Node, note: bytes, origin: str) -> Doubt | None:
    """A checkpoint that came without a proof that holds, beside what was signed here last."""
    whose = records(node.fresh()).get(origin)
    seen = seen_of(node, origin)
    if whose is None or not seen.size:
        return None
    try:
        new, _ = open_checkpoint(note, origin, whose[1])
    except VerificationError:
        return None
    if new.size <= seen.size:
        return None
    mine = Told(seen.size, seen.root, seen.note)
    return Doubt(origin, whose[0], mine, Told(new.size, new.root, note))


def shows(doubt: Doubt, root: bytes, proof: Sequence[bytes]) -> bool | None:
    """Whether an answer shows that the larger state goes on from the smaller one; or shows nothing.

    Args:
        doubt: The two states.
        root: What the larger one is said to begin with.
        proof: Hashes of consistency from there.
    """
    try:
        first, second = begins_with(doubt.small.size, doubt.large.size, root, proof)
    except VerificationError:
        return None
    if not (compare_digest(first, root) and compare_digest(second, doubt.large.root)):
        return None
    return compare_digest(root, doubt.small.root)


def prove(node: Node, doubt: Doubt, root: bytes, proof: Sequence[bytes]) -> bool:
    """Keep the proof that not both can be true, where the record's key signed both; it is told once.

    Args:
        node: This desk's.
        doubt: The two.
        root: What the record's own node showed the larger one to begin with; empty, if of one size.
        proof: The hashes that show it.

    Raises:
        StoreError: nobody can know whether it is kept.
    """
    both = [_signed(node.fresh(), doubt, told) for told in (doubt.small, doubt.large)]
    data = make_split(both[0], both[1], root, proof) if both[0] and both[1] else None
    if data is None:
        return False
    card = node.memory.peers[doubt.party].card
    keep_split(node, doubt.origin, card.message_key.name, data)
    return True


def tell(node: Node, doubt: Doubt) -> None:
    """Keep both notes, and tell people that not both states can be true as they were told.

    Raises:
        StoreError: nobody can know whether it is kept.
    """
    peer = node.fresh().memory.peers[doubt.party].card.message_key.name
    now_us = node.now_us()
    text = (
        f"record.split-view: of {doubt.origin} two states were told, of {doubt.small.size} and of "
        f"{doubt.large.size} entries, and its node does not show that one goes on from the other; both "
        "notes are kept: who told them is signed, which of the two is so is not proven"
    )
    told = [evidence_of(peer, one.note, now_us) for one in (doubt.small, doubt.large)]
    shown = shown_to_desk(node, subject_of(peer), "alert", text)
    node.save([*told, alarm_of(peer, "record.split-view", now_us), shown])


def _signed(node: Node, doubt: Doubt, told: Told) -> Checkpoint | None:
    """The state as the record's own key signed it, where it did."""
    key = node.memory.peers[doubt.party].card.record_key
    try:
        return open_checkpoint(told.note, doubt.origin, key)[0]
    except VerificationError:
        return None


def _newest(heads: Heads, origin: str) -> Iterator[Told]:
    """The largest that each peer said, each state once."""
    told = {
        (size, root): note
        for said in heads.said.values()
        for size, root, note in reversed(said.largest(origin, _HEADS))
    }
    for (size, root), note in sorted(told.items(), reverse=True):
        if size:
            yield Told(size, bytes.fromhex(root), note)
