"""A crossing cut down to what both declarations share, from the side of one of them.

Everything shown at level ``crossing`` lies inside the viewer's own declaration: its time, its heights
and its footprint. What would measure beyond that, such as the gap to a volume that only comes near, or
how deep the other's reaches, is left out. So two plans that share the same part with one's own look the
same (a law in the tests). Left to others: which level applies, and what it costs.
"""

from __future__ import annotations

from math import asin, ceil, cos, radians, sin, sqrt, tan
from typing import Any, Final

from keepclear.detect.crossing import Crossing, CrossingKind, Minima, Side
from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle, Footprint
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.schedule import Schedule
from keepclear.domain.window import Window, format_instant

__all__ = ["circle_round", "coarse_area", "extent", "shared_part", "sides", "stay_away"]

_DECIMALS: Final = 5
"""About a metre. Shared areas are drawn on a plane whose middle depends on both footprints; further
digits would say something of the other's."""
_RADIUS_M_MAX: Final = 6_399_594.0
"""The largest radius of curvature of the ellipsoid: distances on this sphere are never too short."""
_CIRCLE_STEP_M: Final = 1.0


def shared_part(
    crossing: Crossing,
    own: Declaration,
    *,
    mark: str,
    desk: str,
    minima: Minima,
    area: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What the party of ``own`` sees of a crossing with a declaration that is not open to it.

    Args:
        crossing: As it was found; ``own`` is one of its sides.
        own: The viewer's own declaration.
        mark: What stands for the other declaration, whose id is not shown.
        desk: How the other's desk is reached.
        minima: What was to remain free between the two.
        area: The shared area as :func:`coarse_area` says it, where that is at hand.
    """
    mine, other = sides(crossing, own)
    overlap = crossing.kind is CrossingKind.OVERLAP
    told: dict[str, Any] = {
        "level": "crossing",
        "ref": mark,
        "own": {"id": own.id, "parts": list(mine.parts)},
        "party": other.party,
        "desk": desk,
        "kind": other.kind.value,
        "meets": crossing.kind.value,
        "certainty": "certain" if crossing.certain else "possible",
        **_time(crossing, own, mine),
    }
    if overlap:
        told["altitude_w84_m"] = [_rounded(limit) for limit in crossing.altitude_w84_m]
        told["area"] = area or coarse_area(crossing)
    else:
        told["closer_than"] = {
            "horizontal_m": minima.horizontal_m,
            "vertical_m": minima.vertical_m,
            "time_s": minima.time_us / 1e6,
        }
    return told


def stay_away(
    crossing: Crossing, own: Declaration, site: Declaration, *, mark: str, desk: str
) -> dict[str, Any]:
    """What the party of ``own`` sees of a site that it would come too near to: a circle, never less.

    Args:
        crossing: As it was found.
        own: The viewer's own declaration.
        site: The notified site.
        mark: What stands for the site, whose id is not shown.
        desk: How its party is reached; empty where nobody said.
    """
    mine, other = sides(crossing, own)
    center, radius_m = circle_round(site)
    told: dict[str, Any] = {
        "level": "stay away",
        "ref": mark,
        "own": {"id": own.id, "parts": list(mine.parts)},
        "party": other.party,
        "desk": desk,
        "kind": other.kind.value,
        "certainty": "certain" if crossing.certain else "possible",
        "center": [center.longitude, center.latitude],
        "radius_m": radius_m,
        **_time(crossing, own, mine),
    }
    if other.unconfirmed_since_us is not None:
        told["unconfirmed_since"] = format_instant(other.unconfirmed_since_us)
    return told


def coarse_area(crossing: Crossing) -> dict[str, Any] | None:
    """The shared area with no more digits than it is good for; the same for both parties."""
    area = crossing.area
    if area is None:
        return None
    corners = area["coordinates"]
    rounded = (
        _coarse_rings(corners)
        if area["type"] == "Polygon"
        else [_coarse_rings(rings) for rings in corners]
    )
    return {"type": area["type"], "coordinates": rounded}


def sides(crossing: Crossing, own: Declaration) -> tuple[Side, Side]:
    """One's own side, then the other's."""
    if (crossing.a.party, crossing.a.id) == (own.party, own.id):
        return crossing.a, crossing.b
    return crossing.b, crossing.a


def extent(part: Part) -> Window:
    """From the first to the last instant of a part."""
    if isinstance(part, Route):
        return Window(part.waypoints[0].time_us, part.waypoints[-1].time_us)
    return part.window.window if isinstance(part.window, Schedule) else part.window


def _time(crossing: Crossing, own: Declaration, mine: Side) -> dict[str, Any]:
    """When they meet, within one's own time; one's own time, where the meeting lies beside it."""
    windows = [extent(own.parts[part]) for part in mine.parts]
    starts, ends = [w.start_us for w in windows], [w.end_us for w in windows]
    first = None if None in starts else min(s for s in starts if s is not None)
    last = None if None in ends else max(e for e in ends if e is not None)
    start = _latest(first, crossing.time_start_us)
    end = _earliest(last, crossing.time_end_us)
    gap = crossing.time_s > 0 or (start is not None and end is not None and start > end)
    if gap:
        start, end = first, last
    return {
        "time_start": None if start is None else format_instant(start),
        "time_end": None if end is None else format_instant(end),
    }


def _latest(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else max(a, b)


def _earliest(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else min(a, b)


def _rounded(limit_m: float | None) -> float | None:
    return None if limit_m is None else round(float(limit_m), 1) + 0.0


def _coarse_rings(rings: Any) -> list[list[list[float]]]:
    """Longitude and latitude of each corner; zero is never a negative one."""
    return [
        [
            [round(float(lon), _DECIMALS) + 0.0, round(float(lat), _DECIMALS) + 0.0]
            for lon, lat in ring
        ]
        for ring in rings
    ]


# the circle of a site


def circle_round(site: Declaration) -> tuple[Position, float]:
    """A circle that holds all of a site and its stand-off; never one that is too small."""
    center = _middle(site)
    reach_m = max(_reach_m(center, part) for part in site.parts)
    whole_m = reach_m + site.standoff_m + site.position_error_m
    return center, ceil(whole_m / _CIRCLE_STEP_M) * _CIRCLE_STEP_M


def _middle(site: Declaration) -> Position:
    """The centre of the first part, or the first of its vertices: any place in it will do."""
    part = site.parts[0]
    if isinstance(part, Route):
        return part.waypoints[0].position
    if isinstance(part.footprint, Circle):
        return part.footprint.center
    return _vertices(part.footprint)[0]


def _reach_m(center: Position, part: Part) -> float:
    if isinstance(part, Route):
        far_m = max(_at_most_m(center, point.position) for point in part.waypoints)
        return far_m + part.half_width_m + max(point.error_m for point in part.waypoints)
    if isinstance(part.footprint, Circle):
        return _at_most_m(center, part.footprint.center) + part.footprint.radius_m
    places = _vertices(part.footprint)
    far_m = max(_at_most_m(center, place) for place in places) + _bulge_m(places)
    return far_m + (0.0 if isinstance(part.footprint, Area) else part.footprint.half_width_m)


def _bulge_m(places: list[Position]) -> float:
    """No less than how far an edge may run outside the circle round its ends, by any edge rule.

    An edge that is straight in longitude and latitude leaves the shortest path by about
    ``length**2 * tan(latitude) / 8R``; four times that is taken, and never more than half its length.
    """
    most_m = 0.0
    for a, b in zip(places, (*places[1:], places[0]), strict=True):
        length_m = _at_most_m(a, b)
        slope = 1.0 + abs(tan(radians(max(abs(a.latitude), abs(b.latitude)))))
        most_m = max(most_m, min(length_m / 2, length_m**2 * slope / (2 * _RADIUS_M_MAX)))
    return most_m


def _vertices(footprint: Footprint) -> list[Position]:
    if isinstance(footprint, Area):
        return [place for polygon in footprint.polygons for place in polygon.rings[0]]
    return [footprint.center] if isinstance(footprint, Circle) else list(footprint.vertices)


def _at_most_m(a: Position, b: Position) -> float:
    """No less than the distance on the ellipsoid (haversine on the largest sphere)."""
    north = radians(b.latitude - a.latitude)
    east = radians(b.longitude - a.longitude)
    half = (
        sin(north / 2) ** 2
        + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(east / 2) ** 2
    )
    return 2 * _RADIUS_M_MAX * asin(min(1.0, sqrt(half)))
