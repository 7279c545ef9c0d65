"""The store in a PostgreSQL database, where one machine is outgrown; plain tables and plain SQL.

One process at a time writes, by the rules of :mod:`postgres_writer`. A commit is one transaction and
two exchanges: the writer's row with the replies that may stand already, then everything that changes,
and the end. A connection that is lost makes whatever was under way unknown; the next call connects
anew, waits until the old connection's work is over, and reads. A database that then lacks what was
acknowledged, such as a copy that took over, is not gone on with.

Left to others: what a connection must promise (:mod:`postgres_link`), how a database is opened
(:mod:`postgres_opening`), and which rows a batch becomes
(:mod:`postgres_changes`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg

from keepclear.errors import ConfigurationError, StoreError
from keepclear.store import postgres_writer as writer
from keepclear.store.base import Batch, Committed, Entry, Pending
from keepclear.store.postgres_changes import REPLIED, Changes, Heads, Question, columns_of
from keepclear.store.postgres_link import Link, connect, in_words
from keepclear.store.postgres_opening import checked, hash_at, open_database, read_heads

__all__ = ["PostgresStore"]

_ENTRY: Final = "SELECT kind, subject, data, at_us, number FROM entry "


class PostgresStore:
    """A store in a database of its own, or in a schema of its own named by ``search_path``.

    Raises:
        InUseError: another process writes to it.
        ConfigurationError: it cannot be reached, holds something else, was written by a newer version,
            is damaged, or does not keep what it acknowledges.
    """

    def __init__(self, url: str, holder: str) -> None:
        """Open a database, or begin in an empty one.

        Args:
            url: Where it is, as libpq reads it, without a password.
            holder: This process, in words that no other process ever uses.
        """
        self._url, self._holder = url, holder
        self._lock = threading.RLock()
        self._end = threading.Event()
        self._lost = ""
        self._db: Link | None
        self._place = checked(url)
        self._db, self._epoch, self._heads = open_database(url, holder, self._end.wait)
        self._thread = threading.Thread(target=self._beat, name="writer of keepclear", daemon=True)
        self._thread.start()

    # changes

    def commit(self, batches: Sequence[Batch]) -> list[Committed | None]:
        """See :class:`keepclear.store.base.Store`."""
        names = [(reply.client, reply.key) for batch in batches for reply in batch.replies]
        question = (REPLIED, columns_of(names)) if names else None
        with self._lock:
            self._connected()
            before = self._heads
            heads = Heads(before.entries, before.size, before.messages, before.edge)
            with self._writing(question) as (db, replied):
                changes = Changes(heads, {(row[0], row[1]): row[2] for row in replied})
                done = [changes.take(batch) for batch in batches]
                for sql, values in changes.statements():
                    db.execute(sql, values)
            self._heads = heads
            return done

    def delivered(self, numbers: Sequence[int]) -> None:
        """See :class:`keepclear.store.base.Store`."""
        with self._lock, self._writing() as (db, _):
            db.execute("DELETE FROM outgoing WHERE number = ANY(%s::bigint[])", (list(numbers),))

    @contextmanager
    def _writing(
        self, question: Question | None = None
    ) -> Iterator[tuple[Link, list[tuple[Any, ...]]]]:
        """One transaction of the writer: what is asked first, then what changes, then its end."""
        db = self._connected()
        try:
            with db.pipeline() as pipeline:
                db.execute("BEGIN")
                held = writer.hold(db, self._epoch)
                asked = db.execute(*question) if question else None
                pipeline.sync()
                self._still_held(held.fetchone())
                yield db, asked.fetchall() if asked else []
                end = db.execute("COMMIT")
                pipeline.sync()
                self._committed(end.statusmessage)
        except psycopg.Error as error:
            self._drop()  # whatever is left of it is over before the next connection reads
            raise StoreError(f"{self._place} did not take a change ({in_words(error)})") from error
        except BaseException:
            self._drop()
            raise

    def _committed(self, said: str | None) -> None:
        if said != "COMMIT":
            raise StoreError(f"{self._place} did not take a change, and does not say why")

    # reads

    def size(self) -> int:
        """See :class:`keepclear.store.base.Store`."""
        with self._lock:
            self._connected()
            return self._heads.size

    def entries(self, after: int, limit: int) -> list[Entry]:
        """See :class:`keepclear.store.base.Store`."""
        sql = _ENTRY + "WHERE number > %s ORDER BY number LIMIT %s"
        return [Entry(*row) for row in self._rows(sql, (after, limit))]

    def history(self, subject: str) -> list[Entry]:
        """See :class:`keepclear.store.base.Store`."""
        sql = _ENTRY + "WHERE subject = %s ORDER BY number"
        return [Entry(*row) for row in self._rows(sql, (subject,))]

    def leaves(self, start: int, end: int) -> list[bytes]:
        """See :class:`keepclear.store.base.Store`."""
        sql = "SELECT data FROM leaf WHERE number >= %s AND number < %s ORDER BY number"
        return [row[0] for row in self._rows(sql, (start, end))]

    def node(self, level: int, index: int) -> bytes:
        """See :class:`keepclear.store.base.Store`."""
        with self._lock:
            self._connected()
            if (level, index) in self._heads.edge:
                return self._heads.edge[level, index]
        sql = "SELECT hash FROM node WHERE level = %s AND number = %s"
        rows = self._rows(sql, (level, index))
        if not rows:
            raise KeyError((level, index))
        found: bytes = rows[0][0]
        return found

    def pending(self, limit: int) -> list[Pending]:
        """See :class:`keepclear.store.base.Store`."""
        sql = "SELECT recipient, data, number FROM outgoing ORDER BY number LIMIT %s"
        return [Pending(*row) for row in self._rows(sql, (limit,))]

    def reply(self, client: str, key: str) -> bytes | None:
        """See :class:`keepclear.store.base.Store`."""
        rows = self._rows("SELECT data FROM reply WHERE client = %s AND key = %s", (client, key))
        return rows[0][0] if rows else None

    def kept(self, space: str) -> dict[str, bytes]:
        """See :class:`keepclear.store.base.Store`."""
        return dict(self._rows("SELECT key, data FROM kept WHERE space = %s", (space,)))

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """Rows; over a new connection where the one there was had been lost meanwhile."""
        with self._lock:
            for last in (False, True):
                db = self._connected()
                try:
                    return db.execute(sql, values, binary=True).fetchall()
                except psycopg.Error as error:
                    if db.closed and not last:
                        self._drop()
                        continue
                    raise StoreError(
                        f"{self._place} could not be read ({in_words(error)})"
                    ) from error
        raise AssertionError

    # connection

    def _connected(self) -> Link:
        if self._end.is_set():
            raise StoreError("the store is closed")
        if self._lost:
            raise StoreError(self._lost)
        if self._db is not None and self._db.closed:
            self._drop()
        if self._db is None:
            self._connect_again()
        assert self._db is not None
        return self._db

    def _connect_again(self) -> None:
        """Connect anew, and go on only from a state that holds all that was acknowledged.

        The connection is used by others once its epoch is known, and not before.
        """
        db = None
        try:
            db = connect(self._url)
            (epoch,) = self._held(writer.take_again(db, self._holder))
            heads = read_heads(db, self._place)
            self._same_past(db, heads)
        except BaseException as error:
            if db is not None:
                with suppress(psycopg.Error):
                    db.close()
            if isinstance(error, psycopg.Error):
                raise StoreError(f"{self._place} cannot be reached ({in_words(error)})") from error
            if isinstance(error, ConfigurationError):
                raise StoreError(str(error)) from error
            raise
        self._db, self._epoch, self._heads = db, epoch, heads

    def _same_past(self, db: Link, found: Heads) -> None:
        """Whether everything acknowledged is there: the subtrees that made it up are what they were."""
        for where, hash_ in self._heads.edge.items():
            if hash_at(db, *where) != hash_:
                break
        else:
            if found.entries >= self._heads.entries and found.size >= self._heads.size:
                return
        self._lost = (
            f"{self._place} no longer holds what it acknowledged; is it an older copy that took over? "
            "This process keeps nothing more; find out, before anything is started on it again"
        )
        raise StoreError(self._lost)

    def _still_held(self, row: tuple[Any, ...] | None) -> None:
        """Whether the epoch is still ours; where not, connecting anew tells whether anything is."""
        if row is None:
            self._drop()
            raise StoreError(f"another process has taken {self._place} over; nothing was kept")

    def _held(self, row: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The writer's row, which only the one who holds it is given."""
        if row is None:
            self._lost = (
                f"another process has taken {self._place} over; this one keeps nothing more; "
                "stop it"
            )
            raise StoreError(self._lost)
        return row

    def _drop(self) -> None:
        if self._db is not None:
            with suppress(psycopg.Error):
                self._db.close()
        self._db = None

    def _beat(self) -> None:
        """Say every few seconds that this process lives; whoever asks next is told of a failure."""
        while not self._end.wait(writer.BEAT_S):
            with self._lock:
                if self._end.is_set() or self._lost:
                    return
                with suppress(StoreError):
                    self._still()

    def _still(self) -> None:
        db = self._connected()
        try:
            self._still_held(writer.hold(db, self._epoch).fetchone())
        except psycopg.Error:
            self._drop()

    def close(self) -> None:
        """See :class:`keepclear.store.base.Store`."""
        with self._lock:
            self._end.set()
            if self._db is not None and not self._lost:
                with suppress(psycopg.Error):
                    writer.let_go(self._db, self._epoch)
            self._drop()
        self._thread.join()
