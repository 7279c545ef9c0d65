"""The file of a snapshot: it is what was kept, or it is passed over, and never believed beyond that."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import apsw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.app import main
from keepclear.detect.growing import columns_of
from keepclear.detect.index import StandingSet
from keepclear.detect.prepare import prepare
from keepclear.errors import ConfigurationError, StoreError
from keepclear.node import columns_file, ledger
from keepclear.node.examining import examine_node
from keepclear.node.shelf import FileShelf
from keepclear.node.snapshot import LAYOUT
from keepclear.record.note import Signer
from keepclear.store.sqlite import SqliteStore
from tests.laws.strategies import FLAT
from tests.node.shelves import same
from tests.node.world import NAME, World, movement, operation, site

KEY = Signer(NAME, bytes(range(32)))


def shelf_in(folder, said=None, key=KEY):
    return FileShelf(folder, key, FLAT, (said if said is not None else []).append)


def lived(folder, store=None):
    """A node, on a file in a folder unless elsewhere, in which something of every kind was done."""
    world = World(store=store or SqliteStore(folder / "node.db"), shelf=shelf_in(folder))
    world.arrange()
    for party in ("Alder", "Birch", "Cedar"):
        for name in ("1", "2"):
            world.declare(operation(name, party))
    world.declare(site())
    world.act("Relief/S1", "verify")
    world.act("Relief/S1", "submit")
    world.declare(movement())
    world.act("Alder/1", "withdraw", reason="why")
    return world


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The bytes of a snapshot, and its columns."""
    folder = tmp_path_factory.mktemp("kept")
    world = lived(folder)
    world.node.keep_snapshot()
    found = (folder / "snapshot").read_bytes(), shelf_in(folder).take().columns()
    world.node.close()
    return found


def is_same(columns, others):
    return columns.keys() == others.keys() and all(
        one.dtype == others[name].dtype and np.array_equal(one, others[name])
        for name, one in columns.items()
    )


@given(at=st.integers(0), bit=st.integers(0, 7))
@settings(deadline=None)
def test_with_any_bit_turned_it_is_passed_over_or_means_the_same(tmp_path_factory, kept, at, bit):
    data, columns = bytearray(kept[0]), kept[1]
    data[at % len(data)] ^= 1 << bit
    folder = tmp_path_factory.mktemp("bit")
    (folder / "snapshot").write_bytes(data)
    said = []
    found = shelf_in(folder, said).take()
    assert (found is None) == (len(said) == 1)
    assert found is None or is_same(found.columns(), columns)  # the bit was between two columns
    assert all("passed over" in one and "\n" not in one for one in said)


@given(length=st.integers(0))
@settings(deadline=None)
def test_cut_short_it_is_passed_over(tmp_path_factory, kept, length):
    folder = tmp_path_factory.mktemp("cut")
    (folder / "snapshot").write_bytes(kept[0][: length % len(kept[0])])
    assert shelf_in(folder).take() is None


def test_it_is_read_as_it_was_kept_and_by_its_own_node_alone(tmp_path, kept):
    (tmp_path / "snapshot").write_bytes(kept[0])
    assert is_same(shelf_in(tmp_path).take().columns(), kept[1])
    for other in (Signer(NAME, bytes(32)), Signer("keepclear/other/1", bytes(range(32)))):
        assert shelf_in(tmp_path, key=other).take() is None


def test_columns_that_somebody_else_put_together_are_not_believed(tmp_path, kept):
    """The table of contents is signed; who has no key can make none for columns of another kind."""
    (tmp_path / "snapshot").write_bytes(kept[0])
    about = shelf_in(tmp_path).take().about() | shelf_in(tmp_path)._made_by
    columns = kept[1] | {"standing": kept[1]["standing"][::-1]}
    columns_file.write_columns(tmp_path / "snapshot", columns, about, Signer(NAME, bytes(32)))
    assert shelf_in(tmp_path).take() is None


@pytest.mark.parametrize("member", ["layout", "order", "geoid", "keepclear"])
def test_another_program_or_geoid_makes_its_own(tmp_path, kept, member):
    (tmp_path / "snapshot").write_bytes(kept[0])
    about = shelf_in(tmp_path).take().about() | shelf_in(tmp_path)._made_by | {member: "other"}
    columns_file.write_columns(tmp_path / "snapshot", kept[1], about, KEY)
    said = []
    assert shelf_in(tmp_path, said).take() is None
    assert "another" in said[0]


@pytest.mark.parametrize("fails", ["write", "fsync", "replace"])
def test_while_one_is_written_the_one_before_stays(tmp_path, monkeypatch, fails):
    """Whatever fails, or stops there for good, the name stands for a whole snapshot."""
    world = lived(tmp_path)
    world.node.keep_snapshot()
    before = (tmp_path / "snapshot").read_bytes()
    world.declare(operation("later", "Birch"))

    def full(*_):
        raise OSError(28, "No space left on device")

    if fails == "write":
        monkeypatch.setattr(columns_file, "_pieces", full)
    elif fails == "fsync":
        monkeypatch.setattr(columns_file.os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        world.node.keep_snapshot()
    monkeypatch.undo()
    assert (tmp_path / "snapshot").read_bytes() == before
    assert [one.name for one in tmp_path.glob(".snapshot*")] == []
    again = world.start(shelf_in(tmp_path))
    assert again.past.begun < again.store.size()
    assert same(again, world.start())
    world.node.close()


def test_the_doctor_says_what_it_is_of(tmp_path, monkeypatch):
    assert main(["init", str(tmp_path / "node"), "--secretariat"]) == 0
    monkeypatch.setattr(ledger, "_KEPT_FROM", 1)
    monkeypatch.setattr(ledger, "_UNKEPT_MIN", 1)
    plan = Path(__file__).parents[2] / "examples" / "darling" / "alder.geojson"
    assert main(["declare", str(tmp_path / "node"), str(plan)]) == 0
    said = {one.name: one for one in examine_node(tmp_path / "node")}["snapshot"]
    assert (said.state, "a start goes on from it" in said.text) == ("ok", True)
    content = bytearray((tmp_path / "node" / "snapshot").read_bytes())
    content[200] ^= 1
    (tmp_path / "node" / "snapshot").write_bytes(content)
    said = {one.name: one for one in examine_node(tmp_path / "node")}["snapshot"]
    assert (said.state, "passed over" in said.text) == ("note", True)
    assert main(["status", str(tmp_path / "node")]) == 0


def test_what_a_killed_writer_left_goes_with_the_snapshot(tmp_path):
    world = lived(tmp_path)
    world.node.keep_snapshot()
    (tmp_path / ".snapshot.left").write_bytes(b"half")
    shelf_in(tmp_path).clear()
    assert list(tmp_path.glob("*snapshot*")) == list(tmp_path.glob(".snapshot*")) == []
    world.node.close()


def edited(folder, sql):
    db = apsw.Connection(str(folder / "node.db"))
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")]
    for name in names:
        db.execute(f"DROP TRIGGER {name}")
    db.execute(sql)
    db.close()


def restarted(world, folder, sql):
    """The node started from its snapshot on a database that somebody changed."""
    world.node.keep_snapshot()
    world.node.close()
    edited(folder, sql)
    world.store = SqliteStore(folder / "node.db", look_through=False)
    return world.start(shelf_in(folder))


FIRST = "(SELECT min(number) FROM entry WHERE subject = 'Birch/1' AND kind = 'declared')"


def test_a_text_that_somebody_changed_is_not_believed_when_it_is_read(tmp_path):
    sql = f"UPDATE entry SET data = CAST(data || x'20' AS BLOB) WHERE number = {FIRST}"
    node = restarted(lived(tmp_path), tmp_path, sql)
    assert node.memory.cases["Alder/2"].latest.declaration.id == "2"
    with pytest.raises(StoreError, match="is not what its record holds a hash of"):
        _ = node.memory.cases["Birch/1"].latest.declaration
    with pytest.raises(StoreError, match="is not what its record holds a hash of"):
        node.fresh()
    node.close()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (f"UPDATE entry SET data = zeroblob(40) WHERE number = {FIRST}", "is not what its leaf"),
        (f"UPDATE entry SET at_us = 1 WHERE number = {FIRST}", "is not what its leaf"),
        (f"UPDATE entry SET subject = 'Birch/2' WHERE number = {FIRST}", "is not what its leaf"),
        (f"UPDATE leaf SET data = x'00' WHERE number = {FIRST} - 1", "is not what its leaf"),
        (f"DELETE FROM entry WHERE number = {FIRST}", "numbers are missing"),
        (f"UPDATE entry SET data = x'' WHERE number = {FIRST}", "none says that it was erased"),
        ("UPDATE leaf SET hashes = zeroblob(32) WHERE number = 2", "(0, 2)"),
    ],
)
def test_whatever_was_changed_behind_the_snapshot_is_found_by_looking_back(tmp_path, sql, words):
    node = restarted(lived(tmp_path), tmp_path, sql)
    node.fresh()
    while not node.look_back(3):
        pass
    assert words in node.fault
    with pytest.raises(StoreError, match="restore the newest backup"):
        node.fresh()
    node.close()


def test_where_nothing_was_changed_looking_back_finds_nothing(tmp_path):
    world = lived(tmp_path)
    node = restarted(world, tmp_path, "SELECT 1")
    size = node.store.size()
    assert node.past.compared == (0, size)
    steps = 1
    while not node.look_back(3):
        steps += 1
    assert (node.fault, node.past.compared) == ("", (size, size))
    assert steps >= size // 3
    assert node.fresh() is node
    node.close()


def test_an_entry_that_means_much_is_compared_at_the_start_already(tmp_path):
    sql = "UPDATE entry SET data = zeroblob(40) WHERE kind = 'arranged'"
    with pytest.raises(ConfigurationError, match=r"cannot be understood|is not what its record"):
        restarted(lived(tmp_path), tmp_path, sql)


HASHES = [
    "UPDATE leaf SET hashes = substr(hashes, 1, 64)",
    "UPDATE leaf SET hashes = zeroblob(length(hashes))",
]


@pytest.mark.parametrize("sql", HASHES)
def test_a_record_with_another_root_has_no_use_for_the_snapshot(tmp_path, sql):
    with pytest.raises(ConfigurationError, match="does not go on from its last checkpoint"):
        restarted(lived(tmp_path), tmp_path, sql)


def test_a_database_of_before_has_no_use_for_the_snapshot(tmp_path):
    world = lived(tmp_path)
    world.node.store.behind.backup(tmp_path / "older.db")
    world.declare(operation("3"))
    world.node.keep_snapshot()
    world.node.close()
    older = SqliteStore(tmp_path / "older.db")
    world.store, world.notes = older, []
    node = world.start(shelf_in(tmp_path))
    assert node.past.begun == 0
    assert "Alder/3" not in node.memory.cases
    node.close()


def test_a_snapshot_is_due_where_a_start_would_take_long(tmp_path, monkeypatch):
    world = lived(tmp_path)
    assert not world.node.snapshot_is_due
    monkeypatch.setattr(ledger, "_KEPT_FROM", 10)
    monkeypatch.setattr(ledger, "_UNKEPT_MIN", 3)
    assert world.node.snapshot_is_due
    world.node.keep_snapshot()
    assert not world.node.snapshot_is_due
    assert world.start(None).snapshot_is_due is False
    world.node.close()


def test_the_layout_has_a_new_number_where_rows_are_made_ready_in_another_way():
    """Else a snapshot of an older program would be taken for one of this. If it fails: raise LAYOUT."""
    said = [operation("1"), site(), movement(), operation("2", "Birch", east_m=77.0)]
    standing = StandingSet(geoid=FLAT)
    standing.insert_many(said)
    assert prepare(said, geoid=FLAT).refused == ()
    digest = sha256()
    for name, column in sorted(columns_of(standing.rows().table).items()):
        digest.update(f"{name} {column.dtype} {column.shape}".encode() + column.tobytes())
    assert (LAYOUT, digest.hexdigest()[:16]) == (3, "2a6acafde77fe8a7")
