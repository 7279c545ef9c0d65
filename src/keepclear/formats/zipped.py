"""ZIP archives held in memory: which files they hold, and one of them unpacked within limits.

KMZ and XLSX are such archives. Sizes that an archive states are not believed: unpacking stops where
the limit is reached. Nothing is ever written anywhere, so names inside that point elsewhere do no
harm; they are compared as text.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from keepclear.errors import InputError

__all__ = ["EXPANSION_MAX", "MEMBERS_MAX", "UNPACKED_MAX", "ZIP_MAGIC", "Archive", "packed"]

ZIP_MAGIC: Final = b"PK\x03\x04"
MEMBERS_MAX: Final = 10_000
"""Files in one archive: a spreadsheet has dozens, a KMZ with pictures hundreds."""
UNPACKED_MAX: Final = 1_000_000_000
"""Bytes that one file may unpack to: the limit of a file that is not packed."""
EXPANSION_MAX: Final = 200
"""Real documents shrink 5 to 50 times; what expands further was made to fill the memory."""
_EXPANSION_FREE: Final = 10_000_000
"""Below this size no ratio is looked at."""
_CHUNK: Final = 1 << 20
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The first day that the packing knows."""
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises for archives that are not what they say."""


class Archive:
    """A ZIP archive in memory.

    Raises:
        InputError: ``zip.damaged``, ``zip.members``.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip: Final = zipfile.ZipFile(BytesIO(data))
        except _BROKEN as error:
            raise _damaged() from error
        if len(self._zip.infolist()) > MEMBERS_MAX:
            raise InputError(
                "zip.members",
                f"the archive holds {len(self._zip.infolist()):,} files, expected at most "
                f"{MEMBERS_MAX:,}; unpack it and give the file that matters",
            )

    def names(self) -> tuple[str, ...]:
        """The files in it, in its own order; folders and files without a name left out."""
        names = (info.filename for info in self._zip.infolist())
        return tuple(name for name in names if name and not name.endswith("/"))

    def unpacked_size(self) -> int:
        """Bytes of all files as the archive states them; it may lie."""
        return sum(info.file_size for info in self._zip.infolist())

    def read(self, name: str, *, max_bytes: int = UNPACKED_MAX) -> bytes:
        """One file, unpacked.

        Raises:
            InputError: ``zip.damaged``, ``zip.encrypted``, ``zip.expands``.
        """
        info = self._zip.getinfo(name)
        if info.flag_bits & 0x1:
            raise InputError(
                "zip.encrypted", f"{name[:80]!r} in the archive is encrypted; save it without"
            )
        allowed = min(max_bytes, max(_EXPANSION_FREE, EXPANSION_MAX * max(info.compress_size, 1)))
        chunks, total = [], 0
        try:
            with self._zip.open(info) as file:
                while chunk := file.read(_CHUNK):
                    total += len(chunk)
                    if total > allowed:
                        raise _expands(name, allowed)
                    chunks.append(chunk)
        except _BROKEN as error:
            raise _damaged() from error
        return b"".join(chunks)


def _damaged() -> InputError:
    return InputError(
        "zip.damaged", "the ZIP packing is damaged or cut short; ask for the file again"
    )


def _expands(name: str, allowed: int) -> InputError:
    return InputError(
        "zip.expands",
        f"{name[:80]!r} in the archive unpacks to more than {allowed:,} bytes, which no list of "
        "declarations of this size does; unpack it yourself if you trust it",
    )


def packed(members: Mapping[str, bytes]) -> bytes:
    """An archive of these files; the same bytes for the same content, whenever it is made."""
    with zipfile.ZipFile(BytesIO(), mode="w") as archive:
        file = archive.fp
        assert isinstance(file, BytesIO)
        for name, content in members.items():
            info = zipfile.ZipInfo(name, date_time=_NO_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return file.getvalue()
