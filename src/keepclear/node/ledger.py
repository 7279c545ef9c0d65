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
from keepclear.domain.declaration import Declaration, State
from keepclear.errors import ConfigurationError, InputError, StoreError, VerificationError
from keepclear.node.memory import Case, Memory
from keepclear.node.standing import Standing
from keepclear.record.checkpoint import UnverifiedCheckpoint, open_checkpoint, sign_checkpoint
from keepclear.record.commitment import SALT_BYTES, Opening, leaf_of
from keepclear.record.merkle import leaf_hash, root_of
from keepclear.record.note import Signer
from keepclear.store.base import Batch, Entry, Kept, NewEntry, Outgoing, Reply, Store
from keepclear.store.staged import Staged
from keepclear.wire.entries import Body, Erased, decode_body, encode_body, kind_of

__all__ = ["Node", "Surroundings", "opening_of"]

_PAGE: Final = 1_000
_WHAT_HOLDS: Final = frozenset({"arranged", "stepped"})
"""Kinds of entries after which other arrangements hold."""
_WAITING_MAX: Final = 10_000
"""Entries that wait for a common write; more are written at once, though nobody is answered yet."""


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


def opening_of(entry: Entry) -> Opening:
    """What opens an entry's leaf: its data are the salt, then the body."""
    return Opening(entry.number, entry.data[:SALT_BYTES], entry.data[SALT_BYTES:])


class Node:
    """A store with its record, and what they say, in memory.

    Raises:
        ConfigurationError: the store is not what its record or its last checkpoint says.
    """

    def __init__(self, store: Store, around: Surroundings, *, checkpoint: bytes = b"") -> None:
        """Read everything there is.

        Args:
            store: Where it is kept; nobody else writes to it.
            around: Clock, randomness, geoid and key.
            checkpoint: The last one that was kept, if any.
        """
        self.store, self.around = Staged(store), around
        self._memory: Memory
        self._standing: Standing
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
            StoreError: it cannot be read now, or a checkpoint that must be kept cannot be.
        """
        if self._wrong:
            self._load()
            self._unsigned = True
        if self._unsigned:
            self.keep_checkpoint()
        return self

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
        self.store.flush()
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
        entries, leaves = [], []
        for number, body in enumerate(bodies, size + 1):
            salt, data = self.around.salt(), encode_body(body)
            leaves.append(leaf_of(Opening(number, salt, data)))
            entries.append(NewEntry(kind_of(body), body.subject, salt + data, body.at_us))
        batch = Batch(
            expected_size=size,
            entries=tuple(entries),
            leaves=tuple(leaves),
            outgoing=tuple(outgoing),
            replies=(reply,) if reply else (),
            kept=tuple(kept),
            erased=tuple(n for body in bodies if isinstance(body, Erased) for n in body.numbers),
            replies_before_us=replies_before_us,
        )
        self._stale = True
        for body in bodies:
            if isinstance(body, Erased) and body.subject in self._memory.cases:
                self._take_out(self._memory.cases[body.subject])
            self._memory.apply(body, said)
        for value in kept:
            self._change(value)
        self._follow(bodies)
        self.store.stage(batch)
        self._stale = False
        if not self._gathers:
            self.store.flush()
            self.keep_checkpoint()
        elif self.store.waiting > _WAITING_MAX:
            self.store.flush()
        return size + 1

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """All entries with a number above ``after``, in order."""
        while page := self.store.entries(after, _PAGE):
            yield from page
            after = page[-1].number

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

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def _change(self, value: Kept) -> None:
        if value.space in self._kept:
            if value.data is None:
                self._kept[value.space].pop(value.key, None)
            else:
                self._kept[value.space][value.key] = value.data

    def _follow(self, bodies: Sequence[Body]) -> None:
        if any(kind_of(body) in _WHAT_HOLDS for body in bodies):
            self._standing = Standing(self._memory, self.around.geoid)
            return
        for subject in dict.fromkeys(body.subject for body in bodies):
            if subject in self._memory.cases:
                self._standing.put(self._memory.cases[subject])

    def _take_out(self, case: Case) -> None:
        """Something whose time is over, though nobody said that it has ended."""
        case.stage = State.ENDED
        self._standing.put(case)

    @property
    def _wrong(self) -> bool:
        """Whether memory may say something else than the store."""
        return self._stale or self.store.failure is not None

    def _load(self) -> None:
        self._failed = self._failed or self.store.failure
        self._stale, self.store.failure = True, None
        with _many_that_stay():
            self._read_all()

    def _read_all(self) -> None:
        memory, after, silent = Memory(), 0, set[int]()
        while page := self.store.entries(after, _PAGE):
            leaves = self.store.leaves(after, after + len(page))
            for entry, leaf in zip(page, leaves + [b""] * (len(page) - len(leaves)), strict=True):
                if not entry.data:
                    self._pass_over(memory, entry, leaf)
                    silent.add(entry.number)
                    continue
                body = _take(memory, entry, leaf)
                if isinstance(body, Erased):
                    silent.difference_update(body.numbers)
            after = page[-1].number
        for number in sorted(silent):
            raise ConfigurationError(
                f"entry {number} of the database says nothing, and no later entry says that it was "
                "erased; somebody changed it; keep it, and restore the newest backup beside it"
            )
        if after != self.store.size():
            raise ConfigurationError(
                f"the database has {after:,} entries and {self.store.size():,} leaves of its record; "
                "somebody changed it; keep it, and restore the newest backup beside it"
            )
        self._memory = memory
        self._standing = Standing(memory, self.around.geoid)
        self._kept = {}
        self._stale = False

    def _pass_over(self, memory: Memory, entry: Entry, leaf: bytes) -> None:
        """An entry whose text was erased: its leaf is still the one that the record holds."""
        if leaf_hash(leaf) != self.store.node(0, entry.number - 1):
            raise ConfigurationError(
                f"leaf {entry.number - 1} of the database is not the one that its record holds a "
                "hash of; somebody changed it; keep it, and restore the newest backup beside it"
            )
        memory.erased(entry.kind, entry.subject)

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
            if root_of(0, kept.size, self.store.node) != kept.root:
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


def _take(memory: Memory, entry: Entry, leaf: bytes) -> Body:
    """One more entry, if its leaf stands for it and its columns agree with its body."""
    try:
        body = decode_body(entry.data[SALT_BYTES:])
        columns = (entry.kind, entry.subject, entry.at_us)
        said = (kind_of(body), body.subject, body.at_us)
        if columns != said or leaf != leaf_of(opening_of(entry)):
            raise ConfigurationError(
                f"entry {entry.number} of the database is not what its record holds a hash of; "
                "somebody changed it; keep it, and restore the newest backup beside it"
            )
        memory.apply(body)
    except (InputError, KeyError, ValueError) as error:
        raise ConfigurationError(
            f"entry {entry.number} of the database cannot be understood ({error}); nothing was "
            "changed; was it written by a newer keepclear, or damaged?"
        ) from error
    return body
