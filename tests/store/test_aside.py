"""What is done aside has ended before anybody goes on with the same things; and the log is put so."""

from __future__ import annotations

import threading

import apsw
import pytest

from keepclear.store.aside import Aside
from keepclear.store.sqlite import SqliteStore
from tests.store.test_contract import batch
from tests.store.test_sqlite_disk import Disk, FailingFile, FailingVFS, whole

SOON_S = 10.0
PAUSE = threading.Event()
"""Never set: who waits for it takes a moment."""


def test_a_call_is_done_elsewhere_and_waited_for():
    aside, may_end, said = Aside(), threading.Event(), []

    def call():
        said.append(threading.current_thread() is threading.main_thread())
        may_end.wait(SOON_S)
        said.append("done")

    aside.begin(call)
    may_end.set()
    aside.wait()
    assert said == [False, "done"]
    aside.end()


def test_one_begins_when_the_one_before_has_ended_and_an_end_waits_for_the_last():
    aside, said = Aside(), []
    for number in range(20):
        aside.begin(lambda number=number: (PAUSE.wait(0.001), said.append(number)))
        assert said == [*range(number)]
    aside.end()
    assert said == [*range(20)]


def test_what_went_wrong_is_raised_once_and_the_next_call_is_done():
    aside, said = Aside(), []
    aside.begin(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        aside.wait()
    aside.wait()
    aside.begin(lambda: said.append("done"))
    aside.end()
    assert said == ["done"]


class SlowFile(FailingFile):
    """A file whose writes take a while, and by whom they were made."""

    def xWrite(self, data, offset):  # noqa: N802 - called by SQLite
        self._disk.threads.add(threading.current_thread())
        PAUSE.wait(0.0005)
        super().xWrite(data, offset)


class SlowVFS(FailingVFS):
    def xOpen(self, name, flags):  # noqa: N802 - called by SQLite
        kind = SlowFile if flags[0] & apsw.SQLITE_OPEN_MAIN_DB else FailingFile
        return kind(self._disk, "", name, flags)


def test_the_log_is_put_into_the_file_aside_while_everything_else_goes_on(tmp_path):
    """Reads, writes and a copy come while pages are put; each waits, and none finds half of it."""
    slow = Disk()
    slow.threads = set()
    vfs = SlowVFS(slow)
    store, log = SqliteStore(tmp_path / "a.db", vfs=vfs.name), tmp_path / "a.db-wal"
    copying, sizes = store.copying(tmp_path / "copy.db"), set()
    for number in range(400):
        store.commit([batch(number, "x" * 3_000, key=f"k{number}")])
        sizes.add(log.stat().st_size // 4_096)
        assert store.size() == number + 1
        if number % 3 == 0:
            assert store.reply("desk", f"k{number}") is not None
        if number % 7 == 0:
            copying.step(3)
        if number % 50 == 0:
            assert store.delivered([1]) is None
    copying.step(-1)
    assert whole(store) == 400
    store.close()
    assert max(sizes) < 300
    assert len(slow.threads) > 1  # not only the one that makes the changes
    for name in ("a.db", "copy.db"):
        again = SqliteStore(tmp_path / name)
        assert whole(again) == 400
        again.close()
    vfs.unregister()


def test_a_log_that_cannot_be_put_loses_nothing_and_is_put_later(tmp_path):
    disk = Disk()
    disk.kind = apsw.IOError
    vfs = FailingVFS(disk)
    store, file = SqliteStore(tmp_path / "a.db", vfs=vfs.name), tmp_path / "a.db"
    for number in range(10):
        store.commit([batch(number, "x" * 3_000)])
    size, disk.writes_left = file.stat().st_size, 0
    store._put_log()
    assert file.stat().st_size == size
    disk.writes_left = None
    assert whole(store) == 10
    store.commit([batch(10, "y")])
    store._put_log()
    assert file.stat().st_size > size
    store.close()
    again = SqliteStore(file)
    assert whole(again) == 11
    again.close()
    vfs.unregister()
