"""A stop waits for no queue: not where it is said, not where it goes out, not where it comes in."""

from __future__ import annotations

import asyncio
import threading

from tests.peer.test_conversation import STOP, told, two

WAITING, EACH_S = 200, 0.005
"""Calls that wait at each of the two nodes, and how long one takes: a second in all.

The loop that carries the stop lets each of them end: on a slow machine they take as much longer as it
does, and how long that is decides nothing.
"""


def test_a_stop_comes_to_the_other_desk_while_much_waits_at_both():
    seen, ends = [], [threading.Semaphore(0), threading.Semaphore(0)]

    def routine(_):
        ends[0].acquire()

    def looks(party):
        def look(_):
            ends[1].acquire()
            seen.append(any(one.how == "line" for one in party.world.shown(party.name)))

        return look

    async def pace():
        for _ in range(WAITING):
            await asyncio.sleep(EACH_S)
            for one in ends:
                one.release()

    async def play():
        async with two() as (_, alder, birch):
            waiting = [birch.worker.ask(routine) for _ in range(WAITING)]
            waiting += [alder.worker.ask(looks(alder.party)) for _ in range(WAITING)]
            pacing = asyncio.create_task(pace())
            assert (await told(birch, "Alder", "stop/1", STOP)).status_code == 202
            await asyncio.gather(pacing, *map(asyncio.wrap_future, waiting))

    asyncio.run(play())
    assert len(seen) == WAITING
    assert seen.index(True) < WAITING * 3 // 4
    assert seen == sorted(seen)
