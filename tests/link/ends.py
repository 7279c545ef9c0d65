"""Two desks in memory, and what one of them does with effects: the rules of a store, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field

from keepclear.link import bodies as b
from keepclear.link.happening import Alarm, Arrived, Deliver, Keep, Line, Record, Send, Tick, Write
from keepclear.link.kinds import Urgency, kind_of
from keepclear.link.message import NOTHING_BEFORE, Message, sign_message
from keepclear.link.state import SPACES, restore
from keepclear.link.stream import State, step
from keepclear.record.note import Signer

ALDER = Signer("alder.example/desk", bytes(range(32)))
BIRCH = Signer("birch.example/desk", bytes(range(1, 33)))
CEDAR = Signer("cedar.example/desk", bytes(range(2, 34)))
SECOND = 1_000_000
DAWN = 1_448_001_660 * SECOND


def stop(words="people of a partner near A2", **values):
    values = {"place": b.Place(lat_e7=-311_800_000, lon_e7=1_440_700_000), **values}
    return b.Stop(asks="cease", by="duty officer", words=words, **values)


def declared(name="A1", version=1, what="site"):
    return b.Declared(subject=f"Alder/{name}", version=version, what=what, text="{}")


def said(words="good morning"):
    return b.Said(words=words)


def message(body, seq=1, prev=NOTHING_BEFORE, sender=ALDER, recipient=BIRCH, **values):
    kind = kind_of(body)
    values = {"sent_us": DAWN, "urgency": kind.urgency, "stream": 1, **values}
    return Message(
        sender=sender.name, recipient=recipient.name, seq=seq, prev=prev, body=body, **values
    )


def signed(body, **values):
    signer = values.get("sender", ALDER)
    return sign_message(message(body, **values), signer)


def chain(*several, sender=ALDER, recipient=BIRCH, **values):
    """Messages of one stream, as the sender signed them."""
    made, prev = [], NOTHING_BEFORE
    for seq, body in enumerate(several, 1):
        one = signed(body, seq=seq, prev=prev, sender=sender, recipient=recipient, **values)
        made.append(one)
        prev = one.hash
    return made


@dataclass
class End:
    """A desk: one state, what is kept of it, and everything that ever followed."""

    me: Signer = BIRCH
    peer: Signer = ALDER
    arrangements: frozenset = frozenset({"Darling/3"})
    suspended: bool = False
    state: State = field(default_factory=State)
    kept: dict = field(default_factory=lambda: {space: {} for space in SPACES})
    effects: list = field(default_factory=list)
    now: int = DAWN

    @property
    def line(self):
        return Line(self.me, self.peer.verifier, self.arrangements, self.suspended)

    def happens(self, event):
        self.state, effects = step(self.line, self.state, event, self.now)
        for one in effects:
            if isinstance(one, Keep):
                if one.data is None:
                    self.kept[one.space].pop(one.key, None)
                else:
                    self.kept[one.space][one.key] = one.data
        self.effects += effects
        return list(effects)

    def gets(self, *notes):
        return [one for note in notes for one in self.happens(Arrived(getattr(note, "note", note)))]

    def says(self, body, **values):
        return self.happens(Write(body, **values))

    def later(self, seconds):
        self.now += round(seconds * SECOND)
        return self.happens(Tick())

    def starts_again(self):
        self.state = restore(self.peer.name, self.kept)

    def of(self, kind, effects=None):
        return [one for one in (self.effects if effects is None else effects) if type(one) is kind]

    def acted_on(self):
        return [(one.received.seq, one.across_gap) for one in self.of(Deliver) if not one.problem]

    def alarms(self):
        return [one.code for one in self.of(Alarm)]

    def sent(self, effects=None):
        return [one.note for one in self.of(Send, effects)]

    def recorded(self, how):
        return [one.note for one in self.of(Record) if one.how == how]


__all__ = [
    "ALDER", "BIRCH", "CEDAR", "DAWN", "SECOND", "End", "Urgency",
    "chain", "declared", "message", "said", "signed", "stop",
]  # fmt: skip
