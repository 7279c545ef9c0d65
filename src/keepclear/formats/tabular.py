"""CSV (RFC 4180) -> declarations: one row each, in any order of columns and in four languages.

Cells are separated by commas, semicolons or tabs, whichever makes the most known headings. Rows are
refused by the line on which they start. What columns and cells mean is left to ``sheets``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from keepclear.errors import InputError
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.rows import Rows
from keepclear.formats.sheets.cells import Commas
from keepclear.formats.sheets.columns import HEADER_ROWS, fields_of, placed
from keepclear.formats.sheets.door import PREFIX, read_rows

__all__ = ["looks_like_header", "read"]

_HEAD_LENGTH: Final = 65_536
"""Characters of the first lines that are looked at to tell the separator."""
_COMMAS: Final = MappingProxyType({",": Commas.SEPARATOR, ";": Commas.DECIMAL, "\t": Commas.EITHER})
"""The separators, and what a comma between digits may be where each is used."""
_MANY: Final = 3
"""So many known headings make a table of a text whose name does not say that it is one."""


def looks_like_header(line: str) -> bool:
    """Whether the first line of a text names columns that say where a row is."""
    fields = _most_fields([line])[1]
    known = len({field for field in fields if field})
    return placed(fields) and (known >= _MANY or known == len(fields))


def read(
    data: bytes,
    *,
    name: str,
    stem: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Reading:
    """Read checked UTF-8 without a byte order mark.

    Args:
        data: The text.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.
        mapping: What columns are, by heading, where the reader should not tell by itself.

    Raises:
        InputError: ``table.header``: nothing in the table can be used.
    """
    text = data.decode()
    rows = Rows("csv", name, stem=stem or name, row="line", prefix=PREFIX)
    separator = _most_fields(text[:_HEAD_LENGTH].splitlines()[:HEADER_ROWS])[0]
    with Place(name):
        lines = _lines(text, separator, rows)
        read_rows(lines, rows, commas=_COMMAS[separator], mapping=mapping)
    return rows.reading()


def _most_fields(lines: list[str]) -> tuple[str, list[str | None]]:
    """The separator that makes the most known headings in one line, and these."""
    best: tuple[int, int, str, list[str | None]] = (-1, 0, ",", [])
    for separator in _COMMAS:
        for line in lines:
            try:
                cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
            except csv.Error:
                continue
            fields = fields_of(cells, {})
            known = len({field for field in fields if field})
            rank = (known, line.count(separator), separator, fields)
            if rank[:2] > best[:2]:
                best = rank
    return best[2], best[3]


def _lines(text: str, separator: str, rows: Rows) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the line it starts on; broken ones are refused."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
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
