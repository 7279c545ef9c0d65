"""A node's keys: of its record, of its messages, and its root. Seeds in files that only it reads.

The root key signs the cards that say which the other keys are. It is needed on the day of an enrolment
and when a key changes; on other days it belongs on a stick in a safe, and not in the folder.

A key file is one line of base64 with mode 0600. One that others may read is refused, because a key that
somebody else may have proves nothing any more; neither is it repaired here, so that its owner decides.
"""

from __future__ import annotations

import binascii
import os
import stat
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Final

from keepclear.errors import ConfigurationError
from keepclear.record.note import Signer

__all__ = [
    "AGE_KEY",
    "MESSAGE_KEY",
    "RECORD_KEY",
    "ROOT_KEY",
    "read_key",
    "read_secret",
    "write_key",
    "write_secret",
]

RECORD_KEY: Final = "record"
MESSAGE_KEY: Final = "message"
ROOT_KEY: Final = "root"
AGE_KEY: Final = "age"
"""Opens files that were encrypted to this node; a line of text, and no seed."""
_BYTES_MAX: Final = 1_000
_OTHERS: Final = 0o077


def write_key(folder: Path, which: str, seed: bytes) -> None:
    """Keep a new seed, as base64; never over another.

    Raises:
        OSError: It exists, or cannot be written.
    """
    write_secret(folder / which, b64encode(seed))


def write_secret(place: Path, line: bytes) -> None:
    """Keep one line for its owner alone; never over another.

    Raises:
        OSError: It exists, or cannot be written.
    """
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(folder: Path, which: str, name: str) -> Signer:
    """A key of this node, by the name that its signatures carry.

    Raises:
        ConfigurationError: it is missing, damaged, or others may read it.
    """
    place = folder / which
    try:
        return Signer(name, b64decode(read_secret(place), validate=True))
    except (binascii.Error, ValueError):
        raise ConfigurationError(
            f"the key {str(place)!r} is damaged: expected 32 bytes in base64; restore it"
        ) from None


def read_secret(place: Path) -> bytes:
    """The one line of a file that only its owner may read.

    Raises:
        ConfigurationError: it is missing, or others may read it.
    """
    try:
        with place.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(_BYTES_MAX)
    except OSError as error:
        raise ConfigurationError(
            f"the key {str(place)!r} cannot be read ({error.strerror}); restore it from where the "
            "keys are kept; a new one would begin another record"
        ) from error
    if mode & _OTHERS:
        raise ConfigurationError(
            f"others may read the key {str(place)!r} (mode {mode:04o}); if nobody did, set it to "
            "0600; else make a new node and tell the other parties"
        )
    return data.strip()
