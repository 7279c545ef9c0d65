"""The node: one writer that decides on what it remembers, saves, and only then answers.

Everything that one decision changes goes to the store in one batch: entries, their leaves in the
record, notices and the reply. Memory follows after the store has said that it is kept. When a write
fails, nobody can know whether it was stored: the node forgets what it remembers, and reads it again
before it does anything else. After each commit a signed checkpoint is kept beside the store.

Left to others: what is decided (:mod:`declaring`, :mod:`acting`, :mod:`arranging`), and every file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keepclear.detect.vertical import Geoid
from keepclear.domain.declaration import State
from keepclear.errors import ConfigurationError, InputError, StoreError, VerificationError
from keepclear.node.memory import Case, Memory
from keepclear.node.standing import Standing
from keepclear.record.checkpoint import UnverifiedCheckpoint, open_checkpoint, sign_checkpoint
from keepclear.record.commitment import SALT_BYTES, Opening, leaf_of
from keepclear.record.merkle import leaf_hash, root_of
from keepclear.record.note import Signer
from keepclear.store.base import Batch, Entry, Kept, NewEntry, Outgoing, Reply, Store
from keepclear.wire.entries import Body, Erased, decode_body, encode_body, kind_of

__all__ = ["Node", "Surroundings", "opening_of"]

_PAGE: Final = 1_000


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
        self.store, self.around = store, around
        self.memory: Memory
        self.standing: Standing
        self._kept: dict[str, dict[str, bytes]] = {}
        self._stale = True
        self._load()
        self._check(checkpoint)

    def fresh(self) -> Node:
        """This node with its memory as the store has it; call before anything is decided.

        Raises:
            StoreError: it cannot be read now.
        """
        if self._stale:
            self._load()
            self._keep_checkpoint()
        return self

    def now_us(self) -> int:
        """The node's clock."""
        return self.around.now_us()

    def replied(self, client: str, key: str) -> bytes | None:
        """What was answered under a key; an empty key was never answered."""
        return self.store.reply(client, key) if key else None

    def kept(self, space: str) -> Mapping[str, bytes]:
        """Values of one kind that may change, by name, as they are now."""
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
    ) -> int:
        """Keep what was decided, and remember it; the number of its first entry.

        What a body says is erased is erased in the same write; such bodies come last.

        Raises:
            StoreError: nobody can know whether it is kept; the next call of :meth:`fresh` reads again.
        """
        if self._stale:
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
        (done,) = self.store.commit([batch])
        if done is None:
            raise StoreError("something else was kept in between; ask again")
        for body in bodies:
            if isinstance(body, Erased) and body.subject in self.memory.cases:
                self._take_out(self.memory.cases[body.subject])
            self.memory.apply(body)
        for value in kept:
            self._change(value)
        self._follow(bodies)
        self._stale = False
        self._keep_checkpoint()
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
        if any(kind_of(body) == "arranged" for body in bodies):
            self.standing = Standing(self.memory, self.around.geoid)
            return
        for subject in dict.fromkeys(body.subject for body in bodies):
            if subject in self.memory.cases:
                self.standing.put(self.memory.cases[subject])

    def _take_out(self, case: Case) -> None:
        """Something whose time is over, though nobody said that it has ended."""
        case.stage = State.ENDED
        self.standing.put(case)

    def _keep_checkpoint(self) -> None:
        """What was decided is durable by now; a checkpoint that cannot be kept is still a failure."""
        try:
            self.around.keep(self.checkpoint())
        except OSError as error:
            self._stale = True
            raise StoreError(
                "it is kept, but the checkpoint could not be written "
                f"({error.strerror or error}); make room, and ask again with the same key"
            ) from error

    def _load(self) -> None:
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
        self.memory = memory
        self.standing = Standing(memory, self.around.geoid)
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
                return
        self._keep_checkpoint()


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
