"""Sealed notes through a third node: given to a relay, asked for at relays, and handed on as a relay.

What a relay took is sent again by its stream like all else, until the party that it is for has signed
that it stored it; a relay is never believed to have delivered anything. As a relay, this node hands on
what it holds as soon as its recipient is reached or asks. Left to others: who relays for whom and what
is held (:mod:`keepclear.node.relaying`), and what is in a parcel (:mod:`keepclear.node.parcels`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import msgspec

from keepclear.errors import KeepclearError, RuleError, VerificationError
from keepclear.faces.api.service import Service
from keepclear.faces.peer import PARCELS_ASKED_PATH, PARCELS_PATH
from keepclear.faces.peer.reach import Reach
from keepclear.link.parcel import TAKEN_MAX, read_head, sign_asked
from keepclear.node.ledger import Node
from keepclear.node.line import alarm_of
from keepclear.node.parcels import opened, relays_to, sealed_for
from keepclear.node.relaying import handed_on, held_for, hold, holdings
from keepclear.node.talking import Talk, Told

__all__ = ["Handed", "Parcel", "Parcels", "Passing", "Refused"]

_ASK_S: Final = 10.0
"""Between two askings at a relay: what it cannot bring waits so long at most."""
_AGAIN_S: Final = 1.0
_AGAIN_MAX_S: Final = 60.0
"""Between two tries to hand on; what comes new is tried at once."""
_LEAST_S: Final = 0.1
_ROUNDS_MAX: Final = 20
"""Requests in a row to one node, each with as much as goes in one."""
_TOLD_EVERY_S: Final = 3_600.0
_JSON: Final = "application/json"
_ACCEPTED, _OK = 202, 200


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


class Passing:
    """Relaying, from all three ends; used in one loop, its decisions in the node's thread alone."""

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
        self._taken: dict[str, list[str]] = {}
        """By relay, what came from it and is durable here."""
        self._asked_us = 0
        self._next_s: dict[str, tuple[float, float]] = {}
        """By recipient, when to try again, and how long was waited before."""
        self._told_s: dict[str, float] = {}
        self._bell = asyncio.Event()

    # --- to a relay ---

    async def send(
        self, service: Service, party: str, notes: Sequence[bytes], turn: int = 0
    ) -> str:
        """Give notes for a party to a relay; through whom they go, empty where nobody took them all.

        Args:
            service: The node that sends.
            party: Whom they are for.
            notes: They may have gone before, by any way.
            turn: Another relay is the first at each turn: one that takes everything and delivers
                nothing must not be asked alone.
        """
        with suppress(KeepclearError):  # the party's card may name nobody to seal for
            relays = await service.ask(lambda node: relays_to(node, party))
            first = turn % len(relays) if relays else 0
            for relay in relays[first:] + relays[:first]:
                parcels = await service.ask(
                    lambda node: [sealed_for(node, self._talk.signer, party, one) for one in notes]
                )
                handed = await self._hand(service, relay, parcels)
                if handed is not None and len(handed.taken) == len(notes):
                    return relay
        return ""

    async def _hand(
        self, service: Service, party: str, parcels: Sequence[tuple[bytes, bytes]]
    ) -> Handed | None:
        body = Parcels([Parcel(head.decode(), sealed) for head, sealed in parcels])
        answer = await self._reach.post(
            service,
            party,
            PARCELS_PATH,
            msgspec.json.encode(body),
            media=_JSON,
            good=_ACCEPTED.__eq__,
        )
        if answer is None or answer.status != _ACCEPTED:
            return None
        try:
            return msgspec.json.decode(answer.body, type=Handed)
        except msgspec.MsgspecError:
            return None

    # --- what comes ---

    def take(
        self, node: Node, parcels: Sequence[tuple[bytes, bytes]]
    ) -> tuple[Handed, Told | None]:
        """Hear what is for this desk, and hold what is for others; in the node's thread."""
        taken, refused = [], []
        notes: list[tuple[str, bytes]] = []
        for head, sealed in parcels:
            digest = ""
            try:
                said = read_head(head)
                digest = said.sealed
                if said.recipient == self._talk.signer.name:
                    key = self._talk.signer
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

    # --- as a relay, and as who asks at one ---

    def wake(self) -> None:
        """Something is held that was not before."""
        self._bell.set()

    async def keep(self, service: Service, carry_out: Callable[[Told], None]) -> None:
        """Hand on what is held, and ask at relays, until the service stops.

        Args:
            service: This node's.
            carry_out: What is done with what was heard.
        """
        while not service.tail.stopping:
            wait_s = _AGAIN_S
            with suppress(KeepclearError):  # the node says so to everybody who asks
                wait_s = await self.once(service, carry_out)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), wait_s)
                self._next_s = {}
            self._bell.clear()

    async def once(self, service: Service, carry_out: Callable[[Told], None]) -> float:
        """Do what it is time for; seconds until there may be something again."""
        wait_s = await self._hand_on(service)
        if self._clock() >= self._ask_s:
            self._ask_s = self._clock() + _ASK_S
            for relay in await service.ask(self._relays):
                await self._ask(service, relay, carry_out)
        return min(wait_s, max(self._ask_s - self._clock(), _LEAST_S))

    def _relays(self, node: Node) -> list[str]:
        """Everybody through whom something may come for this desk."""
        return sorted({one for party in self._talk.parties() for one in relays_to(node, party)})

    async def _hand_on(self, service: Service) -> float:
        """Hand on what waits, where it is time to try; seconds until the next try."""
        recipients = {one.recipient for one in await service.ask(holdings)}
        for recipient in sorted(recipients):
            next_s, waited_s = self._next_s.get(recipient, (0.0, 0.0))
            if self._clock() < next_s:
                continue
            if not await self._all_to(service, recipient):
                again_s = min(max(2 * waited_s, _AGAIN_S), _AGAIN_MAX_S)
                self._next_s[recipient] = (self._clock() + again_s, again_s)
        due = [self._next_s[one][0] for one in recipients if one in self._next_s]
        return max(min(due, default=self._clock() + _ASK_S) - self._clock(), _LEAST_S)

    async def _all_to(self, service: Service, recipient: str) -> bool:
        """Whether nothing is left for a recipient."""
        for _ in range(_ROUNDS_MAX):
            parcels = await service.ask(partial(held_for, recipient=recipient))
            if not parcels:
                return True
            handed = await self._hand(service, recipient, parcels)
            done = (
                [] if handed is None else [*handed.taken, *(one.sealed for one in handed.refused)]
            )
            if not done:
                return False
            await service.ask(partial(handed_on, recipient=recipient, hashes=frozenset(done)))
        return True

    async def _ask(self, service: Service, relay: str, carry_out: Callable[[Told], None]) -> None:
        """Take in what a relay holds for this desk, and tell it what has come."""
        for _ in range(_ROUNDS_MAX):
            taken = self._taken.get(relay, [])[:TAKEN_MAX]
            note = await service.ask(partial(self._asking, relay=relay, taken=taken))
            answer = await self._reach.post(
                service,
                relay,
                PARCELS_ASKED_PATH,
                msgspec.json.encode({"asked": note.decode()}),
                media=_JSON,
                good=_OK.__eq__,
            )
            if answer is None or answer.status != _OK:
                return
            self._taken[relay] = self._taken.get(relay, [])[len(taken) :]
            with suppress(msgspec.MsgspecError):
                found = msgspec.json.decode(answer.body, type=Parcels)
                if not found.parcels:
                    return
                await self._came(service, relay, found, carry_out)
                continue
            return

    async def _came(
        self, service: Service, relay: str, found: Parcels, carry_out: Callable[[Told], None]
    ) -> None:
        own = self._talk.signer.name
        parcels = [
            (one.head.encode(), one.sealed) for one in found.parcels if f"\nto: {own}\n" in one.head
        ]
        handed, told = await service.ask(lambda node: self.take(node, parcels))
        if told is not None:
            carry_out(told)
        self._taken.setdefault(relay, []).extend(handed.taken)
        self._taken[relay] += [one.sealed for one in handed.refused if one.sealed]
        if any(one.code in _CHANGED for one in handed.refused):
            await self._changed(service, relay)

    def _asking(self, node: Node, relay: str, taken: Sequence[str]) -> bytes:
        self._asked_us = max(self._asked_us + 1, node.now_us())
        to = node.memory.peers[relay].card.message_key.name
        return sign_asked(self._talk.signer, to, self._asked_us, taken)

    async def _changed(self, service: Service, relay: str) -> None:
        """What a relay itself handed out is not what was given to it: people are told, once an hour."""
        if self._clock() < self._told_s.get(relay, 0.0):
            return
        self._told_s[relay] = self._clock() + _TOLD_EVERY_S
        await service.ask(
            lambda node: node.fresh().save(
                [
                    alarm_of(
                        node.memory.peers[relay].card.message_key.name,
                        "relay.changed",
                        node.now_us(),
                    )
                ]
            )
        )


_CHANGED: Final = frozenset({"parcel.changed", "parcel.other-sender", "note.bad-signature"})
"""Codes of what only who passed it on can have done, where it came from a relay that was asked."""
