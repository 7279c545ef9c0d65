"""Names as people type them -> one form to compare: case, accents, spaces and punctuation left out.

Arabic letters that people exchange in typing count as one: alef with any hamza, the two forms of
final ya and of ta marbuta; tatweel and vowel signs are left out. Russian yo is ye.
"""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["folded"]

_ALIKE: Final = str.maketrans({"ة": "ه", "ى": "ي", "ـ": None})  # noqa: RUF001
_LENGTH_MAX: Final = 400
"""Characters that are looked at; a heading is shorter."""


def folded(text: str) -> str:
    """The text with nothing but its letters and digits, in one case and without marks."""
    text = text[:_LENGTH_MAX]
    if text.isascii():
        return "".join(mark for mark in text.lower() if mark.isalnum())
    apart = unicodedata.normalize("NFKD", text.casefold()).translate(_ALIKE)
    return "".join(mark for mark in apart if mark.isalnum())
