"""Compiled verdicts on pairs that share a face: the same signs in the plane of the face.

On one face every determinant is W times the planar one, so these give the verdicts of ``arcs`` with
a third of the arithmetic. Edges that are split lie within their spare of the chord; see ``arcs``.
"""

from __future__ import annotations

import numpy as np

from keepclear.detect.fast.arcs import _SPARES, middle_of, njit
from keepclear.detect.fast.compiled import compiled
from keepclear.detect.table import AREA

__all__ = ["flat_inside", "flat_meet"]

_UNWRAP = compiled("unwrap")


@njit
def _cross(au, av, bu, bv, cu, cv):
    """Twice the area of a b c; exact for edges of at most 2**26 units, else good to 2**-52."""
    return (bu - au) * (cv - av) - (bv - av) * (cu - au)


@njit
def _exact(au, av, bu, bv, cu, cv, du, dv):
    o1, o2 = _cross(au, av, bu, bv, cu, cv), _cross(au, av, bu, bv, du, dv)
    if (o1 > 0 and o2 > 0) or (o1 < 0 and o2 < 0):
        return False
    o3, o4 = _cross(cu, cv, du, dv, au, av), _cross(cu, cv, du, dv, bu, bv)
    # All zero: on one line, where overlapping boxes (tested before) mean a shared point.
    return not ((o3 > 0 and o4 > 0) or (o3 < 0 and o4 < 0))


@njit
def _sides(au, av, bu, bv, cu, cv, du, dv, margin):
    """1 where c and d lie beyond the margin on one side of a b, -1 on opposite sides, else 0."""
    eu, ev = float(bu - au), float(bv - av)
    room = margin * np.sqrt(eu * eu + ev * ev)
    c = eu * (cv - av) - ev * (cu - au)
    d = eu * (dv - av) - ev * (du - au)
    if c > room:
        return 1 if d > room else (-1 if d < -room else 0)
    if c < -room:
        return 1 if d < -room else (-1 if d > room else 0)
    return 0


@njit
def flat_edges_meet(
    au,
    av,
    a_lon,
    a_lat,
    bu,
    bv,
    b_lon,
    b_lat,
    level_ab,
    cu,
    cv,
    c_lon,
    c_lat,
    du,
    dv,
    d_lon,
    d_lat,
    level_cd,
    face,
):
    """Whether any piece of edge a b shares a point with any piece of edge c d, exactly."""
    pad = _SPARES[level_ab] + _SPARES[level_cd]
    if (
        min(au, bu) - pad > max(cu, du)
        or min(cu, du) - pad > max(au, bu)
        or min(av, bv) - pad > max(cv, dv)
        or min(cv, dv) - pad > max(av, bv)
    ):
        return False
    if pad == 0:
        return _exact(au, av, bu, bv, cu, cv, du, dv)
    margin = float(pad + 4)
    first = _sides(au, av, bu, bv, cu, cv, du, dv, margin)
    if first == 1:
        return False
    second = _sides(cu, cv, du, dv, au, av, bu, bv, margin)
    if second == 1:
        return False
    if first == -1 and second == -1:
        return True
    if level_ab >= level_cd:
        lon, lat, x, y, z = middle_of(a_lon, a_lat, b_lon, b_lat)
        mu, mv = _pick(x, y, z, face)
        return flat_edges_meet(
            au, av, a_lon, a_lat, mu, mv, lon, lat, level_ab - 1,
            cu, cv, c_lon, c_lat, du, dv, d_lon, d_lat, level_cd, face,
        ) or flat_edges_meet(
            mu, mv, lon, lat, bu, bv, b_lon, b_lat, level_ab - 1,
            cu, cv, c_lon, c_lat, du, dv, d_lon, d_lat, level_cd, face,
        )  # fmt: skip
    lon, lat, x, y, z = middle_of(c_lon, c_lat, d_lon, d_lat)
    mu, mv = _pick(x, y, z, face)
    return flat_edges_meet(
        au, av, a_lon, a_lat, bu, bv, b_lon, b_lat, level_ab,
        cu, cv, c_lon, c_lat, mu, mv, lon, lat, level_cd - 1, face,
    ) or flat_edges_meet(
        au, av, a_lon, a_lat, bu, bv, b_lon, b_lat, level_ab,
        mu, mv, lon, lat, du, dv, d_lon, d_lat, level_cd - 1, face,
    )  # fmt: skip


@njit
def _pick(x, y, z, face):
    if face < 2:
        return y, z
    if face < 4:
        return x, z
    return x, y


@njit
def _clear_of_box(au, av, bu, bv, pad, u0, v0, u1, v1):
    """Whether an edge, padded, surely misses a box: by its own box, or by the side of its line."""
    if min(au, bu) - pad > u1 or max(au, bu) + pad < u0:
        return True
    if min(av, bv) - pad > v1 or max(av, bv) + pad < v0:
        return True
    eu, ev = float(bu - au), float(bv - av)
    # Line function at the middle of the box, and how much it can change within the box.
    middle = eu * (0.5 * (v0 + v1) - av) - ev * (0.5 * (u0 + u1) - au)
    spread = 0.5 * (abs(eu) * (v1 - v0) + abs(ev) * (u1 - u0))
    room = (pad + 4) * np.sqrt(eu * eu + ev * ev)
    return abs(middle) > (spread + room) * 1.000001


@njit
def _edges_of(area, first, last):
    return last - first if area or last - first == 1 else last - first - 1


@njit
def _against(
    au,
    av,
    a_lon,
    a_lat,
    bu,
    bv,
    b_lon,
    b_lat,
    la,
    face,
    axis_u,
    axis_v,
    j,
    area_j,
    ring_start,
    vertex_start,
    q,
    lon,
    lat,
    scale,
    level,
):
    """Whether an edge meets an edge of row j."""
    pad_a = _SPARES[la]
    low_u, high_u = min(au, bu) - pad_a, max(au, bu) + pad_a
    low_v, high_v = min(av, bv) - pad_a, max(av, bv) + pad_a
    for ring in range(ring_start[j], ring_start[j + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for m in range(first, first + _edges_of(area_j, first, last)):
            o = m + 1 if m + 1 < last else first
            cu, cv = np.int64(q[m, axis_u]), np.int64(q[m, axis_v])
            du, dv = np.int64(q[o, axis_u]), np.int64(q[o, axis_v])
            lc = np.int64(level[m])
            pad = _SPARES[lc]
            if (
                min(cu, du) - pad > high_u
                or max(cu, du) + pad < low_u
                or min(cv, dv) - pad > high_v
                or max(cv, dv) + pad < low_v
            ):
                continue
            c_lon, c_lat, d_lon, d_lat = 0.0, 0.0, 0.0, 0.0
            if lc > 0:
                x, y = lon[m] / scale, lon[o] / scale
                c_lon, d_lon = _UNWRAP(x, y), _UNWRAP(y, x)
                c_lat, d_lat = lat[m] / scale, lat[o] / scale
            if flat_edges_meet(
                au,
                av,
                a_lon,
                a_lat,
                bu,
                bv,
                b_lon,
                b_lat,
                la,
                cu,
                cv,
                c_lon,
                c_lat,
                du,
                dv,
                d_lon,
                d_lat,
                lc,
                face,
            ):
                return True
    return False


@njit
def _narrow(
    au,
    av,
    a_lon,
    a_lat,
    bu,
    bv,
    b_lon,
    b_lat,
    la,
    face,
    axis_u,
    axis_v,
    j,
    area_j,
    ring_start,
    vertex_start,
    q,
    lon,
    lat,
    scale,
    level,
    u0,
    v0,
    u1,
    v1,
):
    """Whether an edge meets an edge of row j; a long edge is first cut down to what is near j."""
    if _clear_of_box(au, av, bu, bv, _SPARES[la], u0, v0, u1, v1):
        return False
    if la == 0 or max(abs(bu - au), abs(bv - av)) < 2 * max(u1 - u0, v1 - v0, _SPARES[la]):
        return _against(
            au,
            av,
            a_lon,
            a_lat,
            bu,
            bv,
            b_lon,
            b_lat,
            la,
            face,
            axis_u,
            axis_v,
            j,
            area_j,
            ring_start,
            vertex_start,
            q,
            lon,
            lat,
            scale,
            level,
        )
    mlon, mlat, x, y, z = middle_of(a_lon, a_lat, b_lon, b_lat)
    mu, mv = _pick(x, y, z, face)
    return _narrow(
        au, av, a_lon, a_lat, mu, mv, mlon, mlat, la - 1, face, axis_u, axis_v, j, area_j,
        ring_start, vertex_start, q, lon, lat, scale, level, u0, v0, u1, v1,
    ) or _narrow(
        mu, mv, mlon, mlat, bu, bv, b_lon, b_lat, la - 1, face, axis_u, axis_v, j, area_j,
        ring_start, vertex_start, q, lon, lat, scale, level, u0, v0, u1, v1,
    )  # fmt: skip


@njit
def _axes(face):
    if face < 2:
        return 1, 2
    if face < 4:
        return 0, 2
    return 0, 1


@njit
def flat_meet(i, j, kind, ring_start, vertex_start, q, lon, lat, scale, level, box, face):
    """Whether any two edges of two rows on one face share a point."""
    axis_u, axis_v = _axes(face[i])
    u0, v0 = np.int64(box[j, axis_u]), np.int64(box[j, axis_v])
    u1, v1 = np.int64(box[j, axis_u + 3]), np.int64(box[j, axis_v + 3])
    area_i, area_j = kind[i] == AREA, kind[j] == AREA
    for ring in range(ring_start[i], ring_start[i + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for k in range(first, first + _edges_of(area_i, first, last)):
            n = k + 1 if k + 1 < last else first
            au, av = np.int64(q[k, axis_u]), np.int64(q[k, axis_v])
            bu, bv = np.int64(q[n, axis_u]), np.int64(q[n, axis_v])
            la = np.int64(level[k])
            if _clear_of_box(au, av, bu, bv, _SPARES[la], u0, v0, u1, v1):
                continue
            a_lon, a_lat, b_lon, b_lat = 0.0, 0.0, 0.0, 0.0
            if la > 0:
                x, y = lon[k] / scale, lon[n] / scale
                a_lon, b_lon = _UNWRAP(x, y), _UNWRAP(y, x)
                a_lat, b_lat = lat[k] / scale, lat[n] / scale
            if _narrow(
                au,
                av,
                a_lon,
                a_lat,
                bu,
                bv,
                b_lon,
                b_lat,
                la,
                np.int64(face[i]),
                axis_u,
                axis_v,
                j,
                area_j,
                ring_start,
                vertex_start,
                q,
                lon,
                lat,
                scale,
                level,
                u0,
                v0,
                u1,
                v1,
            ):
                return True
    return False


@njit
def _parity(au, av, a_lon, a_lat, bu, bv, b_lon, b_lat, level, pu, pv, face):
    """Parity of the pieces of an edge that pass to the right of p."""
    pad = _SPARES[level]
    if pv < min(av, bv) - pad or pv > max(av, bv) + pad or pu > max(au, bu) + pad:
        return 0
    upper_a, upper_b = av > pv, bv > pv
    if pu < min(au, bu) - pad:
        return 1 if upper_a != upper_b else 0
    if level == 0:
        if upper_a == upper_b:
            return 0
        side = _cross(au, av, bu, bv, pu, pv)
        return 1 if (side > 0 if upper_b else side < 0) else 0
    eu, ev = float(bu - au), float(bv - av)
    side = eu * (pv - av) - ev * (pu - au)
    if abs(side) > (pad + 4) * np.sqrt(eu * eu + ev * ev) and (
        min(av, bv) + pad < pv < max(av, bv) - pad
    ):
        # Clear of the strip round the chord, at a height the edge surely passes once.
        return 1 if (side > 0 if upper_b else side < 0) else 0
    lon, lat, x, y, z = middle_of(a_lon, a_lat, b_lon, b_lat)
    mu, mv = _pick(x, y, z, face)
    return _parity(au, av, a_lon, a_lat, mu, mv, lon, lat, level - 1, pu, pv, face) ^ _parity(
        mu, mv, lon, lat, bu, bv, b_lon, b_lat, level - 1, pu, pv, face
    )


@njit
def flat_inside(vertex, j, ring_start, vertex_start, q, lon, lat, scale, level, face):
    """Whether area j holds a vertex on its own face that lies on none of its edges."""
    axis_u, axis_v = _axes(face[j])
    pu, pv = np.int64(q[vertex, axis_u]), np.int64(q[vertex, axis_v])
    inside = 0
    for ring in range(ring_start[j], ring_start[j + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for k in range(first, last):
            n = k + 1 if k + 1 < last else first
            au, av = np.int64(q[k, axis_u]), np.int64(q[k, axis_v])
            bu, bv = np.int64(q[n, axis_u]), np.int64(q[n, axis_v])
            pad = _SPARES[level[k]]
            if pv < min(av, bv) - pad or pv > max(av, bv) + pad or pu > max(au, bu) + pad:
                continue
            a_lon, a_lat, b_lon, b_lat = 0.0, 0.0, 0.0, 0.0
            if level[k] > 0:
                x, y = lon[k] / scale, lon[n] / scale
                a_lon, b_lon = _UNWRAP(x, y), _UNWRAP(y, x)
                a_lat, b_lat = lat[k] / scale, lat[n] / scale
            inside ^= _parity(
                au,
                av,
                a_lon,
                a_lat,
                bu,
                bv,
                b_lon,
                b_lat,
                np.int64(level[k]),
                pu,
                pv,
                np.int64(face[j]),
            )
    return inside == 1
