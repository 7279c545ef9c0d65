"""A copy of a workbook with an answer beside every row: accepted, refused and why, or to be checked.

The answers stand in a new column at the right, in a word and a colour. Cells, formulas and styles of
the copy are those of the file. The answer says what this reader understood; it is no permission.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from typing import Final
from zipfile import BadZipFile

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from keepclear.domain.declaration import Declaration
from keepclear.domain.finding import Finding
from keepclear.errors import InputError, Refusal
from keepclear.formats.labels import LANGUAGES
from keepclear.formats.rows import Rows
from keepclear.formats.sheets.cells import Cell, is_empty
from keepclear.formats.sheets.columns import Header, find_header
from keepclear.formats.sheets.example import EXAMPLE_ID, OURS
from keepclear.formats.workbooks import put_text, saved
from keepclear.formats.worksheets import check_span, sheet_files
from keepclear.formats.xlsx import checked_packing, sheet_label

__all__ = ["answered"]

_COLOURS: Final = MappingProxyType(
    {"accepted": "C6EFCE", "refused": "FFC7CE", "look": "FFEB9C", "not_taken": "D9D9D9"}
)
"""Fill of an answer, by its word in ``labels``."""
_WIDTH: Final = 60
_ROW: Final = re.compile(r"(sheet .+?) row (\d+)")
_ENGLISH: Final = LANGUAGES["en"]

_Rows = dict[tuple[str, int], list[str]]
"""What is said of rows, by sheet and number."""


def answered(
    data: bytes,
    refusals: Sequence[Refusal],
    findings: Sequence[Finding],
    accepted: Sequence[Declaration],
    mapping: Mapping[str, str] | None = None,
) -> bytes:
    """The copy with its answers.

    Args:
        data: The workbook as it was sent.
        refusals: Rows that were refused, as its reader named them.
        findings: What looks wrong in the others.
        accepted: The declarations that were taken.
        mapping: What the person said columns are, by heading, when the workbook was read.

    Raises:
        InputError: ``xlsx.*``, ``zip.*``: it is no workbook that can be copied.
    """
    archive = checked_packing(data)
    for file in sheet_files(archive).values():
        check_span(archive.read(file))
    try:
        workbook = openpyxl.load_workbook(BytesIO(data), rich_text=True)
    except (
        InvalidFileException, BadZipFile, KeyError, ValueError, TypeError, AttributeError,
        IndexError, OSError,
    ) as error:  # fmt: skip
        raise InputError(
            "xlsx.damaged", "the workbook cannot be copied; save it again as XLSX"
        ) from error
    refused = _by_row((refusal.where, refusal.message) for refusal in refusals)
    doubted = _by_row(
        (finding.where, "; ".join(filter(None, (finding.message, finding.advice))))
        for finding in findings
    )
    taken = _by_row((declaration.where, declaration.id) for declaration in accepted)
    ids = {declaration.id for declaration in accepted}
    for sheet in workbook.worksheets:
        header = _header(sheet, mapping or {})
        if header is not None:
            _answer(sheet, header, refused, doubted, taken, ids)
    return saved(workbook, creator=None)


def _by_row(said: Iterator[tuple[str, str]]) -> _Rows:
    rows: _Rows = {}
    for where, text in said:
        found = _ROW.search(where)
        if found:
            rest = where[found.end() :].partition(" column")
            place = f"column{rest[2]}: " if rest[1] else ""
            rows.setdefault((found[1], int(found[2])), []).append(place + text)
    return rows


def _header(sheet: Worksheet, mapping: Mapping[str, str]) -> Header | None:
    """The header that the reader found, where the sheet was read."""
    rows = Rows("xlsx", "", stem="", row="row", prefix="")
    try:
        header = find_header(_lines(sheet), rows, mapping)
    except InputError:
        return None
    return None if str(sheet.cell(1, 1).value or "").startswith(OURS) else header


def _lines(sheet: Worksheet) -> Iterator[tuple[int, list[Cell]]]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        values: list[Cell] = [str(cell) if cell is not None else None for cell in cells]
        if not all(map(is_empty, values)):
            yield number, values


def _answer(
    sheet: Worksheet, header: Header, refused: _Rows, doubted: _Rows, taken: _Rows, ids: set[str]
) -> None:
    """Write the answers of one sheet into the first free column."""
    label = sheet_label(sheet.title)
    language = LANGUAGES.get(header.language, _ENGLISH)
    column = sheet.max_column + 1
    id_at = next((c.index for c in header.columns if c.field == "id"), None)

    def words(word: str) -> str:
        own = language.words[word]
        return own if language is _ENGLISH else f"{_ENGLISH.words[word]} / {own}"

    heading = words("answer") + ("" if language.reviewed else " (unreviewed)")
    for row in {header.number, _visible(sheet, header.number)}:
        put_text(sheet.cell(row, column), heading)
        sheet.cell(row, column).font = Font(bold=True)
    sheet.column_dimensions[get_column_letter(column)].width = _WIDTH
    last_id = ""
    for number, cells in _lines(sheet):
        if number <= header.number:
            continue
        own = cells[id_at] if id_at is not None and id_at < len(cells) else None
        last_id = str(own).strip() if not is_empty(own) else last_id
        place = (label, number)
        if place in refused:
            word, told = "refused", refused[place]
        elif last_id == EXAMPLE_ID or (place not in taken and last_id not in ids):
            word, told = "not_taken", []
        elif place in doubted:
            word, told = "look", doubted[place]
        else:
            word, told = "accepted", []
        cell = sheet.cell(number, column)
        put_text(cell, ": ".join(filter(None, (words(word), "; ".join(told)))))
        cell.fill = PatternFill("solid", fgColor=_COLOURS[word])
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if sheet.print_area:  # of a template: what is answered is printed, and its answer
            sheet.print_area = f"A1:{get_column_letter(column)}{number}"


def _visible(sheet: Worksheet, number: int) -> int:
    """The row that people see as the header: the one above a hidden row of names."""
    hidden = number in sheet.row_dimensions and sheet.row_dimensions[number].hidden
    return number - 1 if hidden and number > 1 else number
