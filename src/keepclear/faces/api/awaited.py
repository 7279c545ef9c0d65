"""What time brings while a node is served: consents that begin, confirmations that end.

It is looked at after each change, at the instant that is awaited, and now and then, because a clock can
be set. What fails is tried again. Left to others: what is done (:mod:`keepclear.node.due`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from keepclear.errors import KeepclearError
from keepclear.faces.api.service import Service
from keepclear.node.due import due
from keepclear.node.ledger import Node

__all__ = ["keep_time"]

_LOOK_S: Final = 30.0
"""The longest time between two looks."""
_GATHER_S: Final = 0.1
"""Changes within this time are looked at together."""


async def keep_time(service: Service) -> None:
    """Look, until the service stops."""
    wait_s = 0.0
    while not service.tail.stopping:
        with suppress(TimeoutError):
            await asyncio.wait_for(service.changed.wait(), wait_s)
        service.changed.clear()
        await asyncio.sleep(_GATHER_S)
        try:
            wait_s = await service.ask(_until_next)
        except KeepclearError:
            wait_s = 1.0  # the node says so to everybody who asks
        service.tail.bell.set()
        if service.conversation is not None:
            service.conversation.wake()


def _until_next(node: Node) -> float:
    """Do what is due, one write at a time; seconds until it is to be looked at again."""
    next_us = due(node, writes=1)
    if next_us is None:
        return _LOOK_S
    return min(_LOOK_S, max(0.0, (next_us - node.now_us()) / 1e6))
