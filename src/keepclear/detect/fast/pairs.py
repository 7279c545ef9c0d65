"""Compiled verdicts on pairs of standing rows: do the skeletons share a point, or come near."""

from __future__ import annotations

import numba
import numpy as np

from keepclear.detect.fast.arcs import (
    _SPARES,
    edge_crosses_ray,
    edges_meet,
    edges_near,
    njit,
)
from keepclear.detect.fast.compiled import compiled
from keepclear.detect.lattice import UNITS_PER_M
from keepclear.detect.table import AREA

__all__ = ["rows_near"]

_UNWRAP = compiled("unwrap")


@njit
def _edge_count(area, first, last):
    """Edges of a ring or line with vertices first to last (exclusive); a point is one edge."""
    return last - first if area or last - first == 1 else last - first - 1


@njit
def _outside(q, k, n, pad, box, row, spare):
    """Whether the edge from vertex k to n surely misses the box of a row."""
    for axis in range(3):
        a, b = q[k, axis], q[n, axis]
        if min(a, b) - pad > box[row, axis + 3] + spare or max(a, b) + pad < box[row, axis] - spare:
            return True
    return False


@njit
def _any_edges(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face, reach_m):
    """Whether any two edges of two rows meet, or (reach_m > 0) come within reach."""
    units = np.int64(np.ceil(reach_m * UNITS_PER_M)) + 2 if reach_m > 0 else 0
    area_i, area_j = kind[i] == AREA, kind[j] == AREA
    for ring in range(ring_start[i], ring_start[i + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for k in range(first, first + _edge_count(area_i, first, last)):
            n = k + 1 if k + 1 < last else first
            pad = _SPARES[level[k]]
            if face[i] < 0:
                for axis in range(3):
                    pad = max(pad, _SPARES[level[k]] + abs(np.int64(q[k, axis]) - q[n, axis]) // 2 + 1)
            if _outside(q, k, n, pad, box, j, units):
                continue
            if _edge_against(k, n, j, area_j, ring_start, vertex_start, q, lon, lat, scale, level,
                             reach_m, units):
                return True
    return False


@njit
def _edge_against(k, n, j, area_j, ring_start, vertex_start, q, lon, lat, scale, level, reach_m,
                  units):
    """Whether the edge from vertex k to n meets, or comes within reach of, an edge of row j."""
    ax, ay, az = np.int64(q[k, 0]), np.int64(q[k, 1]), np.int64(q[k, 2])
    bx, by, bz = np.int64(q[n, 0]), np.int64(q[n, 1]), np.int64(q[n, 2])
    la = np.int64(level[k])
    a_lon, a_lat, b_lon, b_lat = lon[k] / scale, lat[k] / scale, lon[n] / scale, lat[n] / scale
    u_lon, v_lon = _UNWRAP(a_lon, b_lon), _UNWRAP(b_lon, a_lon)
    for ring in range(ring_start[j], ring_start[j + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for m in range(first, first + _edge_count(area_j, first, last)):
            o = m + 1 if m + 1 < last else first
            lc = np.int64(level[m])
            cx, cy, cz = np.int64(q[m, 0]), np.int64(q[m, 1]), np.int64(q[m, 2])
            dx, dy, dz = np.int64(q[o, 0]), np.int64(q[o, 1]), np.int64(q[o, 2])
            c_lon, c_lat, d_lon, d_lat = 0.0, 0.0, 0.0, 0.0
            if lc > 0:
                c_lon, c_lat, d_lon, d_lat = (
                    lon[m] / scale, lat[m] / scale, lon[o] / scale, lat[o] / scale
                )  # fmt: skip
                c_lon, d_lon = _UNWRAP(c_lon, d_lon), _UNWRAP(d_lon, c_lon)
            if reach_m > 0.0:
                if edges_near(
                    ax, ay, az, u_lon, a_lat, bx, by, bz, v_lon, b_lat, la,
                    cx, cy, cz, c_lon, c_lat, dx, dy, dz, d_lon, d_lat, lc, reach_m, units,
                ):  # fmt: skip
                    return True
            elif edges_meet(
                ax, ay, az, u_lon, a_lat, bx, by, bz, v_lon, b_lat, la,
                cx, cy, cz, c_lon, c_lat, dx, dy, dz, d_lon, d_lat, lc,
            ):  # fmt: skip
                return True
    return False


@njit
def _hemisphere(first, last, q):
    """Axis (0 to 2) and sign of an open hemisphere that holds the vertices; sign 0 where none."""
    sums = np.zeros(3)
    for k in range(first, last):
        for axis in range(3):
            sums[axis] += q[k, axis]
    start = 0
    for axis in range(1, 3):
        if abs(sums[axis]) > abs(sums[start]):
            start = axis
    for turn in range(3):
        axis = (start + turn) % 3
        low, high = q[first, axis], q[first, axis]
        for k in range(first, last):
            low, high = min(low, q[k, axis]), max(high, q[k, axis])
        if low > 0:
            return axis, 1
        if high < 0:
            return axis, -1
    return 0, 0


@njit
def _holds(j, vertex, ring_start, vertex_start, q, lon, lat, scale, level):
    """Whether area j holds a vertex that lies on none of its edges."""
    px, py, pz = np.int64(q[vertex, 0]), np.int64(q[vertex, 1]), np.int64(q[vertex, 2])
    inside = 0
    for ring in range(ring_start[j], ring_start[j + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        axis, sign = _hemisphere(first, last, q)
        if sign == 0 or sign * np.int64(q[vertex, axis]) <= 0:
            continue
        for k in range(first, last):
            n = k + 1 if k + 1 < last else first
            a_lon, a_lat, b_lon, b_lat = 0.0, 0.0, 0.0, 0.0
            if level[k] > 0:
                a_lon, a_lat, b_lon, b_lat = (
                    lon[k] / scale, lat[k] / scale, lon[n] / scale, lat[n] / scale
                )  # fmt: skip
                a_lon, b_lon = _UNWRAP(a_lon, b_lon), _UNWRAP(b_lon, a_lon)
            inside ^= edge_crosses_ray(
                np.int64(q[k, 0]), np.int64(q[k, 1]), np.int64(q[k, 2]), a_lon, a_lat,
                np.int64(q[n, 0]), np.int64(q[n, 1]), np.int64(q[n, 2]), b_lon, b_lat,
                np.int64(level[k]), px, py, pz, axis, sign,
            )  # fmt: skip
    return inside == 1


@njit
def _vertex_outside(vertex, q, box, row):
    for axis in range(3):
        if q[vertex, axis] < box[row, axis] or q[vertex, axis] > box[row, axis + 3]:
            return True
    return False


@njit
def _inside_one(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box):
    """Whether a vertex of any ring of row i lies in area j."""
    if kind[j] != AREA:
        return False
    for ring in range(ring_start[i], ring_start[i + 1]):
        vertex = vertex_start[ring]
        if _vertex_outside(vertex, q, box, j):
            continue
        if _holds(j, vertex, ring_start, vertex_start, q, lon, lat, scale, level):
            return True
    return False


@njit
def near(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face, reach_m):
    """Whether two standing skeletons share a point or lie within ``reach_m`` of each other."""
    if _any_edges(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face, 0.0):
        return True
    if _inside_one(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box):
        return True
    if _inside_one(j, i, kind, ring_start, vertex_start, q, lon, lat, scale, level, box):
        return True
    return reach_m > 0.0 and _any_edges(
        i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face, reach_m
    )


@numba.njit(cache=True, error_model="numpy", parallel=True)
def rows_near(
    i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face, reach_m, found
):
    """Fill ``found`` for pairs of standing rows; ``reach_m`` is per pair."""
    for k in numba.prange(len(i)):
        found[k] = near(
            i[k], j[k], kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face,
            reach_m[k],
        )  # fmt: skip
