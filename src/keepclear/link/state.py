"""Where a line stands with one peer: a frozen value, what of it is kept, and how it is made again.

Kept is what must survive: numbers and hashes, notes that the peer has not stored, notes that came
ahead of a gap, and the hashes of the last messages. When something was last tried, and what a clock
said, is not: after a start everything is simply due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from keepclear.errors import InternalError
from keepclear.link.clocks import Offset
from keepclear.link.happening import Keep
from keepclear.link.message import NOTHING_BEFORE, Received, read_own

__all__ = [
    "LINE",
    "NEVER_US",
    "RECENT_MAX",
    "SPACES",
    "Receiving",
    "Sending",
    "State",
    "Unstored",
    "keep_line",
    "key_of",
    "restore",
]

LINE: Final = "link"
OUT: Final = "link-out"
AHEAD: Final = "link-ahead"
SEEN: Final = "link-seen"
FORKS: Final = "link-forks"
SPACES: Final = (LINE, OUT, AHEAD, SEEN, FORKS)
"""Kinds of kept values; keys begin with the name of the peer's key."""
RECENT_MAX: Final = 512
"""Hashes of received messages that are compared without asking the record."""
NEVER_US: Final = 2**62
"""Later than anything that is waited for."""


@dataclass(frozen=True, slots=True)
class Unstored:
    """A message of ours that the peer has not said to have stored."""

    note: bytes
    seq: int
    hash: str
    flash: bool
    sent_us: int | None = None
    """When it was last given to the network; nothing: not since the start."""
    tries: int = 0
    beyond_gap: bool = False
    """The peer has it, and misses earlier ones."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Our stream to the peer."""

    stream: int = 1
    seq: int = 0
    hash: str = NOTHING_BEFORE
    stored: int = 0
    """The peer has stored everything up to this number."""
    stored_hash: str = NOTHING_BEFORE
    unstored: tuple[Unstored, ...] = ()
    """In order."""


@dataclass(frozen=True, slots=True)
class Receiving:
    """The peer's stream to us."""

    stream: int = 1
    seq: int = 0
    """Everything up to this number is stored."""
    hash: str = NOTHING_BEFORE
    ahead: tuple[Received, ...] = ()
    """Stored beyond a gap, in order."""
    recent: tuple[str, ...] = ()
    """Hashes of the last ones; the last is that of ``seq``."""
    forks: tuple[str, ...] = ()
    """Hashes of notes that another with the same number, or another chain, was stored before."""

    def gaps(self) -> list[tuple[int, int]]:
        """First and last number of what is missing below what came."""
        found, expected = [], self.seq + 1
        for one in self.ahead:
            if one.seq > expected:
                found.append((expected, one.seq - 1))
            expected = one.seq + 1
        return found


@dataclass(frozen=True, slots=True)
class State:
    """A line at one moment; begin with ``State()``."""

    sending: Sending = Sending()
    receiving: Receiving = Receiving()
    # from here on: not kept
    owed_us: int = NEVER_US
    """When we say at the latest what we have stored."""
    ask_us: int = NEVER_US
    """When we ask again for what is missing."""
    asked: int = 0
    beat_us: int = 0
    """When the next heartbeat is due."""
    heard_us: int | None = None
    """When something signed by the peer came last, by our clock."""
    silent: bool = False
    peer_sent_us: int | None = None
    """The line ``sent`` of its last heartbeat, by its clock."""
    peer_arrived_us: int = 0
    """When that came, by ours."""
    clock: Offset | None = None
    """How far the peer's clock is from ours, by its last heartbeat that answers one of ours."""
    alarmed: tuple[tuple[str, int], ...] = ()
    """Code and time of the last alarm of each sort."""


class _Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept of a line beside its notes."""

    out_stream: int
    sent: int
    sent_hash: str
    stored: int
    stored_hash: str
    in_stream: int
    received: int
    received_hash: str


def key_of(peer: str, number: int) -> str:
    """The name of a value that belongs to one number; names sort as numbers do."""
    return f"{peer} {number:016}"


def keep_line(peer: str, state: State) -> Keep:
    """The numbers of a line, to be kept with everything that changed them."""
    out, come = state.sending, state.receiving
    numbers = _Numbers(
        out.stream,
        out.seq,
        out.hash,
        out.stored,
        out.stored_hash,
        come.stream,
        come.seq,
        come.hash,
    )
    return Keep(LINE, peer, msgspec.json.encode(numbers))


def keep_seen(peer: str, seq: int, digest: str) -> Keep:
    """The hash of a received message, in the place of one that is old."""
    return Keep(SEEN, key_of(peer, seq % RECENT_MAX), f"{seq} {digest}".encode())


def restore(peer: str, kept: Mapping[str, Mapping[str, bytes]]) -> State:
    """The state that kept values stand for.

    Args:
        peer: The name of its key.
        kept: For each of :data:`SPACES` all values, by name; those of other peers are passed over.

    Raises:
        InternalError: they do not fit together; nothing of ours writes them so.
    """
    mine = {
        space: {
            key: data
            for key, data in kept.get(space, {}).items()
            if key == peer or key.startswith(f"{peer} ")
        }
        for space in SPACES
    }
    data = mine[LINE].get(peer)
    if data is None:
        return State()
    numbers = msgspec.json.decode(data, type=_Numbers)
    unstored = [read_own(mine[OUT][key]) for key in sorted(mine[OUT])]
    expected = range(numbers.stored + 1, numbers.sent + 1)
    if [one.seq for one in unstored] != list(expected):
        raise InternalError(f"the line to {peer!r} has lost messages of its own; restore a backup")
    seen = dict(_seen(data) for data in mine[SEEN].values())
    recent: list[str] = []
    for number in range(numbers.received, max(numbers.received - RECENT_MAX, 0), -1):
        if number not in seen:
            break
        recent.append(seen[number])
    return State(
        Sending(
            numbers.out_stream,
            numbers.sent,
            numbers.sent_hash,
            numbers.stored,
            numbers.stored_hash,
            tuple(Unstored(one.note, one.seq, one.hash, one.on_arrival) for one in unstored),
        ),
        Receiving(
            numbers.in_stream,
            numbers.received,
            numbers.received_hash,
            tuple(read_own(mine[AHEAD][key]) for key in sorted(mine[AHEAD])),
            tuple(reversed(recent)),
            tuple(key.removeprefix(f"{peer} ") for key in sorted(mine[FORKS])),
        ),
        owed_us=0 if numbers.received else NEVER_US,
        ask_us=0 if mine[AHEAD] else NEVER_US,
    )


def _seen(data: bytes) -> tuple[int, str]:
    number, digest = data.decode().split(" ")
    return int(number), digest
