"""Moving discs against standing skeletons, tested as moving discs.

A leg's centre runs linearly in time along the chord between its ends, and is judged on the surface
above it. Its path there is an arc of the lattice like every edge: whether it meets an edge is decided
on integers, as for what stands, and only how near it comes otherwise is a distance. Covering volumes
only filter; they are never a verdict.

Left to others: altitude and windows cut the time of a leg before it comes here (``moments``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from keepclear.detect.fine import Fine
from keepclear.detect.lattice import orient, round_direction
from keepclear.detect.metric import AXIS_M, distance_m, foot, point_edge_m, to_unit
from keepclear.detect.polygon import arcs_share, contains

__all__ = ["Pass", "Span", "along", "leg_standing"]

_HALVINGS: Final = 44
"""Bisections of a leg's time: below a microsecond for legs of half a year."""
_NEAR: Final = 1.0
"""Metres of spare wherever an edge is left out by a rough distance."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pass:
    """One unbroken span in which a moving point is near what stands; shares of its leg, 0 to 1."""

    start: float
    end: float
    distance_m: float
    """The least distance in it; 0 where the centre meets an edge or is in an area."""
    inside: list[Span]
    """The parts of it in which the centre is in an area."""


def along(start: np.ndarray, end: np.ndarray, share: Any) -> np.ndarray:
    """Unit normals (3, ...) of the centre at a share (0 to 1) of its leg."""
    return np.stack(to_unit(*(start + (end - start) * share)))


def leg_standing(leg: Fine, standing: Fine, shares: Span, reach_m: float) -> list[Pass]:
    """A moving point against a standing skeleton within a share of its leg.

    Args:
        leg: The leg's skeleton: two lattice vertices.
        standing: What stands.
        shares: First and last share of the leg that counts, 0 to 1.
        reach_m: How near is too near.

    Boundary:
        Closed: a distance equal to ``reach_m`` counts.

    The distance to one edge is convex along a leg, so each edge gives one span. Spans in an area
    lie between the places where edges are met; see ``_inside_spans``.
    """
    start, end = _ends(leg)
    at = _near_edges(start, end, standing, reach_m)
    edges = (standing.units[0][:, at], standing.units[1][:, at])
    best, distance = _closest_share(start, end, edges, shares)
    close = np.flatnonzero(distance <= _NEAR)
    row, low, high = _met(leg, standing, at[close], shares)
    best[close[row]], distance[close[row]] = low, 0.0
    met = list(zip(low.tolist(), high.tolist(), strict=True))
    spans: list[Span] = []
    touched = np.flatnonzero(distance <= reach_m)
    near = (edges[0][:, touched], edges[1][:, touched])
    if reach_m > 0 and len(touched):
        low = _border(start, end, near, best[touched], shares[0], reach_m)
        high = _border(start, end, near, best[touched], shares[1], reach_m)
        spans = list(zip(low.tolist(), high.tolist(), strict=True))
    inside: list[Span] = []
    if standing.area:
        inside = _inside_spans(start, end, standing, [x for span in met for x in span], shares)
    within = _merged(spans + met + inside)
    found = []
    for span in within:
        if any(span[0] <= low <= span[1] for low, _ in met + inside):
            least = 0.0
        elif len(within) == 1:
            least = float(distance.min())
        else:
            least = float(_closest_share(start, end, near, span)[1].min())
        own = [part for part in inside if span[0] <= part[0] <= span[1]]
        found.append(Pass(*span, least, own))
    return found


def _ends(leg: Fine) -> tuple[np.ndarray, np.ndarray]:
    a, b = leg.units
    return a[:, :1], b[:, :1]


def _near_edges(start: np.ndarray, end: np.ndarray, standing: Fine, reach_m: float) -> np.ndarray:
    """Numbers of the edges that can be within reach, and always of the nearest few."""
    a, b = standing.units
    middle = (start + end) * 0.5
    half = float(np.sqrt(((start - end) ** 2).sum())) * 0.5
    centre = (a + b) * 0.5
    gap = np.sqrt(((centre - middle) ** 2).sum(axis=0))
    gap -= half + np.sqrt(((a - b) ** 2).sum(axis=0)) * 0.5
    gap *= 0.99 * AXIS_M
    upper = distance_m(*np.broadcast_arrays(*middle, *a)).min() + half * AXIS_M * 1.01
    return np.flatnonzero(gap <= max(reach_m, float(upper)) + _NEAR)


def _closest_share(
    start: np.ndarray, end: np.ndarray, edges: tuple[np.ndarray, np.ndarray], shares: Span
) -> tuple[np.ndarray, np.ndarray]:
    """For each edge the share at which the centre is nearest to it, and that distance.

    Two arcs are nearest at an end of one of them, or where they cross; each of the five places is
    tried on the surface.
    """
    a, b = edges
    first, last = along(start, end, shares[0]), along(start, end, shares[1])
    whole = np.broadcast_arrays(a, first, last)
    wide = shares[1] - shares[0]
    tries = [np.full(a.shape[1], shares[0]), np.full(a.shape[1], shares[1])]
    tries += [shares[0] + wide * foot(*point, *whole[1], *whole[2]) for point in (a, b)]
    tries.append(np.clip(_crossing_share(start, end, a, b), *shares))
    best, distance = tries[0], np.full(a.shape[1], np.inf)
    for share in tries:
        at = along(start, end, share)
        found = point_edge_m(*at, *a, *b)
        better = found < distance
        best, distance = np.where(better, share, best), np.where(better, found, distance)
    return best, distance


def _crossing_share(start: np.ndarray, end: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The share of the leg at which its path passes the great circle of the edge a b; 0 if never.

    Where the planes of the two arcs meet, not where their chords through the Earth come near: those
    pass each other at different depths, and at small angles many metres further on.
    """
    along = b - a
    normal = np.stack([a[k - 2] * along[k - 1] - a[k - 1] * along[k - 2] for k in range(3)])
    before = ((start - a) * normal).sum(axis=0)
    after = ((end - a) * normal).sum(axis=0)
    change = before - after
    return np.clip(
        np.where(change != 0, before / np.where(change != 0, change, 1.0), 0.0), 0.0, 1.0
    )


def _met(
    leg: Fine, standing: Fine, at: np.ndarray, shares: Span
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The edges among ``at`` that the centre meets, and its first and last share on them.

    Which they are is exact; a share is rounded, and good to nanometres from the edge.
    """
    (p, q), (c, d) = leg.edges, (ends[at] for ends in standing.edges)
    start, end = _ends(leg)
    a, b = (ends[:, at] for ends in standing.units)
    row = np.flatnonzero(arcs_share(p, q, c, d))
    c, d, a, b = c[row], d[row], a[:, row], b[:, row]
    first, last = (orient(*c.T, *d.T, *place.T) for place in (p, q))
    share = _crossing_share(start, end, a, b)
    share = np.where(first == 0, 0.0, np.where(last == 0, 1.0, share))
    feet = [
        foot(*point, *np.broadcast_to(start, a.shape), *np.broadcast_to(end, a.shape))
        for point in (a, b)
    ]
    together = (first == 0) & (last == 0)  # along the edge, or a stay on it
    stays = bool((p == q).all())
    low = np.where(together, 0.0 if stays else np.minimum(*feet), share)
    high = np.where(together, 1.0 if stays else np.maximum(*feet), share)
    within = (low <= shares[1]) & (high >= shares[0])
    return row[within], np.maximum(low[within], shares[0]), np.minimum(high[within], shares[1])


def _border(
    start: np.ndarray,
    end: np.ndarray,
    edges: tuple[np.ndarray, np.ndarray],
    inside: np.ndarray,
    outside: float,
    reach_m: float,
) -> np.ndarray:
    """The share between ``inside`` (within reach) and ``outside`` where the reach ends."""
    a, b = edges
    near, far = inside.copy(), np.full(len(inside), outside)
    reached = point_edge_m(*along(start, end, far), *a, *b) <= reach_m
    near = np.where(reached, far, near)
    for _ in range(_HALVINGS):
        middle = (near + far) * 0.5
        within = point_edge_m(*along(start, end, middle), *a, *b) <= reach_m
        near, far = np.where(within, middle, near), np.where(within, far, middle)
    return near


def _inside_spans(
    start: np.ndarray, end: np.ndarray, area: Fine, cuts: list[float], shares: Span
) -> list[Span]:
    """The spans in which the centre is inside an area.

    ``cuts`` holds every share at which an edge is met. What lies between two of them is inside as a
    whole or not at all, and its middle decides.
    """
    places = sorted({shares[0], shares[1], *(c for c in cuts if shares[0] < c < shares[1])})
    pieces = list(pairwise(places)) or [(shares[0], shares[0])]
    found: list[Span] = []
    for low, high in pieces:
        at = along(start, end, (low + high) * 0.5)
        point = np.stack(round_direction(*at)).astype(np.int64)[:, 0]
        if contains(area.rings, point):
            found.append((low, high))
    return found


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged
