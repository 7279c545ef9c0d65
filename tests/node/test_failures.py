"""A write fails, lost or stored, at each commit of a day's work: nothing is half done, nothing twice.

The same script is played with a failure at each of its steps. Whoever asked asks again with the same
key, and what is there at the end is what would be there without any failure.
"""

from __future__ import annotations

import json

import pytest

from keepclear.errors import StoreError
from keepclear.record.checkpoint import open_checkpoint
from keepclear.store.memory import Failure
from tests.node.world import NAME, World, consistent, operation, site

SCRIPT = [
    lambda world, key: world.arrange(key=key),
    lambda world, key: world.declare(operation("A1"), key=key),
    lambda world, key: world.declare(operation("B1", "Birch"), key=key),
    lambda world, key: world.declare(operation("B1", "Birch", east_m=900.0), key=key),
    lambda world, key: world.declare(site(), key=key),
    lambda world, key: world.act("Relief/S1", "verify", key=key),
    lambda world, key: world.act("Relief/S1", "submit", key=key),
    lambda world, key: world.act("Birch/B1", "withdraw", reason="no need", key=key),
    lambda world, key: world.arrange(key=key, version=2, rung="apart"),
]


def bodies(world):
    return [json.loads(entry.data[32:]) for entry in world.store.entries(0, 1_000)]


def without_marks(value):
    """Salts are drawn anew on a second try, and marks are made of them."""
    text = json.dumps(value)
    for mark in {b["mark"] for b in value if "mark" in b}:
        text = text.replace(mark, "mark")
    return text


@pytest.fixture(scope="module")
def expected():
    world = World()
    for number, step in enumerate(SCRIPT):
        step(world, f"k{number}")
    return without_marks(bodies(world)), [p.recipient for p in world.store.pending(100)]


@pytest.mark.parametrize("failure", [*Failure, "checkpoint"])
@pytest.mark.parametrize("at", range(len(SCRIPT)))
def test_a_write_that_fails_is_asked_again_and_done_once(at, failure, expected):
    world = World()
    for number, step in enumerate(SCRIPT):
        if number == at:
            before = world.store.size()
            if failure == "checkpoint":
                world.full = True
            else:
                world.store.failing = failure
            with pytest.raises(StoreError):
                step(world, f"k{number}")
            assert (world.store.size() == before) is (failure is Failure.LOST)
            world.full = False
        step(world, f"k{number}")
        head, _ = open_checkpoint(world.notes[-1], NAME, world.signer.verifier)
        assert head.size == world.store.size()  # the last one kept is of all that was answered
        assert world.node.memory == world.start().memory
        assert consistent(world)
    assert without_marks(bodies(world)) == expected[0]
    assert [p.recipient for p in world.store.pending(100)] == expected[1]


def test_nothing_is_decided_on_a_memory_that_may_be_wrong():
    """After a failed write the next question is answered from what is stored, not from before."""
    world = World()
    world.arrange()
    world.store.failing = Failure.STORED
    with pytest.raises(StoreError):
        world.declare(operation("A1"))
    answer = world.declare(operation("B1", "Birch"))
    assert [one.id for one in answer.verdict.crossings] == ["A1"]


def test_a_memory_that_may_be_wrong_is_never_written_from():
    world = World()
    world.arrange()
    world.store.failing = Failure.LOST
    with pytest.raises(StoreError):
        world.declare(operation("A1"))
    with pytest.raises(StoreError, match="nothing was read again"):
        world.node.save([])


def test_another_writer_is_noticed():
    """Two nodes on one store: the one that is behind keeps nothing."""
    world = World()
    other = world.start()
    world.arrange()
    other.store.size = lambda: 0  # it believes that nothing happened
    with pytest.raises(StoreError, match="in between"):
        other.save([])
