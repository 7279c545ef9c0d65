"""Leaves that say nothing of what they stand for: salted commitments, opened one at a time.

The tree can be handed to anybody without showing a plan: a leaf holds a number and a hash. Whoever
holds salt and body can show what a leaf stood for, and nothing else fits it. Erasing salt and body
leaves the tree whole.
"""

from __future__ import annotations

from binascii import b2a_base64
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from keepclear.errors import VerificationError

__all__ = ["SALT_BYTES", "Opening", "commitment", "leaf_for", "leaf_of", "verify_opening"]

SALT_BYTES: Final = 32
"""As long as the hash: guessing a body from its leaf is hopeless, however few bodies there are."""
_LEAF: Final = b"keepclear/leaf/1\n%d\n%s"
"""What kind of line it is, its number, its commitment in base64 with the end of its line."""
_COMMITMENT: Final = b"keepclear/commitment/1\n"
_NO_OPENING: Final = "an opening needs a number from 1 and a salt of 32 bytes"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a leaf stands for."""

    number: int
    """Its entry's number, from 1: the leaf with index ``number - 1``."""
    salt: bytes
    """32 bytes of randomness, never used twice."""
    body: bytes
    """The entry, as it was kept."""

    def __post_init__(self) -> None:
        if self.number < 1 or len(self.salt) != SALT_BYTES:
            raise ValueError(_NO_OPENING)


def commitment(opening: Opening) -> bytes:
    """The hash that a leaf holds; number and salt have a fixed place before the body."""
    return _commitment(opening.number, opening.salt, opening.body)


def leaf_of(opening: Opening) -> bytes:
    """The leaf of an entry."""
    return leaf_for(opening.number, opening.salt, opening.body)


def leaf_for(number: int, salt: bytes, body: bytes) -> bytes:
    """The leaf of an entry that is made now; see :class:`Opening`.

    Raises:
        ValueError: the salt has another length, or the number is none.
    """
    if number < 1 or len(salt) != SALT_BYTES:
        raise ValueError(_NO_OPENING)
    return _LEAF % (number, b2a_base64(_commitment(number, salt, body)))


def _commitment(number: int, salt: bytes, body: bytes) -> bytes:
    return sha256(b"%b%d\n%b%b" % (_COMMITMENT, number, salt, body)).digest()


def verify_opening(leaf: bytes, opening: Opening) -> None:
    """Nothing, where the leaf stands for this.

    Raises:
        VerificationError: ``record.opening``.
    """
    if not compare_digest(leaf, leaf_of(opening)):
        raise VerificationError(
            "record.opening",
            f"what is shown for entry {opening.number} is not what the record holds a hash of",
        )
