"""Moving discs: how near they come.

The centre of a mover runs along GeographicLib's geodesics at constant speed between timed vertices.
Distances are between centres and cores as in ``fifty.py``; widths are taken off at the end.

* *Mover and standing footprint*: where the centre may be during the common time is a line, so the
  least distance is that of a line and a footprint, at fifty digits near a threshold.
* *Two movers*: for each two legs the least distance over a polygon of times (each within its leg,
  the two within the time minimum of each other), as the best of the inner stationary place and of
  each side searched alone. A grid over the whole polygon then has to be nowhere lower, or the
  oracle refuses to answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .curves import Curves, legs
from .ellipsoid import geodesic_m, lonlat, space
from .fifty import Separation, separation_of_cores
from .region import Core, core
from .shapes import Mover

GRID = 33


@dataclass(frozen=True)
class Closest:
    """How near two movers come, and when each is there; separation as for two footprints."""

    metres: float
    a_us: float
    b_us: float


def least_distance(mover: Mover, standing, window_us=None, threshold_m=None) -> Separation | None:
    """Signed separation of a mover and a standing footprint over their common time, in metres.

    Args:
        mover: The mover.
        standing: Area, Circle or Corridor.
        window_us: Start and end of the standing footprint, microseconds, both included; ``None``
            is always.
        threshold_m: As for ``fifty.separation``.

    Returns:
        ``None`` when they have no time in common.
    """
    path = _path(mover, window_us)
    if path is None:
        return None
    return separation_of_cores(path, core(standing), threshold_m)


def _path(mover: Mover, window_us) -> Core | None:
    """Where the centre is during a window, as a line."""
    start, end = window_us or (mover.times_us[0], mover.times_us[-1])
    whole = leg_curves(mover)
    edges, lo, hi = [], [], []
    for k in range(len(whole)):
        t0, t1 = leg_times(mover, k)
        first, last = max(start, t0), min(end, t1)
        if first > last:
            continue
        edges.append(k)
        lo.append((first - t0) / (t1 - t0) if t1 > t0 else 0.0)
        hi.append((last - t0) / (t1 - t0) if t1 > t0 else 1.0)
    if not edges:
        return None
    part = whole.part(np.array(edges), lo, hi)
    first = lonlat(part.at(np.array([0]), part.lo[:1]))
    return Core(part, False, mover.half_width_m, np.stack(first, axis=-1))


def leg_curves(mover: Mover) -> Curves:
    for k in range(len(mover.vertices) - 1):
        if (
            mover.times_us[k] == mover.times_us[k + 1]
            and mover.vertices[k] != mover.vertices[k + 1]
        ):
            raise ValueError("a mover that is at two places at one time is not modelled here")
    return legs(mover.vertices)


def leg_times(mover: Mover, k: int):
    """Start and end of a leg; a mover of one vertex has one leg without length or duration."""
    return mover.times_us[k], mover.times_us[min(k + 1, len(mover.times_us) - 1)]


# ---- two movers ----------------------------------------------------------------------------------


def closest(a: Mover, b: Mover, tau_us: int = 0) -> Closest | None:
    """The least separation of two movers at times no more than ``tau_us`` apart.

    Returns:
        ``None`` when no two such times exist.

    Raises:
        AssertionError: a grid of times shows a smaller distance than the search did.
    """
    ca, cb = leg_curves(a), leg_curves(b)
    speeds = [leg_speed(a, i) for i in range(len(ca))], [leg_speed(b, j) for j in range(len(cb))]
    best: Closest | None = None
    for i in range(len(ca)):
        for j in range(len(cb)):
            ta, tb = leg_times(a, i), leg_times(b, j)
            corners = _common_times(ta, tb, tau_us)
            if not corners:
                continue
            if best is not None:
                middle = np.mean(corners, axis=0)
                reach = np.abs(np.array(corners) - middle).max(axis=0)
                room = speeds[0][i] * reach[0] + speeds[1][j] * reach[1]
                if _geodesic(ca, i, ta, cb, j, tb, middle) - room > best.metres:
                    continue
            found = _two_legs(ca, i, ta, cb, j, tb, tau_us, corners)
            if best is None or found.metres < best.metres:
                best = found
    if best is None:
        return None
    return Closest(best.metres - a.half_width_m - b.half_width_m, best.a_us, best.b_us)


def _two_legs(ca: Curves, i: int, ta, cb: Curves, j: int, tb, tau: int, corners) -> Closest:
    def apart(times):
        """Straight distances in metres for rows (time of a, time of b)."""
        return _norm(_place(ca, i, ta, times[:, 0]) - _place(cb, j, tb, times[:, 1]))

    tries = [
        _on_side(apart, p, q) for p, q in zip(corners, [*corners[1:], corners[0]], strict=True)
    ]
    tries += _inner(ca, i, ta, cb, j, tb, tau, np.mean(corners, axis=0))
    tries = np.array(tries)
    nearest = [_geodesic(ca, i, ta, cb, j, tb, row) for row in tries]
    k = int(np.argmin(nearest))
    grid = _grid(ta, tb, tau)
    if len(grid) and apart(grid).min() < apart(tries).min() - 1e-5:
        raise AssertionError("the oracle's own check failed: a grid of times comes nearer")
    return Closest(nearest[k], float(tries[k][0]), float(tries[k][1]))


def _common_times(ta, tb, tau):
    """Corners of the polygon of times: the rectangle of both legs, cut to |a - b| <= tau."""
    polygon = [(ta[0], tb[0]), (ta[1], tb[0]), (ta[1], tb[1]), (ta[0], tb[1])]
    for sign in (1, -1):
        kept = []
        for p, q in zip(polygon, [*polygon[1:], polygon[:1][0]], strict=True):
            over_p, over_q = sign * (p[0] - p[1]) - tau, sign * (q[0] - q[1]) - tau
            if over_p <= 0:
                kept.append(p)
            if over_p * over_q < 0:
                w = over_p / (over_p - over_q)
                kept.append((p[0] + w * (q[0] - p[0]), p[1] + w * (q[1] - p[1])))
        polygon = kept
        if not polygon:
            return []
    return [np.array(p, float) for p in polygon]


def _on_side(apart, p, q):
    """The best times on one side of the polygon, by sampling ever finer around the best sample."""
    low, high, best = 0.0, 1.0, 0.0
    for _ in range(14):  # each leaves an eighth
        w = np.linspace(low, high, GRID)
        k = int(np.argmin(apart(p + w[:, None] * (q - p))))
        low, best, high = w[max(k - 2, 0)], w[k], w[min(k + 2, GRID - 1)]
    return p + best * (q - p)


def _inner(ca, i, ta, cb, j, tb, tau, start):
    """The stationary times inside the polygon, if there are any; Gauss and Newton's method."""
    x = start
    for _ in range(20):
        pa, va = _place_speed(ca, i, ta, x[0])
        pb, vb = _place_speed(cb, j, tb, x[1])
        jacobian = np.stack([va, -vb], axis=1)
        if np.linalg.matrix_rank(jacobian, tol=1e-9 * max(np.abs(jacobian).max(), 1e-30)) < 2:
            return []  # one stands or both run alike: nothing is lost on the sides
        x = x + np.linalg.lstsq(jacobian, pb - pa, rcond=None)[0]
    inside = ta[0] <= x[0] <= ta[1] and tb[0] <= x[1] <= tb[1] and abs(x[0] - x[1]) <= tau
    return [x] if inside else []


def _grid(ta, tb, tau):
    """Times all over the polygon."""
    a = np.linspace(ta[0], ta[1], GRID)
    if tau == 0:
        rows = np.stack([a, a], axis=1)
    else:
        lo, hi = np.maximum(tb[0], a - tau), np.minimum(tb[1], a + tau)
        w = np.linspace(0, 1, GRID)[:, None]
        rows = np.stack([np.broadcast_to(a, (GRID, GRID)), lo + w * (hi - lo)], axis=-1)
        rows = rows.reshape(-1, 2)
    ok = (rows[:, 1] >= tb[0]) & (rows[:, 1] <= tb[1]) & (np.abs(rows[:, 0] - rows[:, 1]) <= tau)
    return rows[ok]


def leg_part(t, time):
    """Parameter on a leg for times; a leg without duration is at its start."""
    return (time - t[0]) / (t[1] - t[0]) if t[1] > t[0] else np.zeros_like(time)


def _normal(c: Curves, i: int, t, time):
    time = np.atleast_1d(time)
    return c.at(np.full(len(time), i), leg_part(t, time))


def _place(c: Curves, i: int, t, time):
    return space(_normal(c, i, t, time))


def _place_speed(c: Curves, i: int, t, time):
    """Position in space and speed in metres per microsecond."""
    h = max((t[1] - t[0]) * 1e-4, 1e-3)
    p = _place(c, i, t, np.array([time - h, time, time + h]))
    return p[1], (p[2] - p[0]) / (2 * h)


def _geodesic(ca, i, ta, cb, j, tb, times):
    """GeographicLib's distance between two movers at a pair of times."""
    one, two = lonlat(_normal(ca, i, ta, times[0])[0]), lonlat(_normal(cb, j, tb, times[1])[0])
    return geodesic_m(*one, *two)


def _norm(v):
    return np.sqrt((v * v).sum(axis=-1))


def leg_speed(mover: Mover, k: int) -> float:
    """Speed on a leg in metres per microsecond, rounded up; 0 without duration."""
    t0, t1 = leg_times(mover, k)
    if t1 == t0:
        return 0.0
    return geodesic_m(*mover.vertices[k], *mover.vertices[k + 1]) / (t1 - t0) * (1 + 1e-9)
