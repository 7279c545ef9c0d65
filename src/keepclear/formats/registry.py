"""Bytes of any format -> Reading: the one door into the readers.

Every format has a name, as ``--read-as`` takes it. Without one, the content decides, then the name
of the file. A byte order mark is accepted and told.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
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
    tabular,
    tracks,
    xlsx,
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
_TABLE_READERS: Final = frozenset({tabular.read, xlsx.read})
"""These take what the person says of columns."""
_FORMAT_OF_FAMILY: Final = MappingProxyType({Family.LINES: "ndjson", Family.TABLE: "csv"})
_RECOGNISERS: Final[tuple[tuple[str, Callable[[Any], bool]], ...]] = (
    ("ed318", ed318.recognises),
    ("ed269", ed269.recognises),
    ("tracks", tracks.recognises),
    ("f3548", f3548.recognises),
    ("geojson", geojson.recognises),
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
) -> Reading:
    """Read a whole file.

    Args:
        data: Its content, uncompressed.
        name: What sentences call it; its ending helps where the content does not tell the format.
        read_as: Format name that overrides both.
        stem: What generated identifiers begin with, another for every file; the name, if nothing
            is given.
        mapping: Of tables: what columns are, by heading; an empty field leaves a column out.

    Raises:
        InputError: The file as a whole cannot be read.
        UsageError: ``read_as`` is no format name.
    """
    if read_as is not None and read_as not in FORMATS:
        raise UsageError(f"format {read_as!r} is not read; choose one of {', '.join(FORMATS)}")
    with _no_collection():
        with Place(name):
            refuse_empty(data)
            bytes_reader = _bytes_reader(data, read_as)
            if bytes_reader is None:
                refuse_binary(data)
        if bytes_reader is not None:
            return _told_columns(bytes_reader, mapping)(data, name=name, stem=stem)
        with Place(name):
            text, warnings = checked_utf8(data)
            reader, content = _reader(text, name, read_as)
        reading = _told_columns(reader, mapping)(content, name=name, stem=stem)
        del content, text  # before the collector counts them
    told = tuple(f"{name}: {warning}" for warning in warnings)
    return replace(reading, warnings=(*told, *reading.warnings))


def _told_columns(
    reader: Callable[..., Reading], mapping: Mapping[str, str] | None
) -> Callable[..., Reading]:
    """The reader, with what the person says of columns where it reads tables."""
    return partial(reader, mapping=mapping) if mapping and reader in _TABLE_READERS else reader


def _bytes_reader(data: bytes, read_as: str | None) -> Callable[..., Reading] | None:
    """The reader of what is no plain UTF-8 text: archives, and XML with encodings of its own."""
    format_ = read_as or archive_format(data) or xml_format(data) or ""
    return _ARCHIVE_READERS.get(format_) or _XML_READERS.get(format_)


def _reader(text: bytes, name: str, read_as: str | None) -> tuple[Callable[..., Reading], Any]:
    """The reader of a checked text, and what it takes: the text, or its decoded JSON."""
    format_ = read_as or _FORMAT_OF_FAMILY.get(text_family(text, name))
    if format_ is not None and format_ in _TEXT_READERS:
        return _TEXT_READERS[format_], text
    document = parse_json(text)
    return _DOCUMENT_READERS[format_ or _recognised(document)], document


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

    With the search on, reading a large file takes several times as long.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
