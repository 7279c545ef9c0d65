"""How one card of a party follows another: by number and hash, both signed by its root key.

Nothing can be slipped in between two cards, and two of one number prove that their party signed both. A
message key that changes is revoked by the card that changes it, which also says which of its messages
was the last that the party stands by. Left to others: what a card is (:mod:`keepclear.link.cards`), and
what is believed: a line takes in what the newest card's message key signed, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from keepclear.errors import VerificationError
from keepclear.link.cards import Card, Revoked, UnverifiedCard, hash_of
from keepclear.record.note import Verifier

__all__ = ["check_successor", "next_card"]


def check_successor(old: Card, new: Card) -> None:
    """That a card follows another, both verified with the same root key.

    Raises:
        VerificationError: ``card.not-next``; ``card.fork``: two cards of one number, keep both.
    """
    if new.number == old.number and new.text != old.text:
        raise VerificationError(
            "card.fork",
            f"{old.party} signed two different cards of number {old.number}; both are kept as proof; "
            "speak with its desk over another path before you believe either",
        )
    if new.party != old.party or new.number != old.number + 1 or new.previous != hash_of(old):
        raise VerificationError(
            "card.not-next",
            f"this card is not the one that follows number {old.number} of {old.party}; "
            "ask for the ones between",
        )


def next_card(
    old: Card,
    *,
    message_key: Verifier,
    record_key: Verifier,
    from_us: int,
    until_us: int,
    addresses: Sequence[str] | None = None,
    age: str | None = None,
    certificate: bytes | None = None,
    last_believed: int | None = None,
) -> UnverifiedCard:
    """The card that follows another; a message key that changes is revoked.

    Args:
        old: The card before it.
        message_key: The message key from now on.
        record_key: The record key from now on.
        from_us: When it begins to hold.
        until_us: When it ends to hold.
        addresses: As before, where they are left out.
        age: As before, where it is left out.
        certificate: As before, where it is left out.
        last_believed: Of a replaced message key, number of the last message that the party stands by;
            none, where it is left out.
    """
    revoked = list(old.revoked)
    if message_key != old.message_key:
        revoked.append(Revoked(str(old.message_key), last_believed or 0))
    return UnverifiedCard(
        party=old.party,
        number=old.number + 1,
        previous=hash_of(old),
        addresses=tuple(old.addresses if addresses is None else addresses),
        message_key=message_key,
        record_key=record_key,
        age=old.age if age is None else age,
        from_us=from_us,
        until_us=until_us,
        revoked=tuple(revoked),
        certificate=old.certificate if certificate is None else certificate,
    )
