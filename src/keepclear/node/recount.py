"""Counts a whole store again: every entry against its leaf, and the tree over all leaves.

What a node does at its start and more: the hashes of subtrees that are kept beside the leaves are
worked out anew. Nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from keepclear.errors import InputError, VerificationError
from keepclear.node.texts import opening_of
from keepclear.record.checkpoint import open_checkpoint
from keepclear.record.commitment import SALT_BYTES, leaf_of
from keepclear.record.merkle import NodeReader, root_of, roots_of_subtrees
from keepclear.record.note import Verifier
from keepclear.store.base import Entry, Store
from keepclear.store.subtrees import completed
from keepclear.wire.entries import Body, Erased, decode_body, kind_of

__all__ = ["Recount", "Recounting", "checkpoint_agrees", "has_root", "recount"]

_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Recount:
    """What there is, and the first thing that does not fit."""

    entries: int
    erased: int
    newest_us: int | None
    """When the newest entry was taken, by the clock of then."""
    fault: str
    """Empty where everything fits."""


class Recounting:
    """Counts a store again, a page at a time; whoever uses the store may go on meanwhile."""

    def __init__(self, store: Store) -> None:
        """Nothing is counted yet."""
        self._store = store
        self._silent: set[int] = set()
        """Entries that say nothing, though none was seen yet that says that they were erased."""
        self.found = Recount(0, 0, None, "")
        """What there is so far."""
        self.done = False
        self._edge: dict[tuple[int, int], bytes] = {}

    def step(self, limit: int = _PAGE) -> bool:
        """Count some more entries; whether that was all.

        Raises:
            StoreError: they cannot be read.
        """
        page = self._store.entries(self.found.entries, limit)
        fault = self._page(page) if page else self._whole()
        self.done = not page or bool(fault)
        self.found = replace(self.found, fault=fault)
        return self.done

    def _whole(self) -> str:
        size, entries = self._store.size(), self.found.entries
        if entries != size:
            return f"{size} leaves stand for {entries} entries"
        if self._silent:
            return f"entry {min(self._silent)} says nothing, and none says that it was erased"
        return ""

    def _page(self, page: list[Entry]) -> str:
        after = self.found.entries
        self.found = replace(self.found, newest_us=page[-1].at_us)
        leaves = self._store.leaves(after, after + len(page))
        if [entry.number for entry in page] != list(range(after + 1, after + len(page) + 1)):
            return f"after entry {after} numbers are missing"
        if len(leaves) != len(page):
            return f"after leaf {after} leaves are missing"
        for entry, leaf in zip(page, leaves, strict=True):
            if not entry.data:
                self._silent.add(entry.number)
                continue
            body = _body_of(entry, leaf)
            if body is None:
                return f"entry {entry.number} is not what its leaf stands for"
            if isinstance(body, Erased):
                self._silent.difference_update(body.numbers)
        fresh = completed(after, leaves, _reader(self._edge))
        for where, found in fresh.items():
            if _kept(self._store, *where) != found:
                return f"the hash {where} of the record is not that of its leaves"
        size, known = after + len(page), self._edge | fresh
        self._edge = {where: known[where] for where in roots_of_subtrees(0, size)}
        erased = self.found.erased + sum(not entry.data for entry in page)
        self.found = Recount(size, erased, page[-1].at_us, "")
        return ""


def recount(store: Store) -> Recount:
    """Go through a store from its beginning to its end, or to the first fault.

    Raises:
        StoreError: it cannot be read.
    """
    counting = Recounting(store)
    while not counting.step():
        pass
    return counting.found


def _body_of(entry: Entry, leaf: bytes) -> Body | None:
    """What an entry says, if its leaf stands for it and the columns beside it agree with that."""
    if len(entry.data) < SALT_BYTES or leaf != leaf_of(opening_of(entry)):
        return None
    try:
        body = decode_body(entry.data[SALT_BYTES:])
    except InputError:
        return None
    said = (kind_of(body), body.subject, body.at_us)
    return body if (entry.kind, entry.subject, entry.at_us) == said else None


def has_root(store: Store, size: int, root: bytes) -> bool:
    """Whether a record had this root at this size, by the hashes that its store keeps.

    Raises:
        StoreError: the store cannot be read.
    """
    try:
        return size <= store.size() and root_of(0, size, store.node) == root
    except KeyError:  # a hash is missing
        return False


def checkpoint_agrees(store: Store, note: bytes, record: str, key: Verifier) -> tuple[int, str]:
    """How many entries a checkpoint is of, and what does not fit; empty where it fits.

    Raises:
        StoreError: the store cannot be read.
    """
    try:
        head, _ = open_checkpoint(note, record, key)
    except VerificationError as error:
        return 0, f"it does not verify ({error})"
    if head.size > store.size():
        return head.size, f"it is of {head.size:,} entries, and the database has {store.size():,}"
    if root_of(0, head.size, store.node) != head.root:
        return head.size, "the database is another one, or was changed since"
    return head.size, ""


def _reader(known: dict[tuple[int, int], bytes]) -> NodeReader:
    return lambda level, index: known[level, index]


def _kept(store: Store, level: int, index: int) -> bytes:
    try:
        return store.node(level, index)
    except KeyError:
        return b""
