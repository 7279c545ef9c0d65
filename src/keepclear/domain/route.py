"""Routes and flown tracks: discs whose centre moves along geodesics between timed vertices."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from keepclear.domain.altitude import AltitudeBand
from keepclear.domain.footprint import RADIUS_M_MAX, length_m
from keepclear.domain.position import Position
from keepclear.domain.window import format_instant
from keepclear.errors import InputError

__all__ = ["Route", "Waypoint"]


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Where the centre is at one instant, and the altitude band there.

    ``error_m`` is how far off the leg that *starts* here may be beyond the declaration's own
    position error; readers of flown tracks let it grow with the gap between two reports.
    """

    position: Position
    time_us: int
    band: AltitudeBand
    error_m: float = 0.0

    def __post_init__(self) -> None:
        if not (isfinite(self.error_m) and self.error_m >= 0):
            raise InputError("length.range", f"position error {self.error_m} m is no length")


@dataclass(frozen=True, slots=True)
class Route:
    """A moving disc: centre linear in time along the geodesic from vertex to vertex.

    A stay is the same place twice. The band is interpolated between vertices when both carry the
    same references, and covers both otherwise. Like every window the route's time is half-open: its
    last instant does not belong to it, unless the whole route is one instant.

    Raises:
        InputError: ``route.too-few``, ``route.time-order``, ``length.range``.
    """

    waypoints: tuple[Waypoint, ...]
    half_width_m: float

    def __post_init__(self) -> None:
        if not self.waypoints:
            raise InputError("route.too-few", "a route needs at least one timed vertex; found none")
        length_m(self.half_width_m, "half width", RADIUS_M_MAX)
        for before, after in pairwise(self.waypoints):
            if after.time_us < before.time_us:
                raise InputError(
                    "route.time-order",
                    f"vertex times must not run backwards; {format_instant(after.time_us)} "
                    f"follows {format_instant(before.time_us)}",
                )
