"""This desk as a relay: what it holds for others, for how long, and for whom it does so at all.

It passes sealed notes on between two parties where an arrangement that is kept here names both of them
and this desk's party as a relay, and the words of both were compared. It sees from whom, to whom, how
large and when; it signs nothing, and nothing of it stands in its record. What it holds is bounded by
number, bytes and days for each pair, so that nobody fills what is kept for others; a sender whose part
is full is told so. A humanitarian party relays nothing.

That something is not passed on is seen at both ends: the notes are numbered, and a receipt is awaited.
Left to others: the ways (:mod:`keepclear.faces.peer.passing`); sealing (:mod:`keepclear.node.parcels`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from keepclear.disclose.levels import is_humanitarian
from keepclear.domain.arrangement import Arrangement
from keepclear.errors import RuleError, VerificationError
from keepclear.link.parcel import Head, open_asked, open_head, read_head
from keepclear.link.pinning import Pinned
from keepclear.node.ledger import Node
from keepclear.node.memory import Peer
from keepclear.record.note import Signer
from keepclear.store.base import Kept
from keepclear.wire.parcels import HeldParcel, decode_parcel, encode_parcel

__all__ = [
    "KEPT_US",
    "PAIR_BYTES_MAX",
    "PAIR_PARCELS_MAX",
    "Holding",
    "asked_for",
    "expire",
    "handed_on",
    "held_for",
    "hold",
    "holdings",
    "party_of",
    "relays_between",
]

PAIR_PARCELS_MAX: Final = 1_000
"""From one party to one other. A desk that is away for days is written some hundred notes."""
PAIR_BYTES_MAX: Final = 16_000_000
SMALL_BYTES: Final = 10_000
"""A flash message, sealed, is never larger; which of the small are flash, a relay does not know."""
SMALL_ROOM: Final = 8_000_000
"""Beyond that, for small ones alone: large ones never keep a stop out. A stream has 256 messages under
way at once, flash not counted, so that small ones leave most of it to flash."""
KEPT_US: Final = 14 * 86_400_000_000
"""What nobody came for within two weeks is gone; its sender has it still."""
_CLOCKS_US: Final = 300_000_000
"""Clocks may differ by so much; an asking that is older was written for another day."""
_ANSWER_PARCELS: Final = 100
_ANSWER_BYTES: Final = 2_500_000
_HELD: Final = "relay-held"
"""Kept values: what is known of parcels, by recipient, sender and mark."""
_SEALED: Final = "relay-sealed"
"""Kept values: their bytes, under the same names."""
_ASKED: Final = "relay-asked"
"""Kept values: by party, when it asked last, by its own clock; an asking is good once."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What waits here from one party for another."""

    sender: str
    recipient: str
    parcels: int
    bytes: int
    oldest_us: int


def relays_between(arrangements: Iterable[Arrangement], one: str, other: str) -> list[str]:
    """Parties that may pass notes on between two, by what was agreed; suspended or not, it holds."""
    known = tuple(arrangements)
    found = {
        relay
        for arrangement in known
        if {one, other} <= arrangement.named
        for relay in arrangement.relays
    }
    return sorted(relay for relay in found - {one, other} if not is_humanitarian(known, relay))


def party_of(node: Node, key_name: str) -> tuple[str, Peer] | None:
    """The party whose card names a message key and whose words were compared; nobody else counts."""
    now_us = node.now_us()
    for party, peer in node.memory.peers.items():
        if peer.card.message_key.name == key_name and peer.pinned is Pinned.COMPARED:
            return (party, peer) if peer.card.holds_at(now_us) else None
    return None


def hold(node: Node, note: bytes, sealed: bytes) -> Head:
    """Keep a parcel for its recipient; one with the same mark takes the place of the one before.

    Raises:
        VerificationError: ``parcel.*``, ``note.*``, ``text.*``; ``relay.unknown``: not from or to a
            party whose words were compared here.
        RuleError: ``relay.humanitarian``, ``relay.not-agreed``, ``relay.full``.
        StoreError: nobody can know whether it is kept.
    """
    said = read_head(note)
    found, to = party_of(node.fresh(), said.sender), party_of(node, said.recipient)
    if found is None or to is None:
        raise VerificationError(
            "relay.unknown", "it is not from and to parties whose words were compared here"
        )
    (sender, peer), (recipient, _) = found, to
    head = open_head(note, sealed, peer.card.message_key)
    _check_agreed(node, sender, recipient)
    key, held = f"{head.recipient} {head.sender} {head.mark}", _held(node)
    own = [one for name, one in held.items() if _between(one, sender, recipient) and name != key]
    room = PAIR_BYTES_MAX + (SMALL_ROOM if len(sealed) <= SMALL_BYTES else 0)
    if len(own) >= PAIR_PARCELS_MAX or sum(one.size for one in own) + len(sealed) > room:
        raise RuleError(
            "relay.full",
            f"no more can be held from {sender} for {recipient} before that is fetched",
        )
    turn = max((one.turn for one in held.values()), default=0) + 1
    new = HeldParcel(sender, recipient, node.now_us(), turn, len(sealed), head.sealed, note)
    node.save([], kept=[Kept(_HELD, key, encode_parcel(new)), Kept(_SEALED, key, sealed)])
    return head


def held_for(node: Node, recipient: str) -> list[tuple[bytes, bytes]]:
    """Heads and bytes that wait for a party, as they came, as much as goes in one request."""
    limit_us = node.fresh().now_us() - KEPT_US
    waiting = [
        (one.turn, key, one)
        for key, one in _held(node).items()
        if one.recipient == recipient and one.came_us > limit_us
    ]
    found, size, sealed = list[tuple[bytes, bytes]](), 0, node.kept(_SEALED)
    for _, key, one in sorted(waiting, key=lambda each: each[0])[:_ANSWER_PARCELS]:
        size += one.size
        if found and size > _ANSWER_BYTES:
            break
        found.append((one.head, sealed[key]))
    return found


def handed_on(node: Node, recipient: str, hashes: Collection[str]) -> None:
    """Let go of what a party has: the very bytes, and not what has taken their place meanwhile.

    Raises:
        StoreError: nobody can know what of it is gone; it is handed on again.
    """
    gone = [
        key
        for key, one in _held(node.fresh()).items()
        if one.recipient == recipient and one.sealed in hashes
    ]
    if gone:
        node.save([], kept=_without(gone))


def expire(node: Node) -> int:
    """Let go of what nobody came for in time; how many those were.

    Raises:
        StoreError: nobody can know what of it is gone.
    """
    limit_us = node.fresh().now_us() - KEPT_US
    gone = [key for key, one in _held(node).items() if one.came_us <= limit_us]
    if gone:
        node.save([], kept=_without(gone))
    return len(gone)


def asked_for(node: Node, key: Signer, note: bytes) -> tuple[str, list[tuple[bytes, bytes]]]:
    """Who asks, and what waits for that party; what it says to have is let go of first.

    Args:
        node: This desk's.
        key: Its message key, to whom the asking must be written.
        note: The asking.

    Raises:
        VerificationError: ``note.*``, ``text.*``, ``parcel.malformed``; ``relay.unknown``;
            ``relay.old``: it was asked at another time, or once before.
        StoreError: nobody can know what of it is gone.
    """
    lines = note[:2_000].decode("utf-8", "replace").split("\n", 2)
    name = lines[1].removeprefix("from: ") if len(lines) > 1 else ""
    found = party_of(node.fresh(), name)
    if found is None:
        raise VerificationError("relay.unknown", "it is not from a party whose words were compared")
    party, peer = found
    asked = open_asked(note, peer.card.message_key, key.name)
    last = int(node.kept(_ASKED).get(party, b"0"))
    if abs(node.now_us() - asked.sent_us) > _CLOCKS_US or asked.sent_us <= last:
        raise VerificationError("relay.old", "this was asked at another time, or once before")
    node.save([], kept=[Kept(_ASKED, party, str(asked.sent_us).encode())])
    handed_on(node, party, asked.taken)
    return party, held_for(node, party)


def holdings(node: Node) -> list[Holding]:
    """What waits here, by sender and recipient."""
    pairs: dict[tuple[str, str], list[HeldParcel]] = {}
    for one in _held(node).values():
        pairs.setdefault((one.sender, one.recipient), []).append(one)
    return [
        Holding(
            *pair,
            len(some),
            sum(one.size for one in some),
            min(one.came_us for one in some),
        )
        for pair, some in sorted(pairs.items())
    ]


def _check_agreed(node: Node, sender: str, recipient: str) -> None:
    arrangements, own = node.memory.arrangements.values(), node.around.owner
    if is_humanitarian(arrangements, own):
        raise RuleError(
            "relay.humanitarian",
            f"{own} is a humanitarian party, and relays nothing between forces",
        )
    if own not in relays_between(arrangements, sender, recipient):
        raise RuleError(
            "relay.not-agreed",
            f"no arrangement that is kept here names {own} as a relay between {sender} and {recipient}",
        )


def _held(node: Node) -> dict[str, HeldParcel]:
    return {key: decode_parcel(data) for key, data in node.kept(_HELD).items()}


def _between(one: HeldParcel, sender: str, recipient: str) -> bool:
    return (one.sender, one.recipient) == (sender, recipient)


def _without(names: Iterable[str]) -> list[Kept]:
    return [Kept(space, name, None) for name in names for space in (_HELD, _SEALED)]
