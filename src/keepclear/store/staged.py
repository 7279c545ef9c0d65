"""A store in front of a store: batches wait here, and become durable together, with one write.

Size, replies and kept values already count what waits, so that one decision may build on another that
is not yet durable. Whoever reads anything else has what waits written first. Nothing of it may be
told to anybody before :meth:`Staged.flush` has returned. A write that failed takes with it all that
waited: it is stored whole or not at all, and nobody can know which.

Left to others: when to write, and whom to tell (:mod:`keepclear.node.ledger`).
"""

from __future__ import annotations

from collections.abc import Sequence

from keepclear.errors import StoreError
from keepclear.store.base import Batch, Committed, Entry, Pending, Store

__all__ = ["Staged", "joined"]


class Staged:
    """See :class:`keepclear.store.base.Store`; what is committed here may wait."""

    def __init__(self, behind: Store) -> None:
        """Nothing waits.

        Args:
            behind: Where it is kept; nobody else writes to it.
        """
        self.behind = behind
        self.failure: BaseException | None = None
        """Why a write failed; whoever has read everything again takes it away."""
        self._waiting: list[Batch] = []
        self._added = 0
        self._replies: dict[tuple[str, str], bytes] = {}

    @property
    def waiting(self) -> int:
        """Leaves that are not yet written."""
        return self._added

    def stage(self, batch: Batch) -> None:
        """Let a batch wait for the next write; it builds on all that waits already."""
        self._waiting.append(batch)
        self._added += len(batch.leaves)
        for reply in batch.replies:
            self._replies[reply.client, reply.key] = reply.data

    def flush(self) -> bool:
        """Make durable what waits; whether there was anything.

        Raises:
            StoreError: all that waited is gone from here, and nobody can know whether it is kept.
        """
        if not self._waiting:
            return False
        batches, self._waiting = joined(self._waiting), []
        self._added, self._replies = 0, {}
        try:
            done = self.behind.commit(batches)
        except BaseException as error:
            self.failure = error
            raise
        if None in done:
            self.failure = StoreError("something else was kept in between; ask again")
            raise self.failure
        return True

    def commit(self, batches: Sequence[Batch]) -> list[Committed | None]:
        """See :class:`keepclear.store.base.Store`."""
        self.flush()
        return self.behind.commit(batches)

    def size(self) -> int:
        """Leaves of the record, those that wait included."""
        return self.behind.size() + self._added

    def reply(self, client: str, key: str) -> bytes | None:
        """See :class:`keepclear.store.base.Store`; one that waits counts."""
        if any(batch.replies_before_us is not None for batch in self._waiting):
            self.flush()  # it may be one of those that are forgotten
        return self._replies.get((client, key)) or self.behind.reply(client, key)

    def entries(self, after: int, limit: int) -> list[Entry]:
        """See :class:`keepclear.store.base.Store`."""
        self.flush()
        return self.behind.entries(after, limit)

    def history(self, subject: str) -> list[Entry]:
        """See :class:`keepclear.store.base.Store`."""
        self.flush()
        return self.behind.history(subject)

    def leaves(self, start: int, end: int) -> list[bytes]:
        """See :class:`keepclear.store.base.Store`."""
        self.flush()
        return self.behind.leaves(start, end)

    def node(self, level: int, index: int) -> bytes:
        """See :class:`keepclear.store.base.Store`."""
        self.flush()
        return self.behind.node(level, index)

    def pending(self, limit: int) -> list[Pending]:
        """See :class:`keepclear.store.base.Store`."""
        self.flush()
        return self.behind.pending(limit)

    def delivered(self, numbers: Sequence[int]) -> None:
        """See :class:`keepclear.store.base.Store`."""
        self.flush()
        self.behind.delivered(numbers)

    def kept(self, space: str) -> dict[str, bytes]:
        """See :class:`keepclear.store.base.Store`; values that wait count."""
        found = self.behind.kept(space)
        for value in (value for batch in self._waiting for value in batch.kept):
            if value.space == space:
                found.pop(value.key, None)
                if value.data is not None:
                    found[value.key] = value.data
        return found

    def close(self) -> None:
        """Let go of everything; what waits is not written."""
        self._waiting, self._added, self._replies = [], 0, {}
        self.behind.close()


def joined(batches: Sequence[Batch]) -> list[Batch]:
    """The same as few batches as can be: each builds on the one before.

    One that makes forget something stays by itself, because that happens in its place.
    """
    found: list[Batch] = []
    run: list[Batch] = []
    for batch in batches:
        if batch.erased or batch.replies_before_us is not None:
            found += [*_one_of(run), batch]
            run = []
        else:
            run.append(batch)
    return [*found, *_one_of(run)]


def _one_of(run: list[Batch]) -> list[Batch]:
    if len(run) < 2:
        return run
    return [
        Batch(
            expected_size=run[0].expected_size,
            entries=tuple(one for batch in run for one in batch.entries),
            leaves=tuple(one for batch in run for one in batch.leaves),
            outgoing=tuple(one for batch in run for one in batch.outgoing),
            replies=tuple(one for batch in run for one in batch.replies),
            kept=tuple(one for batch in run for one in batch.kept),
        )
    ]
