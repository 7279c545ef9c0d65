"""Evidence that verifies offline: entries with their openings and proofs, under one signed checkpoint.

A bundle is one UTF-8 text of JSON, so that it goes by e-mail and can be printed. Verification needs it,
the record's key as it was compared with its party, and nothing else. The steps, in order:

1. the checkpoint is signed by the key that is believed, and is of the record that is named;
2. each witness whose key is believed cosigned that very checkpoint, and when; as many as asked for;
3. each entry's leaf stands for the body shown (commitment);
4. each leaf stands in the tree under the checkpoint's root (inclusion).

What a bundle does not prove stands in it, in words: completeness, truth, obedience.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keepclear.errors import VerificationError
from keepclear.record.checkpoint import Checkpoint, open_checkpoint
from keepclear.record.commitment import Opening, leaf_of, verify_opening
from keepclear.record.merkle import NodeReader, inclusion_proof, leaf_hash, verify_inclusion
from keepclear.record.note import Verifier, parse_note
from keepclear.record.witness import Cosignature, cosignature_key_id, verify_cosignature

__all__ = ["BUNDLE_BYTES_MAX", "DOES_NOT_PROVE", "Evidence", "Shown", "make", "verify"]

BUNDLE_BYTES_MAX: Final = 100_000_000
FORMAT: Final = "keepclear/bundle/1"
_MEMBERS: Final = frozenset(
    {"format", "record", "about", "checkpoint", "entries", "does_not_prove"}
)
_ENTRY_MEMBERS: Final = frozenset({"number", "salt", "body", "proof"})

DOES_NOT_PROVE: Final = (
    (
        "That anything else was recorded, or that nothing else was: a bundle shows what it shows, and "
        "what was never recorded leaves no trace."
    ),
    (
        "That what was recorded is true: a position can be wrong in a record that is whole, and a "
        "statement about an incident is what its author said, as sure as its author was."
    ),
    (
        "That anybody acted on it: a receipt says that something was received, and a statement that it "
        "was passed on is its author's statement."
    ),
    "When something happened, by any other clock than the record's own and its witnesses'.",
    (
        "That nobody was shown another record: each cosignature is its witness's word that this one "
        "goes on from all that this witness signed before. It says nothing of what others were shown, "
        "and nothing of what is true; witnesses who lie with the record's holder prove nothing."
    ),
)
"""The page that belongs to every bundle."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry that a bundle shows, verified."""

    number: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """A bundle that verifies."""

    checkpoint: Checkpoint
    about: str
    """What its maker says it is about; nobody's signature is on that."""
    entries: tuple[Shown, ...]
    seen_by: tuple[Cosignature, ...]
    """Believed witnesses that signed the checkpoint, and when."""


def make(
    checkpoint: Checkpoint, openings: Iterable[Opening], read: NodeReader, *, about: str
) -> bytes:
    """A bundle of entries.

    Args:
        checkpoint: With the record's signature, and the cosignatures that there are.
        openings: The entries to show.
        read: The record's hashes.
        about: What it is about, for people.
    """
    entries = [
        {
            "number": opening.number,
            "salt": b64encode(opening.salt).decode(),
            "body": b64encode(opening.body).decode(),
            "proof": [
                b64encode(hash_).decode()
                for hash_ in inclusion_proof(opening.number - 1, checkpoint.size, read)
            ],
        }
        for opening in openings
    ]
    whole = {
        "format": FORMAT,
        "record": checkpoint.origin,
        "about": about,
        "checkpoint": checkpoint.note.decode(),
        "entries": entries,
        "does_not_prove": DOES_NOT_PROVE,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def verify(
    data: bytes,
    key: Verifier,
    witnesses: Sequence[Verifier] = (),
    *,
    origin: str | None = None,
    quorum: int = 0,
) -> Evidence:
    """What a bundle proves.

    Args:
        data: The bundle.
        key: The record's key, as it was compared with its party over another path.
        witnesses: Keys of witnesses that are believed.
        origin: The record that it must be of; the key's name, where nothing is said.
        quorum: How many of the witnesses must have signed the checkpoint. A key counts once, whatever
            it is called, and the record's own does not count.

    Raises:
        VerificationError: ``bundle.malformed``, ``bundle.quorum``, and what each step raises.
    """
    whole = _parsed(data)
    # (1) the checkpoint
    note = _text(whole, "checkpoint").encode()
    checkpoint, _ = open_checkpoint(note, origin or key.name, key)
    if whole["record"] != checkpoint.origin:
        raise _malformed("it names another record than its checkpoint does")
    # (2) the witnesses
    signed = dict(_cosignatures(note, checkpoint.text, witnesses))
    _enough({one.public for one in signed}, {one.public for one in witnesses}, key.public, quorum)
    seen_by = tuple(signed.values())
    # (3) and (4) the entries
    shown = tuple(_entry(raw, checkpoint) for raw in _list(whole, "entries"))
    return Evidence(checkpoint, _text(whole, "about"), shown, seen_by)


def _cosignatures(
    note: bytes, text: str, witnesses: Sequence[Verifier]
) -> Iterable[tuple[Verifier, Cosignature]]:
    known = {(key.name, cosignature_key_id(key)): key for key in witnesses}
    for signature in parse_note(note).signatures:
        key = known.get((signature.name, signature.key_id))
        if key is not None:
            yield key, verify_cosignature(text, signature, key)


def _enough(signed: set[bytes], given: set[bytes], own: bytes, quorum: int) -> None:
    found, possible = len(signed - {own}), len(given - {own})
    if found < quorum:
        raise VerificationError(
            "bundle.quorum",
            f"{found} of the {possible} witnesses whose keys were given cosigned it, and {quorum} are "
            "asked for; ask its maker for one with their cosignatures",
        )


def _entry(raw: Any, checkpoint: Checkpoint) -> Shown:
    if not isinstance(raw, dict) or raw.keys() != _ENTRY_MEMBERS or type(raw["number"]) is not int:
        raise _malformed("an entry is not as the format makes it")
    proof = tuple(_bytes(hash_) for hash_ in _list(raw, "proof"))
    try:
        opening = Opening(raw["number"], _bytes(raw["salt"]), _bytes(raw["body"]))
    except ValueError:
        raise _malformed("an entry has no number from 1, or no salt of 32 bytes") from None
    leaf = leaf_of(opening)
    verify_opening(leaf, opening)
    verify_inclusion(leaf_hash(leaf), opening.number - 1, checkpoint.size, proof, checkpoint.root)
    return Shown(opening.number, opening.body)


def _parsed(data: bytes) -> dict[str, Any]:
    if len(data) > BUNDLE_BYTES_MAX:
        raise _malformed(f"it has more than {BUNDLE_BYTES_MAX:,} bytes")
    try:
        whole = json.loads(data, object_pairs_hook=_no_doubles, parse_constant=_no_constants)
    except (ValueError, RecursionError):
        raise _malformed("it is not JSON, or names a member twice") from None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT or whole.keys() != _MEMBERS:
        raise _malformed(f"it is not {FORMAT}")
    return whole


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member is named twice")
    return dict(pairs)


def _no_constants(word: str) -> Any:
    raise ValueError(word)


def _text(whole: dict[str, Any], name: str) -> str:
    value = whole[name]
    if not isinstance(value, str):
        raise _malformed(f"{name} is no text")
    return value


def _list(whole: dict[str, Any], name: str) -> list[Any]:
    value = whole[name]
    if not isinstance(value, list):
        raise _malformed(f"{name} is no list")
    return value


def _bytes(value: Any) -> bytes:
    try:
        decoded = b64decode(value, validate=True) if isinstance(value, str) else None
    except ValueError:
        decoded = None
    if decoded is None or b64encode(decoded).decode() != value:
        raise _malformed("a value is not base64 in its one spelling")
    return decoded


def _malformed(why: str) -> VerificationError:
    return VerificationError("bundle.malformed", f"this is no evidence bundle: {why}")
