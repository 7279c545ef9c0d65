"""Shapes as the plain polygons and circles that surely hold them, for formats that know no others.

Standing corridors become one four-sided polygon for each piece of at most 2 km and a circle at each
vertex; they are 1 cm wider than declared, which is more than their edges can bow inwards. Moving
discs become the corridors that they sweep, leg by leg. Holes are filled. Nothing comes out smaller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from keepclear.detect.edges import geodesic_points
from keepclear.domain.altitude import Altitude, AltitudeBand, Reference
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Polygon
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window
from keepclear.formats.writers.redraw import ellipsoid, redrawn

__all__ = ["POINT_M", "outlines", "swept"]

WIDER_M: Final = 0.01
"""A chord of a 2 km piece lies 8 cm under the surface and less than 1 mm to the side; 1 cm is safe."""
POINT_M: Final = 0.01
"""Radius of a place without extent, where a circle must have one."""


def outlines(
    footprint: Area | Circle | Corridor, edges: EdgeRule, *, holes: bool
) -> Iterator[Area | Circle]:
    """Polygons and circles that together hold a footprint, each polygon by itself.

    Args:
        footprint: Any footprint.
        edges: What joins the vertices of the polygons that come out.
        holes: Whether polygons may keep their holes; else these are filled.
    """
    if isinstance(footprint, Circle):
        yield Circle(footprint.center, max(footprint.radius_m, POINT_M))
    elif isinstance(footprint, Area):
        for polygon in footprint.polygons:
            rings = polygon.rings if holes else polygon.rings[:1]
            drawn = [redrawn(ring, footprint.edges, edges, closed=True) for ring in rings]
            yield Area((Polygon(tuple(map(tuple, drawn))),), edges)
    else:
        yield from _corridor(footprint, edges)


def _corridor(corridor: Corridor, edges: EdgeRule) -> Iterator[Area | Circle]:
    reach_m = corridor.half_width_m + WIDER_M
    line = redrawn(corridor.vertices, corridor.edges, EdgeRule.GEODESIC, closed=False)
    for place in line:
        yield Circle(place, reach_m)
    for a, b in pairwise(line):
        if a != b:
            for quad in _quads(a, b, reach_m):
                ring = redrawn(quad, EdgeRule.GEODESIC, edges, closed=True)
                yield Area((Polygon((tuple(ring),)),), edges)


def _quads(a: Position, b: Position, reach_m: float) -> Iterator[tuple[Position, ...]]:
    """Four-sided pieces along a geodesic, each with its neighbours' corners."""
    lons, lats = geodesic_points(a.longitude, a.latitude, b.longitude, b.latitude)
    points = [*zip(lons.tolist(), lats.tolist(), strict=True), (b.longitude, b.latitude)]
    sides = [_sides(points, i, reach_m) for i in range(len(points))]
    for (left_a, right_a), (left_b, right_b) in pairwise(sides):
        yield left_a, left_b, right_b, right_a


def _sides(points: list[tuple[float, float]], i: int, reach_m: float) -> tuple[Position, Position]:
    """The places left and right of a point, across the direction of the line there."""
    here = points[i]
    ahead = points[i + 1] if i + 1 < len(points) else None
    azimuth = (
        ellipsoid().inv(*here, *ahead)[0]
        if ahead
        else ellipsoid().inv(*here, *points[i - 1])[0] + 180.0
    )
    left, right = (ellipsoid().fwd(*here, azimuth + turn, reach_m)[:2] for turn in (-90.0, 90.0))
    return (
        Position(longitude=left[0], latitude=left[1]),
        Position(longitude=right[0], latitude=right[1]),
    )


def swept(route: Route) -> Iterator[Volume4D]:
    """Standing volumes that hold a moving disc: each leg for as long as it takes.

    A stay is a circle. The last instant of a route does not belong to it, as in every window.
    """
    points = route.waypoints
    if len(points) == 1:
        points = points * 2
    for here, there in pairwise(points):
        reach_m = route.half_width_m + here.error_m
        footprint: Circle | Corridor = (
            Circle(here.position, reach_m)
            if here.position == there.position
            else Corridor((here.position, there.position), reach_m, EdgeRule.GEODESIC)
        )
        for band in _hull(here.band, there.band):
            yield Volume4D(footprint, band, Window(here.time_us, there.time_us))


def _hull(a: AltitudeBand, b: AltitudeBand) -> Sequence[AltitudeBand]:
    """One band that holds two with the same references; both where the references differ."""
    if a == b:
        return (a,)
    if _alike(a.lower, b.lower) and _alike(a.upper, b.upper):
        lower = a.lower if a.lower is None or _low(a.lower, b.lower) else b.lower
        upper = a.upper if a.upper is None or not _low(a.upper, b.upper) else b.upper
        return (AltitudeBand(lower, upper),)
    return (a, b)


def _low(a: Altitude, b: Altitude | None) -> bool:
    return b is not None and a.metres <= b.metres


def _alike(a: Altitude | None, b: Altitude | None) -> bool:
    alike = {Reference.AGL: Reference.SFC}
    if a is None or b is None:
        return a is b
    return alike.get(a.reference, a.reference) is alike.get(b.reference, b.reference)
