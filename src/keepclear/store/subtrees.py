"""The hashes of whole subtrees that new leaves complete; back ends keep them beside the leaves."""

from __future__ import annotations

from collections.abc import Sequence

from keepclear.record.merkle import NodeReader, leaf_hash, node_hash

__all__ = ["completed"]


def completed(
    size: int, leaves: Sequence[bytes], known: NodeReader
) -> dict[tuple[int, int], bytes]:
    """The leaves' hashes, and those of the subtrees that they complete, by level and index.

    Args:
        size: Leaves that are there already.
        leaves: Those to come, in order.
        known: Hashes of the subtrees that make up what is there; it is asked for no other.
    """
    fresh: dict[tuple[int, int], bytes] = {}
    for number, leaf in enumerate(leaves, size):
        level, index, found = 0, number, leaf_hash(leaf)
        fresh[level, index] = found
        while index & 1:
            left = fresh.get((level, index - 1)) or known(level, index - 1)
            found = node_hash(left, found)
            level, index = level + 1, index >> 1
            fresh[level, index] = found
    return fresh
