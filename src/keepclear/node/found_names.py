"""Many names in a few columns, found by their hashes: nothing is made before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

__all__ = ["Hashes", "Names", "cut", "hash_of"]


def hash_of(name: str) -> int:
    """64 bits: names are chosen by parties, who must not be able to make many fall together."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True)
class Hashes:
    """Rows by the hash of something of theirs."""

    known: np.ndarray
    """uint64, rising."""
    rows: np.ndarray
    """int32: the row of each."""

    @classmethod
    def of(cls, hashes: np.ndarray) -> Hashes:
        """Of the hashes of rows in their order."""
        order = np.argsort(hashes, kind="stable")
        return cls(hashes[order], order.astype(np.int32))

    def in_order(self) -> np.ndarray:
        """The hash of each row."""
        found = np.empty(len(self.known), dtype=np.uint64)
        found[self.rows] = self.known
        return found

    def renewed(self, keep: np.ndarray, fresh: Iterable[str]) -> Hashes:
        """Of the rows that are kept, and of new ones after them."""
        new = np.array([hash_of(name) for name in fresh], dtype=np.uint64)
        return Hashes.of(np.concatenate([self.in_order()[keep], new]))

    def find(self, name: str) -> Iterator[int]:
        """Rows that may be of this name: nearly always one or none."""
        wanted = np.uint64(hash_of(name))
        at = int(self.known.searchsorted(wanted))  # np.searchsorted itself takes 8 times as long
        while at < len(self.known) and self.known[at] == wanted:
            yield int(self.rows[at])
            at += 1


@dataclass(frozen=True, slots=True)
class Names:
    """Names by their rows, and rows by their names."""

    text: np.ndarray
    """uint8: all names in UTF-8, one after the other."""
    starts: np.ndarray
    """int64 (n + 1): where each begins."""
    hashes: Hashes

    @classmethod
    def of(cls, names: Sequence[str]) -> Names:
        """Of names in their order; none is there twice."""
        return _NONE.renewed(np.ones(0, dtype=bool), names)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> str:
        return bytes(self.text[self.starts[row] : self.starts[row + 1]].data).decode()

    def find(self, name: str) -> int:
        """The row of a name; -1 where there is none."""
        for row in self.hashes.find(name):
            if self[row] == name:
                return row
        return -1

    def renewed(self, keep: np.ndarray, fresh: Sequence[str]) -> Names:
        """The names that are kept, and new ones after them."""
        said = [name.encode() for name in fresh]
        pieces = [*cut(self.text, self.starts, keep), np.frombuffer(b"".join(said), dtype=np.uint8)]
        lengths = [np.diff(self.starts)[keep], np.array([len(one) for one in said], dtype=np.int64)]
        return Names(
            np.concatenate(pieces),
            np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64),
            self.hashes.renewed(keep, fresh),
        )


def cut(data: np.ndarray, starts: np.ndarray, keep: np.ndarray) -> list[np.ndarray]:
    """What stands in the rows that are kept, in as few pieces as there are runs of them."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]])))
    return [data[starts[a] : starts[b]] for a, b in steps.reshape(-1, 2).tolist()]


_NONE = Names(
    np.zeros(0, dtype=np.uint8),
    np.zeros(1, dtype=np.int64),
    Hashes(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32)),
)
