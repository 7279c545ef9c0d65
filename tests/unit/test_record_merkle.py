"""Merkle trees: official vectors, and a plain recursion as an independent reference."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import VerificationError
from keepclear.record.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# an independent reference: RFC 9162 section 2.1 read aloud


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(entries):
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m, entries):
    if len(entries) <= 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m, entries, whole):
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def entries(n):
    return [f"entry {k}".encode() for k in range(n)]


def reader(said):
    """Whole subtrees by recursion."""

    def read(level, index):
        return mth(said[index << level : (index + 1) << level])

    return read


SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100]


@pytest.mark.parametrize("n", SIZES)
def test_the_root_is_that_of_the_recursion(n):
    said = entries(n)
    assert root_of(0, n, reader(said)) == mth(said)


@pytest.mark.parametrize("n", [n for n in SIZES if n])
def test_every_entry_is_proved_as_the_recursion_proves_it(n):
    said = entries(n)
    for index in range(n):
        proof = inclusion_proof(index, n, reader(said))
        assert proof == path(index, said)
        verify_inclusion(leaf_hash(said[index]), index, n, proof, mth(said))


@pytest.mark.parametrize("new", [n for n in SIZES if n])
def test_every_smaller_size_is_proved_as_the_recursion_proves_it(new):
    said = entries(new)
    for old in range(1, new + 1):
        proof = consistency_proof(old, new, reader(said))
        assert proof == subproof(old, said, True)
        verify_consistency(old, new, mth(said[:old]), mth(said), proof)


@given(st.integers(1, 60), st.integers(0, 59), st.data())
def test_nothing_else_is_proved(n, index, data):
    """Another leaf, another place, another size, another root or another proof: never accepted."""
    said = entries(n)
    index %= n
    proof = inclusion_proof(index, n, reader(said))
    root, leaf = mth(said), leaf_hash(said[index])
    changed = data.draw(st.sampled_from(["leaf", "root", "index", "drop", "add", "flip"]))
    if changed == "leaf":
        leaf = leaf_hash(b"something else")
    elif changed == "root":
        root = mth([*said, b"more"])
    elif changed == "index":
        index = data.draw(st.integers(-2, n + 2).filter(lambda i: i != index))
    elif changed == "drop":
        if not proof:
            return
        proof.pop(data.draw(st.integers(0, len(proof) - 1)))
    elif changed == "add":
        proof.insert(data.draw(st.integers(0, len(proof))), root)
    else:
        if not proof:
            return
        at = data.draw(st.integers(0, len(proof) - 1))
        proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    with pytest.raises(VerificationError) as refused:
        verify_inclusion(leaf, index, n, proof, root)
    assert refused.value.code == "record.inclusion"


def test_a_rewritten_record_is_found():
    said = entries(11)
    rewritten = [*said[:3], b"another", *said[4:]]
    for proof in (subproof(5, said, True), subproof(5, rewritten, True)):
        with pytest.raises(VerificationError, match="begin with the one of 5"):
            verify_consistency(5, 11, mth(said[:5]), mth(rewritten), proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 2)])
def test_no_proof_of_what_is_not_there(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, reader(entries(4)))


@pytest.mark.parametrize(("old", "new"), [(0, 1), (0, 0), (3, 2)])
def test_no_proof_from_nothing_or_backwards(old, new):
    with pytest.raises(ValueError, match="no proof"):
        consistency_proof(old, new, reader(entries(4)))


# official vectors


def hashes(values):
    return [b64decode(value) for value in values or ()]


def holds(check, *arguments):
    try:
        check(*arguments)
    except VerificationError:
        return False
    return True


@pytest.mark.data
def test_inclusion_vectors(data):
    files = sorted((data / "vectors" / "merkle" / "inclusion").rglob("*.json"))
    assert len(files) > 90
    for file in files:
        case = json.loads(file.read_text())
        leaf, root = b64decode(case["leafHash"]), b64decode(case["root"])
        where = case["leafIdx"], case["treeSize"], hashes(case["proof"])
        assert holds(verify_inclusion, leaf, *where, root) is not case["wantErr"], file


@pytest.mark.data
def test_consistency_vectors(data):
    files = sorted((data / "vectors" / "merkle" / "consistency").rglob("*.json"))
    assert len(files) > 90
    for file in files:
        case = json.loads(file.read_text())
        roots = b64decode(case["root1"]), b64decode(case["root2"])
        found = holds(
            verify_consistency, case["size1"], case["size2"], *roots, hashes(case["proof"])
        )
        assert found is not case["wantErr"], file


@pytest.mark.data
def test_reference_tree(data):
    tree = json.loads((data / "vectors" / "merkle" / "reference-tree.json").read_text())
    said = [bytes.fromhex(entry) for entry in tree["leaf_inputs_hex"]]
    for size, root in enumerate(tree["root_hashes_hex"]):
        assert root_of(0, size, reader(said[:size])).hex() == root
    assert EMPTY_ROOT.hex() == tree["root_hashes_hex"][0]
    assert node_hash(leaf_hash(said[0]), leaf_hash(said[1])).hex() == tree["root_hashes_hex"][2]
