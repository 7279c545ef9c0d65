"""``GET /api/v1/events``: server-sent events that go on from the last one somebody saw.

The id of an event is the number of its entry; a browser sends the last one back as ``Last-Event-ID``,
and a program may. Without it a stream begins with what happens next. While nothing happens a comment
goes out now and then, so that a dead line is noticed; at the same moments it is looked whether the one
who listens may still listen. Left to others: who hears of what (:mod:`keepclear.node.events`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Final

import msgspec
from starlette.responses import StreamingResponse

from keepclear.domain.access import Action
from keepclear.errors import KeepclearError
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked
from keepclear.faces.api.service import Service
from keepclear.node.clock import monotonic_s
from keepclear.node.events import Event, events_after

__all__ = ["After", "follow", "stream"]

STREAMS_MAX: Final = 1_000
STREAMS_PER_PARTY_MAX: Final = 50
"""A desk has some screens, not hundreds."""
QUIET_S: Final = 10.0
"""Between two comments."""
_GATHER_S: Final = 0.05
"""What happens within this time is read in one go."""
_LOOK_S: Final = 1.0
"""How long something may stay unseen that this process was not told of."""


class After(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a stream goes on; as ``Last-Event-ID`` does, for those who cannot set headers."""

    after: int | None = None


async def stream(asked: Asked, service: Service) -> StreamingResponse:
    """Open a stream."""
    tail, party = service.tail, asked.who.party
    if tail.streams >= STREAMS_MAX or tail.by_party[party] >= STREAMS_PER_PARTY_MAX:
        raise Problem(
            429, "limit.streams", "too many streams are open", headers={"Retry-After": "10"}
        )
    size = await service.ask(lambda node: node.store.size())
    if not tail.streams:
        tail.start(size)
    said = asked.query.after if asked.last_event is None else asked.last_event
    after = size if said is None else said
    if not 0 <= after <= size:
        raise Problem(400, "query.after", f"found {after}, expected 0 to {size}, the newest entry")
    return StreamingResponse(
        _lines(asked, service, after),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def follow(service: Service) -> None:
    """Read what is new for all streams, until the service stops."""
    tail, read_s = service.tail, 0.0
    while not tail.stopping:
        try:
            await asyncio.wait_for(tail.bell.wait(), _LOOK_S)
            # what comes alone, such as a stop, waits for nothing; of much, a part is read at a time
            await asyncio.sleep(max(0.0, read_s + _GATHER_S - monotonic_s()))
        except TimeoutError:
            pass
        read_s = monotonic_s()
        tail.bell.clear()
        if not tail.streams:
            continue
        try:
            begin = tail.read_to
            # a stop must come to screens while others wait
            found, read_to = await service.look(partial(events_after, after=begin), first=True)
        except KeepclearError:
            continue  # the node says so to everybody who asks; a stream only waits
        if read_to != begin:
            tail.take(found, read_to)
            tail.bell.set()  # there may be more


async def _lines(asked: Asked, service: Service, after: int) -> AsyncIterator[bytes]:
    tail, party = service.tail, asked.who.party
    tail.opened(party)
    service.figures.streams.inc()
    try:
        yield b"retry: 2000\n\n"
        while not tail.stopping:
            held = tail.after(after, party)
            if held is None:
                found, after = await service.look(partial(events_after, after=after))
                held = [event for event in found if party in event.parties]
            else:
                after = max(after, tail.read_to)
            for event in held:
                yield _written(event)
            if after < tail.read_to:
                continue
            if not await tail.grown(QUIET_S):
                if not await _may_listen(asked, service):
                    return
                yield b": quiet\n\n"
    finally:
        tail.closed(party)
        service.figures.streams.dec()


async def _may_listen(asked: Asked, service: Service) -> bool:
    """Whether the one who listens is still who they were."""
    bearer, session = asked.credentials
    now = await service.look(lambda node: service.known(node, bearer, session))
    return now is not None and now.may(Action.LOOK) and now.party == asked.who.party


def _written(event: Event) -> bytes:
    return f"id: {event.number}\nevent: {event.kind}\ndata: {event.text}\n\n".encode()
