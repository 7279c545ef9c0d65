"""Boundaries of places and arcs -> rings that are never too small.

An arc's ring gets vertices joined by geodesics, chosen so that the area is never smaller than declared
and by at most ``tolerance_m`` larger: where the area lies inside the circle the edges touch it from
outside, where it lies outside they are chords.

Stated ends stay vertices. Between them an arc keeps its radius, or, where none is stated, changes
evenly from that of one end to that of the other. A line that meets an arc at a very flat angle may
then cross it just before its end; there the arc is drawn evenly through its ends instead, which is
within the same misfit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import acos, ceil, cos, radians, sin
from typing import Final

import numpy as np

from keepclear.domain.declaration import POSITION_ERROR_M_MAX
from keepclear.domain.footprint import Ring
from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.arcs import Arc, geod

__all__ = [
    "ARC_SHARE",
    "ARC_TOLERANCE_M",
    "MISFIT_TOLD_M",
    "RING_MAX",
    "misfit_remark",
    "ring_of",
    "tolerance_m",
]

ARC_TOLERANCE_M: Final = 1.0
"""How far outside the declared arc the ring may run: below every altitude error, and what a place
rounded to a tenth of a second leaves open."""
ARC_SHARE: Final = 2e-4
"""The same as a share of the radius, for small arcs: areas stay right to 0.02 %."""
_MARGIN: Final = 1.01
"""Share by which the sagitta of an edge is exceeded: on the ellipsoid the curvature of a circle
varies by less than 0.7 % round it, and a geodesic is straight only to second order."""
_MARGIN_M: Final = 0.002
"""Rounding of lengths in the geodesic series, with room to spare."""
RING_MAX: Final = 200_000
"""Vertices of one ring: a file of some hundred bytes could ask for millions."""
_ROUGH: Final = 0.4
"""Radians of an edge where only the sense of a ring is wanted."""
_CHECKED_MAX: Final = 2_000
"""Vertices of a ring that is looked at for crossings; the work grows with the square."""
MISFIT_TOLD_M: Final = 1.0
"""Ends of arcs that lie further off the circle than this are told, and charged as position error."""
_MISFIT_STEPS_M: Final = (20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0)


def misfit_remark(misfit_m: float) -> str:
    """What is said where the ends of arcs lie off their circle; figures are rounded up, to be few."""
    most = next((step for step in _MISFIT_STEPS_M if misfit_m <= step), POSITION_ERROR_M_MAX)
    return (
        f"where the ends of an arc lie up to {most:,.0f} m off its circle: both are covered, by that "
        "much as the error of its position"
    )


def tolerance_m(radius_m: float) -> float:
    """How far outside an arc of this radius its ring may run, metres."""
    return min(ARC_TOLERANCE_M, ARC_SHARE * radius_m)


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
    lons, lats, _ = geod().fwd(
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
