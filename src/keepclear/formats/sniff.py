"""Which family of text a file is, by its content first and its name second.

Content decides, because names lie: a service saves GeoJSON as ``.json`` and a spreadsheet saves CSV
as ``.txt``. Files of other kinds are refused here with what to do instead. Which standard a JSON
document follows is told in ``registry``, once it is decoded.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import Final

from keepclear.errors import InputError
from keepclear.formats import xlsx
from keepclear.formats.kmz import document_of
from keepclear.formats.ndjson import RECORD_SEPARATOR
from keepclear.formats.notam_text import looks_like_notam
from keepclear.formats.openair import looks_like_openair
from keepclear.formats.sbs import looks_like_sbs
from keepclear.formats.tabular import looks_like_header
from keepclear.formats.text import shown
from keepclear.formats.xmltext import as_utf8, is_xml, root_name
from keepclear.formats.yaixm import looks_like_yaixm
from keepclear.formats.zipped import ZIP_MAGIC, Archive

__all__ = ["Family", "archive_format", "refuse_binary", "text_family", "xml_format"]


class Family(Enum):
    """What kind of text a file is."""

    JSON = "JSON"
    """One JSON document."""
    LINES = "JSON lines"
    """One JSON document per line or record."""
    TABLE = "table"
    """Cells under a header."""
    OPENAIR = "OpenAir"
    YAIXM = "YAIXM"
    NOTAM = "NOTAM"
    SBS = "SBS-1 lines"


_BINARY: Final = (
    (b"\x1f\x8b", "gzip", "unpack it first"),
    (
        b"PK\x03\x04",
        "a ZIP archive with neither KML nor a workbook in it",
        "unpack it, or save it again as KMZ or XLSX",
    ),
    (b"SQLite format 3\x00", "a SQLite database such as a GeoPackage", "export it as GeoJSON"),
    (b"%PDF", "PDF", "ask for the data as GeoJSON or CSV"),
)
_XML_ROOTS: Final = MappingProxyType(
    {
        "kml": "kml",
        "gpx": "gpx",
        "event": "cot",
        "events": "cot",
    }
)
"""First elements of the XML formats that are read, without their namespace."""
_LINE_NAMES: Final = (".ndjson", ".jsonl", ".geojsonl", ".geojsons", ".geojsonseq", ".jsonseq")
_TABLE_NAMES: Final = (".csv", ".tsv", ".tab")
_JSON_NAMES: Final = (".json", ".geojson")
_LOOKED_AT: Final = 65_536
"""Bytes of a first line that are looked at to tell a header."""


def refuse_binary(data: bytes) -> None:
    """Refuse what is no text at all.

    Raises:
        InputError: ``file.binary``.
    """
    for mark, what, advice in _BINARY:
        if data.startswith(mark):
            raise InputError("file.binary", f"the file is {what}, expected text; {advice}")


def text_family(data: bytes, name: str) -> Family:
    """The family of a checked UTF-8 text.

    Raises:
        InputError: ``format.unknown``.
    """
    body = data.lstrip()
    lower = name.lower()
    if body.startswith(RECORD_SEPARATOR):
        return Family.LINES
    if body.startswith(b"{") and _goes_on_with_another(body):
        return Family.LINES
    if body.startswith((b"{", b"[")):
        return Family.LINES if lower.endswith(_LINE_NAMES) else Family.JSON
    family = _text_without_brackets(body[:_LOOKED_AT].decode(errors="replace"), lower)
    if family is not None:
        return family
    raise InputError(
        "format.unknown",
        "neither the content nor the name of the file says its format; name it with --read-as "
        "(keepclear check --help lists the formats)",
    )


def xml_format(data: bytes) -> str | None:
    """The format of an XML text by the name of its first element; None where it is no XML.

    Raises:
        InputError: ``format.unknown`` for XML of another kind, ``xml.*``, ``file.encoding``.
    """
    if not is_xml(data):
        return None
    root = root_name(as_utf8(data))
    format_ = _XML_ROOTS.get(root)
    if format_ is None:
        raise InputError(
            "format.unknown",
            f"the file is XML with the root element {shown(root)}, expected one of "
            f"{', '.join(_XML_ROOTS)}; convert it to GeoJSON",
        )
    return format_


def archive_format(data: bytes) -> str | None:
    """The format of a ZIP archive by the files in it; None where it is no archive that is read.

    Raises:
        InputError: ``zip.*``.
    """
    if not data.startswith(ZIP_MAGIC):
        return None
    archive = Archive(data)
    if xlsx.recognises(archive):
        return "xlsx"
    return "kmz" if document_of(archive.names()) is not None else None


def _text_without_brackets(head: str, name: str) -> Family | None:
    """The family of what is neither JSON nor XML, by its beginning; then by the file's name."""
    first = head.splitlines()[0]
    tests = (
        (Family.SBS, looks_like_sbs(first)),  # before tables: such recordings are often called .csv
        (Family.OPENAIR, looks_like_openair(head)),
        (Family.TABLE, name.endswith(_TABLE_NAMES) or looks_like_header(first)),
        (Family.YAIXM, looks_like_yaixm(head)),
        (Family.NOTAM, looks_like_notam(head)),  # last of the contents: it may begin with anything
        (Family.LINES, name.endswith(_LINE_NAMES)),
        (Family.JSON, name.endswith(_JSON_NAMES)),
    )
    return next((family for family, holds in tests if holds), None)


def _goes_on_with_another(body: bytes) -> bool:
    """Whether the first line is a whole object and the next one begins another."""
    end = body.find(b"\n")
    return (
        end > 0
        and body[max(0, end - _LOOKED_AT) : end].rstrip().endswith(b"}")
        and body[end : end + _LOOKED_AT].lstrip().startswith(b"{")
    )
