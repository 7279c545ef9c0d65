"""Heads of records, as every party says in its heartbeats to have seen them: who shows whom what.

A record that shows two parties two histories is found out when these tell each other what they saw: two
heads of one size with two roots cannot both be true. Each stands in a heartbeat that its teller signed:
if both tellers are the record's own party, the two notes are the proof; else one of the two tellers, or
the party, says what is not so, and the notes say who said what. Heads of different sizes say nothing
here; that one goes on from the other takes a proof (:mod:`keepclear.record.witness`).

What is remembered has an end for each peer by itself, so that none can have forgotten, by saying much,
what another said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from keepclear.link.bodies import Head, Heartbeat
from keepclear.link.message import Received

__all__ = ["Heads", "PeerHeads", "SplitView", "learn", "newest"]

HEARTBEATS_MAX: Final = 256
"""Of one peer, those that said something new: at one in 30 s the last two hours of a peer whose records
grow all the time, and more of a quiet one. They are 5 MB at the most, because a heartbeat with all the
heads that it may hold has some 20 kB."""
SPLITS_MAX: Final = 64
"""Records of which one peer can make people be told that two heads contradict each other: as many as
one heartbeat names. Whoever contradicts more of them is known by then."""

_Key = tuple[str, int]
"""A record, and a size of it."""


@dataclass(frozen=True, slots=True)
class SplitView:
    """Two heads of one record that cannot both be true."""

    origin: str
    size: int
    notes: tuple[bytes, bytes]
    """The heartbeats that say them."""


@dataclass(frozen=True, slots=True)
class PeerHeads:
    """What one peer said."""

    heads: Mapping[_Key, tuple[str, bytes]] = field(default_factory=lambda: MappingProxyType({}))
    """The root, and the note that said so first; what was said first stands first."""
    notes: tuple[bytes, ...] = ()
    """Those notes, the oldest first."""

    def largest(self, origin: str, most: int) -> list[tuple[int, str, bytes]]:
        """Some of the heads of one record, with their notes, the largest first."""
        sizes = sorted((size for name, size in self.heads if name == origin), reverse=True)
        return [(size, *self.heads[origin, size]) for size in sizes[:most]]


@dataclass(frozen=True, slots=True)
class Heads:
    """What was said so far."""

    said: Mapping[str, PeerHeads] = field(default_factory=lambda: MappingProxyType({}))
    """By the name of the peer's key."""
    told: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Records of which two heads were found, one alarm for each; and the peer that said the later."""


def learn(heads: Heads, heartbeat: Received) -> tuple[Heads, list[SplitView]]:
    """What is known after one more heartbeat, and what it contradicts; of each record once."""
    message = heartbeat.message
    if message is None or not isinstance(message.body, Heartbeat):
        return heads, []
    peer, told = message.sender, dict(heads.told)
    found: list[SplitView] = []
    room = SPLITS_MAX - sum(one == peer for one in told.values())
    mine = _with(heads.said.get(peer, PeerHeads()), message.body.heads, heartbeat.note)
    heads = replace(heads, said=MappingProxyType({**heads.said, peer: mine}))
    for head in message.body.heads:
        note = _other(heads, head)
        if note is not None and head.origin not in told and len(found) < room:
            told[head.origin] = peer
            found.append(SplitView(head.origin, head.size, (note, heartbeat.note)))
    return replace(heads, told=MappingProxyType(told)), found


def newest(heads: Heads) -> list[Head]:
    """The largest head of each record, to be passed on."""
    found: dict[str, Head] = {}
    for said in heads.said.values():
        for (origin, size), (root, _) in said.heads.items():
            if origin not in found or found[origin].size < size:
                found[origin] = Head(origin=origin, size=size, root=root)
    return list(found.values())


def _with(said: PeerHeads, heads: list[Head], note: bytes) -> PeerHeads:
    """With what a heartbeat says that is new; what was said longest ago makes room."""
    new = {
        (head.origin, head.size): (head.root, note)
        for head in reversed(heads)  # of two under one size the first one counts
        if (head.origin, head.size) not in said.heads
    }
    if not new:
        return said
    notes = (*said.notes, note)
    gone = set(notes[:-HEARTBEATS_MAX])
    kept = {key: one for key, one in said.heads.items() if one[1] not in gone}
    return PeerHeads(MappingProxyType({**kept, **new}), notes[-HEARTBEATS_MAX:])


def _other(heads: Heads, head: Head) -> bytes | None:
    """The note of whoever said another root of the same size."""
    for said in heads.said.values():
        root, note = said.heads.get((head.origin, head.size), (head.root, b""))
        if root != head.root:
            return note
    return None
