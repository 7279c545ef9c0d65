"""KMZ: the archive round a KML file."""

from __future__ import annotations

import io
import zipfile

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes
from tests.fuzz.kml import SEEDS as DOCUMENTS


def packed(document: bytes, method: int) -> bytes:
    """An archive that is the same in every run."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo("doc.kml", (2015, 11, 20, 0, 0, 0)), document, method)
    return held.getvalue()


SEEDS = (
    packed(DOCUMENTS[0], zipfile.ZIP_DEFLATED),
    packed(DOCUMENTS[1], zipfile.ZIP_STORED),
)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="kmz")
    except InputError:
        return
