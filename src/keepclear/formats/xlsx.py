"""XLSX workbooks -> declarations: every sheet that has a header with places, row by row.

The packing is checked before anything is unpacked by others: members, sizes, expansion. Values are
read as they were saved; formulas are never worked out. Hidden rows, columns and sheets are read like
all others, because what is hidden is declared all the same, and that is told. Merged cells give their
value to every row they span.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from typing import Any, Final

import python_calamine as calamine

from keepclear.errors import InputError
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.rows import Rows
from keepclear.formats.sheets.cells import Broken, Cell, Commas, is_empty
from keepclear.formats.sheets.columns import NoHeaderError
from keepclear.formats.sheets.door import PREFIX, read_rows
from keepclear.formats.sheets.example import OURS
from keepclear.formats.text import one_line
from keepclear.formats.worksheets import ROWS_MAX, Beside, beside_of, check_span, sheet_files
from keepclear.formats.zipped import Archive

__all__ = [
    "SHEETS_MAX",
    "UNPACKED_MAX",
    "checked_packing",
    "read",
    "recognises",
    "sheet_label",
]

SHEETS_MAX: Final = 100
"""Sheets in one workbook; people have a dozen."""
UNPACKED_MAX: Final = 500_000_000
"""Bytes of all files in the packing together; a full list of a country unpacks to 50 MB."""
EXPANSION_MAX: Final = 200
"""How many times its size a workbook may unpack to, beyond ``_EXPANSION_FREE``."""
_EXPANSION_FREE: Final = 10_000_000
_WORKBOOK: Final = "xl/workbook.xml"
_PANIC: Final = "PanicException"
"""What the library raises beside its errors when it is surprised; no :class:`Exception`."""
_MEANT: Final = 3
"""So many known headings show that a sheet without places was meant to be read."""


def recognises(archive: Archive) -> bool:
    """Whether an archive is an XLSX workbook."""
    return _WORKBOOK in archive.names()


def sheet_label(name: str) -> str:
    """A sheet, as sentences name it."""
    try:
        return f'sheet "{one_line(name)[:60]}"'
    except InputError:
        return f"sheet {name.encode('unicode_escape').decode()[:60]}"


def read(
    data: bytes,
    *,
    name: str,
    stem: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Reading:
    """Read a workbook.

    Args:
        data: The file.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.
        mapping: What columns are, by heading, where the reader should not tell by itself.

    Raises:
        InputError: ``xlsx.*``, ``zip.*``; ``table.header`` where no sheet can be used.
    """
    rows = Rows("xlsx", name, stem=stem or name, row="row", prefix=PREFIX)
    with Place(name):
        archive = checked_packing(data)
        files = sheet_files(archive)
        with _damage_told():
            workbook = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
            sheets = [sheet for sheet in workbook.sheets_metadata if sheet.name in files]
        if len(sheets) > SHEETS_MAX:
            raise InputError(
                "xlsx.sheets", f"found {len(sheets)} sheets, expected at most {SHEETS_MAX}"
            )
        missing: list[NoHeaderError] = []
        used = 0
        for sheet in sheets:
            rows.sheet = sheet_label(sheet.name)
            try:
                xml = archive.read(files[sheet.name])
                check_span(xml)
                beside = beside_of(xml)
                lines = list(islice(_lines(workbook, sheet.name, beside), ROWS_MAX + 1))
                if lines and str(lines[0][1][0]).startswith(OURS):
                    continue
                header = read_rows(lines, rows, commas=Commas.EITHER, mapping=mapping)
                beside.hidden_rows.discard(header - 1)  # names under headings are ours to hide
            except NoHeaderError as error:
                missing.append(error)
                _tell_unread(error, rows)
                continue
            except InputError as error:
                rows.refuse_at(rows.sheet, error)
                continue
            used += 1
            _tell_beside(sheet, beside, rows)
        if not used and missing:
            raise max(missing, key=lambda error: error.known)
        if not sheets:
            raise InputError("xlsx.sheets", "the workbook has no sheet with cells")
    return rows.reading()


def checked_packing(data: bytes) -> Archive:
    """The packing of a workbook that may be unpacked.

    Raises:
        InputError: ``zip.*``, ``xlsx.damaged``.
    """
    archive = Archive(data)
    if not recognises(archive):
        raise InputError("xlsx.damaged", "the file is no XLSX workbook; save it again as XLSX")
    size = archive.unpacked_size()
    if size > UNPACKED_MAX or (size > _EXPANSION_FREE and size > EXPANSION_MAX * len(data)):
        raise InputError(
            "zip.expands",
            f"the workbook unpacks to {size:,} bytes, which no list of declarations of this size "
            "does; save the sheet that matters as CSV",
        )
    for member in archive.names():
        if member.endswith((".xml", ".rels", ".vml")):
            content = archive.read(member, max_bytes=UNPACKED_MAX)  # stated sizes may be lies
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                raise InputError(
                    "xlsx.damaged", "the workbook defines XML entities, which no program writes"
                )
    return archive


@contextmanager
def _damage_told() -> Iterator[None]:
    """Whatever is wrong inside a workbook is one sentence for the person who sent it."""
    try:
        yield
    except calamine.PasswordError as error:
        raise InputError(
            "zip.encrypted", "the workbook has a password; save it without one"
        ) from error
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise _damaged() from error
    except BaseException as error:
        if type(error).__name__ == _PANIC:
            raise _damaged() from error
        raise


def _damaged() -> InputError:
    return InputError(
        "xlsx.damaged",
        "the workbook is damaged; open it in a spreadsheet program, save it again as XLSX",
    )


def _lines(
    workbook: calamine.CalamineWorkbook, name: str, beside: Beside
) -> Iterator[tuple[int, list[Cell]]]:
    """The rows that hold anything, each with its number."""
    with _damage_told():
        sheet = workbook.get_sheet_by_name(name)
        end = sheet.end
    if end is None:
        return
    merged = _merged(sheet)
    broken: dict[int, list[tuple[int, Broken]]] = {}
    for (row, column), fault in beside.broken.items():
        broken.setdefault(row, []).append((column, fault))
    with _damage_told():
        table = sheet.to_python(skip_empty_area=False)
    values: dict[tuple[int, int], Cell] = {}
    for at, line in enumerate(table):
        cells: list[Cell] = [*line]
        for column, fault in broken.get(at, ()):
            cells += [""] * (column + 1 - len(cells))
            cells[column] = fault
        for column, first in merged.get(at, ()):
            if first == (at, column):
                values[first] = cells[column] if column < len(cells) else ""
            elif column < len(cells) and is_empty(cells[column]):
                cells[column] = values.get(first, "")
        if not all(map(is_empty, cells)):
            yield at + 1, cells


def _merged(sheet: Any) -> dict[int, list[tuple[int, tuple[int, int]]]]:
    """For each row the cells of merged areas that run over several rows, and where each begins.

    Areas within one row are titles; their first cell holds the value, which is enough.
    """
    cells: dict[int, list[tuple[int, tuple[int, int]]]] = {}
    with _damage_told():
        ranges = sheet.merged_cell_ranges
    spanned = 0
    for first, last in ranges or ():
        if last[0] <= first[0]:
            continue
        spanned += last[0] - first[0] + 1
        if spanned > ROWS_MAX:
            raise InputError(
                "xlsx.cells", "merged cells span more rows than a sheet has; take the merging out"
            )
        for row in range(first[0], last[0] + 1):
            cells.setdefault(row, []).append((first[1], (first[0], first[1])))
    return cells


def _tell_unread(error: NoHeaderError, rows: Rows) -> None:
    """A sheet without places is a note, unless its headings show that it was meant."""
    if error.known >= _MEANT:
        rows.refuse_at(rows.sheet, error)
    else:
        rows.warn(f"{rows.sheet} has no header with a place: not read")


def _tell_beside(sheet: calamine.SheetMetadata, beside: Beside, rows: Rows) -> None:
    label = rows.sheet
    if sheet.visible is not calamine.SheetVisibleEnum.Visible:
        rows.warn(f"{label} is hidden: it was read all the same")
    if beside.hidden_columns:
        rows.warn(f"{label} has hidden columns: they were read all the same")
    hidden = len(beside.hidden_rows)
    if hidden:
        rows.warn(f"{label} has {hidden:,} hidden row{'s' * (hidden != 1)}: read all the same")
    if beside.formulas:
        rows.warn(f"{label} has {beside.formulas:,} formulas: their saved results were read")
