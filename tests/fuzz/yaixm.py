"""One input of a fuzzer for the reader of ``yaixm``: only an input error may come out."""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes


def one(data: bytes) -> None:
    """Read arbitrary bytes; whatever is no input error leaves this function and is a find."""
    try:
        read_bytes(data, name="fuzz", read_as="yaixm")
    except InputError:
        return
