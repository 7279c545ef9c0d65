"""Sites that stand in a party's list twice: at one place, under one name, or both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely

from keepclear.domain.finding import Finding, Severity
from keepclear.domain.gazetteer import folded
from keepclear.integrity.context import Bounds
from keepclear.integrity.places import Place, where
from keepclear.integrity.ruler import distance_m, length

__all__ = ["duplicate_findings"]

_DEGREE_M: Final = 110_000.0
"""No degree of latitude is shorter."""
_NAMED_MAX: Final = 3


def duplicate_findings(places: Sequence[Place], bounds: Bounds) -> Iterator[Finding]:
    """One finding for each place and for each name that occurs more than once.

    Args:
        places: Those of one party's sites.
        bounds: How near is the same place.
    """
    together: set[tuple[int, int]] = set()
    for group in _same_place(places, bounds):
        names: dict[str, list[int]] = {}
        for row in group:
            names.setdefault(folded(places[row].declaration.name), []).append(row)
        for name, rows in names.items():
            if name and len(rows) > 1:
                together.update((a, b) for a in rows for b in rows)
                yield _entry(places, rows)
        if len(names) > 1:
            yield _place(places, [rows[0] for rows in names.values()])
    by_name: dict[str, list[int]] = {}
    for row, place in enumerate(places):
        if key := folded(place.declaration.name):
            by_name.setdefault(key, []).append(row)
    for rows in by_name.values():
        if any((rows[0], row) not in together for row in rows[1:]):
            yield _name(places, rows)


def _same_place(places: Sequence[Place], bounds: Bounds) -> Iterator[list[int]]:
    """Rows that lie together, each group once."""
    at: dict[tuple[float, float], list[int]] = {}
    for row, place in enumerate(places):
        at.setdefault((place.position.latitude, place.position.longitude), []).append(row)
    spots = list(at.values())
    points = shapely.points([(longitude, latitude) for latitude, longitude in at])
    near = bounds.duplicate_m / _DEGREE_M
    # east-west degrees are shorter: asked wide enough at the highest latitude there is
    highest = max((abs(latitude) for latitude, _ in at), default=0.0)
    wide = near / max(float(np.cos(np.radians(highest))), 0.01)
    first, second = shapely.STRtree(points).query(points, predicate="dwithin", distance=wide)
    joined = _joined(len(spots), first, second, places, spots, bounds)
    for group in joined:
        rows = sorted(row for spot in group for row in spots[spot])
        if len(rows) > 1:
            yield rows


def _joined(
    count: int,
    first: np.ndarray,
    second: np.ndarray,
    places: Sequence[Place],
    spots: Sequence[Sequence[int]],
    bounds: Bounds,
) -> list[list[int]]:
    """Spots in groups, each by its lowest number; a spot joins the first that is near enough."""
    head = list(range(count))
    for a, b in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if a < b and head[b] == b and head[a] == a:
            one, other = places[spots[a][0]], places[spots[b][0]]
            if distance_m(one.position, other.position) <= bounds.duplicate_m:
                head[b] = a
    groups: dict[int, list[int]] = {}
    for spot, lead in enumerate(head):
        groups.setdefault(lead, []).append(spot)
    return list(groups.values())


def _entry(places: Sequence[Place], rows: Sequence[int]) -> Finding:
    return _finding(
        places[rows[-1]],
        "duplicate.entry",
        Severity.DOUBT,
        f"{_named(places, rows[:1])} stands in the list {len(rows)} times at the same place "
        f"({_rows(places, rows[:-1])})",
        "keep one of them, under one id",
    )


def _place(places: Sequence[Place], rows: Sequence[int]) -> Finding:
    return _finding(
        places[rows[-1]],
        "duplicate.place",
        Severity.NOTE,
        f"{_named(places, rows)} are at the same place ({_rows(places, rows[:-1])})",
        "look whether one position was copied to the others, or one site has several names",
    )


def _name(places: Sequence[Place], rows: Sequence[int]) -> Finding:
    first, last = places[rows[0]], places[rows[-1]]
    apart = length(distance_m(first.position, last.position))
    return _finding(
        last,
        "duplicate.name",
        Severity.NOTE,
        f"{len(rows)} sites are called {first.declaration.name!r}, {apart} apart "
        f"({_rows(places, rows[:-1])})",
        "look whether it is one site whose position was entered twice; else give each its own name",
    )


def _named(places: Sequence[Place], rows: Sequence[int]) -> str:
    names = [repr(places[row].declaration.name or places[row].declaration.id) for row in rows]
    more = len(names) - _NAMED_MAX
    shown = names[:_NAMED_MAX] + ([f"{more} more"] if more > 0 else [])
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _rows(places: Sequence[Place], rows: Sequence[int]) -> str:
    shown = [where(places[row]) or places[row].declaration.id for row in rows[:_NAMED_MAX]]
    more = len(rows) - len(shown)
    return "beside " + ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _finding(place: Place, code: str, severity: Severity, message: str, advice: str) -> Finding:
    declaration = place.declaration
    return Finding(code, severity, where(place), message, advice, declaration.party, declaration.id)
