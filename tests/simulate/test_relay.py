"""Small worlds in which two desks never reach each other, and all goes through a third that misbehaves.

Real nodes with real lines and real seals, on clocks that are set by hand. The relay loses, doubles,
delays, reorders, swaps and changes what it holds, for a while; nodes stop and start again, and writes
fail. Then it behaves, and everything that was said must be there, once and in order, on both sides.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from keepclear.errors import KeepclearError, StoreError, VerificationError
from keepclear.link import bodies as b
from keepclear.link import sending
from keepclear.link.bodies import Ref
from keepclear.link.message import read_own
from keepclear.node.parcels import opened, sealed_for
from keepclear.node.relaying import handed_on, held_for, hold, holdings
from keepclear.node.talking import Talk
from keepclear.store.memory import Failure
from keepclear.wire.entries import Alarm, Carried, Shown
from tests.node.relays import relayed
from tests.simulate.test_worlds import tries_once, true

WORLDS = 40
SECOND = 1_000_000


class World:
    def __init__(self, seed):
        self.rng = random.Random(f"relay {seed}")
        self.alder, self.birch, self.relay = relayed()
        self.ends = (self.alder, self.birch)
        self.bad = {
            name: self.rng.choice([0.0, 0.0, self.rng.random() * 0.6])
            for name in ("lose", "double", "late", "swap", "spoil", "replay")
        }
        self.fails = self.rng.choice([0.0, 0.0, 0.05])
        self.behaves = False
        self.old, self.counts = [], Counter()
        self.said = 0

    def run(self):
        for _ in range(self.rng.randrange(20, 60)):
            self.step()
        self.behaves = True
        for _ in range(400):
            self.step(quiet=True)
            if self.settled():
                break
        self.look()
        return self.counts

    def step(self, *, quiet=False):
        """Some time passes, something is said, the relay is brought some and hands on some."""
        rng = self.rng
        for one in (*self.ends, self.relay):
            one.world.now += rng.randrange(50_000, 3 * SECOND)
        if not quiet:
            one, other = rng.sample(self.ends, 2)
            if rng.random() < 0.6:
                self.says(one, other)
            if rng.random() < 0.05:
                self.starts(rng.choice((*self.ends, self.relay)))
        for one, other in (self.ends, self.ends[::-1]):
            self.sends(one, other, self.does(one, lambda one=one: one.talk.passes()))
        for recipient in self.ends:
            self.hands_on(recipient)

    def says(self, one, other):
        self.said += 1
        stop = self.rng.random() < 0.2
        body = (
            b.Stop(asks="cease", by="duty", words=f"stop {self.said}")
            if stop
            else b.Said(words=f"number {self.said}")
        )
        self.sends(
            one,
            other,
            self.does(one, lambda: one.talk.say(other.name, body, arrangement="Darling/1")),
        )

    def does(self, one, call):
        """Something a node does; a write may fail, and what it would have sent is not sent then."""
        if not self.behaves and self.rng.random() < self.fails:
            one.world.store.failing = self.rng.choice(list(Failure))
        try:
            return call()
        except StoreError:
            return None
        finally:
            one.world.store.failing = None

    def starts(self, one):
        one.world.node = one.world.start()
        one.talk = Talk(one.world.node, one.message)

    def happens(self, what):
        return not self.behaves and self.rng.random() < self.bad[what]

    # --- to the relay, and from it ---

    def sends(self, one, other, told):
        for party, send in told.sends if told else ():
            if party != other.name:
                continue
            parcel = sealed_for(one.world.node, one.message, other.name, send.note)
            self.old.append(parcel)
            if self.happens("lose"):
                self.counts["lost"] += 1
                continue
            self.does(self.relay, lambda parcel=parcel: hold(self.relay.world.node, *parcel))
        if self.old and self.happens("replay"):
            parcel = self.rng.choice(self.old)
            self.does(self.relay, lambda: hold(self.relay.world.node, *parcel))

    def hands_on(self, recipient):
        waiting = held_for(self.relay.world.node, recipient.name)
        if not waiting or self.happens("late"):
            return
        handed = list(waiting)
        if not self.behaves:
            self.rng.shuffle(handed)
        if self.happens("double"):
            handed += handed[: self.rng.randrange(len(handed)) + 1]
        if self.happens("swap") and len(handed) > 1:
            handed = [(handed[k][0], handed[k - 1][1]) for k in range(len(handed))]
        if self.happens("spoil"):
            head, sealed = handed[0]
            at = self.rng.randrange(len(sealed))
            handed[0] = (head, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        notes = []
        for head, sealed in handed:
            try:
                notes.append(
                    opened(
                        recipient.world.node, recipient.message, recipient.identity, head, sealed
                    )
                )
            except VerificationError as error:
                self.counts[error.code] += 1
        if notes:
            told = self.does(recipient, lambda: recipient.talk.hears(notes))
            if told is None:
                return  # not durable: it is not let go of
            other = self.alder if recipient is self.birch else self.birch
            self.sends(recipient, other, told)
        hashes = {line for head, _ in waiting for line in head.decode().split() if len(line) == 64}
        self.does(self.relay, lambda: handed_on(self.relay.world.node, recipient.name, hashes))

    # --- what must hold ---

    def settled(self):
        pairs = (self.ends, self.ends[::-1])
        return all(
            not one.talk.state(other.name).sending.unstored
            and one.talk.state(other.name).sending.seq == other.talk.state(one.name).receiving.seq
            for one, other in pairs
        )

    def look(self):
        for one, other in (self.ends, self.ends[::-1]):
            sent, got = self.record(one, "sent", other), self.record(other, "received", one)
            assert self.settled(), "it did not converge"
            assert [note.seq for note in sent] == list(range(1, len(sent) + 1))
            assert sorted((n.seq, n.hash) for n in got) == [(n.seq, n.hash) for n in sent]
            texts = [
                body.text for body in other.world.bodies()
                if isinstance(body, Shown) and body.how == "line"
                and body.subject == f"line/{one.message.name}"
            ]  # fmt: skip
            said = [read_own(n.note.encode()).message.body.words for n in sent]
            assert Counter(w for t in texts for w in said if f'"{w}"' in t) == Counter(said)
            plain = [w for w in said if w.startswith("number")]
            shown = [w for t in texts for w in plain if f'"{w}"' in t]
            assert shown == plain, "out of order"
            codes = {x.code for x in other.world.bodies() if isinstance(x, Alarm)}
            assert not codes & {"stream.two-texts", "stream.other-chain", "ack.other-text"}
            self.counts["messages"] += len(sent)
        assert self.relay.world.kinds().count("carried") == 0, "the relay's record says something"
        for one in holdings(self.relay.world.node):
            assert one.parcels < 300

    def record(self, one, how, other):
        subject = f"line/{other.message.name}"
        return [
            body for body in one.world.bodies()
            if isinstance(body, Carried) and body.how == how and body.subject == subject
        ]  # fmt: skip


@pytest.mark.parametrize("first", range(0, WORLDS, 10))
def test_whatever_the_relay_does_for_a_while_both_ends_have_all_of_it_once(first):
    counts = Counter()
    for seed in range(first, first + 10):
        try:
            counts += World(seed).run()
        except Exception as error:
            error.add_note(f"World({seed}).run() plays it again")
            raise
    assert counts["messages"] > 50
    assert counts["lost"]
    assert counts["parcel.changed"]


# what these worlds would notice


def play_all():
    for seed in range(WORLDS):
        World(seed).run()


def receipts_beyond_gaps(line, state, event, now_us):
    """One signature covers what was never stored."""
    message = true["_message"](line, state, event, now_us)
    ahead = state.receiving.ahead[-1:]
    return replace(message, ack=Ref(seq=ahead[0].seq, hash=ahead[0].hash)) if ahead else message


def test_a_receipt_beyond_a_gap_is_noticed(monkeypatch):
    monkeypatch.setattr(sending, "_message", receipts_beyond_gaps)
    with pytest.raises((AssertionError, KeepclearError)):
        play_all()


def test_a_relay_that_is_believed_though_it_loses_is_noticed(monkeypatch):
    """If a stream stopped sending what a relay took, something would be missing in the end."""
    monkeypatch.setattr(sending, "_due_us", tries_once)
    with pytest.raises((AssertionError, KeepclearError)):
        play_all()
