"""Compiled verdicts on pairs of standing rows: do the skeletons share a point, or come near."""

from __future__ import annotations

import numba
import numpy as np

from keepclear.detect.fast.arcs import (
    _SPARES,
    bulge,
    edge_crosses_ray,
    edges_meet,
    edges_near,
    middle_of,
    njit,
)
from keepclear.detect.fast.compiled import compiled
from keepclear.detect.fast.flat import flat_inside, flat_meet
from keepclear.detect.fast.points import is_point, point_near
from keepclear.detect.lattice import UNITS_PER_M
from keepclear.detect.table import AREA

__all__ = ["few_near", "rows_near"]

_UNWRAP = compiled("unwrap")


@njit
def _edge_count(area, first, last):
    """Edges of a ring or line with vertices first to last (exclusive); a point is one edge."""
    return last - first if area or last - first == 1 else last - first - 1


@njit
def _clear_of_box(ax, ay, az, bx, by, bz, pad, box, row, spare):
    """Whether an arc, padded, surely misses the box of a row: by boxes, or by the side it is on."""
    grow = pad + spare
    if min(ax, bx) - grow > box[row, 3] or max(ax, bx) + grow < box[row, 0]:
        return True
    if min(ay, by) - grow > box[row, 4] or max(ay, by) + grow < box[row, 1]:
        return True
    if min(az, bz) - grow > box[row, 5] or max(az, bz) + grow < box[row, 2]:
        return True
    dx, dy, dz = float(bx - ax), float(by - ay), float(bz - az)
    nx, ny, nz = ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx
    mx = 0.5 * (float(box[row, 0]) + box[row, 3]) - ax
    my = 0.5 * (float(box[row, 1]) + box[row, 4]) - ay
    mz = 0.5 * (float(box[row, 2]) + box[row, 5]) - az
    spread = 0.5 * (
        abs(nx) * (float(box[row, 3]) - box[row, 0])
        + abs(ny) * (float(box[row, 4]) - box[row, 1])
        + abs(nz) * (float(box[row, 5]) - box[row, 2])
    )
    room = 1.8 * (grow + 8.0) * np.sqrt(nx * nx + ny * ny + nz * nz)
    return abs(nx * mx + ny * my + nz * mz) > (spread + room) * 1.000001


@njit
def _narrow(
    ax,
    ay,
    az,
    a_lon,
    a_lat,
    bx,
    by,
    bz,
    b_lon,
    b_lat,
    la,
    j,
    area_j,
    ring_start,
    vertex_start,
    q,
    lon,
    lat,
    scale,
    level,
    box,
    reach_m,
    units,
):
    """Whether an edge meets, or comes within reach of, an edge of row j.

    A long edge is first cut down to what is near j.
    """
    pad = _SPARES[la] + bulge(ax, ay, az, bx, by, bz)
    if _clear_of_box(ax, ay, az, bx, by, bz, pad, box, j, units):
        return False
    size = max(
        box[j, 3] - np.int64(box[j, 0]),
        box[j, 4] - np.int64(box[j, 1]),
        box[j, 5] - np.int64(box[j, 2]),
    )
    length = max(abs(bx - ax), abs(by - ay), abs(bz - az))
    if la == 0 or length < 2 * max(size + units, _SPARES[la]):
        return _against(
            ax,
            ay,
            az,
            a_lon,
            a_lat,
            bx,
            by,
            bz,
            b_lon,
            b_lat,
            la,
            j,
            area_j,
            ring_start,
            vertex_start,
            q,
            lon,
            lat,
            scale,
            level,
            reach_m,
            units,
        )
    mlon, mlat, x, y, z = middle_of(a_lon, a_lat, b_lon, b_lat)
    return _narrow(
        ax, ay, az, a_lon, a_lat, x, y, z, mlon, mlat, la - 1, j, area_j, ring_start,
        vertex_start, q, lon, lat, scale, level, box, reach_m, units,
    ) or _narrow(
        x, y, z, mlon, mlat, bx, by, bz, b_lon, b_lat, la - 1, j, area_j, ring_start,
        vertex_start, q, lon, lat, scale, level, box, reach_m, units,
    )  # fmt: skip


@njit
def _any_edges(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, reach_m):
    """Whether any two edges of two rows meet, or (reach_m > 0) come within reach."""
    units = np.int64(np.ceil(reach_m * UNITS_PER_M)) + 2 if reach_m > 0 else np.int64(0)
    area_i, area_j = kind[i] == AREA, kind[j] == AREA
    for ring in range(ring_start[i], ring_start[i + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for k in range(first, first + _edge_count(area_i, first, last)):
            n = k + 1 if k + 1 < last else first
            a_lon, a_lat, b_lon, b_lat = 0.0, 0.0, 0.0, 0.0
            if level[k] > 0:
                x, y = lon[k] / scale, lon[n] / scale
                a_lon, b_lon = _UNWRAP(x, y), _UNWRAP(y, x)
                a_lat, b_lat = lat[k] / scale, lat[n] / scale
            if _narrow(
                np.int64(q[k, 0]), np.int64(q[k, 1]), np.int64(q[k, 2]), a_lon, a_lat,
                np.int64(q[n, 0]), np.int64(q[n, 1]), np.int64(q[n, 2]), b_lon, b_lat,
                np.int64(level[k]), j, area_j, ring_start, vertex_start, q, lon, lat, scale, level,
                box, reach_m, units,
            ):  # fmt: skip
                return True
    return False


@njit
def _against(
    ax,
    ay,
    az,
    a_lon,
    a_lat,
    bx,
    by,
    bz,
    b_lon,
    b_lat,
    la,
    j,
    area_j,
    ring_start,
    vertex_start,
    q,
    lon,
    lat,
    scale,
    level,
    reach_m,
    units,
):
    """Whether an edge meets, or comes within reach of, an edge of row j."""
    for ring in range(ring_start[j], ring_start[j + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for m in range(first, first + _edge_count(area_j, first, last)):
            o = m + 1 if m + 1 < last else first
            lc = np.int64(level[m])
            cx, cy, cz = np.int64(q[m, 0]), np.int64(q[m, 1]), np.int64(q[m, 2])
            dx, dy, dz = np.int64(q[o, 0]), np.int64(q[o, 1]), np.int64(q[o, 2])
            c_lon, c_lat, d_lon, d_lat = 0.0, 0.0, 0.0, 0.0
            if lc > 0:
                x, y = lon[m] / scale, lon[o] / scale
                c_lon, d_lon = _UNWRAP(x, y), _UNWRAP(y, x)
                c_lat, d_lat = lat[m] / scale, lat[o] / scale
            if reach_m > 0.0:
                if edges_near(
                    ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, la,
                    cx, cy, cz, c_lon, c_lat, dx, dy, dz, d_lon, d_lat, lc, reach_m, units,
                ):  # fmt: skip
                    return True
            elif edges_meet(
                ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, la,
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
def _inside_one(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face):
    """Whether a vertex of any ring of row i lies in area j."""
    if kind[j] != AREA:
        return False
    flat = face[i] == face[j] and face[i] >= 0
    for ring in range(ring_start[i], ring_start[i + 1]):
        vertex = vertex_start[ring]
        if _vertex_outside(vertex, q, box, j):
            continue
        if flat:
            if flat_inside(vertex, j, ring_start, vertex_start, q, lon, lat, scale, level, face):
                return True
        elif _holds(j, vertex, ring_start, vertex_start, q, lon, lat, scale, level):
            return True
    return False


@njit
def near(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face, reach_m):
    """Whether two standing skeletons share a point or lie within ``reach_m`` of each other."""
    # A vertex inside is the cheapest proof; one on an edge may come out either way, and is then
    # found by the edges.
    if _inside_one(j, i, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face):
        return True
    if _inside_one(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face):
        return True
    point = is_point(i, kind, ring_start, vertex_start, q) or is_point(
        j, kind, ring_start, vertex_start, q
    )
    if not (point and reach_m > 0.0):  # within reach of a point is decided by distance alone
        if face[i] == face[j] and face[i] >= 0:
            if flat_meet(
                i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face
            ):
                return True
        elif _any_edges(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, 0.0):
            return True
    if point and reach_m > 0.0:
        if not is_point(i, kind, ring_start, vertex_start, q):
            i, j = j, i
        return point_near(
            vertex_start[ring_start[i]], j, kind, ring_start, vertex_start, q, lon, lat, scale,
            level, reach_m,
        )  # fmt: skip
    return reach_m > 0.0 and _any_edges(
        i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, reach_m
    )


@njit
def few_near(
    i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face, reach_m, found
):
    """As :func:`rows_near`, by one thread: so few that calling others takes longer."""
    for k in range(len(i)):
        found[k] = near(
            i[k], j[k], kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face,
            reach_m[k],
        )  # fmt: skip


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
