"""The datum that a text names, taken out of it.

Leaves to others: what the datum does to the numbers.
"""

from __future__ import annotations

import re
from typing import Final

from keepclear.domain.stated import Datum
from keepclear.errors import InputError

__all__ = ["datum_named", "without_datum"]

_LEFT: Final = r"(?<![^\W_])"
_RIGHT: Final = r"(?![^\W_])"
_NAMES: Final = (
    (Datum.WGS84, r"wgs[ -]?(?:19)?84|world geodetic system(?: (?:19)?84)?"),
    (Datum.ED50, r"ed[ -]?(?:19)?50|european(?: datum)?(?: of)?[ -]?(?:19)?50"),
    (
        Datum.PULKOVO_42,
        r"(?:pulkovo|пулково)[ -]?(?:19)?42|(?:sk|ck|ск)[ -]?(?:19)?42",
    ),
    (Datum.NAD27, r"nad[ -]?(?:19)?27|north american(?: datum)?(?: of)?[ -]?(?:19)?27"),
    (Datum.LOCAL, r"local(?: datum)?|datum local|système local|местная(?: система)?"),
    (Datum.UNKNOWN, r"unknown(?: datum)?|datum unknown|datum inconnu"),
)
"""Longest spelling first where one begins another; years may be written in full."""
_OTHERS: Final = (
    r"nad[ -]?(?:19)?83|etrs[ -]?(?:19)?89|gda[ -]?(?:19|20)?[0-9]{2}|itrf[ -]?(?:19|20)?[0-9]{2}|"
    r"(?:pz|пз)[ -]?90(?:[.][0-9]+)?|(?:sk|ск)[ -]?95|osgb(?:36)?|"
    r"tokyo|gcj[ -]?02|cgcs[ -]?2000"
)
"""Datums that are known by name and not converted here."""
_PATTERNS: Final = tuple(
    (datum, re.compile(_LEFT + rf"(?:{names})" + _RIGHT, re.IGNORECASE)) for datum, names in _NAMES
)
_OTHER: Final = re.compile(_LEFT + rf"(?:{_OTHERS})" + _RIGHT, re.IGNORECASE)
_WORD: Final = re.compile(
    _LEFT + r"(?:datum|datums?:|система координат|système géodésique)" + _RIGHT + ":?",
    re.IGNORECASE,
)
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
"""Every datum has two letters side by side; most positions have not, and are done here."""
_KNOWN: Final = ", ".join(datum.value for datum in Datum)


def datum_named(text: str) -> Datum:
    """The datum that a word by itself names, such as the cell of a column.

    Raises:
        InputError: ``position.datum``.
    """
    rest, datum = _taken_out(text.strip())
    if datum is None or rest:
        raise InputError(
            "position.datum", f"{text!r} is no datum that is converted; known: {_KNOWN}"
        )
    return datum


def without_datum(text: str, given: Datum | None) -> tuple[str, Datum]:
    """The text without its datum, and the datum: what is given, what is named, else WGS84.

    Raises:
        InputError: ``position.datum`` where two are named, or one that is not converted.
    """
    rest, named = _taken_out(text)
    if named is not None and given is not None and named is not given:
        raise InputError(
            "position.datum",
            f"{text!r} names {named.value}, but {given.value} was given beside it; which holds?",
        )
    return rest, named or given or Datum.WGS84


def _taken_out(text: str) -> tuple[str, Datum | None]:
    if not _LETTERS.search(text):
        return text, None
    other = _OTHER.search(text)
    if other is not None:
        raise InputError(
            "position.datum",
            f"{other[0]!r} is a datum that is not converted here; known: {_KNOWN}. Convert it to WGS84 "
            "with the tool that it comes from, or call it unknown: then the place is taken as it "
            "stands, with a wide error",
        )
    found: Datum | None = None
    for datum, pattern in _PATTERNS:
        rest = pattern.sub(" ", text)
        if rest != text:
            if found is not None:
                raise InputError(
                    "position.datum", f"{text!r} names both {found.value} and {datum.value}"
                )
            text, found = rest, datum
    if found is not None or _WORD.search(text):
        text = " ".join(_WORD.sub(" ", text).split(" ")).strip(" ,;:/\n").rstrip(" -")
        text = re.sub(" {2,}", " ", text)
    return text, found
