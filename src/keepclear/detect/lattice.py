"""The lattice on which polygon verdicts are made: integers on the cube, rounded once.

A vertex is the unit vector of its geodetic latitude and longitude, scaled so that its largest
coordinate is +-W = 2**31 - 1, and rounded: 3 mm on the ground at most. An edge is the great circle
between two such vectors, at most ``EDGE_UNITS_MAX`` long. Every predicate is the sign of an integer
determinant, so nothing is rounded inside a verdict, and poles, the antimeridian and the borders of
the cube's faces are ordinary places.

Left to others: which vertices an edge needs (``edges``), distances (``metric``), search (``sweep``).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from keepclear.detect.trig import sin_cos
from keepclear.detect.twice import kernel

__all__ = [
    "EDGE_M_MAX",
    "EDGE_UNITS_MAX",
    "UNITS_PER_M",
    "W",
    "bulge",
    "face_shared",
    "on_arc",
    "orient",
    "round_direction",
    "to_cube",
    "unit_vector",
]

W: Final = 2**31 - 1
"""Half the side of the cube, in units: 2.97 mm at the middle of a face, 1.21 mm at its finest."""
UNITS_PER_M: Final = 834
"""No ground metre is longer than this many units (826.5 measured; derived bound)."""
EDGE_UNITS_MAX: Final = 2**26
"""Edges no longer than this keep every product of :func:`orient` inside 64 bits."""
EDGE_M_MAX: Final = 50_000.0
"""50 km are at most 4.2e7 units, below ``EDGE_UNITS_MAX``; longer edges are split at entry."""

_LIMB: Final = 30
_LOW: Final = (1 << 30) - 1


@kernel
def unit_vector(longitude: Any, latitude: Any) -> Any:
    """The normal of the ellipsoid at a place: x to 0 E 0 N, y to 90 E, z north."""
    sin_lat, cos_lat = sin_cos(latitude)
    sin_lon, cos_lon = sin_cos(longitude)
    return cos_lat * cos_lon, cos_lat * sin_lon, sin_lat


@kernel
def round_direction(x: Any, y: Any, z: Any) -> Any:
    """The lattice vector of a direction, as integral floats."""
    m = np.maximum(np.maximum(np.abs(x), np.abs(y)), np.abs(z))
    return np.rint(x / m * W), np.rint(y / m * W), np.rint(z / m * W)


def to_cube(longitude: Any, latitude: Any) -> np.ndarray:
    """Lattice vectors (n, 3) int64 of places in degrees; one rounding, the same everywhere."""
    lon = np.asarray(longitude, dtype=np.float64)
    lat = np.asarray(latitude, dtype=np.float64)
    return np.stack(round_direction(*unit_vector(lon, lat)), axis=-1).astype(np.int64)


@kernel
def orient(ax: Any, ay: Any, az: Any, bx: Any, by: Any, bz: Any, cx: Any, cy: Any, cz: Any) -> Any:
    """Sign of det(a, b, c): 1 where c lies left of the arc from a to b, 0 on its great circle.

    ``a`` and ``b`` are ends of one edge; ``c`` may be anywhere. With edges of at most 2**26 units
    the normal n = (b-a) x (c-a) stays below 2**59, and the product a.n is summed in two limbs of
    30 bits (three full products would not fit into 64 bits).
    """
    dx, dy, dz = bx - ax, by - ay, bz - az
    ex, ey, ez = cx - ax, cy - ay, cz - az
    nx = dy * ez - dz * ey
    ny = dz * ex - dx * ez
    nz = dx * ey - dy * ex
    low = ax * (nx & _LOW) + ay * (ny & _LOW) + az * (nz & _LOW)
    high = ax * (nx >> _LIMB) + ay * (ny >> _LIMB) + az * (nz >> _LIMB) + (low >> _LIMB)
    low = low & _LOW
    return 1 * ((high > 0) | ((high == 0) & (low > 0))) - 1 * (high < 0)


def bulge(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Units (n,) by which arcs a b (n, 3) may leave the box of their ends, on any axis.

    On one face an arc is straight and its ends bound it. Over a border it bulges towards the edge
    of the cube, on every axis by at most half its *largest* extent.
    """
    largest = np.abs(a - b).max(axis=-1)
    return np.where(face_shared(a, b), 0, (largest >> 1) + 1)


def face_shared(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether two lattice vectors (..., 3) lie on one face of the cube."""
    same = (np.abs(a) == W) & (a == b)
    return np.asarray(same.any(axis=-1))


@kernel
def on_arc(ax: Any, ay: Any, az: Any, bx: Any, by: Any, bz: Any, cx: Any, cy: Any, cz: Any) -> Any:
    """Whether c, known to lie on the great circle of the edge a b and near it, is on the arc.

    a x c and c x b are then parallel to a x b, so comparing one non-zero coordinate of each decides
    exactly.
    """
    dx, dy, dz = bx - ax, by - ay, bz - az
    ex, ey, ez = cx - ax, cy - ay, cz - az
    nx, ny, nz = ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx
    px, py, pz = ay * ez - az * ey, az * ex - ax * ez, ax * ey - ay * ex
    fx, fy, fz = bx - cx, by - cy, bz - cz
    rx, ry, rz = cy * fz - cz * fy, cz * fx - cx * fz, cx * fy - cy * fx
    mx, my, mz = np.abs(nx), np.abs(ny), np.abs(nz)
    use_x = (mx >= my) & (mx >= mz)
    use_y = (my >= mz) & (1 - use_x > 0)
    n = np.where(use_x, nx, np.where(use_y, ny, nz))
    p = np.where(use_x, px, np.where(use_y, py, pz))
    r = np.where(use_x, rx, np.where(use_y, ry, rz))
    return ((n > 0) & (p >= 0) & (r >= 0)) | ((n < 0) & (p <= 0) & (r <= 0))
