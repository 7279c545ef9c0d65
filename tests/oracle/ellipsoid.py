"""WGS84: unit normals, positions in space, and geodesic distances, three times over.

* doubles on numpy arrays, for screening: Vincenty's inverse formulae, within 0.1 mm up to the
  distances used here (1,000 km; the tests hold it against GeographicLib);
* GeographicLib for every distance that is reported near a threshold: 15 nm;
* fifty digits by integrating the geodesic's own differential relations: no series, slow, used to
  show that the two above may be trusted.
"""

from __future__ import annotations

import mpmath
import numpy as np
from geographiclib.geodesic import Geodesic

A = 6378137.0
INVERSE_F = "298.257223563"
F = 1 / float(INVERSE_F)
E2 = F * (2 - F)
DIGITS = 50


def normals(lon, lat):
    """Unit normals of the ellipsoid for degrees, one row each: x to 0/0, y to 90 E, z north."""
    lam, phi = np.deg2rad(np.asarray(lon, float)), np.deg2rad(np.asarray(lat, float))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def lonlat(n):
    """Degrees of unit normals: (longitude, latitude), two arrays."""
    n = np.asarray(n, float)
    lon = np.rad2deg(np.arctan2(n[..., 1], n[..., 0]))
    lat = np.rad2deg(np.arctan2(n[..., 2], np.hypot(n[..., 0], n[..., 1])))
    return lon, lat


def space(n):
    """Positions in space, metres from the Earth's centre, of unit normals."""
    radius = A / np.sqrt(1 - E2 * n[..., 2] ** 2)
    return n * radius[..., None] * np.array([1.0, 1.0, 1 - E2])


def vincenty(n1, n2):
    """Geodesic distances in metres between unit normals that are less than 1,000 km apart."""
    b = A * (1 - F)
    p1, p2 = np.hypot(n1[..., 0], n1[..., 1]), np.hypot(n2[..., 0], n2[..., 1])
    q1, q2 = (1 - F) * n1[..., 2], (1 - F) * n2[..., 2]
    r1, r2 = np.hypot(p1, q1), np.hypot(p2, q2)
    cu1, su1, cu2, su2 = p1 / r1, q1 / r1, p2 / r2, q2 / r2
    across = n1[..., 0] * n2[..., 1] - n1[..., 1] * n2[..., 0]
    along = n1[..., 0] * n2[..., 0] + n1[..., 1] * n2[..., 1]
    at_pole = (p1 == 0) | (p2 == 0)
    longitude = np.where(at_pole, 0.0, np.arctan2(across, along))
    lam = longitude
    for _ in range(8):
        sl, cl = np.sin(lam), np.cos(lam)
        sin_s = np.hypot(cu2 * sl, cu1 * su2 - su1 * cu2 * cl)
        cos_s = su1 * su2 + cu1 * cu2 * cl
        sigma = np.arctan2(sin_s, cos_s)
        same = sin_s == 0
        sin_a = np.where(same, 0.0, cu1 * cu2 * sl / np.where(same, 1.0, sin_s))
        cos2a = 1 - sin_a**2
        equator = cos2a < 1e-15
        cos2m = np.where(equator, 0.0, cos_s - 2 * su1 * su2 / np.where(equator, 1.0, cos2a))
        c = F / 16 * cos2a * (4 + F * (4 - 3 * cos2a))
        inner = cos2m + c * cos_s * (2 * cos2m**2 - 1)
        lam = longitude + (1 - c) * F * sin_a * (sigma + c * sin_s * inner)
    u2 = cos2a * (A**2 - b**2) / b**2
    big_a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
    big_b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
    third = big_b / 6 * cos2m * (4 * sin_s**2 - 3) * (4 * cos2m**2 - 3)
    delta = big_b * sin_s * (cos2m + big_b / 4 * (cos_s * (2 * cos2m**2 - 1) - third))
    return b * big_a * (sigma - delta)


def geodesic_m(lon1, lat1, lon2, lat2):
    """GeographicLib's distance in metres between two places in degrees; 15 nm."""
    mask = Geodesic.DISTANCE
    return Geodesic.WGS84.Inverse(lat1, float(lon1), float(lat2), float(lon2), mask)["s12"]


def move(lon, lat, azimuth_deg, distance_m):
    """The place (longitude, latitude) at a distance along a geodesic; GeographicLib."""
    g = Geodesic.WGS84.Direct(lat, lon, azimuth_deg, distance_m)
    return g["lon2"], g["lat2"]


def azimuth(lon1, lat1, lon2, lat2):
    """Azimuth in degrees at the first place of the geodesic to the second; GeographicLib."""
    return Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2)["azi1"]


# ---- fifty digits ------------------------------------------------------------------------------


def mp_normal(lon, lat):
    """Unit normal at :data:`DIGITS` digits; degrees are taken as the exact doubles given."""
    lam, phi = mpmath.radians(mpmath.mpf(lon)), mpmath.radians(mpmath.mpf(lat))
    sin_l, cos_l = mpmath.sin(lam), mpmath.cos(lam)
    cos_p = mpmath.cos(phi)
    return (cos_p * cos_l, cos_p * sin_l, mpmath.sin(phi))


def mp_space(n):
    """Position in space of a unit normal."""
    f = 1 / mpmath.mpf(INVERSE_F)
    e2 = f * (2 - f)
    radius = mpmath.mpf(A) / mpmath.sqrt(1 - e2 * n[2] * n[2])
    return (n[0] * radius, n[1] * radius, n[2] * radius * (1 - e2))


def mp_lonlat(n):
    """Degrees of a unit normal, rounded to doubles (3 nm on the ground)."""
    lon = mpmath.degrees(mpmath.atan2(n[1], n[0]))
    lat = mpmath.degrees(mpmath.atan2(n[2], mpmath.sqrt(n[0] * n[0] + n[1] * n[1])))
    return float(lon), float(lat)


def mp_direct(lat, azimuth_deg, arc):
    """Where a geodesic leads, at fifty digits, by numerical integration.

    Args:
        lat: Latitude of the start, degrees; not a pole.
        azimuth_deg: Azimuth at the start, degrees.
        arc: Arc length on the auxiliary sphere, radians.

    Returns:
        Change of longitude in radians, reduced latitude in radians, length in metres, as mpf. The
        integrals are those of Bessel's problem: both run over the great circle of the auxiliary
        sphere that touches the equator's normal at ``alpha0``.
    """
    f = 1 / mpmath.mpf(INVERSE_F)
    b = mpmath.mpf(A) * (1 - f)
    alpha1 = mpmath.radians(mpmath.mpf(azimuth_deg))
    beta1 = mpmath.atan((1 - f) * mpmath.tan(mpmath.radians(mpmath.mpf(lat))))
    sin_a0 = mpmath.sin(alpha1) * mpmath.cos(beta1)
    cos_a0 = mpmath.sqrt(1 - sin_a0**2)
    k2 = cos_a0**2 * (1 / (1 - f) ** 2 - 1)
    s1 = mpmath.atan2(mpmath.sin(beta1), mpmath.cos(alpha1) * mpmath.cos(beta1))
    s2 = s1 + arc

    def root(sigma):
        return mpmath.sqrt(1 + k2 * mpmath.sin(sigma) ** 2)

    def lag(sigma):
        return (2 - f) / (1 + (1 - f) * root(sigma))

    def omega(sigma):
        return mpmath.atan2(sin_a0 * mpmath.sin(sigma), mpmath.cos(sigma))

    length = b * mpmath.quad(root, [s1, s2])
    turn = omega(s2) - omega(s1)
    turn -= 2 * mpmath.pi * mpmath.nint(turn / (2 * mpmath.pi))
    longitude = turn - f * sin_a0 * mpmath.quad(lag, [s1, s2])
    return longitude, mpmath.asin(cos_a0 * mpmath.sin(s2)), length


def mp_geodesic_m(lon1, lat1, lon2, lat2):
    """Length of the geodesic between two places, in metres, at fifty digits; for tests only.

    Newton on azimuth and arc from GeographicLib's answer; nothing of that answer remains in the
    result, because both ends are matched to 40 digits.
    """
    with mpmath.workdps(DIGITS):
        g = Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2)
        f = 1 / mpmath.mpf(INVERSE_F)
        goal_lon = mpmath.radians(mpmath.mpf(lon2) - mpmath.mpf(lon1))
        goal_lon -= 2 * mpmath.pi * mpmath.nint(goal_lon / (2 * mpmath.pi))
        goal_beta = mpmath.atan((1 - f) * mpmath.tan(mpmath.radians(mpmath.mpf(lat2))))

        def miss(azimuth_deg, arc):
            lon, beta, _ = mp_direct(lat1, azimuth_deg, arc)
            return (lon - goal_lon) * mpmath.cos(goal_beta), beta - goal_beta

        start = (mpmath.mpf(g["azi1"]), mpmath.radians(mpmath.mpf(g["a12"])))
        found = mpmath.findroot(miss, start, tol=mpmath.mpf(10) ** -80, maxsteps=20)
        return mp_direct(lat1, found[0], found[1])[2]
