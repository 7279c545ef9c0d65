"""Opening a database in PostgreSQL: whose it is, which schema it has, and how far its tables go.

What holds something else, is newer or is damaged is refused before anything is written. The database is
taken for this process first, and its schema brought up to date in one transaction after that.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import psycopg
from psycopg import errors as pg

from keepclear.errors import ConfigurationError, InUseError
from keepclear.record.merkle import roots_of_subtrees
from keepclear.store import postgres_writer as writer
from keepclear.store.migrations import Applied, migrations_of, to_apply
from keepclear.store.postgres_changes import Heads
from keepclear.store.postgres_link import Link, connect, explained, in_words, place_of

__all__ = ["checked", "hash_at", "look_at_postgres", "open_database", "read_heads"]

_TABLES: Final = (
    "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
)
_MARK: Final = "keepclear_migration"
"""The table that says that a database is ours."""
_APPLIED: Final = "SELECT number, checksum FROM keepclear_migration ORDER BY number"
_COUNTS: Final = (
    "SELECT (SELECT coalesce(max(number), 0) FROM entry), (SELECT coalesce(max(number) + 1, 0) "
    "FROM leaf), (SELECT messages FROM keepclear_writer)"
)
_ROWS: Final = "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM leaf)"


def checked(url: str) -> str:
    """The database that an address means, in words.

    Raises:
        ConfigurationError: it is no address.
    """
    try:
        return place_of(url)
    except psycopg.ProgrammingError as error:
        raise ConfigurationError(
            f"the database's address cannot be read ({in_words(error)}); "
            "expected postgresql://HOST/NAME"
        ) from None


def open_database(
    url: str, holder: str, wait: Callable[[float], object]
) -> tuple[Link, int, Heads]:
    """A database taken for this process: the connection, the epoch, and how far its tables go.

    Raises:
        InUseError: another process writes to it.
        ConfigurationError: see :class:`keepclear.store.postgres.PostgresStore`.
    """
    place = checked(url)
    try:
        db = connect(url)
    except psycopg.Error as error:
        raise ConfigurationError(
            f"{place} cannot be reached ({in_words(error)}); is its server running, and may this "
            "user connect?"
        ) from error
    epoch = 0
    try:
        _refuse(db, place)
        epoch = writer.take(db, holder, place, wait)
        _bring_up(db, epoch, place)
        heads = read_heads(db, place)
        if db.execute(_ROWS).fetchone() != (heads.entries, heads.size):
            _damaged(place, "rows are missing")
    except BaseException as error:
        with suppress(psycopg.Error):
            writer.let_go(db, epoch)
        db.close()
        if isinstance(error, psycopg.Error):
            raise explained(error, place) from error
        raise
    return db, epoch, heads


def look_at_postgres(url: str) -> int:
    """Steps that the next start takes to bring a database up to date; nothing is changed or taken.

    Raises:
        InUseError: a process writes to it.
        ConfigurationError: see :class:`keepclear.store.postgres.PostgresStore`.
    """
    place = checked(url)
    try:
        with connect(url) as db:
            there = {str(row[0]) for row in db.execute(_TABLES)}
            if _MARK not in there:
                raise ConfigurationError(
                    f"{place} is no database of keepclear; restore the newest backup"
                )
            to_come = to_apply(migrations_of("postgres"), _applied(db))
            holder = writer.holder_of(db)
    except psycopg.Error as error:
        raise explained(error, place) from error
    if holder:
        raise InUseError(f"{place} is in use by another process ({holder})")
    return len(to_come)


def read_heads(db: Link, place: str) -> Heads:
    """How far each numbered table goes.

    Raises:
        ConfigurationError: a hash of the record is missing.
    """
    row = db.execute(_COUNTS).fetchone()
    assert row is not None
    entries, size, messages = map(int, row)
    edge = {}
    for level, index in roots_of_subtrees(0, size):
        found = hash_at(db, level, index)
        if found is None:
            _damaged(place, "a hash of its record is missing")
        else:
            edge[level, index] = found
    return Heads(entries, size, messages, edge)


def hash_at(db: Link, level: int, index: int) -> bytes | None:
    """The hash of a whole subtree, where it is there."""
    sql = "SELECT hash FROM node WHERE level = %s AND number = %s"
    row = db.execute(sql, (level, index), binary=True).fetchone()
    return None if row is None else row[0]


def _refuse(db: Link, place: str) -> None:
    """Whatever this program must not write to; an empty database is begun."""
    there = {str(row[0]) for row in db.execute(_TABLES)}
    if there and _MARK not in there:
        raise ConfigurationError(
            f"{place} holds tables of another program; not touched; give keepclear a database of "
            "its own"
        )
    if there:
        to_apply(migrations_of("postgres"), _applied(db))
        return
    try:
        with db.transaction():
            for sql in writer.FRAME:
                db.execute(sql)
    except (pg.UniqueViolation, pg.DuplicateTable) as error:
        raise InUseError(f"{place} is being made by another process just now") from error


def _bring_up(db: Link, epoch: int, place: str) -> None:
    with db.transaction():
        if writer.hold(db, epoch).fetchone() is None:
            raise InUseError(f"{place} was taken by another process just now")
        for step in to_apply(migrations_of("postgres"), _applied(db)):
            db.execute(step.sql.encode())
            db.execute(
                "INSERT INTO keepclear_migration VALUES (%s, %s, %s)",
                (step.number, step.name, step.checksum),
            )


def _applied(db: Link) -> list[Applied]:
    return [Applied(int(row[0]), str(row[1])) for row in db.execute(_APPLIED)]


def _damaged(place: str, how: str) -> None:
    raise ConfigurationError(f"{place} is damaged: {how}; restore the newest backup")
