"""A second writing of the same place must agree with the first within what their digits say.

Each writing names a small cell of the ground; ``error_m`` reaches from its middle to its corner. Two
writings agree where the cells can share a point. Digits that were cut instead of rounded move a
place by less than one step, towards 0 on both axes: that is said as what it is, and for small steps
as a note.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import Final

from keepclear.domain.finding import Severity
from keepclear.domain.position import Position
from keepclear.domain.stated import Notation, StatedPosition
from keepclear.integrity.context import Bounds
from keepclear.integrity.digits import written_error_m, written_step_m
from keepclear.integrity.places import Place
from keepclear.integrity.ruler import bearing_and_distance, compass, distance_m, length

__all__ = ["SecondWriting", "second_writings"]

_ROUNDING_M: Final = 0.05
"""What converting between notations may add."""
_STRETCH: Final = 2.0
"""How much a slip undone can enlarge the error of the writing it was made in: minutes count 5/3."""
_DEGREE_M: Final = 111_320.0
_SQUEEZE_MIN: Final = 0.01
"""Next to the poles a degree of longitude is nothing, and no digit of it is worth looking at."""
_METRIC: Final = frozenset({Notation.MGRS, Notation.UTM})
"""Notations whose last digit is as wide as it is high; in the others it is so in degrees."""
_DATUM_M: Final = (30.0, 250.0)
"""How far the datums in use lie from WGS84 where such lists come from."""


@dataclass(frozen=True, slots=True)
class SecondWriting:
    """One further writing of a place, as evidence about it."""

    first: StatedPosition
    second: StatedPosition
    bounds: Bounds
    code: str = "position.second"
    exact: bool = True

    def severity(self, position: Position) -> Severity:
        """Both cannot be right; what is less than a building's width is a doubt, or a note."""
        apart = distance_m(position, self.second.position)
        if apart >= self.bounds.matters_m:
            return Severity.WRONG
        return Severity.NOTE if self._is_cut(position) else Severity.DOUBT

    def contradicts(self, position: Position) -> bool:
        """Further apart than the digits of both allow."""
        return distance_m(position, self.second.position) > self._allowed_m() + _ROUNDING_M

    doubts = contradicts

    def confirms(self, position: Position) -> bool:
        """Near enough for a place that was put right."""
        allowed = (
            _STRETCH * written_error_m(self.first)
            + written_error_m(self.second)
            + 2.0 * _ROUNDING_M
        )
        return distance_m(position, self.second.position) <= allowed

    def says(self, position: Position) -> str:
        """How far the second writing lies, and in which direction."""
        bearing, metres = bearing_and_distance(position, self.second.position)
        what = f"{self.second.text!r} is the same place written again, and lies {length(metres)}"
        allowed = f"their digits allow {length(self._allowed_m())}"
        if self._is_cut(position):
            return f"{what} away, where {allowed}: were digits cut off instead of rounded?"
        hint = ""
        if _DATUM_M[0] <= metres <= _DATUM_M[1]:
            hint = ", as far as another datum (ED50, Pulkovo-42, a local one) would move it"
        return f"{what} to the {compass(bearing)}, where {allowed}{hint}"

    def advice(self) -> str:
        """Nobody here can know which of the two is right."""
        return "ask which of the two is right, on which datum, and how it was measured"

    def _allowed_m(self) -> float:
        return written_error_m(self.first) + written_error_m(self.second)

    def _is_cut(self, position: Position) -> bool:
        """Whether digits cut off explain it: on both axes short of the second by less than one step."""
        second = self.second.position
        squeeze = max(cos(radians(position.latitude)), _SQUEEZE_MIN)
        slack_m = written_error_m(self.second) + _ROUNDING_M
        short = (
            abs(second.latitude) - abs(position.latitude),
            abs(second.longitude) - abs(position.longitude),
        )
        steps = _steps_degrees(self.first, squeeze)
        slacks = (slack_m / _DEGREE_M, slack_m / _DEGREE_M / squeeze)
        return all(
            -slack <= one <= step + slack
            for one, step, slack in zip(short, steps, slacks, strict=True)
        )


def _steps_degrees(stated: StatedPosition, squeeze: float) -> tuple[float, float]:
    """One step of the last digit written, in degrees of latitude and of longitude."""
    step = written_step_m(stated) / _DEGREE_M
    alike = stated.notation not in _METRIC
    return step, step if alike else step / squeeze


def second_writings(place: Place, bounds: Bounds) -> tuple[SecondWriting, ...]:
    """Every further writing of a place."""
    return tuple(SecondWriting(place.writings[0], second, bounds) for second in place.writings[1:])
