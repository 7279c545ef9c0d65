"""The record as anybody may have it: checkpoints, tiles and proofs; and a party's own evidence.

Leaves are salted commitments, so that tiles and proofs say nothing of any plan. A bundle of a party
holds what it said itself, and what it was shown that names no declaration of others. An entry is shown
whole or not at all, and one on a crossing names the other declaration beside the words that were shown.
"""

from __future__ import annotations

from keepclear.errors import RuleError
from keepclear.node.cosigned import checkpoint_with
from keepclear.node.ledger import Node, opening_of
from keepclear.record import bundle
from keepclear.record.merkle import consistency_proof, inclusion_proof
from keepclear.record.tiles import TILE_HEIGHT, TILE_WIDTH, Tile
from keepclear.record.tiles import bundle as tile_of_entries
from keepclear.store.base import Entry
from keepclear.wire.entries import Acted, Declared, Shown, decode_body

__all__ = ["consistency", "entries_tile", "hashes_tile", "inclusion", "own_evidence", "tile_named"]


def tile_named(level: int, index: str) -> Tile:
    """The tile of a path such as ``x001/x234/067.p/12``.

    Raises:
        RuleError: ``record.no-tile``: it is not how a tile is named.
    """
    number, partial, width = index.partition(".p/")
    groups = number.split("/")
    try:
        whole = int("".join(group.removeprefix("x") for group in groups))
        tile = Tile(level, whole, int(width) if partial else TILE_WIDTH)
    except ValueError:
        raise _no_tile() from None
    if f"tile/{level}/{index}" != tile.path:
        raise _no_tile()
    return tile


def hashes_tile(node: Node, tile: Tile) -> bytes:
    """The hashes of a tile.

    Raises:
        RuleError: ``record.no-tile``: the record has not grown so far.
    """
    first = tile.index * TILE_WIDTH
    height = TILE_HEIGHT * tile.level
    if first + tile.width > node.store.size() >> height:
        raise _no_tile()
    return b"".join(node.store.node(height, first + k) for k in range(tile.width))


def entries_tile(node: Node, tile: Tile) -> bytes:
    """The leaves of a tile of level 0: commitments, which say nothing of what they stand for.

    Raises:
        RuleError: ``record.no-tile``: the record has not grown so far.
    """
    first = tile.index * TILE_WIDTH
    if first + tile.width > node.store.size():
        raise _no_tile()
    return tile_of_entries(node.store.leaves(first, first + tile.width))


def inclusion(node: Node, number: int, size: int) -> list[bytes]:
    """Hashes that show entry ``number`` (from 1) to be in the record of ``size`` entries.

    Raises:
        RuleError: ``record.no-proof``: there is no such entry, or no such size yet.
    """
    if not 1 <= number <= size <= node.store.size():
        raise RuleError("record.no-proof", f"the record has {node.store.size():,} entries")
    return inclusion_proof(number - 1, size, node.store.node)


def consistency(node: Node, old: int, new: int) -> list[bytes]:
    """Hashes that show the record of ``new`` entries to begin with that of ``old``.

    Raises:
        RuleError: ``record.no-proof``: it was never so, or is not yet so large.
    """
    if not 1 <= old <= new <= node.store.size():
        raise RuleError("record.no-proof", f"the record has {node.store.size():,} entries")
    return consistency_proof(old, new, node.store.node)


def own_evidence(node: Node, party: str, subject: str) -> bytes:
    """A bundle of what a party said of its own declaration and was shown about it.

    Raises:
        RuleError: ``record.nothing``.
    """
    entries = [
        entry for entry in node.store.history(subject) if entry.data and _is_own(entry, party)
    ]
    if not entries:
        raise RuleError("record.nothing", "the record has no such entry")
    head = checkpoint_with(node, entries[-1].number)
    about = f"entries about {subject} that {party} said or was shown"
    return bundle.make(head, map(opening_of, entries), node.store.node, about=about)


def _is_own(entry: Entry, party: str) -> bool:
    body = decode_body(opening_of(entry).body)
    if isinstance(body, Shown):
        return body.to == party  # it names others by the marks that this party was shown
    return isinstance(body, Declared | Acted)


def _no_tile() -> RuleError:
    return RuleError("record.no-tile", "there is no such tile; the checkpoint says how far they go")
