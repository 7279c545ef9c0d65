"""Notes of the line as parcels for a relay, and parcels that came as the notes that they hold.

One note makes one parcel, so that a relay can tell what it holds already from what is new without
reading it. What stands outside the stream (receipts, heartbeats) has one mark for each kind: a newer
one takes the place of an older one, which says nothing any more. Left to others: who relays
(:mod:`keepclear.node.relaying`), and hearing the notes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from keepclear.errors import RuleError, VerificationError
from keepclear.link.message import read_own
from keepclear.link.parcel import open_head, read_head, sign_head
from keepclear.link.pinning import Pinned
from keepclear.node.ledger import Node
from keepclear.node.relaying import party_of, relays_between
from keepclear.node.sealing import open_sealed, seal
from keepclear.record.note import Signer

__all__ = ["opened", "relays_to", "sealed_for"]

_MARK: Final = "keepclear/parcel-mark/1\n"


def relays_to(node: Node, party: str) -> list[str]:
    """Through whom notes may go to a party: agreed, and compared by this desk; in order of name."""
    memory, now_us = node.memory, node.now_us()
    agreed = relays_between(memory.arrangements.values(), node.around.owner, party)
    known = (relay for relay in agreed if relay in memory.peers)
    return [
        relay
        for relay in known
        if memory.peers[relay].pinned is Pinned.COMPARED
        and memory.peers[relay].card.holds_at(now_us)
    ]


def sealed_for(node: Node, key: Signer, party: str, note: bytes) -> tuple[bytes, bytes]:
    """A note as a parcel: its head, and the sealed bytes.

    Raises:
        RuleError: ``carried.no-recipient``: the party's card names nobody to encrypt to.
    """
    card = node.memory.peers[party].card
    if not card.age:
        raise RuleError(
            "carried.no-recipient",
            f"the card of {party} names no recipient of age; ask it for a new invitation",
        )
    data = seal(note, card.age)
    recipient = card.message_key.name
    _, head = sign_head(key, recipient, _mark(key, recipient, note), node.now_us(), data)
    return head, data


def opened(node: Node, key: Signer, identity: str, head: bytes, sealed: bytes) -> bytes:
    """The note that a parcel for this desk holds; it is believed by its own signature alone.

    Args:
        node: This desk's.
        key: Its message key.
        identity: What opens what was encrypted to it.
        head: The parcel's head.
        sealed: Its bytes.

    Raises:
        VerificationError: ``parcel.*``, ``note.*``, ``text.*``, ``age.not-ours``; ``relay.unknown``: it
            is from nobody whose words were compared.
    """
    said = read_head(head)
    found = party_of(node, said.sender)
    if found is None or said.recipient != key.name:
        raise VerificationError("relay.unknown", "it is not from a party whose words were compared")
    open_head(head, sealed, found[1].card.message_key)
    note = open_sealed(sealed, identity)
    names = [f"from: {said.sender}".encode(), f"to: {said.recipient}".encode()]
    if note.split(b"\n", 3)[1:3] != names:
        raise VerificationError("parcel.malformed", "the note in it is of another line")
    return note


def _mark(key: Signer, recipient: str, note: bytes) -> str:
    """What only the sender can calculate, so that it says nothing of the note."""
    try:
        said = read_own(note)
        what = note if said.seq or said.message is None else said.message.kind.name.encode()
    except VerificationError:
        what = note
    return sha256(key.sign(f"{_MARK}{recipient}\n".encode() + what)).hexdigest()
