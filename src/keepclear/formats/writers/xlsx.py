"""Declarations -> one sheet of an XLSX workbook: what our reader of tables takes back whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from keepclear.domain.declaration import Declaration
from keepclear.formats.notices import plain_number
from keepclear.formats.workbooks import CELL_TEXT_MAX, put_text, saved
from keepclear.formats.writers.flat import Row, Value, columns_of, flat_rows
from keepclear.formats.writers.losses import Losses

__all__ = ["write"]

_WIDTH_MAX: Final = 40
"""Characters that a column is wide at most."""
_DIGITS: Final = 16
"""Digits of a number that reach the file."""
_BETWEEN: Final = (",", ";", "|")
"""Where a text too long for one cell is cut: after a mark that white space may follow."""


def write(declarations: Sequence[Declaration], losses: Losses) -> bytes:
    """One row for each part, under our own column names."""
    rows = [_in_cells(row) for row in flat_rows(declarations, losses)]
    columns = columns_of(rows)
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Declarations"
    for at, name in enumerate(columns, 1):
        put_text(sheet.cell(1, at), name)
        sheet.cell(1, at).font = Font(bold=True)
        longest = max((len(str(row.get(name, ""))) for row in rows), default=0)
        width = min(max(longest, len(name)), _WIDTH_MAX) + 2
        sheet.column_dimensions[get_column_letter(at)].width = width
    for line, row in enumerate(rows, 2):
        for at, name in enumerate(columns, 1):
            value = row.get(name)
            if value is not None:
                _put(sheet.cell(line, at), value)
    sheet.freeze_panes = "A2"
    return saved(workbook)


def _put(cell: Cell, value: Value) -> None:
    """A number is a number where the file keeps all of its digits, and text where it would not."""
    if isinstance(value, str):
        put_text(cell, value)
    elif float(f"{value:.{_DIGITS}g}") == value:
        cell.value = value
    else:
        put_text(cell, repr(value))


def _in_cells(row: Mapping[str, Value]) -> Row:
    """The same row, texts too long for one cell continued in columns such as ``wkt (2)``.

    Numbers that were kept as text for their digits are numbers where the digits are all there.
    """
    cells: Row = {}
    for name, value in row.items():
        if name in {"latitude", "longitude"} and plain_number(float(value)) == value:
            cells[name] = float(value)
            continue
        for count, piece in enumerate(_pieces(value) if isinstance(value, str) else (value,), 1):
            cells[name if count == 1 else f"{name} ({count})"] = piece
    return cells


def _pieces(text: str) -> Iterator[str]:
    while len(text) > CELL_TEXT_MAX:
        end = 1 + max(text.rfind(mark, 0, CELL_TEXT_MAX - 1) for mark in _BETWEEN)
        end = end or CELL_TEXT_MAX - 1
        yield text[:end]
        text = text[end:]
    yield text
