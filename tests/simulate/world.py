"""One simulated world, wholly given by its seed: what happens in it, and what must hold after it.

Two to five desks talk over a network that misbehaves; some of them crash, some disks fail, all clocks
are wrong, and one desk may lie. After a while the network heals and everybody is up; then the
invariants of :meth:`World.look` must hold between all desks that do not lie.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from keepclear.link import bodies as b
from keepclear.link.bodies import NO_PERMISSION, Ref
from keepclear.link.happening import Line
from keepclear.link.message import read_own
from keepclear.link.state import OUT, SPACES, restore
from keepclear.record.merkle import consistency_proof, root_of, verify_consistency
from keepclear.record.note import Signer, open_note
from keepclear.wire.entries import Alarm, Carried, Shown
from tests.simulate.desk import AGREED, Desk, Disk
from tests.simulate.network import SECOND, Faults, Network, plan_failures

NAMES = ("alder", "birch", "cedar", "relief", "harbour")
ROAD = 100
"""Length of the road of which operations take stretches."""


class BrokenError(AssertionError):
    """An invariant does not hold; the seed plays it again."""


def require(holds, what):
    if not holds:
        raise BrokenError(what)


@dataclass
class World:
    seed: int
    folder: object = None
    """Where files are; nothing: in memory."""
    counts: Counter = field(default_factory=Counter)

    def __post_init__(self):
        rng = self.rng = random.Random(self.seed)
        self.network = Network(random.Random(f"{self.seed} network"), Faults.drawn(rng))
        self.fail_rate = rng.choice([0.0, 0.0, 0.02, 0.1])
        self.lie_rate = rng.choice([0.1, 0.5])
        count = rng.choice([2, 2, 2, 2, 2, 3, 3, 4, 5])
        liar = rng.choice([None, None, *NAMES[1:count]])
        signers = {name: Signer(name, rng.randbytes(32)) for name in NAMES[:count]}
        self.desks = {
            name: Desk(
                self,
                name,
                signer,
                Disk(self.folder and self.folder / f"{name}.db"),
                ahead_us=1_448_000_000 * SECOND
                + rng.choice([0, rng.randrange(-600, 600)]) * SECOND,
                drift=rng.choice([0.0, rng.uniform(-1e-4, 1e-4)]),
                lies=name == liar,
            )
            for name, signer in signers.items()
        }
        for name, desk in self.desks.items():
            desk.begin(
                {
                    other: Line(desk.signer, signer.verifier, frozenset({AGREED}))
                    for other, signer in signers.items()
                    if other != name
                }
            )
        self.busy_us = rng.choice([20, 60, 120]) * SECOND
        self.plan()

    def plan(self):
        """Everything that people, power and cables will do."""
        rng, names = self.rng, list(self.desks)
        for number in range(rng.randrange(1, 4 + 2 * len(names))):
            desk = self.desks[rng.choice(names)]
            at = rng.randrange(self.busy_us)
            self.network.at(at, self.thing(desk, number))
        plan_failures(rng, self.network, self.desks, self.busy_us, 30 * SECOND)

    def thing(self, desk, number):
        """Something that somebody says at a desk."""
        rng = self.rng
        peer = rng.choice(list(desk.lines_of))
        start = rng.randrange(ROAD - 20)
        what = rng.choice(
            ["operation", "operation", "operation", "stop", "words", "receipt", "burst"]
        )
        if what == "operation":
            return lambda: desk.declares(start, start + rng.randrange(1, 20), number)
        if what == "burst":
            many = [b.LineTest(by=f"desk {n}") for n in range(rng.randrange(1, 8))]
            many.append(b.Stop(asks="hold", by="duty", words=f"stop after many {number}"))
            return lambda: [desk.says(peer, body) for body in many]
        body = {
            "stop": b.Stop(asks="cease", by="duty", words=f"stop {number}"),
            "words": b.Said(words=f"words {number}"),
            "receipt": b.Acknowledged(
                re=Ref(seq=1, hash="ab" * 32), by="duty", at_us=1, says=NO_PERMISSION
            ),
        }[what]
        drill = rng.random() < 0.1
        return lambda: desk.says(peer, body, arrangement=AGREED, drill=drill)

    def arrive(self, name, note):
        """The network brings a note to a desk."""
        desk = self.desks[name]
        if desk.up:
            self.counts["notes"] += 1
            desk.arrives(note)

    def run(self):
        """Let it happen, heal, and look."""
        self.network.until(self.busy_us)
        self.network.healed = True
        self.network.until(self.busy_us + 40 * SECOND)  # the last crashed desk is up by then
        for _ in range(40):
            if self.settled():
                break
            self.network.until(self.network.now + 5 * SECOND)
        self.look()
        for desk in self.desks.values():
            desk.disk.close()

    # --- what must hold ---------------------------------------------------------------------------

    def honest_pairs(self):
        honest = [desk for desk in self.desks.values() if not desk.lies]
        return [(one, other) for one in honest for other in honest if one is not other]

    def state(self, desk, peer):
        return restore(peer, {space: desk.disk.kept(space) for space in SPACES})

    def settled(self):
        return all(desk.up for desk in self.desks.values()) and all(
            not desk.disk.kept(OUT) or any(other.lies for other in self.desks.values())
            for desk in self.desks.values()
        ) and all(
            self.state(one, other.name).sending.seq == self.state(other, one.name).receiving.seq
            for one, other in self.honest_pairs()
        )  # fmt: skip

    def acknowledged(self, desk, peer, seq):
        """I1: what a peer has signed to have stored is in its store, whatever happens to it."""
        other = self.desks[peer]
        if not desk.lies and not other.lies:
            self.counts["acknowledged"] += 1
            held = self.state(other, desk.name).receiving.seq
            require(held >= seq, f"I1: {peer} said to have stored {seq} and has {held}")

    def look(self):
        """All invariants, from the records alone."""
        records = self.records = {name: desk.record() for name, desk in self.desks.items()}
        for one, other in self.honest_pairs():
            self.look_at_stream(one, other, records)
            self.look_at_crossings(one, other, records)
        for desk in self.desks.values():
            if not desk.lies:
                self.look_at_one(desk, records[desk.name])

    def look_at_stream(self, one, other, records):
        """I1, I2, I3, I6, I7 for what one desk said to another."""
        where = f"{one.name} to {other.name}"
        sent = notes(records[one.name], "sent", other.name)
        got = notes(records[other.name], "received", one.name)
        out, come = self.state(one, other.name), self.state(other, one.name)
        require([n.seq for n in sent] == list(range(1, len(sent) + 1)), f"I6: {where} sent")
        require(out.sending.seq == len(sent), f"I6: {where} counts what it recorded")
        require(come.receiving.seq == len(sent), f"I7: {where} did not converge")
        require(not out.sending.unstored, f"I7: {where} still waits for receipts")
        require(out.sending.hash == come.receiving.hash, f"I7: {where} have two chains")
        require(
            sorted((n.seq, n.hash) for n in got) == [(n.seq, n.hash) for n in sent],
            f"I1, I2: {where} is not stored whole and once",
        )
        acted = acted_on(records[other.name], one.name)
        times = Counter((seq, digest) for seq, digest, _, _ in acted)
        require(
            times == Counter((n.seq, n.hash) for n in sent), f"I2: {where} not acted on once each"
        )
        flash = {n.seq for n in sent if read_own(n.note.encode()).on_arrival}
        order = [seq for seq, _, _, _ in acted if seq not in flash]
        require(order == sorted(order), f"I3: {where} out of order")
        across = [seq for seq, _, gap, _ in acted if gap]
        require(set(across) <= flash, f"I3: {where} acted across a gap on what was not flash")
        alarms = {
            a.code for a in records[other.name] if isinstance(a, Alarm) and a.party == one.name
        }
        require(
            not alarms & {"stream.two-texts", "stream.other-chain"}, f"{where} taken for a liar"
        )
        self.counts["messages"] += len(sent)
        self.counts["across gaps"] += len(across)

    def look_at_crossings(self, one, other, records):
        """I5: two operations that cross are told on both sides."""
        mine = stretches(records[one.name], other.name)
        theirs = stretches(records[other.name], one.name)
        told = {
            body.text
            for body in records[one.name]
            if isinstance(body, Shown) and body.how == "crossing"
        }
        for start, end, subject in mine:
            for first, last, another in theirs:
                if start < last and first < end:
                    self.counts["crossings"] += 1
                    require(
                        f"{subject} {another}" in told,
                        f"I5: {one.name} was not told that {subject} crosses {another}",
                    )

    def look_at_one(self, desk, record):
        """I4, and what a liar leaves behind."""
        store = desk.disk
        for other in self.desks.values():
            said = [(size, root) for who, size, root in other.heads if who == desk.name]
            for size, root in set(said):
                require(size <= store.size(), f"I4: {desk.name} signed more than it has")
                require(
                    root_of(0, size, store.node).hex() == root,
                    f"I4: {desk.name} showed another record of {size} entries",
                )
            for who, size, root in other.cosigned:
                if who == desk.name and not other.lies:
                    require(
                        root_of(0, size, store.node) == root, f"I4: {other.name} cosigned a lie"
                    )
                    self.counts["cosigned"] += 1
        last = 0
        for size in sorted({size for who, size, _ in desk.heads if who != desk.name}):
            require(size >= last, "I4: heads go back")
            last = size
        self.look_at_cosigned(desk)
        self.look_at_liars(desk, record)

    def look_at_cosigned(self, witness):
        """I4: of two states of one record that a witness signed, one goes on from the other."""
        by_record = defaultdict(list)
        for who, size, root in witness.cosigned:
            by_record[who].append((size, root))
        for who, heads in by_record.items():
            store = self.desks[who].disk
            for (old, old_root), (new, new_root) in pairwise(heads):
                require(old <= new, f"I4: {witness.name} cosigned an older state")
                if 0 < old < new:
                    proof = consistency_proof(old, new, store.node)
                    verify_consistency(old, new, old_root, new_root, tuple(proof))
                else:
                    require(old_root == new_root or not old, f"I4: {witness.name} signed two roots")

    def look_at_liars(self, desk, record):
        """Two texts of a peer under one number are both in the record, and people were told."""
        for liar in self.desks.values():
            if not liar.lies or liar is desk:
                continue
            kept = {
                (note.seq, note.hash)
                for how in ("received", "evidence")
                for note in notes(record, how, liar.name)
            }
            texts = defaultdict(set)
            for seq, digest in desk.heard_lies:
                texts[seq].add(digest)
                require((seq, digest) in kept, f"{desk.name} did not keep a text of {seq}")
            codes = {a.code for a in record if isinstance(a, Alarm) and a.party == liar.name}
            for seq, hashes in texts.items():
                if len(hashes) > 1:
                    self.counts["two texts"] += 1
                    proofs = {"stream.two-texts", "stream.other-chain"}
                    require(codes & proofs, f"{desk.name} was not told of two texts of {seq}")
            times = Counter((seq, digest) for seq, digest, _, _ in acted_on(record, liar.name))
            require(all(count == 1 for count in times.values()), "I2: a lie acted on twice")
            for note in notes(record, "evidence", liar.name):
                # signed by who is accused, or it is no evidence
                open_note(note.note.encode(), (liar.signer.verifier,))


def notes(record, how, peer):
    return [
        one
        for one in record
        if isinstance(one, Carried) and one.how == how and one.subject == f"line/{peer}"
    ]


def acted_on(record, peer):
    """Number, hash, whether across a gap, and the problem, in the order of the record."""
    return [
        json.loads(one.text)
        for one in record
        if isinstance(one, Shown) and one.how == "line" and one.subject == f"line/{peer}"
    ]


def stretches(record, peer):
    """What a desk declared to a peer."""
    found = []
    for note in notes(record, "sent", peer):
        body = read_own(note.note.encode()).message.body
        if isinstance(body, b.Declared):
            text = json.loads(body.text)
            found.append((text["a"], text["b"], body.subject))
    return found
