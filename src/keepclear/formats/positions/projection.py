"""UTM and the polar grids to latitude and longitude and back: the one place that asks PROJ for it.

PROJ's transverse Mercator is exact to nanometres within the zones. Nothing here looks at letters.
"""

from __future__ import annotations

from functools import lru_cache
from math import isfinite
from typing import Any, Final

__all__ = ["from_plane", "once_round", "to_plane"]

_POLAR_CENTRE_M: Final = 2_000_000.0
"""Easting and northing of a pole in its grid (UPS)."""


def from_plane(
    zone: int, easting_m: float, northing_m: float, *, south: bool, ellipsoid: str = "WGS84"
) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; None where the numbers are nowhere.

    Args:
        zone: 1 to 60, or 0 for the polar grid.
        easting_m: Metres, with the false easting.
        northing_m: Metres, with the false northing.
        south: Of the equator, or of the two poles.
        ellipsoid: As PROJ names it.
    """
    plane = _plane(zone, south, ellipsoid)
    longitude, latitude = plane.transform(easting_m, northing_m, direction="INVERSE")
    if not (isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90.0):
        return None
    return float(latitude), once_round(float(longitude))


def to_plane(zone: int, latitude: float, longitude: float, *, south: bool) -> tuple[float, float]:
    """Easting and northing in metres on WGS84; the other way round of :func:`from_plane`."""
    easting_m, northing_m = _plane(zone, south, "WGS84").transform(longitude, latitude)
    return float(easting_m), float(northing_m)


def once_round(longitude: float) -> float:
    """The same longitude between -180 and 180 degrees, to the last bit where it is already there."""
    return longitude if -180.0 <= longitude <= 180.0 else (longitude + 180.0) % 360.0 - 180.0


@lru_cache(maxsize=256)
def _plane(zone: int, south: bool, ellipsoid: str) -> Any:
    """PROJ's projection, degrees to metres; a transformer, because threads may share it."""
    from pyproj import Transformer  # noqa: PLC0415  0.1 s that most texts never need

    grid = f"utm +zone={zone}{' +south' if south else ''}" if zone else _polar(south=south)
    degrees = "+step +proj=unitconvert +xy_in=deg +xy_out=rad"
    return Transformer.from_pipeline(
        f"+proj=pipeline {degrees} +step +proj={grid} +ellps={ellipsoid}"
    )


def _polar(*, south: bool) -> str:
    """The universal polar stereographic grid of a pole."""
    centre = f"+x_0={_POLAR_CENTRE_M:.0f} +y_0={_POLAR_CENTRE_M:.0f}"
    return f"stere +lat_0={-90 if south else 90} +k=0.994 {centre}"
