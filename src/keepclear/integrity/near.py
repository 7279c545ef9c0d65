"""How far each of many places is from its k-th nearest other, for lists of any size.

Places are put into cubic cells of space, so that nothing is special at poles and antimeridian; the
cells grow until every place has enough others within one cell's width. Places nearer to each other
than the smallest cell count once: a town's twenty clinics vouch for each other as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from keepclear.domain.position import Position

__all__ = ["Neighbours", "within_share_m"]

_EARTH_M: Final = 6_371_008.8
_SAME_M: Final = 300.0
"""Places within one such cell count as one."""
_REACHES_M: Final = (4e3, 3.2e4, 2.56e5, 2.048e6)
"""Widths of the cells that are tried; what has no neighbours then is looked at one by one."""
_CHUNK: Final = 512
"""Places asked about at once, so that dense towns do not fill the memory."""
_OFFSETS: Final = np.array(
    [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)], dtype=np.int64
)


class Neighbours:
    """Many places, and the distances between them (on a sphere: within 0.5 %)."""

    def __init__(self, positions: Sequence[Position]) -> None:
        points = _on_sphere(positions)
        cells = np.floor(points / _SAME_M).astype(np.int64)
        _, first, self._group = np.unique(_keys(cells), return_index=True, return_inverse=True)
        self._first: Final = np.sort(first)
        self._points: Final = points[self._first]
        rank = np.empty(len(first), dtype=np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        self._group = rank[self._group]

    def __len__(self) -> int:
        """Places that are not the same."""
        return len(self._points)

    def kth_m(self, k: int) -> np.ndarray:
        """For each place given, metres to the k-th nearest other; infinite where there are fewer."""
        count = len(self._points)
        found = np.full(count, np.inf)
        open_ = np.arange(count)
        if count <= k:
            return found[self._group]
        for reach in _REACHES_M:
            found[open_] = _within(self._points, open_, reach, k)
            open_ = open_[~np.isfinite(found[open_])]
        for at in open_:
            chords = np.linalg.norm(self._points - self._points[at], axis=1)
            found[at] = np.partition(chords, k)[k]
        return _arc(found)[self._group]

    def nearest(self, position: Position, count: int) -> list[int]:
        """Numbers of the nearest places given, nearest first; of places that are one, the first."""
        alike = self._points @ _on_sphere([position])[0]
        count = min(count, len(alike))
        best = np.argpartition(-alike, count - 1)[:count]
        return [int(self._first[at]) for at in best[np.argsort(-alike[best], kind="stable")]]

    def kth_from_m(self, position: Position, k: int, *, without: int | None = None) -> float:
        """Metres from any position to the k-th nearest place, one of the places given left out."""
        alike = self._points @ _on_sphere([position])[0]
        if without is not None:
            alike[self._group[without]] = -np.inf
        if len(alike) < k:
            return float("inf")
        return float(_arc(_chord(np.partition(alike, -k)[-k : len(alike) - k + 1]))[0])


def within_share_m(a: Sequence[Position], b: Sequence[Position], share: float) -> np.ndarray:
    """For each of ``a``, how far that share of ``b`` is at most: metres straight through the Earth."""
    from_, to = _on_sphere(a), _on_sphere(b).T
    rank = len(b) - 1 - int(share * (len(b) - 1))
    found = np.empty(len(from_))
    for start in range(0, len(from_), _CHUNK):
        alike = from_[start : start + _CHUNK] @ to
        found[start : start + len(alike)] = np.partition(alike, rank, axis=1)[:, rank]
    return _chord(found)


def _chord(alike: np.ndarray) -> np.ndarray:
    """Distance through the Earth of two places from the product of their vectors."""
    squared = np.maximum(2.0 * _EARTH_M**2 - 2.0 * alike, 0.0)
    chord: np.ndarray = np.sqrt(squared)
    return chord


def _on_sphere(positions: Sequence[Position]) -> np.ndarray:
    latitude = np.radians(np.array([place.latitude for place in positions]))
    longitude = np.radians(np.array([place.longitude for place in positions]))
    across = np.cos(latitude)
    return _EARTH_M * np.stack(
        [across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)], axis=1
    )


def _arc(chord_m: np.ndarray) -> np.ndarray:
    near = np.minimum(chord_m / (2.0 * _EARTH_M), 1.0)
    return np.where(np.isfinite(chord_m), 2.0 * _EARTH_M * np.arcsin(near), np.inf)


def _keys(cells: np.ndarray) -> np.ndarray:
    """One integer a cell; 21 bits an axis hold the Earth in cells of 10 m."""
    shifted = cells + (1 << 20)
    return (shifted[:, 0] << 42) | (shifted[:, 1] << 21) | shifted[:, 2]


def _within(points: np.ndarray, asked: np.ndarray, reach_m: float, k: int) -> np.ndarray:
    """Chord to the k-th nearest other of each asked place, infinite where it is beyond reach."""
    cells = np.floor(points / reach_m).astype(np.int64)
    keys = _keys(cells)
    order = np.argsort(keys, kind="stable")
    sorted_ = keys[order]
    result = np.full(len(asked), np.inf)
    for start in range(0, len(asked), _CHUNK):
        some = asked[start : start + _CHUNK]
        result[start : start + len(some)] = _chunk(points, some, cells, order, sorted_, reach_m, k)
    return result


def _chunk(
    points: np.ndarray,
    some: np.ndarray,
    cells: np.ndarray,
    order: np.ndarray,
    sorted_: np.ndarray,
    reach_m: float,
    k: int,
) -> np.ndarray:
    wanted = _keys((cells[some][:, None, :] + _OFFSETS[None, :, :]).reshape(-1, 3))
    low = np.searchsorted(sorted_, wanted, side="left")
    number = np.searchsorted(sorted_, wanted, side="right") - low
    owner = np.repeat(np.repeat(np.arange(len(some)), len(_OFFSETS)), number)
    starts = np.repeat(low - np.concatenate([[0], np.cumsum(number)[:-1]]), number)
    other = order[starts + np.arange(len(starts))]
    chord = np.linalg.norm(points[some[owner]] - points[other], axis=1)
    kept = (other != some[owner]) & (chord <= reach_m)
    owner, chord = owner[kept], chord[kept]
    ranked = np.lexsort((chord, owner))
    owner, chord = owner[ranked], chord[ranked]
    first = np.searchsorted(owner, np.arange(len(some)), side="left")
    counts = np.searchsorted(owner, np.arange(len(some)), side="right") - first
    result = np.full(len(some), np.inf)
    enough = counts >= k
    result[enough] = chord[first[enough] + k - 1]
    return result
