"""Signed separation between two footprints, from the positions and edge rules as declared.

Positive is the gap. Zero or negative is how far they share: minus the widths of both, and minus a
depth that is *at least* reached, so that "shares at least so much" is never claimed wrongly.

How exact: ``bounds`` is the branch and bound of ``nearest.py`` stopped early, with two limits that
hold; ``double`` is the same finished, 0.1 mm; ``fifty`` has the two nearest places computed at
fifty digits and the geodesic between them by GeographicLib, 1e-7 m (geodesic edges are
GeographicLib's too). What decides a verdict near a threshold is always ``fifty``.
"""

from __future__ import annotations

from dataclasses import dataclass

import mpmath
import numpy as np

from .curves import Curves, first_pieces, halves
from .ellipsoid import DIGITS, mp_normal, normals
from .nearest import chords_apart, nearest, polished
from .region import ROUGH_M, Core, core
from .shapes import GEODESIC, GREAT_CIRCLE, LONLAT, Area, Circle, Corridor, Footprint, Mover

__all__ = [
    "GEODESIC",
    "GREAT_CIRCLE",
    "LONLAT",
    "Area",
    "Circle",
    "Corridor",
    "Footprint",
    "Mover",
    "Separation",
    "cube_vector",
    "separation",
    "separation_of_cores",
]

MEETS_M = 1e-4
"""Curves nearer than this are looked at as if they met: the depth then tells, if there is any."""
DEPTH_ERROR_M = 5e-4
"""A depth may be stated too great by this, from two distances good to 0.2 mm each."""
CROSSINGS_MAX = 2_000
MARKS_MAX = 50
"""On an edge with more crossings than this, as many are enough: they lie along a common line."""
DEEP_M = 20.0
"""Depths beyond this are stated to 2 m only."""
SCREEN_M = 1.0
"""Nearer to the threshold than this, fifty digits are used."""
CUBE = 2**31 - 1


@dataclass(frozen=True)
class Separation:
    """How far apart two footprints are."""

    metres: float
    """Gap when positive; else they share, by at least as much as its size."""
    error_m: float
    """A gap is exact to this. Of a negative value only the sign and the least depth are."""
    how: str
    """``bounds``, ``double`` or ``fifty``."""


def separation(a, b, threshold_m=None):
    """Signed separation of two footprints in metres.

    Args:
        a: Area, Circle or Corridor.
        b: The same.
        threshold_m: What the caller compares with. Far away from it, bounds are enough and the
            value is only sure to lie on the side that it says. ``None``: always fifty digits.
    """
    return separation_of_cores(core(a), core(b), threshold_m)


def separation_of_cores(a: Core, b: Core, threshold_m=None):
    """:func:`separation` for footprints that were prepared once with ``region.core``."""
    width = a.width_m + b.width_m

    def stop(low, _high):
        return threshold_m is not None and low - width > threshold_m + SCREEN_M

    found = nearest(a.curves, b.curves, stop=stop)
    if found.high_m <= MEETS_M or _one_in_other(a, b):
        return _sharing(a, b, width, found.high_m)
    if found.place is None:
        middle, error = (found.low_m + found.high_m) / 2, (found.high_m - found.low_m) / 2
        return Separation(float(middle) - width, float(error), "bounds")
    if threshold_m is not None and abs(found.high_m - width - threshold_m) > SCREEN_M:
        return Separation(found.high_m - width, 1e-4, "double")
    return Separation(polished(a.curves, b.curves, found.place) - width, 1e-6, "fifty")


def _one_in_other(a: Core, b: Core) -> bool:
    """Whether a ring or line of one lies in the area of the other, given that no curves meet."""
    return bool(b.holds(_starts(a)).any() or a.holds(_starts(b)).any())


def _starts(c: Core):
    return normals(c.ring_starts[:, 0], c.ring_starts[:, 1])


# ---- how deep ------------------------------------------------------------------------------------


def _sharing(a: Core, b: Core, width: float, gap_m: float):
    """The separation of two cores that meet (or come within :data:`MEETS_M` of it)."""
    depth = max(_depth(a, b), 0.0)
    if depth == 0.0:
        return Separation(gap_m - width, MEETS_M, "double")
    return Separation(-depth - width, DEPTH_ERROR_M, "double")


def _depth(a: Core, b: Core) -> float:
    """Least depth to which two cores share, in metres.

    The depth at a place that both hold is its distance from one outline plus its distance from the
    other: of a strip that two areas share it is the strip's width, of a corner that pokes into an
    area how far it does. The greatest over all places is the depth; this returns the greatest over
    vertices, middles between places where outlines cross, and middles of the areas.
    """
    if not (a.encloses or b.encloses):
        return 0.0
    marks_a, marks_b = _crossings(a.curves, b.curves)
    places = [_along(a.curves, marks_a), _along(b.curves, marks_b)]
    places += [c.middles() for c in (a, b) if c.encloses]
    n = np.concatenate(places)
    owner = np.repeat([1, 2, 0, 0][: len(places)], [len(p) for p in places])
    shared, total = _depths(a, b, n, owner, rough=True)
    deepest = total[shared].max(initial=0.0) - 4 * ROUGH_M
    if deepest > DEEP_M:
        return float(deepest)
    shared, total = _depths(a, b, n, owner, rough=False)
    return float(total[shared].max(initial=0.0))


def _depths(a: Core, b: Core, n, owner, *, rough):
    """Which places both cores hold, and their depths. ``owner`` says on whose curves they lie: such
    a place belongs to the core and has no depth in it."""
    total = np.zeros(len(n))
    shared = np.ones(len(n), bool)
    for number, c in ((1, a), (2, b)):
        mine = owner == number
        if c.encloses:
            away = np.where(mine, 0.0, c.distances(n, rough=rough))
            shared &= mine | (c.holds(n) & (away > MEETS_M))
            total += away
        else:
            shared &= mine
    return shared, total


def _along(curves: Curves, marks):
    """Unit normals of vertices, marks, and three places between each two neighbours of them."""
    found_i, found_t = [], []
    for i in range(len(curves)):
        found = marks.get(i, [])
        found = found[:: 1 + len(found) // MARKS_MAX]
        stops = np.unique(np.concatenate([[curves.lo[i], curves.hi[i]], found]))
        for k in (0.25, 0.5, 0.75):
            stops_k = stops[:-1] + k * np.diff(stops)
            found_t.append(stops_k)
            found_i.append(np.full(len(stops_k), i))
        found_t.append(stops)
        found_i.append(np.full(len(stops), i))
    return curves.at(np.concatenate(found_i), np.concatenate(found_t))


def _crossings(ca: Curves, cb: Curves):
    """Where curves cross or touch: parameters by edge, for each of the two, to about 0.1 mm."""
    a, b = first_pieces(ca), first_pieces(cb)
    ia, ib = (grid.ravel() for grid in np.indices((len(a), len(b))))
    a, b = a.take(ia), b.take(ib)
    while True:
        d, u, v = chords_apart(a.p0, a.p1, b.p0, b.p1)
        keep = d <= a.dev + b.dev
        a, b, u, v = a.take(keep), b.take(keep), u[keep], v[keep]
        wide = a.dev + b.dev > MEETS_M
        if not wide.any() or len(a) > CROSSINGS_MAX:  # edges that coincide: any marks will do
            break
        split = np.flatnonzero(wide)
        ra, rb = halves(ca, a.take(split)), halves(cb, b.take(split))
        twice = np.arange(2 * len(split)).reshape(-1, 2)
        pick_a = np.repeat(twice, 2, axis=1).ravel()  # a0 a0 a1 a1
        pick_b = np.tile(twice, (1, 2)).ravel()  # b0 b1 b0 b1
        a, b = a.take(~wide).joined(ra.take(pick_a)), b.take(~wide).joined(rb.take(pick_b))
    marks_a, marks_b = {}, {}
    for piece, w, marks in ((a, u, marks_a), (b, v, marks_b)):
        for i, t in zip(*piece.on(w), strict=True):
            marks.setdefault(int(i), []).append(float(t))
    return marks_a, marks_b


def cube_vector(lon: float, lat: float) -> tuple[int, int, int]:
    """A place's vector on the cube of integers, rounded once from fifty digits."""
    with mpmath.workdps(DIGITS):
        n = mp_normal(lon, lat)
        scale = CUBE / max(abs(v) for v in n)
        return tuple(int(mpmath.nint(v * scale)) for v in n)
