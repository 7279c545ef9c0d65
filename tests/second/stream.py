"""One line as a reader and a writer keep it: docs/protocol/link.md, *Order* and *Sending*."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.second.bodies import RECEIVED
from tests.second.messages import ZEROS, Message, read_message, write_message
from tests.second.notes import Key, Refused, Signer

MOST_WAITING, MORE_FLASH, MOST_PROOFS = 256, 64, 64
FUTURE_US = 300_000_000


@dataclass
class Reader:
    """What came of one peer's stream to us, and what becomes of each message."""

    peer: Key
    me: str
    stream: int = 1
    stored: int = 0
    arrangements: tuple[str, ...] = ()
    suspended: bool = False
    now_us: int | None = None
    """By our clock, where somebody looks at it."""
    hashes: dict[int, str] = field(default_factory=lambda: {0: ZEROS})
    waiting: dict[int, Message] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    proofs: list[Message] = field(default_factory=list)

    def read(self, note: bytes) -> Message:
        return read_message(note, self.peer, self.me)

    def hears(self, note: bytes) -> list[tuple[str, object]]:
        """What follows: ``("act", message)``, ``("show", message)``, ``("refuse", message)``,
        ``("alarm", code)`` and ``("drop", code)``, in this order of time."""
        try:
            message = self.read(note)
        except Refused as refused:
            return [("drop", refused.code)]
        if message.stream != self.stream:
            return self.proof(message, "stream.other")
        if message.seq == 0 and message.code:
            return [("drop", message.code)]
        if message.seq == 0:
            return [("act", message)]
        return self.placed(message)

    def placed(self, message: Message) -> list[tuple[str, object]]:
        known = self.hashes.get(message.seq)
        if message.seq in self.waiting:
            known = self.waiting[message.seq].hash
        if known is not None:
            return [] if known == message.hash else self.proof(message, "stream.two-texts")
        if message.seq > self.stored + 1:
            return self.wait(message)
        if message.prev != self.hashes[self.stored]:
            return self.proof(message, "stream.other-chain")
        return self.store(message)

    def store(self, message: Message) -> list[tuple[str, object]]:
        self.stored = message.seq
        self.hashes[message.seq] = message.hash
        effects = self.act(message)
        following = self.waiting.pop(self.stored + 1, None)
        return effects + (self.placed(following) if following else [])

    def wait(self, message: Message) -> list[tuple[str, object]]:
        flash = message.flash
        if len(self.waiting) >= MOST_WAITING + (MORE_FLASH if flash else 0):
            return [("alarm", "stream.too-far-ahead")] if message.flash else []
        self.waiting[message.seq] = message
        return self.act(message) if flash else []

    def act(self, message: Message) -> list[tuple[str, object]]:
        if message.hash in self.shown:
            return []
        self.shown.add(message.hash)
        code = message.code
        if not code and not message.always and message.arrangement not in self.arrangements:
            code = "arrangement.other"
        elif not code and not message.always and self.suspended:
            code = "arrangement.suspended"
        if not code:
            return [("act", message), *self.ahead_of_us(message)]
        shown = [("show", message)] if message.flash else []
        answered = [] if message.kind == "refused/1" else [("refuse", (message, code))]
        return [*shown, *answered]

    def ahead_of_us(self, message: Message) -> list[tuple[str, object]]:
        """A clock that is far ahead of ours is told; the message counts."""
        future = self.now_us is not None and message.sent_us > self.now_us + FUTURE_US
        return [("alarm", "clock.ahead")] if future else []

    def show_flash(self, message: Message) -> list[tuple[str, object]]:
        if not message.flash or message.hash in self.shown:
            return []
        self.shown.add(message.hash)
        return [("show", message)]

    def proof(self, message: Message, code: str) -> list[tuple[str, object]]:
        if any(each.hash == message.hash for each in self.proofs):
            return []
        if len(self.proofs) >= MOST_PROOFS:
            return [("alarm", "stream.many-texts")]
        self.proofs.append(message)
        return [("alarm", code), *self.show_flash(message)]

    def begins_anew(self, stream: int) -> list[tuple[str, object]]:
        """People agreed on a new stream; what waited and was never acted on is shown."""
        left = [each for _, each in sorted(self.waiting.items()) if each.hash not in self.shown]
        self.stream, self.stored, self.hashes, self.waiting = stream, 0, {0: ZEROS}, {}
        return [("show", each) for each in left]

    def gaps(self) -> list[list[int]]:
        found, first = [], self.stored + 1
        for seq in sorted(self.waiting):
            if seq > first:
                found.append([first, seq - 1])
            first = seq + 1
        return found

    def ack(self) -> tuple[int, str] | None:
        return (self.stored, self.hashes[self.stored]) if self.stored else None


@dataclass
class Line:
    """One desk's end of a line: its own stream, and what it heard of the peer's."""

    signer: Signer
    reader: Reader
    stream: int = 1
    seq: int = 0
    prev: str = ZEROS
    outbox: dict[int, bytes] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)

    def say(self, kind: str, body: dict, now_us: int, **rest) -> bytes:
        """The next message of our stream; it stays in the outbox until a receipt covers it."""
        said = self.write(kind, body, now_us, seq=self.seq + 1, prev=self.prev, **rest)
        self.seq, self.prev = said.seq, said.hash
        self.outbox[said.seq], self.hashes[said.seq] = said.note, said.hash
        return said.note

    def write(self, kind: str, body: dict, now_us: int, **rest) -> Message:
        return write_message(
            self.signer, kind, body, to=self.reader.peer.name, sent_us=now_us,
            ack=self.reader.ack(), stream=self.stream, **rest,
        )  # fmt: skip

    def begins_anew(self, stream: int) -> None:
        """People agreed on a new stream: what the peer has not stored is written again in it."""
        waiting = [
            read_message(each, self.signer.key, self.reader.peer.name)
            for each in self.outbox.values()
        ]
        self.stream, self.seq, self.prev, self.outbox, self.hashes = stream, 0, ZEROS, {}, {}
        for old in waiting:
            self.say(
                old.kind, old.body, old.sent_us, urgency=old.urgency, until_us=old.until_us,
                arrangement=old.arrangement, drill=old.drill,
            )  # fmt: skip

    def receipt(self, now_us: int) -> bytes:
        """What is stored here, what is missing, and what came ahead of it."""
        ahead = [self.reader.waiting[seq].ref() for seq in sorted(self.reader.waiting)[:64]]
        body = {"gaps": self.reader.gaps()[:64], "ahead": ahead, "says": RECEIVED}
        return self.write("stored/1", body, now_us, seq=0).note

    def hears(self, note: bytes) -> list[tuple[str, object]]:
        """As the reader does; and what the peer has stored leaves the outbox."""
        effects = self.reader.hears(note)
        for message in heard(note, self.reader):
            effects += self.covers(message)
        return effects

    def covers(self, message: Message) -> list[tuple[str, object]]:
        if message.ack is None or message.code:
            return []
        seq, said = message.ack
        if seq > self.seq:
            return [("alarm", "ack.unsent")]
        if self.hashes[seq] != said:
            return [("alarm", "ack.other-text")]
        for each in [each for each in self.outbox if each <= seq]:
            del self.outbox[each]
        return []

    def missing(self, message: Message) -> list[bytes]:
        """The notes that a ``stored/1`` asks for."""
        gaps = message.body["gaps"]
        asked = [seq for seq in self.outbox if any(first <= seq <= last for first, last in gaps)]
        return [self.outbox[seq] for seq in asked]


def heard(note: bytes, reader: Reader) -> list[Message]:
    try:
        return [reader.read(note)]
    except Refused:
        return []
