"""What entries said, held while it is new or was used lately, and read again when it is needed.

A node remembers of a declaration where its text stands in the store, and the hash of that entry's leaf.
What is read later is believed only where it has that leaf, so a text that somebody changed meanwhile is
found when it is looked at. What is not yet durable stays here until it is.

Left to others: what an entry means (:mod:`keepclear.node.memory`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from keepclear.domain.declaration import Declaration
from keepclear.errors import InputError, StoreError
from keepclear.record.commitment import SALT_BYTES, Opening, leaf_of
from keepclear.record.merkle import leaf_hash
from keepclear.store.base import Entry
from keepclear.wire.declaration import decode
from keepclear.wire.entries import Body, Declared, Verdict, decode_body

__all__ = ["HELD_MAX", "Place", "Texts", "opening_of", "place_of", "seal_of"]

HELD_MAX: Final = 50_000
"""Texts that are held: what is used again and again, some 200 MB of it. A crossing is told by what
stands on its other side, whatever that may be."""
_SPARED_MAX: Final = 100
"""Texts that were used and are left once more, before one goes all the same: everybody waits."""


def opening_of(entry: Entry) -> Opening:
    """What opens an entry's leaf: its data are the salt, then the body."""
    return Opening(entry.number, entry.data[:SALT_BYTES], entry.data[SALT_BYTES:])


def seal_of(leaf: bytes) -> bytes:
    """What is remembered of a leaf: its hash in the record."""
    return leaf_hash(leaf)


class Place(NamedTuple):
    """Where something stands that was said."""

    entry: int
    seal: bytes
    """The hash of the entry's leaf; empty where there is no record, as in tests."""


def place_of(number: int, leaf: bytes) -> Place:
    """The place of an entry that has this leaf; empty where there is no record, as in tests."""
    return Place(number, seal_of(leaf) if leaf else b"")


@dataclass(slots=True)
class _Held:
    body: Body
    declaration: Declaration | None = None
    again: bool = False
    """Whether it was used since it came, or since its turn to go last came."""


class Texts:
    """Bodies of entries by their number."""

    def __init__(
        self, read: Callable[[int], Entry | None] | None = None, held_max: int = HELD_MAX
    ) -> None:
        """Nothing is held.

        Args:
            read: Reads an entry that is durable; everything is held where there is nothing to read.
            held_max: How many texts are held that could be read again.
        """
        self._read, self._held_max = read, held_max
        self._waiting: dict[int, _Held] = {}
        self._held: dict[int, _Held] = {}
        self._turns: deque[int] = deque()
        """Numbers of those that are held, whose turn to go comes first before all others. (An ordered
        dictionary would be made anew now and then, in 7 ms.)"""
        self.fault = ""
        """The first entry that was not what its leaf stands for; empty: none was."""

    def take(self, number: int, body: Body, said: Declaration | None = None) -> None:
        """Hold what an entry says that may not be durable yet."""
        self._waiting[number] = _Held(body, said)

    def durable(self) -> None:
        """All that was taken can be read again from here on; a verdict seldom is."""
        if self._read is None:
            return
        kept = {at: one for at, one in self._waiting.items() if isinstance(one.body, Declared)}
        self._held.update(kept)
        self._turns.extend(kept)
        self._waiting = {}
        self._shorten()

    def declared(self, place: Place) -> Declared:
        """A version of a declaration, as it was declared.

        Raises:
            StoreError: it cannot be read, or is not what its leaf stands for.
        """
        body = self._one(place).body
        if not isinstance(body, Declared):
            raise self._wrong(place.entry)
        return body

    def declaration(self, place: Place) -> Declaration:
        """The declaration that stands in such an entry.

        Raises:
            StoreError: as :meth:`declared`.
        """
        held = self._one(place)
        if held.declaration is None:
            if not isinstance(held.body, Declared):
                raise self._wrong(place.entry)
            held.declaration = decode(held.body.text.encode())
        return held.declaration

    def verdict(self, place: Place) -> Verdict:
        """A verdict.

        Raises:
            StoreError: as :meth:`declared`.
        """
        body = self._one(place).body
        if not isinstance(body, Verdict):
            raise self._wrong(place.entry)
        return body

    def _one(self, place: Place) -> _Held:
        waiting = self._waiting.get(place.entry)
        if waiting is not None:
            return waiting
        held = self._held.get(place.entry)
        if held is not None:
            held.again = True
            return held
        held = self._held[place.entry] = _Held(self._body(place))
        self._turns.append(place.entry)
        self._shorten()
        return held

    def _body(self, place: Place) -> Body:
        entry = self._read(place.entry) if self._read is not None else None
        if entry is None or len(entry.data) <= SALT_BYTES:
            raise self._wrong(place.entry)
        opening = opening_of(entry)
        if place.seal and seal_of(leaf_of(opening)) != place.seal:
            raise self._wrong(place.entry)
        try:
            return decode_body(opening.body)
        except InputError:
            raise self._wrong(place.entry) from None

    def _wrong(self, number: int) -> StoreError:
        self.fault = self.fault or (
            f"entry {number} of the database is not what its record holds a hash of; somebody "
            "changed it; keep it, and restore the newest backup beside it"
        )
        return StoreError(self.fault)

    def _shorten(self) -> None:
        """Those whose turn it is go, except that who was used meanwhile waits for another turn."""
        spared = 0
        while len(self._held) > self._held_max:
            number = self._turns.popleft()
            if self._held[number].again and spared < _SPARED_MAX:
                self._held[number].again = False
                self._turns.append(number)
                spared += 1
            else:
                del self._held[number]
