"""Declarations to table rows: vertices to the lattice, limits to intervals, routes to short legs.

Everything that can be refused about a shape is refused here, part by part, by name: rings that cross
themselves, have no area or are larger than a hemisphere. What is refused never stands in the table;
the other declarations still do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from keepclear.detect.edges import geodesic_points, great_circle_lonlat, short_lonlat
from keepclear.detect.extent import box_of, places_of, reach_of
from keepclear.detect.legs import short_legs
from keepclear.detect.packed import PackedRows
from keepclear.detect.rings import ring_faults
from keepclear.detect.rows import Rows
from keepclear.detect.shape import complete
from keepclear.detect.table import AREA, FOREVER_US, LEG, LINE, Table
from keepclear.detect.vertical import WORLD_GROUND, Geoid, Limit, lower_limit, upper_limit
from keepclear.domain.altitude import AltitudeBand, Reference
from keepclear.domain.declaration import Declaration, Ground, Part
from keepclear.domain.footprint import Area, Circle, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.schedule import Schedule
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window
from keepclear.errors import InputError, InternalError, Refusal

__all__ = ["PORTABLE_MAKER", "Maker", "PortableMaker", "Prepared", "gather", "prepare"]

_OPEN_LOWER: Final = lower_limit(None, None)
_OPEN_UPPER: Final = upper_limit(None, None)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The table, and what could not be put into it."""

    table: Table
    refused: tuple[Refusal, ...]
    ground_missing: tuple[int, ...]
    """Declarations whose heights above ground had to be bounded by the lowest and highest ground of
    the Earth, because nobody stated the ground."""
    refused_parts: tuple[tuple[int, int], ...] = ()
    """The declaration and the part of each refusal, counted from 0."""


class Maker(Protocol):
    """Makes rows of what was gathered; the same ones, whoever does it."""

    def complete(self, rows: Rows) -> Table:
        """The table of everything gathered."""

    def faults(self, table: Table) -> dict[int, InputError]:
        """The rows that are no area, and why."""

    def packed(self, rows: Rows, missing: tuple[int, ...]) -> PackedRows | None:
        """The same rows as bytes, where they are made so and all its areas surely are some."""


class PortableMaker:
    """numpy and shapely; always there."""

    def complete(self, rows: Rows) -> Table:
        """See :class:`Maker`."""
        return complete(rows)

    def faults(self, table: Table) -> dict[int, InputError]:
        """See :class:`Maker`."""
        return ring_faults(table)

    def packed(self, rows: Rows, missing: tuple[int, ...]) -> None:
        """See :class:`Maker`; it makes columns."""


PORTABLE_MAKER: Final[Maker] = PortableMaker()


def prepare(
    declarations: Iterable[Declaration],
    *,
    geoid: Geoid,
    ground: Ground | None = None,
    maker: Maker = PORTABLE_MAKER,
) -> Prepared:
    """Put every part of every declaration into one table.

    Args:
        declarations: With plain windows; weekly schedules are opened before.
        geoid: EGM96 undulations.
        ground: Ground where a declaration states none, metres above mean sea level.
        maker: Makes the rows; compiled where there is time to load that.

    Returns:
        The table, and the parts that were refused. A declaration of which a part was refused keeps
        its other parts.
    """
    said = list(declarations)
    rows, refused, missing = gather(said, geoid, ground)
    table = maker.complete(rows)
    for row, fault in maker.faults(table).items():
        refused.setdefault((int(table.owner[row]), int(table.part[row])), fault)
    if not refused:
        return Prepared(table, (), missing)
    pairs = zip(table.owner.tolist(), table.part.tolist(), strict=True)
    table = table.take(np.flatnonzero([pair not in refused for pair in pairs]))
    parts = tuple(sorted(refused))
    refusals = tuple(_refusal(said[n], i, refused[n, i]) for n, i in parts)
    return Prepared(table, refusals, missing, parts)


def gather(
    said: Sequence[Declaration], geoid: Geoid, ground: Ground | None
) -> tuple[Rows, dict[tuple[int, int], InputError], tuple[int, ...]]:
    """What rows are made of; the parts that cannot be, and why; whose ground is missing."""
    rows, missing = Rows(), []
    refused: dict[tuple[int, int], InputError] = {}
    for number, declaration in enumerate(said):
        heights = _Heights(geoid, declaration.ground or ground)
        for index, part in enumerate(declaration.parts):
            try:
                _add(rows, number, index, declaration, part, heights)
            except InputError as error:
                refused[number, index] = error
        if heights.world_ground_used:
            missing.append(number)
    return rows, refused, tuple(missing)


def _refusal(declaration: Declaration, part: int, error: InputError) -> Refusal:
    where = declaration.where or "declaration"
    if declaration.id not in where:
        where += f' (id "{declaration.id}")'
    if len(declaration.parts) > 1:
        where += f" part {part + 1}"
    return Refusal.of(error.inside("outline").inside(where))


class _Heights:
    """Limits over footprints; remembers the geoid over the last, and whether the ground was guessed."""

    def __init__(self, geoid: Geoid, ground: Ground | None) -> None:
        self._geoid = geoid
        self._ground = ground or WORLD_GROUND
        self._stated = ground is not None
        self._places: Sequence[Position] = ()
        self._reach_m = 0.0
        self._undulation: tuple[float, float] | None = None
        self.world_ground_used = False

    def over(self, places: Sequence[Position], reach_m: float) -> None:
        """From here on limits are over what reaches so far from some places."""
        self._places, self._reach_m, self._undulation = places, reach_m, None

    def limits(self, band: AltitudeBand) -> tuple[Limit, Limit, bool]:
        """Both limits of a band, and whether the lower one is the ground itself."""
        surface = band.lower is not None and band.lower.reference is Reference.SFC
        lower, upper = _OPEN_LOWER, _OPEN_UPPER
        if band.lower is not None:
            lower = lower_limit(band.lower, self._offsets)
        if band.upper is not None:
            upper = upper_limit(band.upper, self._offsets)
        return lower, upper, surface

    def _offsets(self, reference: Reference) -> tuple[float, float]:
        if reference is Reference.W84:
            return 0.0, 0.0
        if self._undulation is None:
            self._undulation = self._geoid.bounds(*box_of(self._places, self._reach_m))
        low, high = self._undulation
        if reference in {Reference.AGL, Reference.SFC}:
            self.world_ground_used |= not self._stated
            return low + self._ground.lowest_m, high + self._ground.highest_m
        return low, high


def _add(
    rows: Rows, owner: int, part: int, said: Declaration, what: Part, heights: _Heights
) -> None:
    if isinstance(what, Route):
        _add_route(rows, owner, part, said, what, heights)
    else:
        _add_volume(rows, owner, part, said, what, heights)


def _add_volume(
    rows: Rows, owner: int, part: int, said: Declaration, what: Volume4D, heights: _Heights
) -> None:
    if isinstance(what.window, Schedule):
        raise InternalError("a weekly schedule was not opened before the comparison")
    footprint = what.footprint
    lengths = (said.standoff_m, said.position_error_m)
    reach_m = reach_of(footprint)
    heights.over(places_of(footprint), reach_m + said.standoff_m + said.position_error_m)
    lower, upper, surface = heights.limits(what.band)
    limits = (lower, upper, surface, lower, upper)
    window = _microseconds(what.window)
    straight = footprint.edges is EdgeRule.LONLAT if not isinstance(footprint, Circle) else False
    if isinstance(footprint, Area):
        for polygon in footprint.polygons:
            for ring in polygon.rings:
                rows.ring(*_line(ring, footprint.edges, closed=True))
            count = len(polygon.rings)
            index = (owner, part, AREA)
            rows.close(index, (0.0, *lengths), limits, window, count, straight=straight)
        return
    if isinstance(footprint, Circle):
        rows.ring([footprint.center.longitude], [footprint.center.latitude])
    else:
        rows.ring(*_line(footprint.vertices, footprint.edges, closed=False))
    index = (owner, part, LINE)
    rows.close(index, (reach_m, *lengths), limits, window, straight=straight)


def _add_route(
    rows: Rows, owner: int, part: int, said: Declaration, what: Route, heights: _Heights
) -> None:
    reach = what.half_width_m + said.standoff_m + said.position_error_m
    heights.over([point.position for point in what.waypoints], reach)
    for leg in short_legs(what):
        lower, upper, surface = heights.limits(leg.band)
        if leg.band_end is leg.band:
            lower_end, upper_end = lower, upper
        else:
            lower_end, upper_end, _ = heights.limits(leg.band_end)
        rows.ring(leg.lon, leg.lat)
        rows.close(
            (owner, part, LEG),
            (what.half_width_m, said.standoff_m, said.position_error_m + leg.error_m),
            (lower, upper, surface, lower_end, upper_end),
            (leg.start_us, leg.end_us),
        )


def _line(
    places: Sequence[Position], edges: EdgeRule, *, closed: bool
) -> tuple[Sequence[float], Sequence[float]]:
    """Vertices in degrees, with the points that the edge rule asks to be inserted."""
    lon = [place.longitude for place in places]
    lat = [place.latitude for place in places]
    if edges is EdgeRule.LONLAT:
        return short_lonlat(lon, lat, closed=closed)
    insert = geodesic_points if edges is EdgeRule.GEODESIC else great_circle_lonlat
    n = len(lon)
    lons: list[float] = []
    lats: list[float] = []
    for i in range(n if closed else n - 1):
        j = (i + 1) % n
        x, y = insert(lon[i], lat[i], lon[j], lat[j])
        lons.extend(x.tolist())
        lats.extend(y.tolist())
    if not closed:
        lons.append(lon[-1])
        lats.append(lat[-1])
    return lons, lats


def _microseconds(window: Window) -> tuple[int, int]:
    start = -FOREVER_US if window.start_us is None else window.start_us
    end = FOREVER_US if window.end_us is None else window.end_us
    return start, end
