"""What an arrangement draws on the map, ready to be asked: its dividing line and its theatre.

Ground is made for a few sizes of circle, when it is first asked for, and kept. Where it cannot be made,
that is said and nothing else: a line that bends back on itself has no sides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from keepclear.detect.prepare import PORTABLE_MAKER, Maker
from keepclear.detect.regions import Around, Region, Takes, beyond, outside
from keepclear.domain.arrangement import Arrangement
from keepclear.domain.footprint import Area
from keepclear.errors import InputError

__all__ = ["LINE_BENT", "THEATRE_BENT", "TOO_FAR", "Bounds", "Lies"]

LINE_BENT: Final = (
    "whether the dividing line is kept: drawn on straight at its ends, it crosses itself"
)
THEATRE_BENT: Final = "whether it lies in the theatre: the outline of the theatre crosses itself"
TOO_FAR: Final = "where it lies to the line and the theatre: it is more than 3,000 km away"


@dataclass(frozen=True, slots=True)
class Lies:
    """How a declaration lies to a theatre."""

    inside_m2: float | None
    outside_m2: float | None
    """Nothing where none of it does."""


class Bounds:
    """One arrangement's line and theatre."""

    def __init__(self, arrangement: Arrangement, maker: Maker = PORTABLE_MAKER) -> None:
        """Remember what to make them of.

        Args:
            arrangement: Draws the line and the theatre.
            maker: Makes the rows of what is asked about.
        """
        self._agreed, self._maker = arrangement, maker
        self._made: dict[tuple[str, float], Region | None] = {}
        line, theatre = arrangement.dividing_line, arrangement.theatre
        self._line = None if line is None else Around(line.line.vertices)
        self._theatre = None if theatre is None else Around(theatre.polygons[0].rings[0])

    def beyond(self, party: str, takes: Takes) -> tuple[float | None, str] | str | None:
        """How much of a declaration lies beyond the line, and on whose side; or why that is unknown.

        Nothing where there is no line, or it does not concern the declaration's party.

        Args:
            party: Whose it is.
            takes: What it takes of the ground.
        """
        line = self._agreed.dividing_line
        if line is None or self._line is None or party not in {line.left, line.right}:
            return None
        radius_m = self._line.radius_for(takes)
        if radius_m is None:
            return TOO_FAR
        is_left = party == line.left
        name = "right of it" if is_left else "left of it"
        region = self._region(
            name, radius_m, lambda: beyond(line.line, left=not is_left, radius_m=radius_m)
        )
        if region is None:
            return LINE_BENT
        return region.shared_m2(takes), line.right if is_left else line.left

    def lies(self, takes: Takes) -> Lies | str | None:
        """How a declaration lies to the theatre; or why that is unknown; nothing without a theatre."""
        theatre = self._agreed.theatre
        if theatre is None or self._theatre is None:
            return None
        radius_m = self._theatre.radius_for(takes)
        if radius_m is None:
            return TOO_FAR
        within = self._region("theatre", 0.0, lambda: theatre)
        around = self._region("around", radius_m, lambda: outside(theatre, radius_m=radius_m))
        if within is None or around is None:
            return THEATRE_BENT
        out_m2 = around.shared_m2(takes)
        return Lies(within.shared_m2(takes) if out_m2 is not None else 0.0, out_m2)

    def _region(self, name: str, radius_m: float, draw: Callable[[], Area]) -> Region | None:
        if (name, radius_m) not in self._made:
            try:
                self._made[name, radius_m] = Region(draw(), self._maker)
            except InputError:
                self._made[name, radius_m] = None
        return self._made[name, radius_m]
