"""Faces of the cube, and the coarse cells in which large rows meet each other."""

from __future__ import annotations

import numpy as np

from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.hot import A0, A1, T0, T1, U0, U1, V0, V1
from keepclear.detect.lattice import W

__all__ = [
    "A0", "A1", "T0", "T1", "U0", "U1", "V0", "V1",
    "face_mask", "face_masks", "large_entries", "large_key", "plane_of",
]  # fmt: skip


@njit
def plane_of(face):
    """The two axes that span a face."""
    axis = face // 2
    if axis == 0:
        return 1, 2
    if axis == 1:
        return 0, 2
    return 0, 1


@njit
def face_mask(low, high):
    """One bit for each face that a padded box touches."""
    mask = 0
    for axis in range(3):
        if low[axis] <= -W:
            mask |= 1 << (2 * axis)
        if high[axis] >= W:
            mask |= 1 << (2 * axis + 1)
    return mask


@njit
def face_masks(low, high):
    """The faces that each padded box touches."""
    masks = np.empty(len(low), np.int64)
    for k in range(len(low)):
        masks[k] = face_mask(low[k], high[k])
    return masks


@njit
def large_key(face, cu, cv):
    """One integer for a coarse cell."""
    return (np.int64(face) << 60) | ((cv + (1 << 20)) << 30) | (cu + (1 << 20))


@njit
def _large_entries(low, high, shift, cells, rows, write):
    """Cells (one integer) of large rows on every face they touch, by their boxes."""
    at = 0
    for k in range(len(low)):
        mask = face_mask(low[k], high[k])
        for f in range(6):
            if not mask & (1 << f):
                continue
            axis_u, axis_v = plane_of(f)
            for cv in range(
                max(low[k, axis_v], -W) >> shift, (min(high[k, axis_v], W) >> shift) + 1
            ):
                for cu in range(
                    max(low[k, axis_u], -W) >> shift, (min(high[k, axis_u], W) >> shift) + 1
                ):
                    if write:
                        cells[at] = large_key(f, cu, cv)
                        rows[at] = k
                    at += 1
    return at


@njit
def large_entries(low, high, shift):
    """See _large_entries; counted, then written."""
    none = np.empty(0, np.int64)
    total = _large_entries(low, high, shift, none, none, False)
    cells, rows = np.empty(total, np.int64), np.empty(total, np.int64)
    _large_entries(low, high, shift, cells, rows, True)
    return cells, rows
