"""What lies near a border of a large region: cut out first, so that the rest is not looked at.

Whoever lies across a border is compared with the little of the region that is near. Both are drawn on
the plane that shared areas are measured on, round the middle of what is asked about: at a distance d
from there it is off by less than d**3 / R**2, 25 mm for 10 km. Where they lie further apart than that,
or plainly share more, it is said; whatever lies between is left to the exact verdict.
"""

from __future__ import annotations

from math import cos, hypot, radians
from typing import Final

import numpy as np
import shapely

from keepclear.detect.area import drawn, plane_at, size_m2
from keepclear.detect.extent import Box
from keepclear.detect.fine import Skeletons, fine_of
from keepclear.detect.metric import AXIS_M, to_unit
from keepclear.detect.table import Table
from keepclear.detect.trig import lonlat_of

__all__ = ["Border"]

_LATITUDE_MAX: Final = 89.0
_EDGE_MAX: Final = 90.0
"""Degrees: a longer step is one over 180."""
_SURE: Final = 4.0
"""So many times deeper than what counts, and than drawings are off, is plainly deeper."""
_OFF_M: Final = 0.002
_EARTH_M: Final = 6_350_000.0
_REACH_M_MAX: Final = 200_000.0
"""What reaches further from its middle is left to the verdict: no plane is good for it."""
_STEP_M: Final = 2_000.0
"""Edges are drawn in such steps: straight in degrees they would be off by 0.2 m and more, so none that
is cut off reaches what is asked about; straight on the plane they are off by less than a millimetre."""
_ROOM_DEGREES: Final = 2.5 * _STEP_M / 110_000.0


class Border:
    """One row of a table, to be looked at piece by piece."""

    def __init__(self, table: Table, row: int = 0) -> None:
        """Draw it in degrees, from vertex to vertex, where that can be done."""
        rings = []
        for ring in fine_of(table, row).rings:
            lon, lat = lonlat_of(*_in_steps(np.stack(to_unit(*ring.T.astype(np.float64)))))
            rings.append(np.stack([lon, lat], axis=1))
        steps = [np.abs(np.diff(ring[:, 0], append=ring[0, 0])).max() for ring in rings]
        high = max(np.abs(ring[:, 1]).max() for ring in rings)
        shape = None
        if max(steps) < _EDGE_MAX and high < _LATITUDE_MAX:
            shape = shapely.Polygon(rings[0], rings[1:])
        self._shape = shape if shape is not None and shape.is_valid else None
        shapely.prepare(self._shape)

    @property
    def is_drawn(self) -> bool:
        """Whether it could be drawn in degrees."""
        return self._shape is not None

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a place far from its edges lies in it, where it is drawn."""
        return bool(shapely.contains_xy(self._shape, lon, lat))

    def shared_m2(self, asked: Table, box: Box, deep_m: float) -> float | None:
        """How much ground some rows share with it, m2: 0 for none, nothing where that is not plain.

        Args:
            asked: The rows, which stand still.
            box: South, west, north and east; holds all of them and some room.
            deep_m: What is shared counts where it is deeper than this.
        """
        south, west, north, east = wide = _wider(box)
        near = self._near(wide)
        if near is not None and near.is_empty:  # it is further away than the room that was left
            return 0.0
        plane = plane_at((west + east) / 2, (south + north) / 2)
        reach_m = max(hypot(*plane(west, south)), hypot(*plane(east, north)))
        if near is None or reach_m > _REACH_M_MAX:
            return None
        ground = shapely.transform(near, lambda at: np.stack(plane(*at.T), axis=1))
        skeletons = Skeletons(asked)
        said = shapely.union_all(
            [drawn(asked, row, 0, 0, plane, skeletons) for row in range(len(asked))]
        )
        off_m = _OFF_M + reach_m**3 / _EARTH_M**2
        if said.distance(ground) > off_m:
            return 0.0
        shared = shapely.intersection(said, ground)
        if shared.is_empty or said.geom_type not in {"Polygon", "MultiPolygon"}:
            return None
        at = shapely.point_on_surface(shared)
        depth_m = at.distance(said.boundary) + at.distance(ground.boundary)
        return size_m2(shared, plane) if depth_m > _SURE * (deep_m + off_m) else None

    def _near(self, box: Box) -> shapely.Geometry | None:
        """The part of it in a box, in degrees; nothing where that is not drawn."""
        south, west, north, east = box
        beyond = west < -180.0 or east > 180.0 or max(-south, north) > _LATITUDE_MAX
        if self._shape is None or beyond:
            return None
        near = shapely.clip_by_rect(self._shape, west, south, east, north)
        return near if near.is_valid else None


def _in_steps(at: np.ndarray) -> np.ndarray:
    """A ring of unit normals (3, n), with places added along its edges."""
    after = np.roll(at, -1, axis=1)
    steps = np.ceil(np.sqrt(((after - at) ** 2).sum(axis=0)) * AXIS_M / _STEP_M).astype(np.int64)
    steps = np.maximum(steps, 1)
    first = np.repeat(np.cumsum(steps) - steps, steps)
    share = (np.arange(steps.sum()) - first) / np.repeat(steps, steps)
    a, b = np.repeat(at, steps, axis=1), np.repeat(after, steps, axis=1)
    return np.stack(to_unit(*(a + (b - a) * share)))


def _wider(box: Box) -> Box:
    south, west, north, east = box
    sideways = _ROOM_DEGREES / max(cos(radians(max(-south, north))), 0.01)
    return south - _ROOM_DEGREES, west - sideways, north + _ROOM_DEGREES, east + sideways
