"""Cells -> the values that ``properties`` checks, by field: numbers, altitudes, times, choices.

A value that is not here is text. Lengths are metres; their unit stands in the heading or in the
cell, and a number without either is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import Altitude
from keepclear.errors import InputError
from keepclear.formats.altitudes import parse_altitude
from keepclear.formats.labels import choice_of
from keepclear.formats.properties import UNLIMITED
from keepclear.formats.remarks import Remarks
from keepclear.formats.sheets.cells import Cell, Commas, number_of, text_of
from keepclear.formats.sheets.columns import LENGTHS, Column
from keepclear.formats.sheets.times import instant_text
from keepclear.formats.sheets.units import split_unit
from keepclear.formats.text import low_and_high, shown

__all__ = ["COMMA_READ", "TIMES", "Context", "value_of"]

COMMA_READ: Final = "with a decimal comma: read as a decimal point"
TIMES: Final = frozenset(
    {
        "time_start", "time_end",
        "arrival_earliest", "arrival_latest", "departure_earliest", "departure_latest",
    }
)  # fmt: skip
"""Fields that are instants."""
_DECIMAL_COMMA: Final = re.compile(r"(?<=\d),(?=\d)", re.ASCII)


@dataclass(slots=True)
class Context:
    """What the cells of one row need to know."""

    commas: Commas
    remarks: Remarks
    offset: str = ""
    """What a column of time zones gives for the row."""


def value_of(cell: Cell, column: Column, context: Context) -> Any:
    """A cell that holds something, as the value of its field.

    Raises:
        InputError: one code for each way a cell can be wrong; its place is left to the caller.
    """
    field = column.field
    if field in LENGTHS:
        return _length(cell, column, context)
    if field in TIMES:
        return instant_text(cell, context.offset or ("Z" if column.utc else ""))
    convert = _VALUES.get(field)
    if convert is not None:
        return convert(cell, context)
    text = text_of(cell)  # refuses what is broken
    return text if isinstance(cell, str) else _as_is(cell, text)


def _as_is(cell: Cell, text: str) -> Any:
    """Dates and truth values stay what they are for the fields of a notification."""
    return text if isinstance(cell, float | int) and not isinstance(cell, bool) else cell


def _number(cell: Cell, context: Context) -> float:
    value, comma = number_of(cell, context.commas)
    if comma:
        context.remarks.add(COMMA_READ)
    return value


def _length(cell: Cell, column: Column, context: Context) -> float:
    number, unit_m = cell, None
    if isinstance(cell, str):
        number, unit_m = split_unit(cell)
    value = _number(number, context)
    if unit_m is None:
        unit_m = column.unit_m
    if unit_m is None:
        raise InputError(
            "number.unit",
            f"found {shown(text_of(cell))} without a unit, expected one such as "
            f'{shown(text_of(cell) + " m")}, or a heading such as "{column.heading[:30]} (m)"',
        )
    return value * unit_m


def _altitude(text: str, context: Context) -> Altitude | object:
    if context.commas is not Commas.SEPARATOR and _DECIMAL_COMMA.search(text):
        context.remarks.add(COMMA_READ)
        text = _DECIMAL_COMMA.sub(".", text)
    limit = parse_altitude(text)
    return UNLIMITED if limit is None else limit


def _altitudes(cell: Cell, context: Context) -> Any:
    text = text_of(cell)
    if ";" in text:
        return [_altitude(item, context) for item in text.split(";")]
    return _altitude(text, context)


def _ground(cell: Cell, context: Context) -> list[float]:
    return [_number(end, context) for end in low_and_high(text_of(cell))]


def _times(cell: Cell, context: Context) -> list[str]:
    return [instant_text(time, context.offset) for time in text_of(cell).split(";")]


def _numbers(cell: Cell, context: Context) -> list[float]:
    return [_number(item.strip(), context) for item in text_of(cell).split(";")]


def _choice(field: str) -> Callable[[Cell, Context], Any]:
    def convert(cell: Cell, _: Context) -> Any:
        text = text_of(cell)
        return choice_of(field, text) or text

    return convert


_VALUES: Final = MappingProxyType[str, Callable[[Cell, Context], Any]](
    {
        "kind": _choice("kind"),
        "stop_kind": _choice("stop_kind"),
        "priority": _number,
        "altitude_lower": _altitudes,
        "altitude_upper": _altitudes,
        "ground_m": _ground,
        "times": _times,
        "leg_errors_m": _numbers,
        "stay_min": _number,
        "vehicle_count": _number,
        "people_count": _number,
    }
)
