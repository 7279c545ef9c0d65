"""Heads of records, as every party says in its heartbeats to have seen them: who shows whom what.

A record that shows two parties two histories is found out when these tell each other what they saw: two
heads of one size with two roots cannot both be true. Each stands in a heartbeat that its teller signed:
if both tellers are the record's own party, the two notes are the proof; else one of the two tellers, or
the party, says what is not so, and the notes say who said what. Heads of different sizes say nothing
here; that one goes on from the other takes a proof (:mod:`keepclear.record.witness`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from keepclear.link.bodies import Head, Heartbeat
from keepclear.link.message import Received

__all__ = ["Heads", "SplitView", "learn", "newest"]

SIZES_MAX: Final = 256
"""Heads that are remembered of one record; some hours of heartbeats."""
ORIGINS_MAX: Final = 64
"""Records that are remembered; a peer may name any number."""


@dataclass(frozen=True, slots=True)
class SplitView:
    """Two heads of one record that cannot both be true."""

    origin: str
    size: int
    notes: tuple[bytes, bytes]
    """The heartbeats that say them."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What was said so far."""

    said: Mapping[str, Mapping[int, tuple[str, bytes]]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """By record and size: the root, and the note that said so first."""
    told: frozenset[str] = frozenset()
    """Records of which two heads were found: one alarm for each."""


def learn(heads: Heads, heartbeat: Received) -> tuple[Heads, list[SplitView]]:
    """What is known after one more heartbeat, and what it contradicts; of each record once."""
    message = heartbeat.message
    if message is None or not isinstance(message.body, Heartbeat):
        return heads, []
    said, told = dict(heads.said), heads.told
    found = []
    for head in message.body.heads:
        if head.origin not in said and len(said) >= ORIGINS_MAX:
            continue
        sizes = dict(said.get(head.origin, {}))
        root, note = sizes.get(head.size, (head.root, heartbeat.note))
        if root != head.root and head.origin not in told:
            told |= {head.origin}
            found.append(SplitView(head.origin, head.size, (note, heartbeat.note)))
        sizes[head.size] = (root, note)
        said[head.origin] = MappingProxyType(
            {size: sizes[size] for size in sorted(sizes)[-SIZES_MAX:]}
        )
    return Heads(MappingProxyType(said), told), found


def newest(heads: Heads) -> list[Head]:
    """The largest head of each record, to be passed on."""
    return [
        Head(origin=origin, size=size, root=sizes[size][0])
        for origin, sizes in heads.said.items()
        for size in (max(sizes),)
    ]
