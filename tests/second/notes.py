"""Keys and signed notes, as docs/protocol/record.md has them under *Keys and notes*.

Nothing here, nor in the modules beside it that hold no tests, is taken from keepclear: they were
written from the pages under docs/protocol/ alone, to show whether those pages are enough.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from unicodedata import category

import nacl.bindings
from nacl.exceptions import CryptoError

SIGNS, WITNESSES = 1, 4
DASH = "\u2014 "
LARGEST_NOTE, MOST_SIGNATURES = 1_000_000, 100


class Refused(Exception):  # noqa: N818 - it is called what it is
    """Something is not as the pages say. ``code`` is the one that they name."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


def need(holds: object, why: str) -> None:
    """What readers of texts ask: ValueError with ``why`` where it does not hold."""
    if not holds:
        raise ValueError(why)


def decode64(text: str) -> bytes:
    """Base64 in its one spelling; ValueError for any other."""
    data = b64decode(text, validate=True)
    need(b64encode(data).decode() == text, "not the one spelling of base64")
    return data


def encode64(data: bytes) -> str:
    return b64encode(data).decode()


def is_printable(text: str) -> bool:
    return all(each == " " or category(each)[0] not in "CZ" for each in text)


def is_name(text: str) -> bool:
    return 0 < len(text) <= 255 and is_printable(text) and not set(text) & {" ", "+"}


@dataclass(frozen=True)
class Key:
    """A public key and its name: who says something."""

    name: str
    type: int
    raw: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode64(bytes([self.type]) + self.raw)}"

    def holds(self, message: bytes, signature: bytes) -> bool:
        try:
            nacl.bindings.crypto_sign_open(signature + message, self.raw)
        except CryptoError:
            return False
        return True


def read_key(text: str) -> Key:
    """A key from its one spelling; of full order, or anybody could sign with it."""
    try:
        name, key_id, value = text.split("+", 2)
        data = decode64(value)
    except ValueError as error:
        raise Refused("key.malformed", "not name+id+base64") from error
    key = Key(name, data[0] if data else 0, data[1:])
    if data and key.type not in {SIGNS, WITNESSES}:
        raise Refused("key.unknown-type", f"type {key.type}")
    if not is_name(name) or len(key.raw) != 32:
        raise Refused("key.malformed", "no name, or another length")
    if str(key) != text or key_id != key.id.hex():
        raise Refused("key.malformed", "its id is not that of its name and bytes")
    if not nacl.bindings.crypto_core_ed25519_is_valid_point(key.raw):
        raise Refused("key.weak", "no point of full order")
    return key


@dataclass(frozen=True)
class Signer:
    """A secret key, from its 32 bytes of seed."""

    name: str
    seed: bytes
    type: int = SIGNS

    @property
    def key(self) -> Key:
        return Key(self.name, self.type, nacl.bindings.crypto_sign_seed_keypair(self.seed)[0])

    def signature(self, message: bytes) -> bytes:
        secret = nacl.bindings.crypto_sign_seed_keypair(self.seed)[1]
        return nacl.bindings.crypto_sign(message, secret)[:64]


def signature_line(key: Key, value: bytes) -> str:
    return f"{DASH}{key.name} {encode64(key.id + value)}\n"


def write_note(text: str, *signers: Signer) -> bytes:
    lines = [signature_line(each.key, each.signature(text.encode())) for each in signers]
    return "".join([text, "\n", *lines]).encode()


def read_note(data: bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The text of a note, and name, key id and value of each of its signature lines."""
    try:
        text, blank, below = data.decode().rpartition("\n\n")
        need(len(data) <= LARGEST_NOTE, "too large")
        need(blank and below.endswith("\n"), "no empty line, or cut short")
        need(all(ord(each) >= 32 or each == "\n" for each in text), "a control character")
        signatures = []
        for line in below[:-1].split("\n"):
            name, value = line.removeprefix(DASH).split(" ")
            raw = decode64(value)
            good = line.startswith(DASH) and is_name(name) and len(raw) > 4
            need(good, "no line of a signature")
            signatures.append((name, raw[:4], raw[4:]))
        need(len(signatures) <= MOST_SIGNATURES, "too many signatures")
    except ValueError as error:
        raise Refused("note.malformed", str(error)) from error
    return text + "\n", signatures


def open_note(data: bytes, keys: list[Key]) -> tuple[str, list[Key]]:
    """The text, and which of ``keys`` signed it: one at least, and none with a signature that fails."""
    text, signatures = read_note(data)
    signed = []
    for name, key_id, value in signatures:
        for key in keys:
            if (key.name, key.id) == (name, key_id) and key not in signed:
                if not key.holds(text.encode(), value):
                    raise Refused("note.bad-signature", f"by {name}")
                signed.append(key)
    if not signed:
        raise Refused("note.unsigned", "nobody who is known here signed it")
    return text, signed
