"""What a map shows of a part: polygons that hold it, because maps draw a circle as a dot.

GeoJSON knows no circle, no width and no stand-off; who sees a dot believes the rest to be empty. Edges
are straight in longitude and latitude, outlines are cut at the antimeridian (RFC 7946, 3.1.9), and
nothing comes out smaller than it was declared (:mod:`cover`). It is for looking; what counts is what
was declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from math import pi, radians, tan
from typing import Any, Final

import shapely
from shapely.affinity import translate
from shapely.geometry import Polygon, box

from keepclear.disclose.crossing_only import circle_round
from keepclear.domain.declaration import Declaration, Kind, Part
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Footprint
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.formats.ellipses import CORNERS, ring_round
from keepclear.formats.writers.cover import outlines, swept
from keepclear.formats.writers.redraw import redrawn

__all__ = ["drawn"]

_DECIMALS: Final = 9
"""0.1 mm: less than what outlines are wider than what was declared."""
_GRID: Final = 10.0**-_DECIMALS
"""Without a grid, pieces whose edges nearly coincide can come out overlapping."""
_LEAST_M: Final = 1.0
"""Radius of a place, half the width of a line: thinner ones are not seen, and break in rounding."""
_STEEP: Final = 80.0
"""Degrees of latitude up to which edges that are straight on a map bow little."""
_PIECE_M: Final = 2_500.0
"""Pieces of corridors are at most 2 km long in the middle, and a little longer at the outer side."""
_METRES_A_DEGREE: Final = 110_000.0
_EARTH_M: Final = 6_300_000.0
"""Both no larger than they are; a bow is about ``length**2 * tan(latitude) / 8R``, an eighth of it."""
_TURN: Final = 360.0
_KEPT: Final = 4_096
"""Drawings that are remembered: a map asks for the same ones again and again."""


@lru_cache(maxsize=_KEPT)
def drawn(kind: Kind, part: Part, standoff_m: float, error_m: float) -> dict[str, Any]:
    """A GeoJSON ``Polygon`` or ``MultiPolygon`` that holds a part, with its stand-off and stated error.

    Args:
        kind: A stand-off counts where it is a site.
        part: A part of a declaration. A mover is drawn with all the ground that it passes over.
        standoff_m: Metres to keep from it.
        error_m: The position error that was stated, metres.

    Returns:
        The same object for the same part: it must not be changed.
    """
    drawings = [
        rings for shape in _shapes(kind, part, standoff_m, error_m) for rings in _rings(shape)
    ]
    near = drawings[0][0][0].longitude
    pieces = [_flat(rings, near) for rings in drawings]
    whole = shapely.union_all(pieces, grid_size=_GRID)
    polygons = [one for piece in _cut(whole) for one in _polygons_of(piece)]
    coordinates = [[_ring(ring) for ring in (one.exterior, *one.interiors)] for one in polygons]
    if len(coordinates) == 1:
        return {"type": "Polygon", "coordinates": coordinates[0]}
    return {"type": "MultiPolygon", "coordinates": coordinates}


def _shapes(kind: Kind, part: Part, standoff_m: float, error_m: float) -> Iterator[Footprint]:
    """Footprints that hold it."""
    keeps_off = kind is Kind.SITE and standoff_m > 0
    if isinstance(part, Route):
        for volume in swept(part):
            yield _wider(volume.footprint, error_m)
    elif keeps_off or (error_m and isinstance(part.footprint, Area)):
        kept_m = standoff_m if keeps_off else 0.0
        site = Declaration(
            id="", kind=kind, parts=(part,), standoff_m=kept_m, position_error_m=error_m
        )
        yield Circle(*circle_round(site))
    else:
        yield _wider(part.footprint, error_m)


def _wider(footprint: Footprint, room_m: float) -> Footprint:
    if isinstance(footprint, Area):
        return footprint
    if isinstance(footprint, Circle):
        return replace(footprint, radius_m=max(_LEAST_M, footprint.radius_m + room_m))
    return replace(footprint, half_width_m=max(_LEAST_M, footprint.half_width_m + room_m))


def _rings(footprint: Footprint) -> Iterator[list[list[Position]]]:
    """The rings of the polygons that hold it, straight in longitude and latitude; outer ones first."""
    edges = EdgeRule.LONLAT
    if isinstance(footprint, Corridor) and (steep := _steep(footprint)) <= _STEEP:
        wide_m = footprint.half_width_m + _bow_m(_PIECE_M, steep)
        footprint, edges = replace(footprint, half_width_m=wide_m), EdgeRule.GEODESIC
    for one in outlines(footprint, edges, holes=True):
        if isinstance(one, Circle):
            yield [_round(one)]
        else:
            for polygon in one.polygons:
                yield [list(ring) for ring in polygon.rings]


def _round(circle: Circle) -> list[Position]:
    """A ring round a circle: its edges may bow inwards, so it is as much wider."""
    center, radius_m = circle.center, circle.radius_m
    if (steep := _steep(circle)) <= _STEEP:
        radius_m += _bow_m(2.0 * pi * radius_m / CORNERS, steep)
        return list(ring_round(center, radius_m, radius_m))
    ring = ring_round(center, radius_m, radius_m)
    return redrawn(ring, EdgeRule.GEODESIC, EdgeRule.LONLAT, closed=True)


def _steep(footprint: Circle | Corridor) -> float:
    """A latitude beyond which nothing of it lies, to either side of the equator."""
    if isinstance(footprint, Circle):
        return abs(footprint.center.latitude) + footprint.radius_m / _METRES_A_DEGREE
    lats = [abs(place.latitude) for place in footprint.vertices]
    bulge = max(abs(a.longitude - b.longitude) for a, b in pairwise(footprint.vertices))
    return max(lats) + bulge + footprint.half_width_m / _METRES_A_DEGREE


def _bow_m(length_m: float, steep: float) -> float:
    """No less than how far an edge, drawn straight on a map, lies beside the shortest path."""
    return length_m**2 * (1.0 + tan(radians(steep))) / _EARTH_M


def _flat(rings: Sequence[Sequence[Position]], near: float) -> Any:
    """A polygon whose longitudes run on beyond 180; a cap of the Earth, where it goes round a pole."""
    outer, turns = _unrolled(rings[0], near)
    if turns:
        return _cap(rings[0])
    holes = [_unrolled(ring, outer[0][0])[0] for ring in rings[1:]]
    return shapely.make_valid(Polygon(outer, holes))


def _unrolled(ring: Iterable[Position], near: float) -> tuple[list[tuple[float, float]], bool]:
    """Each vertex within half a turn of the one before; whether the ring goes round a pole."""
    out: list[tuple[float, float]] = []
    last = near
    for place in ring:
        last += (place.longitude - last + 180.0) % _TURN - 180.0
        out.append((last, place.latitude))
    home = last + (out[0][0] - last + 180.0) % _TURN - 180.0
    return out, abs(home - out[0][0]) > 1.0


def _cap(ring: Sequence[Position]) -> Any:
    """Everything from its lowest latitude to the nearer pole: more than it holds, and never less."""
    latitudes = [place.latitude for place in ring]
    if sum(latitudes) > 0:
        return box(-180.0, min(latitudes), 180.0, 90.0)
    return box(-180.0, -90.0, 180.0, max(latitudes))


def _cut(shape: Any) -> Iterator[Any]:
    """The pieces on this side of the antimeridian, and those beyond it."""
    west, _, east, _ = shape.bounds
    if west >= -180.0 and east <= 180.0:
        yield shape
        return
    for turn in range(int((west + 180.0) // _TURN), int((east + 180.0) // _TURN) + 1):
        middle = turn * _TURN
        side = box(middle - 180.0, -90.0, middle + 180.0, 90.0)
        yield translate(shapely.intersection(shape, side, grid_size=_GRID), -middle)


def _polygons_of(shape: Any) -> list[Any]:
    if isinstance(shape, Polygon):
        return [shape]
    parts = getattr(shape, "geoms", ())
    return [one for part in parts for one in _polygons_of(part)]


def _ring(ring: Any) -> list[list[float]]:
    return [[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in ring.coords]
