"""Party cards, invitations, twelve words and signed arrangements: docs/protocol/enrolment.md."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from tests.second.lines import in_order, instant, number, read_lines, write_instant, write_lines
from tests.second.notes import (
    Key,
    Refused,
    Signer,
    decode64,
    encode64,
    need,
    open_note,
    read_key,
    read_note,
    signature_line,
    write_note,
)

CARD, INVITATION, ARRANGEMENT = (
    f"keepclear/{each}/1" for each in ("card", "invitation", "arrangement")
)
ONE = (1, 1)
LARGEST_CERTIFICATE, LONGEST_PARTY, LARGEST_NUMBER = 8_000, 100, 10**9
CARD_LINES = {
    "party": ONE, "number": ONE, "previous": ONE, "address": (0, 8), "message-key": ONE,
    "record-key": ONE, "age": ONE, "certificate": ONE, "from": ONE, "until": ONE,
    "revoked": (0, 100),
}  # fmt: skip
SYLLABLES = [consonant + vowel for consonant in "bdfklmnrstz" for vowel in "aiu"]
WORDS = [a + b + end for a in SYLLABLES for b in SYLLABLES for end in ("", "n")][:2048]


def words_of(data: bytes, count: int) -> list[str]:
    """The first bits of a hash as words of eleven bits each."""
    bits = int.from_bytes(data, "big")
    length = len(data) * 8
    return [WORDS[bits >> (length - 11 * (k + 1)) & 2047] for k in range(count)]


def root_words(root: Key) -> list[str]:
    return words_of(sha256(f"keepclear/root/1\n{root}".encode()).digest(), 12)


@dataclass(frozen=True)
class Card:
    text: str
    party: str
    number: int
    previous: str
    addresses: list[str]
    message_key: Key
    record_key: Key
    age: str
    certificate: bytes | None
    from_us: int
    until_us: int
    revoked: list[tuple[str, int]]

    @property
    def hash(self) -> str:
        return encode64(sha256(self.text.encode()).digest())


def read_card(note: bytes, root: Key) -> Card:
    text, _ = open_note(note, [root])
    pairs = read_lines(text, CARD)
    try:
        return card_of(text, in_order(pairs, CARD_LINES), root)
    except ValueError as error:
        raise Refused("card.malformed", str(error)) from error


def card_of(text: str, lines: dict[str, list[str]], root: Key) -> Card:
    only = {name: values[0] for name, values in lines.items() if CARD_LINES[name] == ONE}
    certificate = None if only["certificate"] == "none" else decode64(only["certificate"])
    revoked = [each.split(" after ") for each in lines["revoked"]]
    card = Card(
        text, only["party"], number(only["number"]), only["previous"], lines["address"],
        read_key(only["message-key"]), read_key(only["record-key"]), only["age"], certificate,
        instant(only["from"]), instant(only["until"]),
        [(str(read_key(key)), number(after)) for key, after in revoked],
    )  # fmt: skip
    first = card.previous == "none"
    need(card.number and (card.number == 1) == first, "the first, and no other, has none before")
    need(first or len(decode64(card.previous)) == 32, "no hash of the card before")
    keys = {root.raw, card.message_key.raw, card.record_key.raw}
    need(len(keys) == 3, "one key for two uses")
    need(card.from_us < card.until_us, "it never holds")
    need(len(certificate or b"") <= LARGEST_CERTIFICATE, "its certificate is too large")
    need(card.party.strip() and "/" not in card.party, "no name of a party")
    need(len(card.party) <= LONGEST_PARTY and card.number <= LARGEST_NUMBER, "too long, too large")
    addressed = all(each.startswith("https://") for each in card.addresses)
    need(addressed, "no address")
    return card


def write_card(
    root: Signer, *, party, message, record, from_us, until_us, address=(), age="none",
    certificate=None, number=1, previous="none", revoked=(),
) -> bytes:  # fmt: skip
    lines = [
        ("party", party), ("number", str(number)), ("previous", previous),
        *(("address", each) for each in address),
        ("message-key", str(message)), ("record-key", str(record)), ("age", age),
        ("certificate", encode64(certificate) if certificate else "none"),
        ("from", write_instant(from_us)), ("until", write_instant(until_us)),
        *(("revoked", f"{key} after {last}") for key, last in revoked),
    ]  # fmt: skip
    return write_note(write_lines(CARD, lines), root)


def follows(card: Card, before: Card) -> bool:
    return (card.party, card.number, card.previous) == (
        before.party,
        before.number + 1,
        before.hash,
    )


def check_fork(card: Card, other: Card) -> None:
    """Two different cards of one number under one root: the root is lost."""
    if card.number == other.number and card.text != other.text:
        raise Refused("card.fork", f"two cards number {card.number}")


def read_invitation(text: str) -> tuple[Key, list[Card]]:
    pairs = read_lines(text, INVITATION)
    try:
        lines = in_order(pairs, {"root": ONE, "card": (1, len(pairs))})
        notes = [decode64(each) for each in lines["card"]]
        root = read_key(lines["root"][0])
    except ValueError as error:
        raise Refused("invitation.malformed", str(error)) from error
    cards = [read_card(each, root) for each in notes]
    if cards[0].number != 1:
        raise Refused("invitation.malformed", "the first card is not there")
    for card, before in zip(cards[1:], cards, strict=False):
        if not follows(card, before):
            raise Refused("card.not-next", f"number {card.number}")
    return root, cards


def write_invitation(root: Key, cards: list[bytes]) -> str:
    lines = [("root", str(root)), *(("card", encode64(each)) for each in cards)]
    return write_lines(INVITATION, lines)


def propose(toml: str, signer: Signer) -> bytes:
    """An arrangement, signed by who proposes it."""
    return write_note(f"{ARRANGEMENT}\n{toml}", signer)


def sign_too(note: bytes, signer: Signer) -> bytes:
    """The same note with one more signature; nothing above it changes by a byte."""
    text = read_note(note)[0]
    return note + signature_line(signer.key, signer.signature(text.encode())).encode()


def read_arrangement(note: bytes, keys: dict[str, Key]) -> tuple[str, list[str]]:
    """The TOML of an arrangement, and which members have not signed it yet."""
    text, signed = open_note(note, list(keys.values()))
    first, _, toml = text.partition("\n")
    if first != ARRANGEMENT:
        raise Refused("text.other-type", first[:60])
    return toml, [party for party, key in keys.items() if key not in signed]
