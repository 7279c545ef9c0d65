"""A large file that is written beside others: each piece is durable, and then the disk is theirs."""

from __future__ import annotations

import numpy as np
import pytest

from keepclear.node import columns_file, gently
from keepclear.node.columns_file import read_columns, write_columns
from keepclear.record.note import Signer

KEY = Signer("keepclear/test/1", bytes(range(32)))
COLUMNS = {"one": np.arange(500_000, dtype=np.int64), "two": np.arange(7, dtype=np.uint8)}


class Disk:
    """Takes 5 ms for what was written, and says how much was not yet durable at once."""

    def __init__(self, monkeypatch):
        self.now_s, self.durable, self.most, self.paused = 0.0, 0, 0, []
        monkeypatch.setattr(gently.os, "fsync", self.fsync)
        monkeypatch.setattr(gently.time, "monotonic", lambda: self.now_s)
        monkeypatch.setattr(gently.threading, "Event", lambda: self)
        self.real = columns_file.os.fstat

    def fsync(self, handle):
        size = self.real(handle).st_size
        self.most, self.durable = max(self.most, size - self.durable), size
        self.now_s += 0.005

    def wait(self, seconds):
        self.paused.append(seconds)
        self.now_s += seconds


def test_little_is_written_at_once_and_the_disk_is_free_most_of_the_time(tmp_path, monkeypatch):
    disk = Disk(monkeypatch)
    rest = gently.Gently(lambda: True)
    size = write_columns(tmp_path / "file", COLUMNS, {}, KEY, rest)
    assert size > 4_000_000
    assert disk.most <= 1_200_000
    assert len(disk.paused) >= 4
    assert disk.paused == pytest.approx([0.02] * len(disk.paused))  # a fifth of the time is used
    monkeypatch.undo()
    found = read_columns(tmp_path / "file", KEY.verifier, lambda _: True)
    assert all(np.array_equal(found[name], column) for name, column in COLUMNS.items())


@pytest.mark.parametrize("until", [0, 2])
def test_as_soon_as_there_are_no_others_it_hurries(tmp_path, monkeypatch, until):
    disk, asked = Disk(monkeypatch), []

    def others():
        asked.append(None)
        return len(asked) <= until

    write_columns(tmp_path / "file", COLUMNS, {}, KEY, gently.Gently(others))
    assert len(disk.paused) == until
    assert len(asked) >= 5
