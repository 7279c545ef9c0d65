"""Party cards: a party's root key says which node, which keys and which span of time are its own.

A card is the text of a signed note, signed by the party's root key, which is kept offline and signs
nothing else. Cards are numbered and chained by hash; a later one replaces the keys of the one before
it, and may revoke a key.

Rules kept here:

* Root, message and record key are three keys with three names; one key is never used for two.
* An :class:`UnverifiedCard` is what anybody could have written; a :class:`Card` comes out of
  :func:`open_card` alone.
* A card that is not yet valid, or no longer, is still a card: who uses it asks ``holds_at``.

Left to others: how one follows another (``card_chain``), whose root key is believed (``pinning``),
storing, sending.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from keepclear.domain.window import format_instant, parse_instant
from keepclear.errors import InputError, VerificationError
from keepclear.link.fields import Field, read_fields, write_fields
from keepclear.record.note import Signer, Verifier, open_note, sign

__all__ = [
    "CARD",
    "Card",
    "Revoked",
    "UnverifiedCard",
    "hash_of",
    "open_card",
    "parse_card",
    "sign_card",
]

CARD: Final = "keepclear/card/1"
ADDRESSES_MAX: Final = 8
REVOKED_MAX: Final = 100
CERTIFICATE_BYTES_MAX: Final = 8_000
NUMBER_MAX: Final = 10**9
MESSAGE_NUMBER_MAX: Final = 2**53 - 1
_HASH_BYTES: Final = 32
_PARTY_LENGTH_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Revoked:
    """A message key that is believed no longer."""

    key: str
    """The key as text."""
    after: int
    """Number of the last message of its stream that its party stands by; 0: none."""


@dataclass(frozen=True, slots=True)
class UnverifiedCard:
    """What a card's text says; nobody has to believe it.

    Raises:
        VerificationError: ``card.malformed``: it cannot be a card.
    """

    party: str
    number: int
    """From 1."""
    previous: bytes
    """SHA-256 of the text of the card before it; empty for the first."""
    addresses: tuple[str, ...]
    """Where its node is reached, ``https://host:port``, in order; none: by file alone."""
    message_key: Verifier
    record_key: Verifier
    age: str
    """To whom files for this party are encrypted; empty where it takes none."""
    from_us: int
    until_us: int
    revoked: tuple[Revoked, ...] = ()
    certificate: bytes = b""
    """The X.509 certificate, in DER, that its addresses show; without one, the public web decides."""

    def __post_init__(self) -> None:
        if self.message_key.public == self.record_key.public:
            raise _malformed("message key and record key are one key; each needs its own")
        if not self.party.strip() or "/" in self.party or len(self.party) > _PARTY_LENGTH_MAX:
            raise _malformed("it names no party")
        if not 1 <= self.number <= NUMBER_MAX or (self.number == 1) != (not self.previous):
            raise _malformed(
                "the first card has number 1 and no card before it, and only the first"
            )
        if self.previous and len(self.previous) != _HASH_BYTES:
            raise _malformed("the card before it is named by a hash of 32 bytes")
        if self.from_us >= self.until_us:
            raise _malformed("it ends before it begins")
        if len(self.addresses) > ADDRESSES_MAX or len(self.revoked) > REVOKED_MAX:
            raise _malformed("it has too many addresses or revoked keys")
        if not all(0 <= one.after <= MESSAGE_NUMBER_MAX for one in self.revoked):
            raise _malformed("a revoked key is believed up to a number, from 0")
        if len(self.certificate) > CERTIFICATE_BYTES_MAX:
            raise _malformed(f"its certificate has more than {CERTIFICATE_BYTES_MAX:,} bytes")
        if not all(one.startswith("https://") for one in self.addresses):
            raise _malformed("an address begins with https://")

    @property
    def text(self) -> str:
        """What is signed."""
        return write_fields(CARD, self._fields())

    def holds_at(self, at_us: int) -> bool:
        """Whether it is valid at an instant; its end does not belong to it."""
        return self.from_us <= at_us < self.until_us

    def _fields(self) -> Iterator[Field]:
        yield "party", self.party
        yield "number", str(self.number)
        yield "previous", b64encode(self.previous).decode() or "none"
        for address in self.addresses:
            yield "address", address
        yield "message-key", str(self.message_key)
        yield "record-key", str(self.record_key)
        yield "age", self.age or "none"
        yield "certificate", b64encode(self.certificate).decode() or "none"
        yield "from", format_instant(self.from_us)
        yield "until", format_instant(self.until_us)
        for one in self.revoked:
            yield "revoked", f"{one.key} after {one.after}"


@dataclass(frozen=True, slots=True)
class Card(UnverifiedCard):
    """A card that a root key signed; made by :func:`open_card` alone."""

    note: bytes = b""
    """The whole note as it was received: what is kept and shown as evidence."""


def sign_card(card: UnverifiedCard, root: Signer) -> bytes:
    """The card as a note, signed by its party's root key.

    Raises:
        ValueError: the root key is used for messages or the record as well.
    """
    if root.verifier.public in {card.message_key.public, card.record_key.public}:
        raise ValueError("the root key signs cards and nothing else")
    return sign(card.text, (root,))


def open_card(data: bytes, root: Verifier) -> Card:
    """A card that a party's root key signed.

    Raises:
        VerificationError: ``note.*``, ``text.*``, ``card.*``, ``key.*``.
    """
    note = open_note(data, (root,))
    said = parse_card(note.text)
    if root.public in {said.message_key.public, said.record_key.public}:
        raise _malformed("the root key is used for messages or the record as well")
    return Card(
        party=said.party,
        number=said.number,
        previous=said.previous,
        addresses=said.addresses,
        message_key=said.message_key,
        record_key=said.record_key,
        age=said.age,
        from_us=said.from_us,
        until_us=said.until_us,
        revoked=said.revoked,
        certificate=said.certificate,
        note=data,
    )


def parse_card(text: str) -> UnverifiedCard:
    """The card that a text says, in its one spelling.

    Raises:
        VerificationError: ``text.*``, ``card.malformed``, ``key.*``.
    """
    fields = read_fields(text, CARD)
    one = {name: value for name, value in fields if name not in {"address", "revoked"}}
    try:
        found = UnverifiedCard(
            party=one["party"],
            number=int(one["number"]),
            previous=_decoded(one["previous"]),
            addresses=tuple(value for name, value in fields if name == "address"),
            message_key=Verifier.parse(one["message-key"]),
            record_key=Verifier.parse(one["record-key"]),
            age="" if one["age"] == "none" else one["age"],
            from_us=parse_instant(one["from"]),
            until_us=parse_instant(one["until"]),
            revoked=tuple(_revoked(value) for name, value in fields if name == "revoked"),
            certificate=_decoded(one["certificate"]),
        )
        printed = found.text
    except (KeyError, ValueError, InputError):
        raise _malformed("a line is missing, or says what it cannot say") from None
    if printed != text:  # order, doubled and unknown lines, other spellings of numbers and times
        raise _malformed("it is not spelled as this type is")
    return found


def hash_of(card: UnverifiedCard) -> bytes:
    """What the next card names this one by."""
    return sha256(card.text.encode()).digest()


def _decoded(value: str) -> bytes:
    return b"" if value == "none" else b64decode(value, validate=True)


def _revoked(value: str) -> Revoked:
    key, _, after = value.partition(" after ")
    return Revoked(str(Verifier.parse(key)), int(after))


def _malformed(why: str) -> VerificationError:
    return VerificationError("card.malformed", f"this is no party card: {why}")
