"""Whom a node asks anything: parties whose words were compared, at the addresses of their cards."""

from __future__ import annotations

import asyncio

import httpx2

from keepclear.faces.peer.reach import ANSWER_BYTES_MAX, Reach, over_tls
from keepclear.link.pinning import words_of
from keepclear.node import peers
from tests.node.desks import meets
from tests.node.party import ASK, Party
from tests.node.test_peers import DAY_US


class Worker:
    """A service that only asks its node."""

    def __init__(self, node):
        self.node = node

    async def ask(self, call, **_):
        return call(self.node)


def asked(alder, party, answers):
    """The addresses that were asked, and what came of it."""
    seen = []

    def handler(request):
        seen.append(str(request.url))
        found = answers[len(seen) - 1]
        if isinstance(found, Exception):
            raise found
        return found

    async def play():
        reach = Reach(lambda _: httpx2.AsyncClient(transport=httpx2.MockTransport(handler)))
        found = await reach.post(
            Worker(alder.world.node), party, "/x", b"hello", media="text/plain", good=(200).__eq__
        )
        await reach.close()
        return found

    return seen, asyncio.run(play())


def test_nobody_is_asked_but_who_was_compared_and_whose_card_holds():
    alder, birch = Party("Alder", 1), Party("Birch", 2, ["https://b.example", "https://c.example"])
    answers = [httpx2.Response(200, content=b"yes")]
    assert asked(alder, "Birch", answers) == ([], None)
    peers.accept(alder.world.node, birch.invitation(), ASK)
    assert asked(alder, "Birch", answers) == ([], None)
    peers.compare(alder.world.node, "Birch", words_of(birch.root.verifier), ASK)
    seen, found = asked(alder, "Birch", answers)
    assert (seen, found.status, found.body) == (["https://b.example/x"], 200, b"yes")
    alder.world.now += 400 * DAY_US
    assert asked(alder, "Birch", answers) == ([], None)
    alder.world.now -= 400 * DAY_US
    peers.call_lost(alder.world.node, "Birch", "heard so", ASK)
    assert asked(alder, "Birch", answers) == ([], None)


def test_one_address_after_the_other_until_one_answers_well_and_no_redirect_is_followed():
    alder, birch = Party("Alder", 1), Party("Birch", 2, ["https://b.example", "https://c.example"])
    meets(alder, birch)
    large = httpx2.Response(200, content=b"x" * (ANSWER_BYTES_MAX + 1))
    seen, found = asked(alder, "Birch", [large, httpx2.ConnectError("no")])
    assert seen == ["https://b.example/x", "https://c.example/x"]
    assert found is None
    packed = httpx2.Response(200, headers={"content-encoding": "gzip"})
    assert asked(alder, "Birch", [packed, httpx2.ConnectError("no")])[1] is None
    seen, found = asked(alder, "Birch", [httpx2.ConnectError("no"), httpx2.Response(200)])
    assert (len(seen), found.status) == (2, 200)
    seen, found = asked(
        alder,
        "Birch",
        [
            httpx2.Response(302, headers={"location": "https://thief.example/"}),
            httpx2.Response(503),
        ],
    )
    assert seen == ["https://b.example/x", "https://c.example/x"]
    assert found.status == 503
    card = alder.knows("Birch").card

    async def looked():
        async with over_tls(card) as client:
            return client.follow_redirects, client.trust_env

    assert asyncio.run(looked()) == (False, False)


def test_a_new_card_closes_no_request_but_the_old_ones_and_what_is_under_way_is_no_fault():
    alder, birch = Party("Alder", 1), Party("Birch", 2, ["https://b.example"])
    meets(alder, birch)
    made = []

    async def play():
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def handler(_request):
            begun.set()
            await go_on.wait()
            return httpx2.Response(200)

        def client(_card):
            made.append(httpx2.AsyncClient(transport=httpx2.MockTransport(handler)))
            return made[-1]

        reach, worker = Reach(client), Worker(alder.world.node)

        def post():
            asked = reach.post(worker, "Birch", "/x", b"", media="text/plain", good=(200).__eq__)
            return asyncio.create_task(asked)

        first = post()
        await begun.wait()
        birch.addresses = ["https://c.example"]
        peers.accept(alder.world.node, birch.invitation(), ASK)
        second, third = post(), post()
        await asyncio.sleep(0.05)
        go_on.set()
        await first
        assert [one.status for one in (await second, await third)] == [200, 200]
        await reach.close()

    asyncio.run(play())
    assert len(made) == 2
    assert all(one.is_closed for one in made)
