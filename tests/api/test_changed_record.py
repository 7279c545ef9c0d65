"""A record that somebody changed, found while its node is served: the desk is told why it stands."""

from __future__ import annotations

import asyncio
import json

import pytest

from keepclear.errors import ChangedStoreError, StoreError
from keepclear.faces.api import snapshots, stream
from keepclear.faces.api.problems import problem_of
from keepclear.node.changed_record import CHANGED, SUBJECT
from keepclear.store.memory import Failure
from keepclear.wire.entries import Alarm, decode_body
from tests.api.service import Doors, running
from tests.api.test_stream import asked, service_of
from tests.node.shelves import MemoryShelf
from tests.node.test_shelf import FIRST, lived, restarted
from tests.node.world import World, operation

CHANGE = f"UPDATE entry SET at_us = 1 WHERE number = {FIRST}"
READ = f"UPDATE entry SET data = CAST(data || x'20' AS BLOB) WHERE number = {FIRST}"


@pytest.fixture
def changed(tmp_path, monkeypatch):
    """A node of a secretariat on a database that was changed behind its snapshot."""
    monkeypatch.setattr(snapshots, "_LOOK_S", 0.02)

    def start(sql):
        world = lived(tmp_path)
        world.node = restarted(world, tmp_path, sql)
        return world

    return start


async def events(response, wanted):
    """The first events of a stream of some kinds, by kind."""
    found = []
    async for piece in response.body_iterator:
        lines = dict(one.split(": ", 1) for one in piece.decode().split("\n") if ": " in one)
        if lines.get("event") in wanted:
            found.append((lines["event"], json.loads(lines["data"])))
        if {kind for kind, _ in found} == wanted:
            break
    await response.body_iterator.aclose()
    return dict(found)


@pytest.mark.parametrize("by", ["looking back", "reading"])
def test_the_desk_hears_the_alarm_on_the_streams_that_are_open(changed, monkeypatch, by):
    monkeypatch.setattr(stream, "QUIET_S", 0.05)
    world = changed(CHANGE if by == "looking back" else READ)
    if by == "reading":  # nobody looks back; a text is read that somebody changed
        monkeypatch.setattr(type(world.node), "look_back", lambda *_: True)

    def read(node):
        return node.memory.cases["Birch/1"].latest.declaration

    async def play():
        service = service_of(world, Doors())
        following = asyncio.create_task(stream.follow(service))
        desk = await stream.stream(asked(""), service)  # the secretariat's own people
        party = await stream.stream(asked("Alder"), service)
        hearing = asyncio.create_task(events(desk, {"alarm", "shown"}))
        other = asyncio.create_task(events(party, {"alarm"}))
        await asyncio.sleep(0.1)
        looking = asyncio.create_task(snapshots.look_back(service))
        if by == "reading":
            with pytest.raises(StoreError, match="is not what its record"):
                await service.ask(read)
        heard = await asyncio.wait_for(hearing, 20)
        assert heard["alarm"]["code"] == CHANGED
        assert "restore the newest backup" in heard["alarm"]["says"]
        assert (heard["shown"]["how"], heard["shown"]["line"]) == ("sound", SUBJECT)
        await asyncio.sleep(0.2)
        assert not other.done(), "another party hears nothing of this node's troubles"
        other.cancel()
        await asyncio.wait_for(looking, 20)
        with pytest.raises(ChangedStoreError):
            await service.ask(lambda node: node.store.size())
        service.tail.stop()
        await following
        service.worker.close()

    asyncio.run(play())
    mine = (one for one in world.node.store.entries(0, 10_000) if one.subject == SUBJECT)
    bodies = [decode_body(one.data[32:]) for one in mine]
    alarms = [one.code for one in bodies if isinstance(one, Alarm)]
    assert alarms == [CHANGED]  # once
    world.node.close()


def test_whoever_asks_then_is_told_that_it_is_no_passing_fault(changed):
    world = changed(CHANGE)
    while not world.node.look_back(3):
        pass
    with running(world) as served:
        for path in ("/readyz", "/api/v1/declarations", "/api/v1/session"):
            answer = served.as_("Alder/duty").get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "store.changed")
            assert "retry-after" not in answer.headers
            assert "is not what was signed" in answer.json()["detail"]
    world.node.close()


def test_a_record_that_nobody_changed_alarms_nobody(changed, monkeypatch):
    world = changed("SELECT 1")
    size, asks = world.node.store.size(), []

    async def play():
        service = service_of(world, Doors())
        looking = asyncio.create_task(snapshots.look_back(service))
        await asyncio.sleep(0.5)
        assert not looking.done()  # a text that is read later may still not fit
        with monkeypatch.context() as patch:
            patch.setattr(service.worker._turns, "put", lambda *asked: asks.append(asked))
            await asyncio.sleep(0.5)
        assert asks == []  # and the node's thread is not asked for that
        looking.cancel()
        service.worker.close()

    asyncio.run(play())
    assert world.node.store.size() == size
    world.node.close()


@pytest.mark.parametrize("way", ["service", "worker"])
def test_what_was_read_again_after_a_failure_is_compared_again(monkeypatch, way):
    monkeypatch.setattr(snapshots, "_LOOK_S", 0.02)
    world = World(shelf=MemoryShelf())
    world.declare(operation("1"))
    world.node.keep_snapshot()
    world.node = world.start(world.shelf)

    async def compared(service):
        for _ in range(200):
            done, all_ = await service.ask(lambda node: node.past.compared)
            if done == all_ > 0:
                return
            await asyncio.sleep(0.02)
        raise AssertionError((done, all_))

    async def play():
        service = service_of(world, Doors())
        looking = asyncio.create_task(snapshots.look_back(service))
        await compared(service)
        world.store.failing = Failure.LOST
        # past the service is how declarations come that a front end has read
        ask = service.ask if way == "service" else service.worker.answer
        with pytest.raises(StoreError):
            await ask(lambda _: world.declare(operation("2")))
        world.store.failing = None
        keeping = asyncio.create_task(snapshots.keep_snapshots(service))
        await compared(service)
        looking.cancel()
        keeping.cancel()
        service.worker.close()

    asyncio.run(play())
    assert world.node.past.begun > 0


def test_the_code_says_whose_turn_it_is():
    found = problem_of(ChangedStoreError("entry 7 is another"))
    assert (found.status, found.code) == (503, "store.changed")
    assert "entry 7" not in found.body().decode()
