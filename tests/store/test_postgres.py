"""What is PostgreSQL's own: one writer, lost connections, a server that was killed, an older copy."""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import suppress

import psycopg
import pytest
from psycopg import errors as pg

from keepclear.errors import ConfigurationError, InUseError, StoreError
from keepclear.record import merkle
from keepclear.store import postgres_writer as writer
from keepclear.store.base import Batch, Committed, NewEntry
from keepclear.store.migrations import migrations_of
from keepclear.store.postgres import PostgresStore
from tests.store import pg_kill
from tests.store.server import Server
from tests.store.test_contract import batch, erasing


@pytest.fixture
def url(new_postgres):
    return new_postgres()


@pytest.fixture
def server():
    """A server of one's own, to be killed."""
    made = Server()
    yield made
    made.stop()


def asked(url, sql, *values):
    with psycopg.connect(url, autocommit=True) as db:
        found = db.execute(sql, values)
        return found.fetchall() if found.description else []


def subjects(store):
    return [entry.subject for entry in store.entries(0, 100_000)]


# schemas


def test_steps_have_the_same_numbers_and_names_as_in_sqlite():
    names = [[(m.number, m.name) for m in migrations_of(kind)] for kind in ("sqlite", "postgres")]
    assert names[0] == names[1]


def test_what_was_kept_is_there_after_a_new_start(url):
    store = PostgresStore(url, "one")
    store.commit([batch(0, "A1", "A2", key="k"), erasing(2, 1)])
    store.delivered([1])
    store.close()
    again = PostgresStore(url, "two")
    assert [entry.number for entry in again.entries(0, 9)] == [1, 2, 3]
    assert again.entries(0, 1)[0].data == b""
    assert [one.number for one in again.pending(9)] == [2]
    assert again.commit([batch(3, "A3", key="k"), batch(3, "A4")]) == [None, Committed(4, 4)]
    assert [one.number for one in again.pending(9)] == [2, 3]
    again.close()


def test_a_newer_database_is_refused_and_not_touched(url):
    PostgresStore(url, "one").close()
    asked(url, "INSERT INTO keepclear_migration VALUES (99, 'future', 'x')")
    before = asked(url, "SELECT * FROM keepclear_writer")
    with pytest.raises(ConfigurationError, match="newer keepclear"):
        PostgresStore(url, "two")
    assert asked(url, "SELECT * FROM keepclear_writer") == before


def test_a_database_with_another_past_is_refused(url):
    PostgresStore(url, "one").close()
    asked(url, "UPDATE keepclear_migration SET checksum = 'x' WHERE number = 1")
    with pytest.raises(ConfigurationError, match="not the one this keepclear knows"):
        PostgresStore(url, "two")


def test_an_older_database_is_brought_up(url, monkeypatch):
    from keepclear.store import postgres_opening

    known = migrations_of("postgres")
    with monkeypatch.context() as patched:
        patched.setattr(postgres_opening, "migrations_of", lambda _: known[:1])
        store = PostgresStore(url, "one")
        store.commit([batch(0, "A1")])
        store.close()
    again = PostgresStore(url, "two")
    assert subjects(again) == ["A1"]
    assert again.kept("token") == {}
    again.close()


def test_tables_of_another_program_are_not_touched(url):
    asked(url, "CREATE TABLE theirs (x INTEGER)")
    with pytest.raises(ConfigurationError, match="tables of another program"):
        PostgresStore(url, "one")
    assert len(asked(url, "SELECT 1 FROM information_schema.tables "
                          "WHERE table_schema = current_schema()")) == 1  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DELETE FROM entry WHERE number = 2", "rows are missing"),
        ("DELETE FROM leaf WHERE number = 0", "rows are missing"),
        ("DELETE FROM node WHERE level = 1", "a hash of its record is missing"),
        ("DROP TABLE entry", "a table is missing"),
        ("ALTER TABLE leaf DROP COLUMN number", "a column is missing"),
    ],
)
def test_a_damaged_database_is_refused(url, sql, words):
    store = PostgresStore(url, "one")
    store.commit([batch(0, "A1", "A2", "A3")])
    store.close()
    asked(url, "GRANT DELETE ON entry, leaf, node TO CURRENT_USER")
    asked(url, sql)
    with pytest.raises(ConfigurationError, match=words):
        PostgresStore(url, "two")
    with pytest.raises(ConfigurationError, match=words):  # and it did not stay in use
        PostgresStore(url, "three")


@pytest.mark.parametrize("table", ["entry", "leaf", "node"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET number = 9", "DELETE FROM {}"])
def test_nothing_that_was_recorded_can_be_changed_by_mistake(url, table, sql):
    store = PostgresStore(url, "one")
    store.commit([batch(0, "A1"), erasing(1, 1)])  # what allows the erasing is over with it
    with pytest.raises(pg.InsufficientPrivilege):
        asked(url, sql.format(table))
    with pytest.raises(pg.InsufficientPrivilege):
        asked(url, "UPDATE entry SET data = 'x'")
    store.close()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql:///?host=/nowhere", "cannot be reached"),
        ("postgresql://[", "cannot be read"),
        ("postgresql:///?unknown=1", "cannot be read"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence(address, words):
    with pytest.raises(ConfigurationError, match=words) as error:
        PostgresStore(address, "one")
    assert "\n" not in str(error.value)


# one writer


def test_a_second_process_is_kept_out_and_told_who_has_it(url):
    store = PostgresStore(url, "alpha, process 7")
    with pytest.raises(InUseError, match=r"in use by another process \(alpha, process 7\)"):
        PostgresStore(url, "two")
    assert store.commit([batch(0, "A1")]) == [Committed(1, 1)]
    store.close()
    begun = time.monotonic()
    PostgresStore(url, "two").close()  # at once
    assert time.monotonic() - begun < writer.LEASE_S / 2


def died(store):
    """Its process ended: nobody says so, and the server sees the connection end."""
    store._db.close()
    store._end.set()
    store._thread.join()


def test_a_process_that_died_is_followed_after_its_time(url):
    store = PostgresStore(url, "one")
    store.commit([batch(0, "A1")])
    died(store)
    begun = time.monotonic()
    again = PostgresStore(url, "two")
    assert time.monotonic() - begun < writer.LEASE_S + 5
    assert subjects(again) == ["A1"]
    again.close()


def test_a_time_that_a_wrong_clock_set_far_off_keeps_nobody_out(url):
    store = PostgresStore(url, "one")
    died(store)
    asked(url, "UPDATE keepclear_writer SET until = until + interval '1 year'")
    PostgresStore(url, "two").close()


def test_a_process_that_was_put_aside_keeps_nothing_more(url, monkeypatch):
    """It slept, another one took over, and it wakes up in the belief that it may write."""
    monkeypatch.setattr(writer, "BEAT_S", 1_000)
    store = PostgresStore(url, "one")
    store.commit([batch(0, "A1")])
    asked(url, "UPDATE keepclear_writer SET until = clock_timestamp()")
    other = PostgresStore(url, "two")
    with pytest.raises(StoreError, match="another process has taken"):
        store.commit([batch(1, "A2")])
    with pytest.raises(StoreError, match="another process has taken"):
        store.delivered([1])
    with pytest.raises(StoreError, match="another process has taken"):
        store.size()
    assert other.commit([batch(1, "B1")]) == [Committed(2, 2)]
    assert subjects(other) == ["A1", "B1"]
    assert len(other.pending(9)) == 2
    store.close()
    assert other.commit([batch(2, "B2")]) == [Committed(3, 3)]  # closing took nothing away
    other.close()


def test_a_process_that_was_put_aside_finds_out_by_its_beat(url, monkeypatch):
    monkeypatch.setattr(writer, "BEAT_S", 0.2)
    store = PostgresStore(url, "one")
    asked(url, "UPDATE keepclear_writer SET epoch = epoch + 1, holder = 'two'")
    store._thread.join(10)
    with pytest.raises(StoreError, match="another process has taken"):
        store.entries(0, 1)
    store.close()


def test_its_beat_keeps_others_out_while_it_has_nothing_to_do(url):
    store = PostgresStore(url, "one")
    time.sleep(writer.LEASE_S + 1)  # noqa: TID251
    with pytest.raises(InUseError):
        PostgresStore(url, "two")
    store.close()


def insist(url, name, end, acknowledged):
    """Keep things for as long as one may; where one may no more, start anew."""
    store, number = None, 0
    while not end.is_set():
        try:
            store = store or PostgresStore(url, f"{name}{number}")
            number += 1
            if store.commit([batch(store.size(), f"{name}{number}")]) != [None]:
                acknowledged.append(f"{name}{number}")
            time.sleep(0.02)  # noqa: TID251 - else each write says anew that it is there
        except (InUseError, StoreError):
            if store:
                store.close()
            store = None
    if store:
        store.close()


def test_of_two_that_insist_only_one_writes_at_a_time(url, monkeypatch):
    """Each is put aside again and again by a time that was set to be over; nothing is lost or mixed."""
    monkeypatch.setattr(writer, "_STEP_S", 0.01)
    PostgresStore(url, "first").close()
    end, acknowledged = threading.Event(), []
    both = [threading.Thread(target=insist, args=(url, name, end, acknowledged)) for name in "AB"]
    for one in both:
        one.start()
    for turn in range(400):
        time.sleep(0.1)  # noqa: TID251
        asked(url, "UPDATE keepclear_writer SET until = clock_timestamp()")
        if turn >= 40 and {name[0] for name in acknowledged} == {"A", "B"}:
            break  # a quick one may keep the other out for long, never for ever
    end.set()
    for one in both:
        one.join()
    store = PostgresStore(url, "last")
    kept = subjects(store)
    assert len(kept) == len(set(kept)) == store.size()
    assert set(acknowledged) <= set(kept)  # more may be kept than was said to be
    assert {name[0] for name in kept} == {"A", "B"}
    recounted = recount_hashes(store.leaves(0, store.size()))
    assert all(store.node(*where) == found for where, found in recounted.items())
    store.close()


def recount_hashes(leaves):
    """The hashes of all whole subtrees, level by level."""
    found = {(0, k): merkle.leaf_hash(leaf) for k, leaf in enumerate(leaves)}
    for level in range(len(leaves).bit_length()):
        for k in range(len(leaves) >> (level + 1)):
            left, right = found[level, 2 * k], found[level, 2 * k + 1]
            found[level + 1, k] = merkle.node_hash(left, right)
    return found


# lost connections


def test_a_connection_that_was_lost_idle_is_made_anew(url):
    store = PostgresStore(url, "one")
    store.commit([batch(0, "A1")])
    asked(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
               "WHERE application_name = 'keepclear' AND pid <> pg_backend_pid()")  # fmt: skip
    assert subjects(store) == ["A1"]
    assert store.commit([batch(1, "A2")]) == [Committed(2, 2)]
    store.close()


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_what_a_lost_connection_left_behind_is_over_before_anything_is_read(url, end):
    """The server goes on with a commit whose caller has given it up: reading waits for its end."""
    store = PostgresStore(url, "one")
    store.commit([batch(0, "A1")])
    left = psycopg.connect(url, autocommit=True)
    left.execute("BEGIN")
    assert writer.hold(left, store._epoch).fetchone()
    left.execute("INSERT INTO entry VALUES (2, 'declared', 'A2', 'A2', 7)")
    left.execute("INSERT INTO leaf VALUES (1, 'A2')")
    left.execute("INSERT INTO node VALUES (0, 1, decode(repeat('00', 32), 'hex'))")
    left.execute("INSERT INTO node VALUES (1, 0, decode(repeat('00', 32), 'hex'))")
    store._lock.acquire()  # its beat waits too
    store._drop()
    later = threading.Timer(1.0, left.execute, (end,))
    later.start()
    assert store.size() == (2 if end == "COMMIT" else 1)
    store._lock.release()
    later.join()
    left.close()
    store.close()


def test_what_a_lost_connection_had_not_begun_can_never_be_kept(url):
    store = PostgresStore(url, "one")
    epoch = store._epoch
    store._drop()
    assert store.size() == 0
    with psycopg.connect(url) as left:
        assert writer.hold(left, epoch).fetchone() is None
    store.close()


def test_a_text_that_cannot_be_kept_changes_nothing(url):
    store = PostgresStore(url, "one")
    bad = Batch(0, (NewEntry("declared", "A\x001", b"", 7),), (b"",))
    with pytest.raises(StoreError, match="did not take a change"):
        store.commit([bad])
    assert store.size() == 0
    assert store.commit([batch(0, "A1")]) == [Committed(1, 1)]
    store.close()


def test_a_server_that_was_killed_is_gone_on_with(server):
    url = server.start().url(user="keeper", options="-csearch_path%3Dnode")
    asked(server.url(user="keeper"), "CREATE SCHEMA node")
    store = PostgresStore(url, "one")
    store.commit([batch(0, "A1")])
    server.kill()
    with pytest.raises(StoreError, match=r"did not take a change|cannot be reached"):
        store.commit([batch(1, "A2")])
    for _ in range(2):
        with pytest.raises(StoreError, match="cannot be reached") as error:
            store.size()
        assert "\n" not in str(error.value)
    server.start()
    assert subjects(store) == ["A1"]
    assert store.commit([batch(1, "A2")]) == [Committed(2, 2)]
    store.close()


def test_an_older_copy_that_took_over_is_not_gone_on_with(server):
    """What was acknowledged is not there: deciding on it would make a second past."""
    url = server.start().url(user="keeper", options="-csearch_path%3Dnode")
    asked(server.url(user="keeper"), "CREATE SCHEMA node")
    store = PostgresStore(url, "one")
    store.commit([batch(0, "A1")])
    server.kill()
    server.copy("older")
    server.start()
    with suppress(StoreError):  # unless its beat was quicker to see that the connection is gone
        store.commit([])
    assert store.commit([batch(store.size(), "A2")]) == [Committed(2, 2)]
    server.kill()
    shutil.rmtree(server.data)
    (server.folder / "older").rename(server.data)
    server.start()
    with suppress(StoreError):  # as above
        store.commit([])
    for _ in range(2):
        with pytest.raises(StoreError, match="no longer holds what it acknowledged"):
            store.commit([batch(store.size(), "A3")])
    assert asked(url, "SELECT count(*) FROM entry") == [(1,)]
    store.close()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_wait_for_its_disk_is_refused(server, setting):
    url = server.start("-c", f"{setting}=off").url()
    with pytest.raises(ConfigurationError, match=f"{setting} is off"):
        PostgresStore(url, "one")


def test_commits_wait_for_the_disk_whatever_the_server_does_otherwise(server):
    url = server.start("-c", "synchronous_commit=off").url()
    store = PostgresStore(url, "one")
    assert store._db.execute("SHOW synchronous_commit").fetchone() == ("on",)
    store.close()


@pytest.mark.parametrize(
    "rest",
    [
        "db.example/kc",
        "db.example/kc?sslmode=prefer",
        "db.example/kc?sslmode=require",
        "localhost/kc?hostaddr=192.0.2.7",
        "localhost,db.example/kc",
    ],
)
def test_another_machine_is_believed_by_its_certificate_only(rest):
    """It is not even asked."""
    with pytest.raises(ConfigurationError, match="sslmode=verify-full"):
        PostgresStore(f"postgresql://owner@{rest}", "one")


def test_nothing_is_lost_or_done_twice_where_the_server_is_killed():
    """The short form of ``make pg-kill``."""
    found, _ = pg_kill.run(3, seed=1)
    assert (found.kills, found.lost, found.twice, found.broken) == (3, 0, 0, 0)
    assert found.answered >= 6
