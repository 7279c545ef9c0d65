"""Passwords of people at a desk: what one must be, its hash, and the comparison with one.

Both take a tenth of a second or two, and 64 MiB, on purpose, so neither is ever done by the thread that
decides: whoever asks the node hashes before, or compares between two questions, and lets at most
:data:`HASHES_AT_ONCE` run. A password is compared with something even where there is no such person,
so that the work is the same.

Left to others: how often somebody may try (:mod:`keepclear.node.attempts`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Final

from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret, verify_secret

from keepclear.errors import RuleError

__all__ = ["HASHES_AT_ONCE", "NOBODYS", "PasswordHash", "check_password", "hash_password"]

HASHES_AT_ONCE: Final = 2
"""Of 64 MiB each; a flood of log-ins waits, and does not take the machine's memory."""
LENGTH_MIN: Final = 15
"""Where there is no second factor: NIST SP 800-63B-4, section 3.1.1.2."""
LENGTH_MAX: Final = 256
_DIFFERENT_MIN: Final = 6
"""Different characters; fewer are a pattern."""
_TIME_COST: Final = 3
_MEMORY_KIB: Final = 65_536
_LANES: Final = 4
_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 32
"""The second recommended option of RFC 9106, section 4, with argon2id."""


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """What is kept of a password."""

    encoded: bytes = field(repr=False)
    """With its parameters and its salt, as argon2 writes it."""


NOBODYS: Final = PasswordHash(
    b"$argon2id$v=19$m=65536,t=3,p=4$a2VlcGNsZWFyIG5vYm9keQ$"
    b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""The hash of no password that anybody knows: compared with where there is nobody."""


def hash_password(password: str, salt: bytes) -> PasswordHash:
    """The hash of a new password; slow on purpose.

    Args:
        password: As it was typed.
        salt: Bytes of chance, at least 16, that are used for nothing else.

    Raises:
        RuleError: ``access.password``: it is too short, too long or a pattern; never says what it was.
    """
    text = _prepared(password)
    if len(text) < LENGTH_MIN or len(password) > LENGTH_MAX:
        raise RuleError(
            "access.password",
            f"a password here has {LENGTH_MIN} to {LENGTH_MAX} characters; four or five words do",
        )
    if len(set(text)) < _DIFFERENT_MIN:
        raise RuleError(
            "access.password",
            f"a password here has at least {_DIFFERENT_MIN} different characters",
        )
    if len(salt) < _SALT_BYTES:
        raise ValueError(f"a salt has at least {_SALT_BYTES} bytes")
    return PasswordHash(
        hash_secret(
            text.encode("utf-8", "surrogatepass"),
            salt[:_SALT_BYTES],
            time_cost=_TIME_COST,
            memory_cost=_MEMORY_KIB,
            parallelism=_LANES,
            hash_len=_TAG_BYTES,
            type=Type.ID,
        )
    )


def check_password(kept: PasswordHash, password: str) -> bool:
    """Whether a password is the one that was hashed; slow on purpose, whatever the answer is."""
    text = _prepared(password[: LENGTH_MAX + 1])  # one more than any password has: surely another
    try:
        return verify_secret(kept.encoded, text.encode("utf-8", "surrogatepass"), Type.ID)
    except (VerificationError, InvalidHashError):
        return False


def _prepared(password: str) -> str:
    """One spelling for what looks the same on different keyboards (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
