"""What is read back of a declaration that came: its places and times, as this node understood them.

Both ends take them from the declaration by one rule, in the order of its parts: centres, vertices and
waypoints; starts, ends and times of waypoints. Of more than a message can hold, evenly spread ones are
read back, the first and the last among them. What is read back is compared by both ends
(:mod:`keepclear.link.receipts`); whether it is meant so, people say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from keepclear.disclose.crossing_only import extent
from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.errors import InputError
from keepclear.link import bodies as b
from keepclear.link.message import Received
from keepclear.node.arrived import known_subject
from keepclear.node.memory import Memory
from keepclear.node.notices import place_of
from keepclear.wire.declaration import declaration_of, form_in

__all__ = ["READ_BACK_MAX", "points_in", "points_of"]

READ_BACK_MAX: Final = 64
"""Places, and times, in one message."""
_T = TypeVar("_T")

Points = tuple[tuple[b.Place, ...], tuple[int, ...]]
"""Places and times."""


def points_in(body: b.Body) -> Points | None:
    """What is expected to be read back of a message with a declaration; nothing of any other."""
    if not isinstance(body, b.Declared | b.Delayed):
        return None
    try:
        return points_of(declaration_of(form_in(body.text.encode())))
    except InputError:
        return None


def held_of(memory: Memory, party: str, received: Received) -> Declaration | None:
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


def points_of(said: Declaration) -> Points:
    """The places and times of a declaration."""
    places = [place_of(one) for part in said.parts for one in _places(part)]
    times = [one for part in said.parts for one in _times(part)]
    return tuple(_some(places)), tuple(_some(times))


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
