"""A world of desks with their boards: the real talk on the real node, over the same network.

Two or three desks ask each other for stops, answer, confirm and take them back, while the network
misbehaves, processes crash and writes fail, the second one of a step too; in some worlds one desk lies.
When the network has healed, :meth:`BoardWorld.look` asks for what a desk must be able to rely on: no
stop between honest desks is ever lost from a board, it was on the screens, and its ladder went up at
its times, whatever crashed in between; and no lie takes a stop off a board, or is forgotten.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from keepclear.errors import StoreError, VerificationError
from keepclear.link import bodies as b
from keepclear.link.alerting import CLOSED, EVERY_US, LADDER, STANDBY_US, Stage
from keepclear.link.invitation import write_invitation
from keepclear.link.message import read_own
from keepclear.link.pinning import words_of
from keepclear.node import peers
from keepclear.node.declaring import Request
from keepclear.node.line_entries import subject_of
from keepclear.node.talking import Talk
from keepclear.record.note import Signer
from keepclear.wire.entries import Carried, Shown, decode_body
from tests.simulate import lying
from tests.simulate.desk import FAILS, DiedError, Disk, Machine
from tests.simulate.network import SECOND, Faults, Network, plan_failures
from tests.simulate.world import require

NAMES = ("Alder", "Birch", "Cedar")
ASK = Request("one", "test")
DAY = 86_400 * SECOND
ANSWERS = ("roger", "standby", "wilco", "wilco", "unable")
SLACK_US = 3 * SECOND
"""Within which a rung is alerted, where nothing crashed and no write failed."""
OPEN = frozenset({Stage.RAISED, Stage.STANDBY})
"""Nobody has taken it; which of the two it is depends on each desk's own clock. Closed it is by what
each desk heard first, where one lifted it while the other stated that its unit had stopped."""


@dataclass
class BoardDesk(Machine):
    world: object
    name: str
    disk: Disk
    ahead_us: int
    drift: float
    lies: bool = False
    up: bool = True
    checkpoint: bytes = b""
    salts: int = 0
    woken_us: int = -1
    back_us: int = 0
    """Before the network's time: keys are made known a day before all else."""
    troubles: list = field(default_factory=list)
    """When, by its own clock, it was down or a write failed: begin and end."""
    talk: Talk | None = None
    heard_lies: set = field(default_factory=set)
    """Of a liar, what this desk took in: number, hash, whether it is a stop."""
    lied: dict = field(default_factory=dict)
    """By what its node said, what it says beside that: nothing where it does not lie."""

    def __post_init__(self):
        self.rng = random.Random(f"{self.world.seed} {self.name}")
        some = (self.rng.randbytes(32) for _ in range(3))
        low = self.name.lower()
        self.root, self.message, self.record = (
            Signer(f"keepclear/{low}/{what}", seed)
            for what, seed in zip(("root", "desk", "record"), some, strict=True)
        )
        self.start()

    def clock(self):
        now = self.world.network.now - self.back_us
        return round(now * (1 + self.drift)) + self.ahead_us

    def start(self):
        self.node = self.booted(self.record)
        if self.talk is not None:
            self.talk = Talk(self.node, self.message)
            self.wake()

    def invitation(self):
        peers.renew(
            self.node, self.name, self.root, self.message.verifier, self.record.verifier, ASK
        )
        return write_invitation(self.root.verifier, peers.cards_of(self.node, self.name))

    def meets(self, other, invitation):
        peers.accept(self.node, invitation, ASK)
        peers.compare(self.node, other.name, words_of(other.root.verifier), ASK)

    def crash(self, restart_us):
        if self.up:
            self.up = False
            self.troubles.append([self.clock(), self.clock() + restart_us - self.world.network.now])
            self.world.network.at(restart_us, self.start)

    def does(self, what):
        """Do something with the talk; send what that asks for, if it is durable."""
        if not self.up:
            return None
        network = self.world.network
        if not network.healed and self.rng.random() < self.world.fail_rate:
            self.disk.failing, self.disk.after = self.rng.choice(FAILS), self.rng.randrange(2)
        try:
            told = what()
        except StoreError:
            told = None
            self.troubles.append([self.clock() - SLACK_US, self.clock() + SLACK_US])
        except VerificationError:
            told = None  # changed beyond knowing whose it is
        except DiedError:
            self.crash(network.now + self.rng.randrange(20 * SECOND))
            return None
        self.disk.failing = None
        for party, send in told.sends if told else ():
            for note in self.as_sent(send.note):
                network.send(self.name, party, note, self.world.arrive)
        self.wake()
        return told

    def as_sent(self, note):
        """A note, or what a liar sends in either order: the same two texts as often as it sends one."""
        if not self.lies or not read_own(note).seq:
            return [note]
        if note not in self.lied:
            lies = self.rng.random() < self.world.lie_rate
            self.lied[note] = lying.another(note, self.rng, self.message) if lies else None
        both = [one for one in (note, self.lied[note]) if one is not None]
        return both if self.rng.random() < 0.5 else both[::-1]

    def wake(self):
        if not self.up:
            return
        try:
            due = self.talk.due_us()
        except StoreError:
            due = 0
        network = self.world.network
        wait = max(round((due - self.clock()) / (1 + self.drift)), 10_000)
        self.woken_us = network.now + wait
        network.at(self.woken_us, lambda at=self.woken_us: self.ticks(at))

    def ticks(self, at):
        if at == self.woken_us:
            self.does(self.talk.passes)

    def says(self, party, body, *, drill=False):
        return self.does(lambda: self.talk.say(party, body, drill=drill))

    def answers(self):
        """Somebody at this desk does something about a stop that is open."""
        alerts = [(key, one) for key, one in self.talk.board.alerts.items() if one.open]
        if not self.up or not alerts:
            return
        key, alert = self.rng.choice(alerts)
        party = self.world.party_of(key[0])
        ref = b.Ref(seq=alert.seq, hash=key[2])
        if alert.asking:
            because = self.rng.choice(["over", "false"])
            body = b.StopLifted(mine=ref, because=because, by="duty")
        elif self.rng.random() < 0.3:
            body = b.Stopped(re=ref, by="duty", at_us=1)
        else:
            body = b.Answer(re=ref, answer=self.rng.choice(ANSWERS), by="duty")
        self.says(party, body)

    def bodies(self):
        found, after = [], 0
        while page := self.disk.entries(after, 1_000):
            found += [decode_body(entry.data[32:]) for entry in page]
            after = page[-1].number
        return found

    def in_trouble(self, begin_us, end_us):
        return any(begin < end_us and begin_us < end for begin, end in self.troubles)


@dataclass
class BoardWorld:
    seed: int
    folder: object = None
    counts: Counter = field(default_factory=Counter)

    def __post_init__(self):
        rng = self.rng = random.Random(f"{self.seed} board")
        self.network = Network(random.Random(f"{self.seed} network"), Faults.drawn(rng))
        self.network.healed = True  # while keys are made known
        self.fail_rate = rng.choice([0.0, 0.0, 0.05, 0.15])
        self.desks = {
            name: BoardDesk(
                self,
                name,
                Disk(self.folder and self.folder / f"{name}.db"),
                ahead_us=1_448_000_000 * SECOND
                + rng.choice([0, rng.randrange(-600, 600)]) * SECOND,
                drift=rng.choice([0.0, rng.uniform(-1e-4, 1e-4)]),
                back_us=DAY,
            )
            for name in NAMES[: rng.choice([2, 2, 3])]
        }
        self.choose_liar(random.Random(f"{self.seed} liar"))
        invitations = {name: one.invitation() for name, one in self.desks.items()}
        for one in self.desks.values():
            for name, other in self.desks.items():
                if other is not one:
                    one.meets(other, invitations[name])
        for one in self.desks.values():
            one.back_us = 0
            one.talk = Talk(one.node, one.message)
            one.wake()
        self.network.healed = False
        self.busy_us = rng.choice([30, 90, 180]) * SECOND
        self.plan()

    def choose_liar(self, rng):
        """In one world of three."""
        self.lie_rate = rng.choice([0.3, 1.0])
        if rng.random() < 1 / 3:
            self.desks[rng.choice(list(self.desks))].lies = True

    def plan(self):
        rng, names = self.rng, list(self.desks)
        for number in range(rng.randrange(1, 5)):
            one, other = rng.sample(names, 2)
            body = b.Stop(asks="hold", by="duty", words=f"stop {number}")
            drill = rng.random() < 0.1
            self.network.at(
                rng.randrange(self.busy_us),
                lambda one=one, other=other, body=body, drill=drill: self.desks[one].says(
                    other, body, drill=drill
                ),
            )
        for number in range(rng.randrange(6)):
            one, other = rng.sample(names, 2)
            body = b.Contact(by="duty", how=f"call {number}")
            self.network.at(
                rng.randrange(self.busy_us),
                lambda one=one, other=other, body=body: self.desks[one].says(other, body),
            )
        for _ in range(rng.randrange(8)):
            desk = self.desks[rng.choice(names)]
            self.network.at(rng.randrange(self.busy_us), lambda desk=desk: desk.answers())
        plan_failures(rng, self.network, self.desks, self.busy_us, 45 * SECOND)

    def arrive(self, name, note):
        desk = self.desks[name]
        if not desk.up:
            return
        told = desk.does(lambda: desk.talk.hears([note]))
        for liar in self.desks.values():
            if liar.lies and told is not None and not told.refused:
                found = lying.heard(note, liar, desk.message.name)
                desk.heard_lies |= {found} if found else set()

    def party_of(self, key):
        return next(name for name, one in self.desks.items() if one.message.name == key)

    def run(self):
        self.network.until(self.busy_us)
        self.network.healed = True
        self.network.until(self.busy_us + 60 * SECOND)
        for _ in range(20):
            if self.settled():
                break
            self.network.until(self.network.now + 5 * SECOND)
        self.look()
        for desk in self.desks.values():
            desk.disk.close()

    def honest(self):
        return {name: desk for name, desk in self.desks.items() if not desk.lies}

    def settled(self):
        honest = self.honest()
        return all(desk.up for desk in self.desks.values()) and all(
            not desk.talk.state(party).sending.unstored
            for desk in honest.values()
            for party in desk.talk.parties()
            if party in honest
        )

    # --- what must hold ---------------------------------------------------------------------------

    def look(self):
        require(self.settled(), "B0: what was said did not arrive")
        for desk in self.desks.values():
            desk.talk.passes()  # what is due at this very moment
        records = {name: desk.bodies() for name, desk in self.desks.items()}
        for name, desk in self.honest().items():
            self.look_at_board(desk, records[name])
            lying.look_at_ends(desk, records[name])
            for note, at_us in stops(records[name]):
                if self.desks[self.asked(note)].lies:
                    self.look_at_own_stop(name, note, at_us, records[name])
                else:
                    self.look_at_stop(name, note, at_us, records)
            for liar in self.desks.values():
                if liar.lies:
                    lying.look_at_lies(self, desk, liar.message.name, records[name])

    def asked(self, note):
        """Which desk a stop was sent to."""
        return self.party_of(read_own(note).message.recipient)

    def look_at_own_stop(self, name, note, at_us, record):
        """B1, B3 for a stop that a liar was asked for: whatever it says, who asked sees it stand."""
        received, mine = read_own(note), self.desks[name]
        peer = received.message.recipient
        here = mine.talk.board.alerts.get((peer, True, received.hash))
        where = f"stop {received.seq} of {name} to a liar"
        require(here is not None, f"B1: {where} is not on the board of who asked")
        require(here.raised_us == at_us, f"B3: {where} begins at another time than it was said")
        self.look_at_ladder(mine, here, alerts(record, peer)[received.hash], where)
        self.counts["stops to a liar"] += 1

    def look_at_stop(self, name, note, at_us, records):
        """B1, B2, B4 for one stop that a desk asked for: it is on both boards, and on the screens."""
        received, other = read_own(note), self.asked(note)
        mine, theirs = self.desks[name], self.desks[other]
        here = mine.talk.board.alerts.get((theirs.message.name, True, received.hash))
        there = theirs.talk.board.alerts.get((mine.message.name, False, received.hash))
        where = f"stop {received.seq} of {name} to {other}"
        require(here is not None, f"B1: {where} is not on the board of who asked")
        require(there is not None, f"B1: {where} is not on the board of who was asked")
        stages = {here.stage, there.stage}
        same = len(stages) == 1 or stages <= OPEN or stages <= CLOSED
        require(same, f"B4: {where} is {here.stage} here and {there.stage} there")
        require(here.raised_us == at_us, f"B3: {where} begins at another time than it was said")
        shown = alerts(records[other], mine.message.name)[received.hash]
        came = there.raised_us
        if there.open or not theirs.in_trouble(came - SLACK_US, came + SLACK_US):
            # else it was closed by the time that the desk was back, and had no screens before
            require("every screen" in shown, f"B2: {where} was on no screen")
            require("stop" in sounds(records[other], received.hash), f"B5: {where} did not sound")
        self.counts["stops"] += 1
        self.counts["closed"] += not here.open
        for desk, alert, record, peer in (
            (mine, here, records[name], theirs), (theirs, there, records[other], mine),
        ):  # fmt: skip
            self.look_at_ladder(
                desk, alert, alerts(record, peer.message.name)[received.hash], where
            )

    def look_at_ladder(self, desk, alert, shown, where):
        """B3: each rung 20 s after the one before while nobody took it, and alerted when it was due."""
        rungs = [moment for moment in alert.moments if moment.what == "alerted"]
        require(rungs[0].at_us == alert.raised_us, f"B3: {where} began late")
        held = [m for m in alert.moments if m.what in {"standby", "wilco", "unable"}]
        first_held = held[0].at_us if held else None
        for number, rung in enumerate(rungs):
            if first_held is not None and rung.at_us >= first_held:
                break
            due_us = alert.raised_us + number * EVERY_US
            require(rung.at_us == due_us, f"B3: {where} went up at {rung.at_us}, not at {due_us}")
            require(rung.who == LADDER[min(number, len(LADDER) - 1)], f"B3: {where}: {rung.who}")
            self.counts["rungs"] += 1
            if desk.in_trouble(due_us - SLACK_US, due_us + SLACK_US):
                continue
            times = shown.get(rung.who, [])
            require(
                any(due_us <= at_us <= due_us + SLACK_US for at_us in times),
                f"B3: {where}: {desk.name} alerted {rung.who} at {times}, due at {due_us}",
            )
            self.counts["rungs in time"] += 1
        for moment in held:
            if moment.what == "standby":
                after = [r.at_us for r in rungs if r.at_us > moment.at_us]
                require(
                    not after
                    or after[0] >= moment.at_us + STANDBY_US
                    or any(m.at_us > moment.at_us for m in held),
                    f"B3: {where} went up while it was to stand by",
                )

    def look_at_board(self, desk, record):
        """B6: a board that is made again from the record is the board."""
        again = Talk(desk.node, desk.message).board
        require(again.alerts == desk.talk.board.alerts, f"B6: the board of {desk.name} is another")
        require(
            again.progress == desk.talk.board.progress, f"B6: receipts at {desk.name} are others"
        )
        calls = Counter(
            one.text for one in record if isinstance(one, Shown) and one.how == "sound"
            and one.text.startswith("contact/1")
        )  # fmt: skip
        starts = len(desk.troubles)
        twice = [what for what, many in calls.items() if many > 1 + starts]
        require(not twice, f"B5: a call sounded twice at {desk.name}: {twice}")
        self.counts["calls"] += len(calls)


def stops(record):
    """Notes of stops that were said, and when, by the desk's clock."""
    return [
        (one.note.encode(), one.at_us)
        for one in record
        if isinstance(one, Carried) and one.how == "sent" and "\nkind: stop/1\n" in one.note
    ]


def alerts(record, peer):
    """By hash: what was alerted of a line, and the times."""
    found = defaultdict(lambda: defaultdict(list))
    for one in record:
        if isinstance(one, Shown) and one.how == "alert" and one.subject == subject_of(peer):
            what, _, digest = one.text.rpartition(": ")
            found[digest.partition(" ")[0]][what].append(one.at_us)  # a drill says so behind it
    return found


def sounds(record, digest):
    return [
        one.text.partition(": ")[0]
        for one in record
        if isinstance(one, Shown) and one.how == "sound" and f": {digest}" in one.text
    ]
