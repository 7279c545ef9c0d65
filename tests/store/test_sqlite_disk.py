"""A disk that is full, fails or lies under the SQLite file: one sentence, and the data stay whole."""

# ruff: noqa: N802 - methods that SQLite calls by its own names
from __future__ import annotations

import random
import stat

import apsw
import pytest

from keepclear.errors import ConfigurationError, InUseError, StoreError
from keepclear.record import merkle
from keepclear.store.sqlite import SqliteStore
from tests.store.test_contract import batch, erasing


class Disk:
    """A file system that works until it is told otherwise."""

    def __init__(self):
        self.writes_left = None
        """Nothing: any number."""
        self.kind = apsw.FullError
        self.reads_fail = False


class FailingFile(apsw.VFSFile):
    def __init__(self, disk, inherit, name, flags):
        super().__init__(inherit, name, flags)
        self._disk = disk

    def _count(self):
        if self._disk.writes_left is not None:
            if self._disk.writes_left <= 0:
                raise self._disk.kind("asked for")
            self._disk.writes_left -= 1

    def xWrite(self, data, offset):
        self._count()
        super().xWrite(data, offset)

    def xSync(self, flags):
        self._count()
        super().xSync(flags)

    def xRead(self, amount, offset):
        if self._disk.reads_fail:
            raise apsw.IOError("asked for")
        return super().xRead(amount, offset)


class FailingVFS(apsw.VFS):
    def __init__(self, disk):
        self._disk = disk
        self.name = f"failing-{id(self)}"
        super().__init__(self.name, "")

    def xOpen(self, name, flags):
        return FailingFile(self._disk, "", name, flags)


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def vfs(disk):
    made = FailingVFS(disk)
    yield made.name
    made.unregister()


def whole(store):
    """Entries and leaves say the same, and the record is the tree of its leaves."""
    size = store.size()
    entries, leaves = store.entries(0, 1_000), store.leaves(0, 1_000)
    assert [entry.number for entry in entries] == list(range(1, size + 1))
    assert len(leaves) == size
    tree = {(0, k): merkle.leaf_hash(leaf) for k, leaf in enumerate(leaves)}
    assert all(store.node(*where) == found for where, found in tree.items())
    return size


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", [apsw.FullError, apsw.IOError])
@pytest.mark.parametrize("what", ["commit", "delivered", "erase"])
def test_a_disk_that_fails_at_any_write_loses_nothing_and_does_nothing_half(
    tmp_path, disk, vfs, kind, what
):
    disk.kind = kind
    outcomes, said = set(), set()
    for writes in range(40):
        path = tmp_path / f"{writes}.db"
        store = SqliteStore(path, vfs=vfs)
        store.commit([batch(0, "A1", "A2")])
        disk.writes_left = writes
        calls = {
            "commit": lambda store=store: store.commit([batch(2, "B" * 5_000, "C", key="k")]),
            "delivered": lambda store=store: store.delivered([1]),
            "erase": lambda store=store: store.commit([erasing(2, 1)]),
        }
        try:
            calls[what]()
            done = True
        except StoreError as error:
            done = False
            said.add(str(error))
        disk.writes_left = None
        size = whole(store)  # the same connection reads what is true
        assert store.commit([batch(size, "D")])[0].size == size + 1  # and works again
        store.close()
        again = SqliteStore(path)
        assert whole(again) == size + 1
        there = {
            "commit": again.reply("desk", "k") is not None and size == 4,
            "delivered": 1 not in [message.number for message in again.pending(9)],
            "erase": again.entries(0, 1)[0].data == b"" and size == 3,
        }
        assert there[what] or not done  # what was said to be done is there
        outcomes.add(done)
        again.close()
    assert outcomes == {True, False}
    assert not any("\n" in sentence for sentence in said)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_disk_that_cannot_be_read_is_the_operators_to_mend(tmp_path, disk, vfs):
    store = SqliteStore(tmp_path / "node.db", vfs=vfs)
    for k in range(40):
        store.commit([batch(k, f"{k}" * 3_000)])
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    store._db.execute("PRAGMA cache_size = 1").fetchall()
    store._db.execute("PRAGMA shrink_memory").fetchall()
    disk.reads_fail = True
    with pytest.raises(StoreError, match="could not be read"):
        store.entries(0, 1_000)
    disk.reads_fail = False
    assert len(store.entries(0, 1_000)) == 40
    store.close()


def test_a_file_that_was_cut_short_is_refused_and_stays(tmp_path):
    store = SqliteStore(tmp_path / "node.db")
    for k in range(60):
        store.commit([batch(k, f"A{k}")])
    store.close()
    content = (tmp_path / "node.db").read_bytes()
    assert len(content) > 20 * 512
    for end in range(512, len(content), 1_024):
        path = tmp_path / f"{end}.db"
        path.write_bytes(content[:end])
        with pytest.raises(ConfigurationError, match=r"is damaged|no database"):
            SqliteStore(path)
        assert path.read_bytes() == content[:end]


def test_bytes_that_changed_are_refused_or_what_is_read_is_said_to_be_unreadable(tmp_path):
    """Never an error of SQLite's own; what still opens is compared with the record by the node."""
    store = SqliteStore(tmp_path / "node.db")
    for k in range(60):
        store.commit([batch(k, f"A{k}")])
    store.close()
    content = bytearray((tmp_path / "node.db").read_bytes())
    rng, refused, said = random.Random(1), 0, set()
    for k in range(150):
        damaged = bytearray(content)
        at = rng.randrange(len(damaged) - 64)
        damaged[at : at + 64] = rng.randbytes(64)
        path = tmp_path / f"{k}.db"
        path.write_bytes(damaged)
        try:
            opened = SqliteStore(path)
        except ConfigurationError as error:
            said.add(str(error))
            refused += 1
            continue
        try:
            opened.entries(0, 1_000)
            opened.leaves(0, 1_000)
            opened.pending(1_000)
        except StoreError:
            refused += 1
        opened.close()
    assert refused > 20
    assert not any("\n" in sentence for sentence in said)


def test_the_files_are_their_owners_alone(tmp_path):
    store = SqliteStore(tmp_path / "node.db")
    store.commit([batch(0, "A1")])
    store.backup(tmp_path / "copy.db")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert {"node.db", "copy.db"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    store.close()


def test_in_use_is_told_from_all_else(tmp_path):
    store = SqliteStore(tmp_path / "node.db")
    with pytest.raises(InUseError):
        SqliteStore(tmp_path / "node.db")
    store.close()


def test_the_log_is_put_into_the_file_in_small_steps(tmp_path):
    """So that no commit waits for many pages; and the file has what the log had."""
    store, log = SqliteStore(tmp_path / "a.db"), tmp_path / "a.db-wal"
    sizes = set()
    for number in range(400):
        store.commit([batch(number, "x" * 3_000)])
        sizes.add(log.stat().st_size // 4_096)
    assert 200 < max(sizes) < 300
    assert (tmp_path / "a.db").stat().st_size > 250 * 4_096
    assert whole(store) == 400
    store.close()
