"""A SQLite file of before hashes stood beside their leaves: it goes on, and gives the same hashes."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.record.merkle import leaf_hash, node_hash, root_of
from keepclear.store import sqlite
from keepclear.store.base import Batch
from keepclear.store.migrations import migrations_of
from keepclear.store.sqlite import SqliteStore
from keepclear.store.subtrees import Edge, completed, last_leaf
from tests.laws.strategies import LAW

STEPS_BEFORE = 3
"""Steps of the schema up to then."""


def leaf(number):
    return b"leaf %d" % number


def hash_of(level, index):
    """By the definition of RFC 6962 alone."""
    if level == 0:
        return leaf_hash(leaf(index))
    return node_hash(hash_of(level - 1, 2 * index), hash_of(level - 1, 2 * index + 1))


def whole_subtrees(size):
    return [(level, index) for level in range(8) for index in range(size >> level)]


def older(path, size, monkeypatch):
    """A file as it was written before: each hash in a row of its own."""
    with monkeypatch.context() as patched:
        known = migrations_of("sqlite")[:STEPS_BEFORE]
        patched.setattr(sqlite, "migrations_of", lambda _: known)
        store = SqliteStore(path)
    for number in range(size):
        store._db.execute("INSERT INTO leaf VALUES (?, ?)", (number, leaf(number)))
    for level, index in whole_subtrees(size):
        row = (level, index, hash_of(level, index))
        store._db.execute("INSERT INTO node VALUES (?, ?, ?)", row)
    store.close()


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 8, 13])
def test_an_older_file_goes_on(tmp_path, monkeypatch, size):
    older(tmp_path / "node.db", size, monkeypatch)
    for end in (size, size + 1, size + 7):
        store = SqliteStore(tmp_path / "node.db")
        known = store.size()
        store.commit([Batch(known, (), tuple(leaf(number) for number in range(known, end)))])
        assert store.size() == end
        for level, index in whole_subtrees(end):
            assert store.node(level, index) == hash_of(level, index)
        expected = root_of(0, end, hash_of)
        assert root_of(0, end, store.node) == expected
        for level, index in ((0, end), (1, end >> 1), (3, end >> 3), (9, 0)):
            with pytest.raises(KeyError):
                store.node(level, index)
        store.close()


def test_hashes_of_before_are_not_looked_for_where_they_should_stand_beside(tmp_path):
    """One that is missing is missing, whatever the table of before says."""
    store = SqliteStore(tmp_path / "node.db")
    store.commit([Batch(0, (), (leaf(0), leaf(1)))])
    store._db.execute("INSERT INTO node VALUES (1, 0, ?)", (sha256(b"another").digest(),))
    assert store.node(1, 0) == hash_of(1, 0)
    store.close()


@LAW
@given(st.integers(0, 40), st.integers(0, 40))
def test_an_edge_gives_what_the_definition_does(size, more):
    """Whatever was there: what is asked for is of the edge, and each leaf's hashes are whole."""
    edge = Edge(size, hash_of)
    for number in range(size, size + more):
        hashes = edge.add(leaf(number))
        levels = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
        assert [hash_of(level, number >> level) for level in range(len(levels))] == levels
        assert all(last_leaf(level, number >> level) == number for level in range(len(levels)))
    leaves = [leaf(number) for number in range(size, size + more)]
    found = completed(size, leaves, hash_of)
    assert set(found) == set(whole_subtrees(size + more)) - set(whole_subtrees(size))
    assert all(found[where] == hash_of(*where) for where in found)
