"""What a footprint is made of: curves, whether they enclose an area, and a width around it all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .curves import Curves, fine_pieces, line, outline, rings
from .ellipsoid import space, vincenty
from .shapes import LONLAT, Area, Circle, Corridor

LATERAL_M = 2e-5
"""How far the pieces of an outline may leave the outline when points are told in from out."""
FINE_M = 1e-4
"""Bound of the pieces that distances from many points are taken to."""
ROUGH_M = 0.5
"""The same where metres will do."""
SCAN_LINES = 7
ROWS = 2_000_000
"""Pairs of a point and a piece that are looked at in one go."""


@dataclass(frozen=True)
class Core:
    """The line, point or area of a footprint; the footprint is all within ``width_m`` of it."""

    curves: Curves
    encloses: bool
    width_m: float
    ring_starts: np.ndarray
    """(R, 2) places, degrees: one vertex of each ring; of a line, its first vertex."""

    @cached_property
    def _picture(self):
        """Gnomonic picture of the outline: (basis, starts, ends), lines of the plane.

        A great circle is a straight line in it. The centre is the mean of the outline, so that an
        area up to a hemisphere has all its outline in front.
        """
        a, b = outline(self.curves, LATERAL_M)
        weight = np.sqrt(((b - a) ** 2).sum(axis=-1, keepdims=True)) + 1e-15
        pole = ((a + b) * weight).sum(axis=0)
        pole /= np.sqrt((pole**2).sum())
        east = np.cross(pole, np.eye(3)[int(np.argmin(np.abs(pole)))])
        east /= np.sqrt((east**2).sum())
        basis = np.stack([east, np.cross(pole, east), pole])
        a, b = a @ basis.T, b @ basis.T
        if (a[:, 2] <= 0).any() or (b[:, 2] <= 0).any():
            raise ValueError("the outline does not fit into the hemisphere around its mean")
        return basis, a[:, :2] / a[:, 2:], b[:, :2] / b[:, 2:]

    def holds(self, n):
        """Which unit normals lie inside the area: right wherever the outline is farther away than
        0.1 mm. Never for a line or a point."""
        n = np.atleast_2d(n)
        if not self.encloses:
            return np.zeros(len(n), bool)
        basis, a, b = self._picture
        p = n @ basis.T
        front = p[:, 2] > 0
        q = p[:, :2] / np.where(front, p[:, 2], 1.0)[:, None]
        inside = np.zeros(len(n), bool)
        for k in range(0, len(n), max(1, ROWS // len(a))):
            part = slice(k, k + max(1, ROWS // len(a)))
            x, y = q[part, 0, None], q[part, 1, None]
            over = (a[:, 1] > y) != (b[:, 1] > y)
            rise = np.where(over, b[:, 1] - a[:, 1], 1.0)
            reach = a[:, 0] + (y - a[:, 1]) / rise * (b[:, 0] - a[:, 0])
            inside[part] = (over & (reach > x)).sum(axis=1) % 2 == 1
        return inside & front

    def middles(self):
        """Unit normals of places inside the area: middles of where scan lines cross its picture."""
        basis, a, b = self._picture
        low, high = a[:, 1].min(), a[:, 1].max()
        found = []
        for k in range(SCAN_LINES):
            y = low + (high - low) * (k + 0.5) / SCAN_LINES
            over = (a[:, 1] > y) != (b[:, 1] > y)
            s, e = a[over], b[over]
            xs = np.sort(s[:, 0] + (y - s[:, 1]) / (e[:, 1] - s[:, 1]) * (e[:, 0] - s[:, 0]))
            found += [((p + q) / 2, y, 1.0) for p, q in zip(xs[0::2], xs[1::2], strict=False)]
        n = np.array(found).reshape(-1, 3) @ basis
        return n / np.sqrt((n**2).sum(axis=1))[:, None]

    @cached_property
    def fine(self):
        """The curves in pieces that bend by at most :data:`FINE_M`."""
        return fine_pieces(self.curves, FINE_M)

    @cached_property
    def rough(self):
        """The curves in pieces that bend by at most :data:`ROUGH_M`."""
        return fine_pieces(self.curves, ROUGH_M)

    def distances(self, n, *, rough=False):
        """Geodesic distances in metres from unit normals to the curves (not the area), to 0.2 mm.

        Taking the wrong one of two pieces that are equally near costs twice :data:`FINE_M`; with
        ``rough`` twice :data:`ROUGH_M`, always upwards.
        """
        n = np.atleast_2d(n)
        pieces, p = (self.rough if rough else self.fine), space(n)
        out = np.empty(len(n))
        rows = max(1, ROWS // len(pieces))
        for k in range(0, len(n), rows):
            u, best = foot(p[k : k + rows], pieces)
            there = self.curves.at(*pieces.take(best).on(u))
            out[k : k + rows] = vincenty(n[k : k + rows], there)
        return out


def foot(p, pieces):
    """Nearest piece for each position in space: (where on its chord from 0 to 1, its number)."""
    d = pieces.p1 - pieces.p0
    size = (d * d).sum(axis=-1)
    along = p @ d.T - (pieces.p0 * d).sum(axis=-1)
    u = np.clip(along / np.where(size > 0, size, 1.0), 0, 1)
    apart = np.zeros(u.shape)
    for axis in range(3):
        gap = p[:, axis, None] - pieces.p0[:, axis] - u * d[:, axis]
        apart += gap * gap
    best = np.argmin(apart, axis=1)
    return u[np.arange(len(p)), best], best


def core(shape):
    """The core of an area, a circle or a corridor."""
    if isinstance(shape, Area):
        starts = np.array([ring[0] for ring in shape.rings], float)
        return Core(rings(shape.rings, shape.edges), True, 0.0, starts)
    if isinstance(shape, Circle):
        return Core(
            line([shape.center], LONLAT), False, shape.radius_m, np.array([shape.center], float)
        )
    if isinstance(shape, Corridor):
        return Core(
            line(shape.vertices, shape.edges),
            False,
            shape.half_width_m,
            np.array(shape.vertices[:1], float),
        )
    raise TypeError(f"no footprint: {shape!r}")
