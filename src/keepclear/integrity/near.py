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

__all__ = ["Neighbours"]

_EARTH_M: Final = 6_371_008.8
_SAME_M: Final = 300.0
"""Places within one such cell count as one."""
_REACHES_M: Final = tuple(1_000.0 * 2.0**step for step in range(10))
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

    def kth_m(self, *ks: int) -> tuple[np.ndarray, ...]:
        """For each place given, metres to its k-th nearest other, for each k asked for.

        Infinite where there are fewer others than the largest k.
        """
        count = len(self._points)
        if count <= max(ks):
            return tuple(np.full(count, np.inf)[self._group] for _ in ks)
        found = self._reached(self._points, np.arange(count), ks)
        for at in np.flatnonzero(~np.isfinite(found[:, 0])):
            chords = np.linalg.norm(self._points - self._points[at], axis=1)
            found[at] = np.partition(chords, ks)[list(ks)]
        return tuple(_arc(column)[self._group] for column in found.T)

    def kth_of_m(self, positions: Sequence[Position], k: int, limit_m: np.ndarray) -> np.ndarray:
        """For any positions, metres to the k-th nearest place; infinite where beyond their limit.

        Args:
            positions: Wherever they are.
            k: Which neighbour.
            limit_m: How far each is of interest; looked at somewhat further, never as far as twice.
        """
        queries = _on_sphere(positions)
        own = np.full(len(queries), -1)
        return _arc(self._reached(queries, own, (k,), limit_m)[:, 0])

    def _reached(
        self,
        queries: np.ndarray,
        own: np.ndarray,
        ks: tuple[int, ...],
        limit_m: np.ndarray | None = None,
    ) -> np.ndarray:
        """Chords to the k-th nearest places but ``own``, infinite beyond the widest cells or limit."""
        found = np.full((len(queries), len(ks)), np.inf)
        open_ = np.arange(len(queries))
        for reach in _REACHES_M:
            found[open_] = _within(self._points, queries[open_], own[open_], reach, ks)
            open_ = open_[~np.isfinite(found[open_, 0])]
            if limit_m is not None:
                open_ = open_[limit_m[open_] > reach]
        return found

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


def _within(
    points: np.ndarray, queries: np.ndarray, own: np.ndarray, reach_m: float, ks: tuple[int, ...]
) -> np.ndarray:
    """Chords from each query to its k-th nearest points, infinite where the last is out of reach."""
    keys = _keys(np.floor(points / reach_m).astype(np.int64))
    order = np.argsort(keys, kind="stable")
    sorted_ = keys[order]
    result = np.full((len(queries), len(ks)), np.inf)
    for start in range(0, len(queries), _CHUNK):
        end = min(start + _CHUNK, len(queries))
        asked = queries[start:end]
        owner, other = _pairs(asked, order, sorted_, reach_m)
        chord = np.linalg.norm(asked[owner] - points[other], axis=1)
        kept = (other != own[start:end][owner]) & (chord <= reach_m)
        result[start:end] = _kth(owner[kept], chord[kept], end - start, ks)
    return result


def _pairs(
    asked: np.ndarray, order: np.ndarray, sorted_: np.ndarray, reach_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Each query with each point of the 27 cells round its own."""
    cells = np.floor(asked / reach_m).astype(np.int64)
    wanted = _keys((cells[:, None, :] + _OFFSETS[None, :, :]).reshape(-1, 3))
    low = np.searchsorted(sorted_, wanted, side="left")
    number = np.searchsorted(sorted_, wanted, side="right") - low
    owner = np.repeat(np.repeat(np.arange(len(asked)), len(_OFFSETS)), number)
    starts = np.repeat(low - np.concatenate([[0], np.cumsum(number)[:-1]]), number)
    return owner, order[starts + np.arange(len(starts))]


def _kth(owner: np.ndarray, chord: np.ndarray, count: int, ks: tuple[int, ...]) -> np.ndarray:
    """The k-th smallest chords of each owner, infinite where it has too few for the largest k."""
    ranked = np.lexsort((chord, owner))
    owner, chord = owner[ranked], chord[ranked]
    first = np.searchsorted(owner, np.arange(count), side="left")
    enough = np.searchsorted(owner, np.arange(count), side="right") - first >= max(ks)
    result = np.full((count, len(ks)), np.inf)
    result[enough] = chord[first[enough][:, None] + np.array(ks) - 1]
    return result
