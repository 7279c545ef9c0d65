"""Workbooks made here: the same bytes for the same content, and text that stays text."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell

from keepclear.formats.sheets.cells import guarded
from keepclear.formats.zipped import Archive, packed

__all__ = ["CELL_TEXT_MAX", "put_text", "saved"]

_CORE: Final = "docProps/core.xml"
_STAMP: Final = datetime(2015, 11, 20)  # noqa: DTZ001  the format keeps no offset
_MODIFIED: Final = re.compile(rb"(<dcterms:(modified|created)[^>]*>)[^<]*(</dcterms:\2>)")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")
"""Texts that cannot be taken for a formula already."""
_NO_CELL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What the XML of a sheet cannot hold."""
CELL_TEXT_MAX: Final = 32_767
"""Characters that a cell of a spreadsheet holds."""


def put_text(cell: Cell, text: str) -> None:
    """Write a text that is never worked out as a formula, whatever it begins with."""
    if not _GUARDED.match(text):
        text = guarded(text)
    cell.value = _NO_CELL.sub(" ", text)[:CELL_TEXT_MAX]
    cell.data_type = "s"


def saved(workbook: Workbook, *, creator: str | None = "keepclear") -> bytes:
    """The bytes of a workbook, without the time at which it was made.

    Args:
        workbook: What to save.
        creator: Who made it; ``None`` leaves what a copy says.
    """
    if creator is not None:
        workbook.properties.creator = creator
    file = BytesIO()
    workbook.save(file)
    archive = Archive(file.getvalue())
    members: dict[str, bytes] = {}
    stamp = _STAMP.isoformat().encode() + b"Z"
    for name in archive.names():
        content = archive.read(name)
        if name == _CORE:
            content = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
        members[name] = content
    return packed(members)
