"""Asking peers to cosign: what is new in this record is shown to each, batched, and when somebody asks.

A peer is asked again only where the record has grown since it signed last. It may say that it signed
another size: then it is asked once more, from there. Where what it has of this record cannot be brought
together with what is here, people are told, once in an hour.
What peers say to have seen of each other's records is looked into as well, one question to the record's
own node for each state. Left to others: what is asked and what is kept of an answer
(:mod:`keepclear.node.cosigned`, :mod:`keepclear.node.doubts`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

import msgspec

from keepclear.errors import KeepclearError, VerificationError
from keepclear.faces.api.service import Service
from keepclear.faces.api.technical import fault_of
from keepclear.faces.peer import CONSISTENCY_PATH, WITNESS_PATH
from keepclear.faces.peer.reach import Answer, Reach
from keepclear.link.gossip import Heads
from keepclear.node import cosigned
from keepclear.node.cosigned import Asking
from keepclear.node.doubts import Doubt, doubts, prove, shows, tell
from keepclear.node.ledger import Node

__all__ = ["EVERY_S", "Witnesses"]

EVERY_S: Final = 10.0
"""Between two rounds: everything that was recorded meanwhile is cosigned with one signature."""
_MEDIA: Final = "text/plain; charset=utf-8"
_TOLD_EVERY_US: Final = 3_600_000_000
_OK, _CONFLICT, _UNPROCESSABLE = 200, 409, 422
_SAID: Final = frozenset({_OK, 400, 403, 404, _CONFLICT, _UNPROCESSABLE})
"""What a witness answers by the protocol; all else is no answer."""


_NEVER_SO: Final = "record.no-proof"
_SETTLED_MAX: Final = 10_000


class _Shown(msgspec.Struct, frozen=True):
    """What a node shows of its record."""

    root: str
    hashes: list[bytes]


class Witnesses:
    """The peers of a served node, as witnesses of its record; used in one loop."""

    def __init__(
        self,
        reach: Reach,
        heads: Callable[[], Heads],
        clock: Callable[[], float],
        every_s: float = EVERY_S,
    ) -> None:
        """Nobody was asked yet.

        Args:
            reach: How peers are asked.
            heads: What peers said to have seen; called in the node's thread.
            clock: Seconds, from any beginning.
            every_s: Seconds between two rounds.
        """
        self._reach, self._heads, self._every_s = reach, heads, every_s
        self._clock, self._next_s = clock, 0.0
        self._settled: set[tuple[object, ...]] = set()
        """Pairs of states of which one goes on from the other, or of which people were told."""
        self.refused: dict[str, Doubt] = {}
        """By record, the newest checkpoint that came without a proof that holds."""
        self._told: dict[tuple[str, str], int] = {}
        self._busy = asyncio.Lock()
        self.answers: dict[str, str] = {}
        """By party, what the last asking came to: ``cosigned``, a code, or ``unreachable``."""

    async def keep(self, service: Service) -> None:
        """Ask in rounds, until the service stops."""
        while not service.tail.stopping:
            try:
                with suppress(KeepclearError):  # the node says so to everybody who asks
                    await self.once(service)
            except Exception as error:  # noqa: BLE001 - a fault must not end the rounds
                service.log(fault_of(error))
            await asyncio.sleep(self._every_s)

    async def once(self, service: Service) -> None:
        """Ask everybody, and look into what was heard, where it is time for that."""
        if self._clock() >= self._next_s:
            self._next_s = self._clock() + self._every_s
            await self.ask_all(service)
            await self.look(service)

    async def ask_all(self, service: Service) -> None:
        """Ask everybody who has not cosigned all that there is, at the same time."""
        async with self._busy:
            parties = await service.ask(cosigned.witnesses)
            size = await service.ask(lambda node: node.store.size())
            await asyncio.gather(*(self._ask(service, party, size) for party in parties))

    async def look(self, service: Service) -> None:
        """Ask the nodes of records whether the states that were told of them go on from one another."""
        heard = await service.ask(lambda node: doubts(node, self._heads()))
        if len(self._settled) > _SETTLED_MAX:
            self._settled.clear()
        for doubt in heard:
            if _key(doubt) not in self._settled and await self._settle(service, doubt):
                self._settled.add(_key(doubt))
        for doubt in list(self.refused.values()):  # its key signed both: they may prove something
            if await self._settle(service, doubt) and self.refused.get(doubt.origin) == doubt:
                del self.refused[doubt.origin]

    async def _settle(self, service: Service, doubt: Doubt) -> bool:
        """Whether it is known by now which it is."""
        root, hashes = b"", list[bytes]()
        if doubt.small.size < doubt.large.size:
            answer = await self._challenged(service, doubt)
            if answer is None:
                return False
            if isinstance(answer, _Shown):
                root, hashes = bytes.fromhex(answer.root), answer.hashes
                if shows(doubt, root, hashes):
                    return True
        if not await service.ask(partial(prove, doubt=doubt, root=root, proof=hashes)):
            await self._once(service, doubt.origin, "record.split-view", partial(tell, doubt=doubt))
        service.tail.bell.set()
        return True

    async def _challenged(self, service: Service, doubt: Doubt) -> _Shown | str | None:
        """What the record's own node shows, or that it shows nothing; nothing, if it is not there."""
        large = doubt.large
        asked = {"size": large.size, "root": large.root.hex(), "old": doubt.small.size}
        answer = await self._reach.post(
            service,
            doubt.party,
            CONSISTENCY_PATH,
            msgspec.json.encode(asked),
            media="application/json",
            good=_OK.__eq__,
        )
        if answer is None:
            return None
        with suppress(msgspec.MsgspecError, ValueError):
            if answer.status == _OK:
                found = msgspec.json.decode(answer.body, type=_Shown)
                bytes.fromhex(found.root)
                return found
            if msgspec.json.decode(answer.body)["code"] == _NEVER_SO:
                return _NEVER_SO
        return None

    async def _ask(self, service: Service, party: str, size: int) -> None:
        old: int | None = None
        for _ in range(2):
            asked = await service.ask(partial(cosigned.asking, party=party, old=old, size=size))
            if asked is None:
                return
            answer = await self._reach.post(
                service,
                party,
                WITNESS_PATH,
                asked.body,
                media=_MEDIA,
                good=_SAID.__contains__,
            )
            old = await self._heard(service, party, asked, answer)
            if old is None:
                return

    async def _heard(
        self, service: Service, party: str, asked: Asking, answer: Answer | None
    ) -> int | None:
        """What an answer leads to; the size from which to ask again, where it names another."""
        if answer is None or answer.status not in _SAID:
            self.answers[party] = "unreachable"
            return None
        if answer.status == _OK:
            await self._keep(service, party, asked, answer)
            return None
        size = _size(answer) if answer.status == _CONFLICT else None
        if size is not None and size > asked.size:
            await self._tell(service, party, "record.rolled-back")
        elif size is not None and size != asked.old:
            return size
        elif answer.status in {_CONFLICT, _UNPROCESSABLE}:
            await self._tell(service, party, "record.other-root")
        else:
            self.answers[party] = "refused"
        return None

    async def _keep(self, service: Service, party: str, asked: Asking, answer: Answer) -> None:
        try:
            await service.ask(lambda node: cosigned.took(node, party, asked, answer.body))
            self.answers[party] = "cosigned"
        except VerificationError as error:
            self.answers[party] = error.code

    async def _tell(self, service: Service, party: str, code: str) -> None:
        self.answers[party] = code
        await self._once(service, party, code, partial(cosigned.differs, party=party, code=code))

    async def _once(
        self, service: Service, about: str, code: str, call: Callable[[Node], None]
    ) -> None:
        """Tell people something, unless they were told within the hour."""
        now_us = await service.ask(lambda node: node.now_us())
        last_us = self._told.get((about, code))
        if last_us is not None and last_us <= now_us < last_us + _TOLD_EVERY_US:
            return
        await service.ask(call)
        self._told[about, code] = now_us
        service.tail.bell.set()


def _key(doubt: Doubt) -> tuple[object, ...]:
    """A state that what was signed here goes on from needs no second look, however that grows."""
    small = (doubt.origin, doubt.small.size, doubt.small.root)
    return small if doubt.heard_small else (*small, doubt.large.size, doubt.large.root)


def _size(answer: Answer) -> int | None:
    text = answer.body[:40].decode("ascii", "replace").strip()
    return int(text) if text.isascii() and text.isdigit() else None
