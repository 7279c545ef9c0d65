"""Lines on the ellipsoid under the three edge rules, evaluated from the declared positions.

A :class:`Curves` is a list of edges; a place on one is its number and a parameter from 0 to 1. In
doubles a place is good to 5 nm or so. At fifty digits edges straight in longitude and latitude and
great circles are evaluated from the doubles declared, without any other rounding. Geodesics come
from GeographicLib (15 nm): nine Chebyshev points on at most 500 km, whose interpolation error
(0.04**9 / 9! / 2**8 of the radius) is far below that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil

import mpmath
import numpy as np
from geographiclib.geodesic import Geodesic

from .ellipsoid import lonlat, mp_normal, normals, space
from .shapes import GEODESIC, GREAT_CIRCLE, LONLAT

NODES = 9
GEODESIC_STEP_M = 500_000.0
FIRST_CUT_M = 100_000.0
"""Edges start out no longer than this, so that three samples show how far they bend."""
FIRST_CUT_DEG = 20.0
"""And no edge straight in lon/lat turns further, which matters near the poles."""
_ANGLES = np.pi * (np.arange(NODES) + 0.5) / NODES
_TO_COEFFICIENTS = 2 / NODES * np.cos(np.outer(np.arange(NODES), _ANGLES))
_TO_COEFFICIENTS[0] /= 2


@dataclass(frozen=True)
class Curves:
    """Edges of one rule. ``lo`` and ``hi`` cut each edge down to a part of its parameter."""

    rule: str
    data: np.ndarray
    """LONLAT (E, 4): lon, lat, and their changes. GREAT_CIRCLE (E, 2, 2): two places in degrees.
    GEODESIC (E, NODES, 3): Chebyshev coefficients of the unit normal."""
    lo: np.ndarray
    hi: np.ndarray
    vertices: np.ndarray
    """(V, 2): the declared places, degrees."""

    def __len__(self) -> int:
        return len(self.data)

    def at(self, i, t):
        """Unit normals (M, 3) of places on the edges, for arrays of numbers and parameters."""
        d = self.data[i]
        if self.rule == LONLAT:
            return normals(d[..., 0] + t * d[..., 2], d[..., 1] + t * d[..., 3])
        if self.rule == GREAT_CIRCLE:
            ends = normals(d[..., 0], d[..., 1])
            n = ends[..., 0, :] * (1 - t)[..., None] + ends[..., 1, :] * t[..., None]
        else:
            x = (2 * t - 1)[..., None]
            one, two = np.zeros_like(d[..., 0, :]), np.zeros_like(d[..., 0, :])
            for k in range(NODES - 1, 0, -1):  # Clenshaw
                one, two = d[..., k, :] + 2 * x * one - two, one
            n = d[..., 0, :] + x * one - two
        return n / np.sqrt((n * n).sum(axis=-1))[..., None]

    def mp_at(self, i, t):
        """Unit normal of one place at the working precision of mpmath."""
        d = self.data[i]
        if self.rule == LONLAT:
            lon, lat, dlon, dlat = (mpmath.mpf(float(v)) for v in d)
            return mp_normal(lon + t * dlon, lat + t * dlat)
        if self.rule == GREAT_CIRCLE:
            a, b = mp_normal(*map(float, d[0])), mp_normal(*map(float, d[1]))
            n = [p * (1 - t) + q * t for p, q in zip(a, b, strict=True)]
        else:
            x = 2 * t - 1
            n = []
            for axis in range(3):
                one = two = mpmath.mpf(0)
                for k in range(NODES - 1, 0, -1):
                    one, two = mpmath.mpf(float(d[k, axis])) + 2 * x * one - two, one
                n.append(mpmath.mpf(float(d[0, axis])) + x * one - two)
        size = mpmath.sqrt(n[0] ** 2 + n[1] ** 2 + n[2] ** 2)
        return (n[0] / size, n[1] / size, n[2] / size)

    def part(self, edges, lo, hi):
        """Some of the edges, each from ``lo`` to ``hi`` of its parameter."""
        return replace(self, data=self.data[edges], lo=np.asarray(lo), hi=np.asarray(hi))


def turn(lon1, lon2):
    """Change of longitude the short way, in exact multiples where doubles allow; degrees."""
    change = lon2 - lon1
    if change > 180:
        return change - 360
    return change + 360 if change < -180 else change


def line(places, rule):
    """The edges of an open line through places; one place alone makes one edge that stays there."""
    places = [(float(lon), float(lat)) for lon, lat in places]
    ends = list(pairwise(places)) or [(places[0], places[0])]
    if rule == LONLAT:
        data = [(a[0], a[1], turn(a[0], b[0]), b[1] - a[1]) for a, b in ends]
        if any(abs(row[2]) == 180 for row in data):
            raise ValueError("an edge over exactly 180 degrees of longitude has no short way")
    elif rule == GREAT_CIRCLE:
        data = ends
    elif rule == GEODESIC:
        data = [part for a, b in ends for part in _geodesic(a, b)]
    else:
        raise ValueError(f"unknown edge rule {rule!r}")
    count = len(data)
    return Curves(
        rule, np.array(data, float), np.zeros(count), np.ones(count), np.array(places, float)
    )


def rings(ring_list, rule):
    """The edges of closed rings, all in one."""
    parts = [line([*ring, ring[0]], rule) for ring in ring_list]
    return Curves(
        rule,
        np.concatenate([p.data for p in parts]),
        np.concatenate([p.lo for p in parts]),
        np.concatenate([p.hi for p in parts]),
        np.concatenate([p.vertices[:-1] for p in parts]),
    )


def legs(places):
    """One geodesic edge per pair of places, none cut; for movers, whose edges carry times."""
    ends = list(pairwise(places)) or [(places[0], places[0])]
    data = []
    for a, b in ends:
        parts = _geodesic(a, b)
        if len(parts) > 1:
            raise ValueError("a leg of a mover is limited to 500 km here; add a vertex")
        data += parts
    count = len(data)
    return Curves(
        GEODESIC, np.array(data, float), np.zeros(count), np.ones(count), np.array(places, float)
    )


def _geodesic(a, b):
    """Chebyshev coefficients for a geodesic, in parts of at most 500 km."""
    whole = Geodesic.WGS84.InverseLine(a[1], a[0], b[1], b[0])
    length = whole.s13
    count = max(1, ceil(length / GEODESIC_STEP_M))
    parts = []
    for k in range(count):
        steps = (k + (np.cos(_ANGLES) + 1) / 2) * (length / count)
        found = [whole.Position(s, Geodesic.LATITUDE | Geodesic.LONGITUDE) for s in steps]
        n = normals([g["lon2"] for g in found], [g["lat2"] for g in found])
        parts.append(_TO_COEFFICIENTS @ n)
    return parts


@dataclass(frozen=True)
class Pieces:
    """Parts of edges, each with the chord between its ends and how far it may leave that chord."""

    i: np.ndarray
    t0: np.ndarray
    t1: np.ndarray
    p0: np.ndarray
    p1: np.ndarray
    dev: np.ndarray

    def __len__(self) -> int:
        return len(self.i)

    def take(self, index):
        """The pieces at an index or under a mask."""
        return Pieces(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    def on(self, u):
        """Edges and parameters of places given from 0 to 1 on each piece."""
        return self.i, self.t0 + u * (self.t1 - self.t0)

    def joined(self, other):
        """These pieces, then the others."""
        names = self.__dataclass_fields__
        return Pieces(*(np.concatenate([getattr(self, n), getattr(other, n)]) for n in names))


def cut(curves, i, t0, t1):
    """Pieces between parameters.

    The bound ``dev`` is 1.35 times the largest distance from the matching point of the chord at
    1/4, 1/2 and 3/4, which is exact or more for anything that bends like a second or a third power
    (an arc, an S); pieces start short enough for the rest not to count. It covers the sag under the
    surface too, and 1e-8 of the length for the rounding of distances between chords.
    """
    t = t0 + np.linspace(0, 1, 5)[:, None] * (t1 - t0)
    p = space(curves.at(np.broadcast_to(i, t.shape), t))
    p0, p1 = p[0], p[4]
    dev = np.zeros(len(i))
    for k in (1, 2, 3):
        off = p[k] - (p0 + (p1 - p0) * (k / 4))
        dev = np.maximum(dev, np.sqrt((off * off).sum(axis=-1)))
    span = np.sqrt(((p1 - p0) ** 2).sum(axis=-1))
    return Pieces(i, t0, t1, p0, p1, 1.35 * dev + 1e-8 * span)


def halves(curves, pieces):
    """Every piece cut in two; the halves of piece k are 2k and 2k+1."""
    middle = (pieces.t0 + pieces.t1) / 2
    i = np.repeat(pieces.i, 2)
    t0 = np.stack([pieces.t0, middle], axis=1).ravel()
    t1 = np.stack([middle, pieces.t1], axis=1).ravel()
    return cut(curves, i, t0, t1)


def first_pieces(curves):
    """The edges, cut where they are long or turn far."""
    ends = np.arange(len(curves))
    p = space(curves.at(ends, curves.lo)), space(curves.at(ends, curves.hi))
    chord = np.sqrt(((p[1] - p[0]) ** 2).sum(axis=-1))
    count = np.ceil(chord / FIRST_CUT_M)
    if curves.rule == LONLAT:
        turned = np.abs(curves.data[:, 2]) * (curves.hi - curves.lo)
        count = np.maximum(count, np.ceil(turned / FIRST_CUT_DEG))
    count = np.maximum(count, 1).astype(int)
    i = np.repeat(ends, count)
    k = np.concatenate([np.arange(c) for c in count])
    step = ((curves.hi - curves.lo) / count)[i]
    t0 = curves.lo[i] + k * step
    t1 = np.where(k + 1 == count[i], curves.hi[i], t0 + step)
    return cut(curves, i, t0, t1)


def fine_pieces(curves, dev):
    """Pieces whose bound is at most ``dev`` metres."""
    rest = first_pieces(curves)
    done = rest.take(rest.dev <= dev)
    while len(rest):
        rest = halves(curves, rest.take(rest.dev > dev))
        done = done.joined(rest.take(rest.dev <= dev))
    return done


def outline(curves, lateral):
    """Ends of pieces (unit normals, M rows each) whose great circles stay within ``lateral`` metres.

    Only sideways bending counts here, so great circles and meridians need no cutting at all.
    """
    if curves.rule == GREAT_CIRCLE:
        i = np.arange(len(curves))
        return curves.at(i, curves.lo), curves.at(i, curves.hi)
    whole = first_pieces(curves)
    i, t0, t1 = whole.i, whole.t0, whole.t1
    done = []
    while len(i):
        a, b = curves.at(i, t0), curves.at(i, t1)
        plane = np.cross(a, b - a)  # differences first: the rounding stays a nanometre
        size = np.sqrt((plane * plane).sum(axis=-1))
        off = np.zeros(len(i))
        for k in (0.25, 0.5, 0.75):
            m = curves.at(i, t0 + k * (t1 - t0))
            off = np.maximum(off, np.abs(((m - a) * plane).sum(axis=-1)))
        good = off * 1.35 * 6.4e6 <= lateral * size
        done.append((a[good], b[good]))
        i, t0, t1 = i[~good], t0[~good], t1[~good]
        middle = (t0 + t1) / 2
        i = np.repeat(i, 2)
        t0, t1 = (
            np.stack([t0, middle], axis=1).ravel(),
            np.stack([middle, t1], axis=1).ravel(),
        )
    return np.concatenate([a for a, _ in done]), np.concatenate([b for _, b in done])


__all__ = [
    "Curves",
    "Pieces",
    "cut",
    "fine_pieces",
    "first_pieces",
    "halves",
    "legs",
    "line",
    "lonlat",
    "outline",
    "rings",
    "turn",
]
