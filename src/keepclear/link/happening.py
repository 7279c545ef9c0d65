"""What happens to a line, and what follows from it: the two ends of every step, without a socket.

Effects stand in the order in which they are carried out: what is kept and recorded first, in one
transaction with what the message changes; then what is sent. Nothing is sent, shown or answered
before its cause is durable.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.link.bodies import Body, Head
from keepclear.link.kinds import Urgency
from keepclear.link.message import Received
from keepclear.record.note import Signer, Verifier

__all__ = [
    "Alarm",
    "Arrived",
    "BeginAnew",
    "Compare",
    "Deliver",
    "Effect",
    "Event",
    "Heard",
    "Keep",
    "Line",
    "Record",
    "Send",
    "StoredUpTo",
    "Tick",
    "Write",
]


@dataclass(frozen=True, slots=True)
class Line:
    """What stays the same from step to step."""

    me: Signer
    """The message key of this desk."""
    peer: Verifier
    """That of the other, compared by people before."""
    arrangements: frozenset[str] = frozenset()
    """Those that hold between the two, by the text that messages carry."""
    suspended: bool = False
    """What is not urgent, no receipt and no notified site is refused meanwhile."""


# --- what happens ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Write:
    """This desk says something."""

    body: Body
    urgency: Urgency | None = None
    """More urgent than its kind is; nothing: as its kind is."""
    until_us: int | None = None
    arrangement: str = ""
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """A note came, by whatever way: network, relay, stick or paper."""

    note: bytes


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""

    heads: tuple[Head, ...] = ()
    """What a heartbeat says, where one is due."""


@dataclass(frozen=True, slots=True)
class BeginAnew:
    """People at both desks have agreed on new stream numbers, because one of them lost what it had."""

    out_stream: int | None = None
    """Of ours; what the peer has not stored is written again in it."""
    in_stream: int | None = None
    """Of the peer's."""


Event = Write | Arrived | Tick | BeginAnew


# --- what follows ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Keep:
    """A value under a name; nothing: the name is free again."""

    space: str
    key: str
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Record:
    """A note for the record."""

    note: bytes
    how: str
    """``sent``, ``received``; ``receipt``: a receipt outside the stream; ``evidence``: of something
    that cannot be right."""
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message to act on, once, in the same transaction."""

    received: Received
    across_gap: bool = False
    """Earlier messages are missing."""
    problem: str = ""
    """Why it is not acted on, only kept; what is urgent is shown with this beside it."""
    late: bool = False
    """It came after it was to be acted on."""


@dataclass(frozen=True, slots=True)
class StoredUpTo:
    """The peer has signed that it has stored everything up to this number."""

    seq: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A heartbeat: heads of records to compare, and times."""

    received: Received


@dataclass(frozen=True, slots=True)
class Compare:
    """An old number came again: compare its hash with the record, and alarm where it differs."""

    received: Received


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that people at this desk must look at."""

    code: str
    seq: int = 0
    notes: tuple[bytes, ...] = ()
    """What proves it, together with the record; the peer's note first."""


@dataclass(frozen=True, slots=True)
class Send:
    """A note for the peer, by every way there is."""

    note: bytes
    seq: int = 0
    """0: it is not chained."""
    flash: bool = False
    """Before everything else."""


Effect = Keep | Record | Deliver | StoredUpTo | Heard | Compare | Alarm | Send
