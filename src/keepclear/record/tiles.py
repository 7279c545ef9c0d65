"""The layout of C2SP tlog-tiles: a record is a folder that any web server or stick can carry.

Hashes lie in tiles of 256, one level of tiles for every 8 levels of the tree; entries lie in bundles
of 256, each with its length in two bytes in front. The last tile of a level may be partial, and says
its width in its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from keepclear.errors import VerificationError
from keepclear.record.merkle import HASH_BYTES, NodeReader, node_hash

__all__ = [
    "ENTRY_BYTES_MAX",
    "TILE_HEIGHT",
    "TILE_WIDTH",
    "Tile",
    "bundle",
    "entries_of",
    "reader_of_tiles",
    "tiles_between",
]

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
ENTRY_BYTES_MAX: Final = 65_535
"""Bytes of one entry, by its length of two bytes; payloads are kept outside the record."""
_LEVEL_MAX: Final = 7
"""Eight levels of tiles hold 2**64 entries."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile of hashes: those of level ``8 * level`` from ``256 * index`` on."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not (0 <= self.level <= _LEVEL_MAX and self.index >= 0 and 0 < self.width <= TILE_WIDTH):
            raise ValueError(f"no such tile: {self.level}/{self.index}/{self.width}")

    @property
    def path(self) -> str:
        """Where it lies under the record's folder."""
        return f"tile/{self.level}/{_numbered(self.index)}{self._suffix}"

    @property
    def entries_path(self) -> str:
        """Where the bundle of the same leaves lies; level 0 only."""
        if self.level:
            raise ValueError("entries lie under level 0 only")
        return f"tile/entries/{_numbered(self.index)}{self._suffix}"

    @property
    def _suffix(self) -> str:
        return "" if self.width == TILE_WIDTH else f".p/{self.width}"


def _numbered(index: int) -> str:
    """Groups of three digits, all but the last with an x: 1234067 is ``x001/x234/067``."""
    groups = []
    while True:
        index, group = divmod(index, 1_000)
        groups.append(f"{group:03d}")
        if not index:
            break
    return "/".join([*(f"x{group}" for group in reversed(groups[1:])), groups[0]])


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """The tiles that are new, or wider, when a record grows from ``old`` to ``new`` entries."""
    for level in range(_LEVEL_MAX + 1):
        before, after = old >> (TILE_HEIGHT * level), new >> (TILE_HEIGHT * level)
        if not after:
            return
        for index in range(before // TILE_WIDTH, -(-after // TILE_WIDTH)):
            width = min(TILE_WIDTH, after - index * TILE_WIDTH)
            if index * TILE_WIDTH + width > before:
                yield Tile(level, index, width)


def reader_of_tiles(size: int, load: Callable[[Tile], bytes]) -> NodeReader:
    """Hashes of subtrees from tiles, for proofs.

    Args:
        size: Entries of the record.
        load: The bytes of a tile, hashes one after the other.

    Raises:
        VerificationError: ``record.tile``, when a tile that is loaded has not its length.
    """

    @lru_cache(maxsize=4_096)
    def hashes(level: int, index: int) -> bytes:
        whole = size >> (TILE_HEIGHT * level)
        tile = Tile(level, index, min(TILE_WIDTH, whole - index * TILE_WIDTH))
        data = load(tile)
        if len(data) != tile.width * HASH_BYTES:
            raise VerificationError(
                "record.tile", f"{tile.path} holds {len(data)} bytes, expected {tile.width} hashes"
            )
        return data

    def read(level: int, index: int) -> bytes:
        high, low = divmod(level, TILE_HEIGHT)
        first = index << low
        data = hashes(high, first // TILE_WIDTH)
        at = first % TILE_WIDTH * HASH_BYTES
        nodes = [data[at + k * HASH_BYTES : at + (k + 1) * HASH_BYTES] for k in range(1 << low)]
        while len(nodes) > 1:
            pairs = zip(nodes[::2], nodes[1::2], strict=True)
            nodes = [node_hash(left, right) for left, right in pairs]
        return nodes[0]

    return read


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after the other, each with its length in front.

    Raises:
        ValueError: an entry is longer than ``ENTRY_BYTES_MAX``.
    """
    parts = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise ValueError(f"an entry of {len(entry)} bytes does not fit a record")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def entries_of(data: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        VerificationError: ``record.bundle``: it is cut short.
    """
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise VerificationError("record.bundle", "a bundle of entries is cut short")
        entries.append(entry)
        at += 2 + length
    return entries
