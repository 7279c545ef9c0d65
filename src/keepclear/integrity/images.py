"""A list held against its images: where its places would lie with axes or hemispheres exchanged.

Rows that were swapped have each other for neighbours, so they need not lie far from all others. But
at the image of a swapped row the list is dense, and where the row itself lies it is thin. How much
denser it must be depends on the list: one that overlaps its own image (as of places near 36 N 36 E)
has sparse rows whose image happens to be in a town, and needs a larger difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from keepclear.domain.position import Position
from keepclear.integrity.near import Neighbours

__all__ = ["IMAGES", "Image", "Images", "neighbour_looked_at"]

Image = Callable[[Position], Position | None]

_NEIGHBOUR_MAX: Final = 10
_APART: Final = 0.05
"""A list is apart from its image where so few rows have a similar density at both."""
_ENOUGH: Final = 100
"""Rows from which that share means something."""
_FACTOR_APART: Final = 2.0
_FACTOR_OVERLAPPING: Final = 4.0
"""How many times nearer the tenth neighbour must be at the image."""


def _swapped(place: Position) -> Position | None:
    if not -90.0 <= place.longitude <= 90.0:
        return None
    return Position(latitude=place.longitude, longitude=place.latitude)


def _south(place: Position) -> Position:
    return Position(latitude=-place.latitude, longitude=place.longitude)


def _west(place: Position) -> Position:
    return Position(latitude=place.latitude, longitude=-place.longitude)


IMAGES: Final[tuple[Image, ...]] = (_swapped, _south, _west)
"""Axes exchanged, the other side of the equator, the other side of Greenwich."""


@dataclass(frozen=True, slots=True)
class _Compared:
    image: Image
    factor: float
    ratio: np.ndarray
    """For each row how many times nearer its neighbours are at its image; 0 where none are."""


def neighbour_looked_at(count: int) -> int:
    """Which neighbour tells how dense a list of so many places is: the tenth, of a short list less."""
    return min(_NEIGHBOUR_MAX, max(count // 4, 2))


class Images:
    """A list, compared with each of its images."""

    def __init__(
        self, positions: Sequence[Position], near: Neighbours, k: int, here: np.ndarray
    ) -> None:
        """Compare.

        Args:
            positions: The list.
            near: The same, ready to be asked.
            k: Which neighbour is looked at: see :func:`neighbour_looked_at`.
            here: How far that neighbour of each row is, metres.
        """
        self._near: Final = near
        self._k: Final = k
        self._compared: Final = tuple(self._compare(image, positions, here) for image in IMAGES)

    def _compare(self, image: Image, positions: Sequence[Position], here: np.ndarray) -> _Compared:
        there = np.full(len(positions), np.inf)
        shown = [(row, at) for row, place in enumerate(positions) if (at := image(place))]
        rows = [row for row, _ in shown]
        # further than twice as far as here it is neither better nor alike
        there[rows] = self._near.kth_of_m([at for _, at in shown], self._k, 2.0 * here[rows])
        ratio = np.maximum(here, 1.0) / np.maximum(there, 1.0)
        alike = float(np.mean((ratio > 0.5) & (ratio < 2.0)))
        apart = alike < _APART and len(positions) >= _ENOUGH
        return _Compared(image, _FACTOR_APART if apart else _FACTOR_OVERLAPPING, ratio)

    def suspects(self) -> np.ndarray:
        """Whether each row is better placed at one of its images."""
        better = [one.ratio > one.factor for one in self._compared]
        found: np.ndarray = np.any(better, axis=0)
        return found

    def better(self, row: int, written: Position, meant: Position) -> bool:
        """Whether a position is an image of a row's at which it is better placed."""
        return any(
            one.image(written) == meant and bool(one.ratio[row] > one.factor)
            for one in self._compared
        )
