"""The store in one SQLite file: no set-up, one writer, durable when a commit returns.

WAL with ``synchronous=FULL``; one connection that writes, reads and checkpoints, and keeps every other
process out for as long as it is open. The log is put into the file by another thread, by the same
connection, between two uses of it: whoever uses the store next waits until that has ended, and
meanwhile does something else. SQLite is the one that apsw carries, which is current.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import apsw

from keepclear.errors import ConfigurationError, InUseError, StoreError
from keepclear.record.merkle import HASH_BYTES
from keepclear.store.aside import Aside
from keepclear.store.base import ERASED, Batch, Committed, Entry, Kept, Pending
from keepclear.store.copying import ALL, Copying
from keepclear.store.migrations import Applied, migrations_of, to_apply
from keepclear.store.subtrees import Edge, last_leaf

__all__ = ["APPLICATION_ID", "SQLITE_VERSION_MIN", "SqliteStore"]

SQLITE_VERSION_MIN: Final = (3, 51, 3)
"""The first without the fault by which a reset of the WAL could lose committed pages."""
APPLICATION_ID: Final = 0x6B636C72
"""``kclr``: marks the file as a keepclear database."""
_BUSY_MS: Final = 2_000
_CACHE_KIB: Final = 32_768
"""Each new subject touches another page of the index by subject. That of some 250,000 declarations
fits; the usual 2 MB hold that of 15,000."""
_LOG_PAGES: Final = 250
"""Pages in the write-ahead log that are put into the file after a commit: some 80 declarations, 2 ms of
processor and two syncs. SQLite's own 1,000 take longer, and no less for each declaration."""

_PRAGMAS: Final = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA mmap_size = 0",
    f"PRAGMA cache_size = -{_CACHE_KIB}",
    "PRAGMA secure_delete = ON",
)
_SIZE: Final = "SELECT coalesce(max(number) + 1, 0) FROM leaf"
"""Leaves are numbered from 0 without gaps; to count them takes seconds where there are millions."""
_ADD_ENTRY: Final = "INSERT INTO entry (kind, subject, data, at_us) VALUES (?, ?, ?, ?)"
_ADD_LEAF: Final = "INSERT INTO leaf (number, data, hashes) VALUES (?, ?, ?)"
_ADD_MESSAGE: Final = "INSERT INTO outgoing (recipient, data) VALUES (?, ?)"
_ADD_REPLY: Final = "INSERT INTO reply VALUES (?, ?, ?, ?)"
_HASH_BESIDE: Final = "SELECT substr(hashes, ?, ?) FROM leaf WHERE number = ?"
_HASH_BEFORE: Final = "SELECT hash FROM node WHERE level = ? AND number = ?"
"""Of leaves that were there before hashes stood beside them."""
_ENTRIES_AFTER: Final = (
    "SELECT kind, subject, data, at_us, number FROM entry WHERE number > ? ORDER BY number LIMIT ?"
)
_ERASE: Final = "UPDATE entry SET data = x'' WHERE number = ? AND kind <> ? AND length(data) > 0"
_ENTRIES_OF: Final = (
    "SELECT kind, subject, data, at_us, number FROM entry WHERE subject = ? ORDER BY number"
)


class SqliteStore:
    """A store in a file.

    Raises:
        ConfigurationError: the file is in use, is no keepclear database, was written by a newer
            version, is damaged, or cannot be written.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, vfs: str | None = None, look_through: bool = True
    ) -> None:
        """Open a file, or make one.

        Args:
            path: The file; its folder must exist.
            vfs: Another file system of SQLite's, for tests.
            look_through: Have SQLite look through all pages for damage, which takes as long as
                reading them; else call :meth:`look_through` when there is time.
        """
        self._looks = look_through
        version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
        if version < SQLITE_VERSION_MIN:
            raise ConfigurationError(
                f"SQLite {apsw.sqlite_lib_version()} can damage a file; install a newer apsw"
            )
        self._path = os.fspath(path)
        self._edge: Edge | None = None
        """Where the record ends; read again after a write that failed."""
        self._closed = False
        self._aside, self._log_pages = Aside(), 0
        _make_private(self._path)
        try:
            self._connection = apsw.Connection(self._path, vfs=vfs)
        except apsw.Error as error:
            raise self._explained(error) from error
        try:
            self._prepare()
            self._known_edge()
        except apsw.Error as error:
            self._db.close()
            raise self._explained(error) from error
        except ConfigurationError:
            self._db.close()
            raise

    def _prepare(self) -> None:
        self._db.set_busy_timeout(_BUSY_MS)
        self._db.set_wal_hook(self._logged)  # in the place of SQLite's own, which makes all wait
        for pragma in _PRAGMAS:
            self._db.execute(pragma).fetchall()
        owner = int(self._one("PRAGMA application_id"))
        empty = not self._one("SELECT count(*) FROM sqlite_schema")
        if not empty and owner != APPLICATION_ID:
            raise ConfigurationError(
                f"{self._path!r} is a database of another program; not touched"
            )
        if self._looks:
            self.look_through()
        self._migrate(empty=empty)

    @property
    def _db(self) -> apsw.Connection:
        """The connection, once nobody else uses it."""
        self._aside.wait()
        return self._connection

    def _logged(self, _db: apsw.Connection, _name: str, pages: int) -> int:
        """After each commit: how many pages the log has now."""
        self._log_pages = pages
        return apsw.SQLITE_OK

    def _shorten_log(self) -> None:
        """Have a long log put into the file, while nobody uses the store."""
        if self._log_pages >= _LOG_PAGES:
            self._log_pages = 0
            with suppress(RuntimeError):  # no thread can be had now: after the next commit
                self._aside.begin(self._put_log)

    def _put_log(self) -> None:
        """Where it fails, the log stays as it is, and is put later; nothing is lost by that."""
        with suppress(apsw.Error):
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def look_through(self) -> None:
        """Look through all pages for damage.

        Raises:
            ConfigurationError: there is some.
        """
        if self._one("PRAGMA quick_check(1)") != "ok":
            raise ConfigurationError(
                f"{self._path!r} is damaged; keep it, and restore the newest backup beside it"
            )

    def _migrate(self, *, empty: bool) -> None:
        """Bring the schema up to date in one transaction, or leave it as it is."""
        known = migrations_of("sqlite")
        applied = [] if empty else [Applied(*row) for row in self._db.execute(
            "SELECT number, checksum FROM migration ORDER BY number")]  # fmt: skip
        steps = to_apply(known, applied)
        if not steps:
            return
        with self._transaction():
            if empty:
                self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._db.execute(
                    "CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                    "checksum TEXT NOT NULL) STRICT"
                )
            for step in steps:
                self._db.execute(step.sql)
                self._db.execute(
                    "INSERT INTO migration VALUES (?, ?, ?)",
                    (step.number, step.name, step.checksum),
                )

    def commit(self, batches: Sequence[Batch]) -> list[Committed | None]:
        """See :class:`keepclear.store.base.Store`."""
        try:
            with self._transaction():
                done = [self._apply(batch) for batch in batches]
            if any(_forgets(batch) for batch in batches):
                self._empty_log()
            self._shorten_log()
        except BaseException as error:
            self._edge = None  # whatever became of it: it is read again
            if isinstance(error, apsw.Error):
                raise self._failed(error) from error
            raise
        return done

    def _apply(self, batch: Batch) -> Committed | None:
        if batch.expected_size != self._known_edge().size:
            return None
        for reply in batch.replies:
            where = (reply.client, reply.key)
            if self._db.execute(
                "SELECT 1 FROM reply WHERE client = ? AND key = ?", where
            ).fetchall():
                return None
        self._put(_ADD_ENTRY, batch.entries)
        self._append(batch.leaves)
        self._put(_ADD_MESSAGE, [(one.recipient, one.data) for one in batch.outgoing])
        self._forget(batch)
        replies = [(reply.client, reply.key, reply.data, reply.at_us) for reply in batch.replies]
        self._put(_ADD_REPLY, replies)
        for value in batch.kept:
            self._keep(value)
        last = self._one("SELECT coalesce(max(number), 0) FROM entry")
        return Committed(int(last), self._known_edge().size)

    def _keep(self, value: Kept) -> None:
        where = (value.space, value.key)
        if value.data is None:
            self._db.execute("DELETE FROM kept WHERE space = ? AND key = ?", where)
        else:
            self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (*where, value.data))

    def _forget(self, batch: Batch) -> None:
        self._put(_ERASE, [(number, ERASED) for number in batch.erased])
        if batch.replies_before_us is not None:
            self._db.execute("DELETE FROM reply WHERE at_us < ?", (batch.replies_before_us,))

    def _empty_log(self) -> None:
        """What was erased must not stay in the write-ahead log until that is used up."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _append(self, leaves: Sequence[bytes]) -> None:
        """Leaves, and beside each the hashes of the subtrees that it completes."""
        edge = self._known_edge()
        first = edge.size
        self._put(
            _ADD_LEAF, [(number, leaf, edge.add(leaf)) for number, leaf in enumerate(leaves, first)]
        )

    def _put(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """One statement for many rows; none where there is none."""
        if rows:
            self._db.executemany(sql, rows)

    def _known_edge(self) -> Edge:
        """Where the record ends, read where it is not known."""
        if self._edge is None:
            self._edge = Edge(int(self._one(_SIZE)), self.node)
        return self._edge

    def size(self) -> int:
        """See :class:`keepclear.store.base.Store`."""
        self._open()
        if self._edge is None:
            self._edge = Edge(int(self._rows(_SIZE)[0][0]), self.node)
        return self._edge.size

    def entries(self, after: int, limit: int) -> list[Entry]:
        """See :class:`keepclear.store.base.Store`."""
        return [Entry(*row) for row in self._rows(_ENTRIES_AFTER, (after, limit))]

    def history(self, subject: str) -> list[Entry]:
        """See :class:`keepclear.store.base.Store`."""
        return [Entry(*row) for row in self._rows(_ENTRIES_OF, (subject,))]

    def leaves(self, start: int, end: int) -> list[bytes]:
        """See :class:`keepclear.store.base.Store`."""
        sql = "SELECT data FROM leaf WHERE number >= ? AND number < ? ORDER BY number"
        return [row[0] for row in self._rows(sql, (start, end))]

    def node(self, level: int, index: int) -> bytes:
        """See :class:`keepclear.store.base.Store`."""
        at = level * HASH_BYTES + 1
        rows = self._rows(_HASH_BESIDE, (at, HASH_BYTES, last_leaf(level, index)))
        if rows and rows[0][0] is None:
            rows = self._rows(_HASH_BEFORE, (level, index))
        found: bytes = rows[0][0] if rows else b""
        if len(found) != HASH_BYTES:
            raise KeyError((level, index))
        return found

    def pending(self, limit: int) -> list[Pending]:
        """See :class:`keepclear.store.base.Store`."""
        sql = "SELECT recipient, data, number FROM outgoing ORDER BY number LIMIT ?"
        return [Pending(*row) for row in self._rows(sql, (limit,))]

    def delivered(self, numbers: Sequence[int]) -> None:
        """See :class:`keepclear.store.base.Store`."""
        try:
            with self._transaction():
                self._db.executemany(
                    "DELETE FROM outgoing WHERE number = ?", [(number,) for number in numbers]
                )
            self._shorten_log()
        except apsw.Error as error:
            raise self._failed(error) from error

    def reply(self, client: str, key: str) -> bytes | None:
        """See :class:`keepclear.store.base.Store`."""
        rows = self._rows("SELECT data FROM reply WHERE client = ? AND key = ?", (client, key))
        return rows[0][0] if rows else None

    def kept(self, space: str) -> dict[str, bytes]:
        """See :class:`keepclear.store.base.Store`."""
        return dict(self._rows("SELECT key, data FROM kept WHERE space = ?", (space,)))

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Write a whole copy to a new file, while this store stays in use.

        Raises:
            ConfigurationError: the file exists, or cannot be written.
        """
        self.copying(path).step(ALL)

    def copying(self, path: str | os.PathLike[str]) -> Copying:
        """A copy that is made some pages at a time, by whoever uses this store, between its writes.

        Raises:
            ConfigurationError: the file exists, or cannot be written.
        """
        return Copying(self._db, os.fspath(path), self._aside.wait)

    @property
    def path(self) -> str:
        """The file."""
        return self._path

    def close(self) -> None:
        """See :class:`keepclear.store.base.Store`."""
        self._closed = True
        self._aside.end()
        self._connection.close()

    def _open(self) -> None:
        if self._closed:  # it answers nothing
            raise StoreError("the store is closed")

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)

    def _one(self, sql: str) -> Any:
        """One value, for what runs where errors of SQLite are expected."""
        return self._db.execute(sql).fetchall()[0][0]

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        try:
            return self._db.execute(sql, values).fetchall()
        except apsw.ConnectionClosedError as error:
            raise StoreError("the store is closed") from error
        except (apsw.Error, UnicodeDecodeError) as error:
            raise StoreError(
                f"the database {self._path!r} could not be read ({error}); look at its disk, and "
                "restore the newest backup beside it if this goes on"
            ) from error

    def _failed(self, error: apsw.Error) -> StoreError:
        return StoreError(f"the database {self._path!r} did not take a change ({error})")

    def _explained(self, error: apsw.Error) -> ConfigurationError:
        for kind, sentence in _SENTENCES:
            if isinstance(error, kind):
                sort = InUseError if kind is apsw.BusyError else ConfigurationError
                return sort(sentence.format(path=self._path))
        return ConfigurationError(f"the database {self._path!r} cannot be used ({error})")


def _make_private(path: str) -> None:
    """A new file is its owner's alone, and so are SQLite's files beside it, which take its mode."""
    with suppress(OSError):  # it is there, or SQLite says why it cannot be
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _forgets(batch: Batch) -> bool:
    return bool(batch.erased) or batch.replies_before_us is not None


class _Transaction:
    """``BEGIN IMMEDIATE`` to ``COMMIT``, or back to where it began."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            try:
                self._db.execute("COMMIT")
            except apsw.Error:
                self._roll_back()
                raise
        else:
            self._roll_back()

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")


_SENTENCES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (apsw.BusyError, "the database {path!r} is in use by another process; stop that one first"),
    (apsw.NotADBError, "{path!r} is no database, or a damaged one; it was not touched"),
    (apsw.CorruptError, "{path!r} is damaged; keep it, and restore the newest backup beside it"),
    (apsw.CantOpenError, "the database {path!r} cannot be opened; does its folder exist?"),
    (apsw.ReadOnlyError, "the database {path!r} may not be written; who owns it?"),
    (apsw.FullError, "the disk of {path!r} is full; nothing was changed"),
)
