"""Distances against GeographicLib and fifty digits: 0.1 mm to 200 km, everywhere, in any direction."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from mpmath import mpf

from keepclear.detect.lattice import unit_vector
from keepclear.detect.metric import distance_m, ecef, foot, point_edge_m, to_unit

WGS84 = Geodesic.WGS84
MM = 1e-3


def normals(lonlats):
    """Unit normals (3, n) of (longitude, latitude) pairs."""
    lon, lat = np.array(lonlats, dtype=float).T
    return np.stack(unit_vector(lon, lat))


def places(count, seed):
    """Places all over the Earth, the poles, the equator and the antimeridian among them."""
    rng = np.random.default_rng(seed)
    lat = np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
    lon = rng.uniform(-180, 180, count)
    lat[:8] = [90, -90, 0, 0, 45, 45, 89.999, -89.99]
    lon[:8] = [0, 33, 0, 180, 45, -180, 120, 10]
    return lon, lat


def ends(lon, lat, azimuth, distance):
    """Where one arrives, by GeographicLib."""
    found = [WGS84.Direct(*row) for row in zip(lat, lon, azimuth, distance, strict=True)]
    return [(f["lon2"], f["lat2"]) for f in found]


def fractions_along(a, b, t):
    """Longitude and latitude on the great circle of two unit normals (3,) at shares t of its chord."""
    x, y, z = to_unit(*(a[:, None] + (b - a)[:, None] * t))
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def least_to_edge(p, a, b):
    """Least geodesic distance from (lon, lat) p to the edge a b: a scan, then ternary search."""
    na, nb = normals([a, b]).T

    def distance(t):
        lon, lat = fractions_along(na, nb, np.array([t]))
        return WGS84.Inverse(p[1], p[0], lat[0], lon[0])["s12"]

    t = min(np.linspace(0, 1, 21), key=distance)
    low, high = max(0.0, t - 0.05), min(1.0, t + 0.05)
    for _ in range(60):
        third = (high - low) / 3
        if distance(low + third) < distance(high - third):
            high -= third
        else:
            low += third
    return min(distance(0.0), distance(1.0), distance((low + high) / 2))


@pytest.mark.parametrize(
    ("length", "tolerance"),
    [(0.05, 1e-6), (10.0, 1e-6), (1e3, 1e-6), (50e3, 0.01 * MM), (100e3, 0.01 * MM), (200e3, 0.1 * MM),
     (500e3, 1.0 * MM)],
)  # fmt: skip
def test_distances_are_those_of_geographiclib(length, tolerance):
    lon, lat = places(250, seed=1)
    azimuth = np.random.default_rng(2).uniform(-180, 180, len(lon))
    far = ends(lon, lat, azimuth, np.full(len(lon), length))
    found = distance_m(*normals(list(zip(lon, lat, strict=True))), *normals(far))
    assert np.abs(found - length).max() <= tolerance


@pytest.mark.parametrize("length", [1.0, 20e3, 150e3])
@pytest.mark.parametrize("azimuth", [0.0, 90.0, 45.0, 180.0])
def test_distances_along_meridians_and_parallels(length, azimuth):
    lat = np.linspace(-90, 90, 37)
    lon = np.full(37, 179.9)
    far = ends(lon, lat, np.full(37, azimuth), np.full(37, length))
    found = distance_m(*normals(list(zip(lon, lat, strict=True))), *normals(far))
    assert np.abs(found - length).max() <= 0.1 * MM


def test_over_a_pole_the_distance_is_the_sum_of_both_sides():
    side = WGS84.Inverse(89.9, 20.0, 90.0, 0.0)["s12"]
    a, b = normals([(20.0, 89.9), (-160.0, 89.9)]).T
    assert distance_m(*a, *b) == pytest.approx(2 * side, abs=0.01 * MM)


def test_a_place_is_no_distance_from_itself_whatever_its_longitude_is_called():
    same = normals([(180.0, 12.0), (-180.0, 12.0), (7.0, 90.0), (-99.0, 90.0)]).T
    assert distance_m(*same[0], *same[1]) == 0.0
    assert distance_m(*same[2], *same[3]) < 1e-9


def test_distance_has_the_same_bits_both_ways():
    lon, lat = places(2_000, seed=3)
    a = normals(list(zip(lon, lat, strict=True)))
    rng = np.random.default_rng(4)
    b = normals(
        list(zip(lon + rng.normal(0, 0.2, 2_000), np.clip(lat + 0.1, -90, 90), strict=True))
    )
    assert (distance_m(*a, *b) == distance_m(*b, *a)).all()


def test_positions_in_space_to_fifty_digits():
    mpmath.mp.dps = 50
    f = 1 / mpf("298.257223563")
    e2 = f * (2 - f)
    lon, lat = places(40, seed=5)
    found = np.stack(ecef(*normals(list(zip(lon, lat, strict=True))))).T
    for x, y, xyz in zip(lon, lat, found, strict=True):
        lam, phi = mpmath.radians(mpf(float(x))), mpmath.radians(mpf(float(y)))
        n = 6378137 / mpmath.sqrt(1 - e2 * mpmath.sin(phi) ** 2)
        exact = (
            n * mpmath.cos(phi) * mpmath.cos(lam),
            n * mpmath.cos(phi) * mpmath.sin(lam),
            n * (1 - e2) * mpmath.sin(phi),
        )
        assert max(abs(mpf(float(p)) - q) for p, q in zip(xyz, exact, strict=True)) < 1e-8


@pytest.mark.parametrize(
    ("edge_m", "off_m", "tolerance"),
    [(100.0, 50.0, 1e-6), (2e3, 10e3, 0.1 * MM), (20e3, 10e3, 0.1 * MM), (50e3, 1.0, 0.1 * MM),
     (50e3, 10e3, 0.1 * MM), (5e3, 200e3, 0.1 * MM)],
)  # fmt: skip
def test_point_to_edge_is_the_least_of_all_distances(edge_m, off_m, tolerance):
    lon, lat = places(24, seed=int(edge_m + off_m))
    rng = np.random.default_rng(6)
    azimuth = rng.uniform(-180, 180, 24)
    far = ends(lon, lat, azimuth, np.full(24, edge_m))
    half = ends(lon, lat, azimuth, rng.uniform(-0.1, 1.1, 24) * edge_m)
    side = ends(*np.array(half).T, azimuth + 90, np.full(24, off_m))
    a, b, p = normals(list(zip(lon, lat, strict=True))), normals(far), normals(side)
    found = point_edge_m(*p, *a, *b)
    for k in range(24):
        exact = least_to_edge(side[k], (lon[k], lat[k]), far[k])
        assert found[k] == pytest.approx(exact, abs=tolerance)


def test_the_foot_is_refined_because_a_chord_alone_misses_a_place_on_the_edge_by_centimetres():
    a, b = normals([(8.0, 60.0), (8.9, 60.0)]).T
    for share in (0.1, 0.2, 0.35, 0.8):
        on_edge = np.stack(to_unit(*(a + share * (b - a))))
        start, end, at = (np.stack(ecef(*v)) for v in (a, b, on_edge))
        t = ((at - start) @ (end - start)) / ((end - start) @ (end - start))
        unrefined = distance_m(*on_edge, *to_unit(*(a + t * (b - a))))
        assert unrefined > 0.03  # what the test is for
        assert point_edge_m(*on_edge, *a, *b) < 0.1 * MM


def test_beyond_its_ends_an_edge_is_its_end():
    a, b, before, behind = normals([(0.0, 10.0), (0.1, 10.0), (-0.2, 10.0), (0.3, 10.0)]).T
    assert foot(*before, *a, *b) == 0.0
    assert foot(*behind, *a, *b) == 1.0
    assert point_edge_m(*before, *a, *b) == pytest.approx(distance_m(*before, *a), abs=1e-8)
    assert point_edge_m(*behind, *a, *b) == pytest.approx(distance_m(*behind, *b), abs=1e-8)


def test_an_edge_without_length_is_a_point():
    a, p = normals([(12.0, 47.0), (12.001, 47.001)]).T
    assert point_edge_m(*p, *a, *a) == pytest.approx(distance_m(*p, *a), abs=1e-8)
    assert point_edge_m(*a, *a, *a) < 1e-8


def test_scalars_and_columns_give_the_same_bits():
    lon, lat = places(300, seed=9)
    a = normals(list(zip(lon, lat, strict=True)))
    b = normals(list(zip(lon + 0.3, lat * 0.999, strict=True)))
    p = normals(list(zip(lon - 0.1, lat * 0.998, strict=True)))
    columns = point_edge_m(*p, *a, *b)
    for k in range(300):
        assert point_edge_m(*p[:, k], *a[:, k], *b[:, k]) == columns[k]
