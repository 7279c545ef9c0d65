"""Counts a whole store again: every entry against its leaf, and the tree over all leaves.

What a node does at its start and more: the hashes of subtrees that are kept beside the leaves are
worked out anew. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keepclear.errors import VerificationError
from keepclear.node.ledger import opening_of
from keepclear.record.checkpoint import open_checkpoint
from keepclear.record.commitment import leaf_of
from keepclear.record.merkle import NodeReader, root_of, roots_of_subtrees
from keepclear.record.note import Verifier
from keepclear.store.base import Entry, Store
from keepclear.store.subtrees import completed

__all__ = ["Recount", "checkpoint_agrees", "recount"]

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


def recount(store: Store) -> Recount:
    """Go through a store from its beginning to its end, or to the first fault.

    Raises:
        StoreError: it cannot be read.
    """
    entries, erased, newest_us = 0, 0, None
    edge: dict[tuple[int, int], bytes] = {}
    for page, leaves in _pages(store):
        if [entry.number for entry in page] != list(range(entries + 1, entries + len(page) + 1)):
            return Recount(entries, erased, newest_us, f"after entry {entries} numbers are missing")
        if len(leaves) != len(page):
            return Recount(entries, erased, newest_us, f"after leaf {entries} leaves are missing")
        for entry, leaf in zip(page, leaves, strict=True):
            if not entry.data:
                erased += 1
            elif leaf != leaf_of(opening_of(entry)):
                return Recount(
                    entries,
                    erased,
                    newest_us,
                    f"entry {entry.number} is not what its leaf stands for",
                )
            newest_us = entry.at_us
        fresh = completed(entries, leaves, _reader(edge))
        for where, found in fresh.items():
            if _kept(store, *where) != found:
                fault = f"the hash {where} of the record is not that of its leaves"
                return Recount(entries, erased, newest_us, fault)
        entries += len(page)
        known = edge | fresh
        edge = {where: known[where] for where in roots_of_subtrees(0, entries)}
    fault = "" if entries == store.size() else f"{store.size()} leaves stand for {entries} entries"
    return Recount(entries, erased, newest_us, fault)


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


def _pages(store: Store) -> Iterator[tuple[list[Entry], list[bytes]]]:
    after = 0
    while page := store.entries(after, _PAGE):
        yield page, store.leaves(after, after + len(page))
        after += len(page)


def _reader(known: dict[tuple[int, int], bytes]) -> NodeReader:
    return lambda level, index: known[level, index]


def _kept(store: Store, level: int, index: int) -> bytes:
    try:
        return store.node(level, index)
    except KeyError:
        return b""
