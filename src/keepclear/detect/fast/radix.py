"""Sorting by small whole numbers, 16 bits at a time: several times as fast as comparing."""

from __future__ import annotations

import numpy as np

from keepclear.detect.fast.arcs import njit

__all__ = ["order_by"]


@njit
def _pass(key, order, low_bits):
    """``order`` by 16 bits of the key; what comes first among equals stays first."""
    counts = np.zeros(65_537, np.int64)
    for k in range(len(key)):
        counts[((key[k] >> low_bits) & 0xFFFF) + 1] += 1
    for k in range(1, len(counts)):
        counts[k] += counts[k - 1]
    out = np.empty_like(order)
    for k in range(len(order)):
        digit = (key[order[k]] >> low_bits) & 0xFFFF
        out[counts[digit]] = order[k]
        counts[digit] += 1
    return out


def order_by(key: np.ndarray) -> np.ndarray:
    """The order (int32) that sorts numbers of at least 0 (int64); equal ones stay as they stand."""
    order = np.arange(len(key), dtype=np.int32)
    if len(key) == 0:
        return order
    for low_bits in range(0, int(key.max()).bit_length(), 16):
        order = _pass(key, order, low_bits)
    return order
