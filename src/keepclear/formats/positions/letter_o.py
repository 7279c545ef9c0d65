"""The letter O: west in French, Spanish, Italian and Portuguese, east in German and Dutch.

It is taken only where the language is known: from the words of the text itself, or because the caller
knows in which language a sheet is written. Half the Earth is too far to guess.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from keepclear.errors import InputError
from keepclear.formats.positions.tokens import Kind, Token
from keepclear.formats.positions.vocabulary import Half

__all__ = ["MEANS_EAST", "MEANS_WEST", "settled"]

MEANS_WEST: Final = frozenset({"fr", "es", "it", "pt"})
MEANS_EAST: Final = frozenset({"de", "nl", "sv", "no", "da"})
"""Languages by ISO 639-1 code."""
_WORDS: Final = MappingProxyType(
    {
        Half.WEST: frozenset(
            [
                "sud",
                "sur",
                "norte",
                "latitude",
                "longitude",
                "latitud",
                "longitud",
                "degré",
                "degrés",
            ]
        ),
        Half.EAST: frozenset(
            ["süd", "sued", "zuid", "noord", "breite", "länge", "breedte", "lengte", "grad"]
        ),
    }
)
"""Words that only languages of the one kind have beside an O. English writes no O at all."""


def settled(tokens: list[Token], language: str = "") -> list[Token]:
    """The tokens with every O turned into west or east.

    Raises:
        InputError: ``position.letter-o`` where the language is not known, or two are mixed.
    """
    if not any(token.kind is Kind.LETTER_O for token in tokens):
        return tokens
    meant = {half for half, words in _WORDS.items() if words & {t.text.casefold() for t in tokens}}
    meant |= {Half.WEST} if language in MEANS_WEST else set()
    meant |= {Half.EAST} if language in MEANS_EAST else set()
    if len(meant) != 1:
        raise InputError(
            "position.letter-o",
            "the letter O is west in French and Spanish and east in German and Dutch; write W or E",
        )
    (half,) = meant
    return [
        replace(token, kind=Kind.HALF, meant=half) if token.kind is Kind.LETTER_O else token
        for token in tokens
    ]
