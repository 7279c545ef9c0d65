"""What a workbook says beside the values of its cells: what is hidden, what has no value.

The values come from elsewhere (``xlsx``); this looks into the XML of a sheet for hidden rows and
columns, for formulas whose result was not saved, and for error cells. Entities and documents outside
are never followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from lxml import etree

from keepclear.errors import InputError
from keepclear.formats.sheets.cells import Broken
from keepclear.formats.zipped import Archive

__all__ = ["CELLS_MAX", "ROWS_MAX", "Beside", "beside_of", "check_span", "sheet_files"]

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_IDS: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_WORTH_A_LOOK: Final = (b"hidden=", b"<f", b't="e"', b":f>", b":f ")
"""Without any of these a sheet has nothing to tell, and most sheets have none."""
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
_REFERENCES: Final = re.compile(rb"\br\s*=\s*[\"']\s*\$?([A-Za-z]*)\$?(\d+)")
"""References of cells, in whatever way a program might write them."""
_ESCAPED_REFERENCE: Final = re.compile(rb"\br\s*=\s*[\"'][^\"'<>]*&")
CELLS_MAX: Final = 10_000_000
"""Cells that one sheet may span: a million rows of ten columns; a stray cell far away makes more."""
ROWS_MAX: Final = 1_100_000
"""Rows of one sheet: what spreadsheet programs can hold, rounded up."""
_NO_RESULT: Final = "a formula whose result is not saved"
_OPEN_AND_SAVE: Final = "open the file in a spreadsheet program, save it and send it again"
_WRITE_VALUE: Final = "write the value itself"


@dataclass(slots=True)
class Beside:
    """What a sheet says beside its values; rows and columns counted from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formulas: int = 0
    """Cells whose value is the saved result of a formula."""
    broken: dict[tuple[int, int], Broken] = field(default_factory=dict)
    """By row and column."""


def sheet_files(archive: Archive) -> dict[str, str]:
    """The file of each sheet, by the sheet's name.

    Raises:
        InputError: ``xlsx.damaged``, and what unpacking raises.
    """
    names = set(archive.names())
    targets = {}
    relations = "xl/_rels/workbook.xml.rels"
    if relations in names:
        for element in _parsed(archive.read(relations)):
            target = element.get("Target", "").lstrip("/")
            targets[element.get("Id")] = target if target.startswith("xl/") else f"xl/{target}"
    files = {}
    for element in _parsed(archive.read("xl/workbook.xml")).iter(
        f"{_MAIN}sheet", f"{_STRICT}sheet"
    ):
        relation = next((element.get(name) for name in _IDS if element.get(name)), None)
        if targets.get(relation) in names:
            files[element.get("name", "")] = targets[relation]
    return files


def check_span(xml: bytes) -> None:
    """Refuse a sheet that spans more cells than there is memory for.

    The library that reads values makes room for the whole rectangle, and where there is none it ends
    the process. So the references are looked at before it sees them.

    Raises:
        InputError: ``xlsx.cells``, ``xlsx.damaged``.
    """
    if b"\x00" in xml or _ESCAPED_REFERENCE.search(xml):
        raise _damaged()
    found = _REFERENCES.findall(xml)
    rows = max((int(digits) for digits in {digits for _, digits in found}), default=0)
    columns = max(
        (_column(letters.decode().upper()) for letters in {a for a, _ in found}), default=-1
    )
    if rows > ROWS_MAX or rows * (columns + 1) > CELLS_MAX:
        raise InputError(
            "xlsx.cells",
            f"the sheet spans {rows:,} rows and {columns + 1:,} columns, expected at most "
            f"{CELLS_MAX:,} cells; delete what stands far outside the table",
        )


def beside_of(xml: bytes) -> Beside:
    """What one sheet's XML says beside its values.

    Raises:
        InputError: ``xlsx.damaged``.
    """
    beside = Beside()
    if not any(mark in xml for mark in _WORTH_A_LOOK):
        return beside
    for tag, element in _elements(xml):
        if tag == "row":
            if element.get("hidden") in {"1", "true"}:
                beside.hidden_rows.add(_whole(element.get("r")) - 1)
            element.clear()
        elif tag == "col":
            if element.get("hidden") in {"1", "true"}:
                first, last = _whole(element.get("min")), _whole(element.get("max"))
                beside.hidden_columns.update(range(first - 1, min(last, first + 1_000)))
        elif tag == "c":
            _cell(element, beside)
    return beside


def _cell(element: etree._Element, beside: Beside) -> None:
    parts = {etree.QName(child).localname: child.text for child in element}
    formula = "f" in parts
    at = _REFERENCE.fullmatch(element.get("r", ""))
    if not at or not (formula or element.get("t") == "e"):
        return
    place = (int(at[2]) - 1, _column(at[1]))
    if element.get("t") == "e":
        advice = f"mend the formula, or {_WRITE_VALUE}" if formula else _WRITE_VALUE
        beside.broken[place] = Broken((parts.get("v") or "an error")[:20], advice)
    elif not parts.get("v"):
        beside.broken[place] = Broken(_NO_RESULT, _OPEN_AND_SAVE)
    else:
        beside.formulas += 1


def _whole(text: str | None) -> int:
    """A number of a row or column, 1 where it says none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 1


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _elements(xml: bytes) -> Iterator[tuple[str, etree._Element]]:
    """Rows, columns and cells, each once it is whole."""
    walk = etree.iterparse(
        BytesIO(xml), events=("end",), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        for _, element in walk:
            if isinstance(element.tag, str):
                yield etree.QName(element).localname, element
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _damaged() from error


def _parsed(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _damaged() from error


def _damaged() -> InputError:
    return InputError(
        "xlsx.damaged",
        "the workbook is damaged; open it in a spreadsheet program, save it again as XLSX",
    )
