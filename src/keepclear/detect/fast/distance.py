"""Compiled distance between two skeletons that share no point: the very number of ``separation``.

It is the least distance from a vertex of one to a piece of an edge of the other, both ways. An edge is
split only where one of its pieces may be nearer than what was found before: a chord between unit
normals, times the least radius of curvature of the ellipsoid, is never longer than the distance.
"""

from __future__ import annotations

import numpy as np

from keepclear.detect.fast.arcs import _SPARES, middle_of, njit
from keepclear.detect.fast.compiled import compiled
from keepclear.detect.fast.points import _LEAST_M, _UNIT_SPARE, _chord, is_point
from keepclear.detect.table import AREA

__all__ = ["least_m"]

_UNWRAP = compiled("unwrap")
_TO_UNIT = compiled("to_unit")
_POINT_EDGE = compiled("point_edge_m")
_DISTANCE = compiled("distance_m")


@njit
def _to_edge(px, py, pz, ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, level, best):
    """The lesser of ``best`` and the distance from p to a piece of an edge; unit normals."""
    ex, ey, ez = bx - ax, by - ay, bz - az
    # how far the middle of the chord lies under the surface
    under = 1.0 - np.sqrt(max(1.0 - 0.25 * (ex * ex + ey * ey + ez * ez), 0.0)) + 1e-12
    chord = _chord(px, py, pz, ax, ay, az, bx, by, bz)
    if (chord - under - _SPARES[level] * _UNIT_SPARE) * _LEAST_M > best:
        return best
    if level == 0:
        if ax == bx and ay == by and az == bz:
            return best  # no edge: its one vertex is the end of those beside it
        return min(best, _POINT_EDGE(px, py, pz, ax, ay, az, bx, by, bz))
    lon, lat, x, y, z = middle_of(a_lon, a_lat, b_lon, b_lat)
    mx, my, mz = _TO_UNIT(float(x), float(y), float(z))
    best = _to_edge(px, py, pz, ax, ay, az, a_lon, a_lat, mx, my, mz, lon, lat, level - 1, best)
    return _to_edge(px, py, pz, mx, my, mz, lon, lat, bx, by, bz, b_lon, b_lat, level - 1, best)


@njit
def _ends(k, n, lon, lat, level):
    """Longitude and latitude of both ends of an edge that is split; zeros for any other."""
    if level[k] == 0:
        return 0.0, 0.0, 0.0, 0.0
    return _UNWRAP(lon[k], lon[n]), lat[k], _UNWRAP(lon[n], lon[k]), lat[n]


@njit
def _to_row(px, py, pz, j, kind, ring_start, vertex_start, q, lon, lat, level, best):
    """The lesser of ``best`` and the distance from p to any edge of a row."""
    for ring in range(ring_start[j], ring_start[j + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        ax, ay, az = _TO_UNIT(float(q[first, 0]), float(q[first, 1]), float(q[first, 2]))
        for k in range(first, last if kind[j] == AREA else last - 1):
            n = k + 1 if k + 1 < last else first
            bx, by, bz = _TO_UNIT(float(q[n, 0]), float(q[n, 1]), float(q[n, 2]))
            a_lon, a_lat, b_lon, b_lat = _ends(k, n, lon, lat, level)
            best = _to_edge(
                px, py, pz, ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat,
                np.int64(level[k]), best,
            )  # fmt: skip
            ax, ay, az = bx, by, bz
    return best


@njit
def _surely_beyond(ax, ay, az, bx, by, bz, spare, j, kind, ring_start, vertex_start, q, level):
    """No more than the distance from any piece of an edge to any edge of a row, metres."""
    mx, my, mz = _TO_UNIT(ax + bx, ay + by, az + bz)
    ex, ey, ez = bx - ax, by - ay, bz - az
    half = 0.5 * np.sqrt(ex * ex + ey * ey + ez * ez)
    least = np.inf
    for ring in range(ring_start[j], ring_start[j + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        cx, cy, cz = _TO_UNIT(float(q[first, 0]), float(q[first, 1]), float(q[first, 2]))
        for k in range(first, last if kind[j] == AREA else last - 1):
            n = k + 1 if k + 1 < last else first
            dx, dy, dz = _TO_UNIT(float(q[n, 0]), float(q[n, 1]), float(q[n, 2]))
            chord = _chord(mx, my, mz, cx, cy, cz, dx, dy, dz)
            gx, gy, gz = dx - cx, dy - cy, dz - cz
            under = 1.0 - np.sqrt(max(1.0 - 0.25 * (gx * gx + gy * gy + gz * gz), 0.0)) + 1e-12
            least = min(least, chord - under - _SPARES[level[k]] * _UNIT_SPARE)
            cx, cy, cz = dx, dy, dz
    under = half * half + 1e-12  # an arc is longer than its chord
    return (least - half - under - spare * _UNIT_SPARE) * _LEAST_M


@njit
def _from_pieces(
    a_lon, a_lat, b_lon, b_lat, pieces, j, kind, ring_start, vertex_start, q, lon, lat, level, best
):
    """As ``_to_row``, from every vertex between the ends of an edge that has 2**pieces of them."""
    if pieces == 0:
        return best
    m_lon, m_lat, x, y, z = middle_of(a_lon, a_lat, b_lon, b_lat)
    mx, my, mz = _TO_UNIT(float(x), float(y), float(z))
    best = _to_row(mx, my, mz, j, kind, ring_start, vertex_start, q, lon, lat, level, best)
    best = _from_pieces(
        a_lon, a_lat, m_lon, m_lat, pieces - 1, j, kind, ring_start, vertex_start, q, lon, lat,
        level, best,
    )  # fmt: skip
    return _from_pieces(
        m_lon, m_lat, b_lon, b_lat, pieces - 1, j, kind, ring_start, vertex_start, q, lon, lat,
        level, best,
    )  # fmt: skip


@njit
def _from_row(i, j, kind, ring_start, vertex_start, q, lon, lat, level, best):
    """The lesser of ``best`` and the distance from any vertex of one row to any edge of another."""
    for ring in range(ring_start[i], ring_start[i + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for k in range(first, last):
            px, py, pz = _TO_UNIT(float(q[k, 0]), float(q[k, 1]), float(q[k, 2]))
            best = _to_row(px, py, pz, j, kind, ring_start, vertex_start, q, lon, lat, level, best)
        for k in range(first, last if kind[i] == AREA else last - 1):
            n = k + 1 if k + 1 < last else first
            if level[k] == 0:
                continue
            ax, ay, az = _TO_UNIT(float(q[k, 0]), float(q[k, 1]), float(q[k, 2]))
            bx, by, bz = _TO_UNIT(float(q[n, 0]), float(q[n, 1]), float(q[n, 2]))
            if best < _surely_beyond(
                ax, ay, az, bx, by, bz, _SPARES[level[k]], j, kind, ring_start, vertex_start, q,
                level,
            ):  # fmt: skip
                continue
            a_lon, a_lat, b_lon, b_lat = _ends(k, n, lon, lat, level)
            best = _from_pieces(
                a_lon, a_lat, b_lon, b_lat, np.int64(level[k]), j, kind, ring_start, vertex_start,
                q, lon, lat, level, best,
            )  # fmt: skip
    return best


@njit
def _bound(i, j, ring_start, vertex_start, q):
    """A little more than the distance between the nearest two of the declared vertices, metres."""
    nearest, at, to = np.inf, 0, 0
    for k in range(vertex_start[ring_start[i]], vertex_start[ring_start[i + 1]]):
        ax, ay, az = _TO_UNIT(float(q[k, 0]), float(q[k, 1]), float(q[k, 2]))
        for m in range(vertex_start[ring_start[j]], vertex_start[ring_start[j + 1]]):
            bx, by, bz = _TO_UNIT(float(q[m, 0]), float(q[m, 1]), float(q[m, 2]))
            square = (bx - ax) ** 2 + (by - ay) ** 2 + (bz - az) ** 2
            if square < nearest:
                nearest, at, to = square, k, m
    ax, ay, az = _TO_UNIT(float(q[at, 0]), float(q[at, 1]), float(q[at, 2]))
    bx, by, bz = _TO_UNIT(float(q[to, 0]), float(q[to, 1]), float(q[to, 2]))
    return _DISTANCE(ax, ay, az, bx, by, bz) * 1.000001 + 0.001


@njit
def least_m(i, j, kind, ring_start, vertex_start, q, lon, lat, level):
    """Least distance of two skeletons that share no point, metres; coordinates in degrees."""
    a, b = vertex_start[ring_start[i]], vertex_start[ring_start[j]]
    ax, ay, az = _TO_UNIT(float(q[a, 0]), float(q[a, 1]), float(q[a, 2]))
    bx, by, bz = _TO_UNIT(float(q[b, 0]), float(q[b, 1]), float(q[b, 2]))
    point_i = is_point(i, kind, ring_start, vertex_start, q)
    point_j = is_point(j, kind, ring_start, vertex_start, q)
    if point_i and point_j:
        return _DISTANCE(ax, ay, az, bx, by, bz)
    best = _bound(i, j, ring_start, vertex_start, q)
    # no vertex is nearer to a point than its edges are, so a point is only measured from
    if point_i:
        return _to_row(ax, ay, az, j, kind, ring_start, vertex_start, q, lon, lat, level, best)
    if point_j:
        return _to_row(bx, by, bz, i, kind, ring_start, vertex_start, q, lon, lat, level, best)
    best = _from_row(i, j, kind, ring_start, vertex_start, q, lon, lat, level, best)
    return _from_row(j, i, kind, ring_start, vertex_start, q, lon, lat, level, best)
