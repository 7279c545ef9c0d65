"""Quick verdicts on two rows of one face: sure, or left to ``pairs``.

Each answers MEET, APART or UNSURE. Whole edges are compared by their chords, which their pieces leave
by at most ``_SPARES``; where that could matter, and nowhere else, the answer is UNSURE. So these may
save work, and can never change a verdict.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from keepclear.detect.fast.arcs import _SPARES, inlined, njit
from keepclear.detect.lattice import W

__all__ = [
    "APART",
    "MEET",
    "SURE_UNITS",
    "UNSURE",
    "clear_of_box",
    "disc_form",
    "disc_ring",
    "edge_and_ring",
    "edge_from_disc",
    "edges",
    "parity",
    "ring_ring",
    "vertex_in_ring",
]

APART, MEET, UNSURE = range(3)
SURE_UNITS: Final = 4
"""Units beyond the spare that make a side sure: pieces are rounded, and so is floating point."""
_LEAST_M: Final = 6_335_439.0 * 0.9999
_MOST_M: Final = 6_399_594.0 * 1.001
"""As in ``points``: radii of curvature of WGS84, with room for rounding and for chord and arc."""
_DISC_MAX_M: Final = 200_000.0
"""Wider discs are not judged here: series that are cut off below hold up to here."""
_ASLANT: Final = 1.7320508075688774
"""A unit on a face is seen at most this much shorter at its corner than at its middle."""


@inlined
def clear_of_box(au, av, bu, bv, spare, u0, u1, v0, v1):
    """Whether an edge surely misses a box: by its own box, or because its line passes beside it."""
    if min(au, bu) - spare > u1 or max(au, bu) + spare < u0:
        return True
    if min(av, bv) - spare > v1 or max(av, bv) + spare < v0:
        return True
    eu, ev = float(bu - au), float(bv - av)
    # Line function at the middle of the box, and how much it can change within the widened box.
    middle = eu * (0.5 * (v0 + v1) - av) - ev * (0.5 * (u0 + u1) - au)
    room = spare + SURE_UNITS
    spread = abs(eu) * (0.5 * (v1 - v0) + room) + abs(ev) * (0.5 * (u1 - u0) + room)
    return abs(middle) > spread * 1.000001


@inlined
def edges(au, av, bu, bv, cu, cv, du, dv, spare):
    """Two edges whose padded boxes meet; ``spare`` is the sum of theirs."""
    eu, ev, fu, fv = bu - au, bv - av, du - cu, dv - cv
    if spare == 0:
        # Exact: edges that are not split have at most 2**26 units.
        c, d = eu * (cv - av) - ev * (cu - au), eu * (dv - av) - ev * (du - au)
        if (c > 0 and d > 0) or (c < 0 and d < 0):
            return APART
        a, b = fu * (av - cv) - fv * (au - cu), fu * (bv - cv) - fv * (bu - cu)
        # All zero: on one line, where overlapping boxes mean a shared point.
        return APART if (a > 0 and b > 0) or (a < 0 and b < 0) else MEET
    reu, rev, rfu, rfv = float(eu), float(ev), float(fu), float(fv)
    margin = float(spare + SURE_UNITS)
    room = margin * (abs(reu) + abs(rev))
    c, d = reu * (cv - av) - rev * (cu - au), reu * (dv - av) - rev * (du - au)
    if (c > room and d > room) or (c < -room and d < -room):
        return APART
    crossed = (c > room and d < -room) or (c < -room and d > room)
    room = margin * (abs(rfu) + abs(rfv))
    a, b = rfu * (av - cv) - rfv * (au - cu), rfu * (bv - cv) - rfv * (bu - cu)
    if (a > room and b > room) or (a < -room and b < -room):
        return APART
    if crossed and ((a > room and b < -room) or (a < -room and b > room)):
        return MEET
    return UNSURE


@njit
def edge_and_ring(au, av, bu, bv, spare, first, last, axis_u, axis_v, q, level):
    """One edge and the edges of a ring."""
    low_u, high_u = min(au, bu) - spare, max(au, bu) + spare
    low_v, high_v = min(av, bv) - spare, max(av, bv) + spare
    found = APART
    cu, cv = np.int64(q[last - 1, axis_u]), np.int64(q[last - 1, axis_v])
    before = last - 1
    for m in range(first, last):
        du, dv = np.int64(q[m, axis_u]), np.int64(q[m, axis_v])
        other = _SPARES[level[before]]
        if (
            min(cu, du) - other <= high_u
            and max(cu, du) + other >= low_u
            and min(cv, dv) - other <= high_v
            and max(cv, dv) + other >= low_v
        ):
            answer = edges(au, av, bu, bv, cu, cv, du, dv, spare + other)
            if answer == MEET:
                return MEET
            found |= answer
        cu, cv, before = du, dv, m
    return found


@inlined
def parity(au, av, bu, bv, spare, pu, pv):
    """Whether an edge passes to the right of p: 1 or 0, or UNSURE where p is too near."""
    if pv < min(av, bv) - spare or pv > max(av, bv) + spare or pu > max(au, bu) + spare:
        return 0
    upper = bv > pv
    turns = 1 if (av > pv) != upper else 0
    if pu < min(au, bu) - spare:
        return turns
    eu, ev = float(bu - au), float(bv - av)
    side = eu * (pv - av) - ev * (pu - au)
    if abs(side) <= (spare + SURE_UNITS) * (abs(eu) + abs(ev)):
        return UNSURE
    return turns if (side > 0.0) == upper else 0


@njit
def vertex_in_ring(pu, pv, first, last, axis_u, axis_v, q, level):
    """Whether a ring holds a place on its face: MEET, APART or UNSURE."""
    inside = 0
    au, av = np.int64(q[last - 1, axis_u]), np.int64(q[last - 1, axis_v])
    before = last - 1
    for k in range(first, last):
        bu, bv = np.int64(q[k, axis_u]), np.int64(q[k, axis_v])
        turns = parity(au, av, bu, bv, _SPARES[level[before]], pu, pv)
        if turns == UNSURE:
            return UNSURE
        inside ^= turns
        au, av, before = bu, bv, k
    return MEET if inside else APART


@njit
def ring_ring(
    first_a, last_a, first_b, last_b, axis_u, axis_v, q, level,
    a_u0, a_u1, a_v0, a_v1, b_u0, b_u1, b_v0, b_v1,
):  # fmt: skip
    """Two rings of one face, with the boxes of both."""
    found = APART
    au, av = np.int64(q[last_a - 1, axis_u]), np.int64(q[last_a - 1, axis_v])
    before = last_a - 1
    for k in range(first_a, last_a):
        bu, bv = np.int64(q[k, axis_u]), np.int64(q[k, axis_v])
        spare = _SPARES[level[before]]
        if not clear_of_box(au, av, bu, bv, spare, b_u0, b_u1, b_v0, b_v1):
            answer = edge_and_ring(au, av, bu, bv, spare, first_b, last_b, axis_u, axis_v, q, level)
            if answer == MEET:
                return MEET
            found |= answer
        au, av, before = bu, bv, k
    pu, pv = np.int64(q[first_b, axis_u]), np.int64(q[first_b, axis_v])
    if a_u0 <= pu <= a_u1 and a_v0 <= pv <= a_v1:
        answer = vertex_in_ring(pu, pv, first_a, last_a, axis_u, axis_v, q, level)
        if answer == MEET:
            return MEET
        found |= answer
    pu, pv = np.int64(q[first_a, axis_u]), np.int64(q[first_a, axis_v])
    if b_u0 <= pu <= b_u1 and b_v0 <= pv <= b_v1:
        answer = vertex_in_ring(pu, pv, first_b, last_b, axis_u, axis_v, q, level)
        if answer == MEET:
            return MEET
        found |= answer
    return found


@inlined
def disc_form(cu, cv, reach_m):
    """How far places round (cu, cv) are: x = a du + b dv, y = c dv, and two lengths.

    x, y have the length |C x d| / |C|^2 for the vector C to the place and the step d = (0, du, dv).
    The sine of the angle between C and C + d is that length g times |C| / |C + d|, and |d| <= sqrt(3)
    g |C|; so it lies between g / (1 + sqrt(3) g) and g / (1 - sqrt(3) g). Below the first of the two
    lengths a place is surely within the reach, beyond the second surely not.
    """
    ww = float(W) * float(W)
    u, v = float(cu), float(cv)
    r = ww + u * u + v * v
    a = np.sqrt(ww + v * v) / r
    b = -u * v / (r * r * a)
    c = np.sqrt(max((ww + u * u) / (r * r) - b * b, 0.0))
    within, beyond = reach_m / _MOST_M, reach_m / _LEAST_M
    if reach_m > _DISC_MAX_M:
        return a, b, c, -1.0, np.inf
    return a, b, c, within / (1.0 + _ASLANT * within), beyond / (1.0 - _ASLANT * beyond)


@inlined
def edge_from_disc(ax, ay, bx, by):
    """Length from the middle of a disc to an edge, in the measure of ``disc_form``."""
    ex, ey = bx - ax, by - ay
    square = ex * ex + ey * ey
    t = 0.0
    if square > 0.0:
        t = min(max(-(ax * ex + ay * ey) / square, 0.0), 1.0)
    x, y = ax + t * ex, ay + t * ey
    return np.sqrt(x * x + y * y)


@njit
def disc_ring(cu, cv, a, b, c, within, beyond, first, last, axis_u, axis_v, q, level):
    """A disc (see ``disc_form``) and a ring of one face."""
    found, inside = APART, 0
    dv = float(np.int64(q[last - 1, axis_v]) - cv)
    ax, ay = a * (np.int64(q[last - 1, axis_u]) - cu) + b * dv, c * dv
    before = last - 1
    for k in range(first, last):
        dv = float(np.int64(q[k, axis_v]) - cv)
        bx, by = a * (np.int64(q[k, axis_u]) - cu) + b * dv, c * dv
        room = 2.0 * (_SPARES[level[before]] + SURE_UNITS) / W
        length = edge_from_disc(ax, ay, bx, by)
        if length + room < within:
            return MEET
        if length - room <= beyond:
            found = UNSURE
        # Where all edges are beyond the disc, its middle is on none of them.
        side = (by - ay) * ax - (bx - ax) * ay
        if (ay > 0.0) != (by > 0.0) and (side > 0.0) == (by > 0.0):
            inside ^= 1
        ax, ay, before = bx, by, k
    if found == UNSURE:
        return UNSURE
    return MEET if inside else APART
