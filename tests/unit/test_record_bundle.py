"""Evidence: what a bundle shows is proved, and every change to it is found."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

import pytest

from keepclear.errors import VerificationError
from keepclear.record import bundle, merkle
from keepclear.record.checkpoint import UnverifiedCheckpoint, open_checkpoint, sign_checkpoint
from keepclear.record.commitment import Opening, leaf_of, verify_opening
from keepclear.record.note import Signer, with_signature
from keepclear.record.witness import cosign

ALDER = Signer("alder.example/log", bytes(range(32)))
BIRCH = Signer("birch.example/desk", bytes(range(1, 33)))
OPENINGS = [Opening(k, bytes([k]) * 32, f"entry {k}".encode()) for k in range(1, 12)]
LEAVES = [leaf_of(opening) for opening in OPENINGS]


def read(level, index):
    if level == 0:
        return merkle.leaf_hash(LEAVES[index])
    return merkle.node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))


@pytest.fixture
def checkpoint():
    root = merkle.root_of(0, len(LEAVES), read)
    note = sign_checkpoint(UnverifiedCheckpoint(ALDER.name, len(LEAVES), root), ALDER)
    unsigned, _ = open_checkpoint(note, ALDER.name, ALDER.verifier)
    note = with_signature(note, cosign(unsigned, BIRCH, 1_448_000_000))
    return open_checkpoint(note, ALDER.name, ALDER.verifier)[0]


@pytest.fixture
def data(checkpoint):
    return bundle.make(checkpoint, [OPENINGS[2], OPENINGS[10]], read, about="Relief S1")


def refused(data, code=None, key=ALDER, **more):
    with pytest.raises(VerificationError) as error:
        bundle.verify(data, key.verifier, **more)
    if code:
        assert error.value.code == code


def test_a_bundle_proves_what_it_shows(data):
    found = bundle.verify(data, ALDER.verifier, [BIRCH.verifier])
    assert [(e.number, e.body) for e in found.entries] == [(3, b"entry 3"), (11, b"entry 11")]
    assert found.about == "Relief S1"
    assert [(c.witness, c.time_s) for c in found.seen_by] == [(BIRCH.name, 1_448_000_000)]


def test_a_witness_that_is_not_believed_says_nothing(data):
    assert bundle.verify(data, ALDER.verifier).seen_by == ()


def test_it_says_what_it_does_not_prove(data):
    page = " ".join(json.loads(data)["does_not_prove"])
    for word in ("nothing else was", "true", "acted"):
        assert word in page


def test_another_key_proves_nothing(data):
    refused(data, "note.unsigned", BIRCH)
    refused(data, "checkpoint.other-record", origin="other")


def changed(data, **members):
    return json.dumps({**json.loads(data), **members}).encode()


def test_every_change_of_an_entry_is_found(data):
    entries = json.loads(data)["entries"]
    for at, entry in enumerate(entries):
        for name, value in {
            "body": b64encode(b"entry 4").decode(),
            "salt": b64encode(bytes(32)).decode(),
            "number": entry["number"] - 1,
            "proof": entry["proof"][:-1],
        }.items():
            others = [*entries[:at], {**entry, name: value}, *entries[at + 1 :]]
            refused(changed(data, entries=others), "record.inclusion")


def test_a_change_of_the_checkpoint_is_found(data):
    note = json.loads(data)["checkpoint"]
    refused(changed(data, checkpoint=note.replace("\n11\n", "\n12\n")), "note.bad-signature")


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"[]",
        b'{"format": "keepclear/bundle/2"}',
        b'{"format": "a", "format": "keepclear/bundle/1"}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_what_is_no_bundle_is_refused(broken):
    refused(broken, "bundle.malformed")


@pytest.mark.parametrize(
    ("name", "value"),
    [("entries", {}), ("entries", [{}]), ("about", 1), ("checkpoint", None), ("record", "other")],
)
def test_members_of_another_form_are_refused(data, name, value):
    refused(changed(data, **{name: value}))


def test_loose_base64_is_refused(data):
    entries = json.loads(data)["entries"]
    proof = entries[0]["proof"][0]
    assert proof.endswith("=")
    loose = proof[:-2] + chr(ord(proof[-2]) + 1) + "="
    assert b64decode(loose) == b64decode(proof)
    entries[0]["proof"][0] = loose
    refused(changed(data, entries=entries), "bundle.malformed")


def test_an_opening_fits_one_leaf_only():
    opening = OPENINGS[0]
    verify_opening(LEAVES[0], opening)
    for other in (
        Opening(2, opening.salt, opening.body),
        Opening(1, bytes(32), opening.body),
        Opening(1, opening.salt, opening.body + b" "),
        Opening(1, opening.salt[:-1] + b"e", opening.body[1:]),
    ):
        with pytest.raises(VerificationError):
            verify_opening(LEAVES[0], other)


def test_a_leaf_shows_nothing_of_its_entry():
    assert b"entry" not in LEAVES[0]
    assert len(leaf_of(Opening(1, bytes(32), b"x"))) == len(
        leaf_of(Opening(1, bytes(32), b"x" * 9999))
    )


def test_verifying_needs_little():
    """No array, no geometry, no web: a board of inquiry installs one package beside this one."""
    import subprocess
    import sys

    code = (
        "import sys, keepclear.record.bundle; "
        "print(*sorted({m.partition('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    foreign = {name for name in done.stdout.split() if not name.startswith("_")}
    assert foreign <= {"keepclear", "nacl", "cffi"}
