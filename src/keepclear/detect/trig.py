"""Sine and cosine of degrees, and back, that give the same bits on every machine.

The C library's own differ in the last bit between machines, and a vertex must be the same integer
at both ends of a line. So: exact reduction to +-45 degrees *in degrees*, then the two classic
minimax polynomials of the freely distributable maths library on +-pi/4; only ``+`` and ``*``.
Poles, multiples of 90 degrees and +-180 come out exact. The way back halves the angle by square roots
until a short series does.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from keepclear.detect.twice import kernel

__all__ = ["RADIAN", "lonlat_of", "sin_cos"]

RADIAN: Final = 0.017453292519943295
"""One degree in radians, rounded once."""

_DEGREE: Final = 57.29577951308232
"""One radian in degrees, rounded once."""
_HALVINGS: Final = 3
"""Of 45 degrees at most, so that the series below begins at a tangent of at most 0.0985."""
_ODD: Final = (13.0, 11.0, 9.0, 7.0, 5.0, 3.0)
"""Divisors of the series of the arctangent, t - t^3/3 + t^5/5 ...; what is left out is below 1e-16."""

_S1, _S2, _S3 = -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04
_S4, _S5, _S6 = 2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10
_C1, _C2, _C3 = 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05
_C4, _C5, _C6 = (
    -2.75573143513906633035e-07,
    2.08757232129817482790e-09,
    -1.13596475577881948265e-11,
)


@kernel
def sin_cos(degrees: Any) -> Any:
    """Sine and cosine of an angle in degrees, |angle| <= 720.

    ``degrees - 90 * k`` is exact in binary64: both are multiples of the last place of ``degrees``.
    """
    k = np.floor(degrees * (1.0 / 90.0) + 0.5)
    x = (degrees - 90.0 * k) * RADIAN
    z = x * x
    s = x + x * z * (_S1 + z * (_S2 + z * (_S3 + z * (_S4 + z * (_S5 + z * _S6)))))
    c = 1.0 - 0.5 * z + z * z * (_C1 + z * (_C2 + z * (_C3 + z * (_C4 + z * (_C5 + z * _C6)))))
    quadrant = k - 4.0 * np.floor(k * 0.25)
    odd = quadrant - 2.0 * np.floor(quadrant * 0.5)
    sine = s * (1.0 - odd) + c * odd
    cosine = c * (1.0 - odd) + s * odd
    sine_sign = 1.0 - 2.0 * np.floor(quadrant * 0.5)
    turned = quadrant + 1.0 - 4.0 * np.floor((quadrant + 1.0) * 0.25)
    cosine_sign = 1.0 - 2.0 * np.floor(turned * 0.5)
    return sine * sine_sign, cosine * cosine_sign


def lonlat_of(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude in degrees of directions, to ten nanometres on the ground.

    At a pole the longitude is 0; on the antimeridian it is 180 with the sign of y.
    """
    return _angle(y, x), _angle(z, np.sqrt(x * x + y * y))


def _angle(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Degrees from the direction of x to (x, y), -180 to 180; 0 where both are 0."""
    across, along = np.abs(y), np.abs(x)
    most = np.maximum(across, along)
    t = np.minimum(across, along) / np.where(most > 0, most, 1.0)
    for _ in range(_HALVINGS):
        t = t / (1.0 + np.sqrt(1.0 + t * t))
    square, series = t * t, np.zeros_like(t)
    for k in _ODD:
        series = square * (1.0 / k - series)
    angle = (t - t * series) * 2.0**_HALVINGS * _DEGREE
    angle = np.where(across > along, 90.0 - angle, angle)
    angle = np.where(x < 0, 180.0 - angle, angle)
    return np.where(y < 0, -angle, angle)
