"""Checkpoints of a record (C2SP tlog-checkpoint): which record, how many entries, which root.

A checkpoint is the text of a signed note. :class:`UnverifiedCheckpoint` is what anybody could have
written; a :class:`Checkpoint` only comes out of :func:`open_checkpoint`, with the record's own
signature verified.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from keepclear.errors import VerificationError
from keepclear.record.merkle import HASH_BYTES
from keepclear.record.note import Note, Signer, Verifier, open_note, sign

__all__ = [
    "SIZE_MAX",
    "Checkpoint",
    "UnverifiedCheckpoint",
    "open_checkpoint",
    "parse_checkpoint",
    "sign_checkpoint",
]

SIZE_MAX: Final = 2**63 - 1
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class UnverifiedCheckpoint:
    """What a checkpoint's text says; nobody has to believe it."""

    origin: str
    """Name of the record, unique to it."""
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()
    """Further lines; kept as they are, and never given a meaning."""

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise ValueError("a checkpoint needs the origin of its record, on one line")
        if not 0 <= self.size <= SIZE_MAX or len(self.root) != HASH_BYTES:
            raise ValueError("a checkpoint needs a size and a root of 32 bytes")
        if not all(line and "\n" not in line for line in self.extensions):
            raise ValueError("extension lines are not empty")

    @property
    def text(self) -> str:
        """What is signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Checkpoint(UnverifiedCheckpoint):
    """A checkpoint that its record signed; made by :func:`open_checkpoint` alone."""

    note: bytes = b""
    """The whole note as it was received: what is kept and shown as evidence."""


def sign_checkpoint(checkpoint: UnverifiedCheckpoint, signer: Signer) -> bytes:
    """A note that holds the checkpoint, signed by the record's key."""
    return sign(checkpoint.text, (signer,))


def parse_checkpoint(text: str) -> UnverifiedCheckpoint:
    """The checkpoint that a text says, in its one spelling.

    Raises:
        VerificationError: ``checkpoint.malformed``.
    """
    lines = text.split("\n")
    if len(lines) <= _LINES or lines[-1]:
        raise _malformed()
    origin, size, root, *extensions = lines[:-1]
    try:
        found = UnverifiedCheckpoint(
            origin, int(size), b64decode(root, validate=True), tuple(extensions)
        )
    except ValueError:
        raise _malformed() from None
    if found.text != text:  # +5, 007, other digits, loose base64: one checkpoint, one spelling
        raise _malformed()
    return found


def open_checkpoint(
    data: bytes, origin: str, key: Verifier, others: Iterable[Verifier] = ()
) -> tuple[Checkpoint, Note]:
    """A checkpoint that is signed by its record.

    Args:
        data: The note as it was received.
        origin: The record that it must be of.
        key: The record's own key: without its signature nothing is believed.
        others: Further keys, of witnesses; their signatures are verified where they stand.

    Raises:
        VerificationError: ``note.*``, ``checkpoint.*``.
    """
    note = open_note(data, (key, *others))
    if key.name not in note.signed_by:
        raise VerificationError(
            "checkpoint.not-by-its-record",
            "the record that this checkpoint names has not signed it; only others have",
        )
    found = parse_checkpoint(note.text)
    if found.origin != origin:
        raise VerificationError(
            "checkpoint.other-record",
            f"this is a checkpoint of {found.origin[:80]!r}, expected {origin!r}",
        )
    return Checkpoint(found.origin, found.size, found.root, found.extensions, data), note


def _malformed() -> VerificationError:
    return VerificationError(
        "checkpoint.malformed",
        "this is no checkpoint: expected origin, size and root, each on a line of its own",
    )
