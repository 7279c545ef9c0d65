"""What is read back of a declaration that came: its places and times, as this node understood them.

Both ends take them from the declaration by one rule, in the order of its parts: centres, vertices and
waypoints; starts, ends and times of waypoints. Of more than a message can hold, evenly spread ones are
read back, the first and the last among them. What is read back is compared by both ends
(:mod:`keepclear.link.read_back`); whether it is meant so, people say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from keepclear.disclose.crossing_only import extent
from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.errors import InputError, RuleError
from keepclear.link import bodies as b
from keepclear.link.board import Board
from keepclear.link.message import Received, read_own
from keepclear.link.read_back import Points
from keepclear.node.arrived import known_subject
from keepclear.node.ledger import Node, opening_of
from keepclear.node.line_entries import subject_of
from keepclear.node.memory import Memory
from keepclear.node.notices import place_of
from keepclear.wire.declaration import declaration_of, form_in
from keepclear.wire.entries import Carried, decode_body

__all__ = ["READ_BACK_MAX", "as_held", "points_in", "points_of"]

READ_BACK_MAX: Final = 64
"""Places, and times, in one message."""
_T = TypeVar("_T")


def points_in(body: b.Body) -> Points | None:
    """What is expected to be read back of a message with a declaration; nothing of any other."""
    if not isinstance(body, b.Declared | b.Delayed):
        return None
    try:
        return points_of(declaration_of(form_in(body.text.encode())))
    except InputError:
        return None


def as_held(node: Node, board: Board, party: str, peer: str, said: b.ReadBack) -> b.ReadBack:
    """A read-back of a declaration as a node holds it; both ends compare that.

    Args:
        node: This desk's.
        board: Its board.
        party: Who sent the declaration.
        peer: The name of its key.
        said: What is read back, without places and times.

    Raises:
        RuleError: ``read-back.none``: no message of this hash is held as a declaration.
    """
    digest = said.re.hash
    held = _held(node, party, peer, digest)
    waiting = board.progress.get((peer, False, digest))
    if held is None or held.party != party or waiting is None:
        raise RuleError(
            "read-back.none",
            "no message of this hash from there is held as a declaration; say the places and times "
            "as they were understood",
        )
    places, times_us = points_of(held)
    return b.ReadBack(
        re=b.Ref(seq=waiting.seq, hash=digest),
        by=said.by,
        places=list(places),
        times_us=list(times_us),
        says=said.says,
    )


def _held(node: Node, party: str, peer: str, digest: str) -> Declaration | None:
    """What a message brought, as a node holds it; also where another brought the same before."""
    for entry in reversed(node.store.history(subject_of(peer))):
        body = decode_body(opening_of(entry).body) if entry.data else None
        if isinstance(body, Carried) and (body.how, body.hash) == ("received", digest):
            return _version(node.memory, party, read_own(body.note.encode()))
    return None


def points_of(said: Declaration) -> Points:
    """The places and times of a declaration."""
    places = [place_of(one) for part in said.parts for one in _places(part)]
    times = [one for part in said.parts for one in _times(part)]
    return tuple(_some(places)), tuple(_some(times))


def _version(memory: Memory, party: str, received: Received) -> Declaration | None:
    """The version that a message told of, as it is held here; nothing where it is not."""
    body = received.message.body if received.message is not None else None
    if not isinstance(body, b.Declared | b.Delayed | b.Held):
        return None
    ref = getattr(body, "ref", None) or body.subject
    case = memory.cases.get(known_subject(memory, party, ref))
    versions = case.versions if case is not None else ()
    told = [one for one in versions if one.number == body.version]
    same = [one for one in told if one.message == received.hash]
    return (same or told)[-1].declaration if told else None


def _places(part: Part) -> Iterator[Position]:
    if isinstance(part, Route):
        yield from (point.position for point in part.waypoints)
    elif isinstance(part.footprint, Circle):
        yield part.footprint.center
    elif isinstance(part.footprint, Area):
        for polygon in part.footprint.polygons:
            yield from (place for ring in polygon.rings for place in ring)
    else:
        yield from part.footprint.vertices


def _times(part: Part) -> Iterator[int]:
    if isinstance(part, Route):
        yield from (point.time_us for point in part.waypoints)
        return
    window = extent(part)
    yield from (one for one in (window.start_us, window.end_us) if one is not None)


def _some(values: Sequence[_T]) -> Sequence[_T]:
    count = len(values)
    if count <= READ_BACK_MAX:
        return values
    return [values[k * (count - 1) // (READ_BACK_MAX - 1)] for k in range(READ_BACK_MAX)]
