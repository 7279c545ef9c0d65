"""Cosignatures (C2SP tlog-cosignature): what a witness saw, and when, of another party's record.

A witness keeps, for each record, the last checkpoint that it signed, and signs another one only when
it is shown to begin with that. :func:`advance` decides; whoever calls it must make the new state
durable before the cosignature leaves, and must do both as one step: two requests at once may not
both start from the same state.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from keepclear.errors import SplitViewError, VerificationError
from keepclear.record.checkpoint import Checkpoint
from keepclear.record.merkle import EMPTY_ROOT, verify_consistency
from keepclear.record.note import Signature, Signer, Verifier

__all__ = [
    "COSIGNATURE",
    "PROOF_LINES_MAX",
    "Cosignature",
    "Seen",
    "advance",
    "cosign",
    "cosignature_key_id",
    "verify_cosignature",
]

COSIGNATURE: Final = 0x04
"""Signature type: Ed25519 over the header, the time and the checkpoint."""
PROOF_LINES_MAX: Final = 63
"""Hashes in a proof of consistency: enough for 2**63 entries."""
_TIME_BYTES: Final = 8
_SECONDS_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Seen:
    """The last state of a record that a witness signed."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: bytes = b""
    """The checkpoint's note, as evidence; empty where nothing was seen."""


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's statement: as of this time, the largest state that I saw is this one."""

    witness: str
    time_s: int
    """Seconds since 1970, by the witness's own clock."""


def advance(seen: Seen, checkpoint: Checkpoint, old: int, proof: tuple[bytes, ...]) -> Seen:
    """The state after a checkpoint was accepted.

    Args:
        seen: What this witness signed last of this record.
        checkpoint: The new one, verified as the record's own.
        old: The size that the sender believes to have been signed last.
        proof: Consistency of the two.

    Raises:
        VerificationError: ``witness.stale``: another size was signed last; ``witness.older``;
            ``record.consistency``.
        SplitViewError: two checkpoints of one size with two roots; it carries both.
    """
    if old > checkpoint.size:
        raise VerificationError(
            "witness.older", f"the checkpoint has {checkpoint.size} entries, fewer than {old}"
        )
    if checkpoint.size == seen.size and checkpoint.root != seen.root:
        raise SplitViewError(
            f"{checkpoint.origin} signed two different records of {seen.size} entries; both notes "
            "are kept as proof",
            seen.note,
            checkpoint.note,
        )
    if old != seen.size:
        raise VerificationError(
            "witness.stale", f"the last state signed has {seen.size} entries, not {old}"
        )
    if len(proof) > PROOF_LINES_MAX:
        raise VerificationError(
            "record.consistency", f"a proof has at most {PROOF_LINES_MAX} hashes"
        )
    if seen.size:
        verify_consistency(seen.size, checkpoint.size, seen.root, checkpoint.root, proof)
    elif proof:
        raise VerificationError("record.consistency", "nothing was seen yet; expected no proof")
    return Seen(checkpoint.size, checkpoint.root, checkpoint.note)


def cosign(checkpoint: Checkpoint, signer: Signer, time_s: int) -> Signature:
    """A cosignature line for a checkpoint that was accepted and is durable."""
    value = _time(time_s) + signer.sign(_message(checkpoint.text, time_s))
    return Signature(signer.name, cosignature_key_id(signer.verifier), value)


def verify_cosignature(text: str, signature: Signature, key: Verifier) -> Cosignature:
    """What a witness says of a checkpoint.

    Args:
        text: The checkpoint's text.
        signature: One signature line of its note.
        key: The witness's key.

    Raises:
        VerificationError: ``note.bad-signature``.
    """
    time_s = int.from_bytes(signature.value[:_TIME_BYTES], "big")
    if (
        signature.name != key.name
        or signature.key_id != cosignature_key_id(key)
        or not 0 < time_s <= _SECONDS_MAX
        or not key.holds(_message(text, time_s), signature.value[_TIME_BYTES:])
    ):
        raise VerificationError(
            "note.bad-signature", f"the cosignature of {key.name!r} does not fit the checkpoint"
        )
    return Cosignature(key.name, time_s)


def cosignature_key_id(key: Verifier) -> bytes:
    """The key id of a witness's key, which its signature type is part of."""
    material = key.name.encode() + b"\n" + bytes([COSIGNATURE]) + key.public
    return sha256(material).digest()[:4]


def _message(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def _time(time_s: int) -> bytes:
    if not 0 < time_s <= _SECONDS_MAX:
        raise ValueError("a cosignature needs a time after 1970")
    return time_s.to_bytes(_TIME_BYTES, "big")
