"""What a served node says to its peers: notes go out as soon as they are durable, flash first.

A note that could not be delivered is not kept here: its stream sends it again, at its own pace, until
the peer has signed that it stored it. Nothing is sent anywhere but to the addresses on the card of a
party whose words were compared, over TLS that trusts the one certificate named there; no redirect is
followed. Flash goes by every way at the same time: to all addresses, and to all relays.
Left to others: what is said (:mod:`keepclear.node.talking`), and the routes by which notes come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import msgspec

from keepclear.errors import KeepclearError
from keepclear.faces.api.service import Service
from keepclear.faces.api.technical import fault_of
from keepclear.faces.peer import NOTES_A_REQUEST, NOTES_PATH
from keepclear.faces.peer.passing import Passing
from keepclear.faces.peer.reach import Client, Reach, over_tls
from keepclear.faces.peer.witnesses import Witnesses
from keepclear.link.happening import Send
from keepclear.node.clock import monotonic_s
from keepclear.node.ledger import Node
from keepclear.node.talking import Talk, Told
from keepclear.node.ways import went

__all__ = ["Client", "Conversation", "over_tls"]

_BYTES_A_REQUEST: Final = 2_000_000
_WAITING_MAX: Final = 2_000
"""Notes to one party that wait for its address; what is beyond is sent again by its stream."""
_HURRYING_MAX: Final = 4
"""Requests with flash to one party at one time; tries go on while some of them hang."""
_LOOK_S: Final = 10.0
_ACCEPTED: Final = 202
_GATHER_S: Final = 0.02
"""What is decided within this time is looked at together, because what waits is read from the store."""


@dataclass(slots=True)
class _Way:
    """The notes that wait for one party."""

    waiting: deque[Send] = field(default_factory=deque)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    flash: deque[Send] = field(default_factory=deque)
    """What waits for no other request; in its order."""
    hurrying: set[asyncio.Task[None]] = field(default_factory=set)
    failures: int = 0
    """Since the last success: requests that came to nothing."""
    trying: asyncio.Task[bool] | None = None
    """Its own node, while a relay goes first."""
    left: set[asyncio.Task[bool]] = field(default_factory=set)
    """Ways by which flash still goes although it went by another."""
    took: str = ""
    """The relay that took the last flash."""
    relay: str | None = None
    """Through whom the last ones went; empty: to its own node; nothing: none went since the start."""


class Conversation:
    """The lines of a served node; used in one loop, its talk in the node's thread alone."""

    by_itself: ClassVar[bool] = True
    """Whether peers are asked, and parcels handed on, without being told to by :meth:`attend`."""

    def __init__(
        self,
        talk: Talk,
        client: Client = over_tls,
        identity: Callable[[], str] = str,
        clock: Callable[[], float] = monotonic_s,
    ) -> None:
        """Nothing is said before :meth:`keep` runs.

        Args:
            talk: The lines.
            client: How a peer is reached.
            identity: What opens what was sealed for this desk.
            clock: Seconds, from any beginning.
        """
        self.talk = talk
        self.reach = Reach(client)
        self.witnesses = Witnesses(self.reach, lambda: talk.heads, clock)
        self.passing = Passing(self.reach, talk, identity, clock)
        self._ways: dict[str, _Way] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._bell = asyncio.Event()
        self._service: Service | None = None

    def failures(self, party: str) -> int:
        """Requests to a party that came to nothing since one succeeded."""
        way = self._ways.get(party)
        return way.failures if way else 0

    async def keep(self, service: Service) -> None:
        """Do what is due on the lines, until the service stops."""
        self._service = service
        if self.by_itself:
            self._tasks.append(asyncio.create_task(self.witnesses.keep(service)))
            self._tasks.append(asyncio.create_task(self.passing.keep(service, self.carry_out)))
        wait_s = 0.0
        try:
            while not service.tail.stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), wait_s)
                await asyncio.sleep(_GATHER_S)
                self._bell.clear()
                try:
                    several, wait_s = await service.ask(self._passes)
                    for told in several:
                        self._take_up(told)
                except KeepclearError:
                    wait_s = 1.0  # the node says so to everybody who asks
        finally:
            ways = self._ways.values()
            tried = (way.trying for way in ways if way.trying is not None)
            hurrying = (one for way in ways for one in (*way.hurrying, *way.left))
            for task in (*self._tasks, *tried, *hurrying):
                task.cancel()
            await self.reach.close()

    async def attend(self, service: Service) -> None:
        """Do what it is time for as a witness, as who is witnessed, and as a relay."""
        await self.passing.once(service, self.carry_out)
        await self.witnesses.once(service)

    def wake(self) -> None:
        """Something was decided here that others may have to be told."""
        self._bell.set()

    def carry_out(self, told: Told) -> None:
        """Send what was decided; it is durable by now."""
        self._take_up(told)
        self.wake()

    def _take_up(self, told: Told) -> None:
        for party, send in told.sends:
            way = self._way(party)
            waiting = way.flash if send.flash else way.waiting
            if len(waiting) >= _WAITING_MAX:
                waiting.pop()
            waiting.append(send)
            if send.flash:
                self._hurry(party, way)
            else:
                way.bell.set()
        if self._service is not None and (told.sends or told.effects):
            self._service.tail.bell.set()

    def _passes(self, node: Node) -> tuple[list[Told], float]:
        """The node's notices go out as messages, and what is due on the lines is done."""
        told = [self.talk.forward(), self.talk.passes()]
        until_s = (self.talk.due_us() - node.now_us()) / 1e6
        return told, min(_LOOK_S, max(0.0, until_s))

    def _way(self, party: str) -> _Way:
        if party not in self._ways:
            self._ways[party] = _Way()
            self._tasks.append(asyncio.create_task(self._walk(party)))
        return self._ways[party]

    def _hurry(self, party: str, way: _Way) -> None:
        """Flash goes beside whatever is under way: a connection may be open and dead for seconds."""
        if len(way.hurrying) >= _HURRYING_MAX:
            return  # the first of these that ends takes it along
        task = asyncio.create_task(self._run(party, way))
        way.hurrying.add(task)
        task.add_done_callback(way.hurrying.discard)

    async def _run(self, party: str, way: _Way) -> None:
        while way.flash:
            await self._by_every_way(party, way, _some(way.flash))

    async def _walk(self, party: str) -> None:
        """Deliver what else waits for one party, one request after the other."""
        way = self._ways[party]
        while True:
            await way.bell.wait()
            way.bell.clear()
            while way.waiting:
                notes = _some(way.waiting)
                try:
                    await self._send(party, way, notes)
                except Exception as error:  # noqa: BLE001 - a fault must not end a line
                    assert self._service is not None
                    self._service.log(fault_of(error))

    async def _by_every_way(self, party: str, way: _Way, notes: list[bytes]) -> None:
        """To the party's own node and through relays at the same time, until one of them took it.

        A dead address says nothing for seconds. A relay is never believed to have delivered anything,
        so the party's own node goes on being tried; what comes twice is taken once.
        """
        direct = _kept_in(way.left, self._directly(party, way, notes, at_once=True))
        relayed = _kept_in(way.left, self._through(party, way, notes))
        await asyncio.wait({direct, relayed}, return_when=asyncio.FIRST_COMPLETED)
        if direct.done() and direct.result():
            relayed.cancel()
        elif direct.done():
            await relayed
        elif not relayed.result():
            await direct

    async def _through(self, party: str, way: _Way, notes: list[bytes]) -> bool:
        """Whether a relay took them."""
        assert self._service is not None
        turn = way.failures
        way.took = await self.passing.send(self._service, party, notes, turn, at_once=True)
        if way.took and way.failures:
            await self._went(party, way, way.took)
        return bool(way.took)

    async def _send(self, party: str, way: _Way, notes: list[bytes]) -> None:
        """To the party's own node, and through a relay where that fails.

        While it failed the last time a relay goes first, and the party's own node is tried beside it,
        so that no stop waits for an address that does not answer. What goes both ways is taken once.
        """
        assert self._service is not None
        turn = way.failures
        relay = await self.passing.send(self._service, party, notes, turn) if turn else ""
        if relay:
            await self._went(party, way, relay)
            if way.trying is None or way.trying.done():
                way.trying = asyncio.create_task(self._directly(party, way, notes))
        elif not await self._directly(party, way, notes) and not turn:
            relay = await self.passing.send(self._service, party, notes)
            if relay:
                await self._went(party, way, relay)

    async def _directly(
        self, party: str, way: _Way, notes: list[bytes], *, at_once: bool = False
    ) -> bool:
        """Whether the party's own node takes them."""
        delivered = await self._deliver(party, notes, at_once=at_once)
        way.failures = 0 if delivered else way.failures + 1
        if delivered:
            await self._went(party, way, "")
        elif at_once and way.took:
            await self._went(party, way, way.took)
        return delivered

    async def _went(self, party: str, way: _Way, relay: str) -> None:
        """Keep by which way notes go now, where it is another than before."""
        assert self._service is not None
        if way.relay != relay:
            way.relay = relay
            with suppress(KeepclearError):
                await self._service.ask(lambda node: went(node, party, relay))

    async def _deliver(self, party: str, notes: list[bytes], *, at_once: bool) -> bool:
        assert self._service is not None
        answer = await self.reach.post(
            self._service,
            party,
            NOTES_PATH,
            msgspec.json.encode({"notes": [note.decode() for note in notes]}),
            media="application/json",
            good=_ACCEPTED.__eq__,
            at_once=at_once,
        )
        return answer is not None and answer.status == _ACCEPTED


def _kept_in(tasks: set[asyncio.Task[bool]], way: Coroutine[Any, Any, bool]) -> asyncio.Task[bool]:
    task = asyncio.create_task(way)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


def _some(waiting: deque[Send]) -> list[bytes]:
    """The next notes, as many as one request may hold, and at least one."""
    notes, size = [waiting.popleft().note], 0
    while waiting and len(notes) < NOTES_A_REQUEST:
        size += len(waiting[0].note)
        if size > _BYTES_A_REQUEST:
            break
        notes.append(waiting.popleft().note)
    return notes
