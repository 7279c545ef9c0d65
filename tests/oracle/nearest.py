"""Least distance between two sets of curves, by branch and bound with stated bounds.

Two pieces of curve lie within ``dev`` of their chords, so their distance is that of the chords,
give or take the two ``dev``. Pairs of pieces that cannot hold the minimum are dropped, the others
halved, until ``dev`` is negligible. No convexity, no start value and no plane is assumed.

Distances are straight through space here. A geodesic of the same straight length is longer by a
factor that depends on place and direction by less than :data:`SPREAD` of the lengthening, so pairs
that close are all kept and their geodesics compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import mpmath
import numpy as np

from .curves import first_pieces, halves
from .ellipsoid import DIGITS, geodesic_m, mp_lonlat, mp_space, space, vincenty

TOLERANCE_M = 2e-5
"""Pieces are halved until the two ``dev`` of a pair add up to this."""
SPREAD = 0.03
"""Twice the greatest relative difference of curvature on the ellipsoid (0.0067, with squares)."""
EARTH_M = 6_335_000.0
"""Smallest radius of curvature, so that lengthenings are never taken too small."""
PAIRS_MAX = 400_000
TRIED = 32
TOUCH_M = 2e-5
"""Curves that come this near are said to touch, and the search ends."""


@dataclass(frozen=True)
class Found:
    """A least distance, or two bounds of it when the search was stopped early."""

    low_m: float
    high_m: float
    place: tuple[int, float, int, float] | None = None
    """Edge and parameter on the first curves, edge and parameter on the second."""


def lengthening(chord_m):
    """How much longer than its chord a geodesic is at most, metres (to 2,000 km)."""
    return 1.05 * chord_m**3 / (24 * EARTH_M**2)


def nearest(ca, cb, *, stop=None):
    """Least geodesic distance between two sets of curves, in doubles.

    Args:
        ca: Curves.
        cb: Curves.
        stop: ``stop(low, high)`` may end the search once the least distance is known to lie
            between the two, metres.

    Returns:
        ``Found``; unless stopped, ``high_m`` is within 0.05 mm of the truth.
    """
    a, b = first_pieces(ca), first_pieces(cb)
    ia, ib = (grid.ravel() for grid in np.indices((len(a), len(b))))
    a, b = a.take(ia), b.take(ib)  # from here on, row k of one belongs to row k of the other
    best = np.inf
    while True:
        d, u, v = chords_apart(a.p0, a.p1, b.p0, b.p1)
        slack = a.dev + b.dev
        best = min(best, (d + slack).min())
        first = np.argsort(d)[:TRIED]  # real places on the curves: an upper bound without slack
        places = a.take(first).on(u[first]), b.take(first).on(v[first])
        real = space(ca.at(*places[0])) - space(cb.at(*places[1]))
        real = np.sqrt(_dot(real, real))
        k = int(np.argmin(real))
        best = min(best, real[k])
        if best <= TOUCH_M:
            place = [(int(i[k]), float(t[k])) for i, t in places]
            return Found(0.0, float(best), (*place[0], *place[1]))
        low = d - slack
        keep = low <= best + SPREAD * lengthening(best) + 1e-9
        a, b, slack = a.take(keep), b.take(keep), slack[keep]
        if stop is not None:
            least, most = max(low.min(), 0.0), best + lengthening(best)
            if stop(least, most):
                return Found(least, most)
        wide = slack > TOLERANCE_M
        if not wide.any():
            return _best(ca, a, u[keep], cb, b, v[keep])
        if len(a) > PAIRS_MAX:
            raise ValueError("the shapes run along each other for too long for this search")
        a, b = _halve(ca, a, b, wide & (4 * a.dev >= b.dev))
        wide = a.dev + b.dev > TOLERANCE_M
        b, a = _halve(cb, b, a, wide & (4 * b.dev >= a.dev))


def _halve(curves, mine, other, which):
    """Rows with ``which`` become two, with the first column's piece in halves."""
    split = halves(curves, mine.take(which))
    mine, beside = mine.take(~which), other.take(np.repeat(np.flatnonzero(which), 2))
    return mine.joined(split), other.take(~which).joined(beside)


def _best(ca, a, u, cb, b, v):
    """Among the pairs left, the two places whose geodesic is the shortest."""
    (_, ta), (_, tb) = a.on(u), b.on(v)
    length = vincenty(ca.at(a.i, ta), cb.at(b.i, tb))
    k = int(np.argmin(length))
    place = (int(a.i[k]), float(ta[k]), int(b.i[k]), float(tb[k]))
    return Found(float(length[k]), float(length[k]), place)


def chords_apart(p0, p1, q0, q1):
    """Distances between segments in space, and where on each: (distance, u, v), u and v in 0..1.

    The least of the four distances from an end to the other segment and of the distance between the
    two lines where its foot lies inside both. Each is a distance between real points of the two, so
    that rounding of nearly parallel lines can only err upwards, by less than 1e-8 of the length.
    """
    du, dv, w = p1 - p0, q1 - q0, p0 - q0
    aa, bb, cc = _dot(du, du), _dot(du, dv), _dot(dv, dv)
    dd, ee = _dot(du, w), _dot(dv, w)
    zero, one = np.zeros_like(aa), np.ones_like(aa)
    safe_a, safe_c = np.where(aa > 0, aa, 1.0), np.where(cc > 0, cc, 1.0)
    det = aa * cc - bb * bb
    flat = det <= 1e-12 * aa * cc
    det = np.where(flat, 1.0, det)
    inner_u = np.clip((bb * ee - cc * dd) / det, 0, 1)
    tries = [
        (zero, np.clip(ee / safe_c, 0, 1)),
        (one, np.clip((ee + bb) / safe_c, 0, 1)),
        (np.clip(-dd / safe_a, 0, 1), zero),
        (np.clip((bb - dd) / safe_a, 0, 1), one),
        (inner_u, np.clip((ee + inner_u * bb) / safe_c, 0, 1)),
    ]
    best = np.full(len(aa), np.inf)
    u, v = zero, zero
    for tu, tv in tries:
        gap = w + tu[:, None] * du - tv[:, None] * dv
        size = _dot(gap, gap)
        better = size < best
        best, u, v = np.where(better, size, best), np.where(better, tu, u), np.where(better, tv, v)
    return np.sqrt(best), u, v


def _dot(a, b):
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def polished(ca, cb, place):
    """The least distance near a place that :func:`nearest` found, at fifty digits, in metres.

    Newton's method on the straight distance, each parameter held at the end of its edge where the
    distance only falls further out. The geodesic between the two places is then GeographicLib's;
    that the straight distance is minimised instead of the geodesic costs less than 1e-7 m at 300 km
    (the lengthening varies by some 0.1 m per radian of direction there, and the excess is the
    square of that over twice the distance).
    """
    i, t, j, s = place
    with mpmath.workdps(DIGITS):
        x = start = [mpmath.mpf(t), mpmath.mpf(s)]
        limits = [
            (mpmath.mpf(float(ca.lo[i])), mpmath.mpf(float(ca.hi[i]))),
            (mpmath.mpf(float(cb.lo[j])), mpmath.mpf(float(cb.hi[j]))),
        ]
        for _ in range(12):
            step = _newton(ca, i, cb, j, x, limits)
            moved = [min(max(x[k] + step[k], limits[k][0]), limits[k][1]) for k in (0, 1)]
            size = max(abs(moved[0] - x[0]), abs(moved[1] - x[1]))
            x = moved
            if size < mpmath.mpf(10) ** -18:
                break
        return min(
            geodesic_m(*mp_lonlat(ca.mp_at(i, y[0])), *mp_lonlat(cb.mp_at(j, y[1])))
            for y in (start, x)
        )


def _newton(ca, i, cb, j, x, limits):
    """One Newton step of half the squared straight distance, in the two parameters."""
    (p, dp, ddp), (q, dq, ddq) = _bend(ca, i, x[0]), _bend(cb, j, x[1])
    r = [a - b for a, b in zip(p, q, strict=True)]
    g = [_sum(r, dp), -_sum(r, dq)]
    h = [
        [_sum(dp, dp) + _sum(r, ddp), -_sum(dp, dq)],
        [-_sum(dp, dq), _sum(dq, dq) - _sum(r, ddq)],
    ]
    free = []
    for k in (0, 1):
        low, high = limits[k]
        held = (x[k] <= low and g[k] >= 0) or (x[k] >= high and g[k] <= 0)
        if not held and low < high and h[k][k] > 0:
            free.append(k)
    step = [mpmath.mpf(0), mpmath.mpf(0)]
    det = h[0][0] * h[1][1] - h[0][1] * h[1][0]
    if len(free) == 2 and det > mpmath.mpf(10) ** -20 * h[0][0] * h[1][1]:
        step[0] = (-g[0] * h[1][1] + g[1] * h[0][1]) / det
        step[1] = (-g[1] * h[0][0] + g[0] * h[1][0]) / det
    elif free:  # one alone, or two that run parallel, where moving one is enough
        k = free[0]
        step[k] = -g[k] / h[k][k]
    return step


def _bend(curves, i, t):
    """Position and its first two derivatives by the parameter, by central differences."""
    h = mpmath.mpf(10) ** -12
    a, b, c = (mp_space(curves.mp_at(i, t + k * h)) for k in (-1, 0, 1))
    first = [(z - x) / (2 * h) for x, z in zip(a, c, strict=True)]
    second = [(x - 2 * y + z) / (h * h) for x, y, z in zip(a, b, c, strict=True)]
    return b, first, second


def _sum(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
