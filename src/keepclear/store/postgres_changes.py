"""From batches to the rows of one transaction in PostgreSQL: all rows of a table in one statement.

Nothing is sent here. Numbers are given here and nowhere else, so that they have no gaps: the database
makes none, and what was not committed was never numbered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from keepclear.record.merkle import roots_of_subtrees
from keepclear.store.base import ERASED, Batch, Committed
from keepclear.store.subtrees import completed

__all__ = ["REPLIED", "Changes", "Heads", "Question", "columns_of"]

Question: TypeAlias = tuple[str, tuple[Any, ...]]
"""A statement with its values."""

REPLIED: Final = (
    "SELECT client, key, at_us FROM reply WHERE (client, key) IN "
    "(SELECT * FROM unnest(%b::text[], %b::text[]))"
)
_FORGET: Final = "DELETE FROM reply WHERE at_us < %b"
_ALLOW: Final = "GRANT UPDATE (data) ON entry TO CURRENT_USER"
_ERASE: Final = "UPDATE entry SET data = '' WHERE number = ANY(%b::bigint[]) AND kind <> %b"
_FORBID: Final = "REVOKE UPDATE (data) ON entry FROM CURRENT_USER"
"""The right to change an entry exists within one transaction, between the first and the last."""
_MESSAGES: Final = "UPDATE keepclear_writer SET messages = %b WHERE one = 1"
_UNKEEP: Final = (
    "DELETE FROM kept WHERE (space, key) IN (SELECT * FROM unnest(%b::text[], %b::text[]))"
)
_KEEP_ON: Final = " ON CONFLICT (space, key) DO UPDATE SET data = excluded.data"


def _insert(table: str, *types: str) -> str:
    """All rows of one table at once, from one array for each column."""
    arrays = ", ".join(f"%b::{kind}[]" for kind in types)
    return f"INSERT INTO {table} SELECT * FROM unnest({arrays})"  # noqa: S608 - from literals below


_ADD_ENTRIES: Final = _insert("entry", "bigint", "text", "text", "bytea", "bigint")
_ADD_LEAVES: Final = _insert("leaf", "bigint", "bytea")
_ADD_NODES: Final = _insert("node", "bigint", "bigint", "bytea")
_ADD_OUTGOING: Final = _insert("outgoing", "bigint", "text", "bytea")
_ADD_REPLIES: Final = _insert("reply", "text", "text", "bytea", "bigint")
_KEEP: Final = _insert("kept", "text", "text", "bytea") + _KEEP_ON


@dataclass(slots=True)
class Heads:
    """How far each numbered table goes, and the whole subtrees that make up the record."""

    entries: int = 0
    size: int = 0
    messages: int = 0
    edge: dict[tuple[int, int], bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Changes:
    """The rows of one commit, gathered from its batches."""

    heads: Heads
    replied: dict[tuple[str, str], int]
    """When each reply was kept that a batch may meet."""
    entries: list[tuple[int, str, str, bytes, int]] = field(default_factory=list)
    leaves: list[tuple[int, bytes]] = field(default_factory=list)
    nodes: list[tuple[int, int, bytes]] = field(default_factory=list)
    outgoing: list[tuple[int, str, bytes]] = field(default_factory=list)
    replies: list[tuple[str, str, bytes, int]] = field(default_factory=list)
    kept: dict[tuple[str, str], bytes | None] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)
    replies_before_us: int | None = None

    def take(self, batch: Batch) -> Committed | None:
        """One more batch, if it was decided on the state as it is by now."""
        heads = self.heads
        names = [(reply.client, reply.key) for reply in batch.replies]
        if batch.expected_size != heads.size or any(name in self.replied for name in names):
            return None
        self.entries.extend(
            (number, new.kind, new.subject, new.data, new.at_us)
            for number, new in enumerate(batch.entries, heads.entries + 1)
        )
        heads.entries += len(batch.entries)
        fresh = completed(heads.size, batch.leaves, lambda *where: heads.edge[where])
        self.leaves.extend(enumerate(batch.leaves, heads.size))
        self.nodes.extend((*where, found) for where, found in fresh.items())
        heads.size += len(batch.leaves)
        known = heads.edge | fresh
        heads.edge = {where: known[where] for where in roots_of_subtrees(0, heads.size)}
        self.outgoing.extend(
            (number, message.recipient, message.data)
            for number, message in enumerate(batch.outgoing, heads.messages + 1)
        )
        heads.messages += len(batch.outgoing)
        self._forget(batch)
        self.replies.extend((one.client, one.key, one.data, one.at_us) for one in batch.replies)
        self.replied |= {(one.client, one.key): one.at_us for one in batch.replies}
        self.kept.update({(value.space, value.key): value.data for value in batch.kept})
        return Committed(heads.entries, heads.size)

    def _forget(self, batch: Batch) -> None:
        """What is erased or forgotten by then; what comes later in this commit stays."""
        self.erased.update(number for number in batch.erased if number <= self.heads.entries)
        if batch.replies_before_us is not None:
            limit_us = batch.replies_before_us
            self.replied = {name: at for name, at in self.replied.items() if at >= limit_us}
            self.replies = [reply for reply in self.replies if reply[-1] >= limit_us]
            self.replies_before_us = max(limit_us, self.replies_before_us or limit_us)

    def statements(self) -> Iterator[Question]:
        """What brings all of it into the tables."""
        rows: tuple[tuple[str, Sequence[tuple[Any, ...]]], ...] = (
            (_ADD_ENTRIES, self.entries),
            (_ADD_LEAVES, self.leaves),
            (_ADD_NODES, self.nodes),
            (_ADD_OUTGOING, self.outgoing),
            (_ADD_REPLIES, self.replies),
            (_UNKEEP, [name for name, data in self.kept.items() if data is None]),
            (_KEEP, [(*name, data) for name, data in self.kept.items() if data is not None]),
        )
        if self.replies_before_us is not None:
            yield _FORGET, (self.replies_before_us,)
        for sql, values in rows:
            if values:
                yield sql, columns_of(values)
        if self.erased:
            yield _ALLOW, ()
            yield _ERASE, (sorted(self.erased), ERASED)
            yield _FORBID, ()
        if self.outgoing:
            yield _MESSAGES, (self.heads.messages,)


def columns_of(rows: Iterable[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    """Rows turned into one list for each column."""
    return tuple(map(list, zip(*rows, strict=True)))
