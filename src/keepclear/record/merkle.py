"""Merkle trees of RFC 6962: hashes, and proofs that an entry is in and that nothing was rewritten.

Rules kept here:

* A leaf is hashed with 0x00 in front, an inner node with 0x01, so that neither passes for the other.
* A tree of n leaves is split at the largest power of two below n, all the way down.
* Verification takes what it is given and rebuilds the root; it believes nothing else.
* A proof of consistency with the empty tree proves nothing and is refused: a caller that has seen
  nothing yet has nothing to compare with, and should say so.

Source: RFC 9162, sections 2.1.1 (hashes), 2.1.3 (inclusion) and 2.1.4 (consistency).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from keepclear.errors import VerificationError

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "NodeReader",
    "begins_with",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "root_of",
    "roots_of_subtrees",
    "verify_consistency",
    "verify_inclusion",
]

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of the tree without entries."""

NodeReader = Callable[[int, int], bytes]
"""The hash of a whole subtree: ``read(level, index)`` covers the 2**level leaves from
``index * 2**level`` on. Level 0 are the leaves themselves."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def roots_of_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The largest whole subtrees that make up the leaves from start to end, in order.

    Each is ``(level, index)``, as :data:`NodeReader` takes them.
    """
    while start < end:
        level = (start & -start).bit_length() - 1 if start else (end - start).bit_length() - 1
        while start + (1 << level) > end:
            level -= 1
        yield level, start >> level
        start += 1 << level


def root_of(start: int, end: int, read: NodeReader) -> bytes:
    """The hash over the leaves from start to end of a tree; start begins a subtree of that size.

    With ``start`` 0 this is the root of the tree of ``end`` leaves.
    """
    if start == end:
        return EMPTY_ROOT
    hashes = [read(level, index) for level, index in roots_of_subtrees(start, end)]
    root = hashes.pop()
    while hashes:
        root = node_hash(hashes.pop(), root)
    return root


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """Sibling hashes from leaf ``index`` up to the root of a tree of ``size`` leaves.

    Raises:
        ValueError: there is no such leaf in such a tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(root_of(middle, end, read))
            end = middle
        else:
            proof.append(root_of(start, middle, read))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, read: NodeReader) -> list[bytes]:
    """Hashes that show the tree of ``new`` leaves to begin with that of ``old`` leaves.

    Raises:
        ValueError: the sizes are not 0 < old <= new.
    """
    if not 0 < old <= new:
        raise ValueError(f"no proof from {old} to {new} leaves")
    proof, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(root_of(middle, end, read))
            end = middle
        else:
            proof.append(root_of(start, middle, read))
            start, whole = middle, False
    if not whole:
        proof.append(root_of(start, end, read))
    return proof[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Nothing, where the leaf hash stands at this index of the tree with this root.

    Raises:
        VerificationError: ``record.inclusion``.
    """
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        raise _not_included(index, size)
    found = leaf
    for sibling, left in _climb(index, size - 1, proof, _not_included(index, size)):
        found = node_hash(sibling, found) if left else node_hash(found, sibling)
    if not compare_digest(found, root):
        raise _not_included(index, size)


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Nothing, where the tree with the new root begins with the one with the old root.

    Raises:
        VerificationError: ``record.consistency``.
    """
    if not 0 < old <= new:
        raise _inconsistent(old, new)
    if old == new:
        if proof or not compare_digest(old_root, new_root):
            raise _inconsistent(old, new)
        return
    first, second = begins_with(old, new, old_root, proof)
    if not (compare_digest(first, old_root) and compare_digest(second, new_root)):
        raise _inconsistent(old, new)


def begins_with(old: int, new: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots that the hashes of a proof of consistency lead to, whatever anybody signed.

    If the second is that of the larger tree, that tree begins with one whose root is the first: the
    larger root was calculated from it, and nobody finds other hashes that lead there.

    Args:
        old: Leaves of the smaller tree, at least one and fewer than ``new``.
        new: Leaves of the larger tree.
        old_root: Where ``old`` is a power of two a proof leaves it out, and it leads the way.
        proof: The hashes.

    Returns:
        The root of the smaller tree, and that of the larger one.

    Raises:
        VerificationError: ``record.consistency``: these are no hashes of such a proof.
    """
    if not 0 < old < new or not _hashes(old_root, *proof):
        raise _inconsistent(old, new)
    path = list(proof)
    if old & (old - 1) == 0:  # the old tree is one whole subtree of the new one: its root leads
        path.insert(0, old_root)
    if not path:
        raise _inconsistent(old, new)
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    first = second = path[0]
    for sibling, left in _climb(node, last, path[1:], _inconsistent(old, new)):
        if left:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
        else:
            second = node_hash(second, sibling)
    return first, second


def _climb(
    node: int, last: int, proof: Sequence[bytes], otherwise: VerificationError
) -> Iterator[tuple[bytes, bool]]:
    """Each sibling on the way up to the root, and whether it stands on the left.

    Args:
        node: Index of the node that the way starts from, within its level.
        last: Index of the last node of that level.
        proof: The siblings; too many or too few are refused.
        otherwise: The error for that.
    """
    for sibling in proof:
        if last == 0:
            raise otherwise
        left = bool(node & 1) or node == last
        yield sibling, left
        while left and not node & 1 and node:
            node >>= 1
            last >>= 1
        node >>= 1
        last >>= 1
    if last:
        raise otherwise


def _split(leaves: int) -> int:
    """The largest power of two below a number of leaves."""
    return 1 << (leaves - 1).bit_length() - 1


def _hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _not_included(index: int, size: int) -> VerificationError:
    return VerificationError(
        "record.inclusion",
        f"the proof does not show entry {index} to stand in the record of {size} entries; keep "
        "both, and ask for the proof again",
    )


def _inconsistent(old: int, new: int) -> VerificationError:
    return VerificationError(
        "record.consistency",
        f"the record of {new} entries is not shown to begin with the one of {old} entries that was "
        "seen before; keep both: together they may prove that it was rewritten",
    )
