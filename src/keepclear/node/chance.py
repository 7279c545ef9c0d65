"""The only reader of randomness: everything else is given the bytes it works with."""

from __future__ import annotations

import secrets

from keepclear.record.commitment import SALT_BYTES

__all__ = ["name_part", "salt", "seed"]

_SEED_BYTES = 32


def seed() -> bytes:
    """A new private key of Ed25519."""
    return secrets.token_bytes(_SEED_BYTES)


def salt() -> bytes:
    """The salt of one entry; never used twice."""
    return secrets.token_bytes(SALT_BYTES)


def name_part() -> str:
    """Eight letters that make a record's name its own."""
    return secrets.token_hex(4)
