"""What is asked of a witness (C2SP tlog-witness, ``add-checkpoint``): old size, proof, checkpoint.

::

    old 20852014
    <a hash of the proof of consistency, in base64>
    ...

    <the checkpoint, a signed note>

Rules kept here: what is read is written again and compared. Nobody's signature is looked at, and no
proof: that is :mod:`keepclear.record.witness`.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keepclear.errors import VerificationError
from keepclear.record.checkpoint import SIZE_MAX
from keepclear.record.merkle import HASH_BYTES
from keepclear.record.witness import PROOF_LINES_MAX

__all__ = ["ADDITION_BYTES_MAX", "Addition", "read_addition", "write_addition"]

ADDITION_BYTES_MAX: Final = 50_000
"""The proof has some 3,000; the rest is a checkpoint with all the signatures that it may have."""
_OLD: Final = "old "


@dataclass(frozen=True, slots=True)
class Addition:
    """One request."""

    old: int
    """Entries of the checkpoint that the asker believes the witness to have signed last; 0: none."""
    proof: tuple[bytes, ...]
    note: bytes
    """The new checkpoint, as it was signed."""


def write_addition(old: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """The request."""
    hashes = "".join(f"{b64encode(one).decode()}\n" for one in proof)
    return f"{_OLD}{old}\n{hashes}\n".encode() + note


def read_addition(data: bytes) -> Addition:
    """What a request asks for.

    Raises:
        VerificationError: ``witness.malformed``.
    """
    head, blank, note = data.partition(b"\n\n")
    if len(data) > ADDITION_BYTES_MAX or not blank or not note:
        raise _malformed()
    try:
        first, *hashes = head.decode("ascii").split("\n")
        old = int(first.removeprefix(_OLD))
        proof = tuple(b64decode(one, validate=True) for one in hashes)
    except ValueError:
        raise _malformed() from None
    if len(proof) > PROOF_LINES_MAX or any(len(one) != HASH_BYTES for one in proof):
        raise _malformed()
    if not 0 <= old <= SIZE_MAX or write_addition(old, proof, note) != data:
        raise _malformed()  # +5, 007, loose base64: one request, one spelling
    return Addition(old, proof, note)


def _malformed() -> VerificationError:
    return VerificationError(
        "witness.malformed",
        "this asks a witness for nothing: expected a line 'old N', the hashes of a proof, an empty "
        "line, and a checkpoint",
    )
