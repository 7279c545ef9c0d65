"""What a served node says to its peers: notes go out as soon as they are durable, flash first.

A note that could not be delivered is not kept here: its stream sends it again, at its own pace, until
the peer has signed that it stored it. What is flash waits for no other request.
Left to others: what is said (:mod:`keepclear.node.talking`), by which ways it goes
(:mod:`keepclear.faces.peer.delivering`), and the routes by which notes come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar, Final

from keepclear.errors import KeepclearError
from keepclear.faces.api.service import Service
from keepclear.faces.api.technical import fault_of
from keepclear.faces.peer import NOTES_A_REQUEST
from keepclear.faces.peer.delivering import Delivering
from keepclear.faces.peer.passing import Passing
from keepclear.faces.peer.reach import Client, Reach, over_tls
from keepclear.faces.peer.witnesses import Witnesses
from keepclear.link.happening import Send
from keepclear.node.clock import monotonic_s
from keepclear.node.ledger import Node
from keepclear.node.talking import Talk, Told

__all__ = ["Client", "Conversation", "over_tls"]

_BYTES_A_REQUEST: Final = 2_000_000
_WAITING_MAX: Final = 2_000
"""Notes to one party that wait for its address; what is beyond is sent again by its stream."""
_HURRYING_MAX: Final = 4
"""Requests with flash to one party at one time; tries go on while some of them hang."""
_LOOK_S: Final = 10.0
_GATHER_S: Final = 0.02
"""What is decided within this time is looked at together, because what waits is read from the store."""


@dataclass(slots=True)
class _Queue:
    """The notes that wait for one party."""

    waiting: deque[Send] = field(default_factory=deque)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    flash: deque[Send] = field(default_factory=deque)
    """What waits for no other request; in its order."""
    hurrying: set[asyncio.Task[None]] = field(default_factory=set)


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
        self.delivering = Delivering(self.reach, self.passing)
        self._queues: dict[str, _Queue] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._bell = asyncio.Event()
        self._service: Service | None = None

    def failures(self, party: str) -> int:
        """Requests to a party that came to nothing since one succeeded."""
        return self.delivering.failures(party)

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
            hurrying = (one for queue in self._queues.values() for one in queue.hurrying)
            for task in (*self._tasks, *hurrying):
                task.cancel()
            self.delivering.end()
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
            queue = self._queue(party)
            waiting = queue.flash if send.flash else queue.waiting
            if len(waiting) >= _WAITING_MAX:
                waiting.pop()
            waiting.append(send)
            if send.flash:
                self._hurry(party, queue)
            else:
                queue.bell.set()
        if self._service is not None and (told.sends or told.effects):
            self._service.tail.bell.set()

    def _passes(self, node: Node) -> tuple[list[Told], float]:
        """The node's notices go out as messages, and what is due on the lines is done."""
        told = [self.talk.forward(), self.talk.passes()]
        until_s = (self.talk.due_us() - node.now_us()) / 1e6
        return told, min(_LOOK_S, max(0.0, until_s))

    def _queue(self, party: str) -> _Queue:
        if party not in self._queues:
            self._queues[party] = _Queue()
            self._tasks.append(asyncio.create_task(self._walk(party)))
        return self._queues[party]

    def _hurry(self, party: str, queue: _Queue) -> None:
        """Flash goes beside whatever is under way: a connection may be open and dead for seconds."""
        if len(queue.hurrying) >= _HURRYING_MAX:
            return  # the first of these that ends takes it along
        task = asyncio.create_task(self._run(party, queue))
        queue.hurrying.add(task)
        task.add_done_callback(queue.hurrying.discard)

    async def _run(self, party: str, queue: _Queue) -> None:
        assert self._service is not None
        while queue.flash:
            await self.delivering.by_every_way(self._service, party, _some(queue.flash))

    async def _walk(self, party: str) -> None:
        """Deliver what else waits for one party, one request after the other."""
        queue = self._queues[party]
        while True:
            await queue.bell.wait()
            queue.bell.clear()
            assert self._service is not None
            while queue.waiting:
                notes = _some(queue.waiting)
                try:
                    await self.delivering.in_turn(self._service, party, notes)
                except Exception as error:  # noqa: BLE001 - a fault must not end a line
                    self._service.log(fault_of(error))


def _some(waiting: deque[Send]) -> list[bytes]:
    """The next notes, as many as one request may hold, and at least one."""
    notes, size = [waiting.popleft().note], 0
    while waiting and len(notes) < NOTES_A_REQUEST:
        size += len(waiting[0].note)
        if size > _BYTES_A_REQUEST:
            break
        notes.append(waiting.popleft().note)
    return notes
