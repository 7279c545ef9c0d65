"""Parcels given to a node, whoever's they are; and, as a relay, those that are held handed on.

Each recipient is brought what waits for it by itself: one that does not answer holds up nobody else's.
What a node says to have taken or refused is let go of; all else is tried again, more and more seldom,
and at once when something new is held. Left to others: what is held (:mod:`keepclear.node.relaying`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import msgspec

from keepclear.errors import KeepclearError
from keepclear.faces.api.service import Service
from keepclear.faces.peer import PARCELS_PATH
from keepclear.faces.peer.reach import Reach
from keepclear.node.relaying import expire, handed_on, held_for, holdings

__all__ = ["Handed", "Handing", "Parcel", "Parcels", "Refused", "hand"]

AGAIN_S: Final = 1.0
AGAIN_MAX_S: Final = 60.0
"""Between two tries to hand on."""
_ROUNDS_MAX: Final = 20
"""Requests in a row to one node, each with as much as goes in one."""
_EXPIRE_S: Final = 600.0
"""Between two looks for what nobody came for."""
_ACCEPTED: Final = 202


class Parcel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A head, as it was signed, and the sealed bytes."""

    head: str
    sealed: bytes


class Parcels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some parcels."""

    parcels: list[Parcel]


class Refused(msgspec.Struct, frozen=True):
    """One that is neither held nor heard, and will not be."""

    sealed: str
    code: str


class Handed(msgspec.Struct, frozen=True):
    """SHA-256 of the sealed bytes of those that are durable, and those that were refused."""

    taken: list[str]
    refused: list[Refused]

    @property
    def done(self) -> frozenset[str]:
        """Those that need not be brought again."""
        return frozenset(self.taken) | {one.sealed for one in self.refused}


async def hand(
    reach: Reach, service: Service, party: str, parcels: Sequence[tuple[bytes, bytes]]
) -> Handed | None:
    """Give parcels to a party's node; what it says of them, or nothing where it does not answer.

    All its addresses are asked at once: there may be a stop in one, and nobody but its reader knows.
    """
    body = Parcels([Parcel(head.decode(), sealed) for head, sealed in parcels])
    answer = await reach.post(
        service,
        party,
        PARCELS_PATH,
        msgspec.json.encode(body),
        media="application/json",
        good=_ACCEPTED.__eq__,
        at_once=True,
    )
    if answer is None or answer.status != _ACCEPTED:
        return None
    try:
        return msgspec.json.decode(answer.body, type=Handed)
    except msgspec.MsgspecError:
        return None


class Handing:
    """What this node holds for others, on its way to them; used in one loop."""

    def __init__(self, reach: Reach, clock: Callable[[], float]) -> None:
        """Nothing was tried yet.

        Args:
            reach: How nodes are asked.
            clock: Seconds, from any beginning.
        """
        self._reach, self._clock, self._expire_s = reach, clock, 0.0
        self._next_s: dict[str, tuple[float, float]] = {}
        """By recipient, when to try again, and how long was waited before."""
        self._running: dict[str, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """Something is held that was not before: all are tried at once."""
        self._next_s = {}

    async def begin(self, service: Service) -> list[asyncio.Task[None]]:
        """Begin to hand on to everybody for whom it is time; what is under way."""
        if self._clock() >= self._expire_s:
            self._expire_s = self._clock() + _EXPIRE_S
            await service.ask(expire)
        waiting = {one.recipient for one in await service.ask(holdings)}
        for recipient in sorted(waiting):
            running = self._running.get(recipient)
            due_s, _ = self._next_s.get(recipient, (0.0, 0.0))
            if (running is None or running.done()) and self._clock() >= due_s:
                task = asyncio.create_task(self._hand_on(service, recipient))
                self._running[recipient] = task
        return [task for task in self._running.values() if not task.done()]

    def end(self) -> None:
        """Stop what is under way."""
        for task in self._running.values():
            task.cancel()

    async def _hand_on(self, service: Service, recipient: str) -> None:
        with suppress(KeepclearError):  # the node says so to everybody who asks
            if await self._all_to(service, recipient):
                self._next_s.pop(recipient, None)
                return
        waited_s = self._next_s.get(recipient, (0.0, 0.0))[1]
        again_s = min(max(2 * waited_s, AGAIN_S), AGAIN_MAX_S)
        self._next_s[recipient] = (self._clock() + again_s, again_s)

    async def _all_to(self, service: Service, recipient: str) -> bool:
        """Whether nothing is left for a recipient."""
        for _ in range(_ROUNDS_MAX):
            parcels = await service.ask(partial(held_for, recipient=recipient))
            if not parcels:
                return True
            handed = await hand(self._reach, service, recipient, parcels)
            if handed is None or not handed.done:
                return False
            await service.ask(partial(handed_on, recipient=recipient, hashes=handed.done))
        return False
