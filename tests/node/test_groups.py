"""Decisions that share a write: the same as one by one, and one failure is everybody's.

The script of a day's work is cut into groups in every way that is drawn; what is kept is what would be
kept without groups. Salts count, so the very bytes can be compared where nothing failed.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import RuleError, StoreError
from keepclear.record.checkpoint import open_checkpoint
from keepclear.store.memory import Failure
from tests.node.test_failures import SCRIPT, bodies, without_marks
from tests.node.world import NAME, World, consistent, operation


def called(world, numbers):
    return [lambda n=n: SCRIPT[n](world, f"k{n}") for n in numbers]


def groups(cuts):
    """The script's numbers, cut after some of them."""
    found = [[]]
    for number in range(len(SCRIPT)):
        found[-1].append(number)
        if number in cuts:
            found.append([])
    return [group for group in found if group]


def kept(world):
    """Everything that a store holds, for comparing."""
    store = world.store
    replies = [store.reply("test", f"k{n}") for n in range(len(SCRIPT))]
    sent = [(one.recipient, one.data) for one in store.pending(100)]
    return store.entries(0, 1_000), store.leaves(0, store.size()), replies, sent


@pytest.fixture(scope="module")
def expected():
    world = World()
    for call in called(world, range(len(SCRIPT))):
        call()
    return world


cuts = st.sets(st.integers(0, len(SCRIPT) - 1))


@settings(max_examples=40, deadline=None)
@given(cuts=cuts)
def test_a_group_keeps_the_very_bytes_that_one_by_one_keeps(cuts, expected):
    world = World()
    for group in groups(cuts):
        world.together(*called(world, group))
    assert kept(world) == kept(expected)
    assert world.node.memory == expected.node.memory == world.start().memory
    assert consistent(world)


@settings(max_examples=60, deadline=None)
@given(cuts=cuts, at=st.integers(0, len(SCRIPT) - 1), failure=st.sampled_from(list(Failure)))
def test_a_group_whose_write_fails_is_asked_again_and_done_once(cuts, at, failure, expected):
    world = World()
    for group in groups(cuts):
        if at in group:
            before = world.store.size()
            world.store.failing = failure
            with pytest.raises(StoreError):
                world.together(*called(world, group))
            assert (world.store.size() == before) is (failure is Failure.LOST)
        world.together(*called(world, group))
        head, _ = open_checkpoint(world.notes[-1], NAME, world.signer.verifier)
        assert head.size == world.store.size()
        assert world.node.memory == world.start().memory
        assert consistent(world)
    assert without_marks(bodies(world)) == without_marks(bodies(expected))
    assert [one for one, _ in kept(world)[3]] == [one for one, _ in kept(expected)[3]]


@pytest.mark.parametrize("failure", Failure)
def test_a_write_that_fails_in_the_middle_is_everybodys_failure(failure):
    """Somebody reads, so what waits is written, and that fails: all are told, none is decided."""
    world = World()
    world.arrange()
    world.store.failing = failure
    first = operation("A1")
    later = operation("B1", "Birch")
    with pytest.raises(StoreError, match="meanwhile"):
        world.together(
            lambda: world.declare(first, key="a"),
            lambda: world.node.store.history("Alder/A1"),
            lambda: world.declare(later, key="b"),
        )
    assert world.node.memory == world.start().memory
    answers = world.together(
        lambda: world.declare(first, key="a"), lambda: world.declare(later, key="b")
    )
    assert [one.again for one in answers] == [failure is Failure.STORED, False]
    assert world.kinds().count("declared") == 2
    assert consistent(world)


def test_a_failure_of_those_before_is_not_of_those_after():
    world = World()
    world.arrange()
    world.store.failing = Failure.LOST
    with pytest.raises(StoreError):
        world.together(lambda: world.declare(operation("A1")))
    (answer,) = world.together(lambda: world.declare(operation("A2")))
    assert answer.reply["version"] == 1


def test_one_key_twice_in_a_group_is_one_effect():
    world = World()
    world.arrange()
    said = operation("A1")
    one, two, other = world.together(
        lambda: world.declare(said, key="a"),
        lambda: world.declare(said, key="a"),
        lambda: world.declare(operation("A2"), key="a"),
    )
    assert (one.again, two.again) == (False, True)
    assert one.reply == two.reply
    assert isinstance(other, RuleError)
    assert other.code == "idempotency.other-request"
    assert world.kinds().count("declared") == 1


def test_one_sees_another_of_its_group_and_the_numbers_go_on():
    world = World()
    world.arrange()
    one, two = world.together(
        lambda: world.declare(operation("A1")), lambda: world.declare(operation("B1", "Birch"))
    )
    assert [crossing.id for crossing in two.verdict.crossings] == ["A1"]
    entries = world.store.entries(0, 100)
    for answer in (one, two):
        entry = entries[answer.reply["number"] - 1]
        assert (entry.kind, entry.subject) == ("declared", answer.reply["subject"])


def test_what_a_refused_call_has_kept_is_kept():
    """Beyond the budget both ends are alarmed, though nothing is declared."""
    world = World()
    world.arrange(declarations=1)
    one, two = world.together(
        lambda: world.declare(operation("A1")), lambda: world.declare(operation("A2"))
    )
    assert not isinstance(one, Exception)
    assert two.code == "budget.declarations"
    assert world.kinds()[-1] == "alarm"
    assert world.node.memory == world.start().memory


def test_a_decision_that_memory_cannot_take_is_not_kept_and_stops_nobody_else(monkeypatch):
    world = World()
    world.arrange()

    def fails(body):
        raise RuntimeError(body.subject)

    world.node.gather()
    world.declare(operation("A1"))
    with monkeypatch.context() as broken:
        broken.setattr(type(world.node._memory), "apply", lambda _, body, *_said: fails(body))
        with pytest.raises(RuntimeError, match="Alder/A2"):
            world.declare(operation("A2"))
    world.declare(operation("A3"))
    world.node.settle()
    assert set(world.node.memory.cases) == {"Alder/A1", "Alder/A3"}
    assert world.node.memory == world.start().memory


def test_a_checkpoint_that_is_owed_is_kept_before_anything_is_decided():
    world = World()
    world.arrange()
    world.node.gather()
    world.declare(operation("A1"))
    world.node.settle()
    assert world.node.unsigned
    world.full = True
    with pytest.raises(StoreError, match="checkpoint could not be written"):
        world.node.keep_checkpoint()
    (refused,) = world.together_without_checkpoint(lambda: world.declare(operation("A2")))
    assert isinstance(refused, StoreError)
    world.full = False
    world.declare(operation("A2"))
    head, _ = open_checkpoint(world.notes[-1], NAME, world.signer.verifier)
    assert head.size == world.store.size()
    assert not world.node.unsigned
