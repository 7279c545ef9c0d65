"""The use cases of enrolment: make a card, take another party's in, compare its words, call it lost.

A party is believed when two people have compared the twelve words of its root key over another path.
Until then it is *unverified*: what it sends may be shown, and nothing follows from it. A root key
never changes silently: a party that lost its root is called lost by somebody here, with a reason, and
enrols anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from keepclear.errors import RuleError, VerificationError
from keepclear.link.card_chain import check_successor, next_card
from keepclear.link.cards import Card, UnverifiedCard, open_card, sign_card
from keepclear.link.invitation import open_invitation
from keepclear.link.pinning import Pinned, check_words
from keepclear.node.declaring import Request
from keepclear.node.ledger import Node, opening_of
from keepclear.node.memory import Peer
from keepclear.record.note import Signer, Verifier
from keepclear.wire.entries import Enrolled, decode_body

__all__ = ["CARD_LASTS_US", "accept", "call_lost", "cards_of", "compare", "peer_of", "renew"]

CARD_LASTS_US: Final = 366 * 86_400_000_000
"""A year: keys that nobody has looked at for longer are not believed."""


def renew(
    node: Node,
    party: str,
    root: Signer,
    message_key: Verifier,
    record_key: Verifier,
    request: Request,
    *,
    addresses: Sequence[str] | None = None,
    age: str = "",
    certificate: bytes | None = None,
    last_believed: int | None = None,
) -> Card:
    """This node's own card; a new one only where something in it changes, or half of its time is over.

    Raises:
        RuleError: ``peer.other-root``: it is signed with another root key than the cards before.
        StoreError: nobody can know whether it is kept.
    """
    node.fresh()
    at_us, own = node.now_us(), node.memory.peers.get(party)
    if own is None:
        card = UnverifiedCard(
            party=party,
            number=1,
            previous=b"",
            addresses=tuple(addresses or ()),
            message_key=message_key,
            record_key=record_key,
            age=age,
            from_us=_whole_second(at_us),
            until_us=_whole_second(at_us) + CARD_LASTS_US,
            certificate=certificate or b"",
        )
    else:
        if own.root != root.verifier:
            raise RuleError(
                "peer.other-root",
                "this root key did not sign the cards so far; find the right one, or enrol anew",
            )
        old = own.card
        same = (
            (old.message_key, old.record_key, old.age) == (message_key, record_key, age)
            and (addresses is None or tuple(addresses) == old.addresses)
            and (certificate is None or certificate == old.certificate)
            and at_us < old.from_us + CARD_LASTS_US // 2
        )
        if same:
            return old
        card = next_card(
            old,
            message_key=message_key,
            record_key=record_key,
            from_us=_whole_second(at_us),
            until_us=_whole_second(at_us) + CARD_LASTS_US,
            addresses=addresses,
            age=age,
            certificate=certificate,
            last_believed=last_believed,
        )
    made = open_card(sign_card(card, root), root.verifier)
    _keep(node, root.verifier, made, Pinned.OWN, request)
    return made


def accept(node: Node, text: str, request: Request) -> Peer:
    """Take in an invitation: a party that is new here is unverified, one that is known stays as it is.

    Raises:
        VerificationError: the invitation does not hold together.
        RuleError: ``peer.own``, ``peer.other-root``, ``peer.older``; ``card.fork``: the party is called
            lost, and both notes are kept.
        StoreError: nobody can know whether it is kept.
    """
    node.fresh()
    root, cards = open_invitation(text)
    newest = cards[-1]
    known = node.memory.peers.get(newest.party)
    if newest.party == node.around.owner or (known and known.pinned is Pinned.OWN):
        raise RuleError(
            "peer.own", f"this is {newest.party}'s invitation, and this is its own node"
        )
    if known is None or known.pinned is Pinned.LOST:
        return _keep(node, root, newest, Pinned.UNVERIFIED, request)
    if root != known.root:
        raise RuleError(
            "peer.other-root",
            f"{newest.party} is known here by another root key; nothing was changed. If it lost that "
            "one, hear so over another path, call it lost, and accept this again",
        )
    try:
        _follows(known.card, cards)
    except VerificationError as error:
        if error.code != "card.fork":
            raise
        other = next(card for card in cards if card.number == known.card.number)
        _keep(node, root, known.card, Pinned.LOST, request, reason=error.code, proof=other)
        raise RuleError(error.code, str(error)) from None
    if newest.text == known.card.text:
        return known
    if newest.number < known.card.number:
        raise RuleError(
            "peer.older",
            f"card {known.card.number} of {newest.party} is here; this is {newest.number}",
        )
    return _keep(node, root, newest, known.pinned, request)


def compare(node: Node, party: str, words: Sequence[str], request: Request) -> Peer:
    """Believe a party's root key, because its words were heard from its desk over another path.

    Raises:
        RuleError: ``peer.unknown``, ``peer.lost``.
        VerificationError: ``pinning.words``.
        StoreError: nobody can know whether it is kept.
    """
    node.fresh()
    peer = peer_of(node, party)
    if peer.pinned is Pinned.LOST:
        raise RuleError("peer.lost", f"{party}'s key was called lost; it has to enrol anew")
    check_words(peer.root, words)
    if peer.pinned is not Pinned.UNVERIFIED:
        return peer
    return _keep(node, peer.root, peer.card, Pinned.COMPARED, request)


def call_lost(node: Node, party: str, reason: str, request: Request) -> Peer:
    """Believe a party's root key no longer.

    Raises:
        RuleError: ``peer.unknown``, ``peer.own``, ``peer.reason``.
        StoreError: nobody can know whether it is kept.
    """
    node.fresh()
    peer = peer_of(node, party)
    if peer.pinned is Pinned.OWN:
        raise RuleError(
            "peer.own", "this is this node's own key; the other desks must call it lost"
        )
    if not reason.strip():
        raise RuleError("peer.reason", "say how you know, and from whom, with --reason")
    return _keep(node, peer.root, peer.card, Pinned.LOST, request, reason=reason.strip())


def peer_of(node: Node, party: str) -> Peer:
    """What is known of a party's keys.

    Raises:
        RuleError: ``peer.unknown``.
    """
    peer = node.memory.peers.get(party)
    if peer is None:
        raise RuleError(
            "peer.unknown", f"{party[:80]!r} has not enrolled here; accept its invitation first"
        )
    return peer


def cards_of(node: Node, party: str) -> list[Card]:
    """All cards of a party that were kept under its present root key, from the first."""
    root = peer_of(node, party).root
    found: dict[int, Card] = {}
    for entry in node.store.history(f"party/{party}"):
        body = decode_body(opening_of(entry).body)
        if isinstance(body, Enrolled) and body.root == str(root):
            card = open_card(body.card.encode(), root)
            found[card.number] = card
    return [found[number] for number in sorted(found)]


def _follows(known: Card, cards: Sequence[Card]) -> None:
    """That the card that is known is among those, or before them in an unbroken chain."""
    same = next((card for card in cards if card.number == known.number), None)
    if same is not None and same.text != known.text:
        check_successor(known, same)  # it says which fault that is


def _keep(
    node: Node,
    root: Verifier,
    card: Card,
    pinned: Pinned,
    request: Request,
    *,
    reason: str | None = None,
    proof: Card | None = None,
) -> Peer:
    body = Enrolled(
        subject=f"party/{card.party}",
        at_us=node.now_us(),
        root=str(root),
        card=card.note.decode(),
        pinned=pinned.value,
        by=request.by,
        reason=reason,
        proof=None if proof is None else proof.note.decode(),
    )
    node.save([body])
    return node.memory.peers[card.party]


def _whole_second(at_us: int) -> int:
    return at_us - at_us % 1_000_000
