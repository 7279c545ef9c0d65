"""How far two skeletons are apart: the portable path's verdicts on what stands still.

0 where they share a point, decided on integers; else the least distance from a vertex of one to an
edge of the other, both ways, on the ellipsoid. Reaches, stand-off and minima are sums on top.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from keepclear.detect.fine import Fine
from keepclear.detect.metric import AXIS_M, distance_m, point_edge_m
from keepclear.detect.polygon import contains, lines_meet, on_face

__all__ = ["depth_m", "least_m", "planar", "separation_m", "share_a_point"]

_BLOCK: Final = 1 << 18
"""Vertex-edge pairs measured in one go: some 60 MB of columns."""


def planar(fine: Fine, face: int) -> shapely.Geometry:
    """A skeleton on its face: integers below 2**31 are exact in shapely's doubles."""
    rings = [on_face(ring, face) for ring in fine.rings]
    if fine.area:
        return shapely.Polygon(rings[0], rings[1:])
    if len(rings[0]) == 1:
        return shapely.Point(rings[0][0])
    return shapely.LineString(rings[0])


def share_a_point(a: Fine, b: Fine, face: int = -1) -> bool:
    """Whether two skeletons share a point, exactly, as closed sets.

    Args:
        a: A skeleton.
        b: Another.
        face: The face of the cube that holds both, or -1. On one face the planar test has the very
            same signs, and is faster.
    """
    if face >= 0 and (a.area or b.area):
        return bool(shapely.intersects(planar(a, face), planar(b, face)))
    if a.is_point and b.is_point:  # no edge, so no determinant says anything of two points
        return bool((a.rings[0][0] == b.rings[0][0]).all())
    if lines_meet(a.edges, b.edges):
        return True
    if b.area and any(contains(b.rings, anchor) for anchor in a.anchors):
        return True
    return a.area and any(contains(a.rings, anchor) for anchor in b.anchors)


def separation_m(a: Fine, b: Fine, *, meet: bool | None = None) -> float:
    """Least distance between two skeletons on the ellipsoid, metres; 0 where they share a point.

    Args:
        a: A skeleton.
        b: Another.
        meet: Whether they share a point, where that is known already.
    """
    if meet or (meet is None and share_a_point(a, b)):
        return 0.0
    if a.is_point and b.is_point:
        return float(distance_m(*a.vertices[:, 0], *b.vertices[:, 0]))
    bound = _rough(a, b)
    # No vertex is nearer to a point than its edges are, so a point is only measured from.
    forth = np.inf if b.is_point else least_m(a.vertices, b.units, bound)
    back = np.inf if a.is_point else least_m(b.vertices, a.units, bound)
    return min(forth, back)


def depth_m(a: Fine, b: Fine) -> float:
    """How deep the deepest vertex of one area lies inside the other, metres; 0 where none does.

    The two can be moved against each other by that much and surely still share a point.
    """
    deepest = 0.0
    for one, other in ((a, b), (b, a)):
        if not other.area:
            continue
        points = np.concatenate(one.rings)
        held = np.array([contains(other.rings, point) for point in points])
        for k in np.flatnonzero(held):
            at = one.vertices[:, k : k + 1]
            deepest = max(deepest, least_m(at, other.units))
    return deepest


def _rough(a: Fine, b: Fine) -> float:
    """An upper bound of the distance: the nearest of a few pairs of vertices."""
    p = a.vertices[:, :: max(1, a.vertices.shape[1] // 64)]
    q = b.vertices[:, :: max(1, b.vertices.shape[1] // 64)]
    return float(distance_m(*p[:, :, None], *q[:, None, :]).min())


def least_m(
    points: np.ndarray, edges: tuple[np.ndarray, np.ndarray], bound: float = np.inf
) -> float:
    """Least distance from unit normals (3, n) to edges; pairs surely beyond ``bound`` are left out."""
    a, b = edges
    middle = (a + b) * 0.5
    half = np.sqrt(((a - b) ** 2).sum(axis=0)) * 0.5
    step = max(1, _BLOCK // a.shape[1])
    least = np.inf
    for first in range(0, points.shape[1], step):
        block = points[:, first : first + step]
        gap = np.sqrt(((block[:, :, None] - middle[:, None, :]) ** 2).sum(axis=0)) - half
        # A chord of the unit sphere, scaled by the least radius of curvature, is no longer than
        # the distance; 1 m spare covers the rounding.
        i, j = np.nonzero(gap * (0.99 * AXIS_M) <= min(least, bound) + 1.0)
        if len(i):
            found = point_edge_m(*block[:, i], *a[:, j], *b[:, j])
            least = min(least, float(found.min()))
    return float(least)
