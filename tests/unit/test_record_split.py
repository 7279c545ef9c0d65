"""The proof of a split view, and what is asked of a witness: by trees whose leaves are known."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import VerificationError
from keepclear.record import merkle
from keepclear.record.addition import ADDITION_BYTES_MAX, read_addition, write_addition
from keepclear.record.checkpoint import UnverifiedCheckpoint, open_checkpoint, sign_checkpoint
from keepclear.record.note import Signer
from keepclear.record.split import is_split, make_split, verify_split

ALDER = Signer("alder.example/log", bytes(range(32)))
BIRCH = Signer("birch.example/log", bytes(range(1, 33)))


def tree(leaves):
    def read(level, index):
        if level == 0:
            return merkle.leaf_hash(leaves[index])
        return merkle.node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))

    return read


def state(leaves, size, signer=ALDER):
    head = UnverifiedCheckpoint(signer.name, size, merkle.root_of(0, size, tree(leaves)))
    return open_checkpoint(sign_checkpoint(head, signer), signer.name, signer.verifier)[0]


def shown(leaves, old, new):
    """What the holder of a record answers who asks how it goes on."""
    if old == new:
        return b"", ()
    read = tree(leaves)
    return merkle.root_of(0, old, read), tuple(merkle.consistency_proof(old, new, read))


SIZES = st.integers(1, 40).flatmap(lambda old: st.tuples(st.just(old), st.integers(old, 60)))
TRUE = [b"%d" % k for k in range(60)]


@given(SIZES, st.data())
def test_whoever_rewrote_a_record_is_proven_by_what_it_shows_itself(sizes, data):
    """At every pair of sizes, wherever the change is, powers of two included."""
    old, new = sizes
    at = data.draw(st.integers(0, old - 1))
    other = [*TRUE[:at], b"another", *TRUE[at + 1 :]]
    proof = make_split(state(TRUE, old), state(other, new), *shown(other, old, new))
    assert proof is not None
    found = verify_split(proof, ALDER.verifier)
    assert (found.older.size, found.newer.size) == (old, new)
    assert is_split(proof)


@given(SIZES, st.data())
def test_a_record_that_only_grew_is_never_accused(sizes, data):
    """Whatever hashes are shown: true ones, those of another record, changed ones."""
    old, new = sizes
    other = [b"another", *TRUE[1:]]
    root, proof = shown(data.draw(st.sampled_from([TRUE, other])), old, new)
    hashes = [root, *proof, bytes(32)]
    proof = data.draw(st.permutations(proof) | st.lists(st.sampled_from(hashes)))
    root = data.draw(st.sampled_from([*hashes, b""]))
    assert make_split(state(TRUE, old), state(TRUE, new), root, proof) is None
    whole = json.loads(make_split(state(TRUE, 3), state(other, 5), *shown(other, 3, 5)))
    whole["older"], whole["newer"] = (state(TRUE, n).note.decode() for n in sizes)
    whole["proof"] = [b64encode(one.ljust(32, b"x")).decode() for one in (root, *proof)]
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    with pytest.raises(VerificationError) as caught:
        verify_split(text, ALDER.verifier)
    assert caught.value.code == "split.no-proof"


def test_states_of_two_records_prove_nothing():
    assert make_split(state(TRUE, 3), state([b"x"] * 3, 3, BIRCH)) is None


@pytest.fixture
def proof():
    other = [b"another", *TRUE[1:]]
    return make_split(state(TRUE, 3), state(other, 7), *shown(other, 3, 7))


def test_every_changed_byte_is_refused(proof):
    says = proof.index(b'"says"')  # for people; nobody signed it
    for at in range(says):
        changed = proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1 :]
        with pytest.raises(VerificationError):
            verify_split(changed, ALDER.verifier)


def test_another_key_proves_nothing_and_other_spellings_are_refused(proof):
    with pytest.raises(VerificationError):
        verify_split(proof, BIRCH.verifier)
    whole = json.loads(proof)
    for text in (
        json.dumps(whole), json.dumps({**whole, "more": 1}), "[]", "", "[" * 100_000,
        proof.decode().replace('{"format"', '{"record":"x","format"'),
        json.dumps({**whole, "older": "\ud800"}, separators=(",", ":")),
        json.dumps({**whole, "proof": [1]}, ensure_ascii=False, separators=(",", ":")),
    ):  # fmt: skip
        with pytest.raises(VerificationError) as caught:
            verify_split(text.encode("utf-8", "surrogatepass"), ALDER.verifier)
        assert caught.value.code == "split.malformed"
    assert verify_split(proof + b"\n", ALDER.verifier).older.size == 3
    assert not is_split(b"{}")
    assert not is_split(b"\xff")


# what is asked of a witness

NOTES = st.sampled_from([state(TRUE, 5).note, b"x\n\n\xe2\x80\x94 y z\n"])
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=63)


@given(st.integers(0, 2**63 - 1), HASHES, NOTES)
def test_what_is_asked_is_read_again(old, hashes, note):
    found = read_addition(write_addition(old, hashes, note))
    assert (found.old, found.proof, found.note) == (old, tuple(hashes), note)


@given(st.integers(0, 99), HASHES, NOTES, st.data())
def test_a_request_has_one_spelling(old, hashes, note, data):
    text = write_addition(old, hashes, note)
    at = data.draw(st.integers(0, len(text) - 1))
    mark = data.draw(st.sampled_from([b"\n", b"=", b" ", b"0", b"+", b"\r", b"\xff", b"-"]))
    changed = text[:at] + mark + text[at + data.draw(st.integers(0, 1)) :]
    try:
        found = read_addition(changed)
    except VerificationError as error:
        found, code = read_addition(text), error.code
        changed = text
    else:
        code = "witness.malformed"
    assert code == "witness.malformed"
    assert write_addition(found.old, found.proof, found.note) == changed


@pytest.mark.parametrize(
    "text",
    [
        b"", b"old 1", b"old 1\n\n", b"old\n\nnote\n", b"old -1\n\nnote\n", b"old 01\n\nnote\n",
        b"old 1\nAAAA\n\nnote\n", b"old \xd9\xa1\n\nnote\n", b"old 1\r\n\r\nnote\n",
        b"old 9223372036854775808\n\nnote\n", b"Old 1\n\nnote\n",
        write_addition(1, [bytes(32)] * 64, b"note\n"), b"old 1\n\n" + b"x" * ADDITION_BYTES_MAX,
    ],
)  # fmt: skip
def test_what_asks_for_nothing_is_refused(text):
    with pytest.raises(VerificationError) as caught:
        read_addition(text)
    assert caught.value.code == "witness.malformed"
