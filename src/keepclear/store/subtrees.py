"""The hashes of whole subtrees that new leaves complete; back ends keep them beside the leaves."""

from __future__ import annotations

from collections.abc import Sequence

from keepclear.record.merkle import HASH_BYTES, NodeReader, leaf_hash, node_hash

__all__ = ["Edge", "completed", "last_leaf"]


def completed(
    size: int, leaves: Sequence[bytes], known: NodeReader
) -> dict[tuple[int, int], bytes]:
    """The leaves' hashes, and those of the subtrees that they complete, by level and index.

    Args:
        size: Leaves that are there already.
        leaves: Those to come, in order.
        known: Hashes of the subtrees that make up what is there; it is asked for no other.
    """
    edge, found = Edge(size, known), {}
    for number, leaf in enumerate(leaves, size):
        hashes = edge.add(leaf)
        for level in range(len(hashes) // HASH_BYTES):
            at = level * HASH_BYTES
            found[level, number >> level] = hashes[at : at + HASH_BYTES]
    return found


def last_leaf(level: int, index: int) -> int:
    """The leaf that completes a subtree."""
    return ((index + 1) << level) - 1


class Edge:
    """The right edge of a growing tree: the whole subtrees that make it up, where they are needed."""

    def __init__(self, size: int, known: NodeReader) -> None:
        """A tree of so many leaves; a hash of a subtree that makes it up is asked for when needed."""
        self.size, self._known = size, known
        self._held: dict[int, bytes] = {}
        """By level, the newest whole subtree that no larger one holds yet."""

    def add(self, leaf: bytes) -> bytes:
        """One more leaf: its hash, then those of the subtrees that it completes, from below."""
        level, index, found = 0, self.size, leaf_hash(leaf)
        made = [found]
        while index & 1:
            left = self._held.pop(level, None) or self._known(level, index - 1)
            found = node_hash(left, found)
            level, index = level + 1, index >> 1
            made.append(found)
        self._held[level] = found
        self.size += 1
        return found if level == 0 else b"".join(made)
