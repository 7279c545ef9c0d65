"""A stream ends when its listener may listen no more, and tells each event once, from any entry on."""

from __future__ import annotations

import asyncio

import pytest

from keepclear.domain.access import Principal, Role
from keepclear.faces.api import stream
from keepclear.faces.api.figures import Figures
from keepclear.faces.api.limits import Limits
from keepclear.faces.api.names import LOOPBACK, Names
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked
from keepclear.faces.api.service import Service
from keepclear.faces.api.tail import HELD, Tail
from keepclear.node.events import Event
from keepclear.node.worker import Worker
from tests.api.service import NO_LIMIT, Doors
from tests.node.world import World, operation
from tests.patience import PATIENCE_S


def service_of(world, doors):
    limits = Limits(NO_LIMIT, lambda: 0.0)
    return Service(
        worker=Worker(world.node), doors=doors, names=Names(LOOPBACK, encrypted=False),
        addresses=limits, parties=limits, guesses=limits, figures=Figures(), log=lambda _: None,
    )  # fmt: skip


def asked(party="Alder", after=None, last=None):
    who = Principal(party, Role.DUTY, "duty-1")
    return Asked(
        path={}, query=stream.After(after), principal=who, last_event=last,
        credentials=(f"{party}/duty", ""),
    )  # fmt: skip


async def numbers(response, wanted):
    """Ids of the first events of a stream."""
    found = []
    async for piece in response.body_iterator:
        found += [int(line[4:]) for line in piece.decode().split("\n") if line.startswith("id: ")]
        if len(found) >= wanted:
            break
    await response.body_iterator.aclose()
    return found


def test_it_goes_on_from_any_entry_and_follows_what_happens():
    world = World()
    for number in range(4):
        world.declare(operation(f"A{number}"))
        world.declare(operation(f"B{number}", party="Birch"))

    async def play():
        service = service_of(world, Doors())
        following = asyncio.create_task(stream.follow(service))
        every = await numbers(await stream.stream(asked(after=0), service), 8)
        assert every == sorted(set(every))
        for at, last in enumerate(every[:-1]):
            assert await numbers(await stream.stream(asked(last=last), service), 1) == [
                every[at + 1]
            ]
        assert (
            await numbers(await stream.stream(asked(after=0, last=every[3]), service), 1)
            == every[4:5]
        )
        fresh = asyncio.create_task(numbers(await stream.stream(asked(), service), 2))
        while not service.tail.streams:  # noqa: ASYNC110 - it counts, and rings no bell
            await asyncio.sleep(0.01)
        await service.ask(lambda _: world.declare(operation("A9")))
        service.tail.bell.set()
        later = await asyncio.wait_for(fresh, PATIENCE_S)
        assert min(later) > max(every)
        assert service.tail.streams == 0, "a stream that was left is forgotten"
        service.tail.stop()
        await following
        service.worker.close()

    asyncio.run(play())


@pytest.mark.parametrize("after", [-1, 99])
def test_an_entry_that_is_not_there_is_refused(after):
    async def play():
        service = service_of(World(), Doors())
        with pytest.raises(Problem) as refused:
            await stream.stream(asked(after=after), service)
        assert refused.value.code == "query.after"
        service.worker.close()

    asyncio.run(play())


def test_whoever_is_put_out_hears_nothing_more(monkeypatch):
    monkeypatch.setattr(stream, "QUIET_S", 0.05)

    class Closing(Doors):
        open = True

        def bearer(self, node, token):
            return super().bearer(node, token) if self.open else None

    async def play():
        doors = Closing()
        service = service_of(World(), doors)
        response = await stream.stream(asked(after=0), service)
        pieces = response.body_iterator
        assert await anext(pieces) == b"retry: 2000\n\n"
        assert await anext(pieces) == b": quiet\n\n"
        doors.open = False
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(pieces), PATIENCE_S)
        service.worker.close()

    asyncio.run(play())


def test_a_party_has_a_number_of_streams():
    async def play():
        service = service_of(World(), Doors())
        for _ in range(stream.STREAMS_PER_PARTY_MAX):
            service.tail.opened("Alder")
        with pytest.raises(Problem) as refused:
            await stream.stream(asked(), service)
        assert (refused.value.status, refused.value.code) == (429, "limit.streams")
        await stream.stream(asked(party="Birch"), service)
        service.worker.close()

    asyncio.run(play())


def test_the_tail_knows_how_far_back_it_reaches():
    tail = Tail()
    tail.start(100)
    events = [Event(100 + k, "shown", frozenset({"Alder"}), "{}") for k in range(1, HELD + 6)]
    tail.take(events, 100 + HELD + 5)
    assert tail.after(100, "Alder") is None, "the first five are gone"
    assert tail.begins == 105
    assert [one.number for one in tail.after(105, "Alder")] == [one.number for one in events[5:]]
    assert tail.after(105, "Birch") == []
