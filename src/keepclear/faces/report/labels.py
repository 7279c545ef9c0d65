"""Where words on a drawing go: near their place, never over one another, never off the paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from keepclear.faces.report.svg import Point

__all__ = ["AROUND", "ASIDE", "Labels"]

_LETTER: Final = 3.7
"""Half the width of a letter at the size of the names, in pixels."""
_RISE: Final = 13.0
_FALL: Final = 5.0

_DIRECTIONS: Final = (
    *((0, -17), (0, 19), (26, 0), (-26, 0)),
    *((24, -15), (-24, -15), (24, 17), (-24, 17)),
)
ASIDE: Final = tuple((dx * far, dy * far) for far in (1, 2, 3, 4) for dx, dy in _DIRECTIONS)
"""Ever further from a place that must itself stay visible, in pixels."""
AROUND: Final = ((0, 0), *ASIDE)
"""The place itself, else ever further from it."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(slots=True)
class Labels:
    """The paper and what is written on it already."""

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)

    def keep_free(self, at: Point, reach: float) -> None:
        """No word goes within ``reach`` pixels of a place."""
        self.taken.append((at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach))

    def put(
        self, at: Point, text: str, offsets: Iterable[Sequence[float]] = AROUND
    ) -> Point | None:
        """The middle of the label's base line at the first free place, which is taken then."""
        half = _LETTER * len(text) + 3.0
        for dx, dy in offsets:
            x, y = at[0] + dx, at[1] + dy
            box = (x - half, y - _RISE, x + half, y + _FALL)
            if self._free(box):
                self.taken.append(box)
                return x, y
        return None

    def _free(self, box: Box) -> bool:
        left, top, right, bottom = box
        if left < 0 or top < 0 or right > self.width or bottom > self.height:
            return False
        return not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
            for other in self.taken
        )
