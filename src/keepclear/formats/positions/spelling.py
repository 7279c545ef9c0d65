"""The 23 symbols of check words, and how they are spoken.

Of the letters and digits, those are left out that are taken for another when written by hand or shown
in plain type: 0 O Q, 1 I L, 2 (Z), 5 (S), 8 3 (B), 6 (G), 9 (g, P) and U (V). They are spoken with the
international spelling alphabet, never as bare letters: in plain English eight of them rhyme.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from keepclear.errors import InputError
from keepclear.formats.text import shown

__all__ = ["ALPHABET", "SPOKEN", "looks_like_check_words", "spelled", "symbols_of"]

ALPHABET: Final = "47ABCDEFGHJKMNPRSTVWXYZ"
"""The value of a symbol is its place, from 0."""
SPOKEN: Final = MappingProxyType(
    {
        "4": "Four",
        "7": "Seven",
        "A": "Alfa",
        "B": "Bravo",
        "C": "Charlie",
        "D": "Delta",
        "E": "Echo",
        "F": "Foxtrot",
        "G": "Golf",
        "H": "Hotel",
        "J": "Juliett",
        "K": "Kilo",
        "M": "Mike",
        "N": "November",
        "P": "Papa",
        "R": "Romeo",
        "S": "Sierra",
        "T": "Tango",
        "V": "Victor",
        "W": "Whiskey",
        "X": "X-ray",
        "Y": "Yankee",
        "Z": "Zulu",
    }
)
"""The spelling alphabet of ICAO Annex 10, volume II."""
_HEARD: Final = MappingProxyType(
    {word.casefold(): symbol for symbol, word in SPOKEN.items()}
    | {"alpha": "A", "juliet": "J", "whisky": "W", "xray": "X", "fower": "4"}
)
"""Spoken words as people type them."""
_BETWEEN: Final = str.maketrans(dict.fromkeys("-.,/·\t\n\r\u00a0\u2013", " "))
_GRID: Final = re.compile(r"[0-9]{1,2}[a-z]{3}[0-9]+", re.ASCII | re.IGNORECASE)
"""A reference of MGRS: zone and band, square, digits."""
_LENGTHS: Final = frozenset({8, 9, 13})
_TEXT_MAX: Final = 200
"""Characters: thirteen words spelled out take some 90."""


def spelled(words: str) -> str:
    """Check words as they are spoken; a comma between the groups."""
    groups = words.split()
    return ", ".join(" ".join(SPOKEN[symbol] for symbol in group) for group in groups)


def symbols_of(text: str) -> list[int]:
    """The values of typed check words: any case, blanks and dashes anywhere, or spelled out.

    Raises:
        InputError: ``checkwords.symbol``, ``checkwords.length``.
    """
    if len(text) > _TEXT_MAX:
        raise InputError(
            "checkwords.length", f"found {len(text)} characters, expected at most 13 symbols"
        )
    whole = text.lower().replace("x-ray", "xray")
    parts = whole.translate(_BETWEEN).split()
    letters = "".join(_HEARD.get(part, part) for part in parts)
    for letter in letters.upper() if letters.isascii() else letters:
        if letter not in ALPHABET:
            raise InputError(
                "checkwords.symbol",
                f"{shown(letter)} is not among the symbols of check words, which are {ALPHABET}; have "
                "them read again",
            )
    return [ALPHABET.index(letter) for letter in letters.upper()]


def looks_like_check_words(text: str) -> bool:
    """Whether a text is meant as check words, right or wrong: as many symbols, mostly letters.

    No position is: those that are as short have more digits than letters. Where there are mostly
    digits, each must be one that check words have, and the text no grid reference.
    """
    parts = text[:_TEXT_MAX].lower().replace("x-ray", "xray").translate(_BETWEEN).split()
    symbols = "".join(_HEARD.get(part, part) for part in parts)
    letters = sum(symbol.isalpha() for symbol in symbols)
    if not symbols.isalnum() or len(symbols) not in _LENGTHS:
        return False
    if 2 * letters > len(symbols):
        return True
    ours = letters > 0 and set(symbols.upper()) <= set(ALPHABET)
    return ours and not _GRID.fullmatch(symbols)
