"""Named places and admin areas that a desk brings along, so that words can be checked against numbers.

Names are compared as people mean them: without case, accents, punctuation and doubled spaces. Where
two places share a name, both are kept: which one was meant is for the check that asks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from keepclear.domain.footprint import RADIUS_M_MAX, Area, length_m
from keepclear.domain.position import Position

__all__ = ["AdminArea", "AdminAreas", "Gazetteer", "NamedPlace", "folded"]

_SILENT: Final = frozenset("'’ʼ`´ʿʾ‘ـ\u200c\u200d")  # noqa: RUF001
"""Marks inside a word that people leave out: apostrophes, the Arabic stretching mark, joiners."""
_LETTERS: Final = MappingProxyType(
    str.maketrans(
        {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"}
        | {"ı": "i", "ى": "ي", "ة": "ه"}  # noqa: RUF001
    )
)
"""Letters that do not come apart into a base and a mark, and Arabic endings written either way."""


def folded(name: str) -> str:
    """A name as it is compared: ``Saint-Étienne`` and ``SAINT ETIENNE`` are one."""
    apart = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    letters = (
        mark if mark.isalnum() else " "
        for mark in apart
        if mark not in _SILENT and not unicodedata.combining(mark)
    )
    return " ".join("".join(letters).split())


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place that words may refer to.

    Raises:
        InputError: ``length.range``.
    """

    name: str
    position: Position
    aliases: tuple[str, ...] = ()
    """Other names and spellings of it."""
    radius_m: float | None = None
    """How far it reaches from its point; unknown where nobody says so."""

    def __post_init__(self) -> None:
        if self.radius_m is not None:
            length_m(self.radius_m, "radius", RADIUS_M_MAX)


@dataclass(frozen=True, slots=True)
class AdminArea:
    """A province, district or other area that people say a place is in."""

    name: str
    area: Area
    aliases: tuple[str, ...] = ()


class Gazetteer:
    """Named places, found by any of their names."""

    def __init__(self, places: Iterable[NamedPlace]) -> None:
        self.places: Final = tuple(places)
        self._named: Final = _by_name((place.name, *place.aliases) for place in self.places)
        self.longest_words: Final = max((len(name.split()) for name in self._named), default=0)
        """Words in the longest name."""

    def find(self, name: str) -> tuple[NamedPlace, ...]:
        """Every place of that name, in the order of the file."""
        return tuple(self.places[number] for number in self._named.get(folded(name), ()))


class AdminAreas:
    """Admin areas, found by any of their names."""

    def __init__(self, areas: Iterable[AdminArea]) -> None:
        self.areas: Final = tuple(areas)
        self._named: Final = _by_name((area.name, *area.aliases) for area in self.areas)

    def find(self, name: str) -> tuple[AdminArea, ...]:
        """Every area of that name, in the order of the file."""
        return tuple(self.areas[number] for number in self._named.get(folded(name), ()))


def _by_name(names: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    """For each folded name the numbers of what is called so, ascending."""
    named: dict[str, list[int]] = {}
    for number, spellings in enumerate(names):
        for key in {folded(spelling) for spelling in spellings} - {""}:
            named.setdefault(key, []).append(number)
    return {name: tuple(numbers) for name, numbers in named.items()}
