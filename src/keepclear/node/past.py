"""What a store says, remembered: from a snapshot and the entries after it, or from all entries.

The same entries give the same memory either way. Every entry that is read is compared with its leaf.
A snapshot is used where the record has, at its size, the root that it names; of the entries that it
stands for, those are read again that are few and mean much (:data:`keepclear.node.memory.REPLAYED`).
What is not compared then is compared later (:mod:`keepclear.node.looking_back`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from keepclear.detect.vertical import Geoid
from keepclear.errors import ConfigurationError, InputError
from keepclear.node.memory import REPLAYED, SUMMED, Memory
from keepclear.node.moment import Made, Moment, moment_of
from keepclear.node.recount import Recounting, has_root
from keepclear.node.shelf import Shelf
from keepclear.node.snapshot import Snapshot
from keepclear.node.standing import Standing
from keepclear.node.texts import Texts, opening_of
from keepclear.record.commitment import SALT_BYTES, leaf_of
from keepclear.record.merkle import leaf_hash
from keepclear.store.base import ERASED, Entry
from keepclear.store.staged import Staged
from keepclear.wire.entries import Body, Erased, decode_body, kind_of

__all__ = ["Past"]

_PAGE: Final = 1_000
_TOGETHER: Final = 10_000
"""Entries after which what stands follows what was read."""
_RESTORE: Final = "somebody changed it; keep it, and restore the newest backup beside it"


class Past:
    """Memory, what stands, and which entries a snapshot of both would have to name."""

    def __init__(self, store: Staged, geoid: Geoid, owner: str) -> None:
        """Nothing is remembered."""
        self._store = store
        self.memory = Memory(Texts(self._entry), owner=owner)
        self.standing = Standing(self.memory, geoid)
        self.size = 0
        """Entries that a snapshot stands for."""
        self.begun = 0
        """Entries that a snapshot stood for at the start."""
        self.erased = False
        """Whether something was erased since, which a snapshot may still say."""
        self._cleared = 0
        """How often a snapshot was taken away because of that."""
        self._replayed: list[int] = []
        self._known = True
        """Whether every entry is of a kind that a snapshot can stand for."""
        self._row = np.zeros(0, dtype=np.int32)
        """The case of those who stood in the snapshot, in the columns of now."""
        self._asked = 0
        """``_cleared`` at the last moment."""
        self._back: Recounting | None = None
        """Counts again what the snapshot stood for at the start; none: all is compared."""
        self._found = ""
        self._silent: set[int] = set()
        self._touched: dict[str, None] = {}

    @classmethod
    def read(
        cls,
        store: Staged,
        geoid: Geoid,
        shelf: Shelf | None,
        tell: Callable[[int, int], None],
        owner: str = "",
    ) -> Past:
        """Remember everything that a store says.

        Args:
            store: The store; nothing waits in it.
            geoid: EGM96 undulations.
            shelf: Where a snapshot may be.
            tell: Takes how many entries are remembered by now, and how many there are.
            owner: Whose desk works at the node.

        Raises:
            ConfigurationError: the store is not what its record says.
        """
        kept = shelf.take() if shelf is not None else None
        past = cls(store, geoid, owner)
        if kept is not None and not has_root(store, kept.size, kept.root):
            kept = None
        if kept is not None:
            past._begin(kept, geoid)
        past._go_on(tell)
        if past.erased and kept is not None and shelf is not None:
            shelf.clear()
            past.size = 0
        past.erased = False
        return past

    @property
    def fault(self) -> str:
        """What is wrong in the store, as far as anybody has looked; empty: nothing was found."""
        return self._found or self.memory.texts.fault

    @property
    def compared(self) -> tuple[int, int]:
        """How many of those are compared with their leaves again by now, and how many they are."""
        if self._back is None:
            return self.begun, self.begun
        return min(self._back.found.entries, self.begun), self.begun

    def look_back(self, entries: int) -> bool:
        """See :meth:`keepclear.node.ledger.Node.look_back`."""
        if self._back is None:
            return True
        if not self._back.step(entries):
            return False
        fault, self._back = self._back.found.fault, None
        if fault:
            self._found = f"{fault} in the database; {_RESTORE}"
        return True

    @property
    def can_be_kept(self) -> bool:
        """Whether a snapshot can stand for all that is remembered."""
        return self._known

    def note(self, first: int, kinds: Sequence[str]) -> None:
        """More entries, which memory has taken in: the number of the first, and their kinds."""
        if SUMMED.issuperset(kinds):
            return
        for number, kind in enumerate(kinds, first):
            if kind in REPLAYED:
                self._replayed.append(number)
            elif kind not in SUMMED:
                self._known = False
        self.erased = self.erased or ERASED in kinds

    def cleared(self) -> None:
        """No snapshot is kept any more, and one that is being made is of no use."""
        self.size, self.erased = 0, False
        self._cleared += 1

    def moment(self, root: bytes) -> Moment:
        """What a snapshot is made of; everything is durable."""
        self._asked = self._cleared
        return moment_of(self.memory, self.standing, self._row, self._replayed, root)

    def go_on_with(self, made: Made) -> bool:
        """Remember by the columns of the last moment; whether its snapshot is good to keep."""
        if made.memory is not self.memory:
            return False
        self.memory.cases.settle(made.snapshot.frozen)
        self._row = made.row
        good = self._asked == self._cleared and not self.erased
        self.size = made.snapshot.size if good else 0
        return good

    def _begin(self, kept: Snapshot, geoid: Geoid) -> None:
        memory = Memory(self.memory.texts, owner=self.memory.owner)
        numbers = kept.rest.replayed
        for number in numbers:
            entry = self._entry(number)
            (leaf,) = self._store.behind.leaves(number - 1, number) or [b""]
            if entry is None:
                raise ConfigurationError(f"entry {number} of the database is missing; {_RESTORE}")
            if entry.data:
                _take(memory, entry, leaf)
        memory.take_in_summed(kept.memory(memory.texts))
        self.memory, self.size, self._replayed = memory, kept.size, list(numbers)
        self.begun, self._back = kept.size, Recounting(self._store.behind)
        self._row = kept.row
        self.standing = Standing(memory, geoid)
        kept.stand(self.standing)
        self.standing.arranged()

    def _go_on(self, tell: Callable[[int, int], None]) -> None:
        store, memory, after, size = self._store, self.memory, self.size, self._store.size()
        while page := store.entries(after, _PAGE):
            tell(after, size)
            leaves = store.leaves(after, after + len(page))
            for entry, leaf in zip(page, leaves + [b""] * (len(page) - len(leaves)), strict=True):
                self._one(entry, leaf)
            after = page[-1].number
            memory.texts.durable()
            if after % _TOGETHER == 0:
                self._follow()
        for number in sorted(self._silent):
            raise ConfigurationError(
                f"entry {number} of the database says nothing, and no later entry says that it was "
                f"erased; {_RESTORE}"
            )
        if after != size:
            raise ConfigurationError(
                f"the database has {after:,} entries and {size:,} leaves of its record; {_RESTORE}"
            )
        self._follow()
        self.standing.arranged()
        self.standing.ready()

    def _one(self, entry: Entry, leaf: bytes) -> None:
        if not entry.data:
            if leaf_hash(leaf) != self._store.node(0, entry.number - 1):
                raise ConfigurationError(
                    f"leaf {entry.number - 1} of the database is not the one that its record holds "
                    f"a hash of; {_RESTORE}"
                )
            self.memory.erased(entry.kind, entry.subject)
            self._silent.add(entry.number)
            return
        body = _take(self.memory, entry, leaf)
        self.note(entry.number, (kind_of(body),))
        self._touched[body.subject] = None
        if isinstance(body, Erased):
            self._silent.difference_update(body.numbers)

    def _follow(self) -> None:
        """Let stand what stands by now, of all that something was said of."""
        stands = []
        for subject in self._touched:
            case = self.memory.cases.get(subject)
            if case is not None and case.stands:
                stands.append(case)
            else:
                self.standing.take_out(subject)
        self.standing.put_many(stands)
        self._touched = {}

    def _entry(self, number: int) -> Entry | None:
        found = self._store.behind.entries(number - 1, 1)
        return found[0] if found and found[0].number == number else None


def _take(memory: Memory, entry: Entry, leaf: bytes) -> Body:
    """One more entry, if its leaf stands for it and its columns agree with its body."""
    try:
        body = decode_body(entry.data[SALT_BYTES:])
        columns = (entry.kind, entry.subject, entry.at_us)
        said = (kind_of(body), body.subject, body.at_us)
        if columns != said or leaf != leaf_of(opening_of(entry)):
            raise ConfigurationError(
                f"entry {entry.number} of the database is not what its record holds a hash of; "
                f"{_RESTORE}"
            )
        memory.apply(body, leaf=leaf)
    except (InputError, KeyError, ValueError) as error:
        raise ConfigurationError(
            f"entry {entry.number} of the database cannot be understood ({error}); nothing was "
            "changed; was it written by a newer keepclear, or damaged?"
        ) from error
    return body
