"""Distances on the WGS84 ellipsoid from lattice vectors, with ``+ - * / sqrt`` only.

Good to 0.1 mm for edges up to 50 km and distances up to 200 km (0.9 mm at 500 km): a chord through
the Earth, corrected by the curvature of the ellipsoid along it (Euler's radius at its middle).

Frame: Earth-centred, Earth-fixed; x to 0 E, y to 90 E, z north; metres.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from keepclear.detect.twice import kernel

__all__ = ["AXIS_M", "E2", "distance_m", "ecef", "foot", "point_edge_m", "to_unit"]

AXIS_M: Final = 6_378_137.0
"""Semi-major axis of WGS84."""
E2: Final = 0.0066943799901413165
"""First eccentricity squared of WGS84 (f = 1/298.257223563)."""


@kernel
def to_unit(x: Any, y: Any, z: Any) -> Any:
    """Unit vector of a direction of any length: the normal of the ellipsoid there."""
    length = np.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


@kernel
def ecef(nx: Any, ny: Any, nz: Any) -> Any:
    """The point of the ellipsoid whose normal is (nx, ny, nz)."""
    n = AXIS_M / np.sqrt(1.0 - E2 * nz * nz)
    return n * nx, n * ny, n * (1.0 - E2) * nz


@kernel
def distance_m(ax: Any, ay: Any, az: Any, bx: Any, by: Any, bz: Any) -> Any:
    """Geodesic distance between two points of the ellipsoid given by their unit normals."""
    px, py, pz = ecef(ax, ay, az)
    qx, qy, qz = ecef(bx, by, bz)
    cx, cy, cz = qx - px, qy - py, qz - pz
    c2 = cx * cx + cy * cy + cz * cz
    mx, my, mz = to_unit(ax + bx, ay + by, az + bz)
    p2 = mx * mx + my * my
    north = p2 * cz - mz * (mx * cx + my * cy)
    # At a pole every azimuth has the same radius, and with c = 0 there is no azimuth.
    cos2 = np.minimum(north * north / (p2 * c2 + 1e-30), 1.0)
    w = 1.0 - E2 * mz * mz
    k = (cos2 * w / (1.0 - E2) + (1.0 - cos2)) * np.sqrt(w) / AXIS_M
    x = c2 * k * k
    return np.sqrt(c2) * (1.0 + x * (1.0 / 24.0) + x * x * (3.0 / 640.0))


@kernel
def _clamp(t: Any) -> Any:
    return np.minimum(np.maximum(t, 0.0), 1.0)


@kernel
def foot(px: Any, py: Any, pz: Any, ax: Any, ay: Any, az: Any, bx: Any, by: Any, bz: Any) -> Any:
    """Where along the edge a b (0 to 1) the point nearest to p lies; all are unit normals.

    The foot on the chord, moved once by the error seen from the surface: without that refinement it
    is 2.6 mm off on a 20 km edge.
    """
    x, y, z = ecef(px, py, pz)
    ox, oy, oz = ecef(ax, ay, az)
    ex, ey, ez = ecef(bx, by, bz)
    ex, ey, ez = ex - ox, ey - oy, ez - oz
    e2 = ex * ex + ey * ey + ez * ez + 1e-30
    t = _clamp(((x - ox) * ex + (y - oy) * ey + (z - oz) * ez) / e2)
    fx, fy, fz = ecef(*to_unit(ax + t * (bx - ax), ay + t * (by - ay), az + t * (bz - az)))
    return _clamp(t + ((x - fx) * ex + (y - fy) * ey + (z - fz) * ez) / e2)


@kernel
def point_edge_m(
    px: Any, py: Any, pz: Any, ax: Any, ay: Any, az: Any, bx: Any, by: Any, bz: Any
) -> Any:
    """Geodesic distance from p to the edge a b; all are unit normals. a = b is a point."""
    t = foot(px, py, pz, ax, ay, az, bx, by, bz)
    fx, fy, fz = to_unit(ax + t * (bx - ax), ay + t * (by - ay), az + t * (bz - az))
    return distance_m(px, py, pz, fx, fy, fz)
