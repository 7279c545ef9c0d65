"""Names as they stand in a file's bytes, packed so that millions of them are sorted as integers."""

from __future__ import annotations

import numpy as np

__all__ = ["packed"]


def packed(data: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Big-endian words (n, k) uint64 of byte strings, padded with zeros.

    They sort as the strings do (UTF-8 sorts by code point), because no string holds a zero byte.
    """
    lengths = ends - begins
    longest = int(lengths.max()) if len(lengths) else 0
    words = max(1, -(-longest // 8))
    out = np.zeros((len(begins), words), dtype=np.uint64)
    for at in range(longest):
        held = lengths > at
        byte = (
            data[np.where(held, begins + at, 0)] if len(data) else np.zeros(len(begins), np.uint8)
        )
        out[:, at // 8] |= np.where(held, byte, 0).astype(np.uint64) << np.uint64(56 - 8 * (at % 8))
    return out
