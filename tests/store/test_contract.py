"""One suite for every back end: what ``store/base.py`` promises."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keepclear.errors import ConfigurationError, StoreError
from keepclear.record import merkle
from keepclear.store.base import Batch, Committed, Kept, NewEntry, Outgoing, Reply
from keepclear.store.memory import Failure, MemoryStore
from keepclear.store.postgres import PostgresStore
from keepclear.store.sqlite import SqliteStore
from keepclear.store.staged import Staged


@pytest.fixture(params=["memory", "staged", "sqlite", "postgres"])
def store(request, tmp_path):
    if request.param == "memory":
        opened = MemoryStore()
    elif request.param == "staged":
        opened = Staged(MemoryStore())
    elif request.param == "sqlite":
        opened = SqliteStore(tmp_path / "node.db")
    else:
        opened = PostgresStore(request.getfixturevalue("new_postgres")(), "the test")
    yield opened
    opened.close()


def batch(size, *names, key=None):
    """A decision about each name: an entry, a leaf and a message."""
    return Batch(
        size,
        tuple(NewEntry("declared", name, name.encode(), 7) for name in names),
        tuple(name.encode() for name in names),
        tuple(Outgoing("Birch", name.encode()) for name in names),
        (Reply("desk", key, b"answered", 7),) if key else (),
    )


def test_a_new_store_is_empty(store):
    assert store.size() == 0
    assert store.entries(0, 10) == []
    assert store.pending(10) == []
    assert store.reply("desk", "k") is None


def test_everything_of_a_batch_is_there(store):
    assert store.commit([batch(0, "A1", "A2", key="k1")]) == [Committed(2, 2)]
    first, second = store.entries(0, 10)
    assert (first.number, first.kind, first.subject, first.data, first.at_us) == (
        1, "declared", "A1", b"A1", 7,
    )  # fmt: skip
    assert second.number == 2
    assert store.leaves(0, 2) == [b"A1", b"A2"]
    assert [p.data for p in store.pending(10)] == [b"A1", b"A2"]
    assert store.reply("desk", "k1") == b"answered"


def test_a_decision_on_an_older_state_changes_nothing(store):
    store.commit([batch(0, "A1")])
    assert store.commit([batch(0, "A2"), batch(1, "A3")]) == [None, Committed(2, 2)]
    assert [entry.subject for entry in store.entries(0, 10)] == ["A1", "A3"]
    assert [p.data for p in store.pending(10)] == [b"A1", b"A3"]


def test_batches_of_one_commit_build_on_each_other(store):
    assert store.commit([batch(0, "A1"), batch(1, "A2")]) == [Committed(1, 1), Committed(2, 2)]


def test_the_same_request_is_answered_once(store):
    store.commit([batch(0, "A1", key="k1")])
    assert store.commit([batch(1, "A1", key="k1")]) == [None]
    assert store.size() == 1


def test_values_change_with_their_batch(store):
    store.commit([Batch(0, kept=(Kept("token", "a", b"1"), Kept("token", "b", b"2")))])
    store.commit([Batch(0, kept=(Kept("token", "a", b"3"), Kept("seen", "a", b"4")))])
    store.commit([Batch(9, kept=(Kept("token", "b", b"5"),))])  # another state was expected
    assert store.kept("token") == {"a": b"3", "b": b"2"}
    store.commit([Batch(0, kept=(Kept("token", "a", None), Kept("token", "c", None)))])
    assert store.kept("token") == {"b": b"2"}
    assert store.kept("seen") == {"a": b"4"}
    assert store.kept("none") == {}


# erasing


def erasing(size, *numbers, **more):
    """A decision that erases, with the entry that says so."""
    entry = NewEntry("erased", "keeping", repr(numbers).encode(), 9)
    return Batch(size, (entry,), (b"erased",), erased=numbers, **more)


def test_what_an_entry_says_can_be_erased_and_nothing_else_of_it(store):
    store.commit([batch(0, "A1", "A2", "A1")])
    before, leaves = store.entries(0, 10), store.leaves(0, 3)
    root = merkle.root_of(0, 3, store.node)
    assert store.commit([erasing(3, 1)]) == [Committed(4, 4)]
    after = store.entries(0, 3)
    assert [entry.data for entry in after] == [b"", b"A2", b"A1"]
    assert [replace(entry, data=b"") for entry in after] == [replace(e, data=b"") for e in before]
    assert [entry.number for entry in store.history("A1")] == [1, 3]
    assert store.leaves(0, 3) == leaves
    assert merkle.root_of(0, 3, store.node) == root
    proof = merkle.inclusion_proof(0, 4, store.node)
    whole = merkle.root_of(0, 4, store.node)
    merkle.verify_inclusion(merkle.leaf_hash(b"A1"), 0, 4, proof, whole)


def test_erasing_twice_what_is_not_there_or_what_says_what_was_erased_changes_nothing(store):
    store.commit([batch(0, "A1", "A2")])
    store.commit([erasing(2, 1)])
    said = store.entries(2, 1)
    store.commit([erasing(3, 1, 3, 99, 0)])
    assert [bool(entry.data) for entry in store.entries(0, 10)] == [False, True, True, True]
    assert store.entries(2, 1) == said


def test_nothing_is_erased_by_a_decision_on_an_older_state(store):
    store.commit([batch(0, "A1")])
    assert store.commit([erasing(0, 1)]) == [None]
    assert store.entries(0, 1)[0].data == b"A1"


def test_nothing_is_erased_that_no_entry_says_is_erased():
    with pytest.raises(ValueError, match="the entry that says so"):
        Batch(1, erased=(1,))
    with pytest.raises(ValueError, match="the entry that says so"):
        Batch(1, (NewEntry("declared", "A1", b"x", 7),), (b"x",), erased=(1,))


def test_older_replies_are_forgotten(store):
    store.commit([batch(0, "A1", key="old")])
    later = Reply("desk", "new", b"answered", 20)
    store.commit([Batch(1, replies=(later,))])
    store.commit([Batch(1, replies_before_us=7)])  # the old one was kept at 7
    assert store.reply("desk", "old") == b"answered"
    store.commit([Batch(1, replies_before_us=8)])
    assert store.reply("desk", "old") is None
    assert store.reply("desk", "new") == b"answered"
    assert store.commit([batch(1, "A1", key="old")]) == [Committed(2, 2)]


def test_what_was_erased_is_in_no_file_of_the_database(tmp_path):
    """Not in a freed page, nor in the write-ahead log; large data lie on pages of their own."""
    store = SqliteStore(tmp_path / "node.db")
    secrets = [b"the plan of Alder " * times for times in (1, 1_000)]
    entries = tuple(NewEntry("declared", "A1", data, 7) for data in secrets)
    answer = Reply("desk", "k", b"the answer to Alder", 7)
    store.commit([Batch(0, entries, (b"1", b"2"), replies=(answer,))])

    def kept():
        return b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert b"the plan of Alder" in kept()
    store.commit([erasing(2, 1, 2, replies_before_us=8)])
    assert b"the plan of Alder" not in kept()
    assert b"the answer to Alder" not in kept()
    store.close()
    again = SqliteStore(tmp_path / "node.db")
    assert [bool(entry.data) for entry in again.entries(0, 10)] == [False, False, True]
    again.close()


def test_history_is_of_one_subject(store):
    store.commit([batch(0, "A1", "A2"), batch(2, "A1")])
    assert [entry.number for entry in store.history("A1")] == [1, 3]


def test_entries_come_in_pages(store):
    store.commit([batch(0, *"abcdefg")])
    assert [e.subject for e in store.entries(2, 3)] == ["c", "d", "e"]
    assert [e.subject for e in store.entries(6, 3)] == ["g"]


def test_delivered_messages_are_gone_and_numbers_are_never_used_again(store):
    store.commit([batch(0, "A1", "A2")])
    first, second = store.pending(10)
    store.delivered([first.number, second.number, 999])
    store.delivered([first.number])
    assert store.pending(10) == []
    store.commit([batch(2, "A3")])
    assert store.pending(10)[0].number > second.number


def test_the_record_is_the_tree_of_its_leaves(store):
    names = [f"n{k}" for k in range(37)]
    store.commit([batch(0, *names[:5])])
    for k in range(5, 37):
        store.commit([batch(k, names[k])])
    leaves = [name.encode() for name in names]
    root = merkle.root_of(0, 37, store.node)
    assert root == merkle.root_of(0, 37, lambda level, i: _subtree(leaves, level, i))
    proof = merkle.inclusion_proof(11, 37, store.node)
    merkle.verify_inclusion(merkle.leaf_hash(b"n11"), 11, 37, proof, root)


def _subtree(leaves, level, index):
    if level == 0:
        return merkle.leaf_hash(leaves[index])
    return merkle.node_hash(*(_subtree(leaves, level - 1, 2 * index + k) for k in (0, 1)))


def test_a_hash_that_is_not_there_is_no_answer(store):
    with pytest.raises(KeyError):
        store.node(0, 0)


def test_a_closed_store_answers_nothing(store):
    store.close()
    with pytest.raises(StoreError):
        store.size()


VALUES = st.builds(
    Kept,
    st.sampled_from(["token", "seen"]),
    st.sampled_from("ab"),
    st.sampled_from([b"", b"1", None]),
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_back_ends_agree(tmp_path_factory, new_postgres, data):
    """The same calls, the same answers."""
    sqlite = SqliteStore(tmp_path_factory.mktemp("s") / "node.db")
    postgres = PostgresStore(new_postgres(), "the test")
    stores = [MemoryStore(), sqlite, postgres]

    def same(ask):
        first, *others = [ask(one) for one in stores]
        assert all(other == first for other in others)
        return first

    keys = st.sampled_from([None, "k", "l"])
    for _ in range(data.draw(st.integers(1, 12))):
        size = stores[0].size()
        said = []
        for _ in range(data.draw(st.integers(0, 3))):
            expected = data.draw(st.sampled_from([size, size, size + 1]))
            names = data.draw(st.lists(st.sampled_from("ABC"), max_size=3))
            values = tuple(data.draw(st.lists(VALUES, max_size=3)))
            said.append(replace(batch(expected, *names, key=data.draw(keys)), kept=values))
            size += data.draw(st.sampled_from([0, len(names)]))
        if data.draw(st.booleans()):
            gone = data.draw(st.lists(st.integers(0, 12), max_size=3))
            limit = data.draw(st.sampled_from([None, 7, 8]))
            where = data.draw(st.sampled_from([0, len(said)]))
            first = stores[0].size() if where == 0 else size
            said.insert(where, erasing(first, *gone, replies_before_us=limit))
            said.append(batch(first + 1, "D", key=data.draw(keys)))
        same(lambda store, said=said: store.commit(said))
        numbers = [p.number for p in stores[0].pending(100)]
        gone = data.draw(st.lists(st.sampled_from(numbers))) if numbers else []
        same(lambda store, gone=gone: store.delivered(gone))
        same(lambda store: store.size())
        same(lambda store: store.entries(0, 1000))
        same(lambda store: store.history("A"))
        same(lambda store: store.pending(1000))
        same(lambda store: store.leaves(0, 1000))
        same(lambda store: [store.kept("token"), store.kept("seen")])
        same(lambda store: [store.reply("desk", key) for key in "kl"])
        same(lambda store: merkle.root_of(0, store.size(), store.node))
    sqlite.close()
    postgres.close()


# failures


@pytest.mark.parametrize("failure", list(Failure))
def test_a_write_fails_lost_or_stored_and_never_half(failure):
    store = MemoryStore()
    store.commit([batch(0, "A1")])
    store.failing = failure
    with pytest.raises(StoreError):
        store.commit([batch(1, "A2", "A3", key="k")])
    stored = failure is Failure.STORED
    assert store.size() == (3 if stored else 1)
    assert len(store.entries(0, 10)) == store.size()
    assert (store.reply("desk", "k") is not None) is stored
    assert store.commit([batch(store.size(), "A4")]) != [None]  # it works again


# the SQLite file itself

OLD_HASH = "INSERT INTO node VALUES (0, 0, zeroblob(32))"
SAYS_SO = "INSERT INTO entry VALUES (2, 'erased', 'keeping', x'01', 8)"


def test_what_was_committed_is_there_after_a_restart(tmp_path):
    path = tmp_path / "node.db"
    store = SqliteStore(path)
    store.commit([batch(0, "A1", "A2")])
    store.close()
    again = SqliteStore(path)
    assert [e.subject for e in again.entries(0, 10)] == ["A1", "A2"]
    assert again.commit([batch(2, "A3")]) == [Committed(3, 3)]
    again.close()


def test_a_second_process_is_kept_out(tmp_path):
    store = SqliteStore(tmp_path / "node.db")
    store.commit([batch(0, "A1")])
    with pytest.raises(ConfigurationError, match="in use by another process"):
        SqliteStore(tmp_path / "node.db")
    store.close()


def test_a_newer_database_is_refused_and_not_touched(tmp_path):
    path = tmp_path / "node.db"
    store = SqliteStore(path)
    store._db.execute("INSERT INTO migration VALUES (99, 'future', 'x')")
    store.close()
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="newer keepclear"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_database_with_another_past_is_refused(tmp_path):
    store = SqliteStore(tmp_path / "node.db")
    store._db.execute("UPDATE migration SET checksum = 'x'")
    store.close()
    with pytest.raises(ConfigurationError, match="not the one this keepclear knows"):
        SqliteStore(tmp_path / "node.db")


def test_a_database_of_another_program_is_not_touched(tmp_path):
    import apsw

    path = tmp_path / "other.db"
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(ConfigurationError, match="database of another program"):
        SqliteStore(path)


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 50])
def test_a_file_that_is_no_database_is_refused(tmp_path, content):
    path = tmp_path / "node.db"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="no database"):
        SqliteStore(path)
    assert path.read_bytes() == content


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="does its folder exist"):
        SqliteStore(tmp_path / "nowhere" / "node.db")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET data = x'00'",
        "UPDATE entry SET data = x''",  # no entry says so
        SAYS_SO + "; UPDATE entry SET kind = '?'",
        SAYS_SO + "; UPDATE entry SET data = x'', at_us = 8 WHERE number = 1",
        SAYS_SO + "; UPDATE entry SET data = x'02' WHERE number = 1",
        SAYS_SO + "; UPDATE entry SET data = x'' WHERE number = 2",
        SAYS_SO + ", (3, 'declared', 'B', x'01', 8); UPDATE entry SET data = x'' WHERE number = 1",
        "DELETE FROM entry",
        "UPDATE leaf SET data = x'00'",
        "UPDATE leaf SET hashes = zeroblob(32)",
        "DELETE FROM leaf",
        OLD_HASH + "; UPDATE node SET hash = zeroblob(32)",
        OLD_HASH + "; DELETE FROM node",
    ],
)
def test_nothing_that_was_recorded_can_be_changed_by_mistake(tmp_path, sql):
    import apsw

    store = SqliteStore(tmp_path / "node.db")
    store.commit([batch(0, "A1")])
    with pytest.raises(apsw.ConstraintError, match="final"):
        store._db.execute(sql)
    store.close()


def test_a_backup_is_a_whole_store(tmp_path):
    store = SqliteStore(tmp_path / "node.db")
    store.commit([batch(0, "A1", "A2")])
    store.backup(tmp_path / "copy.db")
    store.commit([batch(2, "A3")])
    copy = SqliteStore(tmp_path / "copy.db")
    assert [e.subject for e in copy.entries(0, 10)] == ["A1", "A2"]
    copy.close()
    with pytest.raises(ConfigurationError, match="exists"):
        store.backup(tmp_path / "copy.db")
    store.close()


# a store in front of a store


@given(
    subjects=st.lists(st.sampled_from(["A1", "B1"]), min_size=1, max_size=6),
    keyed=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_what_waits_reads_as_if_it_were_written(subjects, keyed):
    """Whatever is read while batches wait is what would be read if each had been written at once."""
    reads = [
        lambda store: store.size(),
        lambda store: [store.reply("desk", f"k{n}") for n in range(len(subjects))],
        lambda store: (store.kept("token"), store.kept("none")),
        lambda store: store.entries(0, 10),
        lambda store: store.history("A1"),
        lambda store: store.leaves(0, 10),
        lambda store: store.node(0, len(subjects) - 1),
        lambda store: store.pending(10),
    ]
    for read in reads:
        written, staged = MemoryStore(), Staged(MemoryStore())
        for number, subject in enumerate(subjects):
            one = replace(
                batch(number, subject, key=f"k{number}" if keyed else None),
                kept=(Kept("token", subject, None if number % 3 == 2 else str(number).encode()),),
            )
            written.commit([one])
            staged.stage(one)
        assert staged.behind.size() == 0
        assert read(staged) == read(written)


@pytest.mark.parametrize("failure", Failure)
def test_a_write_that_fails_takes_with_it_what_waited_and_is_remembered(failure):
    staged = Staged(MemoryStore())
    staged.stage(batch(0, "A1", key="k"))
    staged.stage(batch(1, "A2"))
    staged.behind.failing = failure
    with pytest.raises(StoreError):
        staged.entries(0, 10)
    assert isinstance(staged.failure, StoreError)
    stored = 2 if failure is Failure.STORED else 0
    assert (staged.size(), staged.waiting) == (stored, 0)
    assert staged.reply("desk", "k") == (b"answered" if stored else None)
    assert not staged.flush()


def test_replies_that_a_waiting_batch_forgets_are_not_given():
    staged = Staged(MemoryStore())
    staged.commit([batch(0, "A1", key="k")])
    staged.stage(Batch(1, replies_before_us=8))
    assert staged.reply("desk", "k") is None
