"""What travels from one desk to another on a stick or by e-mail: messages as they were signed.

::

    keepclear/carried/1
    from: alder.example/desk
    to: birch.example/desk
    made: 2015-11-20T06:50:00Z
    note: <a signed note in base64>
    note: ...

Rules kept here: all notes are between the two that are named; what is read is written again and
compared. The text is signed by nobody and proves nothing: each note does, by itself, and its stream
gives it its place, so that a text may come twice, late, or not at all. Left to others: encryption,
and what a note says.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keepclear.domain.window import format_instant, parse_instant
from keepclear.errors import InputError, VerificationError
from keepclear.link.fields import read_fields, write_fields
from keepclear.link.message import MESSAGE_BYTES_MAX

__all__ = [
    "CARRIED",
    "CARRIED_BYTES_MAX",
    "CARRIED_NOTES_MAX",
    "Carry",
    "fitting",
    "read_carry",
    "write_carry",
]

CARRIED: Final = "keepclear/carried/1"
CARRIED_BYTES_MAX: Final = 32_000_000
"""Of the text; what a desk writes on a day is some hundred kilobytes, and a machine holds it whole."""
CARRIED_NOTES_MAX: Final = 4_000
"""Fewer than a peer may send at once, so that a file is taken in whole."""
_HEAD_BYTES: Final = 1_000
"""The lines above the notes, with the longest names."""
_NOTE_LENGTH_MAX: Final = len("note: ") + (MESSAGE_BYTES_MAX + 2) // 3 * 4
_NAMES: Final = ["from", "to", "made"]


@dataclass(frozen=True, slots=True)
class Carry:
    """What one desk hands another."""

    sender: str
    """The name of the key that signed the notes; believed of each note, not of this."""
    recipient: str
    made_us: int
    """By the sender's clock: for people, never for order."""
    notes: tuple[bytes, ...]
    """In any order, at least one."""


def fitting(notes: Sequence[bytes], last: bytes) -> tuple[bytes, ...]:
    """As many notes as one text holds, from the first on, and a last one that is always there.

    Args:
        notes: What matters most first.
        last: The receipt, without which nothing that came is ever known to have come.
    """
    room, taken = CARRIED_BYTES_MAX - _HEAD_BYTES - _line_bytes(last), []
    for note in notes[: CARRIED_NOTES_MAX - 1]:
        room -= _line_bytes(note)
        if room < 0:
            break
        taken.append(note)
    return (*taken, last)


def write_carry(carry: Carry) -> str:
    """The text.

    Raises:
        ValueError: a name does not fit on one line, or there are too many notes, or none.
    """
    if not 0 < len(carry.notes) <= CARRIED_NOTES_MAX:
        raise ValueError("some notes are carried, and not too many")
    head = (carry.sender, carry.recipient, format_instant(carry.made_us))
    notes = (("note", b64encode(note).decode()) for note in carry.notes)
    return write_fields(
        CARRIED, [*zip(_NAMES, head, strict=True), *notes], line_length_max=_NOTE_LENGTH_MAX
    )


def read_carry(text: str) -> Carry:
    """What a text carries; nobody's signature has been looked at.

    Raises:
        VerificationError: ``text.*``, ``carried.too-large``, ``carried.malformed``.
    """
    if len(text) > CARRIED_BYTES_MAX:
        raise VerificationError(
            "carried.too-large",
            f"it holds more than {CARRIED_BYTES_MAX:,} bytes; have it written again by keepclear",
        )
    fields = read_fields(
        text,
        CARRIED,
        line_length_max=_NOTE_LENGTH_MAX,
        lines_max=len(_NAMES) + CARRIED_NOTES_MAX,
    )
    names = [name for name, _ in fields]
    if len(names) <= len(_NAMES) or names != _NAMES + ["note"] * (len(names) - len(_NAMES)):
        raise _malformed("it has the lines from, to and made, then a line for each note")
    sender, recipient, made, *encoded = (value for _, value in fields)
    head = [f"from: {sender}".encode(), f"to: {recipient}".encode()]
    notes = []
    for number, value in enumerate(encoded, 1):
        note = _decoded(value, number)
        if note.split(b"\n", 3)[1:3] != head:
            raise _malformed(f"note {number} is not from and to the two that its head names")
        notes.append(note)
    carry = Carry(sender, recipient, _instant(made), tuple(notes))
    if not _written_so(carry, text):
        raise _malformed(
            "a name or the time in its head is spelled otherwise than the format has it"
        )
    return carry


def _written_so(carry: Carry, text: str) -> bool:
    try:
        return write_carry(carry) == text
    except ValueError:
        return False


def _line_bytes(note: bytes) -> int:
    return len("note: \n") + (len(note) + 2) // 3 * 4


def _decoded(text: str, number: int) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or b64encode(data).decode() != text:
        raise _malformed(f"note {number} is not base64")
    return data


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except InputError:
        raise _malformed(f"{text[:60]!r} is no time") from None


def _malformed(why: str) -> VerificationError:
    return VerificationError("carried.malformed", f"{why}; ask for it again")
