"""Compiled verdicts on two edges, split only where the answer depends on it.

An edge is given by its ends: lattice vector, longitude, latitude (already unwrapped), and its level.
Its 2**level pieces all lie within ``spare(level)`` units of the chord between its ends, so boxes and
sides that clear this margin decide for all pieces; else the edge of the higher level is halved, at
the very midpoint that the portable path uses.
"""

from __future__ import annotations

import numba
import numpy as np

from keepclear.detect.edges import LEVEL_MAX, TOLERANCE_M
from keepclear.detect.fast.compiled import compiled
from keepclear.detect.lattice import UNITS_PER_M, W

__all__ = ["bulge", "edges_meet", "edges_near", "edge_crosses_ray", "dealt", "middle_of"]

_UNIT_VECTOR = compiled("unit_vector")
_ROUND = compiled("round_direction")
_ORIENT = compiled("orient")
_ON_ARC = compiled("on_arc")
_TO_UNIT = compiled("to_unit")
_POINT_EDGE = compiled("point_edge_m")

_SPARES = np.array(
    [0]
    + [
        int(np.ceil(TOLERANCE_M * 4.0**level * UNITS_PER_M * 1.01)) + 4
        for level in range(1, LEVEL_MAX + 1)
    ],
    dtype=np.int64,
)
"""Units that the pieces of an edge of each level may lie off its chord: the deviation is at most
TOLERANCE_M * 4**level by the choice of the level, and each point is rounded once."""
njit = numba.njit(cache=True, error_model="numpy", nogil=True)
inlined = numba.njit(cache=True, error_model="numpy", nogil=True, forceinline=True)
"""For what is called for every pair or edge: passing arrays on would cost more than it does."""


@njit
def dealt(k, n, hands):
    """The k-th of n tasks, dealt out in turn to so many hands.

    Threads take tasks in equal runs; neighbours cost alike, so a run of neighbours would leave one
    thread with most of the work.
    """
    size = n // hands
    if size == 0 or k >= size * hands:
        return k
    return (k % size) * hands + k // size


@njit
def middle_of(a_lon, a_lat, b_lon, b_lat):
    """Midpoint in lon/lat, and its lattice vector."""
    lon = (a_lon + b_lon) * 0.5
    lat = (a_lat + b_lat) * 0.5
    x, y, z = _UNIT_VECTOR(lon, lat)
    qx, qy, qz = _ROUND(x, y, z)
    return lon, lat, np.int64(qx), np.int64(qy), np.int64(qz)


@njit
def bulge(ax, ay, az, bx, by, bz):
    """Units to pad the box of an arc that lies on no single face; 0 on one."""
    if (
        (ax == bx and (ax == W or ax == -W))
        or (ay == by and (ay == W or ay == -W))
        or (az == bz and (az == W or az == -W))
    ):
        return 0
    return (max(abs(ax - bx), abs(ay - by), abs(az - bz)) >> 1) + 1


@njit
def _boxes_apart(a0, a1, b0, b1, pad):
    return min(a0, a1) - pad > max(b0, b1) or min(b0, b1) - pad > max(a0, a1)


@njit
def _exact(ax, ay, az, bx, by, bz, cx, cy, cz, dx, dy, dz):
    """Whether two arcs of at most 50 km whose boxes overlap share a point."""
    o1 = _ORIENT(ax, ay, az, bx, by, bz, cx, cy, cz)
    o2 = _ORIENT(ax, ay, az, bx, by, bz, dx, dy, dz)
    if o1 * o2 > 0:
        return False
    o3 = _ORIENT(cx, cy, cz, dx, dy, dz, ax, ay, az)
    o4 = _ORIENT(cx, cy, cz, dx, dy, dz, bx, by, bz)
    if o3 * o4 > 0:
        return False
    if o1 != 0 or o2 != 0 or o3 != 0 or o4 != 0:
        return True
    return bool(
        _ON_ARC(ax, ay, az, bx, by, bz, cx, cy, cz)
        or _ON_ARC(ax, ay, az, bx, by, bz, dx, dy, dz)
        or _ON_ARC(cx, cy, cz, dx, dy, dz, ax, ay, az)
        or _ON_ARC(cx, cy, cz, dx, dy, dz, bx, by, bz)
    )


@njit
def _distance_from_plane(ax, ay, az, bx, by, bz, cx, cy, cz):
    """Signed distance in units of c from the plane of the great circle a b (floating point)."""
    dx, dy, dz = float(bx - ax), float(by - ay), float(bz - az)
    nx = ay * dz - az * dy
    ny = az * dx - ax * dz
    nz = ax * dy - ay * dx
    length = np.sqrt(nx * nx + ny * ny + nz * nz)
    if length == 0.0:
        return 0.0
    # n . (c - a) equals n . c, without the cancellation of large terms
    return (nx * (cx - ax) + ny * (cy - ay) + nz * (cz - az)) / length


@njit
def edges_meet(
    ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, level_ab,
    cx, cy, cz, c_lon, c_lat, dx, dy, dz, d_lon, d_lat, level_cd,
):  # fmt: skip
    """Whether any piece of edge a b shares a point with any piece of edge c d, exactly."""
    spare = _SPARES[level_ab] + _SPARES[level_cd]
    pad = spare + bulge(ax, ay, az, bx, by, bz) + bulge(cx, cy, cz, dx, dy, dz)
    if (
        _boxes_apart(ax, bx, cx, dx, pad)
        or _boxes_apart(ay, by, cy, dy, pad)
        or _boxes_apart(az, bz, cz, dz, pad)
    ):
        return False
    if level_ab == 0 and level_cd == 0:
        return _exact(ax, ay, az, bx, by, bz, cx, cy, cz, dx, dy, dz)
    # Distances from planes shrink by at most sqrt(3) where the cube is seen aslant.
    margin = 2.0 * spare + 8.0
    s1 = _distance_from_plane(ax, ay, az, bx, by, bz, cx, cy, cz)
    s2 = _distance_from_plane(ax, ay, az, bx, by, bz, dx, dy, dz)
    if (s1 > margin and s2 > margin) or (s1 < -margin and s2 < -margin):
        return False
    s3 = _distance_from_plane(cx, cy, cz, dx, dy, dz, ax, ay, az)
    s4 = _distance_from_plane(cx, cy, cz, dx, dy, dz, bx, by, bz)
    if (s3 > margin and s4 > margin) or (s3 < -margin and s4 < -margin):
        return False
    if min(abs(s1), abs(s2), abs(s3), abs(s4)) > margin:
        return True  # both ends of each lie well on opposite sides of the other
    if level_ab >= level_cd:
        lon, lat, mx, my, mz = middle_of(a_lon, a_lat, b_lon, b_lat)
        if edges_meet(
            ax, ay, az, a_lon, a_lat, mx, my, mz, lon, lat, level_ab - 1,
            cx, cy, cz, c_lon, c_lat, dx, dy, dz, d_lon, d_lat, level_cd,
        ):  # fmt: skip
            return True
        return edges_meet(
            mx, my, mz, lon, lat, bx, by, bz, b_lon, b_lat, level_ab - 1,
            cx, cy, cz, c_lon, c_lat, dx, dy, dz, d_lon, d_lat, level_cd,
        )  # fmt: skip
    lon, lat, mx, my, mz = middle_of(c_lon, c_lat, d_lon, d_lat)
    if edges_meet(
        ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, level_ab,
        cx, cy, cz, c_lon, c_lat, mx, my, mz, lon, lat, level_cd - 1,
    ):  # fmt: skip
        return True
    return edges_meet(
        ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, level_ab,
        mx, my, mz, lon, lat, dx, dy, dz, d_lon, d_lat, level_cd - 1,
    )  # fmt: skip


@njit
def _leaf_near(ax, ay, az, bx, by, bz, cx, cy, cz, dx, dy, dz, reach_m):
    """Whether an end of one piece lies within reach of the other piece."""
    a0, a1, a2 = _TO_UNIT(float(ax), float(ay), float(az))
    b0, b1, b2 = _TO_UNIT(float(bx), float(by), float(bz))
    c0, c1, c2 = _TO_UNIT(float(cx), float(cy), float(cz))
    d0, d1, d2 = _TO_UNIT(float(dx), float(dy), float(dz))
    # Nothing is measured to an edge without length: its one vertex is the end of the edges
    # beside it, and distances to those are what the portable path compares, to the last bit.
    if cx != dx or cy != dy or cz != dz:
        if _POINT_EDGE(a0, a1, a2, c0, c1, c2, d0, d1, d2) <= reach_m:
            return True
        if _POINT_EDGE(b0, b1, b2, c0, c1, c2, d0, d1, d2) <= reach_m:
            return True
    if ax == bx and ay == by and az == bz:
        return False
    return (
        _POINT_EDGE(c0, c1, c2, a0, a1, a2, b0, b1, b2) <= reach_m
        or _POINT_EDGE(d0, d1, d2, a0, a1, a2, b0, b1, b2) <= reach_m
    )


@njit
def edges_near(
    ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, level_ab,
    cx, cy, cz, c_lon, c_lat, dx, dy, dz, d_lon, d_lat, level_cd,
    reach_m, reach_units,
):  # fmt: skip
    """Whether a vertex of one edge's pieces lies within ``reach_m`` of the other's pieces.

    ``reach_units`` is no less than the reach in units: boxes further apart than that are beyond it.
    """
    pad = _SPARES[level_ab] + _SPARES[level_cd] + reach_units
    pad += bulge(ax, ay, az, bx, by, bz) + bulge(cx, cy, cz, dx, dy, dz)
    if (
        _boxes_apart(ax, bx, cx, dx, pad)
        or _boxes_apart(ay, by, cy, dy, pad)
        or _boxes_apart(az, bz, cz, dz, pad)
    ):
        return False
    margin = 1.8 * (pad + 4.0)
    s1 = _distance_from_plane(ax, ay, az, bx, by, bz, cx, cy, cz)
    s2 = _distance_from_plane(ax, ay, az, bx, by, bz, dx, dy, dz)
    if (s1 > margin and s2 > margin) or (s1 < -margin and s2 < -margin):
        return False
    s1 = _distance_from_plane(cx, cy, cz, dx, dy, dz, ax, ay, az)
    s2 = _distance_from_plane(cx, cy, cz, dx, dy, dz, bx, by, bz)
    if (s1 > margin and s2 > margin) or (s1 < -margin and s2 < -margin):
        return False
    if level_ab == 0 and level_cd == 0:
        return _leaf_near(ax, ay, az, bx, by, bz, cx, cy, cz, dx, dy, dz, reach_m)
    if level_ab >= level_cd:
        lon, lat, mx, my, mz = middle_of(a_lon, a_lat, b_lon, b_lat)
        if edges_near(
            ax, ay, az, a_lon, a_lat, mx, my, mz, lon, lat, level_ab - 1,
            cx, cy, cz, c_lon, c_lat, dx, dy, dz, d_lon, d_lat, level_cd, reach_m, reach_units,
        ):  # fmt: skip
            return True
        return edges_near(
            mx, my, mz, lon, lat, bx, by, bz, b_lon, b_lat, level_ab - 1,
            cx, cy, cz, c_lon, c_lat, dx, dy, dz, d_lon, d_lat, level_cd, reach_m, reach_units,
        )  # fmt: skip
    lon, lat, mx, my, mz = middle_of(c_lon, c_lat, d_lon, d_lat)
    if edges_near(
        ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, level_ab,
        cx, cy, cz, c_lon, c_lat, mx, my, mz, lon, lat, level_cd - 1, reach_m, reach_units,
    ):  # fmt: skip
        return True
    return edges_near(
        ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, level_ab,
        mx, my, mz, lon, lat, dx, dy, dz, d_lon, d_lat, level_cd - 1, reach_m, reach_units,
    )  # fmt: skip


@njit
def _turn(x, y, z, axis):
    """Coordinates in the order along, up, depth for a ray test with the given depth axis."""
    if axis == 0:
        return y, z, x
    if axis == 1:
        return z, x, y
    return x, y, z


@njit
def edge_crosses_ray(
    ax, ay, az, a_lon, a_lat, bx, by, bz, b_lon, b_lat, level, px, py, pz, axis, sign
):
    """Parity of the pieces of an edge that a ray from p crosses, in the plane of a hemisphere.

    The very rule of ``polygon.contains``: pieces count whose ends lie on both sides of p's height
    and which pass to the right of p.
    """
    au, av, aw = _turn(ax, ay, az, axis)
    bu, bv, bw = _turn(bx, by, bz, axis)
    pu, pv, pw = _turn(px, py, pz, axis)
    aw, bw, pw = sign * aw, sign * bw, sign * pw
    if level == 0:
        upper_a = av * pw > pv * aw
        upper_b = bv * pw > pv * bw
        if upper_a == upper_b:
            return 0
        side = sign * _ORIENT(ax, ay, az, bx, by, bz, px, py, pz)
        return 1 if (side > 0 if upper_b else side < 0) else 0
    # In the plane at depth 1; depth of a ring's hemisphere is at least a third of W at its edges
    # only for small rings, so the spare is scaled by what depth the ends really have.
    depth = float(min(aw, bw)) - 2.0 * _SPARES[level]
    if depth > 0.05 * W:
        spare = 4.0 * _SPARES[level] * W / (depth * depth) + 1e-12
        pa, qa = au / aw, av / aw
        pb, qb = bu / bw, bv / bw
        pp, qp = pu / pw, pv / pw
        if qp < min(qa, qb) - spare or qp > max(qa, qb) + spare:
            return 0
        low, high = min(pa, pb) - spare, max(pa, pb) + spare
        if pp > high or pp < low:
            if pp > high:
                return 0
            upper_a = av * pw > pv * aw
            upper_b = bv * pw > pv * bw
            return 1 if upper_a != upper_b else 0
    lon, lat, mx, my, mz = middle_of(a_lon, a_lat, b_lon, b_lat)
    return edge_crosses_ray(
        ax, ay, az, a_lon, a_lat, mx, my, mz, lon, lat, level - 1, px, py, pz, axis, sign
    ) ^ edge_crosses_ray(
        mx, my, mz, lon, lat, bx, by, bz, b_lon, b_lat, level - 1, px, py, pz, axis, sign
    )
