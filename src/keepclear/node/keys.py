"""A node's two keys: one signs its record, the other its messages. Seeds in files that only it reads.

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

__all__ = ["MESSAGE_KEY", "RECORD_KEY", "read_key", "write_key"]

RECORD_KEY: Final = "record"
MESSAGE_KEY: Final = "message"
_BYTES_MAX: Final = 1_000
_OTHERS: Final = 0o077


def write_key(folder: Path, which: str, seed: bytes) -> None:
    """Keep a new seed; never over another.

    Raises:
        OSError: It exists, or cannot be written.
    """
    handle = os.open(folder / which, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(b64encode(seed) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(folder: Path, which: str, name: str) -> Signer:
    """A key of this node, by the name that its signatures carry.

    Raises:
        ConfigurationError: it is missing, damaged, or others may read it.
    """
    place = folder / which
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
    try:
        return Signer(name, b64decode(data.strip(), validate=True))
    except (binascii.Error, ValueError):
        raise ConfigurationError(
            f"the key {str(place)!r} is damaged: expected 32 bytes in base64; restore it"
        ) from None
