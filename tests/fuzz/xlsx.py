"""Workbooks: the bytes as they are, and as the sheet inside a sound one, which they seldom reach."""

from __future__ import annotations

import io
import zipfile

from openpyxl import Workbook

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

SHEET = "xl/worksheets/sheet1.xml"


def _book() -> bytes:
    book = Workbook()
    book.active.append(["Reference", "Type", "Lat", "Long", "Confirmed on"])
    book.active.append(["A", "clinic", 47.3, "8,5", "2015-11-20"])
    book.active.append(["=1+1", "clinic", "#REF!", 8.5, None])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


_WHOLE = _book()
with zipfile.ZipFile(io.BytesIO(_WHOLE)) as _archive:
    _PARTS = {name: _archive.read(name) for name in _archive.namelist()}
SEEDS = (_WHOLE, _PARTS[SHEET])


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    packed = data if data.startswith(b"PK") else _around(data)
    try:
        read_bytes(packed, name="fuzz", read_as="xlsx")
    except InputError:
        return


def _around(sheet: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, sheet if name == SHEET else content)
    return file.getvalue()
