"""Sets of pairs: one number for each pair, one hash for each set, whatever the order."""

from __future__ import annotations

import numpy as np


def codes(i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Each unordered pair as one uint64, sorted; a pair reported twice stands there twice."""
    low = np.minimum(i, j).astype(np.uint64)
    high = np.maximum(i, j).astype(np.uint64)
    return np.sort((low << np.uint64(32)) | high)


def set_hash(pairs: np.ndarray) -> str:
    """The sum of the mixed codes modulo 2**64, so that order does not matter (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = pairs + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
        return f"{int(mixed.sum(dtype=np.uint64)):016x}"


def difference(pairs: np.ndarray, reference: np.ndarray) -> tuple[int, int]:
    """How many pairs of the reference are missing, and how many are there without being in it."""
    missing = len(np.setdiff1d(reference, pairs))
    extra = len(np.setdiff1d(pairs, reference)) + len(pairs) - len(np.unique(pairs))
    return missing, extra
