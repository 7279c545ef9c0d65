"""Exact predicates of rings on the lattice, for arrays of lattice vectors (portable path).

Everything here is the sign of an integer; see ``lattice`` for the bounds. The smaller side of a ring
is its inside, holes and further rings count by even and odd.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from keepclear.detect.lattice import W, bulge, on_arc, orient

__all__ = ["arcs_share", "contains", "edges_of", "hemisphere", "lines_meet"]

CHUNK: Final = 1 << 20
"""Edge pairs looked at in one go: some 100 MB of int64 columns at the most."""


def hemisphere(q: np.ndarray) -> tuple[int, int] | None:
    """Axis and sign of an open hemisphere that holds all vectors (n, 3), or None."""
    axis = int(np.argmax(np.abs(q.sum(axis=0))))
    for k in (axis, (axis + 1) % 3, (axis + 2) % 3):
        if bool((q[:, k] > 0).all()):
            return k, 1
        if bool((q[:, k] < 0).all()):
            return k, -1
    return None


def edges_of(ring: np.ndarray, *, closed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Both ends (n, 3) of the edges of a ring or line; a single vertex is an edge to itself."""
    if closed:
        return ring, np.roll(ring, -1, axis=0)
    if len(ring) == 1:
        return ring, ring
    return ring[:-1], ring[1:]


def contains(rings: Sequence[np.ndarray], point: np.ndarray) -> bool:
    """Whether the rings (each int64 (n, 3)) hold a lattice vector that is on none of their edges.

    A ray from the point, in the plane on which the ring's hemisphere is projected from the centre
    of the Earth; great circles are straight there, so the count is exact.
    """
    inside = False
    for ring in rings:
        side = hemisphere(ring)
        if side is None:
            continue
        k, sign = side
        if sign * point[k] <= 0:
            continue
        inside ^= _odd(ring, point, k, sign)
    return inside


def _odd(ring: np.ndarray, point: np.ndarray, k: int, sign: int) -> bool:
    k2 = (k + 2) % 3
    upper = ring[:, k2] * (sign * point[k]) > point[k2] * (sign * ring[:, k])
    before = np.roll(ring, 1, axis=0)
    upper_before = np.roll(upper, 1)
    change = np.flatnonzero(upper != upper_before)
    if len(change) == 0:
        return False
    a, b = before[change], ring[change]
    side = sign * orient(*a.T, *b.T, *point)
    crossed = np.where(upper[change], side > 0, side < 0)
    return bool(crossed.sum() % 2)


def lines_meet(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> bool:
    """Whether any arc of one set shares a point with any arc of the other (both (n, 3) ends)."""
    boxes_a, boxes_b = _boxes(*a), _boxes(*b)
    common_low = np.maximum(boxes_a[0].min(axis=0), boxes_b[0].min(axis=0))
    common_high = np.minimum(boxes_a[1].max(axis=0), boxes_b[1].max(axis=0))
    near_a = _touching(boxes_a, common_low, common_high)
    near_b = _touching(boxes_b, common_low, common_high)
    if len(near_a) == 0 or len(near_b) == 0:
        return False
    step = max(1, CHUNK // len(near_b))
    for first in range(0, len(near_a), step):
        rows = near_a[first : first + step]
        if _any_meet(a, b, boxes_a, boxes_b, rows, near_b):
            return True
    return False


def _boxes(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pad = bulge(a, b)[:, None]
    return np.minimum(a, b) - pad, np.maximum(a, b) + pad


def _touching(
    boxes: tuple[np.ndarray, np.ndarray], low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    return np.flatnonzero(((boxes[0] <= high) & (boxes[1] >= low)).all(axis=1))


def _any_meet(
    a: tuple[np.ndarray, np.ndarray],
    b: tuple[np.ndarray, np.ndarray],
    boxes_a: tuple[np.ndarray, np.ndarray],
    boxes_b: tuple[np.ndarray, np.ndarray],
    rows: np.ndarray,
    columns: np.ndarray,
) -> bool:
    near = np.ones((len(rows), len(columns)), dtype=bool)
    for axis in range(3):
        near &= boxes_a[0][rows, None, axis] <= boxes_b[1][None, columns, axis]
        near &= boxes_b[0][None, columns, axis] <= boxes_a[1][rows, None, axis]
    i, j = np.nonzero(near)
    if len(i) == 0:
        return False
    return bool(arcs_meet(a[0][rows[i]], a[1][rows[i]], b[0][columns[j]], b[1][columns[j]]).any())


def arcs_share(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Whether arcs a b and c d (each (n, 3), or (1, 3) for all) share a point; any may be a point."""
    (low, high), (other_low, other_high) = _boxes(a, b), _boxes(c, d)
    near = ((low <= other_high) & (high >= other_low)).all(axis=1)
    points = (a == b).all(axis=1) & (c == d).all(axis=1)  # no determinant says anything of these
    return np.asarray(near & np.where(points, (a == c).all(axis=1), arcs_meet(a, b, c, d)))


def arcs_meet(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Whether arcs a b and c d (each (n, 3), boxes known to overlap) share a point.

    Four signs; where all are zero the arcs lie on one great circle and share a point exactly when
    an end of one lies within the other. The box test before it keeps antipodal arcs apart.
    """
    a_, b_, c_, d_ = a.T, b.T, c.T, d.T
    o1, o2 = orient(*a_, *b_, *c_), orient(*a_, *b_, *d_)
    o3, o4 = orient(*c_, *d_, *a_), orient(*c_, *d_, *b_)
    meet = (o1 * o2 <= 0) & (o3 * o4 <= 0)
    flat = (o1 == 0) & (o2 == 0) & (o3 == 0) & (o4 == 0)
    if flat.any():
        within = (
            on_arc(*a_, *b_, *c_) | on_arc(*a_, *b_, *d_)
            | on_arc(*c_, *d_, *a_) | on_arc(*c_, *d_, *b_)
        )  # fmt: skip
        meet = np.where(flat, within, meet)
    return np.asarray(meet, dtype=bool)


def on_face(ring: np.ndarray, face: int) -> np.ndarray:
    """The two integer coordinates (n, 2) of lattice vectors that lie on one face."""
    axis = face // 2
    return ring[:, [k for k in range(3) if k != axis]]


FACE_CENTRES: Final = tuple(
    (axis, value, np.array([value if k == axis else 0 for k in range(3)], dtype=np.int64))
    for axis in range(3)
    for value in (-W, W)
)
"""Axis, coordinate and vector of the middle of each face."""
