"""A place far from the others of its list, judged by the list's own spread.

A national list has towns and deserts, so no fixed distance says what is far. Looked at is the
distance to the third nearest other: two wrong places do not vouch for each other, and the logarithm
of it is spread evenly in lists of very different kinds. What lies three times further out than nine
tenths of the list do is far. For a slip that is supposed, less is enough, because what was meant
must then lie close to the others; and rows that were swapped together are found by their images
(``images``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from keepclear.domain.finding import Severity
from keepclear.domain.position import Position
from keepclear.integrity.images import Images, neighbour_looked_at
from keepclear.integrity.near import Neighbours
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


class List:
    """The places of one party and kind, or of one admin area among them."""

    def __init__(self, places: Sequence[Place], what: str) -> None:
        self.what: Final = what
        positions = [place.position for place in places]
        self._row: Final = {id(place): row for row, place in enumerate(places)}
        self._near: Final = Neighbours(positions)
        self.enough: Final = len(self._near) >= OTHERS_MIN
        looked_at = neighbour_looked_at(len(self._near))
        if self.enough:
            self._third, here = self._near.kth_m(_NEIGHBOUR, looked_at)
        else:
            self._third = here = np.empty(0)
        logs = np.log(np.maximum(self._third, 1.0)) if self.enough else np.zeros(1)
        self._median: Final = float(np.median(logs))
        self._spread: Final = max(float(np.quantile(logs, 0.9)) - self._median, _SPREAD_MIN)
        self._images: Final = (
            Images(positions, self._near, looked_at, here) if self.enough else None
        )

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
        """Rows worth looking at: unusually far out, or better placed at one of their images."""
        if self._images is None:
            return np.empty(0, dtype=np.int64)
        unusual = self._third > self.limit_m(_UNUSUAL)
        return np.flatnonzero(unusual | self._images.suspects())

    def third_m(self, position: Position, place: Place) -> float:
        """Metres from a position to its third nearest other, the place itself not counted."""
        return self._near.kth_from_m(position, _NEIGHBOUR, without=self._row[id(place)])

    def suspects_image(self, place: Place) -> bool:
        """Whether a place is better placed at one of its images."""
        return self._images is not None and bool(self._images.suspects()[self._row[id(place)]])

    def is_better(self, place: Place, meant: Position) -> bool:
        """Whether a position is an image of a place at which it is better placed."""
        row = self._row[id(place)]
        return self._images is not None and self._images.better(row, place.position, meant)


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
        """Unusually far out, or better placed at one of its images."""
        unusual = self._third_m(position) > self.list.limit_m(_UNUSUAL)
        return unusual or (position == self.place.position and self.list.suspects_image(self.place))

    def contradicts(self, position: Position) -> bool:
        """Further out than any list spreads."""
        return self._third_m(position) > self.list.limit_m(_FAR)

    def confirms(self, position: Position) -> bool:
        """Among the others, and much nearer to them than what was written."""
        if self.list.is_better(self.place, position):
            return True
        third = self._third_m(position)
        usual = third <= max(self.list.usual_m(), _FAR_MIN_M / _CLOSER)
        return usual and _CLOSER * third < self._third_m(self.place.position)

    def says(self, position: Position) -> str:
        """How far out, and how far is usual."""
        third = length(self._third_m(position))
        usual = length(self.list.typical_m())
        return (
            f"it lies {third} from the third nearest of {self.list.what}, where {usual} are usual"
        )

    def advice(self) -> str:
        """It may be right."""
        return "have it read back on a map; if it is right, say so in its description"

    def _third_m(self, position: Position) -> float:
        return self.list.third_m(position, self.place)
