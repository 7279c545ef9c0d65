"""KMZ: a ZIP archive with a KML file in it, and the pictures that it shows.

The document is ``doc.kml``, else the first file whose name ends in ``.kml``, as viewers take it.
Other KML files in the archive are not read, and named; pictures are not unpacked at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from keepclear.errors import InputError
from keepclear.formats import kml
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.text import shown
from keepclear.formats.xmltext import BYTES_MAX
from keepclear.formats.zipped import Archive

__all__ = ["document_of", "read"]

_DOCUMENT: Final = "doc.kml"
_ENDING: Final = ".kml"
_NAMED_MAX: Final = 5
"""Files that a warning names; more are counted."""


def document_of(names: tuple[str, ...]) -> str | None:
    """The name of the file in an archive that a viewer opens; None where there is no KML in it."""
    documents = [name for name in names if name.lower().endswith(_ENDING)]
    at_top = [name for name in documents if name.lower() == _DOCUMENT]
    return next(iter((*at_top, *documents)), None)


def read(data: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Read a KMZ file.

    Args:
        data: The archive.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``zip.*``, and what the KML reader raises for the whole.
    """
    with Place(name):
        archive = Archive(data)
        document = document_of(archive.names())
        if document is None:
            raise InputError(
                "kmz.no-kml",
                "there is no file in the archive whose name ends in .kml; is it a KMZ?",
            )
        content = archive.read(document, max_bytes=BYTES_MAX)
    reading = kml.read(content, name=f"{name} {document}", stem=stem or name)
    others = [other for other in archive.names() if other.lower().endswith(_ENDING)]
    others.remove(document)
    told = list(reading.warnings)
    if others:
        named = ", ".join(shown(other) for other in others[:_NAMED_MAX])
        told.insert(
            0,
            f"{name}: {len(others):,} other KML file{'' if len(others) == 1 else 's'} in the "
            f"archive were not read: {named}",
        )
    return replace(reading, format="kmz", warnings=tuple(told))
