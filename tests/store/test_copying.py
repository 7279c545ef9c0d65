"""A copy of a database while it is used: whole, whatever is written meanwhile; nobody waits long."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keepclear.errors import ConfigurationError
from keepclear.record.merkle import root_of
from keepclear.store.base import Batch, NewEntry
from keepclear.store.copying import Copying
from keepclear.store.sqlite import SqliteStore

LARGE = 20_000
"""Bytes of an entry: five pages of the file."""


def put(store, count):
    size = store.size()
    names = [f"A{size + k + 1}" for k in range(count)]
    entries = tuple(NewEntry("declared", name, os.urandom(LARGE), 7) for name in names)
    assert store.commit([Batch(size, entries, tuple(one.data for one in entries))]) != [None]


def root(store):
    return root_of(0, store.size(), store.node)


@pytest.fixture
def store(tmp_path):
    found = SqliteStore(tmp_path / "node.db")
    yield found
    found.close()


def copied(tmp_path, number):
    copy = SqliteStore(tmp_path / f"copy{number}.db")
    try:
        return copy.size(), root(copy), [one.data for one in copy.entries(0, 1_000)]
    finally:
        copy.close()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 6),
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3)), max_size=12),
)
def test_what_is_written_while_it_is_copied_is_in_it(tmp_path_factory, before, meanwhile):
    folder = tmp_path_factory.mktemp("copying")
    store = SqliteStore(folder / "node.db")
    put(store, before + 1)
    copying = store.copying(folder / "copy0.db")
    done = False
    for pages, count in meanwhile:
        if not done:
            done = copying.step(pages)
            at = (store.size(), root(store), [one.data for one in store.entries(0, 1_000)])
        if count:
            put(store, count)
    if not done:
        assert copying.step(-1)
        at = (store.size(), root(store), [one.data for one in store.entries(0, 1_000)])
    assert copied(folder, 0) == at
    store.close()


def test_it_has_its_name_only_when_it_is_whole(store, tmp_path):
    put(store, 40)
    copying = store.copying(tmp_path / "copy0.db")
    assert not copying.step(1)
    assert not (tmp_path / "copy0.db").exists()
    assert (tmp_path / "copy0.db.part").stat().st_mode & 0o777 == 0o600
    copying.give_up()
    put(store, 1)  # the node goes on
    with pytest.raises(ConfigurationError, match="exists"):
        store.copying(tmp_path / "copy0.db")
    steps = 0
    copying = store.copying(tmp_path / "copy1.db")
    while not copying.step(10):
        steps += 1
    assert steps > 10
    assert not (tmp_path / "copy1.db.part").exists()
    assert copied(tmp_path, 1)[0] == 41


def test_where_it_cannot_be_written_is_one_sentence(store, tmp_path):
    with pytest.raises(ConfigurationError, match="the backup could not be written"):
        store.copying(tmp_path / "no such folder" / "copy.db")
    assert isinstance(store.copying(tmp_path / "copy2.db"), Copying)
