"""The part that two rings share, cut where their edges cross; one source for both code paths.

Edges are straight in degrees. Wherever that is not plain (edges that touch or lie on each other, more
crossings than are worth it), nothing is said, and whoever asks takes another way. Plain loops over
plain numbers: :mod:`keepclear.detect.fast.cut` compiles the very same functions, so both paths draw
the same corners. Two rings without holes share ground without holes.

Left to others: what may be cut so at all (:mod:`keepclear.detect.flat_area`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from keepclear.detect.metric import AXIS_M, E2

__all__ = ["PARTS", "Cut", "Shared", "cut", "cut_listed", "ring_m2"]

Shared = tuple[bool, list[float], list[float], list[int], float]
"""Whether it is known; if so the corners of all pieces one after the other (longitude and latitude in
degrees with 7 decimals, anticlockwise, each piece closed), where each piece ends, and square metres."""
Cut = Callable[[Any, Any, Any, Any], Shared]
"""Cuts two rings, given as longitudes and latitudes of either."""

_SURE: Final = 1e-11
"""Of the products that a side is the difference of: twenty thousand times what rounding may be off."""
_APART: Final = 1e-9
"""Of an edge: crossings nearer to each other along it are not put in order."""
_CROSSINGS_MAX: Final = 128
_PAIRS_MAX: Final = 20_000
"""Pairs of edges; to cut rings with more corners that lie so is work for the library."""
_STEP_MAX: Final = 90.0
"""Degrees of longitude or latitude that a ring may span."""
_LATITUDE_MAX: Final = 89.0
_GRID: Final = 1e7
"""Corners are given on the grid of 1e-7 degree."""
_E: Final = math.sqrt(E2)
_RADIAN: Final = math.pi / 180.0
_NODE: Final = math.sqrt(0.15)
"""Of Gauss and Legendre's rule with three points: so far from the middle."""
_SCALE_M2: Final = 0.5 * AXIS_M * AXIS_M * (1.0 - E2)


def _side(px: float, py: float, qx: float, qy: float, x: float, y: float) -> float:
    """Twice the ground between p, q and a place: positive where it lies left of the way from p to q.

    0 where that is not sure.
    """
    one, two = (qx - px) * (y - py), (qy - py) * (x - px)
    found = one - two
    return found if abs(found) > _SURE * (abs(one) + abs(two)) else 0.0


def _under(latitude: float) -> float:
    """Square metres from the equator to a latitude (radians), for a radian of longitude."""
    sine = math.sin(latitude)
    return _SCALE_M2 * (sine / (1.0 - E2 * sine * sine) + math.atanh(_E * sine) / _E)


def ring_m2(x: Sequence[float], y: Sequence[float], first: int, last: int) -> float:
    """Square metres of the ellipsoid within corners first to last (exclusive), the first repeated.

    Edges are straight in degrees; positive where it runs anticlockwise. It does not run round a pole,
    nor jump at 180. The ground between an edge and the equator is integrated over longitude.
    """
    level = _under(y[first] * _RADIAN)  # small numbers lose no digits
    twice = 0.0
    for k in range(first, last - 1):
        step = (x[k + 1] - x[k]) * _RADIAN
        if step == 0.0:
            continue
        middle, half = 0.5 * (y[k] + y[k + 1]) * _RADIAN, (y[k + 1] - y[k]) * _RADIAN
        above = 5.0 * (_under(middle - half * _NODE) - level)
        above += 8.0 * (_under(middle) - level)
        above += 5.0 * (_under(middle + half * _NODE) - level)
        twice -= above * step
    return twice / 18.0


def _holds(x: Sequence[float], y: Sequence[float], px: float, py: float) -> int:
    """1 where a ring holds a place, 0 where it does not, -1 where that is not sure."""
    inside = 0
    for k in range(len(x)):
        n = k + 1 if k + 1 < len(x) else 0
        if (y[k] > py) == (y[n] > py):
            if y[k] == py and y[n] == py:
                return -1
            continue
        side = _side(x[k], y[k], x[n], y[n], px, py)
        if side == 0.0:
            return -1
        if (side > 0.0) == (y[n] > y[k]):
            inside = 1 - inside
    return inside


def _anticlockwise(x: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float]]:
    """The same ring, run anticlockwise."""
    twice, n = 0.0, len(x)
    for k in range(1, n - 1):
        twice += (x[k] - x[0]) * (y[k + 1] - y[0]) - (x[k + 1] - x[0]) * (y[k] - y[0])
    if twice > 0.0:
        return [x[k] for k in range(n)], [y[k] for k in range(n)]
    return [x[n - 1 - k] for k in range(n)], [y[n - 1 - k] for k in range(n)]


def _near(
    x: Sequence[float], y: Sequence[float], west: float, east: float, south: float, north: float
) -> list[int]:
    """The edges of a ring that reach into a box."""
    found = [0][1:]
    for k in range(len(x)):
        n = k + 1 if k + 1 < len(x) else 0
        if min(x[k], x[n]) > east or max(x[k], x[n]) < west:
            continue
        if min(y[k], y[n]) > north or max(y[k], y[n]) < south:
            continue
        found.append(k)
    return found


def _order(keys: Sequence[float]) -> list[int]:
    """Numbers of the keys, the least first; none where two are all but equal."""
    found = [0][1:]
    for k in range(len(keys)):
        at = len(found)
        found.append(k)
        while at > 0 and keys[found[at - 1]] > keys[k]:
            found[at] = found[at - 1]
            at -= 1
        found[at] = k
    for k in range(1, len(found)):
        if keys[found[k]] - keys[found[k - 1]] < _APART:
            return found[:0]
    return found


def _following(order: Sequence[int]) -> list[int]:
    """For each crossing the one that comes after it."""
    after = [0] * len(order)
    for k in range(len(order)):
        after[order[k]] = order[k + 1 if k + 1 < len(order) else 0]
    return after


def _walk(
    x: Sequence[float], y: Sequence[float], start: float, end: float,
    lon: list[float], lat: list[float],
) -> None:  # fmt: skip
    """Add the corners of a ring between two crossings, given by edge and share of it."""
    n, k = len(x), int(start) + 1
    left = int(end) - int(start) + (n if end < start else 0)
    for step in range(left):
        at = k + step if k + step < n else k + step - n
        lon.append(x[at])
        lat.append(y[at])


def _whole(x: Sequence[float], y: Sequence[float], lon: list[float], lat: list[float]) -> None:
    """Add a ring as it is, closed."""
    for k in range(len(x)):
        lon.append(x[k])
        lat.append(y[k])
    lon.append(x[0])
    lat.append(y[0])


def _meet(
    ax: Sequence[float], ay: Sequence[float], bx: Sequence[float], by: Sequence[float],
    of_a: Sequence[int], of_b: Sequence[int],
    on_a: list[float], on_b: list[float], enters: list[bool],
) -> bool:  # fmt: skip
    """Fill in where edges cross, as edge and share of it, and whether a comes into b there.

    False where it is not sure.
    """
    for i in of_a:
        m = i + 1 if i + 1 < len(ax) else 0
        px, py, qx, qy = ax[i], ay[i], ax[m], ay[m]
        west, east, south, north = min(px, qx), max(px, qx), min(py, qy), max(py, qy)
        for j in of_b:
            n = j + 1 if j + 1 < len(bx) else 0
            rx, ry, sx, sy = bx[j], by[j], bx[n], by[n]
            if min(rx, sx) > east or max(rx, sx) < west or min(ry, sy) > north:
                continue
            if max(ry, sy) < south:
                continue
            p, q = _side(rx, ry, sx, sy, px, py), _side(rx, ry, sx, sy, qx, qy)
            if (p > 0.0 and q > 0.0) or (p < 0.0 and q < 0.0):
                continue
            r, s = _side(px, py, qx, qy, rx, ry), _side(px, py, qx, qy, sx, sy)
            if (r > 0.0 and s > 0.0) or (r < 0.0 and s < 0.0):
                continue
            if p == 0.0 or q == 0.0 or r == 0.0 or s == 0.0 or len(on_a) == _CROSSINGS_MAX:
                return False
            on_a.append(i + p / (p - q))
            on_b.append(j + r / (r - s))
            enters.append(q > 0.0)
    return True


def _traced(
    ax: Sequence[float], ay: Sequence[float], bx: Sequence[float], by: Sequence[float],
    on_a: Sequence[float], on_b: Sequence[float], enters: Sequence[bool],
    lon: list[float], lat: list[float], ends: list[int],
) -> bool:  # fmt: skip
    """Run along a inside b, then along b inside a, until every crossing was passed; false if not."""
    first, second = _order(on_a), _order(on_b)
    if len(first) != len(on_a) or len(second) != len(on_a):
        return False
    after_a, after_b = _following(first), _following(second)
    for k in range(len(on_a)):
        if enters[k] == enters[after_a[k]] or enters[k] == enters[after_b[k]]:
            return False
    passed = [False] * len(on_a)
    for start in range(len(on_a)):
        if passed[start] or not enters[start]:
            continue
        begin, at = len(lon), start
        while True:
            passed[at] = True
            edge = int(on_a[at])
            n, share = edge + 1 if edge + 1 < len(ax) else 0, on_a[at] - edge
            lon.append(ax[edge] + (ax[n] - ax[edge]) * share)
            lat.append(ay[edge] + (ay[n] - ay[edge]) * share)
            out = after_a[at]
            _walk(ax, ay, on_a[at], on_a[out], lon, lat)
            edge = int(on_a[out])
            n, share = edge + 1 if edge + 1 < len(ax) else 0, on_a[out] - edge
            lon.append(ax[edge] + (ax[n] - ax[edge]) * share)
            lat.append(ay[edge] + (ay[n] - ay[edge]) * share)
            at = after_b[out]
            _walk(bx, by, on_b[out], on_b[at], lon, lat)
            if at == start:
                break
            if passed[at]:
                return False
        lon.append(lon[begin])
        lat.append(lat[begin])
        ends.append(len(lon))
    return True


def cut(
    ax: Sequence[float], ay: Sequence[float], bx: Sequence[float], by: Sequence[float]
) -> Shared:
    """The part that two rings share.

    Args:
        ax: Longitudes of a simple ring in degrees, not closed by repetition.
        ay: Its latitudes.
        bx: Longitudes of the other, on the same side of 180.
        by: Its latitudes.
    """
    lon, lat, ends = [0.0][1:], [0.0][1:], [0][1:]
    west, east = max(min(ax), min(bx)), min(max(ax), max(bx))
    south, north = max(min(ay), min(by)), min(max(ay), max(by))
    wide = max(max(ax) - min(ax), max(bx) - min(bx), abs(ax[0] - bx[0])) > _STEP_MAX
    if wide or min(min(ay), min(by)) < -_LATITUDE_MAX or max(max(ay), max(by)) > _LATITUDE_MAX:  # noqa: PLW3301
        return False, lon, lat, ends, 0.0
    if west >= east or south >= north:
        return False, lon, lat, ends, 0.0
    (px, py), (qx, qy) = _anticlockwise(ax, ay), _anticlockwise(bx, by)
    of_a = _near(px, py, west, east, south, north)
    of_b = _near(qx, qy, west, east, south, north)
    on_a, on_b, enters = [0.0][1:], [0.0][1:], [True][1:]
    sure = len(of_a) * len(of_b) <= _PAIRS_MAX
    sure = sure and _meet(px, py, qx, qy, of_a, of_b, on_a, on_b, enters)
    if sure and len(on_a) > 0:
        sure = _traced(px, py, qx, qy, on_a, on_b, enters, lon, lat, ends)
    elif sure:
        inner, outer = _holds(qx, qy, px[0], py[0]), _holds(px, py, qx[0], qy[0])
        sure = inner >= 0 and outer >= 0
        if sure and inner + outer > 0:
            x, y = (px, py) if inner == 1 else (qx, qy)
            _whole(x, y, lon, lat)
            ends.append(len(lon))
    if not sure:
        return False, lon[:0], lat[:0], ends[:0], 0.0
    size, first = 0.0, 0
    for last in ends:
        size += ring_m2(lon, lat, first, last)
        first = last
    for k in range(len(lon)):
        lon[k] = math.floor(lon[k] * _GRID + 0.5) / _GRID
        lat[k] = math.floor(lat[k] * _GRID + 0.5) / _GRID
    return True, lon, lat, ends, size


def cut_listed(ax: np.ndarray, ay: np.ndarray, bx: np.ndarray, by: np.ndarray, /) -> Shared:
    """As :func:`cut`, of arrays; Python is quicker with lists."""
    return cut(ax.tolist(), ay.tolist(), bx.tolist(), by.tolist())


PARTS: Final[tuple[Callable[..., Any], ...]] = (
    _side, _under, ring_m2, _holds, _anticlockwise, _near, _order, _following, _walk, _whole, _meet,
    _traced, cut,
)  # fmt: skip
"""Every function here, callees before callers."""
