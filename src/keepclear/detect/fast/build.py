"""Compiled completion of a table: the integers of ``detect.shape``, made in place and in parallel."""

from __future__ import annotations

import numba
import numpy as np

from keepclear.detect.edges import _SPLIT_M, LEVEL_MAX, TOLERANCE_M
from keepclear.detect.fast.arcs import njit
from keepclear.detect.fast.compiled import compiled
from keepclear.detect.lattice import UNITS_PER_M, W
from keepclear.detect.shape import widen_round_faces
from keepclear.detect.table import AREA, Bands, Table

__all__ = ["complete", "neighbours_first"]

_SIN_COS = compiled("sin_cos")
_ROUND = compiled("round_direction")
_STEPS = compiled("_steps")
_BOUNDS = compiled("bounds_m")


@njit
def _place(k, lon, lat, scale, q):
    """Quantises one vertex; returns sine and cosine of its latitude."""
    sin_lat, cos_lat = _SIN_COS(lat[k] / scale)
    sin_lon, cos_lon = _SIN_COS(lon[k] / scale)
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
def _edge(k, n, lon, lat, scale, straight, q, level, sin_k, cos_k, sin_n, cos_n):
    """Sets the level of an edge; returns the units by which it may leave the box of its ends."""
    pad = _bulge(k, n, q)
    if straight:
        dl, dp = _STEPS(lon[k] / scale, lat[k] / scale, lon[n] / scale, lat[n] / scale)
        sag, length = _BOUNDS(dl, dp, sin_k, cos_k, sin_n, cos_n)
        found = _halvings(sag, length)
        level[k] = np.uint8(found)
        if found > 0 and sag > 0:
            pad += np.int64(np.ceil(sag * UNITS_PER_M)) + 2
    return pad


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
        head_sin, head_cos = _place(first, lon, lat, scale, q)
        next_sin, next_cos = head_sin, head_cos
        for k in range(first, last):
            n = k + 1
            this_sin, this_cos = next_sin, next_cos
            if n < last:
                next_sin, next_cos = _place(n, lon, lat, scale, q)
            else:
                n = first if kind[row] == AREA else k
                next_sin, next_cos = head_sin, head_cos
            pad = np.int64(0)
            if n != k:
                pad = _edge(
                    k,
                    n,
                    lon,
                    lat,
                    scale,
                    straight[row],
                    q,
                    level,
                    this_sin,
                    this_cos,
                    next_sin,
                    next_cos,
                )
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


@numba.njit(cache=True, error_model="numpy", parallel=True)
def _fill(kind, ring_start, vertex_start, lon, lat, scale, straight, q, level, box, face):
    for row in numba.prange(len(kind)):
        _bound(row, kind, ring_start, vertex_start, lon, lat, scale, straight, q, level, box, face)


@njit
def _spread(value):
    """The bits of a 16-bit number, each followed by a free place."""
    v = np.uint64(value)
    v = (v | (v << np.uint64(8))) & np.uint64(0x00FF00FF)
    v = (v | (v << np.uint64(4))) & np.uint64(0x0F0F0F0F)
    v = (v | (v << np.uint64(2))) & np.uint64(0x33333333)
    return (v | (v << np.uint64(1))) & np.uint64(0x55555555)


@numba.njit(cache=True, error_model="numpy", parallel=True)
def _places(ring_start, vertex_start, lon, lat, scale, out):
    """A number for the neighbourhood of each row: its first vertex on a Z-shaped curve."""
    for row in numba.prange(len(out)):
        k = vertex_start[ring_start[row]]
        x = min(max((lon[k] / scale + 180.0) * (65_535.0 / 360.0), 0.0), 65_535.0)
        y = min(max((lat[k] / scale + 90.0) * (65_535.0 / 180.0), 0.0), 65_535.0)
        out[row] = np.uint32(_spread(np.int64(x)) | (_spread(np.int64(y)) << np.uint64(1)))


@numba.njit(cache=True, error_model="numpy", parallel=True)
def _moved(
    order, ring_start, vertex_start, new_ring_start, new_vertex_start, lon, lat, new_lon, new_lat
):
    """Rings and vertices of rows in a new order; ``new_ring_start`` is given."""
    for k in numba.prange(len(order)):
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
    place = np.empty(len(ring_start) - 1, dtype=np.uint32)
    _places(ring_start, vertex_start, lon, lat, scale, place)
    order = np.argsort(place, kind="stable").astype(np.int32)
    rings = np.concatenate(([0], np.cumsum(np.diff(ring_start)[order])))
    sizes = (vertex_start[ring_start[1:]] - vertex_start[ring_start[:-1]])[order]
    vertices = np.zeros(len(vertex_start), dtype=np.int64)
    vertices[rings[1:]] = np.cumsum(sizes)
    new_lon, new_lat = np.empty_like(lon), np.empty_like(lat)
    _moved(order, ring_start, vertex_start, rings, vertices, lon, lat, new_lon, new_lat)
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
    level = np.zeros(m, dtype=np.uint8)
    box = np.empty((n, 6), dtype=np.int32)
    face = np.empty(n, dtype=np.int8)
    _fill(kind, ring_start, vertex_start, lon, lat, scale, straight, q, level, box, face)
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
