"""Boundaries of lines and arcs, as airspace files declare them -> rings that are never too small.

An arc is a curve at one distance from its centre on the ellipsoid. Its ring gets vertices joined by
geodesics, chosen so that the area is never smaller than declared and by at most ``tolerance_m``
larger: where the area lies inside the circle the edges touch it from outside, where it lies outside
they are chords.

Ends that are stated, too, rarely lie exactly on the circle, because they are rounded to seconds. The
stated places stay vertices, the arc between them keeps its radius (or, where none is stated, changes
evenly from that of one end to that of the other), and the disagreement is handed back, so that it can
be charged as a position error: whichever of the two was meant, it is covered. A line that meets an arc
at a very flat angle may then cross it just before its end; there the arc is drawn evenly through its
ends instead, which is within the same error.

Full circles are no arcs: they stay a centre and a radius.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from math import acos, ceil, cos, radians, sin
from typing import Any, Final

import numpy as np

from keepclear.domain.footprint import RADIUS_M_MAX, Ring, length_m
from keepclear.domain.position import Position
from keepclear.errors import InputError

__all__ = [
    "ARC_SHARE",
    "ARC_TOLERANCE_M",
    "MISFIT_M",
    "MISFIT_SHARE",
    "RING_MAX",
    "Arc",
    "arc_between",
    "arc_of_bearings",
    "ring_of",
    "tolerance_m",
]

ARC_TOLERANCE_M: Final = 1.0
"""How far outside the declared arc the ring may run: below every altitude error, and what a place
rounded to a tenth of a second leaves open."""
ARC_SHARE: Final = 2e-4
"""The same as a share of the radius, for small arcs: areas stay right to 0.02 %."""
MISFIT_M: Final = 60.0
"""Ends may lie this far off the circle: two places rounded to a second each, and a radius rounded to
a hundredth of a mile."""
MISFIT_SHARE: Final = 0.02
"""Or this share of the radius: the worst of the UK's 258 arcs is off by 1.2 %."""
_MARGIN: Final = 1.01
"""Share by which the sagitta of an edge is exceeded: on the ellipsoid the curvature of a circle
varies by less than 0.7 % round it, and a geodesic is straight only to second order."""
_MARGIN_M: Final = 0.002
"""Rounding of lengths in the geodesic series, with room to spare."""
_TURN_DEG_MIN: Final = 0.01
"""Shorter arcs, and turns this close to a whole one, are up to the rounding of the ends."""
_FULL_DEG: Final = 360.0
RING_MAX: Final = 200_000
"""Vertices of one ring: a file of some hundred bytes could ask for millions."""
_ROUGH: Final = 0.4
"""Radians of an edge where only the sense of a ring is wanted."""
_CHECKED_MAX: Final = 2_000
"""Vertices of a ring that is looked at for crossings; the work grows with the square."""


@dataclass(frozen=True, slots=True)
class Arc:
    """A part of a circle. ``turn_deg`` is how far it turns: clockwise positive."""

    center: Position
    from_deg: float
    """Bearing of its start from the centre, true degrees."""
    turn_deg: float
    radius_from_m: float
    radius_to_m: float
    start: Position | None
    """Stated ends; None where the arc is given by bearings, and its ends are on the circle."""
    end: Position | None
    start_m: float
    end_m: float
    """How far the ends lie from the centre."""
    misfit_m: float
    """By how much the stated ends lie off the stated radius, or off each other's."""


def tolerance_m(radius_m: float) -> float:
    """How far outside an arc of this radius its ring may run, metres."""
    return min(ARC_TOLERANCE_M, ARC_SHARE * radius_m)


def arc_between(
    center: Position,
    start: Position,
    end: Position,
    *,
    clockwise: bool,
    radius_m: float | None = None,
) -> Arc:
    """The arc round a centre from one place to another.

    Args:
        center: Its centre.
        start: Where it begins.
        end: Where it ends.
        clockwise: Which way round, seen from above.
        radius_m: Its radius where stated, metres on the ellipsoid; else it is that of its ends.

    Raises:
        InputError: ``arc.misfit`` where the ends lie too far off the radius, or off each other's;
            ``arc.turn`` where it is no turn, or a whole one; ``length.range``.
    """
    azimuths, _, distances = _geod().inv(
        [center.longitude] * 2,
        [center.latitude] * 2,
        [start.longitude, end.longitude],
        [start.latitude, end.latitude],
    )
    first_m, last_m = (float(d) for d in distances)
    if radius_m is None:
        misfit_m, around_m = abs(first_m - last_m), max(first_m, last_m)
    else:
        misfit_m, around_m = max(abs(first_m - radius_m), abs(last_m - radius_m)), radius_m
    length_m(around_m, "radius", RADIUS_M_MAX)
    if misfit_m > max(MISFIT_M, MISFIT_SHARE * around_m):
        raise InputError(
            "arc.misfit",
            f"the ends of the arc lie {first_m:,.0f} m and {last_m:,.0f} m from its centre"
            + (", which differ" if radius_m is None else f", but its radius is {radius_m:,.0f} m")
            + f" by {misfit_m:,.0f} m; check the centre, the ends and the radius",
        )
    turn = _turn(float(azimuths[0]), float(azimuths[1]), clockwise=clockwise)
    if min(first_m, last_m) <= 0.0 or _is_no_arc(turn):
        raise InputError(
            "arc.turn",
            "the arc begins and ends in the same direction from its centre; write a whole circle "
            "as a circle, and leave an arc without length out",
        )
    return Arc(
        center,
        float(azimuths[0]) % _FULL_DEG,
        turn,
        first_m if radius_m is None else radius_m,
        last_m if radius_m is None else radius_m,
        start,
        end,
        first_m,
        last_m,
        misfit_m,
    )


def arc_of_bearings(
    center: Position, radius_m: float, from_deg: float, to_deg: float, *, clockwise: bool
) -> Arc:
    """The arc round a centre from one true bearing to another.

    Raises:
        InputError: ``arc.bearing``, ``arc.turn``, ``length.range``.
    """
    for bearing in (from_deg, to_deg):
        if not 0.0 <= bearing <= _FULL_DEG:
            raise InputError(
                "arc.bearing", f"found bearing {bearing:g}, expected 0 to 360 true degrees"
            )
    length_m(radius_m, "radius", RADIUS_M_MAX)
    turn = _turn(from_deg, to_deg, clockwise=clockwise)
    if radius_m <= 0.0 or _is_no_arc(turn):
        raise InputError(
            "arc.turn",
            f"an arc of {radius_m:g} m from {from_deg:g} to {to_deg:g} degrees is none; write a "
            "whole circle as a circle",
        )
    return Arc(center, from_deg, turn, *(radius_m,) * 2, None, None, *(radius_m,) * 2, 0.0)


def _turn(from_deg: float, to_deg: float, *, clockwise: bool) -> float:
    turn = (to_deg - from_deg) % _FULL_DEG
    return turn if clockwise or turn == 0.0 else turn - _FULL_DEG


def _is_no_arc(turn_deg: float) -> bool:
    return not _TURN_DEG_MIN <= abs(turn_deg) <= _FULL_DEG - _TURN_DEG_MIN


def ring_of(pieces: Sequence[Position | Arc]) -> tuple[Ring, float]:
    """The ring along places and arcs, in order, and the worst misfit of its arcs in metres.

    A place that repeats the one before it, and a last one that repeats the first, is left out. The
    edges are geodesics.

    Raises:
        InputError: ``coordinates.too-many`` beyond ``RING_MAX`` vertices.
    """
    count = sum(_steps(piece)[0] + 2 if isinstance(piece, Arc) else 1 for piece in pieces)
    if count > RING_MAX:
        raise InputError(
            "coordinates.too-many",
            f"its arcs and points make {count:,} vertices, expected at most {RING_MAX:,}",
        )
    rough = [place for piece in pieces for place in _vertices(piece, inside=None)]
    right_is_inside = _runs_clockwise(rough)
    ring = _ring(pieces, right_is_inside=right_is_inside)
    misfit_m = max((piece.misfit_m for piece in pieces if isinstance(piece, Arc)), default=0.0)
    if misfit_m > 0.0 and _crosses_itself(ring):
        even = [_through_ends(piece) if isinstance(piece, Arc) else piece for piece in pieces]
        other = _ring(even, right_is_inside=right_is_inside)
        ring = ring if _crosses_itself(other) else other
    return ring, misfit_m


def _ring(pieces: Sequence[Position | Arc], *, right_is_inside: bool) -> Ring:
    ring: list[Position] = []
    for piece in pieces:
        inside = isinstance(piece, Arc) and (piece.turn_deg > 0.0) is right_is_inside
        for place in _vertices(piece, inside=inside):
            if not ring or place != ring[-1]:
                ring.append(place)
    while len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    return tuple(ring)


def _through_ends(arc: Arc) -> Arc:
    return replace(arc, radius_from_m=arc.start_m, radius_to_m=arc.end_m)


def _crosses_itself(ring: Ring) -> bool:
    """Whether two edges of a ring properly cross, seen from above its middle.

    Only for choosing between two readings of one declaration; detection judges the ring itself.
    """
    count = len(ring)
    if not 3 < count <= _CHECKED_MAX:
        return False
    points = np.array([_unit(place) for place in ring])
    middle = points.sum(axis=0)
    east = np.cross(
        (0.0, 0.0, 1.0) if abs(middle[2]) < np.abs(middle).max() else (1.0, 0.0, 0.0), middle
    )
    north = np.cross(middle, east)
    flat = points @ np.stack([east, north]).T
    before, after = flat, np.roll(flat, -1, axis=0)
    step = after - before

    def side(of: np.ndarray) -> np.ndarray:
        """On which side of each edge (rows) each of these points (columns) lies."""
        away = of[None, :, :] - before[:, None, :]
        return np.sign(step[:, None, 0] * away[:, :, 1] - step[:, None, 1] * away[:, :, 0])

    apart = side(before) * side(after) < 0
    return bool((apart & apart.T).any())


def _vertices(piece: Position | Arc, *, inside: bool | None) -> Iterator[Position]:
    """A place, or the vertices of an arc; ``inside``: the area lies inside the circle.

    None puts few vertices on the circle, which is enough to tell which way a ring runs.
    """
    if isinstance(piece, Position):
        yield piece
        return
    steps, half = _steps(piece) if inside is not None else _few(piece)
    if inside:
        shares = [(k + 0.5) / steps for k in range(steps)]
        beyond = (1.0 / cos(half) - 1.0) * _MARGIN
    else:
        shares = [k / steps for k in range(1, steps)]
        beyond = 0.0
    ends = piece.start is None
    places = _around(
        piece,
        [0.0, *shares, 1.0] if ends else shares,
        beyond,
        _MARGIN_M if inside else -_MARGIN_M if inside is not None else 0.0,
    )
    if piece.start is not None:
        yield piece.start
    yield from places
    if piece.end is not None:
        yield piece.end


def _steps(arc: Arc) -> tuple[int, float]:
    """Edges that an arc needs to stay within its tolerance, and half the angle of one in radians."""
    radius_m = max(arc.radius_from_m, arc.radius_to_m)
    half = acos(1.0 - tolerance_m(radius_m) / radius_m / _MARGIN)
    turn = radians(abs(arc.turn_deg))
    steps = max(1, ceil(turn / (2.0 * half)))
    return steps, turn / steps / 2.0


def _few(arc: Arc) -> tuple[int, float]:
    turn = radians(abs(arc.turn_deg))
    steps = ceil(turn / _ROUGH)
    return steps, turn / steps / 2.0


def _around(
    arc: Arc, shares: Sequence[float], beyond: float, margin_m: float
) -> Iterator[Position]:
    """Places at shares of the turn; between its ends further out than the radius."""
    count = len(shares)
    if not count:
        return
    bearings = [arc.from_deg + arc.turn_deg * share for share in shares]
    radii = []
    for share in shares:
        radius_m = arc.radius_from_m + (arc.radius_to_m - arc.radius_from_m) * share
        radii.append(radius_m * (1.0 + (beyond if 0.0 < share < 1.0 else 0.0)) + margin_m)
    lons, lats, _ = _geod().fwd(
        [arc.center.longitude] * count, [arc.center.latitude] * count, bearings, radii
    )
    for lon, lat in zip(lons, lats, strict=True):
        yield Position(latitude=float(lat), longitude=float(lon))


def _runs_clockwise(ring: Sequence[Position]) -> bool:
    """Whether a ring runs clockwise seen from above, anywhere on Earth.

    Its vector area, seen from above its middle, is the area of its shadow; the sign is the sense.
    """
    points = [_unit(place) for place in ring]
    middle = [sum(axis) for axis in zip(*points, strict=True)]
    area = 0.0
    for (a, b, c), (x, y, z) in pairwise([*points, *points[:1]]):
        area += (
            middle[0] * (b * z - c * y) + middle[1] * (c * x - a * z) + middle[2] * (a * y - b * x)
        )
    return area < 0.0


def _unit(place: Position) -> tuple[float, float, float]:
    latitude, longitude = radians(place.latitude), radians(place.longitude)
    return (
        cos(latitude) * cos(longitude),
        cos(latitude) * sin(longitude),
        sin(latitude),
    )


@cache
def _geod() -> Any:
    from pyproj import Geod  # noqa: PLC0415  0.1 s that files without arcs never need

    return Geod(ellps="WGS84")
