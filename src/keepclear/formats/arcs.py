"""Arcs as airspace files declare them: a centre, and ends or bearings that agree with a radius.

An arc is all places at one distance from its centre on the ellipsoid, between two directions. Ends
that are stated beside a radius rarely lie exactly on the circle, because they are rounded to seconds:
how far they are off is kept (``misfit_m``), so that it can be charged as a position error; beyond a
bound the arc is refused.

Full circles are no arcs: they stay a centre and a radius. Leaves to ``arc_rings``: vertices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from keepclear.domain.footprint import RADIUS_M_MAX, length_m
from keepclear.domain.position import Position
from keepclear.errors import InputError

__all__ = ["MISFIT_M", "MISFIT_SHARE", "Arc", "arc_between", "arc_of_bearings", "geod"]

MISFIT_M: Final = 60.0
"""Ends may lie this far off the circle: two places rounded to a second each, and a radius rounded to
a hundredth of a mile."""
MISFIT_SHARE: Final = 0.02
"""Or this share of the radius: the worst of the UK's 258 arcs is off by 1.2 %."""
_TURN_DEG_MIN: Final = 0.01
"""Shorter arcs, and turns this close to a whole one, are up to the rounding of the ends."""
_FULL_DEG: Final = 360.0


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
    azimuths, _, distances = geod().inv(
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


@cache
def geod() -> Any:
    """Geodesics on the WGS84 ellipsoid, made once."""
    from pyproj import Geod  # noqa: PLC0415  0.1 s that files without arcs never need

    return Geod(ellps="WGS84")
