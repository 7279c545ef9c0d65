"""Where a wide row lies: the cells that its outline covers, and which of its edges pass where.

An *outline* is made once for a wide ring and asked by all its neighbours: its edges, halved until
their pieces keep within metres of their chords, and for each row of cells the pieces that pass it.
Midpoints are those of ``arcs``, so the pieces are the very ones that an exact verdict would find.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from keepclear.detect.fast.arcs import _SPARES, inlined, middle_of, njit
from keepclear.detect.fast.compiled import compiled
from keepclear.detect.fast.hands import bounds_of, side_by_side
from keepclear.detect.fast.hot import RING, form_of, span_of
from keepclear.detect.fast.quick import (
    APART,
    MEET,
    SURE_UNITS,
    UNSURE,
    clear_of_box,
    disc_form,
    edge_and_ring,
    edge_from_disc,
    edges,
    parity,
    vertex_in_ring,
)
from keepclear.detect.lattice import W
from keepclear.detect.table import AREA, Table

__all__ = [
    "Pieces",
    "outline",
    "outline_box",
    "outline_disc",
    "outline_ring",
    "pieces_of",
    "runs",
    "runs_beyond",
    "runs_of_pieces",
    "wide_wide",
]

_UNWRAP = compiled("unwrap")
_FINE: Final = 6
"""Pieces of this level stay within some 10 m of their chord, and are some 20 km long."""
_HALVED_MAX: Final = 8
"""No edge is cut into more than 2**8 pieces here."""
_BEYOND_DEPTH = 0.6
"""How far over its border a face's plane is drawn on: 31 degrees past the edge of the cube."""
_BEYOND_SCALE = 5
"""There a unit on the cube is at most (1 / 0.6) * (1 + 1 / 0.6) = 4.5 units on the plane."""
_ROWS_MIN: Final = 64
"""Fewer rows are not worth a second thread."""


@njit
def _plane(face):
    """The two axes that span a face."""
    if face < 2:
        return 1, 2
    if face < 4:
        return 0, 2
    return 0, 1


@njit
def _halvings(level):
    return min(max(np.int64(level) - _FINE, 0), _HALVED_MAX)


@njit
def _edge_rows(au, av, bu, bv, pad, first_row, shift, lows, highs):
    """Widen the run of every row of cells that an edge, padded, passes through."""
    if av > bv:
        au, av, bu, bv = bu, bv, au, av
    top = len(lows) - 1
    row = min(max(((av - pad) >> shift) - first_row, 0), top)
    last = min(max(((bv + pad) >> shift) - first_row, 0), top)
    slope = (bu - au) / (bv - av) if bv > av else 0.0
    while row <= last:
        floor = np.int64(row + first_row) << shift
        ceiling = floor + (np.int64(1) << shift)
        low_v = min(max(floor - pad, av), bv)
        high_v = min(max(ceiling + pad, av), bv)
        if bv > av:
            p, r = au + slope * (low_v - av), au + slope * (high_v - av)
        else:
            p, r = float(au), float(bu)
        lows[row] = min(lows[row], np.int64(np.floor(min(p, r))) - pad - 2)
        highs[row] = max(highs[row], np.int64(np.ceil(max(p, r))) + pad + 2)
        row += 1


@njit
def runs(row, f, pad, kind, ring_start, vertex_start, q, level, first_row, shift, lows, highs):
    """For each row of cells the lowest and highest coordinate of a row's outline, padded."""
    axis_u, axis_v = _plane(f)
    for ring in range(ring_start[row], ring_start[row + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for k in range(first, last):
            n = k + 1
            if n == last:
                if kind[row] != AREA and last - first > 1:
                    break
                n = first
            _edge_rows(
                np.int64(q[k, axis_u]), np.int64(q[k, axis_v]),
                np.int64(q[n, axis_u]), np.int64(q[n, axis_v]),
                pad + _SPARES[level[k]], first_row, shift, lows, highs,
            )  # fmt: skip


@njit
def runs_beyond(
    row, f, pad, kind, ring_start, vertex_start, q, level, first_row, shift, lows, highs
):
    """As ``runs`` for a row that leaves face f: on the plane of the face, drawn on beyond it.

    Great circles stay straight there. False where a vertex lies too far round the Earth.
    """
    axis, sign = f // 2, 1 if f % 2 else -1
    axis_u, axis_v = _plane(f)
    start, stop = vertex_start[ring_start[row]], vertex_start[ring_start[row + 1]]
    for k in range(start, stop):
        if sign * np.int64(q[k, axis]) < _BEYOND_DEPTH * W:
            return False
    for ring in range(ring_start[row], ring_start[row + 1]):
        first, last = vertex_start[ring], vertex_start[ring + 1]
        for k in range(first, last):
            n = k + 1
            if n == last:
                if kind[row] != AREA and last - first > 1:
                    break
                n = first
            deep_k = W / (sign * float(q[k, axis]))
            deep_n = W / (sign * float(q[n, axis]))
            _edge_rows(
                np.int64(q[k, axis_u] * deep_k), np.int64(q[k, axis_v] * deep_k),
                np.int64(q[n, axis_u] * deep_n), np.int64(q[n, axis_v] * deep_n),
                _BEYOND_SCALE * (pad + _SPARES[level[k]] + 2), first_row, shift, lows, highs,
            )  # fmt: skip
    return True


class Pieces(NamedTuple):
    """The pieces of wide rings, ring by ring; rows of another form have none."""

    begins: np.ndarray
    """int64 (rows + 1)."""
    ends: np.ndarray
    """int32 (pieces, 4): u and v of both ends."""
    spares: np.ndarray
    """int32 (pieces): units that the piece may leave its chord."""


@njit
def _count_pieces(rows, cards, level, begins):
    for k in range(len(rows)):
        begins[k + 1] = begins[k]
        if form_of(rows[k], cards)[0] == RING:
            first, last = span_of(rows[k], cards)
            for vertex in range(first, last):
                begins[k + 1] += 1 << _halvings(level[vertex])


@njit
def _cut(low, high, rows, cards, q, lon, lat, scale, level, begins, ends, spares):
    """Pieces of the rows low to high."""
    lons, lats = np.empty((1 << _HALVED_MAX) + 1), np.empty((1 << _HALVED_MAX) + 1)
    for row in range(low, high):
        form, face = form_of(rows[row], cards)
        if form != RING:
            continue
        axis_u, axis_v = _plane(face)
        first, last = span_of(rows[row], cards)
        at = begins[row]
        for k in range(first, last):
            n = k + 1 if k + 1 < last else first
            depth = _halvings(level[k])
            count = 1 << depth
            spares[at : at + count] = _SPARES[level[k] - depth]
            ends[at, 0], ends[at, 1] = q[k, axis_u], q[k, axis_v]
            ends[at + count - 1, 2], ends[at + count - 1, 3] = q[n, axis_u], q[n, axis_v]
            if depth > 0:
                x, y = lon[k] / scale, lon[n] / scale
                lons[0], lons[count] = _UNWRAP(x, y), _UNWRAP(y, x)
                lats[0], lats[count] = lat[k] / scale, lat[n] / scale
            step = count
            while step > 1:
                half = step >> 1
                for m in range(half, count, step):
                    lons[m], lats[m], qx, qy, qz = middle_of(
                        lons[m - half], lats[m - half], lons[m + half], lats[m + half]
                    )
                    u, v = (qx if axis_u == 0 else qy), (qy if axis_v == 1 else qz)
                    ends[at + m - 1, 2], ends[at + m - 1, 3] = u, v
                    ends[at + m, 0], ends[at + m, 1] = u, v
                step = half
            at += count


def pieces_of(table: Table, rows: np.ndarray, cards: np.ndarray) -> Pieces:
    """The pieces of some rows."""
    begins = np.zeros(len(rows) + 1, dtype=np.int64)
    _count_pieces(rows, cards, table.level, begins)
    ends = np.empty((int(begins[-1]), 4), dtype=np.int32)
    found = Pieces(begins, ends, np.empty(len(ends), dtype=np.int32))
    fixed = (rows, cards, table.q, table.lon, table.lat, table.scale, table.level, *found)
    side_by_side(_cut, [(*bounds, *fixed) for bounds in bounds_of(len(rows), _ROWS_MIN)])
    return found


@inlined
def _piece(k, ends, spares):
    """Ends of a piece, and its spare."""
    return (
        np.int64(ends[k, 0]), np.int64(ends[k, 1]), np.int64(ends[k, 2]),
        np.int64(ends[k, 3]), np.int64(spares[k]),
    )  # fmt: skip


@njit
def outline(first, last, ends, spares, first_row, rows, shift):
    """Which of the pieces first to last pass each row of cells from ``first_row``.

    Returns:
        Where the pieces of each row begin in the lists that follow (rows + 1); the pieces; for each
        its padded box on the face and the height of its ends (int32, 6); and its line eu v - ev u + c
        with the value that makes a side sure: eu, ev, c, room (4).
    """
    begins = np.zeros(rows + 2, np.int64)
    for k in range(first, last):
        low = (min(ends[k, 1], ends[k, 3]) - np.int64(spares[k]) >> shift) - first_row
        high = (max(ends[k, 1], ends[k, 3]) + np.int64(spares[k]) >> shift) - first_row
        for row in range(min(max(low, 0), rows - 1), min(max(high, 0), rows - 1) + 1):
            begins[row + 2] += 1
    for row in range(2, rows + 2):
        begins[row] += begins[row - 1]
    passing = np.empty(begins[rows + 1], np.int64)
    bounds, lines = np.empty((len(passing), 6), np.int32), np.empty((len(passing), 4))
    for k in range(first, last):
        au, av, bu, bv, spare = _piece(k, ends, spares)
        low = ((min(av, bv) - spare) >> shift) - first_row
        high = ((max(av, bv) + spare) >> shift) - first_row
        eu, ev = float(bu - au), float(bv - av)
        for row in range(min(max(low, 0), rows - 1), min(max(high, 0), rows - 1) + 1):
            at = begins[row + 1]
            begins[row + 1] += 1
            passing[at] = k
            bounds[at, 0], bounds[at, 1] = max(min(au, bu) - spare, -W), min(max(au, bu) + spare, W)
            bounds[at, 2], bounds[at, 3] = max(min(av, bv) - spare, -W), min(max(av, bv) + spare, W)
            bounds[at, 4], bounds[at, 5] = av, bv
            lines[at, 0], lines[at, 1], lines[at, 2] = eu, ev, ev * au - eu * av
            lines[at, 3] = (spare + SURE_UNITS) * (abs(eu) + abs(ev))
    return begins[: rows + 1], passing, bounds, lines


@njit
def runs_of_pieces(first, last, ends, spares, pad, first_row, shift, lows, highs):
    """As ``runs``, of pieces."""
    for k in range(first, last):
        au, av, bu, bv, spare = _piece(k, ends, spares)
        _edge_rows(au, av, bu, bv, pad + spare, first_row, shift, lows, highs)


@njit
def _holds(pu, pv, ends, spares, begins, passing, first_row, shift):
    """Whether the ring of an outline holds a place: MEET, APART or UNSURE."""
    row = (pv >> shift) - first_row
    if row < 0 or row >= len(begins) - 1:
        return APART
    inside = 0
    for at in range(begins[row], begins[row + 1]):
        au, av, bu, bv, spare = _piece(passing[at], ends, spares)
        turns = parity(au, av, bu, bv, spare, pu, pv)
        if turns == UNSURE:
            return UNSURE
        inside ^= turns
    return MEET if inside else APART


@njit
def outline_box(begins, bounds, lines, first_row, shift, u0, u1, v0, v1):
    """The ring of an outline and all that lies in a box: UNSURE where its border passes there.

    Nothing is skipped that one test or another would do without: jumps that cannot be foreseen cost
    more than the arithmetic.
    """
    top = len(begins) - 2
    mu, mv = (u0 + u1) >> 1, (v0 + v1) >> 1
    half_u, half_v = 0.5 * (u1 - u0) + 1.0, 0.5 * (v1 - v0) + 1.0
    middle_row = (mv >> shift) - first_row
    inside = 0
    for row in range(max((v0 >> shift) - first_row, 0), min((v1 >> shift) - first_row, top) + 1):
        here = row == middle_row
        for at in range(begins[row], begins[row + 1]):
            eu, ev = lines[at, 0], lines[at, 1]
            side = eu * mv - ev * mu + lines[at, 2]
            spread = abs(eu) * half_v + abs(ev) * half_u + lines[at, 3]
            clear = (
                (bounds[at, 0] > u1)
                | (bounds[at, 1] < u0)
                | (bounds[at, 2] > v1)
                | (bounds[at, 3] < v0)
                | (abs(side) > spread * 1.000001)
            )
            if not clear:
                return UNSURE
            # Where the middle is beside the piece's box no side is needed; within it, the line was
            # what cleared the box, and its side is sure.
            upper = bounds[at, 5] > mv
            right = (mu < bounds[at, 0]) | ((mu <= bounds[at, 1]) & ((side > 0.0) == upper))
            inside ^= here & ((bounds[at, 4] > mv) != upper) & right
    # No edge passes, so the ring holds all of the box or nothing.
    return MEET if inside else APART


@njit
def outline_ring(
    ends,
    spares,
    begins,
    passing,
    first_row,
    shift,
    u0,
    u1,
    v0,
    v1,
    first,
    last,
    axis_u,
    axis_v,
    q,
    level,
):
    """The ring of an outline and another ring on its face, with the other's box."""
    top = len(begins) - 2
    found = APART
    for row in range(max((v0 >> shift) - first_row, 0), min((v1 >> shift) - first_row, top) + 1):
        for at in range(begins[row], begins[row + 1]):
            au, av, bu, bv, spare = _piece(passing[at], ends, spares)
            if clear_of_box(au, av, bu, bv, spare, u0, u1, v0, v1):
                continue
            answer = edge_and_ring(au, av, bu, bv, spare, first, last, axis_u, axis_v, q, level)
            if answer == MEET:
                return MEET
            found |= answer
    pu, pv = np.int64(q[first, axis_u]), np.int64(q[first, axis_v])
    answer = _holds(pu, pv, ends, spares, begins, passing, first_row, shift)
    if answer == MEET:
        return MEET
    found |= answer
    pu, pv, _, _, _ = _piece(passing[0], ends, spares)
    if u0 <= pu <= u1 and v0 <= pv <= v1:
        answer = vertex_in_ring(pu, pv, first, last, axis_u, axis_v, q, level)
        if answer == MEET:
            return MEET
        found |= answer
    return found


@njit
def outline_disc(ends, spares, begins, passing, first_row, shift, v0, v1, cu, cv, reach_m):
    """The ring of an outline and a disc on its face, with the rows of the disc's padded box."""
    a, b, c, within, beyond = disc_form(cu, cv, reach_m)
    top = len(begins) - 2
    found = APART
    for row in range(max((v0 >> shift) - first_row, 0), min((v1 >> shift) - first_row, top) + 1):
        for at in range(begins[row], begins[row + 1]):
            au, av, bu, bv, spare = _piece(passing[at], ends, spares)
            y, z = float(av - cv), float(bv - cv)
            length = edge_from_disc(a * (au - cu) + b * y, c * y, a * (bu - cu) + b * z, c * z)
            room = 2.0 * (spare + 4) / W
            if length + room < within:
                return MEET
            if length - room <= beyond:
                found = UNSURE
    if found == UNSURE:
        return UNSURE
    return _holds(cu, cv, ends, spares, begins, passing, first_row, shift)


@inlined
def _edge_of(k, first, last, axis_u, axis_v, q, level):
    """A whole edge of a ring: its ends, its spare, and how many pieces it has."""
    n = k + 1 if k + 1 < last else first
    return (
        np.int64(q[k, axis_u]), np.int64(q[k, axis_v]), np.int64(q[n, axis_u]),
        np.int64(q[n, axis_v]), _SPARES[level[k]], 1 << _halvings(level[k]),
    )  # fmt: skip


@njit
def _pieces_meet(low, high, other_low, other_high, ends, spares):
    """Some pieces of one edge and some of another."""
    found = APART
    for k in range(low, high):
        au, av, bu, bv, spare = _piece(k, ends, spares)
        for n in range(other_low, other_high):
            cu, cv, du, dv, other = _piece(n, ends, spares)
            pad = spare + other
            if (
                min(cu, du) - pad <= max(au, bu)
                and max(cu, du) + pad >= min(au, bu)
                and min(cv, dv) - pad <= max(av, bv)
                and max(cv, dv) + pad >= min(av, bv)
            ):
                answer = edges(au, av, bu, bv, cu, cv, du, dv, pad)
                if answer == MEET:
                    return MEET
                found |= answer
    return found


@njit
def _in_wide(pu, pv, first, last, at, axis_u, axis_v, q, level, ends, spares):
    """Whether a wide ring holds a place; pieces are looked at where whole edges do not tell."""
    inside = 0
    for k in range(first, last):
        au, av, bu, bv, spare, count = _edge_of(k, first, last, axis_u, axis_v, q, level)
        turns = parity(au, av, bu, bv, spare, pu, pv)
        if turns == UNSURE:
            turns = 0
            for n in range(at, at + count):
                au, av, bu, bv, spare = _piece(n, ends, spares)
                one = parity(au, av, bu, bv, spare, pu, pv)
                if one == UNSURE:
                    return UNSURE
                turns ^= one
        inside ^= turns
        at += count
    return MEET if inside else APART


@njit
def wide_wide(
    first_a, last_a, from_a, first_b, last_b, from_b, axis_u, axis_v, q, level, ends, spares,
    u0, u1, v0, v1,
):  # fmt: skip
    """Two wide rings of one face, with the box of the second; their pieces begin at from_a, from_b.

    Whole edges are compared first; pieces are looked at only where these do not tell.
    """
    found, at = APART, from_a
    for k in range(first_a, last_a):
        au, av, bu, bv, spare, count = _edge_of(k, first_a, last_a, axis_u, axis_v, q, level)
        if clear_of_box(au, av, bu, bv, spare, u0, u1, v0, v1):
            at += count
            continue
        other_at = from_b
        for n in range(first_b, last_b):
            cu, cv, du, dv, other, others = _edge_of(n, first_b, last_b, axis_u, axis_v, q, level)
            pad = spare + other
            if (
                min(cu, du) - pad <= max(au, bu)
                and max(cu, du) + pad >= min(au, bu)
                and min(cv, dv) - pad <= max(av, bv)
                and max(cv, dv) + pad >= min(av, bv)
            ):
                answer = edges(au, av, bu, bv, cu, cv, du, dv, pad)
                if answer == UNSURE:
                    answer = _pieces_meet(at, at + count, other_at, other_at + others, ends, spares)
                if answer == MEET:
                    return MEET
                found |= answer
            other_at += others
        at += count
    answer = _in_wide(
        np.int64(q[first_b, axis_u]), np.int64(q[first_b, axis_v]), first_a, last_a, from_a,
        axis_u, axis_v, q, level, ends, spares,
    )  # fmt: skip
    if answer == MEET:
        return MEET
    found |= answer
    answer = _in_wide(
        np.int64(q[first_a, axis_u]), np.int64(q[first_a, axis_v]), first_b, last_b, from_b,
        axis_u, axis_v, q, level, ends, spares,
    )  # fmt: skip
    return MEET if answer == MEET else found | answer
