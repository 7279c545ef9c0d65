"""Signed notes (C2SP signed-note): a text, a blank line, and one line for each signature.

Rules kept here:

* Bytes are signed and verified as they are, never a re-encoding of them.
* What is parsed is printed again and compared: base64 has one spelling, a note has one spelling.
* A signature by a known key that does not verify refuses the whole note; one by an unknown key is
  passed over, and never counted.
* One verifier: libsodium's. Keys of small order are refused when they are parsed, because with such
  a key anybody could sign anything, and a party could deny what it signed.

Source: C2SP signed-note; the table of accepted and refused notes in the tests is not ours.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import nacl.bindings
import nacl.exceptions
import nacl.signing

from keepclear.errors import VerificationError

__all__ = [
    "NOTE_BYTES_MAX",
    "SIGNATURES_MAX",
    "Note",
    "Signature",
    "Signer",
    "UnverifiedNote",
    "Verifier",
    "key_id",
    "open_note",
    "parse_note",
    "sign",
]

NOTE_BYTES_MAX: Final = 1_000_000
"""Bytes of one note: an arrangement is some kilobytes; payloads travel beside notes."""
SIGNATURES_MAX: Final = 100
"""Signature lines of one note; the format asks readers to take at least 16."""
NAME_LENGTH_MAX: Final = 255
ED25519: Final = 0x01
"""Signature type: Ed25519 over the text of the note."""
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 4
_DASH: Final = "— "


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    value: bytes
    """Signature bytes, without the key id."""


@dataclass(frozen=True, slots=True)
class UnverifiedNote:
    """A note that has the form of one; nobody's signature has been looked at."""

    text: str
    """What was signed, ending with a newline."""
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A note on which every signature by a known key holds, and at least one there is."""

    text: str
    signed_by: tuple[str, ...]
    """Names of the known keys, in the order of their lines."""
    others: tuple[Signature, ...]
    """Signatures by keys that are not known; they say nothing."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and its name: ``name+keyid+base64(type, key)``.

    Raises:
        VerificationError: ``key.malformed``, ``key.unknown-type``, ``key.weak``.
    """

    name: str
    public: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.public) != _KEY_BYTES:
            raise _bad_key()
        # libsodium: on the curve, of the large order, not of a small one
        if not nacl.bindings.crypto_core_ed25519_is_valid_point(self.public):
            raise VerificationError(
                "key.weak",
                f"the key of {self.name!r} is no point of full order: anybody could sign with it; "
                "ask for a new key, over another path",
            )

    @classmethod
    def parse(cls, text: str, *, kind: int = ED25519) -> Verifier:
        """The key that a text stands for; printing it gives the same text again."""
        name, plus, rest = text.partition("+")
        id_hex, second, key = rest.partition("+")
        decoded = _strict_b64(key)
        if not (plus and second) or decoded is None or not decoded:
            raise _bad_key()
        if decoded[0] != kind:
            raise VerificationError(
                "key.unknown-type",
                f"the key of {name[:80]!r} is of type {decoded[0]}, expected {kind}",
            )
        if len(decoded) != 1 + _KEY_BYTES:
            raise _bad_key()
        verifier = cls(name, decoded[1:], kind)
        if str(verifier) != text or id_hex != verifier.key_id.hex():
            raise _bad_key()
        return verifier

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell the keys of one name apart."""
        return key_id(self.name, self.kind, self.public)

    def holds(self, message: bytes, signature: bytes) -> bool:
        """Whether a signature over a message verifies."""
        try:
            nacl.bindings.crypto_sign_open(signature + message, self.public)
        except (nacl.exceptions.BadSignatureError, ValueError, TypeError):
            return False
        return len(signature) == nacl.bindings.crypto_sign_BYTES

    def __str__(self) -> str:
        key = b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A private key and its name; the seed never appears in a text of ours."""

    name: str
    seed: bytes
    """32 bytes of randomness, given by whoever makes keys."""

    _key: nacl.signing.SigningKey = field(init=False, compare=False)
    """Made once: making it takes longer than a signature does."""

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.seed) != _KEY_BYTES:
            raise ValueError("a signer needs a name and a seed of 32 bytes")
        object.__setattr__(self, "_key", nacl.signing.SigningKey(self.seed))

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, bytes(self._key.verify_key))

    @property
    def key_id(self) -> bytes:
        """That of its public half."""
        return key_id(self.name, ED25519, bytes(self._key.verify_key))

    def sign(self, message: bytes) -> bytes:
        """A signature over a message, 64 bytes."""
        return self._key.sign(message).signature


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The first four bytes of SHA-256(name, newline, type, key)."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_ID_BYTES]


def sign(text: str, signers: Iterable[Signer]) -> bytes:
    """A note with a signature line for each signer.

    Raises:
        ValueError: the text does not end with a newline, or holds what a note may not hold.
    """
    if not _is_text(text):
        raise ValueError("the text of a note ends with a newline and holds no control characters")
    lines = [_line(Signature(s.name, s.key_id, s.sign(text.encode()))) for s in signers]
    if not lines:
        raise ValueError("a note needs a signature")
    return f"{text}\n{''.join(lines)}".encode()


def with_signature(note: bytes, signature: Signature) -> bytes:
    """The same note with one more signature line at its end."""
    return note + _line(signature).encode()


def parse_note(data: bytes) -> UnverifiedNote:
    """A note's text and signature lines; their form is checked, the signatures are not.

    Raises:
        VerificationError: ``note.malformed``.
    """
    if len(data) > NOTE_BYTES_MAX:
        raise _malformed(f"it has more than {NOTE_BYTES_MAX:,} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    text, blank, lines = whole.rpartition("\n\n")
    text += "\n"
    if not blank or not lines.endswith("\n"):
        raise _malformed("it does not end with a blank line and signatures")
    if not _is_text(text):
        raise _malformed("its text holds control characters")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise _malformed(f"it has more than {SIGNATURES_MAX} signatures")
    return UnverifiedNote(text, signatures)


def open_note(data: bytes, known: Iterable[Verifier]) -> Note:
    """The note, with every signature by a known key verified.

    Args:
        data: The note as it was received.
        known: Keys that are believed; no two may share name and key id.

    Raises:
        VerificationError: ``note.malformed``; ``note.bad-signature``: one of them does not hold;
            ``note.unsigned``: none of them signed.
    """
    note = parse_note(data)
    keys: Mapping[tuple[str, bytes], Verifier] = {(key.name, key.key_id): key for key in known}
    signed: dict[tuple[str, bytes], None] = {}
    others: dict[tuple[str, bytes], Signature] = {}
    for signature in note.signatures:
        which = (signature.name, signature.key_id)
        key = keys.get(which)
        if key is None:
            others.setdefault(which, signature)
        elif which not in signed:
            if not key.holds(note.text.encode(), signature.value):
                raise VerificationError(
                    "note.bad-signature",
                    f"the signature of {signature.name!r} does not fit the text; keep the note: "
                    "somebody changed it, or signed another",
                )
            signed[which] = None
    if not signed:
        raise VerificationError(
            "note.unsigned",
            "no key that is known here signed this note; compare keys with its sender first",
        )
    return Note(note.text, tuple(name for name, _ in signed), tuple(others.values()))


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    decoded = _strict_b64(encoded)
    if (
        not line.startswith(_DASH)
        or not space
        or not _is_name(name)
        or decoded is None
        or len(decoded) <= _ID_BYTES
    ):
        raise _malformed("a signature line is not as the format makes it")
    return Signature(name, decoded[:_ID_BYTES], decoded[_ID_BYTES:])


def _line(signature: Signature) -> str:
    encoded = b64encode(signature.key_id + signature.value).decode()
    return f"{_DASH}{signature.name} {encoded}\n"


def _is_name(name: str) -> bool:
    """A key name: not empty, no space of any kind, no plus."""
    return (
        0 < len(name) <= NAME_LENGTH_MAX
        and "+" not in name
        and name.isprintable()
        and not any(mark.isspace() for mark in name)
    )


def _is_text(text: str) -> bool:
    return text.endswith("\n") and not any(mark < " " and mark != "\n" for mark in text)


def _strict_b64(text: str) -> bytes | None:
    """The bytes of a base64 text in its one spelling, or nothing."""
    try:
        decoded = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if b64encode(decoded).decode() == text else None


def _malformed(why: str) -> VerificationError:
    return VerificationError("note.malformed", f"this is no signed note: {why}")


def _bad_key() -> VerificationError:
    return VerificationError(
        "key.malformed", "this is no public key in the form name+id+base64; ask for it again"
    )
