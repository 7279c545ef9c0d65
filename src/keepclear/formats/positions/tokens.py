"""Text of an angle notation -> tokens: numbers, units, letters, signs and what joins or parts them.

Leaves to others: which tokens make an angle. The scan goes forward once, so that no text is slow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from keepclear.errors import InputError
from keepclear.formats.positions.vocabulary import HALVES, LABELS, UNITS, Axis, Half, Unit
from keepclear.formats.text import shown

__all__ = ["Kind", "Token", "tokens_of"]


class Kind(Enum):
    """What a token is; ``Token.meant`` has the rest."""

    NUMBER = auto()
    UNIT = auto()
    HALF = auto()
    LABEL = auto()
    LETTER_O = auto()
    """West in some languages, east in others."""
    SIGN = auto()
    JOIN = auto()
    """A colon or dash between the numbers of one angle."""
    PART = auto()
    """A comma, semicolon, slash or new line between the two angles."""
    DASH = auto()
    """A dash with blanks on both sides: a separator or a sign."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token as written, and what it means."""

    kind: Kind
    text: str
    meant: Half | Axis | Unit | None = None


_TOKEN: Final = re.compile(
    r"""
    (?P<number> [0-9]+ (?:\.[0-9]+)? (?![0-9]) )
    | (?P<abbreviation> (?:[сюСЮ]\.?\ ?[шШ]|[взВЗ]\.?\ ?[дД]) \.? (?![^\W\d_]) )
    | (?P<word> خط\ (?:العرض|الطول) | [^\W\d_]+ )\.?
    | (?P<mark> [°'"] )
    | (?P<sign> [-+] )
    | (?P<colon> [:=] )
    | (?P<part> [,;/|\n] )
    | (?P<blank> \ + )
    """,
    re.VERBOSE,
)
_UNIT_LETTERS: Final = frozenset("dms")
_COMMON: Final = (
    "expected a latitude and a longitude such as 36.2083 N 37.1542 E, 36 12 30 N 37 09 15 E "
    "or 37S CA 32345 09876"
)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a cleaned text.

    Raises:
        InputError: ``position.character`` for a word or mark that has no place in a position.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _not_understood(text[at])
        found = match[0]
        if match["number"]:
            tokens.append(Token(Kind.NUMBER, found))
        elif match["abbreviation"]:
            word = "".join(mark for mark in found.casefold() if mark.isalpha())
            tokens.append(Token(Kind.HALF, found, HALVES[word]))
        elif match["word"]:
            tokens += _word(match["word"], tokens)
        elif match["mark"]:
            tokens.append(Token(Kind.UNIT, found, UNITS[found]))
        elif match["sign"]:
            tokens.append(_dash(text, at))
        elif match["colon"]:
            tokens += _colon(text, at, tokens)
        elif match["part"]:
            tokens.append(Token(Kind.PART, found))
        at = match.end()
    return tokens


def _word(word: str, before: list[Token]) -> list[Token]:
    """A word as one token, or a unit and a letter that stand together: ``30sN``."""
    folded = word.casefold().replace(" ", "_")
    if folded == "o":
        return [Token(Kind.LETTER_O, word)]
    if folded == "s":
        return [_south_or_seconds(word, before)]
    if folded in HALVES:
        return [Token(Kind.HALF, word, HALVES[folded])]
    if folded in LABELS:
        return [Token(Kind.LABEL, word, LABELS[folded])]
    after_number = bool(before) and before[-1].kind is Kind.NUMBER
    if folded in UNITS and after_number:
        return [Token(Kind.UNIT, word, UNITS[folded])]
    both = len(word) == len(folded) == 2  # one letter may fold to two
    if both and folded[0] in _UNIT_LETTERS and folded[1] in HALVES and after_number:
        unit = Token(Kind.UNIT, word[0], UNITS[folded[0]])
        return [unit, Token(Kind.HALF, word[1], HALVES[folded[1]])]
    raise _not_understood(word)


def _south_or_seconds(word: str, before: list[Token]) -> Token:
    """``s`` counts seconds where the minutes before it are counted by an ``m`` of the same case."""
    minutes = [token for token in before[-3:-1] if token.meant is Unit.MINUTES]
    if before and before[-1].kind is Kind.NUMBER and minutes:
        mark = minutes[-1].text
        if mark.isalpha() and mark.isupper() == word.isupper():
            return Token(Kind.UNIT, word, Unit.SECONDS)
    return Token(Kind.HALF, word, Half.SOUTH)


def _dash(text: str, at: int) -> Token:
    """A sign before a number, a join inside an angle, or a dash that stands alone."""
    mark = text[at]
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    if mark == "+":
        return Token(Kind.SIGN, mark)
    if (before.isdigit() or before in "°'\"") and after != " ":
        return Token(Kind.JOIN, mark)
    if after.isdigit():
        return Token(Kind.SIGN, mark)
    return Token(Kind.DASH, mark)


def _colon(text: str, at: int, before: list[Token]) -> list[Token]:
    """A join between two numbers; after a label or a letter it says nothing."""
    after = text[at + 1 : at + 2]
    if before and before[-1].kind in {Kind.LABEL, Kind.HALF, Kind.LETTER_O}:
        return []
    if text[at] == ":" and at and text[at - 1].isdigit() and after.isdigit():
        return [Token(Kind.JOIN, ":")]
    raise _not_understood(text[at])


def _not_understood(found: str) -> InputError:
    return InputError("position.character", f"{shown(found)} has no place in a position; {_COMMON}")
