"""A node in memory: a clock that is set by hand, salts that count, a key that is always the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from keepclear.domain.declaration import Kind
from keepclear.domain.life import Act
from keepclear.errors import KeepclearError, RuleError
from keepclear.node import acting, arranging, declaring
from keepclear.node.declaring import Request
from keepclear.node.ledger import Node, Surroundings
from keepclear.record.checkpoint import open_checkpoint
from keepclear.record.commitment import Opening, leaf_of
from keepclear.record.merkle import EMPTY_ROOT, consistency_proof, root_of, verify_consistency
from keepclear.record.note import Signer
from keepclear.store.memory import MemoryStore
from keepclear.wire.entries import Erased, Shown, decode_body
from tests.laws.strategies import FLAT, MINUTE, band, circle, declared, moved, place, route, volume
from tests.laws.strategies import window as minutes

NAME = "keepclear/test/00000000"
LAT, LON = -31.2, 144.0
DAWN = 1_000 * MINUTE
"""When tests begin."""

ARRANGEMENT = """\
format = "keepclear arrangement 1"
name = "Darling"
version = {version}
[[rung]]
between = ["Alder", "Birch"]
is = "{rung}"
[[party]]
name = "Alder"
desk = "line 1"
on_behalf_of = ["Aspen"]
[[party]]
name = "Birch"
desk = "line 2"
[humanitarian]
names = ["Relief"]
[separation]
horizontal = "{apart}"
[notice]
operation = "30min"
movement = "30min"
site = "30min"
[disclosure]
operation = "{told}"
[caps]
declarations = {declarations}
area_km2_hours = {area_hours}
withdrawals_after_verdict = {withdrawals}
"""


def agreement(
    version=1,
    rung="parallel",
    apart="1000m",
    told="crossing",
    declarations=500,
    withdrawals=20,
    area_hours=500_000,
):
    return ARRANGEMENT.format(**locals())


def refused(code):
    """That what is done in it breaks a rule of this code."""
    return pytest.raises(RuleError, check=lambda error: error.code == code)


@dataclass
class World:
    store: MemoryStore = field(default_factory=MemoryStore)
    now: int = DAWN
    salts: int = 0
    notes: list[bytes] = field(default_factory=list)
    full: bool = False
    """Whether checkpoints cannot be written."""
    owner: str = "secretariat"
    shelf: object = None
    """Where snapshots are kept."""

    def __post_init__(self):
        self.signer = Signer(NAME, bytes(range(32)))
        self.node = self.start(self.shelf)

    def start(self, shelf=None):
        """A node on what is kept; from a snapshot only where a shelf is given."""
        around = Surroundings(
            now_us=lambda: self.now,
            salt=self.salt,
            geoid=FLAT,
            signer=self.signer,
            keep=self.keep,
            owner=self.owner,
        )
        note = self.notes[-1] if self.notes else b""
        return Node(self.store, around, checkpoint=note, shelf=shelf)

    def salt(self):
        self.salts += 1
        return self.salts.to_bytes(32, "big")

    def keep(self, note):
        if self.full:
            raise OSError(28, "No space left on device")
        self.notes.append(note)

    def declare(self, declaration, by="one", key="", **options):
        return declaring.declare(self.node, declaration, Request(by, "test", key), **options)

    def act(self, subject, what, by="two", key="", **options):
        return acting.act(self.node, subject, Act(what), Request(by, "test", key), **options)

    def stand(self, said):
        """A site or movement, declared, verified by a second person and submitted."""
        self.declare(said)
        self.act(f"{said.party}/{said.id}", "verify")
        return self.act(f"{said.party}/{said.id}", "submit")

    def delay(self, subject, key="", **options):
        return acting.delay(self.node, subject, Request("one", "test", key), **options)

    def arrange(self, key="", **values):
        text = agreement(**values)
        return arranging.set_arrangement(self.node, text, Request("one", "test", key))

    def together(self, *calls):
        """Answers, or errors, of several calls that share a write; an error where that failed."""
        found = self.together_without_checkpoint(*calls)
        self.node.keep_checkpoint()
        return found

    def together_without_checkpoint(self, *calls):
        found = []
        self.node.gather()
        for call in calls:
            try:
                found.append(call())
            except KeepclearError as error:
                found.append(error)
            if self.node.failed is not None:
                break
        self.node.settle()
        return found

    def bodies(self):
        """Every entry, decoded."""
        from keepclear.wire.entries import decode_body

        return [decode_body(entry.data[32:]) for entry in self.store.entries(0, 10_000)]

    def kinds(self):
        return [entry.kind for entry in self.store.entries(0, 10_000)]

    def shown(self, to=None):
        """Every text that was shown, to one party or to all."""
        entries = self.store.entries(0, 10_000)
        found = (decode_body(entry.data[32:]) for entry in entries if entry.data)
        return [one for one in found if isinstance(one, Shown) and to in {None, one.to}]

    def sent(self, to):
        return [one.data.decode() for one in self.store.pending(10_000) if one.recipient == to]


def operation(name, party="Alder", east_m=0.0, radius_m=1_000.0, start=1_100, end=1_200, **more):
    shape = circle(LAT, moved(LAT, LON, east_m, 0.0).longitude, radius_m)
    said = declared(name, volume(shape, band(100.0, 500.0), minutes(start, end)), party=party)
    return replace(said, **more)


def site(name="S1", party="Relief", east_m=0.0, **more):
    shape = circle(LAT, moved(LAT, LON, east_m, 0.0).longitude, 100.0)
    said = declared(name, volume(shape, band(0.0, 600.0)), party=party, kind=Kind.SITE)
    return replace(said, **more)


def movement(name="W1", party="Relief", start=1_100.0):
    points = ((place(LAT, LON - 0.1), start), (place(LAT, LON + 0.1), start + 60.0))
    said = route(50.0, *points, altitudes=band(0.0, 600.0))
    return declared(name, said, party=party, kind=Kind.MOVEMENT)


def consistent(world):
    """Entries, leaves and checkpoints agree: each says the same of the same record."""
    store = world.store
    entries, size = store.entries(0, 10_000), store.size()
    assert [entry.number for entry in entries] == list(range(1, size + 1))
    leaves = store.leaves(0, size)
    openings = [Opening(e.number, e.data[:32], e.data[32:]) for e in entries if e.data]
    assert [leaves[o.number - 1] for o in openings] == list(map(leaf_of, openings))
    assert len({opening.salt for opening in openings}) == len(openings)
    bodies = [decode_body(opening.body) for opening in openings]
    said = {n for body in bodies if isinstance(body, Erased) for n in body.numbers}
    assert {entry.number for entry in entries if not entry.data} == said
    before = (0, EMPTY_ROOT)
    for note in world.notes:
        head, _ = open_checkpoint(note, NAME, world.signer.verifier)
        assert head.root == root_of(0, head.size, store.node)
        if before[0]:
            proof = tuple(consistency_proof(before[0], head.size, store.node))
            verify_consistency(before[0], head.size, before[1], head.root, proof)
        before = head.size, head.root
    return True
