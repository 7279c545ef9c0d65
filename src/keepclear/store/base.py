"""The contract of every store, and the values that go through it.

A node decides, saves, then sends. Saving is one call, :meth:`Store.commit`: the state change, the
leaves of the record, the messages to send and the reply to the caller become durable together or not
at all. There is no other way to change what a store holds, except to mark a message as delivered.

Rules that every back end keeps, and one suite of tests holds them to:

* When ``commit`` returns, what it committed survives the loss of power.
* Where a batch expected another state it answers ``None``, and nothing of that batch was stored.
* When it raises :class:`keepclear.errors.StoreError`, the batches were stored whole or not at all, and
  the caller cannot know which: it must read again before it acts, and answers nobody until then.
* Entries and leaves are never changed and never removed; their numbers have no gaps. One thing alone
  can happen to an entry, once: its data become empty, in a batch whose last entry says so. Its leaf
  stays.
* Data that were erased, and replies that were forgotten, are gone from the place where they were kept;
  copies that were made of that place are not the store's to reach.
* The hashes of whole subtrees stand beside the leaves, so that a proof never reads the whole record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

__all__ = [
    "ERASED",
    "Batch",
    "Committed",
    "Entry",
    "Kept",
    "NewEntry",
    "Outgoing",
    "Pending",
    "Reply",
    "Store",
]


ERASED: Final = "erased"
"""The kind of an entry that says what was erased; it is never erased itself."""


class NewEntry(NamedTuple):
    """One change of state that is to be kept: a row, as there are several with each decision."""

    kind: str
    """What it is, such as ``declared`` or ``withdrawn``."""
    subject: str
    """What it is about, such as ``Alder/A1``; entries of one subject are its history."""
    data: bytes
    """Canonical bytes; empty where they were erased."""
    at_us: int
    """When the node took it, by its own clock; for people, never for order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A change of state as it was kept; see :class:`NewEntry`."""

    kind: str
    subject: str
    data: bytes
    at_us: int
    number: int
    """Its place in the order of all entries, from 1."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that must reach somebody, whatever happens to this process."""

    recipient: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Pending(Outgoing):
    """A message that has not been marked as delivered."""

    number: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What a caller was answered, so that asking again with the same key changes nothing."""

    client: str
    key: str
    data: bytes
    at_us: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A value under a name that may change, unlike an entry: a token's hash, where a stream stands."""

    space: str
    """What kind of value it is, such as ``token``."""
    key: str
    data: bytes | None
    """Nothing: the name is free again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one decision changes."""

    expected_size: int
    """Leaves of the record when the decision was made; another size means that it must be made
    again."""
    entries: tuple[NewEntry, ...] = ()
    leaves: tuple[bytes, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    replies: tuple[Reply, ...] = ()
    kept: tuple[Kept, ...] = ()
    """In order; a later one takes the place of an earlier one under the same name."""
    erased: tuple[int, ...] = ()
    """Numbers of entries whose data become empty; the last entry of the batch says so. Numbers that are
    not there, are erased already, or are of an entry that says what was erased, change nothing."""
    replies_before_us: int | None = None
    """Replies that were kept before this are forgotten; asked again, it is another question."""

    def __post_init__(self) -> None:
        """Nothing is erased that no entry says is erased."""
        if self.erased and (not self.entries or self.entries[-1].kind != ERASED):
            raise ValueError("a batch that erases ends with the entry that says so")


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a batch."""

    last_entry: int
    """Number of the newest entry."""
    size: int
    """Leaves of the record."""


class Store(Protocol):
    """What a back end offers."""

    def commit(self, batches: Sequence[Batch]) -> list[Committed | None]:
        """Make batches durable, with one write to the disk for all of them.

        Args:
            batches: In order; each may build on those before it.

        Returns:
            For each batch what became of it; ``None`` where its expected size was not met, or a
            reply stands already under its key: nothing of it was stored, the others are.

        Raises:
            StoreError: See the rules above; nobody can know whether anything was stored.
        """

    def size(self) -> int:
        """Leaves of the record."""

    def entries(self, after: int, limit: int) -> list[Entry]:
        """Entries with a number above ``after``, in order."""

    def history(self, subject: str) -> list[Entry]:
        """All entries of one subject, in order."""

    def leaves(self, start: int, end: int) -> list[bytes]:
        """Leaves from start to end, as they were committed."""

    def node(self, level: int, index: int) -> bytes:
        """The hash of a whole subtree; see :data:`keepclear.record.merkle.NodeReader`."""

    def pending(self, limit: int) -> list[Pending]:
        """Messages that are not delivered, the oldest first."""

    def delivered(self, numbers: Sequence[int]) -> None:
        """Mark messages as delivered; numbers that are not pending change nothing."""

    def reply(self, client: str, key: str) -> bytes | None:
        """What a client was answered under a key, if anything."""

    def kept(self, space: str) -> dict[str, bytes]:
        """All values of one kind, by name."""

    def close(self) -> None:
        """Let go of everything; a closed store answers nothing."""
