"""Files that go from desk to desk by hand: what a party has not yet signed as stored, and receipts.

A file is encrypted to the age recipient of the party's card, and to nobody else. To write one changes
nothing: it is written again until a receipt comes back, by whatever way. To take one in is to hear its
notes, so that one that comes twice, late, or after a newer one is harmless. Left to others: sticks,
mail, screens; the ladder of a stop that came so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keepclear.errors import RuleError, VerificationError
from keepclear.link.carry import CARRIED_BYTES_MAX, Carry, fitting, read_carry, write_carry
from keepclear.link.message import read_own
from keepclear.node.ledger import Node, opening_of
from keepclear.node.line_entries import subject_of
from keepclear.node.sealing import open_sealed, seal
from keepclear.node.talking import Talk
from keepclear.wire.entries import Alarm, Body, Carried, Shown, decode_body

__all__ = [
    "SEALED_BYTES_MAX",
    "Made",
    "Short",
    "Taken",
    "make",
    "make_short",
    "opened",
    "take_in",
]

SEALED_BYTES_MAX: Final = CARRIED_BYTES_MAX * 3 // 2
"""Of a file as it lies on a stick, in letters: a third more than what it holds."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file to be carried."""

    data: bytes
    """Encrypted."""
    messages: int
    """How many are in it, beside the receipt."""
    left: int
    """Messages that found no room; they go when the receipt of these is here."""


@dataclass(frozen=True, slots=True)
class Short:
    """Files of one message each."""

    files: tuple[bytes, ...]
    """Encrypted, in letters."""
    too_long: int
    """Flash messages that would have made longer ones."""
    others: int
    """Unseen messages that are not flash."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file brought."""

    party: str
    made_us: int
    """By the other desk's clock."""
    new: int
    """Messages that were not here before."""
    shown: tuple[str, ...]
    """What this desk is to read, in the order in which it was recorded; a stop is among it."""
    alarms: tuple[str, ...]
    """Codes of what people must look at."""
    refused: int
    """Notes beyond what their sender may send at once; take the file in again."""
    missing: tuple[tuple[int, int], ...]
    """First and last numbers of the party's messages that are not here, while later ones are."""


def make(node: Node, talk: Talk, party: str, *, in_text: bool = False) -> Made:
    """A file with all that a party has not yet signed as stored, and what this desk has stored of it.

    Notices that this node decided on become messages first.

    Args:
        node: This desk's.
        talk: Its lines.
        party: For whom.
        in_text: In letters, where bytes do not go through.

    Raises:
        RuleError: ``line.none``; ``carried.no-recipient``: its card names nobody to encrypt to.
        StoreError: nobody can know which notices are messages now; do it again.
    """
    talk.state(party)  # is there a line?
    talk.forward()
    *notes, receipt = talk.to_carry(party)
    # the oldest is never left out for want of room: it closes the gap before all that came already
    oldest = [one.note for one in talk.state(party).sending.unstored[:1]]
    notes = [*oldest, *(note for note in notes if note not in oldest)]
    return _sealed(node, party, notes, receipt, in_text=in_text)


def make_short(node: Node, talk: Talk, party: str, bytes_max: int) -> Short:
    """A file in letters for each flash message that a party has not yet signed as stored.

    Args:
        node: This desk's.
        talk: Its lines.
        party: For whom.
        bytes_max: How long one may be; those that would be longer go in a file of :func:`make`.

    Raises:
        RuleError: as :func:`make`.
    """
    waiting = talk.state(party).sending.unstored
    notes = [one.note for one in waiting if one.flash]
    files = [_sealed(node, party, [], note, in_text=True).data for note in notes]
    short = tuple(one for one in files if len(one) <= bytes_max)
    return Short(short, len(files) - len(short), len(waiting) - len(notes))


def opened(data: bytes, identity: str, own: str) -> Carry:
    """What a file for this desk holds; nobody's signature has been looked at.

    Args:
        data: As the file lies there.
        identity: What opens files for this node.
        own: The name of this desk's message key.

    Raises:
        VerificationError: ``age.not-ours``, ``text.*``, ``carried.*``.
    """
    try:
        carry = read_carry(open_sealed(data, identity).decode())
    except UnicodeDecodeError:
        raise VerificationError("carried.malformed", "it holds no text; ask for it again") from None
    if carry.recipient != own:
        raise VerificationError(
            "carried.not-ours",
            f"it is for the key {carry.recipient[:80]!r}, and this desk signs with {own!r}; "
            "send the other desk a new invitation, and ask for the file again",
        )
    return carry


def take_in(node: Node, talk: Talk, carry: Carry) -> Taken:
    """Hear what a file brings, in one write.

    Raises:
        VerificationError: ``carried.unknown-sender``: nothing of it was taken.
        StoreError: nobody can know whether it was kept; take it in again.
    """
    party = _party(node, talk, carry.sender)
    size = node.store.size()
    told = talk.hears(list(carry.notes))
    bodies = list(_since(node, size, carry.sender))
    return Taken(
        party=party,
        made_us=carry.made_us,
        new=sum(isinstance(one, Carried) and one.how == "received" for one in bodies),
        shown=tuple(one.text for one in bodies if isinstance(one, Shown) and one.how == "line"),
        alarms=tuple(one.code for one in bodies if isinstance(one, Alarm)),
        refused=told.refused,
        missing=tuple(talk.state(party).receiving.gaps()),
    )


def _sealed(node: Node, party: str, notes: list[bytes], last: bytes, *, in_text: bool) -> Made:
    peer = node.memory.peers[party]
    if not peer.card.age:
        raise RuleError(
            "carried.no-recipient",
            f"the card of {party} names no recipient of age; ask it for a new invitation",
        )
    fit = fitting(notes, last)
    name = read_own(last).message
    assert name is not None
    carry = Carry(name.sender, name.recipient, node.now_us(), fit)
    data = seal(write_carry(carry).encode(), peer.card.age, in_text=in_text)
    return Made(data, len(fit) - 1, len(notes) - len(fit) + 1)


def _party(node: Node, talk: Talk, sender: str) -> str:
    for party in talk.parties():
        if node.memory.peers[party].card.message_key.name == sender:
            return party
    raise VerificationError(
        "carried.unknown-sender",
        f"it says that it is from the key {sender[:80]!r}, of which no card holds whose words were "
        "compared here; accept the desk's invitation and compare its words",
    )


def _since(node: Node, size: int, peer: str) -> Iterator[Body]:
    """What the record took in about the line to a peer."""
    for entry in node.entries(size):
        body = decode_body(opening_of(entry).body)
        if body.subject == subject_of(peer):
            yield body
