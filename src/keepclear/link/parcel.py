"""A sealed note on its way through a third desk: what that desk sees of it, signed by who sends it.

::

    keepclear/parcel/1
    from: alder.example/desk
    to: birch.example/desk
    mark: <64 hexadecimal digits that the sender chose>
    made: 2015-11-20T06:50:00Z
    size: 861
    sealed: <SHA-256 of the sealed bytes, in hexadecimal>

The sealed bytes stand beside it: one signed note of the line, encrypted to the recipient. Rules kept
here: what is read is written again and compared; the bytes are those that the sender named. Left to
others: encryption, who passes what on for whom, and what the note says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from keepclear.domain.window import format_instant, parse_instant
from keepclear.errors import InputError, VerificationError
from keepclear.link.fields import read_fields, write_fields
from keepclear.link.message import MESSAGE_BYTES_MAX
from keepclear.record.note import Signer, Verifier, open_note, parse_note, sign

__all__ = [
    "ASKED",
    "HEAD_BYTES_MAX",
    "PARCEL",
    "SEALED_BYTES_MAX",
    "TAKEN_MAX",
    "Asked",
    "Head",
    "open_asked",
    "open_head",
    "read_head",
    "sign_asked",
    "sign_head",
]

PARCEL: Final = "keepclear/parcel/1"
ASKED: Final = "keepclear/parcels-asked/1"
HEAD_BYTES_MAX: Final = 4_000
SEALED_BYTES_MAX: Final = MESSAGE_BYTES_MAX + 10_000
"""A note of the largest size, with what encryption adds."""
TAKEN_MAX: Final = 200
_HASH: Final = re.compile("[0-9a-f]{64}", re.ASCII)
_NAMES: Final = ["from", "to", "mark", "made", "size", "sealed"]


@dataclass(frozen=True, slots=True)
class Head:
    """What a desk sees of what it passes on."""

    sender: str
    """The name of the key that signed it."""
    recipient: str
    mark: str
    """A later parcel with the same mark takes the place of an earlier one."""
    made_us: int
    """By the sender's clock."""
    size: int
    """Bytes that are sealed."""
    sealed: str
    """Their SHA-256."""

    @property
    def text(self) -> str:
        """What is signed."""
        made = format_instant(self.made_us)
        values = (self.sender, self.recipient, self.mark, made, str(self.size), self.sealed)
        return write_fields(PARCEL, zip(_NAMES, values, strict=True))


@dataclass(frozen=True, slots=True)
class Asked:
    """A desk asks another for what that holds for it, and says what of it has come."""

    sender: str
    recipient: str
    sent_us: int
    taken: tuple[str, ...] = ()
    """SHA-256 of sealed bytes that are durable where they were to go."""

    @property
    def text(self) -> str:
        """What is signed."""
        head = [("from", self.sender), ("to", self.recipient)]
        sent = ("sent", format_instant(self.sent_us))
        return write_fields(ASKED, [*head, sent, *(("taken", one) for one in self.taken)])


def sign_head(
    signer: Signer, recipient: str, mark: str, made_us: int, sealed: bytes
) -> tuple[Head, bytes]:
    """A head for sealed bytes, and its note."""
    digest = sha256(sealed).hexdigest()
    head = Head(signer.name, recipient, mark, made_us, len(sealed), digest)
    return head, sign(head.text, (signer,))


def read_head(note: bytes) -> Head:
    """What a head says; nobody's signature has been looked at.

    Raises:
        VerificationError: ``note.malformed``, ``text.*``, ``parcel.malformed``.
    """
    if len(note) > HEAD_BYTES_MAX:
        raise _malformed()
    text = parse_note(note).text
    fields = read_fields(text, PARCEL)
    if [name for name, _ in fields] != _NAMES:
        raise _malformed()
    sender, recipient, mark, made, size, sealed = (value for _, value in fields)
    try:
        head = Head(sender, recipient, mark, parse_instant(made), int(size), sealed)
        same = head.text == text
    except (ValueError, InputError):
        raise _malformed() from None
    if not same or not (_HASH.fullmatch(mark) and _HASH.fullmatch(sealed)):
        raise _malformed()
    if not 0 < head.size <= SEALED_BYTES_MAX:
        raise _malformed()
    return head


def open_head(note: bytes, sealed: bytes, sender: Verifier) -> Head:
    """The head of a parcel that its sender signed, with the very bytes that it names.

    Raises:
        VerificationError: ``note.*``, ``text.*``, ``parcel.malformed``; ``parcel.other-sender``;
            ``parcel.changed``: somebody put other bytes beside it.
    """
    head = read_head(note)
    if head.sender != sender.name:
        raise VerificationError("parcel.other-sender", "it is not from whom it names")
    open_note(note, (sender,))
    fits = compare_digest(sha256(sealed).hexdigest(), head.sealed)
    if len(sealed) != head.size or not fits:
        raise VerificationError(
            "parcel.changed",
            "these are not the bytes that the sender signed for; whoever passed them on, or somebody "
            "on the way, put others in their place",
        )
    return head


def sign_asked(signer: Signer, recipient: str, sent_us: int, taken: Sequence[str]) -> bytes:
    """The note that asks for what is held."""
    return sign(Asked(signer.name, recipient, sent_us, tuple(taken)).text, (signer,))


def open_asked(note: bytes, sender: Verifier, recipient: str) -> Asked:
    """What a desk asks for, once its signature holds.

    Raises:
        VerificationError: ``note.*``, ``text.*``, ``parcel.malformed``.
    """
    text = open_note(note, (sender,)).text
    fields = read_fields(text, ASKED)
    names = [name for name, _ in fields]
    if names != ["from", "to", "sent"] + ["taken"] * (len(names) - 3) or len(names) > 3 + TAKEN_MAX:
        raise _malformed()
    values = [value for _, value in fields]
    try:
        asked = Asked(values[0], values[1], parse_instant(values[2]), tuple(values[3:]))
        same = asked.text == text
    except (ValueError, InputError):
        raise _malformed() from None
    if not same or not all(map(_HASH.fullmatch, asked.taken)):
        raise _malformed()
    if (asked.sender, asked.recipient) != (sender.name, recipient):
        raise _malformed()
    return asked


def _malformed() -> VerificationError:
    return VerificationError("parcel.malformed", "this is no parcel, or not one for this desk")
