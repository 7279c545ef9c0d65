"""Served nodes that cosign each other's checkpoints over their ASGI faces."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from contextlib import AsyncExitStack, asynccontextmanager

from keepclear.faces.api import witness
from keepclear.node.cosigned import asking, cosigned
from keepclear.node.evidence import evidence
from keepclear.node.witnessing import seen_of, splits
from keepclear.record.addition import write_addition
from keepclear.record.bundle import verify
from keepclear.record.checkpoint import open_checkpoint, parse_checkpoint
from keepclear.record.merkle import root_of, verify_consistency
from keepclear.record.note import parse_note
from keepclear.record.split import verify_split
from keepclear.record.witness import verify_cosignature
from keepclear.wire.entries import Alarm
from tests.node.desks import meets
from tests.node.party import Party
from tests.node.test_witnessing import grow
from tests.peer.test_conversation import Network, Served, acquainted, until


@asynccontextmanager
async def served(*parties, by_itself=False):
    """Nodes that have compared each other's words, each at one address; they ask when told to."""
    network = Network()
    network.served = {one.name: Served(one, network) for one in parties}
    for one in network.served.values():
        if not by_itself:
            one.conversation.witnesses.keep = nothing
    async with AsyncExitStack() as stack:
        for one in network.served.values():
            await stack.enter_async_context(one.app.lifespan())
        yield network, *network.served.values()
    for one in network.served.values():
        one.worker.close()


async def nothing(_):
    pass


def some(*names):
    parties = [Party(name, n, [f"https://{name}.example"]) for n, name in enumerate(names, 1)]
    acquainted(*parties)
    return parties


async def ask_node(one, call):
    return await asyncio.wrap_future(one.worker.ask(call))


async def round_of(one):
    await one.conversation.witnesses.ask_all(one.service)


async def answered(one, body, media="text/plain"):
    async with one.http() as http:
        path = "/api/v1/line/add-checkpoint"
        return await http.post(path, content=body, headers={"Content-Type": media})


def test_a_served_node_has_its_record_cosigned_by_every_peer_without_being_told():
    async def play():
        parties = some("Alder", "Birch", "Cedar")
        async with served(*parties, by_itself=True) as (_, alder, birch, cedar):

            async def all_signed():
                found = await ask_node(alder, cosigned)
                return found if len({one.size for one in found}) == 1 and len(found) == 2 else None

            await until(all_signed)
            await ask_node(alder, lambda _: grow(alder.party))
            await round_of(alder)
            found = await all_signed()
            size = await ask_node(alder, lambda node: node.store.size())
            assert [(one.party, one.size) for one in found] == [("Birch", size), ("Cedar", size)]
            data = await ask_node(alder, lambda node: evidence(node, first=1, last=2))
            keys = [one.party.record.verifier for one in (birch, cedar)]
            assert len(verify(data, alder.party.record.verifier, keys, quorum=2).seen_by) == 2
            async with alder.http("Alder/duty") as http:
                told = (await http.get("/api/v1/record/cosignatures")).json()
            assert told["size"] == size
            assert [(o["party"], o["size"], o["last"]) for o in told["cosigned"]] == [
                ("Birch", size, "cosigned"), ("Cedar", size, "cosigned"),
            ]  # fmt: skip

    asyncio.run(play())


def test_whom_it_cannot_reach_is_named_and_asked_again_when_somebody_asks():
    async def play():
        async with served(*some("Alder", "Birch")) as (network, alder, _birch):
            network.cut.add("Birch")
            await ask_node(alder, lambda _: grow(alder.party))
            async with alder.http("Alder/duty") as http:
                (row,) = (await http.post("/api/v1/record/cosignatures")).json()["cosigned"]
                assert row["last"] == "unreachable"
                network.cut.clear()
                (again,) = (await http.post("/api/v1/record/cosignatures")).json()["cosigned"]
            assert again["last"] == "cosigned"
            assert again["size"] > row["size"]

    asyncio.run(play())


def test_the_answers_are_those_of_the_protocol():
    async def play():
        alder_party, birch_party = some("Alder", "Birch")
        async with served(birch_party) as (_, birch):
            grow(alder_party, 6)
            key = alder_party.record
            first = asking(alder_party.world.node, "Birch")
            answer = await answered(birch, first.body)
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            note = parse_note(first.note + answer.content)
            said = verify_cosignature(note.text, note.signatures[-1], birch_party.record.verifier)
            assert said.time_s == birch_party.world.now // 1_000_000
            size = first.size
            for body, status in (
                (b"hello", 400),
                (write_addition(size + 1, (), first.note), 400),
                (first.body.replace(key.name.encode(), b"keepclear/other/record"), 404),
                (write_addition(size, (), first.note.replace(b"\n%d\n" % size, b"\n99\n")), 403),
                (first.body, 409),
                (write_addition(size, (), first.note), 200),
            ):  # fmt: skip
                answer = await answered(birch, body)
                assert answer.status_code == status, body
                if status == 409:
                    assert answer.headers["content-type"] == "text/x.tlog.size"
                    assert answer.content == b"%d\n" % size
            grow(alder_party)
            later = asking(alder_party.world.node, "Birch", old=size)
            assert (await answered(birch, write_addition(size, (), later.note))).status_code == 422
            assert (await answered(birch, later.body, "application/json")).status_code == 415
            assert (await answered(birch, later.body)).status_code == 200
            other = Party("Alder", 1)
            grow(other, later.size - other.world.store.size())
            fork = write_addition(later.size, (), other.world.node.checkpoint())
            answer = await answered(birch, fork)
            assert (answer.status_code, answer.content) == (409, b"%d\n" % later.size)

    asyncio.run(play())


def test_a_node_that_rewrites_its_history_is_refused_and_told_on_every_screen():
    """Its own desk learns of it, too: it may have been robbed of its record without knowing."""

    async def play():
        alder, birch = some("Alder", "Birch")
        async with served(alder, birch) as (_, one, other):
            await ask_node(one, lambda node: grow(alder, 9 - node.store.size() % 2))
            await round_of(one)
            signed = (await ask_node(one, cosigned))[0].size
        again = Party("Alder", 1, ["https://Alder.example"])
        again.world.now = alder.world.now
        meets(again, birch)
        grow(again, signed + 5 - again.world.store.size())
        async with served(again, birch) as (_, one, other):
            await round_of(one)
            proof = (await ask_node(other, splits))[alder.record.name]
            states = verify_split(proof, alder.record.verifier)
            assert (states.older.size, states.newer.size) == (signed, signed + 5)
            assert seen_of(birch.world.node, alder.record.name).size == signed
            on_screen = [t for t in await other.shown("alert") if t.startswith("record.split-view")]
            assert json.loads(on_screen[0].partition(": ")[2])["record"] == alder.record.name
            await round_of(one)
            codes = [b.code for b in again.world.bodies() if isinstance(b, Alarm)]
            assert codes.count("record.other-root") == 1

    asyncio.run(play())


def test_a_node_that_was_put_back_learns_it_from_its_witness():
    async def play():
        alder, birch = some("Alder", "Birch")
        async with served(alder, birch) as (_, one, _other):
            await ask_node(one, lambda _: grow(alder, 9))
            await round_of(one)
        back = Party("Alder", 1, ["https://Alder.example"])
        meets(back, birch)
        async with served(back, birch) as (_, one, other):
            await round_of(one)
            await round_of(one)
            codes = [b.code for b in back.world.bodies() if isinstance(b, Alarm)]
            assert codes.count("record.rolled-back") == 1
            assert await ask_node(one, cosigned) == []
            assert await ask_node(other, splits) == {}

    asyncio.run(play())


def test_a_state_is_shown_to_go_on_to_who_knows_it_and_nobody_else_learns_anything():
    async def play():
        async with served(*some("Alder", "Birch")) as (_, alder, _birch):
            await ask_node(alder, lambda _: grow(alder.party, 7))
            note = await ask_node(alder, lambda node: node.checkpoint())
            head = parse_checkpoint(parse_note(note).text)
            async with alder.http() as http:

                async def ask(size, root, old):
                    return await http.post("/api/v1/line/consistency", json={
                        "size": size, "root": root, "old": old})  # fmt: skip

                answer = (await ask(head.size, head.root.hex(), 3)).json()
                proof = [b64decode(one) for one in answer["hashes"]]
                root = bytes.fromhex(answer["root"])
                verify_consistency(3, head.size, root, head.root, proof)
                assert root == await ask_node(alder, lambda node: root_of(0, 3, node.store.node))
                for size, digest, old in (
                    (head.size, "00" * 32, 3), (head.size - 1, head.root.hex(), 3),
                    (head.size + 99, head.root.hex(), 3), (head.size, head.root.hex(), head.size),
                ):  # fmt: skip
                    refused = await ask(size, digest, old)
                    assert (refused.status_code, refused.json()["code"]) == (404, "record.no-proof")

    asyncio.run(play())


def test_what_is_signed_is_the_checkpoint_that_was_kept():
    """The cosignature is made after the write: a node that dies between the two has signed nothing."""

    async def play():
        alder, birch = some("Alder", "Birch")
        async with served(birch) as (_, one):
            grow(alder, 3)
            asked = asking(alder.world.node, "Birch")
            answer = await answered(one, asked.body)
            head, _ = open_checkpoint(asked.note, alder.record.name, alder.record.verifier)
            assert seen_of(birch.world.node, alder.record.name).root == head.root
            order = []
            commit, cosign = birch.world.store.commit, witness.cosign
            birch.world.store.commit = lambda batches: (order.append("kept"), commit(batches))[1]
            witness.cosign = lambda *args: (order.append("signed"), cosign(*args))[1]
            try:
                grow(alder)
                more = asking(alder.world.node, "Birch", old=head.size)
                answer = await answered(one, more.body)
            finally:
                witness.cosign = cosign
            assert answer.status_code == 200
            assert order.index("kept") < order.index("signed")

    asyncio.run(play())


def test_a_rewritten_record_sounds_at_the_desk_that_finds_it():
    async def play():
        alder, birch = some("Alder", "Birch")
        async with served(alder, birch) as (_, one, _other):
            await ask_node(one, lambda node: grow(alder, 9 - node.store.size() % 2))
            await round_of(one)
            signed = (await ask_node(one, cosigned))[0].size
        again = Party("Alder", 1, ["https://Alder.example"])
        meets(again, birch)
        grow(again, signed + 5 - again.world.store.size())
        async with served(again, birch) as (_, one, other):
            await round_of(one)

            async def sounded():
                found = await other.shown("sound")
                return [text for text in found if text.startswith("record.split-view")]

            assert len(await until(sounded)) == 1

    asyncio.run(play())
