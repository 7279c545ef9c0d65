"""What a served node does beside answering: it looks back, and keeps snapshots.

After a start from a snapshot every entry that it stood for is compared with its leaf, a few at a
time, while others are answered; where one does not fit, nothing is decided any more, and the operator
and the desk are told. Now and then a snapshot is kept, so that the next start is as quick. Left to
others: what is compared and kept (:mod:`keepclear.node.ledger`).
"""

from __future__ import annotations

import asyncio
from typing import Final

from keepclear.errors import ChangedStoreError, KeepclearError
from keepclear.faces.api.service import Service
from keepclear.node.changed_record import tell_changed
from keepclear.node.clock import monotonic_s
from keepclear.node.ledger import Node

__all__ = ["keep_snapshots", "look_back"]

_LOOK_S: Final = 5.0
"""Between two looks whether a snapshot is due, and before something that failed is tried again."""
_RESTS: Final = 250
"""Entries between two looks; while no more are written, nobody notices that a snapshot is made."""
_LATE_S: Final = 300.0
"""A node that never rests keeps one all the same, so long after it was due: making one takes a second
or more for each hundred thousand declarations, in which everybody is answered some 20 ms later. What
was written in the meantime is read again after a crash."""
_AT_ONCE: Final = 40
"""Entries that are compared in one go: some 0.3 ms, in which nobody else is answered."""
_SHARE: Final = 0.1
_PAUSE_S: Final = (0.001, 0.1)
"""After each go it is paused until the go, with what it waited for its turn, was this share of the
time, within these bounds: while nothing is asked a million entries take some two minutes and a tenth of
one processor, and while much is asked they take longer and hardly anything."""
_READY_AT_ONCE: Final = 50
"""Changed declarations that are made ready for a snapshot in one go: under a millisecond. It goes
before what waits, and so comes to an end where the node never rests: fewer change between two goes."""
_AGAIN_S: Final = 60.0
"""After a snapshot that could not be kept."""


async def look_back(service: Service) -> None:
    """Compare what the snapshot stood for, again after a failure, because all is read again then.

    Whatever does not fit, or did not when it was read, is told once.
    """
    while not service.tail.stopping:
        service.failed.clear()
        await _compare(service)
        if await _told(service):
            return
        await service.failed.wait()


async def _compare(service: Service) -> None:
    done = False
    while not done and not service.tail.stopping:
        began_s = monotonic_s()
        try:
            done = await service.ask(_look, idle=True)
        except ChangedStoreError:
            done = True
        except KeepclearError:
            await asyncio.sleep(_LOOK_S)  # the node says so to everybody who asks
        least, most = _PAUSE_S
        await asyncio.sleep(min(max((monotonic_s() - began_s) / _SHARE, least), most))
    if done:
        await service.worker.answer(lambda node: _say(service, node))


async def _told(service: Service) -> bool:
    """Whether something does not fit, and the alarm that says so is kept."""
    while not service.tail.stopping:
        try:
            told = await service.worker.answer(tell_changed, first=True)
        except KeepclearError as error:
            service.log({"event": "no alarm kept", "why": type(error).__name__})
            await asyncio.sleep(_LOOK_S)
        else:
            if told:
                service.tail.bell.set()
            return told
    return False


def _look(node: Node) -> bool:
    return node.look_back(_AT_ONCE)


def _say(service: Service, node: Node) -> None:
    if node.past.begun or node.fault:
        fault = {"fault": node.fault} if node.fault else {}
        service.log({"event": "record compared", "entries": node.past.compared[0], **fault})


async def keep_snapshots(service: Service) -> None:
    """Keep one when it is due and the node rests, until the service stops."""
    wait_s, size, since_s = _LOOK_S, 0, None
    while not service.tail.stopping:
        await asyncio.sleep(wait_s)
        wait_s, before = _LOOK_S, size
        try:
            due, size, uncompared = await service.ask(_state)
            if uncompared:  # it was read again; whoever asked was told, by whatever way they came
                service.failed.set()
            since_s = (since_s or monotonic_s()) if due else None
            if since_s is not None and (
                size - before <= _RESTS or monotonic_s() >= since_s + _LATE_S
            ):
                await _keep_one(service)
                since_s = None
        except (KeepclearError, OSError) as error:
            service.log({"event": "no snapshot kept", "why": type(error).__name__})
            wait_s = _AGAIN_S


def _state(node: Node) -> tuple[bool, int, bool]:
    """Whether a snapshot is due; how many entries there are; whether some are yet to be compared."""
    compared, begun = node.past.compared
    return node.snapshot_is_due, node.memory.size, compared < begun


async def _keep_one(service: Service) -> None:
    while not await service.ask(_make_ready, first=True):
        pass  # others go between
    moment, put = await service.ask(lambda node: (node.moment(), node.put))
    made = await asyncio.to_thread(moment.made)
    await asyncio.to_thread(put, made, lambda: not service.tail.stopping)
    await service.ask(lambda node: node.go_on_with(made))


def _make_ready(node: Node) -> bool:
    return node.memory.cases.make_ready(_READY_AT_ONCE)
