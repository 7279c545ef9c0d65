"""Columns under construction: what ``prepare`` gathers and ``shape`` completes into a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from keepclear.detect.vertical import Limit

__all__ = ["Rows"]


@dataclass(slots=True)
class Rows:
    """Columns under construction; one entry a part, ring or vertex."""

    owner: list[int] = field(default_factory=list)
    part: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    rings: list[int] = field(default_factory=list)
    vertices: list[int] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    straight: list[bool] = field(default_factory=list)
    reach_m: list[float] = field(default_factory=list)
    standoff_m: list[float] = field(default_factory=list)
    error_m: list[float] = field(default_factory=list)
    limits: list[tuple[Limit, Limit, bool, Limit, Limit]] = field(default_factory=list)
    start_us: list[int] = field(default_factory=list)
    end_us: list[int] = field(default_factory=list)

    def ring(self, lon: Sequence[float], lat: Sequence[float], *, straight: bool) -> None:
        """Add one ring or line."""
        self.lon.extend(lon)
        self.lat.extend(lat)
        self.straight.extend([straight] * len(lon))
        self.vertices.append(len(lon))

    def close(
        self,
        index: tuple[int, int, int],
        lengths: tuple[float, float, float],
        limits: tuple[Limit, Limit, bool, Limit, Limit],
        window: tuple[int, int],
        rings: int = 1,
    ) -> None:
        """Finish one row whose rings were just added."""
        owner, part, kind = index
        self.owner.append(owner)
        self.part.append(part)
        self.kind.append(kind)
        self.rings.append(rings)
        reach, standoff, error = lengths
        self.reach_m.append(reach)
        self.standoff_m.append(standoff)
        self.error_m.append(error)
        self.limits.append(limits)
        self.start_us.append(window[0])
        self.end_us.append(window[1])
