"""This node's record as others witness it: what each is asked to cosign, and what it has cosigned.

A peer is asked with all that is durable, and a proof that it goes on from what that peer signed last.
Its cosignature is kept beside the entries: the newest ones, and those of states that another peer
signed last, so that one state has the signatures of both. None makes an entry. What a peer answers
that does not fit tells people: it knows more of this record than is here, or another one.

Left to others: the way to a peer (:mod:`keepclear.faces.peer.witnesses`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from keepclear.errors import VerificationError
from keepclear.link.pinning import Pinned
from keepclear.node.ledger import Node
from keepclear.node.line_entries import alarm_of
from keepclear.record.addition import write_addition
from keepclear.record.checkpoint import (
    Checkpoint,
    UnverifiedCheckpoint,
    open_checkpoint,
    sign_checkpoint,
)
from keepclear.record.merkle import consistency_proof, root_of
from keepclear.record.note import Signature, Verifier, parse_note, with_signature
from keepclear.record.witness import cosignature_key_id, verify_cosignature
from keepclear.store.base import Kept
from keepclear.wire.witnessed import Cosigned, decode_kept, encode_kept

__all__ = [
    "Asking",
    "asking",
    "checkpoint_with",
    "cosigned",
    "differs",
    "took",
    "took_note",
    "witnesses",
]

_COSIGNED: Final = "cosigned"
"""Kept values: cosignatures, by how many entries they are of, and by party."""
_NEWEST: Final = 16
"""So many are kept of each party, beside those of states that another party signed last."""
_ANSWER_BYTES_MAX: Final = 20_000


@dataclass(frozen=True, slots=True)
class Asking:
    """What a peer is asked, once."""

    old: int
    """Entries that it is believed to have signed last."""
    size: int
    note: bytes
    body: bytes
    """As it is sent."""


def witnesses(node: Node) -> dict[str, Verifier]:
    """Who is asked, and by which key it signs: every party whose words were compared."""
    now_us = node.now_us()
    return {
        party: peer.card.record_key
        for party, peer in sorted(node.memory.peers.items())
        if peer.pinned is Pinned.COMPARED and peer.card.holds_at(now_us)
    }


def cosigned(node: Node) -> list[Cosigned]:
    """The newest cosignature of each party, by its name."""
    newest = {one.party: one for one in _kept(node)}
    return [newest[party] for party in sorted(newest)]


def _kept(node: Node) -> list[Cosigned]:
    """All that are kept, those of the fewest entries first."""
    kept = node.kept(_COSIGNED)
    return [decode_kept(kept[key], Cosigned) for key in sorted(kept)]


def asking(
    node: Node, party: str, old: int | None = None, size: int | None = None
) -> Asking | None:
    """What to ask a party; nothing, where it has cosigned all that there is.

    Args:
        node: Whose record it is.
        party: Who is asked.
        old: What it said to have signed last, where it said so just now.
        size: Of how many entries; of all that are durable, where nothing is said. Whoever asks several
            parties asks all for one, so that one state has the signatures of all.

    Raises:
        StoreError: the store cannot be read.
    """
    size = node.fresh().store.size() if size is None else size
    last = {one.party: one.size for one in cosigned(node)}.get(party, 0)
    if not size or (old is None and last >= size):
        return None
    old = last if old is None else old
    if old > size:
        return None
    proof = consistency_proof(old, size, node.store.node) if old else []
    note = _signed(node, size)
    return Asking(old, size, note, write_addition(old, proof, note))


def took(node: Node, party: str, asked: Asking, answer: bytes) -> Cosigned:
    """Keep the cosignature in a peer's answer.

    Raises:
        VerificationError: ``witness.no-cosignature``, ``note.*``: it holds none that verifies.
        StoreError: nobody can know whether it is kept.
    """
    key = witnesses(node.fresh()).get(party)
    if key is None or len(answer) > _ANSWER_BYTES_MAX:
        raise _none()
    found = parse_note(asked.note + answer)
    wanted = (key.name, cosignature_key_id(key))
    signature = next((one for one in found.signatures if (one.name, one.key_id) == wanted), None)
    if signature is None:
        raise _none()
    said = verify_cosignature(found.text, signature, key)
    head, _ = open_checkpoint(asked.note, node.around.signer.name, node.around.signer.verifier)
    new = Cosigned(
        party, key.name, head.size, head.root, said.time_s, signature.key_id, signature.value
    )
    node.save([], kept=[Kept(_COSIGNED, _key(new), encode_kept(new)), *_over(node, new)])
    return new


def took_note(node: Node, note: bytes) -> Cosigned:
    """Keep the cosignature on a checkpoint of this record that came back by hand.

    Raises:
        VerificationError: ``note.*``, ``checkpoint.*``: it is no checkpoint that this record signed;
            ``record.other-root``: this record was never so; ``witness.no-cosignature``: no party whose
            words were compared has signed it.
        StoreError: nobody can know whether it is kept.
    """
    own = node.fresh().around.signer
    head, _ = open_checkpoint(note, own.name, own.verifier)
    if not 0 < head.size <= node.store.size() or _signed(node, head.size) != _bare(note):
        raise VerificationError(
            "record.other-root",
            "this record was never so: was this database put back? find out before anybody signs more",
        )
    lines = {(one.name, one.key_id) for one in parse_note(note).signatures}
    for party, key in witnesses(node).items():
        if (key.name, cosignature_key_id(key)) in lines:
            asked = Asking(0, head.size, _bare(note), b"")
            return took(node, party, asked, note[len(asked.note) :])
    raise _none()


def _bare(note: bytes) -> bytes:
    """A note with the first of its signatures alone."""
    text, blank, lines = note.rpartition(b"\n\n")
    return text + blank + lines.partition(b"\n")[0] + b"\n"


def _over(node: Node, new: Cosigned) -> list[Kept]:
    """Older ones of the same party that nothing needs any more."""
    lasts = {one.size for one in cosigned(node) if one.party != new.party}
    sizes = sorted({one.size for one in _kept(node) if one.party == new.party} | {new.size})
    gone = [size for size in sizes[:-_NEWEST] if size not in lasts]
    return [Kept(_COSIGNED, f"{size:016} {new.party}", None) for size in gone]


def _key(one: Cosigned) -> str:
    return f"{one.size:016} {one.party}"


def _signed(node: Node, size: int) -> bytes:
    own = node.around.signer
    root = root_of(0, size, node.store.node)
    return sign_checkpoint(UnverifiedCheckpoint(own.name, size, root), own)


def differs(node: Node, party: str, code: str) -> None:
    """A witness does not go on from what it has of this record: people must look at that.

    Args:
        node: Whose record it is.
        party: Who says so.
        code: ``record.rolled-back``: it signed more than is here; ``record.other-root``: another.
    """
    peer = node.fresh().memory.peers[party].card.message_key.name
    node.save([alarm_of(peer, code, node.now_us())])


def checkpoint_with(node: Node, at_least: int = 0) -> Checkpoint:
    """A checkpoint of this record with the most cosignatures, or the newest where there is none.

    Args:
        node: Whose record it is.
        at_least: How many entries it must be of.
    """
    own = node.around.signer
    some = [one for one in _kept(node) if at_least <= one.size <= node.store.size()]
    counts = Counter(one.size for one in some)
    size = max(counts, key=lambda one: (counts[one], one), default=node.store.size())
    note = _signed(node, size)
    head, _ = open_checkpoint(note, own.name, own.verifier)
    for one in some:
        if (one.size, one.root) == (size, head.root):
            note = with_signature(note, Signature(one.witness, one.key_id, one.value))
    return open_checkpoint(note, own.name, own.verifier)[0]


def _none() -> VerificationError:
    return VerificationError(
        "witness.no-cosignature", "the answer of a witness holds no cosignature of its own"
    )
