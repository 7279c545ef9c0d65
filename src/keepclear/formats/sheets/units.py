"""Units that stand in headings and cells: metres of a length, and whether times are UTC."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from keepclear.domain.units import FOOT_M, NAUTICAL_MILE_M
from keepclear.formats.labels.folding import folded

__all__ = ["heading_unit", "says_utc", "split_unit"]

_WORDS: Final = MappingProxyType(
    {
        1.0: "m metre metres meter meters mètre mètres м метр метра метров م متر أمتار",
        1000.0: "km kilometre kilometres kilometer kilometers kilomètre kilomètres км километров كم",
        FOOT_M: "ft foot feet pied pieds фут футов قدم",
        NAUTICAL_MILE_M: "nm nmi",
    }
)
_UNITS: Final = MappingProxyType(
    {folded(word): metres for metres, words in _WORDS.items() for word in words.split()}
)
_UTC: Final = re.compile(r"(?<![a-z])(?:utc|gmt|zulu)(?![a-z0-9+-])(?!\s*[+-])", re.IGNORECASE)
_LAST_WORD: Final = re.compile(r"^(.*?)[\s(,\[_]*([^\W\d_]+)\.?[)\]]?$", re.DOTALL)


def heading_unit(heading: str) -> float | None:
    """Metres of the unit that a heading ends with: ``Radius (km)``; ``None`` where it has none."""
    found = _LAST_WORD.match(heading.strip())
    return _UNITS.get(folded(found[2])) if found and found[1] else None


def split_unit(text: str) -> tuple[str, float | None]:
    """A length as text in its number and the metres of its unit: ``2 km``, ``2,5km``."""
    found = _LAST_WORD.match(text.strip())
    metres = _UNITS.get(folded(found[2])) if found and found[1] else None
    return (found[1].strip(), metres) if found and metres else (text.strip(), None)


def says_utc(heading: str) -> bool:
    """Whether a heading says that the times below it are UTC."""
    return _UTC.search(heading) is not None
