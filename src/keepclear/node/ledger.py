"""The node: one writer that decides on what it remembers, saves, and only then answers.

Everything that one decision changes goes to the store in one batch: entries, their leaves in the
record, notices and the reply. Several decisions may share one write (:meth:`Node.gather`): each builds
on the memory that the one before left, and nobody is answered before :meth:`Node.settle` has said that
all are kept. When a write fails, nobody can know whether it was stored: the node forgets what it
remembers, and reads it again before it does anything else. After a write a signed checkpoint is kept
beside the store: at once, or soon where whoever uses the node sees to it.

Left to others: what is decided (:mod:`declaring`, :mod:`acting`, :mod:`arranging`), and every file.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from keepclear.detect.vertical import Geoid
from keepclear.domain.declaration import Declaration
from keepclear.errors import (
    ChangedStoreError,
    ConfigurationError,
    StoreError,
    VerificationError,
)
from keepclear.node.memory import Memory
from keepclear.node.moment import Made, Moment
from keepclear.node.pages import pages
from keepclear.node.past import Past
from keepclear.node.recount import has_root
from keepclear.node.shelf import Shelf, nobody
from keepclear.node.standing import Standing
from keepclear.node.texts import opening_of
from keepclear.record.checkpoint import UnverifiedCheckpoint, open_checkpoint, sign_checkpoint
from keepclear.record.commitment import leaf_for
from keepclear.record.merkle import root_of
from keepclear.record.note import Signer
from keepclear.store.base import Batch, Entry, Kept, NewEntry, Outgoing, Reply, Store
from keepclear.store.staged import Staged
from keepclear.wire.entries import Body, Erased, encode_body, kind_of

__all__ = ["Node", "Surroundings", "opening_of"]

_PAGE: Final = 1_000
_WHAT_HOLDS: Final = frozenset({"arranged", "stepped"})
"""Kinds of entries after which other arrangements hold."""
_WAITING_MAX: Final = 10_000
"""Entries that wait for a common write; more are written at once, though nobody is answered yet."""

_KEPT_FROM: Final = 20_000
"""Entries from which on a snapshot is worth it; fewer are read, and all compared, within a second."""
_SHARE: Final = 20
_UNKEPT_MIN: Final = 2_000
_UNKEPT_MAX: Final = 10_000
"""A snapshot is due after so many entries more: a twentieth of all, within these limits. The last is
what a start reads in about a second."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a node is given from outside."""

    now_us: Callable[[], int]
    salt: Callable[[], bytes]
    geoid: Geoid
    signer: Signer
    """The key of its record, under the record's name."""
    keep: Callable[[bytes], None]
    """Makes a checkpoint durable in the place of the one before."""
    owner: str = ""
    """Whose desk works here."""


class Node:
    """A store with its record, and what they say, in memory.

    Raises:
        ConfigurationError: the store is not what its record or its last checkpoint says.
    """

    def __init__(
        self,
        store: Store,
        around: Surroundings,
        *,
        checkpoint: bytes = b"",
        shelf: Shelf | None = None,
        tell: Callable[[int, int], None] = lambda _read, _of: None,
    ) -> None:
        """Remember everything there is.

        Args:
            store: Where it is kept; nobody else writes to it.
            around: Clock, randomness, geoid and key.
            checkpoint: The last one that was kept, if any.
            shelf: Where a snapshot may be, and is put; without one every entry is read.
            tell: Takes how many entries are remembered by now, and how many there are.
        """
        self._shelf, self._tell = shelf, tell
        self.store, self.around = Staged(store), around
        self._memory: Memory
        self._standing: Standing
        self._past: Past
        self._kept: dict[str, dict[str, bytes]] = {}
        self._stale = True
        self._gathers = False
        self._failed: BaseException | None = None
        """The write that failed since :meth:`gather`."""
        self._signed, self._unsigned = -1, False
        """Size of the last checkpoint that was kept; whether the next one could not be."""
        self._load()
        self._check(checkpoint)

    @property
    def memory(self) -> Memory:
        """Everything that is decided, read again after a write that failed."""
        if self._wrong:
            self._load()
        return self._memory

    @property
    def standing(self) -> Standing:
        """All that stands, read again after a write that failed."""
        if self._wrong:
            self._load()
        return self._standing

    def fresh(self) -> Node:
        """This node, ready to decide: its memory is what the store has, and no checkpoint is owed.

        Raises:
            ChangedStoreError: something in it is not what was signed.
            StoreError: it cannot be read now, or a checkpoint that must be kept cannot be.
        """
        if self.fault:
            raise ChangedStoreError(self.fault)
        if self._wrong:
            self._load()
            self._unsigned = True
        if self._unsigned:
            self.keep_checkpoint()
        return self

    @property
    def fault(self) -> str:
        """What was found wrong in the store while it was used; nothing is decided then any more."""
        return self._past.fault

    def look_back(self, entries: int) -> bool:
        """Compare some more of the entries with their leaves that a snapshot stood for at the start.

        Args:
            entries: At most so many.

        Returns:
            Whether all have been compared, or one was found that is not what its leaf stands for;
            see :attr:`fault`.

        Raises:
            StoreError: they cannot be read now.
        """
        return self._past.look_back(entries)

    @property
    def gathers(self) -> bool:
        """Whether decisions wait for others."""
        return self._gathers

    def gather(self) -> None:
        """From here on decisions wait for :meth:`settle`, and share one write."""
        if self.store.failure is not None:  # of those before; they were told
            self._stale, self.store.failure = True, None
        self._gathers, self._failed = True, None

    def settle(self) -> None:
        """Make durable what was decided since :meth:`gather`; only then may anybody be answered.

        No checkpoint is kept: see to it that :meth:`keep_checkpoint` is called soon.

        Raises:
            StoreError: nobody can know what of it is kept; this holds for all that was decided, and
                for all that was only asked.
        """
        self._gathers = False
        self._flush()
        if self.failed is not None:
            raise StoreError(f"a write failed meanwhile: {self.failed}") from self.failed

    @property
    def failed(self) -> BaseException | None:
        """The write that failed since :meth:`gather`; nothing more should be decided then."""
        return self._failed or self.store.failure

    def now_us(self) -> int:
        """The node's clock."""
        return self.around.now_us()

    def replied(self, client: str, key: str) -> bytes | None:
        """What was answered under a key; an empty key was never answered."""
        return self.store.reply(client, key) if key else None

    def kept(self, space: str) -> Mapping[str, bytes]:
        """Values of one kind that may change, by name, as they are now."""
        if self._wrong:
            self._load()
        if space not in self._kept:
            self._kept[space] = self.store.kept(space)
        return self._kept[space]

    def save(
        self,
        bodies: Sequence[Body],
        *,
        outgoing: Sequence[Outgoing] = (),
        reply: Reply | None = None,
        kept: Sequence[Kept] = (),
        replies_before_us: int | None = None,
        said: Declaration | None = None,
    ) -> int:
        """Keep what was decided, and remember it; the number of its first entry.

        What a body says is erased is erased in the same write; such bodies come last.

        Args:
            bodies: Its entries, in order.
            outgoing: What must be sent.
            reply: What is answered, where it is asked for by a key.
            kept: Values that change.
            replies_before_us: Replies that were kept before this are forgotten.
            said: The declaration that one of the entries holds the text of, where that is at hand.

        Raises:
            StoreError: nobody can know whether it is kept; the next call of :meth:`fresh` reads again.
        """
        if self._wrong:
            raise StoreError("the last write failed, and nothing was read again since")
        size = self.store.size()
        entries, leaves, kinds = [], [], []
        for number, body in enumerate(bodies, size + 1):
            salt, data, kind = self.around.salt(), encode_body(body), kind_of(body)
            leaves.append(leaf_for(number, salt, data))
            entries.append(NewEntry(kind, body.subject, salt + data, body.at_us))
            kinds.append(kind)
        batch = Batch(
            expected_size=size,
            entries=tuple(entries),
            leaves=tuple(leaves),
            outgoing=tuple(outgoing),
            replies=(reply,) if reply else (),
            kept=tuple(kept),
            erased=tuple([n for body in bodies if isinstance(body, Erased) for n in body.numbers]),
            replies_before_us=replies_before_us,
        )
        self._stale = True
        for body, leaf in zip(bodies, leaves, strict=True):
            self._memory.apply(body, said, leaf)
        self._past.note(size + 1, kinds)
        for value in kept:
            self._change(value)
        self._follow(bodies, kinds)
        self.store.stage(batch)
        self._stale = False
        if not self._gathers:
            self._flush()
            self.keep_checkpoint()
        elif self.store.waiting > _WAITING_MAX:
            self._flush()
        return size + 1

    def _flush(self) -> None:
        """Write what waits; a snapshot does not outlive what it says and was erased."""
        self.store.flush()
        self._memory.texts.durable()
        if self._past.erased:
            self._clear_shelf()

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """All entries with a number above ``after``, in order."""
        while page := self.store.entries(after, _PAGE):
            yield from page
            after = page[-1].number

    def entries_on_lines(self) -> Iterator[Entry]:
        """All entries that boards are made of, and others that lie between them, in order."""
        for page in pages(self.memory.on_lines):
            yield from self.store.entries(page.after, page.limit)

    def checkpoint(self) -> bytes:
        """A signed checkpoint of the record as it is now."""
        size = self.store.size()
        root = root_of(0, size, self.store.node)
        head = UnverifiedCheckpoint(self.around.signer.name, size, root)
        return sign_checkpoint(head, self.around.signer)

    @property
    def unsigned(self) -> bool:
        """Whether something is durable that no kept checkpoint is of."""
        return self.store.size() != self._signed

    def keep_checkpoint(self) -> None:
        """Keep a checkpoint of all that is durable, where there is none yet.

        Raises:
            StoreError: it could not be written; nothing is decided until it can.
        """
        size = self.store.size()
        if size == self._signed:
            return
        self._unsigned = True
        try:
            self.around.keep(self.checkpoint())
        except OSError as error:
            raise StoreError(
                "it is kept, but the checkpoint could not be written "
                f"({error.strerror or error}); make room, and ask again with the same key"
            ) from error
        self._signed, self._unsigned = size, False

    @property
    def past(self) -> Past:
        """What it started from."""
        return self._past

    @property
    def snapshot_is_due(self) -> bool:
        """Whether so much came since the last snapshot that the next start would take long."""
        size = self._memory.size
        after = min(max(size // _SHARE, _UNKEPT_MIN), _UNKEPT_MAX)
        return size >= _KEPT_FROM and self.unkept >= after

    @property
    def snapshot_is_worth_it(self) -> bool:
        """Whether the next start is noticeably quicker with a snapshot of now; for an end."""
        return self._memory.size >= _KEPT_FROM and self.unkept >= _UNKEPT_MIN

    @property
    def unkept(self) -> int:
        """Entries that no snapshot is of; 0 where none is to be kept."""
        if self._shelf is None or self._wrong or not self._past.can_be_kept:
            return 0
        return self._memory.size - self._past.size

    def moment(self) -> Moment:
        """What a snapshot of now is made of.

        Raises:
            StoreError: what waits could not be written.
        """
        self._flush()
        self.fresh()
        return self._past.moment(root_of(0, self.store.size(), self.store.node))

    def put(self, made: Made, others: Callable[[], bool] = nobody) -> None:
        """Keep a snapshot that was made of a moment; may be called while the node is in use.

        Args:
            made: The snapshot.
            others: Whether others use disk and processor now, and it has time; asked now and then.

        Raises:
            OSError: it could not be kept.
        """
        if self._shelf is not None:
            self._shelf.put(made.snapshot, others)

    def go_on_with(self, made: Made) -> None:
        """Remember what a snapshot says by its columns; what has changed since stays beside them.

        Raises:
            StoreError: the snapshot may say what was erased meanwhile, and could not be taken away.
        """
        if not self._past.go_on_with(made):  # it may say what was erased meanwhile
            self._clear_shelf()

    def keep_snapshot(self) -> None:
        """Make a snapshot and keep it, while nobody waits.

        Raises:
            OSError, StoreError: it could not be kept.
        """
        made = self.moment().made()
        self.put(made)
        self.go_on_with(made)

    def _clear_shelf(self) -> None:
        """No snapshot may say what was erased.

        Raises:
            StoreError: the one that is there could not be taken away; nothing is decided until it can.
        """
        try:
            if self._shelf is not None:
                self._shelf.clear()
        except OSError as error:
            raise StoreError(
                f"it is erased, but the snapshot could not be taken away ({error.strerror or error}); "
                "take it away, and ask again with the same key"
            ) from error
        self._past.cleared()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def _change(self, value: Kept) -> None:
        if value.space in self._kept:
            if value.data is None:
                self._kept[value.space].pop(value.key, None)
            else:
                self._kept[value.space][value.key] = value.data

    def _follow(self, bodies: Sequence[Body], kinds: Sequence[str]) -> None:
        if not _WHAT_HOLDS.isdisjoint(kinds):
            self._standing.arranged()
        for subject in dict.fromkeys([body.subject for body in bodies]):
            case = self._memory.cases.get(subject)
            if case is not None:
                self._standing.put(case)
        for body in bodies:
            if isinstance(body, Erased):
                self._standing.take_out(body.subject)

    @property
    def _wrong(self) -> bool:
        """Whether memory may say something else than the store."""
        return self._stale or self.store.failure is not None

    def _load(self) -> None:
        self._failed = self._failed or self.store.failure
        self._stale, self.store.failure = True, None
        with _many_that_stay():
            self._past = Past.read(
                self.store, self.around.geoid, self._shelf, self._tell, self.around.owner
            )
        self._memory, self._standing = self._past.memory, self._past.standing
        self._kept = {}
        self._stale = False

    def _check(self, note: bytes) -> None:
        """That the store goes on from the last checkpoint; then that there is one for it."""
        size = self.store.size()
        if note:
            try:
                kept, _ = open_checkpoint(
                    note, self.around.signer.name, self.around.signer.verifier
                )
            except VerificationError as error:
                raise ConfigurationError(
                    f"the checkpoint kept beside the database does not verify ({error}); keep it, "
                    "and find out who changed it or the key"
                ) from error
            if kept.size > size:
                raise ConfigurationError(
                    f"the database has {size:,} entries, its last checkpoint {kept.size:,}: it is "
                    "older than what was signed; restore a newer one; to go on from here, other "
                    "parties must be told, and the checkpoint set aside"
                )
            if not has_root(self.store, kept.size, kept.root):
                raise ConfigurationError(
                    "the database does not go on from its last checkpoint; it is another one, or "
                    "somebody changed it; keep it, and restore the newest backup beside it"
                )
            if kept.size == size:
                self._signed = size
                return
        self.keep_checkpoint()


@contextmanager
def _many_that_stay() -> Iterator[None]:
    """While millions of objects are made that stay, nobody looks again and again which of them do."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
