"""Which rings are no area: crossing themselves, without extent, or larger than a hemisphere.

A self-crossing ring has no agreed inside, so it is refused rather than guessed at. Rings with edges
straight in lon/lat are judged in that plane; all others, and rings round a pole, in a plane that
touches the Earth, where great circles are straight.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import numpy as np
import shapely

from keepclear.detect.edges import unwrap
from keepclear.detect.fine import fine_of
from keepclear.detect.metric import AXIS_M
from keepclear.detect.polygon import hemisphere
from keepclear.detect.table import AREA, Table
from keepclear.errors import InputError

__all__ = ["ring_faults"]

_PLACE: Final = re.compile(r"-?[\d.e+-]+ -?[\d.e+-]+\]")
"""Where shapely says that a ring goes wrong."""
AREA_M2_MIN: Final = 1e-4
"""A square centimetre: below the resolution of every position that is ever declared."""


def ring_faults(table: Table) -> dict[int, InputError]:
    """The rows that are no area, and why."""
    rows = np.flatnonzero(table.kind == AREA)
    if len(rows) == 0:
        return {}
    collapsed = _collapsed(table)
    faults: dict[int, InputError] = {}
    shapes = np.empty(len(rows), dtype=object)
    degrees: dict[int, _Degrees] = {}
    for k, row in enumerate(rows.tolist()):
        if collapsed[row]:
            faults[row] = InputError(
                "ring.zero-area",
                "a ring needs 3 vertices more than 3 mm apart; give a point with radius_m, or a "
                "line with half_width_m",
            )
            continue
        plane = _plane(table, row)
        if plane is None:
            faults[row] = InputError(
                "ring.too-large",
                "the ring is larger than a hemisphere; cut it into smaller parts",
            )
        else:
            shapes[k], degrees[row] = plane
    known = np.flatnonzero([shape is not None for shape in shapes])
    polygons = _polygons([shapes[k] for k in known])
    good = shapely.is_valid(polygons)
    # The plane of a shape is at most 1 to 1 in metres, so a flat one is flat on the ground too.
    flat = shapely.area(shapely.convex_hull(polygons)) < AREA_M2_MIN
    for k in np.flatnonzero(~good | flat).tolist():
        row = int(rows[known[k]])
        faults[row] = _fault(polygons[k], bool(flat[k]), degrees[row])
    return faults


def _collapsed(table: Table) -> np.ndarray:
    """Rows with a ring that has fewer than three different neighbours after rounding."""
    previous = np.arange(-1, len(table.q) - 1)
    first, last = table.vertex_start[:-1], table.vertex_start[1:] - 1
    previous[first] = last
    changes = (table.q != table.q[previous]).any(axis=1).astype(np.int64)
    few = np.add.reduceat(changes, first) < 3
    return np.asarray(np.add.reduceat(few.astype(np.int64), table.ring_start[:-1]) > 0)


def _polygons(shapes: list[list[np.ndarray]]) -> np.ndarray:
    return np.array([shapely.Polygon(rings[0], rings[1:]) for rings in shapes], dtype=object)


_Degrees = Callable[[float, float], tuple[float, float]]
"""From a place on a plane, metres, back to latitude and longitude."""
_Plane = tuple[list[np.ndarray], _Degrees]


def _plane(table: Table, row: int) -> _Plane | None:
    """The rings of a row in metres on a plane, or None where no hemisphere holds them."""
    ats = [table.vertices_of(ring) for ring in table.rings_of(row)]
    side: tuple[int, int] | None = _FACES[int(table.face[row])]
    if side is None:
        fine = fine_of(table, row)
        side = hemisphere(np.concatenate(fine.rings))
        if side is None:
            return None
    if table.straight[row]:
        flat = _lonlat([table.degrees(at) for at in ats])
        if flat is not None:
            return flat
    rings = [_gnomonic(table.q[at].astype(np.float64), *side) for at in ats]
    return rings, lambda x, y: _gnomonic_degrees(x, y, *side)


_FACES: Final = {-1: None, **{face: (face // 2, 2 * (face % 2) - 1) for face in range(6)}}
"""Axis and sign of the hemisphere round each face."""


def _lonlat(rings: list[tuple[np.ndarray, np.ndarray]]) -> _Plane | None:
    """Rings in one lon/lat plane in metres, unwrapped over 180; None where one runs round a pole."""
    outer_lon, outer_lat = rings[0]
    metres = np.array([np.cos(np.radians(outer_lat.mean())), 1.0]) * 111_000.0
    flat = []
    for ring_lon, ring_lat in rings:
        lon, lat, step = ring_lon, ring_lat, _steps(ring_lon)
        if np.abs(step).max() > 180.0 or np.abs(lat).max() == 90.0:
            lon, lat = _drawn_along_poles(ring_lon, ring_lat)
            other = np.roll(lon, -1)
            step = unwrap(other, lon) - unwrap(lon, other)
            # Along a pole every longitude is one place: the drawing goes the way it was drawn.
            at_pole = (np.abs(lat) == 90.0) & (lat == np.roll(lat, -1))
            step = np.where(at_pole, other - lon, step)
            if abs(step.sum()) >= 180.0:
                return None
        start = lon[0] + 360.0 * np.round((outer_lon[0] - lon[0]) / 360.0)
        along = start + np.concatenate(([0.0], np.cumsum(step[:-1])))
        flat.append(np.stack([along - outer_lon[0], lat], axis=1) * metres)
    return flat, lambda x, y: (y / metres[1], x / metres[0] + outer_lon[0])


def _steps(lon: np.ndarray) -> np.ndarray:
    """From each longitude to the next, and from the last to the first."""
    step = np.empty(len(lon))
    np.subtract(lon[1:], lon[:-1], out=step[:-1])
    step[-1] = lon[0] - lon[-1]
    return step


def _drawn_along_poles(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A ring with every vertex at a pole drawn as the line it is in lon/lat.

    A pole is one place with all longitudes: the line runs from the longitude that the ring comes
    from to the one that it goes on to.
    """
    poles = np.flatnonzero(np.abs(lat) == 90.0)
    if len(poles) == 0:
        return lon, lat
    at_pole = np.abs(lat) == 90.0
    came = np.where(np.roll(at_pole, 1), lon, np.roll(lon, 1))[poles]
    goes = np.where(np.roll(at_pole, -1), lon, np.roll(lon, -1))[poles]
    lon = np.insert(lon, poles + 1, goes)
    lat = np.insert(lat, poles + 1, lat[poles])
    lon[poles + np.arange(len(poles))] = came
    return lon, lat


def _gnomonic(q: np.ndarray, axis: int, sign: int) -> np.ndarray:
    """The plane that touches the Earth at the middle of a hemisphere: great circles are straight."""
    others = [k for k in range(3) if k != axis]
    return q[:, others] / (sign * q[:, axis : axis + 1]) * AXIS_M


def _gnomonic_degrees(x: float, y: float, axis: int, sign: int) -> tuple[float, float]:
    normal = np.insert(np.array([x, y]) / AXIS_M, axis, float(sign))
    latitude = np.degrees(np.arctan2(normal[2], np.hypot(normal[0], normal[1])))
    return float(latitude), float(np.degrees(np.arctan2(normal[1], normal[0])))


def _fault(polygon: shapely.Polygon, flat: bool, degrees: _Degrees) -> InputError:
    if flat:
        return InputError(
            "ring.zero-area",
            "the ring encloses no area; give a point with radius_m, or a line with half_width_m",
        )
    reason, _, place = shapely.is_valid_reason(polygon).partition("[")
    near = ""
    if _PLACE.fullmatch(place):
        latitude, longitude = degrees(*map(float, place.rstrip("]").split()))
        near = f" near latitude {latitude:.5f}, longitude {(longitude + 180) % 360 - 180:.5f}"
    return InputError(
        "ring.self-crossing",
        f"the outline is no simple ring ({reason.strip().lower()}{near}); give its vertices in "
        "order, each once",
    )
