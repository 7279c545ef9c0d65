"""What one desk hands another before they know each other: a root key, and its cards so far.

An invitation proves nothing: whoever made it could have made any. It says with which key the cards
hold together, and the key is believed when its words were compared. All cards travel, so that whoever
missed some can follow the chain.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from keepclear.errors import VerificationError
from keepclear.link.card_chain import check_successor
from keepclear.link.cards import Card, open_card
from keepclear.link.fields import read_fields, write_fields
from keepclear.record.note import Verifier

__all__ = ["INVITATION", "INVITATION_BYTES_MAX", "open_invitation", "write_invitation"]

INVITATION: Final = "keepclear/invitation/1"
INVITATION_BYTES_MAX: Final = 1_000_000


def write_invitation(root: Verifier, cards: Sequence[Card]) -> str:
    """The invitation of a party.

    Args:
        root: Its root key.
        cards: All of its cards, from the first.
    """
    rows = [("root", str(root)), *(("card", b64encode(card.note).decode()) for card in cards)]
    return write_fields(INVITATION, rows)


def open_invitation(text: str) -> tuple[Verifier, list[Card]]:
    """A root key and the cards that it signed, each the next of the one before it.

    Raises:
        VerificationError: ``text.*``, ``invitation.malformed``, ``note.*``, ``card.*``, ``key.*``.
    """
    fields = read_fields(text, INVITATION)
    names = [name for name, _ in fields]
    if len(names) < 2 or names != ["root"] + ["card"] * (len(names) - 1):
        raise VerificationError(
            "invitation.malformed", "an invitation has a root key, then the cards; ask for it again"
        )
    root = Verifier.parse(fields[0][1])
    cards = [open_card(_decoded(value), root) for _, value in fields[1:]]
    if cards[0].number != 1:
        raise VerificationError(
            "invitation.malformed",
            "the cards do not begin with the first one; ask for all of them",
        )
    for old, new in pairwise(cards):
        check_successor(old, new)
    return root, cards


def _decoded(text: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or b64encode(data).decode() != text:
        raise VerificationError("invitation.malformed", "a card is not base64; ask for it again")
    return data
