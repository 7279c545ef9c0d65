"""The words of positions in English, French, Russian and Arabic, and a few neighbours: literal tables.

Looked up in lower case (``str.casefold``). The letter O alone is not among the halves, because it is
west in French and east in German: :mod:`keepclear.formats.positions.letter_o` decides it. Latin and
Cyrillic letters that look alike are different letters here, as they are in the text.
"""

# ruff: noqa: RUF001  letters of other alphabets are the point here

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeVar

__all__ = ["HALVES", "LABELS", "UNITS", "Axis", "Half", "Unit"]

_Meant = TypeVar("_Meant")


class Axis(Enum):
    """Which of the two numbers."""

    LATITUDE = "latitude"
    LONGITUDE = "longitude"


class Half(Enum):
    """Which half of the Earth a letter names."""

    NORTH = "N"
    SOUTH = "S"
    EAST = "E"
    WEST = "W"

    @property
    def axis(self) -> Axis:
        """The axis that the letter stands beside."""
        return Axis.LATITUDE if self in {Half.NORTH, Half.SOUTH} else Axis.LONGITUDE

    @property
    def sign(self) -> int:
        """-1 for south and west."""
        return -1 if self in {Half.SOUTH, Half.WEST} else 1


class Unit(Enum):
    """What a number in an angle counts; the value is its place."""

    DEGREES = 0
    MINUTES = 1
    SECONDS = 2


def _by_word(rows: Iterable[tuple[_Meant, str]]) -> MappingProxyType[str, _Meant]:
    return MappingProxyType({word: meant for meant, words in rows for word in words.split()})


HALVES: Final = _by_word(
    (
        (Half.NORTH, "n north nord norte noord"),
        (Half.NORTH, "с сш север северной северная"),
        (Half.NORTH, "ش شمال شمالا الشمال شمالي شمالية"),
        (Half.SOUTH, "s south sud sur süd sued zuid"),
        (Half.SOUTH, "ю юш юг южной южная"),
        (Half.SOUTH, "ج جنوب جنوبا الجنوب جنوبي جنوبية"),
        (Half.EAST, "e east est este"),
        (Half.EAST, "в вд восток восточной восточная"),
        (Half.EAST, "ق شرق شرقا الشرق شرقي شرقية"),
        (Half.WEST, "w west ouest oeste ovest"),
        (Half.WEST, "з зд запад западной западная"),
        (Half.WEST, "غ غرب غربا الغرب غربي غربية"),
    )
)
"""Letters and words for the halves of the Earth."""
LABELS: Final = _by_word(
    (
        (
            Axis.LATITUDE,
            "lat latitude latitud breite breitengrad breedte широта широты خط_العرض العرض",
        ),
        (Axis.LONGITUDE, "lon long lng longitude longitud länge längengrad lengte"),
        (Axis.LONGITUDE, "долгота долготы خط_الطول الطول"),
    )
)
"""What may stand in front of a number, or behind it."""
UNITS: Final = _by_word(
    (
        (
            Unit.DEGREES,
            "° d deg degs degree degrees degré degrés grad град градус градуса градусов",
        ),
        (Unit.DEGREES, "درجة درجات"),
        (Unit.MINUTES, "' m min mins minute minutes мин минута минуты минут دقيقة دقائق"),
        (Unit.SECONDS, '" s sec secs second seconds seconde secondes сек секунда секунды секунд'),
        (Unit.SECONDS, "ثانية ثواني ثوان"),
    )
)
"""What may stand behind a number. ``s`` is south as well: the reader decides by its neighbours."""
