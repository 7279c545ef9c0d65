"""What a disk may hold after the power went: every write and every sync is recorded, then replayed.

usage: python -m tests.store.crash [--writes 100000] [--images 2000] [--seed 1]

Between two syncs a disk may keep any of the writes, in any order, and the last one in part. An image
is made of all writes up to a sync, and of a random choice of those after it, some torn at a sector. In
each image everything that had been acknowledged before that moment must be there, and the record must
be the tree of its leaves. The run adds a line to ``docs/soak.md``.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw

from keepclear.errors import ConfigurationError
from keepclear.record import merkle
from keepclear.store.base import ERASED, Batch, NewEntry, Outgoing
from keepclear.store.sqlite import SqliteStore
from tests.soak import add_line, commit_now

SECTOR = 512
SECTION = "Crash images of the SQLite file"
HEAD = """
`make crash` records every write and sync of a store, and opens the files that a disk may hold after a
loss of power: writes after the last sync dropped, kept in any order, or torn at a sector. *Lost* counts
acknowledged entries that an image lacks, and erased ones that it still holds; *broken* images that do
not open, or whose record is not the tree of its leaves.

| Date | Commit | Seed | Acknowledged | Images | Lost | Broken | Seconds |
|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a file: a write, a truncation or a sync."""

    file: str
    kind: str
    offset: int = 0
    data: bytes = b""


class Log:
    """Everything that happened to the files of one store, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []


# SQLite calls these methods by names of its own.
class RecordingFile(apsw.VFSFile):
    """A file of the ordinary file system that writes down what is done to it."""

    def __init__(self, log, inherit, name, flags):
        super().__init__(inherit, name, flags)
        self._log = log
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._name = Path(path).name

    def xWrite(self, data, offset):
        self._log.events.append(Event(self._name, "write", offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size):
        self._log.events.append(Event(self._name, "truncate", size))
        super().xTruncate(size)

    def xSync(self, flags):
        self._log.events.append(Event(self._name, "sync"))
        super().xSync(flags)


class RecordingVFS(apsw.VFS):
    """Opens recording files, and notes which ones are removed."""

    def __init__(self, name, log):
        self._log = log
        super().__init__(name, "")

    def xOpen(self, name, flags):
        return RecordingFile(self._log, "", name, flags)

    def xDelete(self, name, sync):
        self._log.events.append(Event(Path(name).name, "delete"))
        super().xDelete(name, sync)


def image(events, upto, chance, rng):
    """The files after the first ``upto`` events: what was synced, and a choice of the rest."""
    last_sync = {}
    for at, event in enumerate(events[:upto]):
        if event.kind == "sync":
            last_sync[event.file] = at
    files: dict[str, bytearray] = {}
    loose = []
    for at, event in enumerate(events[:upto]):
        if event.kind == "delete":
            files.pop(event.file, None)
        elif at < last_sync.get(event.file, -1):
            _apply(files, event)
        elif event.kind != "sync":
            loose.append(event)
    kept = [event for event in loose if rng.random() < chance]
    rng.shuffle(kept)
    for event in kept:
        _apply(files, _torn(event, rng))
    return files


def _torn(event, rng):
    if event.kind != "write" or rng.random() < 0.7:
        return event
    sectors = len(event.data) // SECTOR
    return Event(event.file, "write", event.offset, event.data[: rng.randint(0, sectors) * SECTOR])


def _apply(files, event):
    content = files.setdefault(event.file, bytearray())
    if event.kind == "truncate":
        del content[event.offset :]
    elif event.kind == "write":
        if len(content) < event.offset:
            content.extend(bytes(event.offset - len(content)))
        content[event.offset : event.offset + len(event.data)] = event.data


def load(folder, log, commits, rng):
    """Commit batches to a recorded store; (events so far, entries, those erased) after each."""
    name = f"recording-{id(log)}"
    vfs = RecordingVFS(name, log)
    store = SqliteStore(Path(folder) / "node.db", vfs=name)
    moments = [(len(log.events), 0, frozenset())]
    size, gone, kept = 0, frozenset(), frozenset()
    for _ in range(commits):
        batches = []
        for _ in range(rng.choice([1, 1, 1, 4, 16])):
            count = rng.randint(1, 3)
            names = [f"{size + k}:{'x' * rng.randint(0, 900)}" for k in range(count)]
            batches.append(
                Batch(
                    size,
                    tuple(NewEntry("declared", n[:8], n.encode(), size) for n in names),
                    tuple(n.encode() for n in names),
                    (Outgoing("Birch", names[0].encode()),),
                )
            )
            size += count
        if size > 5 and rng.random() < 0.1:
            numbers = frozenset(rng.sample(range(1, size + 1), 3))
            said = NewEntry(ERASED, "due", b"erased", size)
            batches.append(Batch(size, (said,), (b"erased",), erased=tuple(numbers)))
            size, gone, kept = size + 1, gone | numbers, kept | {size + 1}
        assert None not in store.commit(batches)
        moments.append((len(log.events), size, gone - kept))
        if rng.random() < 0.2:
            store.delivered([p.number for p in store.pending(5)])
    store.close()
    vfs.unregister()
    return moments


def check(files, acknowledged, folder, gone=frozenset()):
    """How many acknowledged entries an image lacks or has not erased; None where it is broken."""
    for name, content in files.items():
        (Path(folder) / name).write_bytes(content)
    try:
        store = SqliteStore(Path(folder) / "node.db")
    except ConfigurationError:
        if acknowledged == 0 and not files.get("node.db"):
            return 0  # the power went before anything was there
        return None
    try:
        size = store.size()
        entries = store.entries(0, 10**9)
        if len(entries) != size or [e.number for e in entries] != list(range(1, size + 1)):
            return None
        leaves = store.leaves(0, size)
        if any(e.data not in {b"", leaf} for e, leaf in zip(entries, leaves, strict=True)):
            return None
        back = sum(bool(e.data) for e in entries if e.number in gone)
        hashes = {(0, k): merkle.leaf_hash(leaf) for k, leaf in enumerate(leaves)}
        level = 0
        while (level, 1) in hashes:
            for k in range((size >> level) // 2):
                hashes[level + 1, k] = merkle.node_hash(
                    hashes[level, 2 * k], hashes[level, 2 * k + 1]
                )
            level += 1
        if any(store.node(*where) != found for where, found in hashes.items()):
            return None
        return max(0, acknowledged - size) + back
    finally:
        store.close()


def run(commits, images, seed):
    """(acknowledged, images, lost, broken)"""
    rng = random.Random(seed)
    log = Log()
    lost = broken = 0
    with TemporaryDirectory() as folder:
        moments = load(folder, log, commits, rng)
    ends = [events for events, _, _ in moments]
    for _ in range(images):
        upto = rng.randint(0, len(log.events))
        which = bisect_right(ends, upto) - 1
        _, acknowledged, gone = moments[which] if which >= 0 else (0, 0, frozenset())
        files = image(log.events, upto, rng.choice([0.0, 0.5, 1.0]), rng)
        with TemporaryDirectory() as folder:
            missing = check(files, acknowledged, folder, gone)
        broken += missing is None
        lost += missing or 0
    return moments[-1][1], images, lost, broken


def main():
    ask = argparse.ArgumentParser(prog="python -m tests.store.crash", description=__doc__)
    ask.add_argument("--writes", type=int, default=100_000)
    ask.add_argument("--images", type=int, default=100, help="of each store")
    ask.add_argument("--commits", type=int, default=60, help="in each store")
    ask.add_argument("--seed", type=int, default=1)
    given = ask.parse_args()
    begun, seed = time.monotonic(), given.seed
    totals = [0, 0, 0, 0]
    while totals[0] < given.writes:
        totals = [
            a + b for a, b in zip(totals, run(given.commits, given.images, seed), strict=True)
        ]
        seed += 1
    acknowledged, images, lost, broken = totals
    date = time.strftime("%Y-%m-%d", time.gmtime())
    cells = (date, commit_now("src/keepclear/store"), given.seed, f"{acknowledged:,}",
             f"{images:,}", lost, broken, f"{time.monotonic() - begun:.0f}")  # fmt: skip
    add_line(SECTION, HEAD, "| " + " | ".join(map(str, cells)) + " |")
    print(f"{acknowledged:,} acknowledged, {images:,} images, {lost} lost, {broken} broken")
    return 1 if lost or broken else 0


if __name__ == "__main__":
    sys.exit(main())
