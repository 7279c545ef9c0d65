"""Rows under construction: what ``prepare`` gathers and ``shape`` completes into a table."""

from __future__ import annotations

from collections.abc import Sequence

from keepclear.detect.vertical import Limit

__all__ = ["Closed", "Rows"]

Closed = tuple[
    int, int, int, bool, int, float, float, float, int, int, tuple[Limit, Limit, bool, Limit, Limit]
]
"""A finished row: owner, part, kind, whether its edges are straight in lon/lat, number of rings, reach,
stand-off, error, start, end, limits."""


class Rows:
    """Rows under construction, each finished when its rings are there."""

    __slots__ = ("closed", "lat", "lon", "vertices")

    def __init__(self) -> None:
        """No rows."""
        self.lon: list[float] = []
        self.lat: list[float] = []
        self.vertices: list[int] = []
        """Of each ring, how many."""
        self.closed: list[Closed] = []

    def ring(self, lon: Sequence[float], lat: Sequence[float]) -> None:
        """Add one ring or line."""
        self.lon.extend(lon)
        self.lat.extend(lat)
        self.vertices.append(len(lon))

    def close(
        self,
        index: tuple[int, int, int],
        lengths: tuple[float, float, float],
        limits: tuple[Limit, Limit, bool, Limit, Limit],
        window: tuple[int, int],
        rings: int = 1,
        *,
        straight: bool = False,
    ) -> None:
        """Finish one row whose rings were just added."""
        self.closed.append((*index, straight, rings, *lengths, *window, limits))
