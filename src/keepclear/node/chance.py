"""The only reader of randomness: everything else is given the bytes it works with."""

from __future__ import annotations

import secrets

from keepclear.record.commitment import SALT_BYTES

__all__ = ["name_part", "request_key", "salt", "seed"]

_SEED_BYTES = 32
_KEY_BYTES = 8
"""Of a request that is known again: nobody guesses at it, and people may have to type it."""


def seed() -> bytes:
    """A new private key of Ed25519."""
    return secrets.token_bytes(_SEED_BYTES)


def salt() -> bytes:
    """The salt of one entry; never used twice."""
    return secrets.token_bytes(SALT_BYTES)


def name_part() -> str:
    """Eight letters that make a record's name its own."""
    return secrets.token_hex(4)


def request_key() -> str:
    """By which one request is known again; never made twice."""
    return secrets.token_hex(_KEY_BYTES)
