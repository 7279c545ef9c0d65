"""One GeoJSON feature per line: NDJSON, GeoJSONSeq, and text sequences (RFC 8142).

A line that cannot be used is refused by its number, and all others are still read, whatever their
state: a file that was cut off loses only its last line. Blank lines are skipped.
"""

from __future__ import annotations

from typing import Final

from keepclear.errors import InputError
from keepclear.formats.geojson import PREFIX, take_feature
from keepclear.formats.jsontext import parse_json
from keepclear.formats.reading import Reading
from keepclear.formats.rows import Rows

__all__ = ["RECORD_SEPARATOR", "read"]

RECORD_SEPARATOR: Final = b"\x1e"
"""What RFC 8142 puts before each feature, which may then run over several lines."""


def read(data: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Read checked UTF-8 without a byte order mark, one feature per line or record.

    Args:
        data: The text.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.
    """
    rows = Rows("ndjson", name, stem=stem or name, row="line", prefix=PREFIX)
    line = 1
    sequence = data.lstrip().startswith(RECORD_SEPARATOR)
    for text in data.split(RECORD_SEPARATOR if sequence else b"\n"):
        if text.strip():
            number = line + _blank_lines_before(text)
            try:
                feature = parse_json(text)
            except InputError as error:
                rows.refuse(error, number)
            else:
                take_feature(rows, feature, number=number)
        line += text.count(b"\n") if sequence else 1
    return rows.reading()


def _blank_lines_before(text: bytes) -> int:
    return text[: len(text) - len(text.lstrip())].count(b"\n")
