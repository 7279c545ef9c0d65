"""A node that goes on from a snapshot is the node that read every entry; erased things are in none."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from keepclear.domain.consent import Consent
from keepclear.domain.declaration import Kind
from keepclear.errors import RuleError, StoreError
from keepclear.node.consenting import consent, revoke
from keepclear.node.declaring import Request
from keepclear.node.keeping import erase_due
from keepclear.node.memory import REPLAYED, SUMMED, SUMMED_FIELDS, Memory
from keepclear.store.memory import Failure
from keepclear.wire import entries
from tests.laws.strategies import MINUTE
from tests.node.shelves import MemoryShelf, same
from tests.node.world import World, movement, operation, site

DAY = 1_440 * MINUTE
PARTIES = ("Alder", "Birch", "Cedar", "Relief")
REPLAYED_FIELDS = frozenset(
    {
        "arranged_us",
        "arrangements",
        "footings",
        "alarms",
        "people",
        "invited",
        "words",
        "defaults",
        "heard",
        "peers",
        "agreements",
        "incidents",
    }
)
DERIVED_FIELDS = frozenset({"_sized", "bounds", "levels", "owner", "tallies", "texts"})


@pytest.fixture
def world():
    world = World(shelf=MemoryShelf())
    world.arrange()
    return world


def test_every_kind_of_entry_and_every_field_of_memory_is_said_to_be_in_a_snapshot_or_read_again():
    """Whoever adds one must say which; else a start from a snapshot would silently lack it."""
    assert set(entries._KINDS.values()) == SUMMED | REPLAYED
    assert not SUMMED & REPLAYED
    fields = set(Memory.__dataclass_fields__)
    assert fields == SUMMED_FIELDS | REPLAYED_FIELDS | DERIVED_FIELDS
    assert not SUMMED_FIELDS & REPLAYED_FIELDS


class Player:
    """Does anything at random, dense in what a snapshot could lose."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.world = World(shelf=MemoryShelf())
        self.world.arrange()
        self.made = None
        self.version = 1

    def some(self, *values):
        return self.chance.choice(values)

    def step(self):
        with suppress(RuleError):
            self.some(
                self.declare, self.declare, self.declare, self.act, self.act, self.consent,
                self.begin, self.finish, self.ready, self.whole, self.restart, self.pass_time,
                self.arrange, self.fail,
            )()  # fmt: skip

    def declare(self):
        party, name, east = self.some(*PARTIES), self.some("1", "2", "3"), self.some(0.0, 1_500.0)
        make = self.some(operation, operation, site)
        said = make(name, party, east_m=east)
        if party == "Relief" and name == "3":
            said = movement(name, party)
        self.world.declare(said)

    def act(self):
        what = self.some("verify", "submit", "activate", "end", "withdraw", "remove", "confirm")
        self.world.act(f"{self.some(*PARTIES)}/{self.some('1', '2', '3')}", what, reason="why")

    def consent(self):
        kind = self.some(None, None, Kind.SITE, Kind.MOVEMENT)
        about = "Relief" if kind else f"Relief/{self.some('1', '2', '3')}"
        to, request = self.some("Alder", "Birch"), Request("one", "test")
        if self.some(True, True, False):
            consent(self.world.node, about, Consent(to, ("name",)), request, kind=kind)
        else:
            revoke(self.world.node, about, to, request, kind=kind)

    def begin(self):
        if self.some(True, False):
            self.world.node.fresh().memory.cases.make_ready(self.some(1, 3, 100))
        self.made = self.world.node.moment()

    def ready(self):
        self.world.node.fresh().memory.cases.make_ready(self.some(1, 3, 100))

    def finish(self):
        if self.made is not None:
            made, self.made = self.made.made(), None
            self.world.node.put(made)
            self.world.node.go_on_with(made)

    def whole(self):
        self.made = None
        self.world.node.keep_snapshot()

    def restart(self):
        self.finish()
        self.world.node = self.world.start(self.world.shelf)

    def pass_time(self):
        self.world.now += self.some(0, 1, 100, 4_000) * DAY
        erase_due(self.world.node)

    def arrange(self):
        self.version += 1
        self.world.arrange(version=self.version, apart=self.some("0m", "1000m", "500m"))

    def fail(self):
        """A write fails, lost or stored; the node reads again, from its snapshot."""
        self.world.store.failing = self.some(*Failure)
        with suppress(StoreError, RuleError):
            self.declare()
        self.world.store.failing = None


@pytest.mark.parametrize("seed", range(25))
def test_whatever_was_done_a_start_from_a_snapshot_is_a_start_from_every_entry(seed):
    player = Player(seed)
    for _ in range(60):
        player.step()
        player.world.node.fresh()
        held = player.world.shelf.names()
        assert held <= player.world.node.memory.cases.keys()
    read = player.world.start()
    assert same(read, player.world.node)
    assert same(read, player.world.start(player.world.shelf))
    player.finish()
    player.whole()
    assert same(read, player.world.start(player.world.shelf))


def test_the_random_player_does_what_it_is_for():
    """Otherwise the law above would say little."""
    taken = erased = told = 0
    for seed in range(25):
        player = Player(seed)
        for _ in range(60):
            player.step()
        taken += player.world.shelf.taken
        erased += len(player.world.node.fresh().memory.gone)
        told += sum(len(case.told) for case in player.world.node.memory.cases.values())
    assert min(taken, erased, told) >= 25
