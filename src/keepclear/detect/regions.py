"""Ground beyond a line, or outside an outline, and what of a declaration lies on it.

A line goes on straight beyond its ends, and a circle round its middle closes the ground on each of its
sides. The verdict is the one of every crossing, exact on the lattice: ground that is shared by more
than :data:`SHARED_M` is shared, so that an outline cut along the line keeps to its side. The size of it
is good to a fraction of a percent. Only the ground counts, over all heights and all times.

Left to others: what was agreed about it, and for whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from math import asin, cos, radians, sin, sqrt
from typing import Final

import numpy as np
from pyproj import Geod

from keepclear.detect.border import Border
from keepclear.detect.extent import Box
from keepclear.detect.free import Free, box_round
from keepclear.detect.index import StandingSet
from keepclear.detect.prepare import PORTABLE_MAKER, Maker, Prepared, prepare
from keepclear.detect.vertical import Geoid
from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.declaration import Declaration, Kind, Part
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Footprint, Polygon
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS
from keepclear.errors import InputError

__all__ = [
    "REACH_M_MAX", "SHARED_M", "Around", "Region", "Takes", "beyond", "outside", "radius_for",
]  # fmt: skip

SHARED_M: Final = 0.01
"""What lies no deeper than this on the other side lies on the line (decision 3 of the design)."""
REACH_M_MAX: Final = 4_096_000.0
"""Declarations that reach further from the middle of a line or an outline are not compared with it."""
_REACH_M_MIN: Final = 256_000.0
_ROOM: Final = 1.25
"""The closing circle is drawn with corners, and must stay outside all that is asked."""
_STEP_DEGREES: Final = 5.0
_HALVINGS: Final = 60
_SPHERE_M: Final = 6_371_008.8
_ROUGH: Final = 0.01
_DEGREE_M_MAX: Final = 111_700.0
"""No degree is longer."""
_GEOD: Final = Geod(ellps="WGS84")
_OPEN: Final = AltitudeBand(None, None)


class Takes:
    """What a declaration takes of the ground: looked at once, whatever regions it is held against."""

    def __init__(self, said: Declaration) -> None:
        """Remember which declaration it is."""
        self._said = said

    @cached_property
    def grounds(self) -> list[Footprint]:
        """What each part takes; of a route, all that it sweeps."""
        return [_ground(part) for part in self._said.parts]

    @cached_property
    def boxes(self) -> list[Box | None]:
        """Around each of them, with some room; nothing where that takes more than a look."""
        return [box_round(ground) for ground in self.grounds]


class Region:
    """Ground that stands ready to be asked what of a declaration lies on it."""

    def __init__(self, ground: Area, maker: Maker = PORTABLE_MAKER) -> None:
        """Put it on the lattice.

        Args:
            ground: The ground.
            maker: Makes the rows of what is asked about; compiled where that is loaded.

        Raises:
            InputError: its outline crosses itself, as that of a line that bends back on itself does.
        """
        part = Volume4D(ground, _OPEN, ALWAYS)
        whole = Declaration(id="region", kind=Kind.OPERATION, parts=(part,))
        self._maker, self._set = maker, StandingSet(geoid=_no_geoid())
        prepared = self._set.prepared(whole)
        self._set.insert(whole, prepared)
        rows = range(len(prepared.table))
        self._border = Border(prepared.table) if len(rows) == 1 else None
        holds = self._border.holds if self._border is not None and self._border.is_drawn else None
        self._free = [Free(prepared.table, row, holds) for row in rows]

    def shared_m2(self, takes: Takes) -> float | None:
        """How much ground of a declaration lies on it, m2; nothing where none does.

        Raises:
            InputError: a part of the declaration cannot be used.
        """
        boxes = takes.boxes
        if all(free.of(box) for box in boxes for free in self._free):
            return None
        parts = tuple(Volume4D(ground, _OPEN, ALWAYS) for ground in takes.grounds)
        asked = Declaration(id="asked", kind=Kind.OPERATION, parts=parts)
        prepared = self._prepared(asked)
        plain_m2 = None
        if self._border is not None and len(boxes) == 1 and boxes[0] is not None:
            plain_m2 = self._border.shared_m2(prepared.table, boxes[0], SHARED_M)
        if plain_m2 is not None:
            return plain_m2 or None
        for met in self._set.query(asked, prepared):
            if met.depth_m is not None and met.depth_m > SHARED_M:
                return met.area_m2
        return None

    def _prepared(self, asked: Declaration) -> Prepared:
        found = prepare([asked], geoid=_no_geoid(), maker=self._maker)
        if found.refused:
            first = found.refused[0]
            raise InputError(first.code, first.message, where=first.where)
        return found


def beyond(line: Corridor, *, left: bool, radius_m: float) -> Area:
    """The ground on one side of a line, within a circle round its middle.

    Args:
        line: Its vertices; it has no width.
        left: The side on the left of somebody who walks from the first vertex to the last.
        radius_m: Of the circle.
    """
    places = list(line.vertices)
    middle = _middle(places)
    first = _exit(middle, places[0], places[1], radius_m)
    last = _exit(middle, places[-1], places[-2], radius_m)
    whole = _bearing(middle, first) - _bearing(middle, last)
    turn = -(-whole % 360.0) if left else whole % 360.0
    arc = _arc(middle, radius_m, _bearing(middle, last), turn)
    ring = (first, *places, last, *arc)
    return Area((Polygon((ring,)),), EdgeRule.GEODESIC)


def outside(outline: Area, *, radius_m: float) -> Area:
    """The ground outside an outline, within a circle round its middle."""
    middle = _middle(list(outline.polygons[0].rings[0]))
    around = tuple(_arc(middle, radius_m, 0.0, 360.0))
    holes = tuple(polygon.rings[0] for polygon in outline.polygons)
    return Area((Polygon((around, *holes)),), outline.edges)


def radius_for(places: tuple[Position, ...], said: Declaration) -> float | None:
    """The radius of a circle round the middle of some places that holds a declaration, too.

    One of few, so that regions are made seldom; nothing where it would be too large.
    """
    return Around(places).radius_for(Takes(said))


class Around:
    """Circles round the middle of some places."""

    def __init__(self, places: tuple[Position, ...]) -> None:
        """Measure how far the places themselves lie from their middle."""
        self._middle = _middle(list(places))
        self._own_m = max(_metres(self._middle, place) for place in places)

    def radius_for(self, takes: Takes) -> float | None:
        """See :func:`radius_for`."""
        if all(self._surely_holds(box) for box in takes.boxes):  # almost always
            return _radius(self._own_m)
        around = list(_reaches(takes))
        rough_m = max(_sphere_m(self._middle, place) + reach for place, reach in around)
        least, most = (
            _radius(max(self._own_m, rough_m * factor)) for factor in (1 - _ROUGH, 1 + _ROUGH)
        )
        if least == most:  # most often, and then nothing need be measured
            return least
        far_m = max(_metres(self._middle, place) + reach for place, reach in around)
        return _radius(max(self._own_m, far_m))

    def _surely_holds(self, box: Box | None) -> bool:
        """Whether nothing in a box lies further from the middle than the places do: by a corner."""
        if box is None:
            return False
        south, west, north, east = box
        corner_m = _sphere_to_m(self._middle, south, west)
        far_m = corner_m + (north - south + east - west) * _DEGREE_M_MAX
        return far_m * (1 + _ROUGH) <= self._own_m


def _radius(far_m: float) -> float | None:
    radius_m = _REACH_M_MIN
    while radius_m < far_m * _ROOM:
        radius_m *= 2.0
    return radius_m if radius_m <= REACH_M_MAX else None


def _sphere_m(a: Position, b: Position) -> float:
    return _sphere_to_m(a, b.latitude, b.longitude)


def _sphere_to_m(a: Position, latitude: float, longitude: float) -> float:
    """Distance on a sphere; that on the ellipsoid differs by less than :data:`_ROUGH` of it."""
    north = radians(latitude - a.latitude)
    east = radians(longitude - a.longitude)
    half = (
        sin(north / 2) ** 2 + cos(radians(a.latitude)) * cos(radians(latitude)) * sin(east / 2) ** 2
    )
    return 2 * _SPHERE_M * asin(min(1.0, sqrt(half)))


def _ground(part: Part) -> Footprint:
    if not isinstance(part, Route):
        return part.footprint
    places = [point.position for point in part.waypoints]
    ways = [place for k, place in enumerate(places) if k == 0 or place != places[k - 1]]
    if len(ways) == 1:
        return Circle(ways[0], part.half_width_m)
    return Corridor(tuple(ways), part.half_width_m, EdgeRule.GEODESIC)


def _reaches(takes: Takes) -> Iterator[tuple[Position, float]]:
    """Places that span a declaration, and how far it reaches beyond each; room is left for edges."""
    for ground in takes.grounds:
        if isinstance(ground, Circle):
            yield ground.center, ground.radius_m
        elif isinstance(ground, Corridor):
            yield from ((place, ground.half_width_m) for place in ground.vertices)
        else:
            for polygon in ground.polygons:
                yield from ((place, 0.0) for place in polygon.rings[0])


def _middle(places: list[Position]) -> Position:
    lon, lat = np.radians([[p.longitude, p.latitude] for p in places]).T
    x, y, z = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
    mean = np.array([x.mean(), y.mean(), z.mean()])
    return Position(
        longitude=float(np.degrees(np.arctan2(mean[1], mean[0]))),
        latitude=float(np.degrees(np.arctan2(mean[2], np.hypot(mean[0], mean[1])))),
    )


def _exit(middle: Position, end: Position, before: Position, radius_m: float) -> Position:
    """Where a line that goes on straight beyond its end leaves the circle."""
    azimuth = _bearing(end, before) + 180.0
    low, high = 0.0, 2.0 * radius_m
    for _ in range(_HALVINGS):
        half = (low + high) / 2.0
        if _metres(middle, _onward(end, azimuth, half)) < radius_m:
            low = half
        else:
            high = half
    return _onward(end, azimuth, high)


def _arc(middle: Position, radius_m: float, begin: float, turn: float) -> list[Position]:
    """Corners of an arc, its ends left out, or of the whole circle."""
    steps = max(2, round(abs(turn) / _STEP_DEGREES))
    whole = abs(turn) >= 360.0
    return [
        _onward(middle, begin + turn * k / steps, radius_m) for k in range(0 if whole else 1, steps)
    ]


def _bearing(at: Position, to: Position) -> float:
    return float(_GEOD.inv(at.longitude, at.latitude, to.longitude, to.latitude)[0])


def _metres(a: Position, b: Position) -> float:
    return float(_GEOD.inv(a.longitude, a.latitude, b.longitude, b.latitude)[2])


def _onward(at: Position, azimuth: float, metres: float) -> Position:
    lon, lat, _ = _GEOD.fwd(at.longitude, at.latitude, azimuth, metres)
    return Position(longitude=(lon + 180.0) % 360.0 - 180.0, latitude=lat)


@cache
def _no_geoid() -> Geoid:
    """Open heights are measured from nothing."""
    return Geoid(np.zeros((721, 1440), dtype=np.int16))
