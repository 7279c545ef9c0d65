"""Bytes of any format -> Reading: the one door into the readers.

Every format has a name, as ``--read-as`` takes it. Without one, the content decides, then the name
of the file. A byte order mark is accepted and told.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from keepclear.errors import InputError, UsageError
from keepclear.formats import (
    cot,
    ed269,
    ed318,
    f3548,
    geojson,
    gpx,
    kml,
    kmz,
    ndjson,
    notam,
    notam_json,
    openair,
    readsb,
    sbs,
    tabular,
    tracks,
    xlsx,
    yaixm,
)
from keepclear.formats.jsontext import parse_json
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.sniff import (
    Family,
    archive_format,
    refuse_binary,
    text_family,
    xml_format,
)
from keepclear.formats.text import checked_utf8, refuse_empty, shown

__all__ = ["FORMATS", "read_bytes"]

_TEXT_READERS: Final = MappingProxyType[str, Callable[..., Reading]](
    {
        "ndjson": ndjson.read,
        "csv": tabular.read,
        "openair": openair.read,
        "yaixm": yaixm.read,
        "notam": notam.read,
        "sbs": sbs.read,
        "sbs-utc": sbs.read_utc,
    }
)
"""Take checked UTF-8 and the file's name."""
_DOCUMENT_READERS: Final = MappingProxyType[str, Callable[..., Reading]](
    {
        "geojson": geojson.read,
        "tracks": tracks.read,
        "f3548": f3548.read,
        "ed269": ed269.read,
        "ed318": ed318.read,
        "notam-json": notam_json.read,
        "readsb": readsb.read,
    }
)
"""Take decoded JSON and the file's name."""
_XML_READERS: Final = MappingProxyType[str, Callable[..., Reading]](
    {
        "kml": kml.read,
        "gpx": gpx.read,
        "cot": cot.read,
    }
)
"""Take the bytes of an XML text in any encoding that it declares, and the file's name."""
_ARCHIVE_READERS: Final = MappingProxyType[str, Callable[..., Reading]](
    {
        "kmz": kmz.read,
        "xlsx": xlsx.read,
    }
)
"""Take the bytes of a ZIP archive and the file's name."""
_TABLES: Final = frozenset({"csv", "xlsx"})
"""Formats that take what the person says of columns."""
_FORMAT_OF_FAMILY: Final = MappingProxyType(
    {
        Family.LINES: "ndjson",
        Family.TABLE: "csv",
        Family.OPENAIR: "openair",
        Family.YAIXM: "yaixm",
        Family.NOTAM: "notam",
        Family.SBS: "sbs",
    }
)
_RECOGNISERS: Final[tuple[tuple[str, Callable[[Any], bool]], ...]] = (
    ("ed318", ed318.recognises),
    ("ed269", ed269.recognises),
    ("tracks", tracks.recognises),
    ("f3548", f3548.recognises),
    ("geojson", geojson.recognises),
    ("notam-json", notam_json.recognises),
    ("readsb", readsb.recognises),
)
"""Asked in this order: ED-318 is GeoJSON too, and ED-269 files sometimes borrow its words."""

FORMATS: Final = (*_DOCUMENT_READERS, *_TEXT_READERS, *_XML_READERS, *_ARCHIVE_READERS)
"""Names of all formats that are read."""


def read_bytes(
    data: bytes,
    *,
    name: str,
    read_as: str | None = None,
    stem: str | None = None,
    mapping: Mapping[str, str] | None = None,
    compiled: bool = False,
) -> Reading:
    """Read a whole file.

    Args:
        data: Its content, uncompressed.
        name: What sentences call it; its ending helps where the content does not tell the format.
        read_as: Format name that overrides both.
        stem: What generated identifiers begin with, another for every file; the name, if nothing
            is given.
        mapping: Of tables: what columns are, by heading; an empty field leaves a column out.
        compiled: Readers that have a compiled part have it ready: it pays for smaller files.

    Raises:
        InputError: The file as a whole cannot be read.
        UsageError: ``read_as`` is no format name.
    """
    if read_as is not None and read_as not in FORMATS:
        raise UsageError(f"format {read_as!r} is not read; choose one of {', '.join(FORMATS)}")
    with _no_collection():
        with Place(name):
            refuse_empty(data)
            bytes_format = _bytes_format(data, read_as)
            if bytes_format is None:
                refuse_binary(data)
        if bytes_format is not None:
            more: dict[str, Any] = {"mapping": mapping} if bytes_format in _TABLES else {}
            if bytes_format == "cot":
                more["compiled"] = compiled
            bytes_reader = {**_ARCHIVE_READERS, **_XML_READERS}[bytes_format]
            return bytes_reader(data, name=name, stem=stem, **more)
        with Place(name):
            text, warnings = checked_utf8(data)
            format_, reader, content = _reader(text, name, read_as)
        said = {"mapping": mapping} if format_ in _TABLES else {}
        reading = reader(content, name=name, stem=stem, **said)
        del content, text  # before the collector counts them
    told = tuple(f"{name}: {warning}" for warning in warnings)
    return replace(reading, warnings=(*told, *reading.warnings))


def _bytes_format(data: bytes, read_as: str | None) -> str | None:
    """The format of what is no plain UTF-8 text: archives, and XML with encodings of its own."""
    format_ = read_as or archive_format(data) or xml_format(data)
    return format_ if format_ in _ARCHIVE_READERS or format_ in _XML_READERS else None


def _reader(text: bytes, name: str, read_as: str | None) -> tuple[str, Callable[..., Reading], Any]:
    """The format of a checked text, its reader, and what that takes: text, or decoded JSON."""
    format_ = read_as or _FORMAT_OF_FAMILY.get(text_family(text, name))
    if format_ is not None and format_ in _TEXT_READERS:
        return format_, _TEXT_READERS[format_], text
    document = parse_json(text)
    format_ = format_ or _recognised(document)
    return format_, _DOCUMENT_READERS[format_], document


def _recognised(document: Any) -> str:
    for format_, recognises in _RECOGNISERS:
        if recognises(document):
            return format_
    advice = "name its format with --read-as"
    if isinstance(document, list) and document and geojson.recognises(document[0]):
        advice = "put the features into a FeatureCollection"
    raise InputError(
        "format.unknown",
        f"found JSON ({shown(document)}) in none of the forms that are read: "
        f"{', '.join(_DOCUMENT_READERS)}; {advice}",
    )


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for reference cycles while millions of values are built: they form none.

    With the search on, reading a large file takes several times as long; and what was read would all
    be searched once more at its end, if it did not count as old by then.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if not gc.get_freeze_count():  # else the program around us has set something aside
                gc.freeze()
                gc.unfreeze()
            gc.enable()
