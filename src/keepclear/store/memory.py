"""The store in memory: the reference for all others, and the place where failures are rehearsed.

It keeps the contract of ``base`` and nothing beyond it. ``failing`` makes the next commit fail, lost or
stored: whoever commits must cope with both, because a real disk does both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from keepclear.errors import StoreError
from keepclear.record.merkle import leaf_hash, node_hash
from keepclear.store.base import ERASED, Batch, Committed, Entry, Pending, Reply

__all__ = ["Failure", "MemoryStore"]


class Failure(Enum):
    """How a commit fails."""

    LOST = "nothing was stored"
    STORED = "all of it was stored, and the caller is told of a failure"


class MemoryStore:
    """A store that lasts as long as its process."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._leaves: list[bytes] = []
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._pending: dict[int, Pending] = {}
        self._sent = 0
        self._replies: dict[tuple[str, str], Reply] = {}
        self._kept: dict[str, dict[str, bytes]] = {}
        self._closed = False
        self.failing: Failure | None = None
        """What the next commit does; it then works again."""

    def commit(self, batches: Sequence[Batch]) -> list[Committed | None]:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        failing, self.failing = self.failing, None
        if failing is Failure.LOST:
            raise StoreError("the write was lost (a failure that was asked for)")
        done = [self._apply(batch) for batch in batches]
        if failing is Failure.STORED:
            raise StoreError("the write failed after it was stored (a failure that was asked for)")
        return done

    def _apply(self, batch: Batch) -> Committed | None:
        if batch.expected_size != len(self._leaves):
            return None
        if any((reply.client, reply.key) in self._replies for reply in batch.replies):
            return None
        for new in batch.entries:
            self._entries.append(Entry(*new, number=len(self._entries) + 1))
        for leaf in batch.leaves:
            self._append(leaf)
        for message in batch.outgoing:
            self._sent += 1
            self._pending[self._sent] = Pending(message.recipient, message.data, self._sent)
        self._forget(batch)
        for reply in batch.replies:
            self._replies[reply.client, reply.key] = reply
        for value in batch.kept:
            space = self._kept.setdefault(value.space, {})
            if value.data is None:
                space.pop(value.key, None)
            else:
                space[value.key] = value.data
        return Committed(len(self._entries), len(self._leaves))

    def _forget(self, batch: Batch) -> None:
        for number in batch.erased:
            if 0 < number <= len(self._entries) and self._entries[number - 1].kind != ERASED:
                self._entries[number - 1] = replace(self._entries[number - 1], data=b"")
        if batch.replies_before_us is not None:
            limit_us = batch.replies_before_us
            self._replies = {k: r for k, r in self._replies.items() if r.at_us >= limit_us}

    def _append(self, leaf: bytes) -> None:
        level, index = 0, len(self._leaves)
        self._leaves.append(leaf)
        found = leaf_hash(leaf)
        self._nodes[level, index] = found
        while index & 1:
            found = node_hash(self._nodes[level, index - 1], found)
            level, index = level + 1, index >> 1
            self._nodes[level, index] = found

    def size(self) -> int:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        return len(self._leaves)

    def entries(self, after: int, limit: int) -> list[Entry]:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        return self._entries[after : after + limit]

    def history(self, subject: str) -> list[Entry]:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        return [entry for entry in self._entries if entry.subject == subject]

    def leaves(self, start: int, end: int) -> list[bytes]:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        return self._leaves[start:end]

    def node(self, level: int, index: int) -> bytes:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        return self._nodes[level, index]

    def pending(self, limit: int) -> list[Pending]:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        return list(self._pending.values())[:limit]

    def delivered(self, numbers: Sequence[int]) -> None:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        for number in numbers:
            self._pending.pop(number, None)

    def reply(self, client: str, key: str) -> bytes | None:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        found = self._replies.get((client, key))
        return None if found is None else found.data

    def kept(self, space: str) -> dict[str, bytes]:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        return dict(self._kept.get(space, {}))

    def close(self) -> None:
        """See :class:`keepclear.store.base.Store`."""
        self._closed = True

    def _open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed")
