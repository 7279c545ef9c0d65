"""Secrets that are shown once and kept as a hash: links, sessions, programs' tokens.

Each has 256 bits of chance, so one plain SHA-256 is enough: nobody can try them out. What is looked up
is the hash; how long a look-up takes tells something of the hash at most, which is of no use without
the secret.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

__all__ = ["LINK_PREFIX", "PROGRAM_PREFIX", "digest", "new_token"]

PROGRAM_PREFIX: Final = "kc_"
LINK_PREFIX: Final = "kl_"
"""So that one that got into a file or a log is found there, and none looks like an option."""
_BYTES: Final = 32


def new_token(chance: bytes, prefix: str = "") -> str:
    """A secret that goes into a link, a header or a cookie.

    Args:
        chance: 32 bytes that are used for nothing else.
        prefix: What is written before it.
    """
    if len(chance) != _BYTES:
        raise ValueError(f"a secret is made of {_BYTES} bytes")
    return prefix + urlsafe_b64encode(chance).decode().rstrip("=")


def digest(token: str) -> str:
    """What is kept of a secret; the same for no other."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
