"""What is said of ways: by which one notes to each party went, and what this desk holds for others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from keepclear.faces.words import count, moment, plain

if TYPE_CHECKING:
    from keepclear.node.relaying import Holding
    from keepclear.wire.parcels import Way

__all__ = ["held_lines", "way_lines"]


def way_lines(found: Mapping[str, Way]) -> Iterator[str]:
    """By which way the last note to each party went; whether it is stored there is said elsewhere."""
    for party, way in found.items():
        through = f"through {plain(way.relay)}" if way.relay else "to its own node"
        yield f"notes to {plain(party)} go {through}, since {moment(way.since_us)} UTC"


def held_lines(found: Iterable[Holding]) -> Iterator[str]:
    """What waits here from others for others."""
    for one in found:
        yield (
            f"held for {plain(one.recipient)}, from {plain(one.sender)}: "
            f"{count(one.parcels, 'sealed note')}, {one.bytes:,} bytes, the oldest of "
            f"{moment(one.oldest_us)} UTC"
        )
