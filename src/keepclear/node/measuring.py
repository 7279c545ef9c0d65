"""The size of an area that was told, on the ellipsoid: for who compares it with what was expected.

Never a verdict, and never an input of one.
"""

from __future__ import annotations

from typing import Any, Final

from pyproj import Geod
from shapely.geometry import shape

__all__ = ["area_m2"]

_ELLIPSOID: Final = Geod(ellps="WGS84")


def area_m2(geometry: dict[str, Any]) -> float:
    """Square metres of a GeoJSON polygon, its edges taken as geodesics."""
    area, _ = _ELLIPSOID.geometry_area_perimeter(shape(geometry))
    return abs(float(area))
