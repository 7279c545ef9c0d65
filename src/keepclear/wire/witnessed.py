"""What a node keeps of witnessing <-> JSON: what it signed of others, and others of its record.

Kept beside the entries and not in them. A value that is read again was written here.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

__all__ = ["Cosigned", "Signed", "decode_kept", "encode_kept"]


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What this desk signed last of a record."""

    party: str
    """Whose it is: under another's name it is another record."""
    size: int
    root: bytes
    note: bytes
    """The checkpoint as it came."""


class Cosigned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a party has cosigned of this desk's record."""

    party: str
    witness: str
    """The name of its key."""
    size: int
    root: bytes
    time_s: int
    """Seconds since 1970, by its clock."""
    key_id: bytes
    value: bytes
    """The signature, with its time in front."""


Form = TypeVar("Form", Signed, Cosigned)


def encode_kept(value: Signed | Cosigned) -> bytes:
    """The bytes that are kept."""
    return msgspec.json.encode(value)


def decode_kept(data: bytes, form: type[Form]) -> Form:
    """What kept bytes stand for.

    Raises:
        ValueError: they are not of this form; nothing of ours writes them so.
    """
    return msgspec.json.decode(data, type=form)
