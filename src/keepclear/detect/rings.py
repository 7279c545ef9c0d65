"""Which rings are no area: crossing themselves, without extent, or larger than a hemisphere.

A self-crossing ring has no agreed inside, so it is refused rather than guessed at. Rings are judged
in the lon/lat plane, where most were drawn and where inserted points keep all others close; rings
round a pole in the plane touching the Earth at their middle, where great circles are straight.
"""

from __future__ import annotations

import re
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
            shapes[k] = plane
    known = np.flatnonzero([shape is not None for shape in shapes])
    polygons = _polygons([shapes[k] for k in known])
    good = shapely.is_valid(polygons)
    # The plane of a shape is at most 1 to 1 in metres, so a flat one is flat on the ground too.
    flat = shapely.area(shapely.convex_hull(polygons)) < AREA_M2_MIN
    for k in np.flatnonzero(~good | flat).tolist():
        row = int(rows[known[k]])
        faults[row] = _fault(polygons[k], bool(flat[k]))
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


def _plane(table: Table, row: int) -> list[np.ndarray] | None:
    """The rings of a row in metres on a plane, or None where no hemisphere holds them."""
    ats = [table.vertices_of(ring) for ring in table.rings_of(row)]
    if table.face[row] < 0:
        fine = fine_of(table, row)
        if any(hemisphere(ring) is None for ring in fine.rings):
            return None
    flat = [_lonlat(*table.degrees(at)) for at in ats]
    if all(closes for _, closes in flat):
        return [ring for ring, _ in flat]
    middle = table.q[ats[0]].astype(np.float64).mean(axis=0)
    return [_gnomonic(table.q[at].astype(np.float64), middle) for at in ats]


def _lonlat(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, bool]:
    """A ring in the lon/lat plane, unwrapped over 180; False where it runs round a pole."""
    other = np.roll(lon, -1)
    step = unwrap(other, lon) - unwrap(lon, other)
    along = lon[0] + np.concatenate(([0.0], np.cumsum(step[:-1])))
    metres = np.array([np.cos(np.radians(lat.mean())), 1.0]) * 111_000.0
    return np.stack([along, lat], axis=1) * metres, bool(abs(step.sum()) < 180.0)


def _gnomonic(q: np.ndarray, middle: np.ndarray) -> np.ndarray:
    normal = middle / np.linalg.norm(middle)
    east = np.cross([0.0, 0.0, 1.0], normal)
    if np.linalg.norm(east) < 1e-9:
        east = np.array([1.0, 0.0, 0.0])
    east = east / np.linalg.norm(east)
    north = np.cross(normal, east)
    depth = np.maximum(q @ normal, 1e-6)
    return np.stack([q @ east / depth, q @ north / depth], axis=1) * AXIS_M


def _fault(polygon: shapely.Polygon, flat: bool) -> InputError:
    if flat:
        return InputError(
            "ring.zero-area",
            "the ring encloses no area; give a point with radius_m, or a line with half_width_m",
        )
    reason = re.sub(r"\[.*", "", shapely.is_valid_reason(polygon)).strip()
    return InputError(
        "ring.self-crossing",
        f"the outline is no simple ring ({reason.lower()}); give its vertices in order, each once",
    )
