"""Legs that need a speed which what moves there cannot have: a vertex or a time is wrong."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
from pyproj import Geod

from keepclear.domain.declaration import Declaration
from keepclear.domain.finding import Finding, Severity
from keepclear.domain.route import Route
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import format_instant
from keepclear.integrity.context import Bounds
from keepclear.integrity.places import Place
from keepclear.integrity.ruler import length
from keepclear.integrity.slips import slips

__all__ = ["speed_finding"]

_GEOD: Final = Geod(ellps="WGS84")
_NOISE_M: Final = 100.0
"""What two reports may be off against each other before a leg counts."""
_POINTS_MIN: Final = 3
_NEVER: Final = 10.0
"""So many times the bound is no question of the vehicle any more."""


def speed_finding(declaration: Declaration, bounds: Bounds) -> Finding | None:
    """The worst leg of a declaration, where one is too fast for its kind."""
    bound = bounds.speed_m_s.get(declaration.kind)
    routes = [part for part in declaration.parts if isinstance(part, Route)]
    if bound is None:
        return None
    legs, worst, slip = 0, (0.0, ""), ""
    for route in routes:
        if len(route.waypoints) > 1:
            speeds, metres = _speeds(route, declaration.position_error_m)
            legs += int((speeds > bound).sum())
            at = int(speeds.argmax())
            if speeds[at] > max(worst[0], bound):
                start, end = list(pairwise(route.waypoints))[at]
                when = f"{format_instant(start.time_us)} to {format_instant(end.time_us)}"
                long = length(float(metres[at]))
                worst = float(speeds[at]), f"leg {at + 1}, from {when}, is {long} long"
                slip = _slip(declaration, route, at, bound)
    if not legs:
        return None
    speed, leg = worst
    needs = f"needs {speed * 3.6:,.0f} km/h" if np.isfinite(speed) else "leaves no time for it"
    more = f" ({legs} legs are too fast)" if legs > 1 else ""
    return Finding(
        "movement.speed",
        Severity.WRONG if speed > _NEVER * bound else Severity.DOUBT,
        declaration.where,
        f"{leg} and {needs}, more than the {bound * 3.6:,.0f} km/h that {_an(declaration)} may "
        f"have{more}{slip}",
        "look at both ends of that leg: a position or a time is probably wrong",
        declaration.party,
        declaration.id,
    )


def _slip(declaration: Declaration, route: Route, leg: int, bound: float) -> str:
    """The slip at one end of a leg that makes every leg there possible, as a part of a sentence."""
    points = route.waypoints
    if len(points) < _POINTS_MIN:
        return ""  # of two places nobody can tell which is wrong
    for at in (leg, leg + 1):
        for meant in slips(Place(declaration, at, points[at].position)):
            put_right = replace(points[at], position=meant.position)
            near = (*points[max(at - 1, 0) : at], put_right, *points[at + 1 : at + 2])
            speeds, _ = _speeds(Route(near, route.half_width_m), declaration.position_error_m)
            if len(near) == 3 and bool((speeds <= bound).all()):
                return f"; it fits if at vertex {at + 1} {meant.slip}"
    return ""


def _an(declaration: Declaration) -> str:
    word = declaration.kind.value
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _speeds(route: Route, error_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Metres a second that each leg needs at least, and its length."""
    lat = np.array([point.position.latitude for point in route.waypoints])
    lon = np.array([point.position.longitude for point in route.waypoints])
    seconds = np.diff(np.array([point.time_us for point in route.waypoints])) / MICROSECONDS
    doubt = np.array([point.error_m for point in route.waypoints[:-1]])
    metres = np.asarray(_GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2])
    certain = np.maximum(metres - doubt - 2.0 * error_m - _NOISE_M, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        speeds = np.where(certain > 0.0, certain / seconds, 0.0)
    return speeds, metres
