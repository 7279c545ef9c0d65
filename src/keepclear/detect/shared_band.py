"""The altitudes two declarations share, in their own words where they agree on a reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from keepclear.detect.table import Bands, Table
from keepclear.detect.vertical import MM_MAX
from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration
from keepclear.domain.units import FOOT_M
from keepclear.domain.volume import Volume4D

__all__ = ["shared_altitude", "shared_w84_m"]

_REFERENCES: Final = {1: Reference.W84, 2: Reference.AMSL, 3: Reference.AGL, 4: Reference.STD}


def shared_altitude(
    table: Table, declarations: Sequence[Declaration], i: np.ndarray, j: np.ndarray
) -> AltitudeBand | None:
    """The shared band as written, where lower limits share a reference and upper limits do.

    ``None`` where they do not, or where both sides have no limit at all. A side without a limit
    leaves the other's.
    """
    lowers = [_limits(table, declarations, rows, upper=False) for rows in (i, j)]
    uppers = [_limits(table, declarations, rows, upper=True) for rows in (i, j)]
    lower, lower_known = _inner(lowers, highest=True)
    upper, upper_known = _inner(uppers, highest=False)
    if not (lower_known and upper_known) or (lower is None and upper is None):
        return None
    if lower is not None and upper is not None and lower.metres > upper.metres:
        alike = lower.reference is upper.reference
        return AltitudeBand(upper, lower) if alike else None
    return AltitudeBand(lower, upper)


def _limits(
    table: Table, declarations: Sequence[Declaration], rows: np.ndarray, *, upper: bool
) -> Altitude | str | None:
    """The widest limit of some rows of one declaration; a word where they have no common one."""
    found: Altitude | None = None
    for k, row in enumerate(rows.tolist()):
        limit = _limit(table, declarations, row, upper=upper)
        if limit is None:
            return None
        if k == 0 or found is None:
            found = limit
            continue
        if _reference(limit) is not _reference(found):
            return "unlike"
        wider = limit.metres > found.metres if upper else limit.metres < found.metres
        found = limit if wider else found
    return found


def _limit(
    table: Table, declarations: Sequence[Declaration], row: int, *, upper: bool
) -> Altitude | None:
    part = declarations[int(table.owner[row])].parts[int(table.part[row])]
    if isinstance(part, Volume4D):
        return part.band.upper if upper else part.band.lower
    bands = {point.band for point in part.waypoints[:2]}
    if len(part.waypoints) <= 2 and len(bands) == 1:
        band = bands.pop()
        return band.upper if upper else band.lower
    return _from_table(table, row, upper=upper)


def _from_table(table: Table, row: int, *, upper: bool) -> Altitude | None:
    """A leg's widest limit, in feet for pressure altitudes and metres for all else."""
    name = "upper" if upper else "lower"
    ends = [(getattr(b, f"{name}_code")[row], getattr(b, f"{name}_own")[row]) for b in _both(table)]
    code = int(ends[0][0])
    if code == 0:
        return None
    values = [int(own) for _, own in ends]
    value = (max(values) if upper else min(values)) / 1000.0
    if not upper and bool(table.bands.surface[row]):
        return Altitude(0.0, Units.M, Reference.SFC)
    if code == 4:
        return Altitude(round(value / FOOT_M, 1), Units.FT, Reference.STD)
    return Altitude(value, Units.M, _REFERENCES[code])


def _both(table: Table) -> tuple[Bands, Bands]:
    return table.bands, table.bands_end


def _reference(limit: Altitude) -> Reference:
    return Reference.AGL if limit.reference is Reference.SFC else limit.reference


def _inner(
    limits: Sequence[Altitude | str | None], *, highest: bool
) -> tuple[Altitude | None, bool]:
    """The limit that binds both sides, and whether it can be said."""
    a, b = limits
    if isinstance(a, str) or isinstance(b, str):
        return None, False
    if a is None or b is None:
        return (a or b), True
    if _reference(a) is not _reference(b):
        return None, False
    first = a.metres >= b.metres if highest else a.metres <= b.metres
    return (a if first else b), True


def shared_w84_m(table: Table, i: np.ndarray, j: np.ndarray) -> tuple[float | None, float | None]:
    """The shared band above the ellipsoid at its widest, metres; the gap where there is none."""
    lower = np.maximum(_least(table, i), _least(table, j))
    upper = np.minimum(_most(table, i), _most(table, j))
    low, high = int(lower.min()), int(upper.max())
    low, high = min(low, high), max(low, high)
    return (
        None if low <= -MM_MAX else low / 1000.0,
        None if high >= MM_MAX else high / 1000.0,
    )


def _least(table: Table, rows: np.ndarray) -> np.ndarray:
    return np.minimum(table.bands.lower_least[rows], table.bands_end.lower_least[rows])


def _most(table: Table, rows: np.ndarray) -> np.ndarray:
    return np.maximum(table.bands.upper_most[rows], table.bands_end.upper_most[rows])
