"""Sealed notes through a third node: given to a relay, and taken in from whoever brings them.

What a relay took is sent again by its stream like all else, until the party that it is for has signed
that it stored it; a relay is never believed to have delivered anything. Left to others: who relays for
whom and what is held (:mod:`keepclear.node.relaying`), what is in a parcel
(:mod:`keepclear.node.parcels`), handing on as a relay (:mod:`keepclear.faces.peer.handing`), and asking
at relays (:mod:`keepclear.faces.peer.fetching`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from keepclear.errors import KeepclearError, RuleError, VerificationError
from keepclear.faces.api.service import Service
from keepclear.faces.api.technical import fault_of
from keepclear.faces.peer.fetching import CarryOut, Fetching
from keepclear.faces.peer.handing import Handed, Handing, Refused, hand
from keepclear.faces.peer.racing import first_of
from keepclear.faces.peer.reach import Reach
from keepclear.link.parcel import read_head
from keepclear.node.clock import monotonic_s
from keepclear.node.ledger import Node
from keepclear.node.parcels import opened, relays_to, sealed_for
from keepclear.node.relaying import hold
from keepclear.node.talking import Talk, Told

__all__ = ["Passing"]

_ASK_S: Final = 10.0
"""Between two askings at a relay that does not keep one waiting: what it cannot bring waits so long."""
_WAIT_S: Final = 3.0
"""A relay that holds nothing answers as soon as it does, or after this time: then it is asked at once
again. Shorter than the time after which a node counts as one that does not answer."""
_LISTEN_S: Final = 0.25
"""Between two looks whether the node is being stopped."""
_LOOK_S: Final = 0.5
"""Between two looks whether it is time to hand on again; what comes new is not waited for."""


class Passing:
    """Relaying, from all its ends; used in one loop, its decisions in the node's thread alone."""

    def __init__(
        self, reach: Reach, talk: Talk, identity: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        """Nothing goes before :meth:`keep` runs.

        Args:
            reach: How nodes are asked.
            talk: The lines of this desk.
            identity: What opens what was sealed for it.
            clock: Seconds, from any beginning.
        """
        self._reach, self._talk, self._identity = reach, talk, identity
        self._clock, self._ask_s = clock, 0.0
        self._handing = Handing(reach, clock)
        self._fetching = Fetching(reach, talk, self.take, clock)
        self._asking: dict[str, asyncio.Task[None]] = {}
        """By relay, the asking that is under way."""
        self._held = asyncio.Event()
        """Replaced each time that something is held that was not before."""
        self._bell = asyncio.Event()

    async def send(
        self,
        service: Service,
        party: str,
        notes: Sequence[bytes],
        turn: int = 0,
        *,
        at_once: bool = False,
    ) -> str:
        """Give notes for a party to a relay; through whom they go, empty where nobody took them all.

        Args:
            service: The node that sends.
            party: Whom they are for.
            notes: They may have gone before, by any way.
            turn: Another relay is the first at each turn: one that takes everything and delivers
                nothing must not be asked alone.
            at_once: All relays are given them at the same time; the first one that took them counts.
        """
        with suppress(KeepclearError):  # the party's card may name nobody to seal for
            relays = await service.ask(lambda node: relays_to(node, party), first=at_once)
            first = turn % len(relays) if relays else 0
            in_turn = relays[first:] + relays[:first]
            if at_once:
                giving = (self._give(service, one, party, notes, first=True) for one in in_turn)
                return await first_of(giving) or ""
            for relay in in_turn:
                if await self._give(service, relay, party, notes):
                    return relay
        return ""

    async def _give(
        self,
        service: Service,
        relay: str,
        party: str,
        notes: Sequence[bytes],
        *,
        first: bool = False,
    ) -> str:
        """The relay, where it took them all."""
        parcels = await service.ask(
            lambda node: [sealed_for(node, self._talk.signer, party, one) for one in notes],
            first=first,
        )
        handed = await hand(self._reach, service, relay, parcels)
        return relay if handed is not None and len(handed.taken) == len(notes) else ""

    def take(
        self, node: Node, parcels: Sequence[tuple[bytes, bytes]]
    ) -> tuple[Handed, Told | None]:
        """Hear what is for this desk, and hold what is for others; in the node's thread."""
        key, taken, refused = self._talk.signer, list[str](), list[Refused]()
        notes: list[tuple[str, bytes]] = []
        for head, sealed in parcels:
            digest = ""
            try:
                said = read_head(head)
                digest = said.sealed
                if said.recipient == key.name:
                    notes.append((digest, opened(node, key, self._identity(), head, sealed)))
                else:
                    hold(node, head, sealed)
                    taken.append(digest)
            except (VerificationError, RuleError) as error:
                refused.append(Refused(digest, error.for_peer()))
        told = None
        if notes:
            told = self._talk.hears([note for _, note in notes])
            # beyond the budget it is not known which were left: all of them come again
            taken += [] if told.refused else [digest for digest, _ in notes]
        return Handed(taken, refused), told

    def wake(self) -> None:
        """Something is held that was not before."""
        self._handing.wake()
        self._bell.set()
        self._held.set()
        self._held = asyncio.Event()

    @property
    def held(self) -> asyncio.Event:
        """Set when something is held that is not by now; taken before one looks what there is."""
        return self._held

    async def holds_more(self, service: Service, held: asyncio.Event, wait_s: float) -> None:
        """Wait until something more is held, but no longer than some seconds.

        Args:
            service: This node's; nobody waits while it is being stopped.
            held: As :attr:`held` was before one looked.
            wait_s: As the one who asks said; no more than :data:`_WAIT_S`.
        """
        until_s = monotonic_s() + min(wait_s, _WAIT_S)
        while not (held.is_set() or service.tail.stopping or monotonic_s() >= until_s):
            with suppress(TimeoutError):
                await asyncio.wait_for(held.wait(), min(_LISTEN_S, until_s - monotonic_s()))

    async def keep(self, service: Service, carry_out: CarryOut) -> None:
        """Hand on what is held, and ask at relays, until the service stops.

        Args:
            service: This node's.
            carry_out: What is done with what was heard.
        """
        try:
            while not service.tail.stopping:
                try:
                    with suppress(KeepclearError):  # the node says so to everybody who asks
                        await self._begin(service, carry_out, _WAIT_S)
                except Exception as error:  # noqa: BLE001 - a fault must not end the relay
                    service.log(fault_of(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), _LOOK_S)
                self._bell.clear()
        finally:
            self._handing.end()
            for task in self._asking.values():
                task.cancel()

    async def once(self, service: Service, carry_out: CarryOut) -> None:
        """Do what it is time for, to its end."""
        await asyncio.gather(*await self._begin(service, carry_out))

    async def _begin(
        self, service: Service, carry_out: CarryOut, wait_s: float = 0.0
    ) -> list[asyncio.Task[None]]:
        """Begin what it is time for; what is under way."""
        tasks = await self._handing.begin(service)
        if self._clock() >= self._ask_s:
            self._ask_s = self._clock() + _ASK_S
            for relay in await service.ask(self._fetching.relays):
                running = self._asking.get(relay)
                if running is None or running.done():
                    asking = self._fetching.ask(service, relay, carry_out, wait_s)
                    self._asking[relay] = asyncio.create_task(asking)
        return tasks + [task for task in self._asking.values() if not task.done()]
