"""Compiled completion of a table: the integers of ``detect.shape``, made in place and in parallel."""

from __future__ import annotations

import numpy as np

from keepclear.detect.edges import _SPLIT_M, LEVEL_MAX, TOLERANCE_M
from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.compiled import compiled
from keepclear.detect.fast.hands import bounds_of, side_by_side
from keepclear.detect.fast.radix import order_by
from keepclear.detect.lattice import UNITS_PER_M, W
from keepclear.detect.shape import widen_round_faces
from keepclear.detect.table import AREA, Bands, Table

__all__ = ["complete", "neighbours_first"]

_SIN_COS = compiled("sin_cos")
_ROUND = compiled("round_direction")
_STEPS = compiled("_steps")
_BOUNDS = compiled("bounds_m")
_SPLIT_RADIUS_M = 6_400_000.0 * 1.000001
_SAG_M = 0.125 * _SPLIT_RADIUS_M
"""The factors of ``edges.bounds_m``, rounded up."""
_LEAST = 20_000
"""Fewer rows are not worth a second thread."""


@njit
def _place(k, lon, lat, q):
    """Quantises one vertex, given in degrees; returns sine and cosine of its latitude."""
    sin_lat, cos_lat = _SIN_COS(lat)
    sin_lon, cos_lon = _SIN_COS(lon)
    a, b, c = _ROUND(cos_lat * cos_lon, cos_lat * sin_lon, sin_lat)
    q[k, 0], q[k, 1], q[k, 2] = np.int32(a), np.int32(b), np.int32(c)
    return sin_lat, cos_lat


@njit
def _halvings(sag, length):
    """``edges.halvings`` for one edge, left as soon as it is known."""
    level = 0
    while (sag > TOLERANCE_M or length > _SPLIT_M) and level < LEVEL_MAX:
        level += 1
        sag *= 0.25
        length *= 0.5
    return level


@njit
def _bulge(k, n, q):
    largest = np.int64(0)
    for axis in range(3):
        a, b = np.int64(q[k, axis]), np.int64(q[n, axis])
        if a == b and (a == W or a == -W):
            return np.int64(0)
        largest = max(largest, abs(a - b))
    return (largest >> 1) + 1


@njit
def _edge(lon_k, lat_k, lon_n, lat_n, sin_k, cos_k, sin_n, cos_n):
    """Level of an edge straight in lon/lat, and the units by which it may leave its chord for it."""
    dl, dp = _STEPS(lon_k, lat_k, lon_n, lat_n)
    # Most edges are so short that bounds without a square root tell that they are not split.
    most = (dl + 2.0 * dp) * 1.000001
    if most * _SPLIT_RADIUS_M <= _SPLIT_M and dl * most * _SAG_M <= TOLERANCE_M:
        return np.int64(0), np.int64(0)
    sag, length = _BOUNDS(dl, dp, sin_k, cos_k, sin_n, cos_n)
    found = _halvings(sag, length)
    if found > 0 and sag > 0:
        return found, np.int64(np.ceil(sag * UNITS_PER_M)) + 2
    return found, np.int64(0)


@njit
def _grow(box, face_low, face_high, k, n, q, pad):
    """Widen low and high of one row (in box) by an edge; keep what all vertices share."""
    for axis in range(3):
        a, b = np.int64(q[k, axis]), np.int64(q[n, axis])
        box[axis] = np.int32(max(min(np.int64(box[axis]), min(a, b) - pad), -W))
        box[axis + 3] = np.int32(min(max(np.int64(box[axis + 3]), max(a, b) + pad), W))
    low = (q[k, 0] == -W) | ((q[k, 1] == -W) << 1) | ((q[k, 2] == -W) << 2)
    high = (q[k, 0] == W) | ((q[k, 1] == W) << 1) | ((q[k, 2] == W) << 2)
    return face_low & low, face_high & high


@njit
def _bound(row, kind, ring_start, vertex_start, lon, lat, scale, straight, q, level, box, face):
    mine = box[row]
    mine[:3] = W
    mine[3:] = -W
    on_low, on_high, padded = 7, 7, False
    for ring in range(ring_start[row], ring_start[row + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        head_lon, head_lat = lon[first] / scale, lat[first] / scale
        head_sin, head_cos = _place(first, head_lon, head_lat, q)
        next_lon, next_lat, next_sin, next_cos = head_lon, head_lat, head_sin, head_cos
        for k in range(first, last):
            n = k + 1
            this_lon, this_lat, this_sin, this_cos = next_lon, next_lat, next_sin, next_cos
            if n < last:
                next_lon, next_lat = lon[n] / scale, lat[n] / scale
                next_sin, next_cos = _place(n, next_lon, next_lat, q)
            else:
                n = first if kind[row] == AREA else k
                next_lon, next_lat, next_sin, next_cos = head_lon, head_lat, head_sin, head_cos
            pad = np.int64(0)
            level[k] = 0
            if n != k:
                pad = _bulge(k, n, q)
                if straight[row]:
                    found, more = _edge(
                        this_lon, this_lat, next_lon, next_lat, this_sin, this_cos, next_sin,
                        next_cos,
                    )  # fmt: skip
                    level[k] = np.uint8(found)
                    pad += more
            padded = padded or pad > 0
            on_low, on_high = _grow(mine, on_low, on_high, k, n, q, pad)
    face[row] = -1
    for axis in range(3):
        one, two = (axis + 1) % 3, (axis + 2) % 3
        widest = max(
            abs(np.int64(mine[one])),
            abs(np.int64(mine[one + 3])),
            abs(np.int64(mine[two])),
            abs(np.int64(mine[two + 3])),
        )
        if padded and widest >= W:
            continue
        if on_low >> axis & 1:
            face[row] = 2 * axis
            mine[axis] = mine[axis + 3] = -W
        if on_high >> axis & 1:
            face[row] = 2 * axis + 1
            mine[axis] = mine[axis + 3] = W


@njit
def _fill(
    low, high, kind, ring_start, vertex_start, lon, lat, scale, straight, q, level, box, face
):  # fmt: skip
    for row in range(low, high):
        _bound(row, kind, ring_start, vertex_start, lon, lat, scale, straight, q, level, box, face)


@njit
def _spread(value):
    """The bits of a 16-bit number, each followed by a free place."""
    v = np.uint64(value)
    v = (v | (v << np.uint64(8))) & np.uint64(0x00FF00FF)
    v = (v | (v << np.uint64(4))) & np.uint64(0x0F0F0F0F)
    v = (v | (v << np.uint64(2))) & np.uint64(0x33333333)
    return (v | (v << np.uint64(1))) & np.uint64(0x55555555)


@njit
def _places(low, high, ring_start, vertex_start, lon, lat, scale, out):
    """A number for the neighbourhood of each row: its first vertex on a Z-shaped curve."""
    for row in range(low, high):
        k = vertex_start[ring_start[row]]
        x = min(max((lon[k] / scale + 180.0) * (65_535.0 / 360.0), 0.0), 65_535.0)
        y = min(max((lat[k] / scale + 90.0) * (65_535.0 / 180.0), 0.0), 65_535.0)
        out[row] = np.int64(_spread(np.int64(x)) | (_spread(np.int64(y)) << np.uint64(1)))


@njit
def _moved(
    low,
    high,
    order,
    ring_start,
    vertex_start,
    new_ring_start,
    new_vertex_start,
    lon,
    lat,
    new_lon,
    new_lat,
):
    """Rings and vertices of rows in a new order; ``new_ring_start`` is given."""
    for k in range(low, high):
        row = order[k]
        first = vertex_start[ring_start[row]]
        at = new_vertex_start[new_ring_start[k]]
        for n in range(ring_start[row + 1] - ring_start[row]):
            new_vertex_start[new_ring_start[k] + n] = at + (
                vertex_start[ring_start[row] + n] - first
            )
        for n in range(vertex_start[ring_start[row + 1]] - first):
            new_lon[at + n] = lon[first + n]
            new_lat[at + n] = lat[first + n]


def neighbours_first(
    ring_start: np.ndarray, vertex_start: np.ndarray, lon: np.ndarray, lat: np.ndarray, scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows in an order in which neighbours on the ground are neighbours in memory.

    Returns:
        The order (int32), and ring_start, vertex_start, lon and lat in it.
    """
    n = len(ring_start) - 1
    place = np.empty(n, dtype=np.int64)
    fixed = (ring_start, vertex_start, lon, lat, scale, place)
    side_by_side(_places, [(*ends, *fixed) for ends in bounds_of(n, _LEAST)])
    order = order_by(place)
    del fixed, place
    rings = np.concatenate(([0], np.cumsum(np.diff(ring_start)[order])))
    sizes = (vertex_start[ring_start[1:]] - vertex_start[ring_start[:-1]])[order]
    vertices = np.zeros(len(vertex_start), dtype=np.int64)
    vertices[rings[1:]] = np.cumsum(sizes)
    new_lon, new_lat = np.empty_like(lon), np.empty_like(lat)
    moved = (order, ring_start, vertex_start, rings, vertices, lon, lat, new_lon, new_lat)
    side_by_side(_moved, [(*ends, *moved) for ends in bounds_of(n, _LEAST)])
    return order, rings, vertices, new_lon, new_lat


def complete(
    *,
    kind: np.ndarray,
    ring_start: np.ndarray,
    vertex_start: np.ndarray,
    lon: np.ndarray,
    lat: np.ndarray,
    scale: float,
    straight: np.ndarray,
    reach_m: np.ndarray,
    bands: Bands,
    start_us: np.ndarray,
    end_us: np.ndarray,
    owner: np.ndarray | None = None,
) -> Table:
    """A table of standing rows, one declaration each, from columns.

    ``owner`` names the declaration of each row where rows are not in their order. ``straight``
    (bool, a row) says whether edges are straight in lon/lat. No ring is checked here; see
    ``rings``.
    """
    n, m = len(kind), len(lon)
    q = np.empty((m, 3), dtype=np.int32)
    level = np.empty(m, dtype=np.uint8)
    box = np.empty((n, 6), dtype=np.int32)
    face = np.empty(n, dtype=np.int8)
    fixed = (kind, ring_start, vertex_start, lon, lat, scale, straight, q, level, box, face)
    side_by_side(_fill, [(*ends, *fixed) for ends in bounds_of(n, _LEAST)])
    zero = np.zeros(n, dtype=np.float64)
    table = Table(
        owner=np.arange(n, dtype=np.int32) if owner is None else owner,
        part=np.zeros(n, dtype=np.int32),
        kind=kind,
        ring_start=ring_start,
        vertex_start=vertex_start,
        q=q,
        lon=lon,
        lat=lat,
        straight=straight,
        scale=scale,
        level=level,
        reach_m=reach_m,
        standoff_m=zero,
        error_m=zero,
        bands=bands,
        bands_end=bands,
        start_us=start_us,
        end_us=end_us,
        box=box,
        face=face,
    )
    widen_round_faces(table)
    return table
