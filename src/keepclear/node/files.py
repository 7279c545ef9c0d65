"""Opens the files that a person names, and writes the report where they asked for it.

Whatever is wrong with a file comes back as one :class:`InputError` with a ``file.*`` code and one
sentence. Nothing here looks at the content, except for the two bytes that mark gzip. The limit is
checked before and while reading, so that a file too large costs no memory.
"""

from __future__ import annotations

import gzip
import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO, Final

from keepclear.errors import InputError

__all__ = ["BYTES_MAX", "STDIN", "party_names", "read_file", "shown", "write_file"]

BYTES_MAX: Final = 1_000_000_000
"""Default of ``--max-bytes``: a million declared volumes are 0.5 GB; more is rarely a plan."""
STDIN: Final = "-"
"""The name that stands for standard input, and for standard output after ``-o``."""

_CHUNK: Final = 1 << 20
_GZIP_MAGIC: Final = b"\x1f\x8b"
_EXPANSION_MAX: Final = 200
"""Real declarations shrink 5 to 50 times; what expands further was made to fill the memory."""
_EXPANSION_FREE: Final = 10_000_000
"""Below this size no ratio is looked at: a small file of equal rows is harmless."""


def shown(path: str | os.PathLike[str]) -> str:
    r"""A path as it can be printed anywhere: bytes that are no UTF-8 become ``\xNN``."""
    if os.fspath(path) == STDIN:
        return "<stdin>"
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read_file(path: str | os.PathLike[str], *, max_bytes: int = BYTES_MAX) -> bytes:
    """The content of a file, or of standard input for ``-``; gzip is unpacked.

    Args:
        path: File name or ``-``.
        max_bytes: Limit of the file as it lies there, and of what it unpacks to.

    Raises:
        InputError: ``file.missing``, ``file.directory``, ``file.unreadable``, ``file.empty``,
            ``file.too-large``, ``file.gzip`` (damaged), ``file.expands``.
    """
    try:
        data = _content(path, max_bytes)
        if data.startswith(_GZIP_MAGIC):
            data = _unpacked(data, max_bytes)
        _not_empty(data)
    except InputError as error:
        raise error.inside(shown(path)) from error
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte in it
        raise _explained(error).inside(shown(path)) from error
    return data


def _not_empty(data: bytes) -> None:
    if not data:
        raise InputError("file.empty", "it is empty; was it written to the end?")


def _content(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    if os.fspath(path) == STDIN:
        return _capped(sys.stdin.buffer, 0, max_bytes)
    with Path(path).open("rb") as file:
        status = os.fstat(file.fileno())
        size = status.st_size if stat.S_ISREG(status.st_mode) else 0
        if size > max_bytes:
            raise _too_large(f"has {size:,} bytes", max_bytes)
        return _capped(file, size, max_bytes)


def _capped(file: BinaryIO, size: int, max_bytes: int) -> bytes:
    """All that the file gives; a pipe, or a file that is still being written, may give too much."""
    first = file.read(size) if size else b""
    total = len(first)
    chunks = [first] if first else []
    while chunk := file.read(_CHUNK):
        total += len(chunk)
        if total > max_bytes:
            raise _too_large("goes on", max_bytes)
        chunks.append(chunk)
    return b"".join(chunks)


def _unpacked(data: bytes, max_bytes: int) -> bytes:
    total, chunks = 0, []
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as file:
            while chunk := file.read(_CHUNK):
                total += len(chunk)
                if total > max_bytes:
                    raise _too_large("goes on when it is unpacked", max_bytes)
                if total > _EXPANSION_FREE and total > _EXPANSION_MAX * len(data):
                    raise InputError(
                        "file.expands",
                        f"it unpacks to more than {_EXPANSION_MAX} times its size, which no list "
                        "of declarations does; unpack it yourself if you trust it",
                    )
                chunks.append(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(
            "file.gzip", "its gzip packing is damaged or cut short; ask for it again"
        ) from error
    return b"".join(chunks)


def _too_large(found: str, max_bytes: int) -> InputError:
    return InputError(
        "file.too-large",
        f"it {found} beyond the limit of {max_bytes:,} bytes; split it, or raise --max-bytes",
    )


def _explained(error: OSError | ValueError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError("file.missing", "there is no such file; check the name and the folder")
    if isinstance(error, IsADirectoryError):
        return InputError("file.directory", "it is a folder; name the files in it")
    if isinstance(error, PermissionError):
        return InputError("file.unreadable", "you have no permission to read it")
    reason = getattr(error, "strerror", None) or "the name cannot be a file"
    return InputError("file.unreadable", f"it cannot be read ({reason})")


def party_names(paths: Sequence[str]) -> tuple[str, ...]:
    """For each file the party that its unnamed declarations belong to: the file's stem.

    Two files with the same stem must not become one party, because nothing inside one party is
    compared: they get as much of their path as tells them apart.
    """
    steps = [_names_by_length(path) for path in paths]
    names = [step[0] for step in steps]
    depth = 1
    while len(set(names)) < len(names) and depth < max(map(len, steps)):
        twice = {name for name in names if names.count(name) > 1}
        names = [
            step[min(depth, len(step) - 1)] if name in twice else name
            for name, step in zip(names, steps, strict=True)
        ]
        depth += 1
    return tuple(names)


def _names_by_length(path: str) -> list[str]:
    """Stem, file name, folder/file name and so on: ever longer names of one file."""
    if path == STDIN:
        return ["stdin"]
    parts = PurePath(shown(path)).parts
    name = parts[-1] if parts else shown(path)
    unpacked = name[:-3] if name.lower().endswith(".gz") else name
    stem = PurePath(unpacked).stem or name
    return [stem, *("/".join(parts[-count:]) for count in range(1, len(parts) + 1))]


def write_file(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a report whole or not at all: into a new file beside it, which then takes its place.

    A device or a pipe is written as it is. Links are followed, permissions of an older file stay.

    Raises:
        OSError: It cannot be written; an older file of that name is as it was.
    """
    place = Path(os.path.realpath(path))
    if place.exists() and not place.is_file():
        with place.open("wb") as file:
            file.write(data)
        return
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_permissions(place))
        Path(name).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _permissions(place: Path) -> int:
    with suppress(OSError):
        return stat.S_IMODE(place.stat().st_mode)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
