"""Where two declarations come closest while they cross: for drawing a line between them.

A route is where it is at that time; what stands is anywhere in its outline. Good enough to see
where to look; the distances on the page come from the verdict, not from here.
"""

from __future__ import annotations

from itertools import pairwise
from math import cos, hypot, radians
from typing import Final

from keepclear.detect.crossing import Crossing, Side
from keepclear.domain.declaration import Declaration
from keepclear.domain.route import Route
from keepclear.faces.report.marks import marks
from keepclear.faces.report.plane import Pair, turned

__all__ = ["nearest_places"]

_MOMENTS: Final = 16
"""Instants of the crossing at which routes are looked at."""
_OUTLINE: Final = 48
"""Places of an outline that are looked at."""


def nearest_places(a: Declaration, b: Declaration, crossing: Crossing) -> tuple[Pair, Pair] | None:
    """A place of each side, close to each other during the crossing.

    The same place twice where the footprints meet, and only height or time is between them.
    """
    moves_a, moves_b = (any(isinstance(p, Route) for p in d.parts) for d in (a, b))
    pairs: list[tuple[Pair, Pair]] = []
    for moment in _moments(crossing) if moves_a or moves_b else [None]:
        of_a, of_b = _places(a, crossing.a, moment), _places(b, crossing.b, moment)
        pairs += [(p, q) for p in of_a for q in of_b]
    if not pairs:
        return None
    here, there = min(pairs, key=lambda pair: _apart(*pair))
    if crossing.horizontal_m > 0:
        return here, there
    return (here, here) if moves_a else (there, there)


def _moments(crossing: Crossing) -> list[int | None]:
    start, end = crossing.time_start_us, crossing.time_end_us
    if start is None or end is None:
        return [start if start is not None else end]
    return [start + (end - start) * step // _MOMENTS for step in range(_MOMENTS + 1)]


def _places(declaration: Declaration, side: Side, moment: int | None) -> list[Pair]:
    """Where a side may be at one instant: one place for a route under way, else its outline."""
    numbers = [n for n in side.parts if n < len(declaration.parts)] or [0]
    parts = [declaration.parts[n] for n in numbers]
    routes = [part for part in parts if isinstance(part, Route)]
    if routes and moment is not None:
        return [place for route in routes if (place := _under_way(route, moment))]
    outline = [pair for mark in marks(declaration) for line in mark.lines for pair in line]
    return outline[:: max(1, len(outline) // _OUTLINE)]


def _under_way(route: Route, moment: int) -> Pair | None:
    for before, after in pairwise(route.waypoints):
        if before.time_us <= moment <= after.time_us:
            part = (moment - before.time_us) / max(after.time_us - before.time_us, 1)
            east = turned(after.position.longitude - before.position.longitude)
            north = after.position.latitude - before.position.latitude
            return (
                turned(before.position.longitude + part * east),
                before.position.latitude + part * north,
            )
    return None


def _apart(a: Pair, b: Pair) -> float:
    """Degrees of a great circle, nearly."""
    return hypot(turned(a[0] - b[0]) * cos(radians(a[1])), a[1] - b[1])
