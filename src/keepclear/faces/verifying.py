"""What a bundle of evidence proves, or a split view; needs this package, PyNaCl and nothing else.

``python -m keepclear.faces.verifying BUNDLE --key KEY [--witness KEY]`` is the same as ``keepclear
verify``, for machines on which nothing but PyNaCl is installed: a test looks at what it imports.
"""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from keepclear.errors import KeepclearError, UsageError, VerificationError
from keepclear.faces.outcome import Exit
from keepclear.record.bundle import BUNDLE_BYTES_MAX, DOES_NOT_PROVE, Evidence, Shown, verify
from keepclear.record.note import Verifier
from keepclear.record.split import Split, is_split, verify_split
from keepclear.record.witness import COSIGNATURE

__all__ = ["evidence_in", "main", "proven_in", "sentences", "telling"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def evidence_in(path: str, key: str, witnesses: Sequence[str], quorum: int = 0) -> Evidence:
    """A bundle that verifies.

    Raises:
        UsageError: as :func:`proven_in`.
        VerificationError: likewise; or it is the proof of a split view, and no bundle.
    """
    found = proven_in(path, key, witnesses, quorum)
    if isinstance(found, Split):
        raise VerificationError(
            "bundle.malformed", "this is the proof of a split view, and no bundle"
        )
    return found


def proven_in(path: str, key: str, witnesses: Sequence[str], quorum: int = 0) -> Evidence | Split:
    """A bundle, or the proof of a split view, that verifies.

    Args:
        path: The bundle.
        key: The record's public key, as it was compared with its party over another path.
        witnesses: Public keys of witnesses that are believed.
        quorum: How many of them must have cosigned a bundle.

    Raises:
        UsageError: the file cannot be read, or more witnesses are asked for than keys were given.
        VerificationError: it does not verify, or a key is none.
    """
    if quorum > len(witnesses):
        raise UsageError(
            f"--quorum {quorum} asks for more witnesses than there are keys; give --witness for each"
        )
    try:
        with Path(path).open("rb") as file:
            data = file.read(BUNDLE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name cannot be a file"
        raise UsageError(f"the bundle {path!r} cannot be read ({reason})") from error
    believed = Verifier.parse(key)
    if is_split(data):
        return verify_split(data, believed)
    try:
        return verify(data, believed, [_witness(one) for one in witnesses], quorum=quorum)
    except VerificationError as error:
        raise VerificationError(error.code, f"{_plain(path)}: {error}") from error


def sentences(evidence: Evidence | Split) -> Iterator[str]:
    """What it proves, line by line, and what it does not."""
    if isinstance(evidence, Split):
        older, newer = evidence.older, evidence.newer
        yield f"verified: {older.origin} was shown in two states that cannot both be true"
        for head in (older, newer):
            yield f"  {head.size} entries, root {b64encode(head.root).decode()}"
        yield "its key signed both: it was rewritten, or different parties were shown different records"
        yield "what this does not prove:"
        yield "  Which of the two is true, or who did it: whoever holds the key may have."
        return
    head = evidence.checkpoint
    yield f"verified: {len(evidence.entries)} of the {head.size} entries of {head.origin}"
    yield f"about (its maker's words, unsigned): {_plain(evidence.about)}"
    for seen in evidence.seen_by:
        yield f"seen by {seen.witness} at {_moment(seen.time_s * 1_000_000)}"
    if not evidence.seen_by:
        yield "seen by no witness whose key was given: only the record's own key vouches for it"
    for shown in evidence.entries:
        yield f"entry {shown.number}: {_told(shown)}"
    yield "what this does not prove:"
    for sentence in DOES_NOT_PROVE:
        yield f"  {sentence}"


def telling(evidence: Evidence | Split) -> dict[str, Any]:
    """The same for programs; bodies are the texts that were recorded."""
    if isinstance(evidence, Split):
        return {
            "keepclear": "verify/1",
            "record": evidence.older.origin,
            "split_view": [
                {"size": head.size, "root": b64encode(head.root).decode()}
                for head in (evidence.older, evidence.newer)
            ],
        }
    return {
        "keepclear": "verify/1",
        "record": evidence.checkpoint.origin,
        "size": evidence.checkpoint.size,
        "about": evidence.about,
        "seen_by": [{"witness": s.witness, "time_s": s.time_s} for s in evidence.seen_by],
        "entries": [
            {"number": shown.number, "body": shown.body.decode("utf-8", "backslashreplace")}
            for shown in evidence.entries
        ],
        "does_not_prove": list(DOES_NOT_PROVE),
    }


def _told(shown: Shown) -> str:
    """Kind, subject and time, where the body says them as a node's entry does."""
    try:
        body = json.loads(shown.body)
        return _plain(f"{_moment(body['at_us'])} {body['entry']} {body['subject']}")
    except (ValueError, KeyError, TypeError, OverflowError):
        return f"{len(shown.body)} bytes"


def _moment(instant_us: int) -> str:
    moment = _EPOCH + timedelta(microseconds=instant_us)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(text: str) -> str:
    """Foreign text on one line: what has no shape is shown by its code point."""
    return "".join(mark if mark.isprintable() else f"\\u{ord(mark):04x}" for mark in text)


def _witness(text: str) -> Verifier:
    """A witness's key, of either type that such keys are given as."""
    try:
        return Verifier.parse(text, kind=COSIGNATURE)
    except VerificationError as error:
        if error.code != "key.unknown-type":
            raise
        return Verifier.parse(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command, without anything that must be installed first."""
    parser = argparse.ArgumentParser(prog="keepclear verify", description=__doc__.split("\n")[0])
    parser.add_argument("bundle")
    parser.add_argument("--key", required=True)
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--quorum", type=int, default=0)
    typed = parser.parse_args(arguments)
    try:
        found = proven_in(typed.bundle, typed.key, typed.witness, typed.quorum)
    except KeepclearError as error:
        sys.stderr.write(f"keepclear: {_plain(str(error))}\n")
        return Exit.USAGE if isinstance(error, UsageError) else Exit.UNVERIFIED
    sys.stdout.write("".join(f"{line}\n" for line in sentences(found)))
    return Exit.NOTHING


if __name__ == "__main__":
    sys.exit(main())
