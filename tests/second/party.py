"""A party that has nothing but the second implementation: keys, a card, a record, and lines."""

from __future__ import annotations

from hashlib import sha256

from tests.second import cards, record
from tests.second.notes import Key, Signer, write_note
from tests.second.stream import Line, Reader

DAY_US = 86_400_000_000


class Party:
    """One desk and what it keeps. Seeds are given, so that everything is the same at each run."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.root, self.message, self.record = (
            Signer(f"{name.lower()}.example/{what}", bytes([seed, place]) * 16)
            for place, what in enumerate(("root", "desk", "record"))
        )
        self.leaves: list[bytes] = []
        self.notes: list[bytes] = []
        self.lines: dict[str, Line] = {}
        self.cards: dict[str, cards.Card] = {}
        self.witness = record.Witness(self.record, {})

    def joins(self, now_us: int, **more) -> str:
        """Its first card, in an invitation; ``more`` are lines of the card."""
        card = cards.write_card(
            self.root,
            party=self.name,
            message=self.message.key,
            record=self.record.key,
            from_us=now_us - DAY_US,
            until_us=now_us + 365 * DAY_US,
            **more,
        )
        return cards.write_invitation(self.root.key, [card])

    @property
    def words(self) -> list[str]:
        return cards.root_words(self.root.key)

    def meets(self, invitation: str, heard: list[str], now_us: int) -> Line:
        """A line to who sent an invitation, where the words that were heard are those of its root."""
        root, held = cards.read_invitation(invitation)
        assert cards.root_words(root) == heard, "another root than that of the words"
        card = held[-1]
        assert card.from_us <= now_us < card.until_us, "a card that does not hold now"
        line = Line(self.message, Reader(card.message_key, self.message.name))
        self.lines[card.party], self.cards[card.party] = line, card
        self.witness.keys[card.record_key.name] = card.record_key
        return line

    def records(self, body: bytes) -> None:
        """One more entry of its own record; what would be random is made of its number here."""
        entry = len(self.leaves) + 1
        salt = sha256(b"salt %d" % entry).digest()
        self.leaves.append(record.leaf_hash(record.leaf(entry, salt, body)))

    def checkpoint(self) -> bytes:
        text = record.checkpoint_text(self.record.name, self.leaves)
        return write_note(text, self.record)

    def asks_a_witness(self, old: int) -> bytes:
        """The body of add-checkpoint, from the size that the witness signed last."""
        proof = record.consistency(old, self.leaves) if old else []
        return record.write_asking(old, proof, self.checkpoint())

    def head(self) -> dict:
        top = record.root(self.leaves).hex()
        return {"origin": self.record.name, "size": len(self.leaves), "root": top}


def record_key(invitation: str) -> Key:
    """The key of the record on the newest card."""
    return cards.read_invitation(invitation)[1][-1].record_key
