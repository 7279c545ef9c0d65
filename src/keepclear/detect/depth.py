"""How deep two skeletons that meet reach into each other: a lower bound, on the ellipsoid.

Of any place that lies so far inside both, the two distances to the outlines bound it: whichever way
one of the two is moved by less than their sum, they still share a point. Places to try are found on
a plane on which great circles are straight lines; how far inside a place is, is then measured with
the distances that verdicts are made of. A poor choice of places makes the bound lower, never wrong;
but they are found with rounding, so no verdict hangs on it (see ``separation.depth_m`` for those).

Left to others: reaches, stand-off and minima, which are sums on top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from keepclear.detect.fine import Fine
from keepclear.detect.metric import to_unit
from keepclear.detect.motion import Span, along
from keepclear.detect.separation import least_m

__all__ = ["path_depth_m", "shared_depth_m"]

_PLACES_MAX: Final = 48
"""Corners of the shared part that are looked at; more are thinned evenly."""
_MEASURED: Final = 3
"""The most promising places, which are measured."""
_MOST_M: Final = 6_410_000.0
"""No length on the plane is longer on the ground than so many times itself."""
_LEVEL_MIN: Final = 0.02
"""Skeletons that reach further round the Earth than 88 degrees are not drawn on a plane."""
_SHARES: Final = np.linspace(0.0, 1.0, 9)
"""Where along each span a path inside an area is measured."""


def shared_depth_m(a: Fine, b: Fine) -> float:
    """How deep two standing skeletons that share a point reach into each other, metres, at least.

    Which of them is named first changes no bit. Lines and points have no inside: between two of
    them it is 0.
    """
    if not (a.area or b.area):
        return 0.0
    if _content(b) < _content(a):
        a, b = b, a
    plane = _Plane.between(a, b)
    if plane is None:
        return 0.0
    drawn = [plane.drawn(fine) for fine in (a, b)]
    try:
        places = _places(shapely.intersection(*drawn))
    except shapely.errors.GEOSException:  # too thin to be cut in doubles; 0 is still a bound
        return 0.0
    points = shapely.points(places)
    rough = [
        shapely.distance(points, shapely.boundary(shape)) if fine.area else np.zeros(len(places))
        for fine, shape in zip((a, b), drawn, strict=True)
    ]
    deepest = 0.0
    for k in np.argsort(-(rough[0] + rough[1]), kind="stable")[:_MEASURED]:
        at = plane.normal(places[k])
        inside = [
            least_m(at, fine.units, float(flat[k]) * _MOST_M)
            for fine, flat in zip((a, b), rough, strict=True)
            if fine.area
        ]
        deepest = max(deepest, sum(inside))
    return deepest


def path_depth_m(leg: Fine, area: Fine, inside: list[Span]) -> float:
    """How deep the centre of a leg comes into an area, at least, within spans in which it is in it."""
    start, end = (side[:, :1] for side in leg.units)
    shares = np.concatenate([low + (high - low) * _SHARES for low, high in inside])
    at = along(start, end, shares[None, :])
    return max(least_m(at[:, k : k + 1], area.units) for k in range(len(shares)))


def _content(fine: Fine) -> tuple[bool, int, bytes]:
    """What orders two skeletons, wherever they stand in a table."""
    return fine.area, sum(len(ring) for ring in fine.rings), fine.rings[0].tobytes()


@dataclass(frozen=True, slots=True)
class _Plane:
    """The plane that touches the sphere of normals at a place, seen from the middle of the Earth."""

    axes: np.ndarray
    """(3, 3): to the right, ahead, and the normal at the place, as rows."""

    @classmethod
    def between(cls, a: Fine, b: Fine) -> _Plane | None:
        """A plane on which both can be drawn, or None."""
        small, large = sorted((a.vertices, b.vertices), key=_extent)
        for middle in (small.mean(axis=1), small.mean(axis=1) + large.mean(axis=1)):
            up = np.array(to_unit(*middle))
            if min((up[:, None] * v).sum(axis=0).min() for v in (small, large)) > _LEVEL_MIN:
                return cls(_axes(up))
        return None

    def drawn(self, fine: Fine) -> shapely.Geometry:
        """A skeleton on the plane."""
        rings = [self._on(np.stack(to_unit(*ring.T.astype(np.float64)))) for ring in fine.rings]
        if fine.area:
            valid = shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))
            parts = [part for part in shapely.get_parts(valid) if part.geom_type == "Polygon"]
            return shapely.MultiPolygon(parts)
        return shapely.Point(rings[0][0]) if len(rings[0]) == 1 else shapely.LineString(rings[0])

    def _on(self, normals: np.ndarray) -> np.ndarray:
        x, y, z = ((axis[:, None] * normals).sum(axis=0) for axis in self.axes)
        return np.stack([x / z, y / z], axis=-1)

    def normal(self, place: np.ndarray) -> np.ndarray:
        """The unit normal (3, 1) above a place on the plane."""
        right, ahead, up = self.axes
        return np.stack(to_unit(*(right * place[0] + ahead * place[1] + up)))[:, None]


def _extent(vertices: np.ndarray) -> float:
    return float((vertices.max(axis=1) - vertices.min(axis=1)).max())


def _axes(up: np.ndarray) -> np.ndarray:
    least = np.zeros(3)
    least[int(np.argmin(np.abs(up)))] = 1.0
    right = np.array(to_unit(*np.cross(least, up)))
    return np.stack([right, np.cross(up, right), up])


def _places(shared: shapely.Geometry) -> np.ndarray:
    """Places (n, 2) of the shared part: its corners, what lies between them, and its middles."""
    found: list[np.ndarray] = []
    for part in shapely.get_parts(shared):
        corners = shapely.get_coordinates(part)
        corners = corners[:: max(1, len(corners) // _PLACES_MAX)]
        found.append(corners)
        found += [
            corners[:-1] + (corners[1:] - corners[:-1]) * share for share in (0.25, 0.5, 0.75)
        ]
        if part.geom_type == "Polygon" and part.area > 0:
            found.append(shapely.get_coordinates(shapely.maximum_inscribed_circle(part))[:1])
    return np.concatenate(found) if found else np.zeros((0, 2))
