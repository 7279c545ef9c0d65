"""CSV (RFC 4180) -> declarations: one row each, columns named like the GeoJSON properties.

A place is ``wkt`` (longitude before latitude), or ``latitude`` and ``longitude`` in degrees.
Altitudes are text (``120 m AMSL``, ``FL180``, ``SFC``, ``UNL``), ``ground_m`` is ``60..220``, and
``times`` are separated by semicolons. Cells are separated by commas, semicolons or tabs, whichever
the header uses most. Rows are refused by the line on which they start.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import Altitude
from keepclear.errors import InputError
from keepclear.formats.altitudes import parse_altitude
from keepclear.formats.place import Place
from keepclear.formats.properties import PROPERTY_NAMES, UNLIMITED
from keepclear.formats.reading import Reading
from keepclear.formats.rows import Rows
from keepclear.formats.text import number, shown
from keepclear.formats.wkt import parse_wkt

__all__ = ["COLUMNS_MAX", "looks_like_header", "read"]

COLUMNS_MAX: Final = 1_000
"""Columns in one table; spreadsheets of people have dozens."""
_HEADER_LENGTH: Final = 65_536
"""Characters of the first line that are looked at to tell the separator."""
_PREFIX: Final = "column "
_DELIMITERS: Final = (",", ";", "\t")
_ALIASES: Final = MappingProxyType(
    {"lat": "latitude", "lon": "longitude", "lng": "longitude", "long": "longitude"}
)
_PLACES: Final = frozenset({"wkt", "latitude", "longitude"})
_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_COMMA: Final = re.compile(r"[+-]?\d+,\d+", re.ASCII)


def looks_like_header(line: str) -> bool:
    """Whether the first line of a text names columns that say where a row is."""
    try:
        names = set(_column_names(next(csv.reader([line], delimiter=_delimiter(line)), [])))
    except csv.Error:
        return False
    return "wkt" in names or {"latitude", "longitude"} <= names


def read(data: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Read checked UTF-8 without a byte order mark.

    Args:
        data: The text.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``csv.header``: nothing in the table can be used.
    """
    text = data.decode()
    rows = Rows("csv", name, stem=stem or name, row="line", prefix=_PREFIX)
    table = _lines(text, rows)
    with Place(name):
        _, header = next(table, (1, []))
        columns = _checked_header(header)
    for line, cells in table:
        named = dict(zip(columns, cells, strict=False))
        try:
            _check_count(cells, columns)
            rows.take(_typed(named), _geometry(named), number=line)
        except InputError as error:
            rows.refuse(_in_columns(error, named), line, named.get("id"))
    return rows.reading()


def _lines(text: str, rows: Rows) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the line it starts on; broken ones are refused."""
    first = next(iter(text.lstrip()[:_HEADER_LENGTH].splitlines()), "")
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=_delimiter(first),
        strict=True,
        skipinitialspace=True,
    )
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            what = f"the row breaks the rules of CSV ({error})"
            advice = "; check the quotation marks, everything up to the next one was skipped"
            rows.refuse(InputError("csv.malformed", what + advice), line)
            continue
        if any(cells):
            yield line, cells


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _column_names(header: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in header]
    return [_ALIASES.get(name, name) for name in names]


def _checked_header(header: list[str]) -> list[str]:
    names = _column_names(header)
    if "wkt" not in names and not {"latitude", "longitude"} <= set(names):
        raise InputError(
            "csv.header",
            f"the header names {shown(', '.join(names))}, expected a column wkt, or latitude and "
            f"longitude, and any of {', '.join(PROPERTY_NAMES)}",
        )
    if len(names) > COLUMNS_MAX:
        raise InputError(
            "csv.header", f"found {len(names)} columns, expected at most {COLUMNS_MAX}"
        )
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise InputError("csv.header", f"column {shown(twice)} is named twice; keep one")
    return names


def _check_count(cells: list[str], columns: list[str]) -> None:
    """A row may end early, but a cell without a column is a comma that was not meant as one."""
    if len(cells) > len(columns):
        raise InputError(
            "csv.cells",
            f"found {len(cells)} cells under {len(columns)} columns; is there a decimal comma, or "
            "a separator in a text without quotation marks?",
        )


def _in_columns(error: InputError, cells: dict[str, str]) -> InputError:
    """The same error, a fault of the place told by the columns in which it was written."""
    within, geometry, ring = error.where.partition("geometry")
    if within or not geometry:
        return error
    columns = f"{_PREFIX}wkt" if cells.get("wkt") else "columns latitude and longitude"
    return InputError(error.code, error.message, where=columns + ring)


def _geometry(cells: dict[str, str]) -> dict[str, Any] | None:
    if cells.get("wkt"):
        with Place(f"{_PREFIX}wkt"):
            return parse_wkt(cells["wkt"])
    degrees = []
    for name in ("longitude", "latitude"):
        with Place(f"{_PREFIX}{name}"):
            if not cells.get(name):
                raise InputError(
                    "geometry.missing", "the row says no place, so nothing can be compared with it"
                )
            degrees.append(_number(cells[name]))
    return {"type": "Point", "coordinates": degrees}


def _typed(cells: dict[str, str]) -> dict[str, Any]:
    """Cells as the JSON values that ``properties`` checks; an empty cell says nothing."""
    typed: dict[str, Any] = {}
    for name, cell in cells.items():
        if cell and name not in _PLACES:
            with Place(f"{_PREFIX}{name}"):
                typed[name] = _CELLS.get(name, str)(cell)
    return typed


def _number(cell: str) -> float:
    if _NUMBER.fullmatch(cell):
        return number(float(cell))
    if _COMMA.fullmatch(cell):
        raise InputError(
            "number.decimal-comma",
            f"found {shown(cell)} with a decimal comma, expected a point: "
            f"{cell.replace(',', '.')[:40]}",
        )
    raise InputError(
        "number.expected", f"found {shown(cell)}, expected a number alone, in the column's unit"
    )


def _altitude(cell: str) -> Altitude | object:
    limit = parse_altitude(cell)
    return UNLIMITED if limit is None else limit


def _altitudes(cell: str) -> Altitude | object:
    if ";" in cell:
        return [_altitude(item) for item in cell.split(";")]
    return _altitude(cell)


def _ground(cell: str) -> list[float]:
    lowest, dots, highest = cell.partition("..")
    if not dots:
        raise InputError(
            "ground.range", f"found {shown(cell)}, expected lowest..highest, such as 60..220"
        )
    return [_number(lowest.strip()), _number(highest.strip())]


def _times(cell: str) -> list[str]:
    return [time.strip() for time in cell.split(";")]


_CELLS: Final = MappingProxyType[str, Callable[[str], Any]](
    {
        "priority": _number,
        "altitude_lower": _altitudes,
        "altitude_upper": _altitudes,
        "standoff_m": _number,
        "ground_m": _ground,
        "position_error_m": _number,
        "radius_m": _number,
        "half_width_m": _number,
        "times": _times,
    }
)
