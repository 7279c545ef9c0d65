"""One node of a simulated world: the real node with its real lines, on a store whose writes fail.

What it does with messages is small: it keeps stretches of road and says where two of them overlap.
That is enough to see whether two operations that cross are told on both sides.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace

from keepclear.errors import InputError, StoreError, VerificationError
from keepclear.link import bodies as b
from keepclear.link.happening import Arrived, Deliver, Heard, StoredUpTo, Write
from keepclear.link.kinds import kind_of
from keepclear.link.message import open_message, read_own, sign_message
from keepclear.link.state import LINE, NEVER_US, OUT
from keepclear.link.stream import ASK_MAX_US, due_us
from keepclear.node.ledger import Node, Surroundings
from keepclear.node.line import Decision, Lines
from keepclear.node.line_entries import subject_of
from keepclear.record.checkpoint import open_checkpoint
from keepclear.record.merkle import consistency_proof
from keepclear.record.note import Signer, sign
from keepclear.record.witness import Seen, advance
from keepclear.store.base import Kept
from keepclear.store.memory import MemoryStore
from keepclear.store.sqlite import SqliteStore
from keepclear.wire.entries import Carried, Shown, decode_body
from tests.laws.strategies import FLAT

AGREED = "Road/1"
FAILS = ("lost", "stored", "unsent")
"""Nothing was written; all was, and the node is told of a failure; all was, and it dies unsent."""


class DiedError(Exception):
    """The process is gone; what is durable stays."""


class Disk:
    """A store whose next commit may fail; the file outlives the process."""

    def __init__(self, path=None):
        self.path = path
        self.inner = MemoryStore() if path is None else SqliteStore(path)
        self.failing = None
        self.after = 0
        """So many commits go well before."""

    def commit(self, batches):
        if self.failing and self.after:
            self.after -= 1
            return self.inner.commit(batches)
        failing, self.failing = self.failing, None
        if failing == "lost":
            raise StoreError("lost")
        done = self.inner.commit(batches)
        if failing == "stored":
            raise StoreError("stored, and told otherwise")
        if failing == "unsent":
            raise DiedError
        return done

    def reopen(self):
        if self.path is not None:
            self.inner.close()
            self.inner = SqliteStore(self.path)

    def __getattr__(self, name):
        return getattr(self.inner, name)


class Machine:
    """A process with a clock, on a disk that outlives it."""

    def salt(self):
        self.salts += 1
        return self.salts.to_bytes(32, "big")

    def keep(self, note):
        self.checkpoint = note

    def booted(self, signer):
        """Its node, with everything that is on the disk."""
        self.disk.failing = None
        self.disk.reopen()
        self.up = True
        around = Surroundings(
            now_us=self.clock,
            salt=self.salt,
            geoid=FLAT,
            signer=signer,
            keep=self.keep,
            owner=self.name,
        )
        return Node(self.disk, around, checkpoint=self.checkpoint)


@dataclass
class Desk(Machine):
    world: object
    name: str
    signer: Signer
    disk: Disk
    ahead_us: int
    """How far its clock is ahead."""
    drift: float
    lies: bool = False
    up: bool = True
    own: set = field(default_factory=set)
    """Stretches of road that it declared, by its record up to the entry ``looked``."""
    looked: int = 0
    pending: tuple | None = None
    """What it will have cosigned, once that is durable."""
    heads: list = field(default_factory=list)
    """What peers said of their records: origin, size, root."""
    heard_lies: set = field(default_factory=set)
    """Number and hash of what a liar signed and this desk took in."""
    cosigned: list = field(default_factory=list)
    checkpoint: bytes = b""
    salts: int = 0
    woken_us: int = -1

    def __post_init__(self):
        self.rng = random.Random(f"{self.world.seed} {self.name}")
        self.recorder = Signer(f"record/{self.name}", self.signer.seed)
        self.verifier, self.record_key = self.signer.verifier, self.recorder.verifier

    def begin(self, lines):
        self.lines_of = lines
        self.start()

    def clock(self):
        return round(self.world.network.now * (1 + self.drift)) + self.ahead_us

    def start(self):
        self.node = self.booted(self.recorder)
        self.lines = Lines(self.node, self.lines_of, self.acts)
        self.wake()

    def crash(self, restart_us):
        if self.up:
            self.up = False
            self.world.network.at(restart_us, self.start)

    # --- what happens -----------------------------------------------------------------------------

    def does(self, what):
        """Do something with the lines; send what that asks for, if it is durable."""
        if not self.up:
            return False
        network = self.world.network
        if not network.healed and self.rng.random() < self.world.fail_rate:
            self.disk.failing = self.rng.choice(FAILS)
        try:
            sends = what()
        except StoreError:
            sends = None
        except DiedError:
            self.pending = None
            self.crash(network.now + self.rng.randrange(20_000_000))
            return False
        self.disk.failing = None
        if self.pending is not None and sends is not None:
            self.cosigned.append(self.pending)
        self.pending = None
        for peer, send in sends or ():
            self.sends(peer, send.note)
        self.wake()
        return sends is not None

    def wake(self):
        """Time will pass here when something is due."""
        if not self.up:
            return
        try:
            due = self.lines.due_us()
        except StoreError:
            due = 0
        network = self.world.network
        if due >= NEVER_US:
            return
        wait = max(round((due - self.clock()) / (1 + self.drift)), 10_000)
        self.woken_us = network.now + wait
        network.at(self.woken_us, lambda at=self.woken_us: self.ticks(at))

    def ticks(self, at):
        if at == self.woken_us:
            self.does(self.lines.passes)

    def arrives(self, note):
        """A note came; the node knows the peer by whose line it came, or tries them all."""
        peers = [peer for peer in self.lines_of if f"\nfrom: {peer}\n".encode() in note[:600]]
        peer = peers[0] if peers else next(iter(self.lines_of))
        done = self.does(lambda: self.lines.happens([(peer, Arrived(note))]))
        if done and self.world.desks[peer].lies:
            self.remember(peer, note)
        if self.up:
            self.asks_for_what_is_missing(peer)

    def remember(self, peer, note):
        """What a liar really said here, for looking at afterwards."""
        try:
            found = open_message(note, self.world.desks[peer].verifier, self.name)
        except VerificationError:
            return
        if found.seq:
            self.heard_lies.add((found.seq, found.hash))

    def says(self, peer, body, **values):
        return self.does(lambda: self.lines.happens([(peer, Write(body, **values))]))

    def declares(self, start, end, number):
        """A stretch of road that is ours, told to every peer in one write."""
        text = json.dumps({"a": start, "b": end}, separators=(",", ":"))
        body = b.Declared(subject=f"{self.name}/{number}", version=1, what="operation", text=text)
        told = [(peer, Write(body, arrangement=AGREED)) for peer in self.lines_of]
        self.does(lambda: self.lines.happens(told))

    # --- what it does with what came --------------------------------------------------------------

    def acts(self, peer, effect):
        if isinstance(effect, Heard):
            return self.hears(peer, effect)
        if isinstance(effect, StoredUpTo):
            self.world.acknowledged(self, peer, effect.seq)
            return Decision()
        assert isinstance(effect, Deliver)
        received, message = effect.received, effect.received.message
        text = json.dumps([received.seq, received.hash, effect.across_gap, effect.problem])
        bodies = [self.shown(peer, "line", text)]
        says = []
        if message and not effect.problem and isinstance(message.body, b.Declared):
            body = message.body
            theirs = json.loads(body.text)
            for start, end, subject in self.stretches():
                if start < theirs["b"] and theirs["a"] < end:
                    bodies.append(self.shown(peer, "crossing", f"{subject} {body.subject}"))
                    says.append((peer, Write(self.crossing(subject, body), arrangement=AGREED)))
        if message and not effect.problem and isinstance(message.body, b.CrossingFound):
            body = message.body
            bodies.append(self.shown(peer, "crossing", f"{body.yours} {body.mine}"))
        return Decision(bodies, says=says)

    def crossing(self, subject, body):
        return b.CrossingFound(
            yours=body.subject,
            your_version=1,
            mine=subject,
            my_version=1,
            certain=True,
            span=b.Span(),
            text="{}",
        )

    def stretches(self):
        """Our own, by what is durable: what was sent."""
        for entry in self.disk.entries(self.looked, 10_000):
            self.looked, body = entry.number, decode_body(entry.data[32:])
            if isinstance(body, Carried) and body.how == "sent":
                said = read_own(body.note.encode()).message.body
                if isinstance(said, b.Declared):
                    text = json.loads(said.text)
                    self.own.add((text["a"], text["b"], said.subject))
        return sorted(self.own)

    def shown(self, peer, how, text):
        return Shown(
            subject=subject_of(peer), at_us=self.clock(), to=self.name, how=how, of=[], text=text
        )

    def hears(self, peer, heard):
        """Heads of records: remember them, and cosign the sender's where it goes on from the last."""
        kept = []
        for head in heard.received.message.body.heads:
            self.heads.append((peer, head.size, head.root))
            kept = self.witness(peer)
        return Decision(kept=kept)

    def witness(self, peer):
        """Ask for a checkpoint and a proof; persist what was seen before anything is signed."""
        other = self.world.desks[peer]
        answer = other.proves(self.seen(peer).size)
        if answer is None:
            return []
        note, proof, old = answer
        try:
            checkpoint, _ = open_checkpoint(note, f"record/{other.name}", other.record_key)
            seen = advance(self.seen(peer), checkpoint, old, proof)
        except VerificationError:
            return []
        data = json.dumps([seen.size, seen.root.hex(), seen.note.decode()]).encode()
        self.pending = (peer, seen.size, seen.root)
        return [Kept("sim-witness", peer, data)]

    def seen(self, peer):
        data = self.disk.kept("sim-witness").get(peer)
        if data is None:
            return Seen()
        size, root, note = json.loads(data)
        return Seen(size, bytes.fromhex(root), note.encode())

    def proves(self, old):
        """A checkpoint of this record that goes on from an old size; a liar may show another one."""
        if not self.up:
            return None
        size = self.disk.size()
        if old > size:
            return None
        note = self.checkpoint
        head, _ = open_checkpoint(note, f"record/{self.name}", self.record_key)
        proof = consistency_proof(old, head.size, self.disk.node) if 0 < old <= head.size else ()
        if self.lies and self.rng.random() < 0.3:
            root = "A" * 43 + "="
            note = sign(f"record/{self.name}\n{head.size}\n{root}\n", (self.recorder,))
        return note, tuple(proof), old

    # --- what it sends ----------------------------------------------------------------------------

    def sends(self, peer, note):
        """A note to the network; whether it may be sent is looked up in the store."""
        if not self.lies:
            self.is_durable(peer, note)
        network = self.world.network
        network.send(self.name, peer, note, self.world.arrive)
        if self.lies and not network.healed and self.rng.random() < self.world.lie_rate:
            for lie in self.lies_beside(note):
                network.send(self.name, peer, lie, self.world.arrive)

    def is_durable(self, peer, note):
        """I8: a message is kept before it is sent, and a receipt covers what is kept."""
        said = read_own(note)
        kept = self.disk.kept(LINE).get(peer, b'{"received":0,"sent":0,"stored":0}')
        numbers = json.loads(kept)
        if said.seq:
            assert said.seq <= numbers["stored"] or note in self.disk.kept(OUT).values(), (
                "sent before kept"
            )
        ack = said.message.ack
        if ack is not None:
            assert ack.seq <= numbers["received"], "a receipt before it is stored"

    def lies_beside(self, note):
        """What a peer can do that has its own key and no shame."""
        said = read_own(note)
        lines = said.text.split("\n")
        lie = self.rng.choice(["text", "chain", "receipt", "kind", "place", "stop", "cut"])
        if lie == "text" and said.seq:
            yield self.signed(said, b.Said(words=f"another {self.rng.randrange(1_000)}"))
        elif lie == "stop" and said.seq:
            yield self.signed(said, b.Stop(asks="cease", by="liar", words="here"))
        elif lie == "chain" and said.seq > 1:
            lines[5] = f"prev: {'ab' * 32}"
            yield sign("\n".join(lines), (self.signer,))
        elif lie == "receipt":
            lines[11] = f"ack: {self.rng.randrange(1, 40)} {'cd' * 32}"
            yield sign("\n".join(lines), (self.signer,))
        elif lie == "kind":
            lines[12] = "kind: strike/1"
            yield sign("\n".join(lines), (self.signer,))
        elif lie == "place":
            lines[4] = "seq: many"
            yield sign("\n".join(lines), (self.signer,))
        elif lie == "cut":
            yield note[: self.rng.randrange(len(note))]

    def signed(self, said, body):
        """Another text under the same number."""
        message = replace(said.message, body=body, urgency=kind_of(body).urgency)
        try:
            return sign_message(message, self.signer).note
        except InputError:
            return b""

    # --- what is looked at ------------------------------------------------------------------------

    def record(self):
        found, after = [], 0
        while page := self.disk.entries(after, 1_000):
            found += [decode_body(entry.data[32:]) for entry in page]
            after = page[-1].number
        return found

    def asks_for_what_is_missing(self, peer):
        """I3: a gap is always about to be asked for."""
        try:
            state = self.lines.state(peer)
        except StoreError:
            return
        if state.receiving.ahead:
            assert state.receiving.gaps()
            assert min(due_us(state), state.ask_us) <= self.clock() + ASK_MAX_US
