"""Routes to short legs: each a disc whose centre runs linearly along one piece of a geodesic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from keepclear.domain.altitude import Altitude, AltitudeBand
from keepclear.domain.route import Route, Waypoint

__all__ = ["LEG_M_MAX", "Leg", "short_legs"]

LEG_M_MAX: Final = 5_000.0
"""A chord this long differs from its geodesic by 1.6 mm, and from the surface by 0.5 m at its
middle, where distances are taken on the surface."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One piece: two places, two instants, the band at either end (the same object if constant)."""

    lon: tuple[float, float]
    lat: tuple[float, float]
    start_us: int
    end_us: int
    band: AltitudeBand
    band_end: AltitudeBand
    error_m: float


def short_legs(route: Route) -> Iterator[Leg]:
    """The pieces of a route in order, none longer than 5 km. A single vertex is one instant."""
    points = route.waypoints
    if len(points) == 1:
        only = points[0]
        place = only.position
        lon, lat = (place.longitude,) * 2, (place.latitude,) * 2
        yield Leg(lon, lat, only.time_us, only.time_us, only.band, only.band, only.error_m)
        return
    from pyproj import Geod  # noqa: PLC0415  0.1 s that files without routes never need

    geod = Geod(ellps="WGS84")
    lons = [point.position.longitude for point in points]
    lats = [point.position.latitude for point in points]
    _, _, lengths = geod.inv(lons[:-1], lats[:-1], lons[1:], lats[1:])
    for (a, b), length in zip(pairwise(points), lengths, strict=True):
        pieces = max(1, ceil(length / LEG_M_MAX))
        xs, ys = [a.position.longitude], [a.position.latitude]
        if pieces > 1:
            inner = geod.npts(xs[0], ys[0], b.position.longitude, b.position.latitude, pieces - 1)
            xs += [x for x, _ in inner]
            ys += [y for _, y in inner]
        xs.append(b.position.longitude)
        ys.append(b.position.latitude)
        yield from _pieces(a, b, xs, ys)


def _pieces(a: Waypoint, b: Waypoint, xs: list[float], ys: list[float]) -> Iterator[Leg]:
    n = len(xs) - 1
    times = [a.time_us + (b.time_us - a.time_us) * k // n for k in range(n + 1)]
    bands = _bands(a.band, b.band, n)
    for k in range(n):
        yield Leg(
            (xs[k], xs[k + 1]),
            (ys[k], ys[k + 1]),
            times[k],
            times[k + 1],
            bands[k][0],
            bands[k][1],
            a.error_m,
        )


def _bands(a: AltitudeBand, b: AltitudeBand, n: int) -> list[tuple[AltitudeBand, AltitudeBand]]:
    """The band at both ends of each of n pieces."""
    if a == b:
        return [(a, a)] * n
    if _alike(a.lower, b.lower) and _alike(a.upper, b.upper):
        steps = [
            AltitudeBand(_between(a.lower, b.lower, k / n), _between(a.upper, b.upper, k / n))
            for k in range(n + 1)
        ]
        return list(pairwise(steps))
    lower = a.lower if _below(a.lower, b.lower) else b.lower
    upper = b.upper if _below(a.upper, b.upper) else a.upper
    if not _alike(a.lower, b.lower):
        lower = None
    if not _alike(a.upper, b.upper):
        upper = None
    return [(AltitudeBand(lower, upper),) * 2] * n


def _alike(a: Altitude | None, b: Altitude | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.reference is b.reference and a.units is b.units


def _between(a: Altitude | None, b: Altitude | None, share: float) -> Altitude | None:
    if a is None or b is None or a == b:
        return a
    if share in {0.0, 1.0}:
        return b if share else a
    return Altitude(a.value + (b.value - a.value) * share, a.units, a.reference)


def _below(a: Altitude | None, b: Altitude | None) -> bool:
    return a is not None and b is not None and a.metres <= b.metres
