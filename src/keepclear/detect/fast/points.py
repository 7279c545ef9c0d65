"""Compiled distance verdicts of a point (the centre of a circle) against a skeleton.

A chord between unit normals, times the least and the greatest radius of curvature of the ellipsoid,
bounds the distance from both sides within 1 %; only in between is the distance itself measured, by
the kernel that both paths share.
"""

from __future__ import annotations

import numpy as np

from keepclear.detect.fast.arcs import _SPARES, middle_of, njit
from keepclear.detect.fast.compiled import compiled
from keepclear.detect.table import AREA

__all__ = ["is_point", "point_near"]

_UNWRAP = compiled("unwrap")
_TO_UNIT = compiled("to_unit")
_POINT_EDGE = compiled("point_edge_m")
_DISTANCE = compiled("distance_m")

_LEAST_M = 6_335_439.0 * 0.9999
"""Least radius of curvature of WGS84, with room for rounding."""
_MOST_M = 6_399_594.0 * 1.001
"""Greatest one, with room for the arc being longer than its chord (0.03 % at 500 km)."""
_UNIT_SPARE = 1.0 / (2.0**31 - 1)
"""One unit on the cube is at most this long on the unit sphere."""


@njit
def is_point(row, kind, ring_start, vertex_start, q):
    """Whether a line has one place and no edge: its vertices, once rounded, are all the same."""
    if kind[row] == AREA:
        return False
    first, last = vertex_start[ring_start[row]], vertex_start[ring_start[row] + 1]
    for k in range(first + 1, last):
        if q[k, 0] != q[first, 0] or q[k, 1] != q[first, 1] or q[k, 2] != q[first, 2]:
            return False
    return True


@njit
def _chord(px, py, pz, ax, ay, az, bx, by, bz):
    """Straight distance from p to the segment a b."""
    ex, ey, ez = bx - ax, by - ay, bz - az
    wx, wy, wz = px - ax, py - ay, pz - az
    square = ex * ex + ey * ey + ez * ez
    t = 0.0
    if square > 0.0:
        t = min(max((wx * ex + wy * ey + wz * ez) / square, 0.0), 1.0)
    x, y, z = wx - t * ex, wy - t * ey, wz - t * ez
    return np.sqrt(x * x + y * y + z * z)


@njit
def _edge_near(px, py, pz, ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, level, reach_m):
    """Whether p lies within reach of a piece of the edge; all are unit normals."""
    chord = _chord(px, py, pz, ax, ay, az, bx, by, bz)
    # How far the middle of the chord lies under the surface.
    ex, ey, ez = bx - ax, by - ay, bz - az
    under = 1.0 - np.sqrt(max(1.0 - 0.25 * (ex * ex + ey * ey + ez * ez), 0.0)) + 1e-12
    if (chord - under - _SPARES[level] * _UNIT_SPARE) * _LEAST_M > reach_m:
        return False
    if level == 0:
        if ax == bx and ay == by and az == bz:
            return False  # no edge: its one vertex is the end of those beside it, to the last bit
        if (chord + under) * _MOST_M < reach_m:
            return True
        return _POINT_EDGE(px, py, pz, ax, ay, az, bx, by, bz) <= reach_m
    wx, wy, wz = px - ax, py - ay, pz - az
    if np.sqrt(wx * wx + wy * wy + wz * wz) * _MOST_M < reach_m:
        return True  # the end a is a vertex of its first piece
    lon, lat, x, y, z = middle_of(a_lon, a_lat, b_lon, b_lat)
    mx, my, mz = _TO_UNIT(float(x), float(y), float(z))
    return _edge_near(
        px, py, pz, ax, ay, az, a_lon, a_lat, mx, my, mz, lon, lat, level - 1, reach_m
    ) or _edge_near(px, py, pz, mx, my, mz, lon, lat, bx, by, bz, b_lon, b_lat, level - 1, reach_m)


@njit
def point_near(vertex, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, reach_m):
    """Whether a vertex lies within ``reach_m`` of an edge (or the point) of row j."""
    px, py, pz = _TO_UNIT(float(q[vertex, 0]), float(q[vertex, 1]), float(q[vertex, 2]))
    only = vertex_start[ring_start[j]]
    if is_point(j, kind, ring_start, vertex_start, q):
        ax, ay, az = _TO_UNIT(float(q[only, 0]), float(q[only, 1]), float(q[only, 2]))
        return _DISTANCE(px, py, pz, ax, ay, az) <= reach_m
    for ring in range(ring_start[j], ring_start[j + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        ax, ay, az = _TO_UNIT(float(q[first, 0]), float(q[first, 1]), float(q[first, 2]))
        for k in range(first, last):
            n = k + 1
            if n == last:
                if kind[j] != AREA and last - first > 1:
                    break
                n = first
            bx, by, bz = _TO_UNIT(float(q[n, 0]), float(q[n, 1]), float(q[n, 2]))
            a_lon, a_lat, b_lon, b_lat = 0.0, 0.0, 0.0, 0.0
            if level[k] > 0:
                x, y = lon[k] / scale, lon[n] / scale
                a_lon, b_lon = _UNWRAP(x, y), _UNWRAP(y, x)
                a_lat, b_lat = lat[k] / scale, lat[n] / scale
            if _edge_near(
                px,
                py,
                pz,
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
                np.int64(level[k]),
                reach_m,
            ):
                return True
            ax, ay, az = bx, by, bz
    return False
