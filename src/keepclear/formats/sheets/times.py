"""Dates and times of a table -> RFC 3339 text, with the offset that was given and no other.

A spreadsheet keeps no offset in a cell. It is taken from the cell's own text, from a heading that
says UTC, or from a column of time zones; where none of them speaks, the time is left without one and
refused by whoever reads it.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from keepclear.errors import InputError
from keepclear.formats.sheets.cells import Cell, text_of
from keepclear.formats.text import shown

__all__ = ["instant_text", "offset_of"]

_OFFSET: Final = re.compile(r"\d(?:[Zz]|\s*[+-]\d{2}:?\d{2})$", re.ASCII)
_SPACE_BEFORE: Final = re.compile(r"\s+(?=(?:[Zz]|[+-]\d{2}:?\d{2})$)")
_UTC_WORD: Final = re.compile(r"\s*(?:UTC|GMT)$", re.IGNORECASE)
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})[ T,]+(\d{1,2}:\d{2}.*)", re.ASCII)
"""Day, month, year: with dots no other order is in use."""
_ZONE: Final = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE | re.ASCII)
_UTC_NAMES: Final = frozenset({"Z", "UTC", "GMT", "ZULU"})


def offset_of(cell: Cell) -> str:
    """The offset that a time zone column gives: ``+03:00``, or ``Z``; empty where it says nothing.

    Raises:
        InputError: ``time.zone``.
    """
    text = text_of(cell)
    if not text:
        return ""
    if text.upper() in _UTC_NAMES:
        return "Z"
    found = _ZONE.fullmatch(text)
    if found is None:
        raise InputError(
            "time.zone",
            f"found time zone {shown(text)}, expected UTC or an offset such as +03:00, because "
            "names of zones change their meaning",
        )
    return f"{found[1]}{found[2]:0>2}:{found[3] or '00'}"


def instant_text(cell: Cell, offset: str) -> str:
    """A time as ``domain.window.parse_instant`` takes it.

    Args:
        cell: Text, or a date with its time.
        offset: What the heading or the time zone column gives; empty for nothing.

    Raises:
        InputError: ``time.unreadable``: a day without a time.
    """
    if isinstance(cell, date) and not isinstance(cell, datetime):
        raise InputError(
            "time.unreadable",
            f"found the day {cell.isoformat()} without a time, expected {cell.isoformat()}T06:30Z",
        )
    if isinstance(cell, datetime):
        return cell.isoformat() + offset
    text = text_of(cell)
    dotted = _DOTTED.fullmatch(text)
    if dotted:
        day, month, year, rest = dotted.groups()
        text = f"{year}-{month:0>2}-{day:0>2}T{rest:0>5}"
    text = _UTC_WORD.sub("Z", text)
    if _OFFSET.search(text) and ":" in text:
        return _SPACE_BEFORE.sub("", text)
    return text + offset if ":" in text else text
