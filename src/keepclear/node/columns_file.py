"""A file of named columns: written once, signed, and read whole or not at all.

The layout, for who wants to read one: a line ``keepclear columns 1``; the columns one after the other,
each from the next multiple of 64 bytes on, in the byte order of the machine; the table of contents as
JSON; a signed note; and the lengths of both in text. The note names the key and the hash of the table
of contents, which says what the file is of and holds the hash of each column. A file that is torn, is
another's, or was changed in any bit is not read.
"""

from __future__ import annotations

import json
import os
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from keepclear.errors import VerificationError
from keepclear.record.note import Signer, Verifier, open_note, sign

__all__ = ["read_columns", "write_columns"]

_MAGIC: Final = b"keepclear columns 1\n"
_ALIGNED: Final = 64
_END: Final = 48
"""Bytes of the last line: the lengths of the contents and of the note, each in 20 characters."""
_CONTENTS_MAX: Final = 1_000_000
_DTYPES: Final = frozenset(
    {"uint8", "int8", "bool", "int32", "int64", "uint64", "float64", "int16"}
)
_PIECE: Final = 1 << 20
"""Bytes that are hashed and written in one go."""
_SIGNED: Final = "keepclear/columns/1"


def write_columns(
    path: Path,
    columns: Mapping[str, np.ndarray],
    about: Mapping[str, Any],
    key: Signer,
    rest: Callable[[IO[bytes]], None] = lambda _: None,
) -> int:
    """Put a file in its place, whole and durable; its size in bytes.

    Args:
        path: Where it is to be; what was there goes.
        columns: By name.
        about: What else its reader must know; JSON.
        key: Signs it.
        rest: Called with the file after each piece of it, by whoever is not to be in others' way.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            size = _write(file, columns, about, key, rest)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(path.parent)
    return size


def read_columns(
    path: Path,
    key: Verifier,
    wanted: Callable[[Mapping[str, Any]], bool],
    grows: Callable[[str], bool] = lambda _: False,
) -> dict[str, np.ndarray]:
    """All columns of a file, and nothing of one in which anything is not as it was signed.

    Args:
        path: The file.
        key: Who must have signed it.
        wanted: Whether it is the right one, by what it is about; else nothing more of it is read.
        grows: Of which columns more will follow: each is the first half of a longer one.

    Raises:
        OSError: it cannot be read.
        VerificationError: one phrase says why it is not believed.
    """
    with path.open("rb") as file:
        contents = _contents(file, key)
        if not wanted(contents["about"]):
            raise VerificationError(
                "snapshot.other", "it is of another state, or another keepclear"
            )
        with ThreadPoolExecutor(1) as hands:
            asked = []
            found = {}
            for name, dtype, shape, offset, digest in contents["columns"]:
                column = found[name] = _column(file, dtype, shape, offset, 1 + grows(name))
                asked.append(hands.submit(_is, column, digest))
            if not all(one.result() for one in asked):
                raise VerificationError("snapshot.damaged", "a column is not what was signed")
    return found


def _write(
    file: IO[bytes],
    columns: Mapping[str, np.ndarray],
    about: Mapping[str, Any],
    key: Signer,
    rest: Callable[[IO[bytes]], None],
) -> int:
    at = file.write(_MAGIC)
    rows = []
    for name, given in columns.items():
        column = np.ascontiguousarray(given)
        at += file.write(bytes(-at % _ALIGNED))
        digest = sha256()
        for piece in _pieces(column):
            file.write(piece)
            digest.update(piece)
            rest(file)
        rows.append([name, str(column.dtype), list(column.shape), at, digest.hexdigest()])
        at += column.nbytes
    contents = json.dumps({"about": dict(about), "columns": rows}).encode()
    note = sign(_text(key.name, contents), [key])
    end = f"{len(contents):>20} {len(note):>20}".ljust(_END - 1).encode() + b"\n"
    return at + file.write(contents + note + end)


def _contents(file: IO[bytes], key: Verifier) -> dict[str, Any]:
    """The table of contents, as it was signed."""
    size = os.fstat(file.fileno()).st_size
    if file.read(len(_MAGIC)) != _MAGIC or size < len(_MAGIC) + _END:
        raise VerificationError("snapshot.torn", "it has no beginning, or no end")
    file.seek(size - _END)
    try:
        lengths = [int(part) for part in file.read(_END).decode("ascii").split()]
    except (ValueError, UnicodeDecodeError):
        lengths = []
    if len(lengths) != 2 or min(lengths) < 0 or max(lengths) > _CONTENTS_MAX or sum(lengths) > size:
        raise VerificationError("snapshot.torn", "it has no end")
    file.seek(size - _END - sum(lengths))
    contents, note = file.read(lengths[0]), file.read(lengths[1])
    if open_note(note, [key]).text != _text(key.name, contents):
        raise VerificationError("snapshot.contents", "its table of contents is not what was signed")
    found: dict[str, Any] = json.loads(contents)
    for _, dtype, shape, offset, _ in found["columns"]:
        length = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        if dtype not in _DTYPES or offset + length > size:
            raise VerificationError("snapshot.torn", "it is shorter than it says")
    return found


def _text(name: str, contents: bytes) -> str:
    return f"{_SIGNED}\n{name}\n{b64encode(sha256(contents).digest()).decode()}\n"


def _column(file: IO[bytes], dtype: str, shape: list[int], offset: int, room: int) -> np.ndarray:
    column = np.empty([room * shape[0], *shape[1:]], dtype=dtype)[: shape[0]]
    file.seek(offset)
    view = _bytes_of(column)
    done = 0
    while done < len(view):
        more = file.readinto(view[done:])  # type: ignore[attr-defined]
        if not more:
            raise VerificationError("snapshot.torn", "it is shorter than it says")
        done += more
    return column


def _is(column: np.ndarray, digest: str) -> bool:
    return sha256(_bytes_of(column)).hexdigest() == digest


def _bytes_of(column: np.ndarray) -> memoryview:
    return column.reshape(-1).view(np.uint8).data


def _pieces(column: np.ndarray) -> Iterable[memoryview]:
    data = _bytes_of(column)
    return (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
