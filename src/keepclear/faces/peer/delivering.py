"""By which ways notes go to a party: its own node, and relays where that does not answer.

Nothing is sent anywhere but to the addresses on the card of a party whose words were compared, over TLS
that trusts the one certificate named there; no redirect is followed. Flash goes by every way at the
same time: to all addresses, and to all relays. Left to others: what waits to go, and in which order
(:mod:`keepclear.faces.peer.conversation`); reaching a node (:mod:`keepclear.faces.peer.reach`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from keepclear.errors import KeepclearError
from keepclear.faces.api.service import Service
from keepclear.faces.peer import NOTES_PATH
from keepclear.faces.peer.passing import Passing
from keepclear.faces.peer.reach import Reach
from keepclear.node.ways import went

__all__ = ["Delivering"]

_ACCEPTED: Final = 202


@dataclass(slots=True)
class _Way:
    """How notes go to one party."""

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


class Delivering:
    """The ways to all parties; used in one loop."""

    def __init__(self, reach: Reach, passing: Passing) -> None:
        """Nothing goes before it is asked for.

        Args:
            reach: How nodes are asked.
            passing: What goes through relays.
        """
        self._reach, self._passing = reach, passing
        self._ways: dict[str, _Way] = {}

    def failures(self, party: str) -> int:
        """Requests to a party that came to nothing since one succeeded."""
        way = self._ways.get(party)
        return way.failures if way else 0

    def end(self) -> None:
        """Whatever is still under way is given up; its stream sends it again."""
        for way in self._ways.values():
            for task in (*way.left, *filter(None, [way.trying])):
                task.cancel()

    async def by_every_way(self, service: Service, party: str, notes: list[bytes]) -> None:
        """To the party's own node and through relays at the same time, until one of them took it.

        A dead address says nothing for seconds. A relay is never believed to have delivered anything,
        so the party's own node goes on being tried; what comes twice is taken once.
        """
        way = self._way(party)
        direct = _kept_in(way.left, self._directly(service, party, way, notes, at_once=True))
        relayed = _kept_in(way.left, self._through(service, party, way, notes))
        await asyncio.wait({direct, relayed}, return_when=asyncio.FIRST_COMPLETED)
        if direct.done() and direct.result():
            relayed.cancel()
        elif direct.done():
            await relayed
        elif not relayed.result():
            await direct

    async def _through(self, service: Service, party: str, way: _Way, notes: list[bytes]) -> bool:
        """Whether a relay took them."""
        turn = way.failures
        way.took = await self._passing.send(service, party, notes, turn, at_once=True)
        if way.took and way.failures:
            await self._went(service, party, way, way.took)
        return bool(way.took)

    async def in_turn(self, service: Service, party: str, notes: list[bytes]) -> None:
        """To the party's own node, and through a relay where that fails.

        While it failed the last time a relay goes first, and the party's own node is tried beside it,
        so that no stop waits for an address that does not answer. What goes both ways is taken once.
        """
        way = self._way(party)
        turn = way.failures
        relay = await self._passing.send(service, party, notes, turn) if turn else ""
        if relay:
            await self._went(service, party, way, relay)
            if way.trying is None or way.trying.done():
                way.trying = asyncio.create_task(self._directly(service, party, way, notes))
        elif not await self._directly(service, party, way, notes) and not turn:
            relay = await self._passing.send(service, party, notes)
            if relay:
                await self._went(service, party, way, relay)

    async def _directly(
        self, service: Service, party: str, way: _Way, notes: list[bytes], *, at_once: bool = False
    ) -> bool:
        """Whether the party's own node takes them."""
        delivered = await self._deliver(service, party, notes, at_once=at_once)
        way.failures = 0 if delivered else way.failures + 1
        if delivered:
            await self._went(service, party, way, "")
        elif at_once and way.took:
            await self._went(service, party, way, way.took)
        return delivered

    async def _went(self, service: Service, party: str, way: _Way, relay: str) -> None:
        """Keep by which way notes go now, where it is another than before."""
        if way.relay != relay:
            way.relay = relay
            with suppress(KeepclearError):
                await service.ask(lambda node: went(node, party, relay))

    async def _deliver(
        self, service: Service, party: str, notes: list[bytes], *, at_once: bool
    ) -> bool:
        answer = await self._reach.post(
            service,
            party,
            NOTES_PATH,
            msgspec.json.encode({"notes": [note.decode() for note in notes]}),
            media="application/json",
            good=_ACCEPTED.__eq__,
            at_once=at_once,
        )
        return answer is not None and answer.status == _ACCEPTED

    def _way(self, party: str) -> _Way:
        return self._ways.setdefault(party, _Way())


def _kept_in(tasks: set[asyncio.Task[bool]], way: Coroutine[Any, Any, bool]) -> asyncio.Task[bool]:
    task = asyncio.create_task(way)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task
