"""The proof that a record was shown in two states that cannot both be true; it verifies offline.

Two checkpoints that the record's own key signed. Where both have one size, two roots are the proof.
Else the hashes of a proof of consistency show that the larger one begins with another record than the
smaller one is: they lead to the larger root, and on the way to a root that is not the smaller one's.
Nobody can make such hashes for a record that only grew.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Final

from keepclear.errors import VerificationError
from keepclear.record.checkpoint import Checkpoint, open_checkpoint
from keepclear.record.merkle import HASH_BYTES, begins_with
from keepclear.record.note import Verifier
from keepclear.record.witness import PROOF_LINES_MAX

__all__ = ["SPLIT", "SPLIT_BYTES_MAX", "Split", "is_split", "make_split", "verify_split"]

SPLIT: Final = "keepclear/split-view/1"
SPLIT_BYTES_MAX: Final = 1_000_000
_MEMBERS: Final = ("format", "record", "older", "newer", "proof", "says")
_SAYS: Final = (
    "The key of this record signed both checkpoints, and no record that only grew has both. It was "
    "rewritten, or different parties were shown different ones. It is not shown which of the two is "
    "true, nor who did it: whoever holds the key may have."
)


@dataclass(frozen=True, slots=True)
class Split:
    """Two states that cannot both be true, verified."""

    older: Checkpoint
    """The one with fewer entries; of one size, the one that was seen first."""
    newer: Checkpoint


def make_split(
    older: Checkpoint, newer: Checkpoint, root: bytes = b"", proof: Sequence[bytes] = ()
) -> bytes | None:
    """The proof, or nothing where these prove nothing.

    Args:
        older: The one with fewer entries.
        newer: The other one.
        root: What the newer one is said to begin with, of as many entries as the older one has;
            empty, where both have one size.
        proof: Hashes of consistency from that root to the newer one's.
    """
    led = (root, *proof) if root else tuple(proof)
    if not _cannot_both_be(older, newer, led):
        return None
    return _written(
        {
            "format": SPLIT,
            "record": older.origin,
            "older": older.note.decode(),
            "newer": newer.note.decode(),
            "proof": [b64encode(one).decode() for one in led],
            "says": _SAYS,
        }
    )


def is_split(data: bytes) -> bool:
    """Whether a file says that it is such a proof; nothing of it was verified."""
    try:
        whole = json.loads(data[: SPLIT_BYTES_MAX + 1])
    except (ValueError, RecursionError):
        return False
    return isinstance(whole, dict) and whole.get("format") == SPLIT


def verify_split(data: bytes, key: Verifier) -> Split:
    """What a proof shows.

    Args:
        data: The proof.
        key: The record's key, as it was compared with its party over another path.

    Raises:
        VerificationError: ``split.malformed``; ``split.no-proof``: both can be true; ``note.*``,
            ``checkpoint.*``.
    """
    whole = _parsed(data)
    older, newer = (
        open_checkpoint(whole[name].encode(), key.name, key)[0] for name in ("older", "newer")
    )
    if whole["record"] != key.name:
        raise _malformed()
    if not _cannot_both_be(older, newer, tuple(map(_hash, whole["proof"]))):
        raise VerificationError(
            "split.no-proof", "both checkpoints can be true: nothing is proven against anybody"
        )
    return Split(older, newer)


def _cannot_both_be(older: Checkpoint, newer: Checkpoint, led: Sequence[bytes]) -> bool:
    """Whether no record has both. ``led``: the root that the newer one begins with, then the proof."""
    if older.origin != newer.origin or not 0 < older.size <= newer.size:
        return False
    if older.size == newer.size:
        return not led and not compare_digest(older.root, newer.root)
    if not led or compare_digest(led[0], older.root):
        return False
    try:
        first, second = begins_with(older.size, newer.size, led[0], led[1:])
    except VerificationError:
        return False
    return compare_digest(first, led[0]) and compare_digest(second, newer.root)


def _written(whole: Any) -> bytes:
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(data) if len(data) <= SPLIT_BYTES_MAX else None
        same = _written(whole) == data.removesuffix(
            b"\n"
        )  # one spelling, so that no member stands twice
    except (ValueError, RecursionError):
        raise _malformed() from None
    if (
        not same
        or not isinstance(whole, dict)
        or tuple(whole) != _MEMBERS
        or whole["format"] != SPLIT
        or not all(isinstance(whole[name], str) for name in ("record", "older", "newer", "says"))
        or not isinstance(whole["proof"], list)
        or len(whole["proof"]) > PROOF_LINES_MAX + 1
    ):
        raise _malformed()
    return whole


def _hash(value: Any) -> bytes:
    try:
        found = b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        found = b""
    if len(found) != HASH_BYTES or b64encode(found).decode() != value:
        raise _malformed()
    return found


def _malformed() -> VerificationError:
    return VerificationError(
        "split.malformed", f"this is not {SPLIT}: keep it, and ask for it again"
    )
