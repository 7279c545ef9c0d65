"""Served nodes of which two cannot reach each other, and a third that passes their sealed notes on."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64decode, b64encode
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
import pytest

from keepclear.faces.peer import PARCELS_ASKED_PATH, PARCELS_PATH, handing, passing
from keepclear.node.parcels import sealed_for
from keepclear.node.relaying import holdings
from keepclear.node.ways import ways
from keepclear.wire.entries import Alarm
from tests.link.ends import stop
from tests.node.desks import notes
from tests.node.relays import HOLDS, RELAY, WITHOUT, relayed
from tests.patience import PATIENCE_S
from tests.peer.test_conversation import STOP, Served, told, until


class Roads:
    """Who reaches whom; what goes through the relay may be tampered with."""

    def __init__(self):
        self.served, self.cut, self.tampers = {}, set(), None
        self.refused = []
        """Whose parcels were refused by whom, in order."""

    def from_(self, source):
        class From:
            client = staticmethod(lambda party: self.client(source, party))

        return From

    def client(self, source, party):
        async def handler(request):
            if (source, party) in self.cut:
                raise httpx2.ConnectError("cut off")
            async with self.served[party].http() as http:
                content = request.content
                if self.tampers and PARCELS_PATH in request.url.path:
                    content = self.tampers(source, party, request.url.path, content)
                    if content is None:  # it says that it took them, and drops them
                        return httpx2.Response(202, json=lost(request.content))
                answer = await http.post(request.url.path, content=content, headers={
                    "Content-Type": request.headers["content-type"]})  # fmt: skip
                body = answer.content
                if request.url.path == PARCELS_PATH and json.loads(body)["refused"]:
                    self.refused.append((source, party))
                if self.tampers and request.url.path == PARCELS_ASKED_PATH:
                    body = self.tampers(party, source, "answer", body)
                return httpx2.Response(answer.status_code, content=body, headers={
                    "Content-Type": answer.headers["content-type"]})  # fmt: skip

        return httpx2.AsyncClient(transport=httpx2.MockTransport(handler))

    def apart(self, one, other):
        self.cut |= {(one, other), (other, one)}


def lost(content):
    heads = [one["head"] for one in json.loads(content)["parcels"]]
    return {"taken": [re.search("sealed: ([0-9a-f]+)", one)[1] for one in heads], "refused": []}


@asynccontextmanager
async def three(text=HOLDS):
    parties = relayed(text=text, addresses=True)
    roads = Roads()
    for one in parties:
        served = Served(one, roads.from_(one.name))
        served.conversation.passing._identity = lambda one=one: one.identity
        roads.served[one.name] = served
    roads.apart("Alder", "Birch")
    async with AsyncExitStack() as stack:
        for one in roads.served.values():
            await stack.enter_async_context(one.app.lifespan())
        yield roads, *roads.served.values()
    for one in roads.served.values():
        one.worker.close()


async def ask_node(one, call):
    return await asyncio.wrap_future(one.worker.ask(call))


def stored(one, party, *passing_time):
    """Whether a party has signed as stored all that was said to it; time passes at some desks."""

    async def looked():
        for desk in passing_time:
            desk.party.world.now += 20_000
            desk.conversation.wake()
        return await ask_node(
            one, lambda _: not one.conversation.talk.state(party).sending.unstored
        )

    return looked


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(passing, "_ASK_S", 0.2)
    monkeypatch.setattr(passing, "_LOOK_S", 0.05)
    monkeypatch.setattr(handing, "AGAIN_S", 0.05)
    monkeypatch.setattr(handing, "AGAIN_MAX_S", 0.2)


async def again(*several):
    """Streams send again by the desks' own clocks."""
    for one in several:
        one.party.world.now += 20_000_000
        one.conversation.wake()


def shows(one, many, *passing_time):
    """What a desk was shown, once it is so much; until then streams of some desks send again."""

    async def looked():
        shown = await one.shown("line")
        if len(shown) >= many:
            return shown
        await again(*passing_time)
        return None

    return looked


def holds_for(relay, party, many):
    """Whether the relay holds so many parcels for a party."""

    async def looked():
        held = await ask_node(relay, holdings)
        return sum(one.parcels for one in held if one.recipient == party) >= many

    return looked


def went_by(one, party, relay):
    """Whether a node knows that its last notes for a party were taken by this relay."""

    async def looked():
        way = (await ask_node(one, ways)).get(party)
        return way is not None and way.relay == relay

    return looked


def test_a_stop_goes_through_the_relay_and_its_receipt_comes_back_the_same_way():
    async def play():
        async with three() as (_, alder, birch, relay):
            assert (await told(alder, "Birch", "stop/1", STOP)).status_code == 202
            shown = await until(lambda: birch.shown("line"))
            assert "people of a partner near A2" in shown[0]
            await until(stored(alder, "Birch"))
            found = await ask_node(alder, ways)
            assert found["Birch"].relay == RELAY
            assert not found.get(RELAY) or found[RELAY].relay == ""

            async def empty():
                return not await ask_node(relay, holdings)

            await until(empty)
            assert await relay.shown("line") == []

    asyncio.run(play())


def test_who_cannot_be_reached_by_the_relay_asks_for_what_it_holds():
    async def play():
        async with three() as (roads, alder, birch, relay):
            roads.cut.add((RELAY, "Birch"))
            await told(alder, "Birch", "stop/1", STOP)
            assert "people of a partner near A2" in (await until(lambda: birch.shown("line")))[0]
            await until(stored(alder, "Birch"))

            async def empty():
                held = await ask_node(relay, holdings)
                return not [one for one in held if one.recipient == "Birch"]

            await until(empty)

    asyncio.run(play())


def test_it_works_while_who_it_is_for_is_away_and_when_the_direct_way_is_back_it_is_taken():
    async def play():
        async with three() as (roads, alder, birch, relay):
            roads.cut |= {(RELAY, "Birch"), ("Birch", RELAY)}
            for k in range(3):
                await told(alder, "Birch", "said/1", {"words": f"number {k}"})

            await until(holds_for(relay, "Birch", 3))
            assert await birch.shown("line") == []
            roads.cut -= {(RELAY, "Birch"), ("Birch", RELAY)}
            shown = await until(shows(birch, 3, alder, birch))
            assert [re.search("number [0-9]", text)[0] for text in shown] == [
                "number 0", "number 1", "number 2",
            ]  # fmt: skip
            roads.cut.clear()
            await told(alder, "Birch", "said/1", {"words": "number 3"})
            await until(went_by(alder, "Birch", ""))

    asyncio.run(play())


def test_without_an_arrangement_that_names_it_nothing_goes_through_anybody():
    async def play():
        async with three(WITHOUT) as (_, alder, birch, relay):
            await told(alder, "Birch", "stop/1", STOP)

            async def failed_again():
                await again(alder)
                return alder.conversation.failures("Birch") > 1

            await until(failed_again)  # so what follows a failure was done after the first one
            assert await birch.shown("line") == []
            assert await ask_node(relay, holdings) == []
            said = await ask_node(alder, lambda _: alder.conversation.talk.say("Birch", stop()))
            note, key = notes(said)[0], alder.party.message
            head, sealed = await ask_node(alder, lambda node: sealed_for(node, key, "Birch", note))
            async with relay.http() as http:
                body = {"parcels": [{"head": head.decode(), "sealed": b64encode(sealed).decode()}]}
                answer = (await http.post(PARCELS_PATH, json=body)).json()
            assert answer["taken"] == []
            assert [one["code"] for one in answer["refused"]] == ["relay.not-agreed"]

    asyncio.run(play())


# a relay that does not do what it should


def test_a_relay_that_drops_is_seen_at_both_ends():
    """It says that it took all, and keeps nothing. Nothing is counted as seen, and when it stops
    dropping everything comes."""

    async def play():
        async with three() as (roads, alder, birch, _relay):
            roads.tampers = lambda _s, to, path, content: (
                None if to == RELAY and path == PARCELS_PATH else content
            )
            for k in range(2):
                await told(alder, "Birch", "said/1", {"words": f"number {k}"})
            await until(went_by(alder, "Birch", RELAY))  # the relay said that it took it
            assert not await stored(alder, "Birch")()
            assert await birch.shown("line") == []
            roads.tampers = None
            assert len(await until(shows(birch, 2, alder, birch))) == 2

    asyncio.run(play())


def test_a_gap_that_a_relay_made_is_named_and_asked_for_and_a_stop_does_not_wait_for_it():
    async def play():
        async with three() as (roads, alder, birch, _relay):
            roads.tampers = lambda _s, to, path, content: (
                None if to == RELAY and path == PARCELS_PATH else content
            )
            await told(alder, "Birch", "said/1", {"words": "number 0"})
            await until(went_by(alder, "Birch", RELAY))  # the relay said that it took it
            roads.tampers = None
            await told(alder, "Birch", "stop/1", STOP)
            shown = await until(lambda: birch.shown("line"))
            assert "earlier messages are missing" in shown[0]
            assert "stop/1" in shown[0]
            state = await ask_node(birch, lambda _: birch.conversation.talk.state("Alder"))
            assert state.receiving.gaps() == [(1, 1)]
            assert len(await until(shows(birch, 2, alder, birch))) == 2
            await until(stored(alder, "Birch", alder, birch))

    asyncio.run(play())


def mixed(change):
    """What a relay hands on, changed."""

    def tampers(source, _to, _path, content):
        if source != RELAY:
            return content
        whole = json.loads(content)
        whole["parcels"] = change(whole["parcels"])
        return json.dumps(whole).encode()

    return tampers


def swapped(parcels):
    sealed = [one["sealed"] for one in parcels]
    others = sealed[1:] + sealed[:1]
    return [{**one, "sealed": other} for one, other in zip(parcels, others, strict=True)]


def reversed_(parcels):
    return parcels[::-1]


def thrice(parcels):
    return parcels * 3


def reversed_twice(parcels):
    return parcels[::-1] * 2


def spoilt(parcels):
    data = [b64decode(one["sealed"]) for one in parcels]
    return [
        {**one, "sealed": b64encode(text[:-1] + bytes([text[-1] ^ 1])).decode()}
        for one, text in zip(parcels, data, strict=True)
    ]


@pytest.mark.parametrize("change", [reversed_, thrice, reversed_twice])
def test_a_relay_that_repeats_or_reorders_does_no_harm(change):
    async def play():
        async with three() as (roads, alder, birch, _relay):
            roads.tampers = mixed(change)
            for k in range(5):
                await told(alder, "Birch", "said/1", {"words": f"number {k}"})
            shown = await until(shows(birch, 5))
            assert [re.search("number [0-9]", text)[0] for text in shown] == [
                f"number {k}" for k in range(5)
            ]
            await until(stored(alder, "Birch", alder, birch))
            codes = [b.code for b in birch.party.world.bodies() if isinstance(b, Alarm)]
            assert not [one for one in codes if one.startswith("stream.")]

    asyncio.run(play())


@pytest.mark.parametrize("change", [swapped, spoilt])
@pytest.mark.parametrize("asks", [False, True])
def test_a_relay_that_changes_what_it_passes_on_is_refused_and_named(change, asks):
    """By whom it was changed is known only where it was handed out by the relay itself."""

    async def play():
        async with three() as (roads, alder, birch, relay):
            brings, fetches = (RELAY, "Birch"), ("Birch", RELAY)
            roads.cut |= {brings, fetches}
            for k in range(3):
                await told(alder, "Birch", "said/1", {"words": f"number {k}"})
            await until(holds_for(relay, "Birch", 3))  # so they go on in one piece
            roads.tampers = mixed(change)
            roads.cut.remove(fetches if asks else brings)

            async def named():
                await ask_node(birch, lambda _: None)
                found = [b for b in birch.party.world.bodies() if isinstance(b, Alarm)]
                return [b for b in found if b.code == "relay.changed"]

            async def refused():
                return brings in roads.refused

            if asks:
                assert len(await until(named)) == 1
            else:
                await until(refused)
                assert await named() == []
            if change is spoilt:
                assert await birch.shown("line") == []
            roads.tampers = None
            assert len(await until(shows(birch, 3, alder))) == 3

    asyncio.run(play())


def test_strangers_bring_and_get_nothing():
    async def play():
        async with three() as (_, _alder, birch, relay):
            async with relay.http() as http:
                for head in ("", "hello", "keepclear/parcel/1\n\n— x AAAAAAAA\n"):
                    body = {"parcels": [{"head": head, "sealed": ""}]}
                    answer = await http.post(PARCELS_PATH, json=body)
                    assert answer.status_code == 202
                    assert answer.json()["taken"] == []
                    answer = await http.post(PARCELS_ASKED_PATH, json={"asked": head})
                    assert answer.status_code == 422
                    assert answer.json()["detail"] == "nothing was handed out"
            assert await birch.shown("line") == []

    asyncio.run(play())


def test_who_does_not_answer_holds_up_nobody_else(monkeypatch):
    """One recipient's node hangs; a stop for another goes through meanwhile."""

    async def play():
        async with three() as (_, alder, birch, relay):
            hangs = asyncio.Event()
            post = relay.conversation.reach.post

            async def slow(service, party, path, content, **more):
                if party == "Alder" and path == PARCELS_PATH:
                    hangs.set()
                    await asyncio.Event().wait()
                return await post(service, party, path, content, **more)

            monkeypatch.setattr(relay.conversation.reach, "post", slow)
            await told(birch, "Alder", "said/1", {"words": "good morning"})
            await asyncio.wait_for(hangs.wait(), PATIENCE_S)
            await told(alder, "Birch", "stop/1", STOP)
            shown = await until(lambda: birch.shown("line"))
            assert "people of a partner near A2" in shown[0]

    asyncio.run(play())


def test_a_direct_way_that_hangs_holds_up_nothing_that_goes_through_the_relay(monkeypatch):
    async def play():
        async with three() as (_, alder, birch, _relay):
            await told(alder, "Birch", "said/1", {"words": "good morning"})

            async def failed():
                return alder.conversation.failures("Birch")

            await until(failed)
            deliver, tried = alder.conversation.delivering._deliver, asyncio.Event()

            async def hangs(service, party, notes, **how):
                if party != "Birch":
                    return await deliver(service, party, notes, **how)
                tried.set()
                return await asyncio.Event().wait()

            monkeypatch.setattr(alder.conversation.delivering, "_deliver", hangs)
            await told(alder, "Birch", "said/1", {"words": "are you there"})
            await asyncio.wait_for(tried.wait(), PATIENCE_S)
            await told(alder, "Birch", "stop/1", STOP)

            async def there():
                return [text for text in await birch.shown("line") if "stop/1" in text]

            await until(there)

    asyncio.run(play())
