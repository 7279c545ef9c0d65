"""Whether a root key is the right one: twelve words that two desks read to each other.

The words stand for 132 bits of the key's hash, so that nobody finds another key with the same words.
They are built from syllables that a speaker of English, French, Russian or Arabic can say and hear,
and mean nothing in any of them on purpose. People compare badly, so the words that were heard are
typed in and compared here. Left to others: over which path they are read, and who reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from hashlib import sha256
from typing import Final

from keepclear.errors import VerificationError
from keepclear.record.note import Verifier

__all__ = ["WORDS", "Pinned", "check_words", "words_of", "words_over"]

WORDS: Final = 12
_BITS: Final = 11
_CONSONANTS: Final = "bdfklmnrstz"
_VOWELS: Final = "aiu"
_ENDS: Final = ("", "n")
"""Syllables of a consonant and one of three vowels: these are told apart in all four languages."""
_SYLLABLES: Final = tuple(c + v for c in _CONSONANTS for v in _VOWELS)
_LIST: Final = tuple(a + b + end for a in _SYLLABLES for b in _SYLLABLES for end in _ENDS)[
    : 1 << _BITS
]
_DOMAIN: Final = b"keepclear/root/1\n"
_COMPARED: Final = b"keepclear/compared/1\n"


class Pinned(Enum):
    """How far a root key is believed."""

    OWN = "own"
    """This node's own."""
    UNVERIFIED = "unverified"
    """It came with an invitation. What its party sends is shown, and nothing else follows from it."""
    COMPARED = "compared"
    """Two people have compared its words over another path."""
    LOST = "lost"
    """Its party says that it is lost, or two cards of one number were signed with it."""


def words_of(root: Verifier) -> tuple[str, ...]:
    """The words of a root key."""
    return _words(sha256(_DOMAIN + str(root).encode()).digest(), WORDS)


def words_over(data: bytes, count: int) -> tuple[str, ...]:
    """Some words that two desks compare to know that they hold the same bytes.

    Against slips, not against a forger: who can choose the bytes finds others with few words alike.
    """
    return _words(sha256(_COMPARED + data).digest(), count)


def _words(digest: bytes, count: int) -> tuple[str, ...]:
    number = int.from_bytes(digest, "big") >> 256 - count * _BITS
    mask = (1 << _BITS) - 1
    return tuple(_LIST[number >> (count - 1 - k) * _BITS & mask] for k in range(count))


def check_words(root: Verifier, heard: Sequence[str]) -> None:
    """That the words which were heard are those of a key.

    Raises:
        VerificationError: ``pinning.words``: it names the first place that differs, never the word
            that stands there, because whoever types must have heard it.
    """
    said = [word.strip().lower() for word in heard]
    if len(said) != WORDS:
        raise VerificationError(
            "pinning.words", f"{len(said)} words, expected {WORDS}; have them read again"
        )
    for place, (one, other) in enumerate(zip(words_of(root), said, strict=True), 1):
        if one != other:
            known = (
                "" if other in _LIST else "; there is no such word, so it may be a slip of the pen"
            )
            raise VerificationError(
                "pinning.words",
                f"word {place}, {other[:20]!r}, is not what this key says{known}; have it "
                "spelled. If it still differs the key is another one: do not use it, and say so over "
                "another path",
            )
