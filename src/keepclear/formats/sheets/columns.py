"""The header of a table: which row it is, and which field each of its columns is.

People put titles above a header, order columns as they like and name them in their own language, so
the header is the row among the first ones that names the most fields and says where things are. Its
columns are told to the person who reads the file; those that mean nothing are listed once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from keepclear.errors import InputError
from keepclear.formats.labels import COLUMNS, column_of, language_of
from keepclear.formats.labels.folding import folded
from keepclear.formats.properties import PROPERTY_NAMES
from keepclear.formats.rows import Rows
from keepclear.formats.schema import unwelcome
from keepclear.formats.sheets.cells import Broken, Cell, is_empty, text_of
from keepclear.formats.sheets.units import heading_unit, says_utc, split_unit
from keepclear.formats.text import shown

__all__ = [
    "COLUMNS_MAX",
    "CONTINUATION",
    "HEADER_ROWS",
    "LENGTHS",
    "Column",
    "Header",
    "Line",
    "NoHeaderError",
    "fields_of",
    "find_header",
    "placed",
]

COLUMNS_MAX: Final = 1_000
"""Columns in one table; spreadsheets of people have dozens."""
HEADER_ROWS: Final = 30
"""Rows among which the header is looked for: titles and notes above it are fewer."""
LENGTHS: Final = frozenset(
    {"position_error_m", "standoff_m", "radius_m", "half_width_m", "height_m"}
)
"""Fields in metres, whose heading or cell may say another unit."""
_SAME: Final = frozenset({"lat", "lon", "lng", "long"})
"""Headings that need no word about what they were read as, beside the fields' own names."""
CONTINUATION: Final = "#"
"""Stands between a field and a number, where a text too long for one cell goes on."""
_CONTINUED: Final = re.compile(r"([a-z_0-9]+) \((\d{1,3})\)", re.ASCII)
_ANY_POSITION: Final = "position"
_FEW: Final = 3
"""So many known headings show that a sheet is meant to be read."""

Line = tuple[int, Sequence[Cell]]
"""A row that holds anything, by the number that the person sees."""


class NoHeaderError(InputError):
    """No row among the first ones says where things are."""

    def __init__(self, message: str, known: int) -> None:
        super().__init__("table.header", message)
        self.known = known
        """How many headings of its best row are known: more than a few show what was meant."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read."""

    index: int
    field: str
    heading: str
    """As it is written."""
    unit_m: float | None = None
    """Metres of one unit, for a length whose heading or name says it."""
    utc: bool = False
    """Whether its heading says that times are UTC."""

    @property
    def where(self) -> str:
        """The column, as sentences name it."""
        return f'column "{self.heading[:60]}"'


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table."""

    number: int
    """Its row."""
    columns: tuple[Column, ...]
    width: int
    """Cells in it, those that are not read included."""
    language: str
    """ISO 639-1 code, where the headings show it."""
    below: list[Line]
    """Rows below it that were taken already to find it."""


def fields_of(cells: Sequence[Cell], mapping: Mapping[str, str]) -> list[str | None]:
    """The field that each cell of a header names, if it is a header; no wider than one may be.

    One stray cell far to the right makes every row as wide, and most of the work would be there.
    """
    looked_at = cells[: COLUMNS_MAX + 1]
    return [_field(cell, mapping) if isinstance(cell, str) and cell else None for cell in looked_at]


def _field(heading: str, mapping: Mapping[str, str]) -> str | None:
    """The field of a heading; what the person said of it holds, and may be 'nothing'."""
    heading = heading.strip()
    if not heading:
        return None
    for said, field in mapping.items():
        if said == heading or folded(said) == folded(heading):
            return field or None
    if heading in COLUMNS:
        return heading
    more = _CONTINUED.fullmatch(heading)
    if more and more[1] in COLUMNS:
        return f"{more[1]}{CONTINUATION}{more[2]}"
    if heading.lower().startswith(("position_", "position ")) and heading[9:].isdigit():
        return _ANY_POSITION
    named = column_of(heading)
    if named is None:
        shorter = column_of(split_unit(heading)[0])  # "Stand-off, m"
        named = shorter if shorter in LENGTHS else None
    return named


def placed(fields: Iterable[str | None]) -> bool:
    """Whether these fields say where a row is."""
    names = set(fields)
    return bool(
        names & {"wkt", _ANY_POSITION, "position_2"}
        or {"latitude", "longitude"} <= names
        or {"lat_deg", "lon_deg"} <= names
    )


def find_header(lines: Iterable[Line], rows: Rows, mapping: Mapping[str, str]) -> Header:
    """The header of a table.

    Args:
        lines: Rows from the first one; taken as far as the header is looked for.
        rows: Told which column was read as what.
        mapping: What the person said of columns, by heading.

    Raises:
        NoHeaderError: No row says where things are.
        InputError: ``table.header``: it has too many columns, or one twice.
    """
    looked_at = list(islice(lines, HEADER_ROWS))
    best, best_count, certain = None, 0, False
    for at, (_, cells) in enumerate(looked_at):
        fields = fields_of(cells, mapping)
        count = len({field for field in fields if field})
        own = count >= _FEW and all(is_empty(cell) or cell in COLUMNS for cell in cells)
        if placed(fields) and (count > best_count or (own and not certain)):
            best, best_count, certain = at, count, own
            if own:
                break
    if best is None:
        known = max(
            (sum(map(bool, fields_of(cells, mapping))) for _, cells in looked_at), default=0
        )
        raise _no_place(looked_at, known)
    cells = looked_at[best][1]
    if len(cells) > COLUMNS_MAX:
        raise InputError(
            "table.header", f"found {len(cells)} columns, expected at most {COLUMNS_MAX}"
        )
    shown_as = _people_see(looked_at[best - 1][1], cells, mapping) if certain and best else cells
    columns = _columns(cells, shown_as, rows, mapping, certain=certain)
    language = language_of(column.heading for column in columns)
    return Header(looked_at[best][0], columns, len(cells), language, looked_at[best + 1 :])


def _no_place(lines: list[Line], known: int) -> NoHeaderError:
    widest = max((cells for _, cells in lines), key=len, default=())
    names = ", ".join(str(cell) for cell in widest if isinstance(cell, str) and cell.strip())
    return NoHeaderError(
        f"the header names {shown(names.lower())}, expected a column wkt, position, or latitude "
        f"and longitude, and any of {', '.join(PROPERTY_NAMES[:4])} and what docs/formats.md lists; "
        "name columns with --map HEADING=FIELD",
        known,
    )


def _people_see(
    above: Sequence[Cell], cells: Sequence[Cell], mapping: Mapping[str, str]
) -> Sequence[Cell]:
    """The headings over a row of field names, as on a template, where that row is hidden."""
    pairs = list(zip(fields_of(above, mapping), cells, strict=False))
    alike = sum(field == cell for field, cell in pairs if field)
    return above if alike >= _FEW and len(above) >= len(cells) else cells


def _columns(
    cells: Sequence[Cell],
    shown_as: Sequence[Cell],
    rows: Rows,
    mapping: Mapping[str, str],
    *,
    certain: bool,
) -> tuple[Column, ...]:
    """The columns that are read; which they are, if it is not certain, and which are not, is told."""
    columns: list[Column] = []
    unread: list[str] = []
    seen: dict[str, str] = {}
    for index, (cell, named) in enumerate(zip(cells, fields_of(cells, mapping), strict=True)):
        if is_empty(cell):
            continue
        if isinstance(cell, Broken):
            unread.append(cell.found)
            continue
        heading = text_of(shown_as[index]) or text_of(cell)
        field = _free(named, heading, seen, index)
        if field is None:
            unread.append(heading)
            continue
        seen[field] = heading
        columns.append(_column(index, field, heading))
        rows.read_as(heading, field)
    _tell([] if certain else columns, unread, rows)
    _tell_unused(mapping, cells, rows)
    return tuple(columns)


def _free(field: str | None, heading: str, seen: Mapping[str, str], index: int) -> str | None:
    """The field of a column, beside those that came before it; ``None`` where it is not read.

    What keepclear must not carry stays under its own name: rows that have a value there are refused.

    Raises:
        InputError: ``table.header``: a column that decides where things are is there twice.
    """
    if field is None:
        return heading if unwelcome(heading) is not None else None
    if field not in seen:
        return field
    if field in {_ANY_POSITION, "position_2"}:
        return f"position_{index + 2}"  # another writing of the same place
    if field in {"latitude", "longitude", "wkt"} or seen[field].lower() == heading.lower():
        raise InputError("table.header", f"column {shown(field)} is named twice; keep one")
    return None


def _tell(columns: Sequence[Column], unread: Sequence[str], rows: Rows) -> None:
    """What was read as what, where the heading is not the field's own name, and what was not."""
    told = ", ".join(
        f'"{column.heading[:60]}" as {column.field}'
        for column in columns
        if folded(column.heading) not in _SAME | {folded(column.field)}
        and CONTINUATION not in column.field
    )
    if told:
        rows.warn(f"{rows.sheet} columns read: {told}".lstrip())
    if unread:
        names = ", ".join(f'"{heading[:60]}"' for heading in unread)
        rows.warn(f"{rows.sheet} columns not read: {names}".lstrip())


def _tell_unused(mapping: Mapping[str, str], cells: Sequence[Cell], rows: Rows) -> None:
    headings = {folded(cell) for cell in cells if isinstance(cell, str)}
    for said in mapping:
        if folded(said) not in headings:
            rows.warn(f"{rows.sheet} has no column {shown(said)}, which --map names".lstrip())


def _column(index: int, field: str, heading: str) -> Column:
    unit = None
    if field in LENGTHS:
        unit = 1.0 if folded(heading) == folded(field) else heading_unit(heading)
    return Column(index, field, heading, unit, says_utc(heading))
