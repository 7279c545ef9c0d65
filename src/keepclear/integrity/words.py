"""Words against numbers: a place must lie where its description says, as exactly as that says it.

The tolerance comes from the words: half of the distance's last digit that counts, at least a
twentieth of what was given with a decimal and a tenth of what was not; the sector of the direction;
and how far the named place reaches from its point on the map.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, degrees
from typing import Final

from keepclear.domain.finding import Finding, Severity
from keepclear.domain.gazetteer import Gazetteer, NamedPlace
from keepclear.domain.position import Position
from keepclear.integrity.context import Bounds
from keepclear.integrity.phrases import Phrase, phrases_in
from keepclear.integrity.places import Place, where
from keepclear.integrity.ruler import along, bearing_and_distance, compass, distance_m, length

__all__ = ["Words", "words_about"]

_ESTIMATED: Final = 0.10
_MEASURED: Final = 0.05
_COARSEST: Final = 0.25
"""A round figure is never taken to be further off than this share of it."""


@dataclass(frozen=True, slots=True)
class Words:
    """One phrase about a place, as evidence about it."""

    phrase: Phrase
    error_m: float
    bounds: Bounds
    code: str = "position.words"
    exact: bool = False

    def severity(self, _position: Position) -> Severity:
        """The words may be wrong as well as the numbers."""
        return Severity.DOUBT

    def contradicts(self, position: Position) -> bool:
        """Not where the words say, seen from any place of that name."""
        return not any(self._fits(place, position) for place in self.phrase.places)

    doubts = contradicts

    def confirms(self, position: Position) -> bool:
        """Where the words say."""
        return not self.contradicts(position)

    def says(self, position: Position) -> str:
        """What the words say, and where it lies instead."""
        named = min(
            self.phrase.places,
            key=lambda place: bearing_and_distance(place.position, position)[1],
        )
        bearing, metres = bearing_and_distance(named.position, position)
        return (
            f"its words say {self.phrase.text!r}, but it lies {length(metres)} to the "
            f"{compass(bearing)} (bearing {bearing:03.0f}) of {named.name}{self._gap(named, position)}"
        )

    def _gap(self, named: NamedPlace, position: Position) -> str:
        """How far that is from where the words put it, where they say both how far and whither."""
        if self.phrase.distance_m is None or self.phrase.bearing is None:
            return ""
        meant = along(named.position, self.phrase.bearing, self.phrase.distance_m)
        return f", {length(distance_m(meant, position))} from where they put it"

    def advice(self) -> str:
        """Either may be wrong."""
        return "ask whether the numbers or the words are wrong, and have it read back on a map"

    def _fits(self, named: NamedPlace, position: Position) -> bool:
        bearing, metres = bearing_and_distance(named.position, position)
        extent = self.bounds.extent_m if named.radius_m is None else named.radius_m
        loose = extent + self.error_m
        stated = self.phrase.distance_m
        if stated is not None and abs(metres - stated) > loose + self._distance_slack_m(stated):
            return False
        if self.phrase.bearing is None or metres <= loose:
            return True
        allowed = self.phrase.bearing_slack + degrees(asin(loose / metres))
        return abs((bearing - self.phrase.bearing + 180.0) % 360.0 - 180.0) <= allowed

    def _distance_slack_m(self, stated: float) -> float:
        share = _MEASURED if self.phrase.measured else _ESTIMATED
        return max(min(self.phrase.distance_half_step_m, _COARSEST * stated), share * stated)


def words_about(
    place: Place, gazetteer: Gazetteer, bounds: Bounds
) -> tuple[tuple[Words, ...], tuple[Finding, ...]]:
    """What the description says about a place; and a note on each place that nobody knows."""
    declaration = place.declaration
    evidence, notes = [], []
    for phrase in phrases_in(declaration.description, gazetteer):
        if phrase.places:
            evidence.append(Words(phrase, place.error_m, bounds))
        else:
            notes.append(
                Finding(
                    "words.unknown",
                    Severity.NOTE,
                    where(place),
                    f"its words say {phrase.text!r}, but the gazetteer holds no such place, so "
                    "nothing was compared with them",
                    "add the place, or that spelling of it as an alias, to the gazetteer",
                    declaration.party,
                    declaration.id,
                )
            )
    return tuple(evidence), tuple(notes)
