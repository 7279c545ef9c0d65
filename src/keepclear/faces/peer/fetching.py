"""Asking at relays for what they hold for this desk, and telling them what has come.

A relay is told what came from it only once that is durable here: it holds nothing longer than it
must and loses nothing sooner. One that hands out something else than was given to it is told to people.
Left to others: when it is time to ask, and what is made of what came
(:mod:`keepclear.faces.peer.passing`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import msgspec

from keepclear.errors import KeepclearError
from keepclear.faces.api.service import Service
from keepclear.faces.peer import PARCELS_ASKED_PATH
from keepclear.faces.peer.handing import Handed, Parcels
from keepclear.faces.peer.reach import Reach
from keepclear.link.parcel import TAKEN_MAX, sign_asked
from keepclear.node.clock import monotonic_s
from keepclear.node.ledger import Node
from keepclear.node.line_entries import alarm_of
from keepclear.node.parcels import relays_to
from keepclear.node.talking import Talk, Told

__all__ = ["CarryOut", "Fetching", "Take"]

_ROUNDS_MAX: Final = 20
_TOLD_EVERY_S: Final = 3_600.0
_OK: Final = 200
_CHANGED: Final = frozenset({"parcel.changed", "parcel.other-sender", "note.bad-signature"})
"""Codes of what only who passed it on can have done, where it came from a relay that was asked."""

CarryOut = Callable[[Told], None]
"""What is done with what was heard."""
Take = Callable[[Node, Sequence[tuple[bytes, bytes]]], tuple[Handed, Told | None]]
"""Hears and holds what came, in the node's thread."""


class Fetching:
    """One desk's askings; used in one loop, its decisions in the node's thread alone."""

    def __init__(self, reach: Reach, talk: Talk, take: Take, clock: Callable[[], float]) -> None:
        """Nobody is asked before :meth:`ask`.

        Args:
            reach: How nodes are asked.
            talk: The lines of this desk.
            take: What is made of what came.
            clock: Seconds, from any beginning.
        """
        self._reach, self._talk, self._take, self._clock = reach, talk, take, clock
        self._taken: dict[str, list[str]] = {}
        """By relay, what came from it and is durable here."""
        self._asked_us = 0
        self._told_s: dict[str, float] = {}

    def relays(self, node: Node) -> list[str]:
        """Everybody through whom something may come for this desk."""
        return sorted({one for party in self._talk.parties() for one in relays_to(node, party)})

    async def ask(self, service: Service, relay: str, carry_out: CarryOut, wait_s: float) -> None:
        """Take in what a relay holds for this desk, and tell it what has come.

        Args:
            service: This node's.
            relay: Whom to ask.
            carry_out: What is done with what was heard.
            wait_s: So long the relay may keep its answer while it holds nothing.
        """
        with suppress(KeepclearError):  # the node says so to everybody who asks
            rounds = 0
            while rounds < _ROUNDS_MAX and not service.tail.stopping:
                began_s = monotonic_s()
                found = await self._asked(service, relay, wait_s)
                if found is None:
                    return
                if found.parcels:
                    rounds += 1
                    await self._came(service, relay, found, carry_out)
                elif not wait_s or monotonic_s() - began_s < wait_s / 2:
                    return  # it keeps nobody waiting: it is asked again later

    async def _asked(self, service: Service, relay: str, wait_s: float) -> Parcels | None:
        """What a relay answers; nothing, where it does not."""
        taken = self._taken.get(relay, [])[:TAKEN_MAX]
        note = await service.ask(partial(self._asking_note, relay=relay, taken=taken))
        answer = await self._reach.post(
            service,
            relay,
            PARCELS_ASKED_PATH,
            msgspec.json.encode({"asked": note.decode(), "wait_s": wait_s}),
            media="application/json",
            good=_OK.__eq__,
        )
        if answer is None or answer.status != _OK:
            return None
        self._taken[relay] = self._taken.get(relay, [])[len(taken) :]
        try:
            return msgspec.json.decode(answer.body, type=Parcels)
        except msgspec.MsgspecError:
            return None

    async def _came(
        self, service: Service, relay: str, found: Parcels, carry_out: CarryOut
    ) -> None:
        own = f"\nto: {self._talk.signer.name}\n"
        parcels = [(one.head.encode(), one.sealed) for one in found.parcels if own in one.head]
        handed, told = await service.ask(lambda node: self._take(node, parcels), first=True)
        if told is not None:
            carry_out(told)
        self._taken.setdefault(relay, []).extend(one for one in sorted(handed.done) if one)
        if any(one.code in _CHANGED for one in handed.refused):
            await self._changed(service, relay)

    def _asking_note(self, node: Node, relay: str, taken: Sequence[str]) -> bytes:
        self._asked_us = max(self._asked_us + 1, node.now_us())
        to = node.memory.peers[relay].card.message_key.name
        return sign_asked(self._talk.signer, to, self._asked_us, taken)

    async def _changed(self, service: Service, relay: str) -> None:
        """What a relay itself handed out is not what was given to it: told to people, once an hour."""
        if self._clock() < self._told_s.get(relay, 0.0):
            return
        self._told_s[relay] = self._clock() + _TOLD_EVERY_S

        def tell(node: Node) -> None:
            name = node.fresh().memory.peers[relay].card.message_key.name
            node.save([alarm_of(name, "relay.changed", node.now_us())])

        await service.ask(tell)
