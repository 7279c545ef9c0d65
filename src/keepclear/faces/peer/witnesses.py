"""Asking peers to cosign: what is new in this record is shown to each, batched, and when somebody asks.

A peer is asked again only where the record has grown since it signed last. It may say that it signed
another size: then it is asked once more, from there. Where what it has of this record cannot be brought
together with what is here, people are told, once in an hour.
Left to others: what is asked and what is kept of an answer (:mod:`keepclear.node.cosigned`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import Final

from keepclear.errors import KeepclearError, VerificationError
from keepclear.faces.api.service import Service
from keepclear.faces.peer import WITNESS_PATH
from keepclear.faces.peer.reach import Answer, Reach
from keepclear.node import cosigned
from keepclear.node.cosigned import Asking

__all__ = ["EVERY_S", "Witnesses"]

EVERY_S: Final = 10.0
"""Between two rounds: everything that was recorded meanwhile is cosigned with one signature."""
_MEDIA: Final = "text/plain; charset=utf-8"
_TOLD_EVERY_US: Final = 3_600_000_000
_OK, _CONFLICT, _UNPROCESSABLE = 200, 409, 422
_SAID: Final = frozenset({_OK, 400, 403, 404, _CONFLICT, _UNPROCESSABLE})
"""What a witness answers by the protocol; all else is no answer."""


class Witnesses:
    """The peers of a served node, as witnesses of its record; used in one loop."""

    def __init__(self, reach: Reach, every_s: float = EVERY_S) -> None:
        """Nobody was asked yet.

        Args:
            reach: How peers are asked.
            every_s: Seconds between two rounds.
        """
        self._reach, self._every_s = reach, every_s
        self._told: dict[tuple[str, str], int] = {}
        self._busy = asyncio.Lock()
        self.answers: dict[str, str] = {}
        """By party, what the last asking came to: ``cosigned``, a code, or ``unreachable``."""

    async def keep(self, service: Service) -> None:
        """Ask in rounds, until the service stops."""
        while not service.tail.stopping:
            with suppress(KeepclearError):  # the node says so to everybody who asks
                await self.ask_all(service)
            await asyncio.sleep(self._every_s)

    async def ask_all(self, service: Service) -> None:
        """Ask everybody who has not cosigned all that there is, at the same time."""
        async with self._busy:
            parties = await service.ask(cosigned.witnesses)
            size = await service.ask(lambda node: node.store.size())
            await asyncio.gather(*(self._ask(service, party, size) for party in parties))

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
        now_us = await service.ask(lambda node: node.now_us())
        last_us = self._told.get((party, code))
        if last_us is not None and last_us <= now_us < last_us + _TOLD_EVERY_US:
            return
        await service.ask(lambda node: cosigned.differs(node, party, code))
        self._told[party, code] = now_us
        service.tail.bell.set()


def _size(answer: Answer) -> int | None:
    text = answer.body[:40].decode("ascii", "replace").strip()
    return int(text) if text.isascii() and text.isdigit() else None
