"""Two states of one record, at any two sizes: laid beside each other, looked into, and told."""

from __future__ import annotations

import asyncio

from keepclear.faces.peer.witnesses import _TOLD_EVERY_US
from keepclear.node.cosigned import asking
from keepclear.node.witnessing import seen_of, splits
from keepclear.record.addition import write_addition
from keepclear.record.checkpoint import parse_checkpoint
from keepclear.record.note import open_note, parse_note
from keepclear.record.split import verify_split
from keepclear.wire.entries import Alarm, Carried
from tests.node.desks import meets
from tests.node.party import Party
from tests.node.test_talking import beat
from tests.node.test_witnessing import grow
from tests.peer.test_witnesses import answered, ask_node, round_of, served, some


def again(party, *others):
    """A node with the keys of another, and another history."""
    found = Party(party.name, 1, party.addresses)
    for one in others:
        meets(found, one)
    return found


async def look(one):
    await one.conversation.witnesses.look(one.service)


async def told(one):
    await ask_node(one, lambda _: None)
    return [b.code for b in one.party.world.bodies() if isinstance(b, Alarm)]


def head_of(party):
    return parse_checkpoint(parse_note(party.world.node.checkpoint()).text)


async def alerted(one):
    return [text for text in await one.shown("alert") if "two states were told" in text]


async def hears(one, teller, *heads, number=1):
    note = beat(teller, one.party, *heads, number=number)
    await ask_node(one, lambda _: one.conversation.talk.hears([note]))


def test_a_fork_at_a_power_of_two_is_proven_by_what_its_node_shows_when_asked():
    async def play():
        alder, birch = some("Alder", "Birch")
        async with served(alder, birch) as (_, one, _other):
            await ask_node(one, lambda node: grow(alder, 8 - node.store.size()))
            await round_of(one)
        assert seen_of(birch.world.node, alder.record.name).size == 8
        other = again(alder, birch)
        grow(other, 13 - other.world.store.size())
        async with served(other, birch) as (_, one, watching):
            await round_of(one)
            assert await ask_node(watching, splits) == {}
            await look(watching)
            proof = (await ask_node(watching, splits))[alder.record.name]
            found = verify_split(proof, alder.record.verifier)
            assert (found.older.size, found.newer.size) == (8, 13)
            assert "record.split-view" in await told(watching)
            assert watching.conversation.witnesses.refused == {}

    asyncio.run(play())


def test_a_stranger_who_sends_rubbish_makes_nobody_suspect():
    async def play():
        alder, birch = some("Alder", "Birch")
        async with served(alder, birch) as (network, one, watching):
            await ask_node(one, lambda _: grow(alder, 4))
            await round_of(one)
            await ask_node(one, lambda _: grow(alder, 4))
            asked = await ask_node(one, lambda node: asking(node, "Birch"))
            rubbish = write_addition(asked.old, [bytes(32)] * 3, asked.note)
            network.cut.add("Alder")
            assert (await answered(watching, rubbish)).status_code == 422
            await look(watching)  # who does not answer is not accused
            assert "record.split-view" not in await told(watching)
            assert len(watching.conversation.witnesses.refused) == 1
            network.cut.clear()
            await look(watching)
            assert "record.split-view" not in await told(watching)
            assert watching.conversation.witnesses.refused == {}

    asyncio.run(play())


def test_true_heads_of_any_size_are_shown_to_go_on():
    async def play():
        alder, birch, cedar = some("Alder", "Birch", "Cedar")
        async with served(alder, birch, cedar) as (_, one, watching, _cedar):
            asked = []
            post = watching.conversation.reach.post

            async def counted(*args, **more):
                asked.append(args[2])
                return await post(*args, **more)

            watching.conversation.reach.post = counted
            heads = []
            for _ in range(3):
                await ask_node(one, lambda _: grow(alder, 3))
                head = await ask_node(one, lambda _: head_of(alder))
                heads.append((alder.record.name, head.size, head.root.hex()))
                await round_of(one)
            await ask_node(one, lambda _: grow(alder, 5))
            head = await ask_node(one, lambda _: head_of(alder))
            heads.append((alder.record.name, head.size, head.root.hex()))  # not cosigned yet
            await hears(watching, cedar, *heads)
            asked.clear()
            await look(watching)
            assert len([one for one in asked if one.endswith("consistency")]) == 3
            asked.clear()
            await look(watching)  # what was shown is not asked again
            assert asked == []
            assert "record.split-view" not in await told(watching)

    asyncio.run(play())


def test_two_histories_for_two_parties_are_found_though_no_two_heads_have_one_size():
    """Each witness is shown a record that only grows; what they tell each other does not fit."""

    async def play():
        alder, birch, cedar = some("Alder", "Birch", "Cedar")
        other = again(alder, cedar)
        grow(alder, 9 - alder.world.store.size())
        grow(other, 14 - other.world.store.size())
        async with served(alder, birch) as (_, one, _birch):
            await round_of(one)
        async with served(other, cedar) as (_, one, watching):
            await round_of(one)
            seen = seen_of(birch.world.node, alder.record.name)
            assert seen.size == 9
            await hears(watching, birch, (alder.record.name, seen.size, seen.root.hex()))
            assert "record.split-view" not in await told(watching)
            await look(watching)
            assert (await told(watching)).count("record.split-view") == 1
            (text,) = [t for t in await watching.shown("alert") if "split-view" in t]
            assert "of 9 and of 14 entries" in text
            assert "not proven" in text  # Birch's word stands against Alder's node's
            notes = [
                one.note.encode() for one in cedar.world.bodies()
                if isinstance(one, Carried) and one.how == "evidence"
            ]  # fmt: skip
            assert len(notes) == 2
            assert open_note(notes[0], [birch.message.verifier])
            assert open_note(notes[1], [alder.record.verifier])
            await look(watching)
            assert (await told(watching)).count("record.split-view") == 1
        # the checkpoint that Birch cosigned makes it a proof, for whoever brings the two together
        both = (seen_of(one.world.node, alder.record.name).note for one in (birch, cedar))
        assert all(open_note(note, [alder.record.verifier]) for note in both)

    asyncio.run(play())


def test_who_tells_what_never_was_is_named_with_the_note_and_once_an_hour():
    async def play():
        alder, birch, cedar = some("Alder", "Birch", "Cedar")
        async with served(alder, birch) as (_, one, watching):
            await ask_node(one, lambda _: grow(alder, 9))
            await round_of(one)
            size = seen_of(birch.world.node, alder.record.name).size
            for number, (at, root) in enumerate(
                ((size, "ab"), (size - 2, "cd"), (size + 2, "ef")), 1
            ):
                await hears(watching, cedar, (alder.record.name, at, root * 32), number=number)
                await look(watching)
            assert len(await alerted(watching)) == 1
            birch.world.now += _TOLD_EVERY_US
            cedar.world.now += _TOLD_EVERY_US
            await hears(watching, cedar, (alder.record.name, size - 3, "12" * 32))
            await look(watching)
            assert len(await alerted(watching)) == 2
            assert await ask_node(watching, splits) == {}

    asyncio.run(play())
