"""Cells of a table: what they hold, as text and as numbers, with decimal commas where they are safe.

A CSV cell is text. A spreadsheet cell may also be a number, a truth value, a date or a time; one
that could not be worked out is a :class:`Broken` cell and says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final

from keepclear.errors import InputError
from keepclear.formats.notices import plain_number
from keepclear.formats.text import number, shown

__all__ = ["Broken", "Cell", "Commas", "guarded", "is_empty", "number_of", "text_of"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell whose value is not there."""

    found: str
    """What stands in it, such as ``#REF!``, or a formula."""
    advice: str


Cell = str | float | bool | datetime | date | time | timedelta | Broken | None


class Commas(Enum):
    """What a comma between digits may be."""

    SEPARATOR = "separator"
    """Cells are separated by commas: it is refused, because it is as likely a lost cell."""
    DECIMAL = "decimal"
    """Cells are separated by semicolons, as programs do where the comma is the decimal mark."""
    EITHER = "either"
    """A decimal comma or one between thousands: refused where three digits follow it."""


_LIKE_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
"""What spreadsheet programs may work out when they open a file, and what is guarded from it."""
_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_COMMA: Final = re.compile(r"[+-]?\d{1,30},\d{1,30}", re.ASCII)
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3},\d{3}", re.ASCII)


def is_empty(cell: Cell) -> bool:
    """Whether the cell says nothing."""
    return cell is None or cell == "" or (isinstance(cell, str) and not cell.strip())


def guarded(text: str) -> str:
    """A text that no spreadsheet program takes for a formula; :func:`text_of` gives it back."""
    return f"'{text}" if _LIKE_FORMULA.match(text) else text


def text_of(cell: Cell) -> str:
    """The cell as text; a number as short as it can be, a date as RFC 3339 without an offset.

    Raises:
        InputError: ``cell.broken``.
    """
    if isinstance(cell, str):
        text = cell.strip()
        return text[1:] if text[:1] == "'" and _LIKE_FORMULA.match(text) else text
    if cell is None:
        return ""
    if isinstance(cell, Broken):
        raise InputError("cell.broken", f"found {cell.found}; {cell.advice}")
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float | int):
        return plain_number(float(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


def number_of(cell: Cell, commas: Commas, *, small: bool = False) -> tuple[float, bool]:
    """The cell as a number, and whether it was written with a decimal comma.

    Args:
        cell: A number, or a number stored as text.
        commas: What a comma in it may be.
        small: It cannot reach a thousand, so that a comma can only be a decimal mark.

    Raises:
        InputError: ``number.expected``, ``number.decimal-comma``, ``number.range``,
            ``cell.broken``.
    """
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return number(cell), False
    text = text_of(cell)
    if _NUMBER.fullmatch(text):
        return number(float(text)), False
    if not _COMMA.fullmatch(text):
        raise InputError(
            "number.expected", f"found {shown(text)}, expected a number alone, in the column's unit"
        )
    point = text.replace(",", ".")[:40]
    if commas is Commas.SEPARATOR:
        raise InputError(
            "number.decimal-comma",
            f"found {shown(text)} with a decimal comma, expected a point: {point}",
        )
    if commas is Commas.EITHER and not small and _THOUSANDS.fullmatch(text):
        raise InputError(
            "number.decimal-comma",
            f"found {shown(text)}, which may be {point} or {text.replace(',', '')}; write one of "
            "them",
        )
    return number(float(text.replace(",", "."))), True
