"""When a moving disc is within reach: spans of time, found by halving intervals.

During an interval the centre runs along a piece of curve that stays within ``dev`` of its chord.
The distance is then at least that of the chord from everything it may come near, and at most the
greater of the distances at the chord's two ends from any one straight piece, since the distance
from a straight piece is a convex function of place. An interval is inside, outside, or halved;
nothing is assumed about how often or how flatly the distance passes the reach.
"""

from __future__ import annotations

import numpy as np

from .curves import Pieces, cut, fine_pieces
from .ellipsoid import space, vincenty
from .moving import leg_curves, leg_part, leg_speed, leg_times
from .nearest import EARTH_M, chords_apart
from .region import FINE_M, Core, core
from .shapes import Mover

SPAN_M = 1e-4
"""Intervals in which the distance changes by no more than this are decided at their middle."""
INSTANT_US = 1.0
"""So are intervals this short."""
INTERVALS_MAX = 400_000


def spans(mover: Mover, standing, reach_m: float, window_us=None):
    """When a mover's centre is within ``reach_m`` of a standing footprint's core or inside it.

    Args:
        mover: The mover.
        standing: Area, Circle or Corridor; of the latter two, the centre or the centre line counts.
        reach_m: What the caller compares with: half-width plus radius plus minimum, plus or minus a
            tolerance.
        window_us: Start and end of the standing footprint; ``None`` is always.

    Returns:
        ``[(start, end), ...]`` in microseconds as floats, apart from each other.

    Raises:
        ValueError: the distance stays too near to ``reach_m`` for too long; ask for a reach that is
            1 mm smaller or greater.
    """
    window = window_us or (mover.times_us[0], mover.times_us[-1])
    return _spans(mover, window, _Standing(core(standing)), 0.0, reach_m)


def spans_of_two(a: Mover, b: Mover, reach_m: float, tau_us: int = 0):
    """When the centre of ``a`` is within ``reach_m`` of where the centre of ``b`` is at some time no
    more than ``tau_us`` away.

    Only during the time of ``a``. For the same question about the times of ``b`` exchange the two.
    Returns and raises as :func:`spans`.
    """
    window = b.times_us[0] - tau_us, b.times_us[-1] + tau_us
    speed = max(leg_speed(b, k) for k in range(max(1, len(b.vertices) - 1)))
    return _spans(a, window, _Track(b, tau_us), speed, reach_m)


def _spans(mover: Mover, window, other, other_speed: float, reach_m: float):
    curves = leg_curves(mover)
    found = []
    for k in range(len(curves)):
        t = leg_times(mover, k)
        first, last = max(window[0], t[0]), min(window[1], t[1])
        if first <= last:
            speed = leg_speed(mover, k) + other_speed
            found += _on_leg(curves, k, t, (first, last), other, speed, reach_m)
    return _joined(found)


def _on_leg(curves, k, t, window, other, speed, reach_m):
    low, high = np.array([float(window[0])]), np.array([float(window[1])])
    found = []
    for _ in range(80):
        i = np.full(len(low), k)
        path = cut(curves, i, leg_part(t, low), leg_part(t, high))
        middle = (low + high) / 2
        n = curves.at(i, leg_part(t, middle))
        least, most = other.limits(path, n, low, high)
        inside, outside = most <= reach_m, least > reach_m
        small = ~inside & ~outside
        small &= (speed * (high - low) / 2 <= SPAN_M) | (high - low <= INSTANT_US)
        if small.any():
            near = other.distances(n[small], middle[small]) <= reach_m
            inside[small], outside[small] = near, ~near
        found += list(zip(low[inside].tolist(), high[inside].tolist(), strict=True))
        rest = ~(inside | outside)
        if not rest.any():
            return found
        low, high, middle = low[rest], high[rest], middle[rest]
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        if len(low) > INTERVALS_MAX:
            break
    raise ValueError("the distance stays too near to the reach for too long")


class _Standing:
    """A footprint that stands: limits of the distance for intervals, and distances for places."""

    def __init__(self, fixed: Core) -> None:
        self.fixed = fixed

    def limits(self, path: Pieces, n, _low, _high):
        every = np.ones((len(path), len(self.fixed.fine)), bool)
        least, most = _limits(path, self.fixed.fine, every)
        within = (least > 0) & self.fixed.holds(n)  # off the outline all the time, and inside once
        return np.where(within, 0.0, least), np.where(within, 0.0, most)

    def distances(self, n, _times):
        return np.where(self.fixed.holds(n), 0.0, self.fixed.distances(n))


def _limits(path: Pieces, pieces: Pieces, may: np.ndarray, clip=None):
    """Least and greatest distance that the path may have from the nearest of the pieces, metres.

    ``may[m, k]`` says which pieces count for which path; without any the distance is infinite.
    ``clip(m, k)`` cuts the pieces to a part for that path.
    """
    middle = (path.p0 + path.p1) / 2
    centre = (pieces.p0 + pieces.p1) / 2
    gap = np.zeros(may.shape)
    for axis in range(3):
        gap += (middle[:, axis, None] - centre[:, axis]) ** 2
    room = _norm(path.p1 - path.p0)[:, None] / 2 + _norm(pieces.p1 - pieces.p0) / 2
    gap = np.sqrt(gap)
    bound = np.where(may, gap + room, np.inf).min(axis=1, initial=np.inf)
    m, k = np.nonzero(may & (gap - room <= bound[:, None] + 2 * path.dev[:, None] + 2 * FINE_M))
    p0, p1, q0, q1 = path.p0[m], path.p1[m], pieces.p0[k], pieces.p1[k]
    if clip is not None:
        u0, u1 = clip(m, k)
        q0, q1 = q0 + u0[:, None] * (q1 - q0), q0 + u1[:, None] * (q1 - q0)
    dev = path.dev[m] + pieces.dev[k]
    low = chords_apart(p0, p1, q0, q1)[0] - dev
    high = np.maximum(chords_apart(p0, p0, q0, q1)[0], chords_apart(p1, p1, q0, q1)[0]) + dev
    least, most = np.full(len(path), np.inf), np.full(len(path), np.inf)
    np.minimum.at(least, m, low)
    np.minimum.at(most, m, high)
    return _along_ground(least.clip(min=0), 1.0 / 6.4e6**2), _along_ground(most, 1.01 / EARTH_M**2)


def _along_ground(chord, curvature):
    return chord + chord**3 * (curvature / 24)


class _Track:
    """Where another mover is within ``tau`` of a time."""

    def __init__(self, mover: Mover, tau: int) -> None:
        self.tau = tau
        self.curves = leg_curves(mover)
        self.pieces = fine_pieces(self.curves, FINE_M)
        t = np.array([leg_times(mover, k) for k in range(len(self.curves))], float)[self.pieces.i]
        self.start = t[:, 0] + self.pieces.t0 * (t[:, 1] - t[:, 0])
        self.end = t[:, 0] + self.pieces.t1 * (t[:, 1] - t[:, 0])
        self.times = np.array(mover.times_us, float)

    def limits(self, path: Pieces, _n, low, high):
        """By what of the pieces counts: from below all within ``tau`` of some instant of the
        interval, from above all within ``tau`` of every instant, or the difference at equal times."""
        least, _ = self._during(path, low - self.tau, high + self.tau)
        _, most = self._during(path, high - self.tau, low + self.tau)
        tight, wide = self._abreast(path, low, high)
        return (np.maximum(least, tight) if self.tau == 0 else least), np.minimum(most, wide)

    def _during(self, path: Pieces, since, until):
        """Limits of the distance from the track between two times, for each path."""
        may = (self.start <= until[:, None]) & (self.end >= since[:, None])

        def clip(m, k):
            span = self.end[k] - self.start[k]
            safe = np.where(span > 0, span, 1.0)
            u0 = np.where(span > 0, (since[m] - self.start[k]) / safe, 0.0).clip(0, 1)
            u1 = np.where(span > 0, (until[m] - self.start[k]) / safe, 1.0).clip(0, 1)
            return u0, np.maximum(u0, u1)

        return _limits(path, self.pieces, may & (since <= until)[:, None], clip)

    def _abreast(self, path: Pieces, low, high):
        """Limits of the distance at equal times, where the other stays on one leg meanwhile."""
        leg = self._leg(low)
        one = (low >= self.times[0]) & (
            high <= self.times[np.minimum(leg + 1, len(self.times) - 1)]
        )
        other = cut(self.curves, leg, self._part(leg, low), self._part(leg, high))
        zero = np.zeros_like(path.p0)
        dev = path.dev + other.dev
        from_, to = path.p0 - other.p0, path.p1 - other.p1
        least = (chords_apart(zero, zero, from_, to)[0] - dev).clip(min=0)
        most = np.maximum(_norm(from_), _norm(to)) + dev
        return (
            np.where(one, _along_ground(least, 1.0 / 6.4e6**2), 0.0),
            np.where(one, _along_ground(most, 1.01 / EARTH_M**2), np.inf),
        )

    def _leg(self, times):
        leg = np.searchsorted(self.times, times, side="right") - 1
        return leg.clip(0, len(self.curves) - 1)

    def _part(self, leg, times):
        start, end = self.times[leg], self.times[np.minimum(leg + 1, len(self.times) - 1)]
        span = np.where(end > start, end - start, 1.0)
        return np.where(end > start, (times - start) / span, 0.0).clip(0, 1)

    def distances(self, n, times):
        """Geodesic distances from places to the nearest place where the mover is within ``tau``."""
        if self.tau == 0:
            leg = self._leg(times)
            return vincenty(n, self.curves.at(leg, self._part(leg, times)))
        return np.array(
            [self._distance(n[k : k + 1], time) for k, time in enumerate(times.tolist())]
        )

    def _distance(self, n, time):
        some = (self.start <= time + self.tau) & (self.end >= time - self.tau)
        part, start = self.pieces.take(some), self.start[some]
        span = self.end[some] - start
        safe = np.where(span > 0, span, 1.0)
        u0 = np.where(span > 0, (time - self.tau - start) / safe, 0.0).clip(0, 1)
        u1 = np.where(span > 0, (time + self.tau - start) / safe, 1.0).clip(0, 1)
        d = part.p1 - part.p0
        p0, p1 = part.p0 + u0[:, None] * d, part.p0 + u1[:, None] * d
        here = np.broadcast_to(space(n), p0.shape)
        gap, _, v = chords_apart(here, here, p0, p1)
        best = int(np.argmin(gap))
        u = u0[best] + v[best] * (u1[best] - u0[best])
        t = part.t0[best] + u * (part.t1[best] - part.t0[best])
        return vincenty(n, self.curves.at(part.i[best : best + 1], np.array([t])))[0]


def _norm(v):
    return np.sqrt((v * v).sum(axis=-1))


def _joined(found):
    out = []
    for a, b in sorted(found):
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out
