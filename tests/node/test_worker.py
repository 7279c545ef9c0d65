"""One thread decides; whoever asks gets the answer of their own call, once it is durable."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from keepclear.errors import StoreError
from keepclear.node import turns
from keepclear.node import worker as worker_module
from keepclear.node.declaring import Request, declare
from keepclear.node.worker import Worker
from keepclear.record.checkpoint import open_checkpoint
from keepclear.store.memory import Failure, MemoryStore
from tests.node.world import NAME, World, consistent, operation
from tests.patience import PATIENCE_S


class SlowStore(MemoryStore):
    """Says when a write begins, and waits to be let go on."""

    def __init__(self):
        super().__init__()
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.may_end.set()
        self.writes = 0

    def commit(self, batches):
        self.begun.set()
        assert self.may_end.wait(PATIENCE_S)
        self.writes += 1
        return super().commit(batches)


@pytest.fixture
def world():
    world = World(store=SlowStore())
    world.arrange()
    return world


@pytest.fixture
def worker(world):
    worker = Worker(world.node)
    yield worker
    world.store.may_end.set()
    worker.close()


def declaring(name, key="", party="Alder"):
    said = operation(name, party)
    return lambda node: declare(node, said, Request("one", "test", key))


def test_calls_are_done_in_order_by_one_thread(worker):
    seen = []
    asked = [
        worker.ask(lambda _, k=k: (seen.append((k, threading.get_ident())), k)[1])
        for k in range(50)
    ]
    assert [one.result(PATIENCE_S) for one in asked] == list(range(50))
    assert [k for k, _ in seen] == list(range(50))
    assert len({thread for _, thread in seen}) == 1
    assert seen[0][1] != threading.get_ident()


def test_a_full_queue_is_said_and_nothing_is_done(world, monkeypatch):
    monkeypatch.setattr(worker_module, "WAITING_MAX", 3)
    worker, gate, done = Worker(world.node), threading.Event(), []
    try:
        begun = threading.Event()
        first = worker.ask(lambda _: (begun.set(), gate.wait(PATIENCE_S)))
        assert begun.wait(PATIENCE_S)
        waiting = [worker.ask(lambda _, k=k: done.append(k)) for k in range(3)]
        with pytest.raises(StoreError, match="nothing was kept; ask again"):
            worker.ask(lambda _: done.append("too many"))
        gate.set()
        for one in (first, *waiting):
            one.result(PATIENCE_S)
        assert done == [0, 1, 2]
    finally:
        gate.set()
        worker.close()


def test_an_error_is_the_askers_and_stops_nobody_else(worker):
    def fails(_):
        raise ValueError("no")

    first, second = worker.ask(fails), worker.ask(lambda _: 7)
    with pytest.raises(ValueError, match="no"):
        first.result(PATIENCE_S)
    assert second.result(PATIENCE_S) == 7


def test_what_waits_is_done_before_it_stops(world):
    worker = Worker(world.node)
    asked = [worker.ask(lambda _, k=k: k) for k in range(10)]
    worker.close()
    assert [one.result(0) for one in asked] == list(range(10))


def test_nobody_is_answered_before_it_is_durable_and_those_who_wait_share_a_write(world, worker):
    store = world.store
    writes = store.writes
    store.may_end.clear()
    store.begun.clear()
    first = worker.ask(declaring("A0"))
    assert store.begun.wait(PATIENCE_S)
    others = [worker.ask(declaring(f"A{k}")) for k in range(1, 6)]
    looks = worker.ask(lambda node: len(node.memory.cases))
    soon(lambda: False, within_s=0.05)
    assert not any(one.done() for one in [first, *others, looks])
    store.may_end.set()
    assert first.result(PATIENCE_S).reply["version"] == 1
    assert [one.result(PATIENCE_S).reply["version"] for one in others] == [1] * 5
    assert looks.result(PATIENCE_S) in range(1, 7)
    assert store.writes - writes < 6
    assert consistent(world)


def test_a_failed_write_is_told_to_all_who_shared_it_and_to_who_only_looked(world, worker):
    store = world.store
    go_on = threading.Event()
    held = worker.ask(lambda _: go_on.wait(PATIENCE_S))
    asked = [worker.ask(declaring(f"A{k}", key=f"k{k}")) for k in range(3)]
    looks = worker.ask(lambda node: len(node.memory.cases))
    store.failing = Failure.STORED
    go_on.set()
    shared = [
        one for one in [held, *asked, looks] if isinstance(one.exception(PATIENCE_S), StoreError)
    ]
    assert asked[0] in shared
    assert looks in shared or looks.result(PATIENCE_S) == 3
    if looks in shared:
        assert len({id(one.exception()) for one in shared}) == len(shared)
    again = [worker.ask(declaring(f"A{k}", key=f"k{k}")).result(PATIENCE_S) for k in range(3)]
    assert all(one.reply["version"] == 1 for one in again)
    assert world.kinds().count("declared") == 3
    assert again[0].again
    worker.ask(lambda node: node.fresh()).result(PATIENCE_S)
    assert consistent(world)


def test_a_call_that_nobody_waits_for_any_more_is_not_done(worker):
    go_on = threading.Event()
    worker.ask(lambda _: go_on.wait(PATIENCE_S))
    left = worker.ask(declaring("A1"))
    assert left.cancel()
    go_on.set()
    assert worker.ask(lambda node: set(node.memory.cases)).result(PATIENCE_S) == set()


def test_the_checkpoint_follows_soon_and_is_there_at_the_end(world, monkeypatch):
    monkeypatch.setattr(worker_module, "CHECKPOINT_S", 0.05)
    worker = Worker(world.node)
    worker.ask(declaring("A1")).result(PATIENCE_S)
    assert soon(lambda: head_of(world).size == world.store.size())
    monkeypatch.setattr(worker_module, "CHECKPOINT_S", 1_000.0)
    worker.ask(declaring("A2")).result(PATIENCE_S)
    assert head_of(world).size < world.store.size()
    worker.close()
    assert head_of(world).size == world.store.size()


def test_where_no_checkpoint_can_be_kept_nothing_more_is_decided(world, monkeypatch):
    monkeypatch.setattr(worker_module, "CHECKPOINT_S", 0.01)
    worker = Worker(world.node)
    world.full = True
    worker.ask(declaring("A1")).result(PATIENCE_S)  # it is durable; what it owes cannot be paid
    until_s = time.monotonic() + 5
    number, refused = 1, None
    while refused is None and time.monotonic() < until_s:
        number += 1
        refused = worker.ask(declaring(f"A{number}")).exception(PATIENCE_S)
    assert isinstance(refused, StoreError)
    assert "checkpoint could not be written" in str(refused)
    assert worker.ask(lambda node: len(node.memory.cases)).result(PATIENCE_S) == number - 1
    world.full = False
    assert worker.ask(declaring("B1", party="Birch")).result(PATIENCE_S).reply["version"] == 1
    worker.close()
    assert head_of(world).size == world.store.size()


def soon(holds, within_s=5.0):
    """Whether something holds within some time."""
    pause, until_s = threading.Event(), time.monotonic() + within_s
    while not holds() and time.monotonic() < until_s:
        pause.wait(0.005)
    return holds()


def head_of(world):
    return open_checkpoint(world.notes[-1], NAME, world.signer.verifier)[0]


class GoneStore(MemoryStore):
    """A server that may go between one call and the next."""

    gone = False
    goes_after_commit = False

    def commit(self, batches):
        done = super().commit(batches)
        self.gone = self.goes_after_commit
        return done

    def size(self):
        if self.gone:
            raise StoreError("cannot be reached")
        return super().size()


def test_a_server_that_goes_right_after_a_write_does_not_end_the_thread():
    world = World(store=GoneStore())
    world.arrange()
    worker = Worker(world.node)
    world.store.goes_after_commit = True
    worker.ask(declaring("A1")).result(PATIENCE_S)  # it was durable before the server went
    with pytest.raises(StoreError, match="cannot be reached"):
        worker.ask(declaring("A2")).result(PATIENCE_S)
    world.store.goes_after_commit = world.store.gone = False
    worker.ask(declaring("A2")).result(PATIENCE_S)
    worker.close()
    assert consistent(world)


def test_what_must_not_wait_goes_before_all_that_does_and_keeps_its_order(worker):
    begun, gate, done = threading.Event(), threading.Event(), []
    held = worker.ask(lambda _: (begun.set(), gate.wait(PATIENCE_S)))
    assert begun.wait(PATIENCE_S)
    asked = [worker.ask(lambda _, k=k: done.append(k)) for k in range(5)]
    asked += [
        worker.ask(lambda _, k=k: done.append(k), first=True) for k in ("stop", "second stop")
    ]
    gate.set()
    for one in (held, *asked):
        one.result(PATIENCE_S)
    assert done == ["stop", "second stop", 0, 1, 2, 3, 4]


def test_more_urgent_calls_than_there_can_be_wait_like_the_others(world, monkeypatch):
    monkeypatch.setattr(turns, "_FIRST_MAX", 2)
    worker, begun, gate, done = Worker(world.node), threading.Event(), threading.Event(), []
    try:
        held = worker.ask(lambda _: (begun.set(), gate.wait(PATIENCE_S)))
        assert begun.wait(PATIENCE_S)
        asked = [worker.ask(lambda _: done.append("routine"))]
        asked += [worker.ask(lambda _, k=k: done.append(k), first=True) for k in range(4)]
        gate.set()
        for one in (held, *asked):
            one.result(PATIENCE_S)
        assert done == [0, 1, "routine", 2, 3]
    finally:
        gate.set()
        worker.close()


def test_a_full_queue_keeps_no_stop_out(world, monkeypatch):
    monkeypatch.setattr(worker_module, "WAITING_MAX", 1)
    worker, begun, gate = Worker(world.node), threading.Event(), threading.Event()
    try:
        held = worker.ask(lambda _: (begun.set(), gate.wait(PATIENCE_S)))
        assert begun.wait(PATIENCE_S)
        waits = worker.ask(lambda _: 1)
        with pytest.raises(StoreError, match="ask again"):
            worker.ask(lambda _: 2)
        stop = worker.ask(lambda _: "stop", first=True)
        gate.set()
        assert held.result(PATIENCE_S) is not None
        assert (stop.result(PATIENCE_S), waits.result(PATIENCE_S)) == ("stop", 1)
    finally:
        gate.set()
        worker.close()


def test_those_who_wait_in_a_loop_are_told_there_with_one_call_for_all_of_a_group(world, worker):
    """Also of what went wrong; and who left meanwhile is passed over."""

    def fails(_):
        raise StopIteration

    async def run():
        loop, calls = asyncio.get_running_loop(), []
        plain = loop.call_soon_threadsafe
        loop.call_soon_threadsafe = lambda *one: (calls.append(one), plain(*one))[1]
        world.store.may_end.clear()
        world.store.begun.clear()
        held = asyncio.create_task(worker.answer(declaring("A0")))
        assert await asyncio.to_thread(world.store.begun.wait, 10)
        tasks = [asyncio.create_task(worker.answer(lambda _, k=k: k)) for k in range(20)]
        tasks.append(asyncio.create_task(worker.answer(fails)))
        leaves = asyncio.create_task(worker.answer(declaring("A1")))
        await asyncio.sleep(0)
        leaves.cancel()
        await asyncio.sleep(0.01)
        assert not any(one.done() for one in [held, *tasks])
        world.store.may_end.set()
        found = await asyncio.gather(held, *tasks, return_exceptions=True)
        return found, len(calls)

    found, calls = asyncio.run(run())
    assert found[0].reply["version"] == 1
    assert found[1:21] == list(range(20))
    assert isinstance(found[21], RuntimeError)
    assert calls < 22
    assert worker.ask(lambda node: set(node.memory.cases)).result(PATIENCE_S) == {"Alder/A0"}


def test_a_loop_that_has_ended_disturbs_nobody(world, worker):
    async def leave():
        world.store.may_end.clear()
        world.store.begun.clear()
        task = asyncio.create_task(worker.answer(declaring("A0")))
        assert await asyncio.to_thread(world.store.begun.wait, 10)
        return task

    asyncio.run(leave())
    world.store.may_end.set()
    assert worker.ask(lambda node: set(node.memory.cases)).result(PATIENCE_S) == {"Alder/A0"}
