"""The table that every search and verdict reads: one row a part, columns of plain numbers.

Rows are of three kinds. An *area* is bounded by rings; a *line* is a point or an open line grown by
its reach (a circle has one vertex); a *leg* is the disc that moves along one short geodesic. So
"everything is a sum": two rows share ground when the distance of their skeletons is at most the sum
of their reaches, and they come too close when it is at most that plus stand-off or minimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

__all__ = ["AREA", "FOREVER_US", "LEG", "LINE", "Bands", "Table"]

AREA: Final = 0
LINE: Final = 1
LEG: Final = 2
FOREVER_US: Final = 2**60
"""Stands for an open end of a window: 36,000 years from 1970, safe to add minima to."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Altitude limits in millimetres, int32 columns of length n; see ``vertical``."""

    lower_code: np.ndarray
    lower_own: np.ndarray
    lower_least: np.ndarray
    lower_most: np.ndarray
    upper_code: np.ndarray
    upper_own: np.ndarray
    upper_least: np.ndarray
    upper_most: np.ndarray
    surface: np.ndarray
    """bool: the lower limit is the ground itself."""

    def take(self, rows: np.ndarray) -> Bands:
        """The bands of some rows."""
        return Bands(*(getattr(self, name)[rows] for name in BAND_COLUMNS))


BAND_COLUMNS: Final = tuple(Bands.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Table:
    """n parts of some declarations, ready for search and verdict."""

    owner: np.ndarray
    """int32 (n): index of the declaration."""
    part: np.ndarray
    """int32 (n): index of the part within it; the legs of one route share theirs."""
    kind: np.ndarray
    """uint8 (n): AREA, LINE or LEG."""
    ring_start: np.ndarray
    """int64 (n + 1): first ring of each part."""
    vertex_start: np.ndarray
    """int64 (rings + 1): first vertex of each ring."""
    q: np.ndarray
    """int32 (m, 3): lattice vectors of the vertices as declared."""
    lon: np.ndarray
    """float64 or int32 (m): longitude of the vertices in degrees times ``scale``."""
    lat: np.ndarray
    """Likewise the latitude."""
    straight: np.ndarray
    """bool (n): edges are straight in lon/lat; else they are great circles between the vertices."""
    scale: float
    """1 for degrees; 1e7 where every vertex lies on the grid of 1e-7 degree, which takes half the
    memory. An integer divided by 1e7 is the very number that its decimal text is read as."""
    level: np.ndarray
    """uint8 (m): the edge from this vertex to the next has 2**level pieces."""
    reach_m: np.ndarray
    """float64 (n): radius or half width; 0 for areas."""
    standoff_m: np.ndarray
    """float64 (n): distance to keep from it."""
    error_m: np.ndarray
    """float64 (n): stated position error."""
    bands: Bands
    bands_end: Bands
    """For legs the band at the end of the leg; the same object as ``bands`` where there are none."""
    start_us: np.ndarray
    """int64 (n)."""
    end_us: np.ndarray
    """int64 (n)."""
    box: np.ndarray
    """int32 (n, 6): lowest x y z, highest x y z of the skeleton on the cube, in units; split edges
    and arcs over a border included, reach not."""
    face: np.ndarray
    """int8 (n): the face of the cube (axis * 2, plus 1 where positive) that holds the whole
    skeleton, or -1."""

    def __len__(self) -> int:
        return len(self.owner)

    def rings_of(self, row: int) -> range:
        """Indices of the rings of one row."""
        return range(int(self.ring_start[row]), int(self.ring_start[row + 1]))

    def vertices_of(self, ring: int) -> slice:
        """Where the vertices of one ring stand."""
        return slice(int(self.vertex_start[ring]), int(self.vertex_start[ring + 1]))

    def degrees(self, at: slice) -> tuple[np.ndarray, np.ndarray]:
        """Longitudes and latitudes of some vertices in degrees; to be read only."""
        if self.scale == 1.0:
            return self.lon[at], self.lat[at]
        return self.lon[at] / self.scale, self.lat[at] / self.scale

    def first(self, rows: int) -> Table:
        """The first rows, as a view of these columns."""
        rings = int(self.ring_start[rows])
        vertices = int(self.vertex_start[rings])
        bands, bands_end = (
            Bands(*(getattr(side, name)[:rows] for name in BAND_COLUMNS))
            for side in (self.bands, self.bands_end)
        )
        return Table(
            owner=self.owner[:rows],
            part=self.part[:rows],
            kind=self.kind[:rows],
            ring_start=self.ring_start[: rows + 1],
            vertex_start=self.vertex_start[: rings + 1],
            q=self.q[:vertices],
            lon=self.lon[:vertices],
            lat=self.lat[:vertices],
            straight=self.straight[:rows],
            scale=self.scale,
            level=self.level[:vertices],
            reach_m=self.reach_m[:rows],
            standoff_m=self.standoff_m[:rows],
            error_m=self.error_m[:rows],
            bands=bands,
            bands_end=bands if self.bands_end is self.bands else bands_end,
            start_us=self.start_us[:rows],
            end_us=self.end_us[:rows],
            box=self.box[:rows],
            face=self.face[:rows],
        )

    def take(self, rows: np.ndarray) -> Table:
        """A table of some rows, in the order given."""
        rings, ring_start = _ragged(self.ring_start, rows)
        vertices, vertex_start = _ragged(self.vertex_start, rings)
        bands = self.bands.take(rows)
        return Table(
            owner=self.owner[rows],
            part=self.part[rows],
            kind=self.kind[rows],
            ring_start=ring_start,
            vertex_start=vertex_start,
            q=self.q[vertices],
            lon=self.lon[vertices],
            lat=self.lat[vertices],
            straight=self.straight[rows],
            scale=self.scale,
            level=self.level[vertices],
            reach_m=self.reach_m[rows],
            standoff_m=self.standoff_m[rows],
            error_m=self.error_m[rows],
            bands=bands,
            bands_end=bands if self.bands_end is self.bands else self.bands_end.take(rows),
            start_us=self.start_us[rows],
            end_us=self.end_us[rows],
            box=self.box[rows],
            face=self.face[rows],
        )


def _ragged(starts: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the items of some rows, and their new starts."""
    counts = starts[rows + 1] - starts[rows]
    new = np.concatenate(([0], np.cumsum(counts)))
    items = np.arange(new[-1]) - np.repeat(new[:-1], counts) + np.repeat(starts[rows], counts)
    return items, new
