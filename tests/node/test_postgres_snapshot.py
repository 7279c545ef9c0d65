"""A node whose database is on a server goes on from a snapshot in its folder, as any other does."""

from __future__ import annotations

import psycopg
import pytest

from keepclear.app import main
from keepclear.errors import ConfigurationError, StoreError
from keepclear.node import ledger
from keepclear.node.start import running
from keepclear.store.postgres import PostgresStore
from tests.node.shelves import same
from tests.node.test_folder import PLAN
from tests.node.test_postgres import new_postgres_address
from tests.node.test_shelf import lived, shelf_in
from tests.node.world import World, operation

FIRST = "(SELECT min(number) FROM entry WHERE subject = 'Birch/1' AND kind = 'declared')"


@pytest.fixture
def url(new_postgres):
    return new_postgres()


@pytest.fixture
def world(tmp_path, url):
    world = lived(tmp_path, PostgresStore(url, "one"))
    yield world
    world.node.close()


def again(world, folder, url, sql="SELECT 1", said=None):
    """The node started from its snapshot, on a database that somebody may have changed."""
    world.node.keep_snapshot()
    world.node.close()
    with psycopg.connect(url) as db:
        db.execute("GRANT UPDATE, DELETE ON entry, leaf, node TO CURRENT_USER")
        db.execute(sql)
    world.store = PostgresStore(url, "one")
    world.node = world.start(shelf_in(folder, said))
    return world.node


def test_a_start_from_it_is_a_start_from_every_entry(world, tmp_path, url):
    node = again(world, tmp_path, url)
    assert node.past.begun == node.store.size() > 0
    assert same(node, world.start())
    while not node.look_back(3):
        pass
    assert (node.fault, node.past.compared) == ("", (node.past.begun, node.past.begun))


def test_it_goes_on_and_what_came_afterwards_is_read_on_top(world, tmp_path, url):
    begun = again(world, tmp_path, url).past.begun
    crossings = world.declare(operation("3")).crossings
    met = {(side.party, side.id) for one in crossings for side in (one.a, one.b)}
    stood = {("Relief", "S1"), *((who, number) for who in ("Birch", "Cedar") for number in "12")}
    assert met == {("Alder", "3"), *stood}
    world.node.close()
    world.store = PostgresStore(url, "one")
    world.node = world.start(shelf_in(tmp_path))
    assert (world.node.past.begun, "Alder/3" in world.node.memory.cases) == (begun, True)
    assert same(world.node, world.start())


def test_a_snapshot_of_another_record_is_passed_over(world, tmp_path, new_postgres):
    world.node.keep_snapshot()
    elsewhere, other = new_postgres(), tmp_path / "other"
    other.mkdir()
    second = lived(other, PostgresStore(elsewhere, "one"))
    second.declare(operation("9"))  # the same entries up to here, by the same salts
    second.node.keep_snapshot()
    second.node.close()
    world.node.close()
    (tmp_path / "snapshot").write_bytes((other / "snapshot").read_bytes())
    world.store = PostgresStore(world.node.store.behind._url, "one")
    world.node = world.start(shelf_in(tmp_path))
    assert world.node.past.begun == 0  # the record is shorter than what it stands for
    assert "Alder/9" not in world.node.memory.cases
    assert same(world.node, world.start())


def test_one_of_a_record_of_the_same_size_is_passed_over_too(world, tmp_path, url):
    world.node.keep_snapshot()
    mine = (tmp_path / "snapshot").read_bytes()
    (tmp_path / "other").mkdir()
    second = World(salts=1_000, shelf=shelf_in(tmp_path / "other"))
    for name in range(world.node.store.size() // 2):
        second.declare(operation(str(name)))
    second.node.keep_snapshot()
    theirs = (tmp_path / "other" / "snapshot").read_bytes()
    assert theirs != mine
    (tmp_path / "snapshot").write_bytes(theirs)
    world.node.close()
    world.store = PostgresStore(url, "one")
    world.node = world.start(shelf_in(tmp_path))
    assert world.node.past.begun == 0
    assert same(world.node, world.start())


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (f"UPDATE entry SET at_us = 1 WHERE number = {FIRST}", "is not what its leaf"),
        (f"UPDATE entry SET subject = 'Birch/2' WHERE number = {FIRST}", "is not what its leaf"),
    ],
)
def test_what_was_changed_behind_it_is_found_by_looking_back(world, tmp_path, url, sql, words):
    node = again(world, tmp_path, url, sql)
    while not node.look_back(3):
        pass
    assert words in node.fault
    with pytest.raises(StoreError, match="restore the newest backup"):
        node.fresh()


def test_an_entry_that_was_taken_out_behind_it_is_missed_at_once(world, tmp_path, url):
    with pytest.raises(ConfigurationError, match="rows are missing"):
        again(world, tmp_path, url, f"DELETE FROM entry WHERE number = {FIRST}")


def test_a_database_that_was_put_back_is_refused_by_the_checkpoint_beside_it(world, tmp_path, url):
    sql = (
        "DELETE FROM entry WHERE number > 8; DELETE FROM leaf WHERE number >= 8; "
        "DELETE FROM node WHERE (number + 1) << level::int > 8"
    )
    with pytest.raises(ConfigurationError, match="it is older than what was signed"):
        again(world, tmp_path, url, sql)


def test_the_folder_of_such_a_node_keeps_one_and_starts_from_it(
    tmp_path, new_postgres, monkeypatch, capsys
):
    folder, address = tmp_path / "node", new_postgres_address(new_postgres())
    assert main(["init", str(folder), "--party", "Alder", "--database", address]) == 0
    monkeypatch.setattr(ledger, "_KEPT_FROM", 1)
    monkeypatch.setattr(ledger, "_UNKEPT_MIN", 1)
    assert main(["declare", str(folder), str(PLAN)]) in {0, 1}
    assert (folder / "snapshot").is_file()
    with running(str(folder)) as (_, node):
        assert node.past.begun == node.store.size() > 0
        assert node.fault == ""
    assert main(["list", str(folder)]) == 0
    assert main(["doctor", str(folder)]) in {0, 1}
    assert "snapshot" not in capsys.readouterr().err
