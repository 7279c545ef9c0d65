"""One spelling for the many marks that mean the same: digits, degree signs, primes, dashes, spaces.

Leaves to others: what the text says. A mark that is not listed stays as it is and is refused later;
there is no general folding of characters, because that turns ``²`` into 2 and ``º`` into o.
"""

# ruff: noqa: RUF001  letters of other alphabets are the point here

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import Final

from keepclear.errors import InputError

__all__ = ["POSITION_TEXT_MAX", "cleaned"]

POSITION_TEXT_MAX: Final = 200
"""Characters of one position: the longest notation spelled out in words takes some 90."""

_SAME: Final = MappingProxyType(
    {
        "0123456789": "٠١٢٣٤٥٦٧٨٩",
        "0123456789 ": "۰۱۲۳۴۵۶۷۸۹",
        "0123456789  ": "０１２３４５６７８９",
    }
)
"""Arabic, Persian and full-width digits; the blanks only keep the three apart."""
_MARKS: Final = MappingProxyType(
    {
        "°": "º˚ᵒ⁰∘",
        "'": "′’‘ʹʼ´`‵＇",
        '"': "″“”ʺ„〃＂",
        "-": "−–—‐‑‒﹣－",
        "+": "＋",
        ".": "٫．",
        ";": "،؛、；",
        ",": "，",
        ":": "：",
        "/": "／",
        " ": "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
        "\u3000()[]{}",
        "\n": "\r\u2028\u2029\u0085",
        "": "\u200b\u200c\u200d\u200e\u200f\u061c\ufeff\u0640\u00ad",
    }
)
"""What is written, and the marks that are taken for it; the last row has no shape, or only joins."""
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of writing: the digits on the screen would not be those read."""
_ONE_FOR_ONE: Final = str.maketrans(
    {
        **{
            mark: ascii_
            for row, marks in _SAME.items()
            for ascii_, mark in zip(row.strip(), marks, strict=True)
        },
        **{mark: meant for meant, marks in _MARKS.items() for mark in marks},
    }
)
_VOWELS: Final = re.compile("[\u064b-\u0652]")
"""Arabic vowel marks, which change no word of the vocabulary."""
_TWO_MINUTES: Final = re.compile("''")
_BLANKS: Final = re.compile(r" *\n[ \n]*| {2,}")


def cleaned(text: str) -> str:
    """The text in the one spelling that the other modules know; case is kept.

    Raises:
        InputError: ``position.empty``, ``position.too-long``, ``position.character``.
    """
    if len(text) > POSITION_TEXT_MAX:
        raise InputError(
            "position.too-long",
            f"found {len(text)} characters, expected one position of at most {POSITION_TEXT_MAX}",
        )
    composed = unicodedata.normalize("NFC", text)
    for mark in () if text.isascii() and text.isprintable() else composed:
        if mark in _TURNING or (unicodedata.category(mark) in {"Cc", "Cs"} and not mark.isspace()):
            raise InputError(
                "position.character",
                f"the position holds the mark U+{ord(mark):04X}, which has no shape and may hide "
                "digits; type it again",
            )
    plain = _VOWELS.sub("", composed.translate(_ONE_FOR_ONE))
    plain = _TWO_MINUTES.sub('"', plain)
    plain = _BLANKS.sub(lambda blanks: "\n" if "\n" in blanks[0] else " ", plain)
    plain = plain.strip().rstrip(".,;/").strip()
    if not plain:
        raise InputError("position.empty", "found no position; expected a latitude and a longitude")
    return plain
