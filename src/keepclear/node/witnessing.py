"""This desk as a witness of other parties' records: what it signed last of each, and signs next.

A record is witnessed whose key stands on the card of a party whose words were compared. What was
signed last is kept, by the record's name, and never goes back; nothing of it is an entry, because
each entry makes a new checkpoint, and two desks would witness each other's witnessing without end. A
split view that is proven is kept with its proof, and people are told, once for each record.

Left to others: the cosignature itself, which is made when this is durable, and asking for those of
others (:mod:`keepclear.node.cosigned`).
"""

from __future__ import annotations

import json
from typing import Final

from keepclear.errors import SplitViewError, VerificationError
from keepclear.link.pinning import Pinned
from keepclear.node.ledger import Node
from keepclear.node.line_entries import alarm_of, evidence_of, shown_to_desk, subject_of
from keepclear.record.addition import Addition
from keepclear.record.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from keepclear.record.merkle import begins_with
from keepclear.record.note import Verifier, parse_note
from keepclear.record.split import make_split
from keepclear.record.witness import Seen, advance
from keepclear.store.base import Kept
from keepclear.wire.entries import Body
from keepclear.wire.witnessed import Signed, decode_kept, encode_kept

__all__ = ["SPLITS", "keep_split", "records", "seen_of", "splits", "take"]

_SEEN: Final = "witness-seen"
"""Kept values: what was signed last, by the record's name."""
SPLITS: Final = "witness-splits"
"""Kept values: the first proof of a split view, by the record's name."""


def records(node: Node) -> dict[str, tuple[str, Verifier]]:
    """Which records are witnessed here: by name, whose each is and its key.

    A name that two parties claim, or this node's own, is witnessed of nobody: which of them it is said
    of would stand in no cosignature.
    """
    now_us, own = node.now_us(), node.around.signer.name
    found: dict[str, tuple[str, Verifier]] = {}
    doubled = {own}
    for party, peer in node.memory.peers.items():
        if peer.pinned is not Pinned.COMPARED or not peer.card.holds_at(now_us):
            continue
        name = peer.card.record_key.name
        doubled |= {name} if name in found else set()
        found[name] = (party, peer.card.record_key)
    return {name: whose for name, whose in found.items() if name not in doubled}


def seen_of(node: Node, origin: str) -> Seen:
    """What was signed last of a record; of none, where nothing was."""
    data = node.kept(_SEEN).get(origin)
    if data is None:
        return Seen()
    kept = decode_kept(data, Signed)
    return Seen(kept.size, kept.root, kept.note)


def take(node: Node, addition: Addition) -> Checkpoint:
    """Accept a checkpoint, so that it may be cosigned as soon as that is durable.

    Looking and keeping are one step of the one thread that decides, so that two requests never start
    from the same state.

    Raises:
        VerificationError: ``witness.unknown``: of no record that is witnessed here; ``note.*``,
            ``checkpoint.*``: not signed by its record; ``witness.older``, ``witness.stale``,
            ``record.consistency``: as :func:`keepclear.record.witness.advance`.
        SplitViewError: it cannot be true beside what was signed before; the proof is kept, and people
            are told.
        StoreError: nobody can know whether it is kept; nothing may be signed.
    """
    node.fresh()
    said = parse_checkpoint(parse_note(addition.note).text)
    whose = records(node).get(said.origin)
    if whose is None:
        raise VerificationError("witness.unknown", "no record of that name is witnessed here")
    party, key = whose
    checkpoint, _ = open_checkpoint(addition.note, said.origin, key)
    data = node.kept(_SEEN).get(said.origin)
    if data is not None and decode_kept(data, Signed).party != party:
        raise VerificationError("witness.unknown", "a record of that name was another party's here")
    if not checkpoint.size:
        raise VerificationError("record.consistency", "an empty record says nothing yet")
    seen = seen_of(node, said.origin)
    try:
        new = advance(seen, checkpoint, addition.old, addition.proof)
    except SplitViewError:
        _prove(node, party, seen, checkpoint, b"", ())
        raise
    except VerificationError as error:
        if error.code == "record.consistency" and seen.size < checkpoint.size:
            _rewritten(node, party, seen, checkpoint, addition.proof)
        raise
    if new.size != seen.size or not seen.note:
        kept = encode_kept(Signed(party, new.size, new.root, new.note))
        node.save([], kept=[Kept(_SEEN, said.origin, kept)])
    return checkpoint


def _rewritten(
    node: Node, party: str, seen: Seen, checkpoint: Checkpoint, proof: tuple[bytes, ...]
) -> None:
    """A proof that fails may itself prove that the record begins with another one now.

    Raises:
        SplitViewError: it does.
    """
    try:
        root, _ = begins_with(seen.size, checkpoint.size, seen.root, proof)
    except VerificationError:
        return
    if _prove(node, party, seen, checkpoint, root, proof):
        raise SplitViewError(
            f"{checkpoint.origin} was rewritten: its {checkpoint.size} entries do not begin with the "
            f"{seen.size} that were signed before; both notes are kept as proof",
            seen.note,
            checkpoint.note,
        )


def _prove(
    node: Node, party: str, seen: Seen, newer: Checkpoint, root: bytes, proof: tuple[bytes, ...]
) -> bool:
    """Keep what proves a split view, if it does."""
    card = node.memory.peers[party].card
    try:
        older, _ = open_checkpoint(seen.note, newer.origin, card.record_key)
    except VerificationError:
        return False  # signed with the key that the card named before: no one key signed both
    data = make_split(older, newer, root, proof)
    if data is None:
        return False
    keep_split(node, newer.origin, card.message_key.name, data)
    return True


def keep_split(node: Node, origin: str, peer: str, data: bytes) -> None:
    """Keep a proof in the record, and tell people; once for each record.

    Args:
        node: This desk's.
        origin: The record.
        peer: The name of the message key of the party whose record it is.
        data: The proof, as :func:`keepclear.record.split.make_split` made it.
    """
    if origin in node.kept(SPLITS):
        return
    node.save(_told(node, peer, "record.split-view", data), kept=[Kept(SPLITS, origin, data)])


def splits(node: Node) -> dict[str, bytes]:
    """The proofs that were kept, by the record's name."""
    return dict(node.kept(SPLITS))


def _told(node: Node, peer: str, code: str, data: bytes) -> list[Body]:
    """Both notes as evidence, the alarm, and on every screen the proof itself."""
    now_us, whole = node.now_us(), json.loads(data)
    notes = [whole[name].encode() for name in ("older", "newer")]
    return [
        *(evidence_of(peer, note, now_us) for note in notes),
        alarm_of(peer, code, now_us),
        shown_to_desk(node, subject_of(peer), "alert", f"{code}: {data.decode()}"),
    ]
