"""Addresses that take a connection and never answer: a stop goes by every other way at the same time.

What is dead here says nothing until the test ends, so that what waited for it would never come. No time
is measured.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2

from keepclear.faces.peer import passing
from keepclear.faces.peer.racing import first_of
from keepclear.node.ways import ways
from tests.node.party import Party
from tests.node.relays import RELAY, relayed
from tests.peer.test_conversation import STOP, Served, acquainted, told, until
from tests.peer.test_passing import ask_node


class Places:
    """Which node answers at which host; every other host is dead."""

    def __init__(self):
        self.served, self.alive, self.asked = {}, {}, []
        self.given_up = asyncio.Event()
        """Dead addresses end the connection from then on, as a time limit does."""

    def client(self, _party):
        async def handler(request):
            self.asked.append(request.url.host)
            name = self.alive.get(request.url.host)
            if name is None:
                await self.given_up.wait()
                raise httpx2.ConnectTimeout("dead")
            async with self.served[name].http() as http:
                answer = await http.post(request.url.path, content=request.content, headers={
                    "Content-Type": request.headers["content-type"]})  # fmt: skip
                return httpx2.Response(answer.status_code, content=answer.content, headers={
                    "Content-Type": answer.headers["content-type"]})  # fmt: skip

        return httpx2.AsyncClient(transport=httpx2.MockTransport(handler))


@asynccontextmanager
async def running(places, *parties):
    for one in parties:
        served = Served(one, places)
        served.conversation.passing._identity = lambda one=one: getattr(one, "identity", "")
        places.served[one.name] = served
    async with AsyncExitStack() as stack:
        for one in places.served.values():
            await stack.enter_async_context(one.app.lifespan())
        yield [places.served[one.name] for one in parties]
    for one in places.served.values():
        one.worker.close()


async def seen(one):
    shown = await until(lambda: one.shown("line"))
    assert STOP["words"] in shown[0]


def test_a_dead_address_before_a_good_one_delays_a_stop_by_nothing():
    async def play():
        places = Places()
        dead = ["https://dead1.example", "https://dead2.example"]
        alder = Party("Alder", 1, [*dead, "https://a.example"])
        birch = Party("Birch", 2, ["https://b.example"])
        acquainted(alder, birch)
        places.alive = {"a.example": "Alder", "b.example": "Birch"}
        async with running(places, alder, birch) as (there, here):
            assert (await told(here, "Alder", "stop/1", STOP)).status_code == 202
            await seen(there)
            assert here.conversation.failures("Alder") == 0
            assert {"dead1.example", "dead2.example", "a.example"} <= set(places.asked)

    asyncio.run(play())


def test_where_all_addresses_of_a_desk_are_dead_the_relay_has_a_stop_at_once():
    """The first time too, when nobody knows yet that they are dead; and so have the relay's own."""

    async def play():
        places = Places()
        some = relayed(addresses=True)
        places.alive = {host: name for host, name in hosts(some).items() if name != "Birch"}
        async with running(places, *some) as (alder, birch, _):
            assert (await told(alder, "Birch", "stop/1", STOP)).status_code == 202

            # Birch is reached by nobody, and asks: the relay lets it wait, and answers at once
            await seen(birch)
            places.given_up.set()

            async def by_relay():
                found = await ask_node(alder, ways)
                return "Birch" in found and found["Birch"].relay == RELAY

            await until(by_relay)

    asyncio.run(play())


def hosts(parties):
    """By host, whose it is."""
    return {f"{one.name}.example".lower(): one.name for one in parties}


def test_who_asks_a_relay_has_a_stop_as_soon_as_the_relay_has(monkeypatch):
    """Not in the next of its rounds, which never comes: the answer waits until there is something."""
    monkeypatch.setattr(passing, "_ASK_S", 1e9)

    async def play():
        places = Places()
        some = relayed(addresses=True)
        places.alive = {host: name for host, name in hosts(some).items() if name == RELAY}
        async with running(places, *some) as (alder, birch, _):
            await until(lambda: asked_by(places, 2))  # both keep asking
            for number in range(3):
                assert (await told(alder, "Birch", "stop/1", STOP)).status_code == 202

                async def there(wanted=number + 1):
                    texts = [text for text in await birch.shown("line") if "stop/1" in text]
                    return len(texts) >= wanted

                await until(there)

    async def asked_by(places, times):
        return len(places.asked) >= times

    asyncio.run(play())


def test_the_first_that_is_good_counts_and_the_others_are_let_go():
    ended = []

    async def way(name, seconds, found):
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            ended.append(name)
            raise
        return found

    async def play():
        assert await first_of([way("a", 60, 1), way("b", 0, 0), way("c", 0.01, 3)]) == 3
        await asyncio.sleep(0)
        assert ended == ["a"]
        assert await first_of([way("d", 0, 0), way("e", 0.01, 0)]) == 0
        assert await first_of([]) is None

    asyncio.run(play())
