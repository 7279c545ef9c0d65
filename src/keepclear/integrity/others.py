"""A place far from the others of its list, judged by the list's own spread.

A national list has towns and deserts, so no fixed distance says what is far. Looked at is the
distance to the third nearest other: two wrong places do not vouch for each other, and the logarithm
of it is spread evenly in lists of very different kinds. What lies three times further out than nine
tenths of the list do is far. For a slip that is supposed, less is enough, because what was meant
must then lie close to the others.

Where many rows of a list were swapped, they have each other for neighbours. So a place is also held
against its mirror image: whichever has the bulk of the list much nearer is where it belongs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from keepclear.domain.finding import Severity
from keepclear.domain.position import Position
from keepclear.integrity.near import Neighbours, within_share_m
from keepclear.integrity.places import Place
from keepclear.integrity.ruler import length

__all__ = ["OTHERS_MIN", "List", "Others"]

OTHERS_MIN: Final = 8
"""Fewer places than this have no spread that anything could be held against."""
_NEIGHBOUR: Final = 3
_FAR: Final = 3.0
"""Spreads beyond the median from which a place is far; nine tenths of a list lie within one."""
_UNUSUAL: Final = 2.0
"""Spreads from which a slip is looked for."""
_SPREAD_MIN: Final = float(np.log(2.0))
_FAR_MIN_M: Final = 20_000.0
"""Nothing nearer is far, however close together the others are: towns have outskirts."""
_CLOSER: Final = 4.0
"""How many times nearer the others must be to what was meant."""
_BULK: Final = 0.25
"""Share of a list that a place is compared with as its bulk: more than is ever swapped unnoticed."""
_SAMPLE: Final = 200
"""Places that stand for a longer list when its bulk is looked at."""


class List:
    """The places of one party and kind, or of one admin area among them."""

    def __init__(self, places: Sequence[Place], what: str) -> None:
        self.what: Final = what
        positions = [place.position for place in places]
        self._row: Final = {id(place): row for row, place in enumerate(places)}
        self._near: Final = Neighbours(positions)
        self.enough: Final = len(self._near) >= OTHERS_MIN
        self._third: Final = self._near.kth_m(_NEIGHBOUR) if self.enough else np.empty(0)
        logs = np.log(np.maximum(self._third, 1.0)) if self.enough else np.zeros(1)
        self._median: Final = float(np.median(logs))
        self._spread: Final = max(float(np.quantile(logs, 0.9)) - self._median, _SPREAD_MIN)
        step = max(len(positions) // _SAMPLE, 1)
        self._sample: Final = positions[::step]
        self._bulk_m: Final = self._bulks(positions) if self.enough else np.empty(0)
        self._mirror_m: Final = self._bulks(_mirrored(positions)) if self.enough else np.empty(0)

    def limit_m(self, spreads: float) -> float:
        """Distance to the third nearest other that lies so many spreads beyond the median."""
        return max(float(np.exp(self._median + spreads * self._spread)), _FAR_MIN_M)

    def typical_m(self) -> float:
        """The median of the distances to the third nearest other."""
        return float(np.exp(self._median))

    def usual_m(self) -> float:
        """Nine tenths of the list have their third nearest other nearer than this."""
        return float(np.exp(self._median + self._spread))

    def suspects(self) -> np.ndarray:
        """Rows worth looking at: unusually far out, or nearer to the bulk in the mirror."""
        if not self.enough:
            return np.empty(0, dtype=np.int64)
        unusual = self._third > self.limit_m(_UNUSUAL)
        mirrored = self._bulk_m > _CLOSER * self._mirror_m
        return np.flatnonzero(unusual | mirrored)

    def third_m(self, position: Position, place: Place) -> float:
        """Metres from a position to its third nearest other, the place itself not counted."""
        return self._near.kth_from_m(position, _NEIGHBOUR, without=self._row[id(place)])

    def bulk_m(self, position: Position) -> float:
        """Metres from a position to the nearest quarter of the list."""
        return float(self._bulks([position])[0])

    def _bulks(self, positions: Sequence[Position]) -> np.ndarray:
        return within_share_m(positions, self._sample, _BULK)


@dataclass(frozen=True, slots=True)
class Others:
    """The other places of a list, as evidence about one of them."""

    place: Place
    list: List
    code: str = "position.far"
    exact: bool = False

    def severity(self, _position: Position) -> Severity:
        """A party may well have one place far from all others."""
        return Severity.DOUBT

    def doubts(self, position: Position) -> bool:
        """Unusually far out, or with the bulk of the list nearer to its mirror image."""
        if self._third_m(position) > self.list.limit_m(_UNUSUAL):
            return True
        (mirror,) = _mirrored([position])
        return self.list.bulk_m(position) > _CLOSER * self.list.bulk_m(mirror)

    def contradicts(self, position: Position) -> bool:
        """Further out than any list spreads."""
        return self._third_m(position) > self.list.limit_m(_FAR)

    def confirms(self, position: Position) -> bool:
        """Among the others, and much nearer to them than what was written."""
        third, written = self._third_m(position), self._third_m(self.place.position)
        if third > max(self.list.usual_m(), _FAR_MIN_M / _CLOSER):
            return False
        nearer = _CLOSER * self.list.bulk_m(position) < self.list.bulk_m(self.place.position)
        return nearer or _CLOSER * third < written

    def says(self, position: Position) -> str:
        """How far out, and how far is usual."""
        return (
            f"it lies {length(self._third_m(position))} from the third nearest of "
            f"{self.list.what}, which are {length(self.list.typical_m())} apart as a rule"
        )

    def advice(self) -> str:
        """It may be right."""
        return "have it read back on a map; if it is right, say so in its description"

    def _third_m(self, position: Position) -> float:
        return self.list.third_m(position, self.place)


def _mirrored(positions: Sequence[Position]) -> list[Position]:
    """Axes exchanged; what is no place then stays where it is, and is never nearer."""
    return [
        Position(latitude=place.longitude, longitude=place.latitude)
        if -90.0 <= place.longitude <= 90.0
        else place
        for place in positions
    ]
