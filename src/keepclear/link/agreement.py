"""One text that several parties sign: an arrangement as a note with a signature of each of them.

The text is the arrangement as it was written, below a line that names the type. It holds when every
member has signed the very same bytes; nobody's signature stands for anybody else. Left to others:
what the text says, whose keys are believed, and what a signed arrangement changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from keepclear.errors import VerificationError
from keepclear.record.note import Signature as NoteSignature
from keepclear.record.note import Signer, Verifier, open_note, parse_note, sign, with_signature

__all__ = [
    "ARRANGEMENT",
    "Agreement",
    "add_signature",
    "combined",
    "open_agreement",
    "propose",
    "text_in",
]

ARRANGEMENT: Final = "keepclear/arrangement/1\n"


@dataclass(frozen=True, slots=True)
class Agreement:
    """An arrangement's text, and who has signed it; made by :func:`open_agreement` alone."""

    text: str
    """As it was written."""
    signed: tuple[str, ...]
    """Parties whose signature holds."""
    missing: tuple[str, ...]
    """Members who have not signed."""
    note: bytes
    """As it was received: what is kept and shown as evidence."""

    @property
    def holds(self) -> bool:
        """Whether every member has signed."""
        return not self.missing

    @property
    def hash(self) -> bytes:
        """SHA-256 of what was signed; two notes with the same hash are about the same text."""
        return sha256((ARRANGEMENT + self.text).encode()).digest()


def propose(text: str, signer: Signer) -> bytes:
    """A new note on an arrangement, signed by who proposes it.

    Raises:
        VerificationError: ``agreement.text``: it cannot be signed as it is.
    """
    try:
        return sign(ARRANGEMENT + text, (signer,))
    except ValueError:
        raise VerificationError(
            "agreement.text",
            "an arrangement that is signed ends with a line break and holds no tabs and no carriage "
            "returns; save it so, and propose it again",
        ) from None


def add_signature(note: bytes, signer: Signer) -> bytes:
    """The same note with one more signature; unchanged where that key has signed already."""
    parsed = parse_note(note)
    verifier = signer.verifier
    if any((s.name, s.key_id) == (verifier.name, verifier.key_id) for s in parsed.signatures):
        return note
    line = NoteSignature(signer.name, verifier.key_id, signer.sign(parsed.text.encode()))
    return with_signature(note, line)


def combined(note: bytes, other: bytes) -> bytes:
    """A note with the signatures of another on the same text, so that parties may sign at one time.

    Unchanged where the other says something else; whose signatures hold, :func:`open_agreement` says.
    """
    mine, theirs = parse_note(note), parse_note(other)
    if mine.text != theirs.text:
        return note
    known = {(one.name, one.key_id) for one in mine.signatures}
    for one in theirs.signatures:
        if (one.name, one.key_id) not in known:
            note = with_signature(note, one)
    return note


def text_in(note: bytes) -> str:
    """The arrangement that a note says; nobody's signature has been looked at.

    Raises:
        VerificationError: ``note.malformed``, ``text.other-type``.
    """
    return _text(parse_note(note).text)


def open_agreement(note: bytes, keys: Mapping[str, Verifier]) -> Agreement:
    """An arrangement with the signatures that hold.

    Args:
        note: As it was received.
        keys: The message key of each member; all of them must sign.

    Raises:
        VerificationError: ``note.*``; ``text.other-type``.
    """
    opened = open_note(note, keys.values())
    signed = tuple(party for party, key in keys.items() if key.name in opened.signed_by)
    missing = tuple(party for party in keys if party not in signed)
    return Agreement(_text(opened.text), signed, missing, note)


def _text(whole: str) -> str:
    if not whole.startswith(ARRANGEMENT):
        raise VerificationError("text.other-type", "this note is no arrangement")
    return whole.removeprefix(ARRANGEMENT)
