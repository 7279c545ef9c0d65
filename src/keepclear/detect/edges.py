"""Which lattice vertices an edge has: every edge rule is brought to great circles here.

* ``LONLAT`` (RFC 7946): 2**level equal pieces in longitude and latitude, found by bisection, so that
  both neighbours of a shared edge get the same points. ``level`` is the least for which the great
  circles stay within 2.5 mm of the declared line, by a bound that cannot be too small.
* ``GEODESIC`` (F3548): points of the shortest path every 2 km where it is longer.
* ``GREAT_CIRCLE``: the definition; split only where an edge is longer than 50 km.

Source: the measurements behind decision 0001.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log2, sqrt
from typing import Any, Final

import numpy as np

from keepclear.detect.lattice import EDGE_M_MAX, to_cube, unit_vector
from keepclear.detect.metric import to_unit
from keepclear.detect.trig import RADIAN, lonlat_of, sin_cos
from keepclear.detect.twice import kernel
from keepclear.errors import InputError

__all__ = [
    "LEVEL_MAX",
    "TOLERANCE_M",
    "check_one_way",
    "deviation_m",
    "fine_vertices",
    "geodesic_points",
    "great_circle_lonlat",
    "levels",
    "lonlat_points",
    "short_lonlat",
    "unwrap",
    "without_repeats",
]

TOLERANCE_M: Final = 0.0025
"""How far a declared straight-in-lon/lat edge may lie from its great circles: with two roundings
of 2.1 mm on each side of a pair the whole error stays below 1 cm (9.2 mm)."""
LEVEL_MAX: Final = 16
"""65,536 pieces: enough for an edge round half the Earth at the worst latitude, so there is no edge
that stays outside the tolerance."""
GEODESIC_STEP_M: Final = 2_000.0
"""Great circle and geodesic differ by 0.26 mm at 2 km, at the worst latitude and azimuth."""
LONLAT_EDGE_DEGREES: Final = 5.0
"""Edges straight in lon/lat are at most this long in either coordinate once they are prepared."""
_OPPOSITE: Final = 1e-5
"""Of the Earth's radius, some 60 m: from ends that lie less far from opposite each other, roundings of
the sixteenth digit alone would move the middle of an edge by more than 0.1 mm."""
_EARTH_M: Final = 6_400_000.0
"""No radius of curvature of WGS84 is larger."""
_SPLIT_M: Final = EDGE_M_MAX * 0.9


@kernel
def unwrap(longitude: Any, other: Any) -> Any:
    """A longitude as the end of an edge: where the edge crosses 180, the western one gains 360.

    The same for both directions of an edge, so that neighbours split it alike.
    """
    return longitude + 360.0 * ((longitude < 0.0) & (np.abs(longitude - other) > 180.0))


@kernel
def _steps(lon_a: Any, lat_a: Any, lon_b: Any, lat_b: Any) -> Any:
    """Change of longitude and latitude along an edge, radians, not negative."""
    dl = np.abs(unwrap(lon_a, lon_b) - unwrap(lon_b, lon_a)) * RADIAN
    return dl, np.abs(lat_a - lat_b) * RADIAN


@kernel
def bounds_m(dl: Any, dp: Any, sin_a: Any, cos_a: Any, sin_b: Any, cos_b: Any) -> Any:
    """Upper bounds of an edge's deviation from its great circle, and of its length, metres.

    A path of constant speed deviates from its chord by at most an eighth of its greatest sideways
    acceleration. On the sphere that is (sin p cos p L^2) north and (2 sin p L P) east for a change
    of L in longitude and P in latitude at latitude p; each factor is taken at its greatest. Unlike
    a test at a few points, this misses no S-shaped edge.
    """
    sine = np.maximum(np.abs(sin_a), np.abs(sin_b))
    cosine = np.maximum(np.maximum(cos_a, cos_b), 1.0 * (sin_a * sin_b <= 0.0))
    east = cosine * dl
    sag = 0.125 * _EARTH_M * (sine * dl * np.sqrt(east * east + 4.0 * dp * dp))
    return sag, _EARTH_M * np.sqrt(east * east + dp * dp)


@kernel
def deviation_m(lon_a: Any, lat_a: Any, lon_b: Any, lat_b: Any) -> Any:
    """How far the line straight in lon/lat can lie from the great circle between its ends."""
    dl, dp = _steps(lon_a, lat_a, lon_b, lat_b)
    sin_a, cos_a = sin_cos(lat_a)
    sin_b, cos_b = sin_cos(lat_b)
    sag, _ = bounds_m(dl, dp, sin_a, cos_a, sin_b, cos_b)
    return sag


def halvings(sag: np.ndarray, length: np.ndarray) -> np.ndarray:
    """How often edges with these bounds are halved, as floats; at most ``LEVEL_MAX``."""
    level = 0.0 * sag
    for _ in range(LEVEL_MAX):
        longer = (sag > TOLERANCE_M) | (length > _SPLIT_M)
        if not longer.any():
            break
        more = 1.0 * longer
        level = level + more
        sag = sag * (1.0 - 0.75 * more)
        length = length * (1.0 - 0.5 * more)
    return level


def levels(lon: np.ndarray, lat: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Level of the edge from each vertex to the vertex ``ends``, and the bound of its deviation."""
    dl, dp = _steps(lon, lat, lon[ends], lat[ends])
    sine, cosine = sin_cos(lat)
    sag, length = bounds_m(dl, dp, sine, cosine, sine[ends], cosine[ends])
    return halvings(sag, length).astype(np.uint8), sag


def lonlat_points(
    lon_a: float, lat_a: float, lon_b: float, lat_b: float, level: int
) -> tuple[np.ndarray, np.ndarray]:
    """The 2**level + 1 points of an edge by repeated halving, both ends included, in degrees."""
    lon = np.array([unwrap(lon_a, lon_b), unwrap(lon_b, lon_a)], dtype=np.float64)
    lat = np.array([lat_a, lat_b], dtype=np.float64)
    for _ in range(level):
        lon, lat = _halved(lon), _halved(lat)
    return lon, lat


def _halved(values: np.ndarray) -> np.ndarray:
    """Values along the last axis, and the middles between them."""
    out = np.empty((*values.shape[:-1], 2 * values.shape[-1] - 1))
    out[..., ::2] = values
    out[..., 1::2] = (values[..., :-1] + values[..., 1:]) * 0.5
    return out


def short_lonlat(
    lon: Sequence[float], lat: Sequence[float], *, closed: bool
) -> tuple[list[float], list[float]]:
    """A line straight in lon/lat with edges of at most 5 degrees: longer ones are halved.

    The bounds of :func:`bounds_m` are those of small angles; they hold with room to spare up to here.
    """
    if max(max(lon) - min(lon), max(lat) - min(lat)) <= LONLAT_EDGE_DEGREES:
        return list(lon), list(lat)  # no edge is longer than the whole
    lons: list[float] = []
    lats: list[float] = []
    n = len(lon)
    for i in range(n if closed else n - 1):
        j = (i + 1) % n
        x0, x1 = float(unwrap(lon[i], lon[j])), float(unwrap(lon[j], lon[i]))
        wide = max(abs(x1 - x0), abs(lat[j] - lat[i]))
        halvings_needed = max(0, ceil(log2(wide / LONLAT_EDGE_DEGREES))) if wide > 0 else 0
        if halvings_needed == 0:
            lons.append(lon[i])
            lats.append(lat[i])
            continue
        x, y = lonlat_points(lon[i], lat[i], lon[j], lat[j], halvings_needed)
        lons += [lon[i], *(float(v) - 360.0 if v > 180.0 else float(v) for v in x[1:-1])]
        lats += [lat[i], *y[1:-1].tolist()]
    if not closed:
        lons.append(lon[-1])
        lats.append(lat[-1])
    return lons, lats


def geodesic_points(
    lon_a: float, lat_a: float, lon_b: float, lat_b: float
) -> tuple[np.ndarray, np.ndarray]:
    """Points of the shortest path, from a (included) to b (left out), at most 2 km apart."""
    from pyproj import Geod  # noqa: PLC0415  0.1 s that most files never need

    geod = Geod(ellps="WGS84")
    _, _, length = geod.inv(lon_a, lat_a, lon_b, lat_b)
    between = int(length // GEODESIC_STEP_M)
    inner = geod.npts(lon_a, lat_a, lon_b, lat_b, between) if between else []
    points = np.array([(lon_a, lat_a), *inner], dtype=np.float64)
    return points[:, 0], points[:, 1]


def great_circle_lonlat(
    lon_a: float, lat_a: float, lon_b: float, lat_b: float
) -> tuple[np.ndarray, np.ndarray]:
    """Points of a great circle, a included and b left out: halved until pieces fit 50 km.

    Raises:
        InputError: as :func:`check_one_way`.
    """
    check_one_way(lon_a, lat_a, lon_b, lat_b)
    arc = np.stack(unit_vector(np.array([lon_a, lon_b]), np.array([lat_a, lat_b])), axis=-1)
    while _apart(arc) * _EARTH_M > _SPLIT_M:
        joined = np.empty((2 * len(arc) - 1, 3))
        joined[::2] = arc
        joined[1::2] = np.stack(to_unit(*(arc[:-1] + arc[1:]).T), axis=-1)
        arc = joined
    lon, lat = lonlat_of(*arc[:-1].T)
    lon[0], lat[0] = lon_a, lat_a
    return lon, lat


def check_one_way(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> None:
    """That an edge on a great circle goes one way.

    Raises:
        InputError: ``edge.half-turn``: its ends lie opposite each other on the Earth, where a great
            circle goes every way, or so nearly that roundings decide which.
    """
    ends = np.stack(unit_vector(np.array([lon_a, lon_b]), np.array([lat_a, lat_b])), axis=-1)
    if np.abs(ends[0] + ends[1]).max() < _OPPOSITE:
        raise InputError(
            "edge.half-turn",
            f"the edge from [{lon_a}, {lat_a}] to [{lon_b}, {lat_b}] joins opposite points of the "
            "Earth and could run any way; put a vertex between",
        )


def _apart(arc: np.ndarray) -> float:
    """Straight distance of the first two points, on the unit sphere."""
    x, y, z = (arc[1] - arc[0]).tolist()
    return sqrt(x * x + y * y + z * z)


def fine_vertices(
    lon: np.ndarray, lat: np.ndarray, level: np.ndarray, *, closed: bool
) -> np.ndarray:
    """All lattice vertices of a line straight in lon/lat, split to its levels.

    Equal neighbours are dropped after rounding: an edge without length would be collinear with
    everything. A closed line does not repeat its first vertex.
    """
    edges = len(lon) if closed else len(lon) - 1
    following = np.append(np.arange(1, len(lon)), 0)
    ends = np.stack([unwrap(lon, lon[following]), unwrap(lon[following], lon)], axis=-1)[:edges]
    sides = np.stack([lat, lat[following]], axis=-1)[:edges]
    pieces = np.left_shift(1, level[:edges].astype(np.int64))
    first = np.cumsum(pieces) - pieces
    lons, lats = np.empty(int(pieces.sum())), np.empty(int(pieces.sum()))
    for halvings_needed in set(level[:edges].tolist()):  # all edges of one level at once
        at = np.flatnonzero(level[:edges] == halvings_needed)
        x, y = ends[at], sides[at]
        for _ in range(halvings_needed):
            x, y = _halved(x), _halved(y)
        places = first[at][:, None] + np.arange(1 << halvings_needed)
        lons[places], lats[places] = x[:, :-1], y[:, :-1]
    if not closed:
        lons, lats = np.append(lons, lon[-1]), np.append(lats, lat[-1])
    return without_repeats(to_cube(lons, lats), closed=closed)


def without_repeats(q: np.ndarray, *, closed: bool) -> np.ndarray:
    """Lattice vectors without equal neighbours; for a closed line the ends are neighbours too."""
    if len(q) < 2:
        return q
    keep = np.ones(len(q), dtype=bool)
    keep[1:] = (q[1:] != q[:-1]).any(axis=1)
    q = q[keep]
    if closed and len(q) > 1 and bool((q[0] == q[-1]).all()):
        q = q[:-1]
    return q
