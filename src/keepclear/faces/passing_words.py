"""What is said of ways, of what is held for others, and of cosignatures: all of it beside the lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keepclear.domain.window import parse_instant
from keepclear.faces.words import count, moment, plain

__all__ = ["cosigned_lines", "held_lines", "way_lines"]


def way_lines(found: dict[str, Any]) -> Iterator[str]:
    """By which way the last note to each party went; whether it is stored there is said elsewhere."""
    for one in found["ways"]:
        through = f"through {plain(one['relay'])}" if one["relay"] else "to its own node"
        yield f"notes to {plain(one['party'])} go {through}, since {_at(one['since'])} UTC"


def held_lines(found: dict[str, Any]) -> Iterator[str]:
    """What waits here from others for others."""
    for one in found["held"]:
        yield (
            f"held for {plain(one['recipient'])}, from {plain(one['sender'])}: "
            f"{count(one['parcels'], 'sealed note')}, {one['bytes']:,} bytes, the oldest of "
            f"{_at(one['oldest'])} UTC"
        )


def cosigned_lines(found: dict[str, Any]) -> Iterator[str]:
    """How far each party has cosigned the record; one line where none has."""
    size = found["size"]
    if not found["cosigned"]:
        yield "cosigned by nobody: only this node's own key vouches for this record"
    for one in found["cosigned"]:
        until = "all" if one["size"] == size else f"{one['size']:,}"
        yield (
            f"cosigned by {plain(one['party'])}: {until} of {count(size, 'entry', 'entries')}, at "
            f"{_at(one['at'])} UTC by its clock"
        )


def _at(text: str) -> str:
    return moment(parse_instant(text))
