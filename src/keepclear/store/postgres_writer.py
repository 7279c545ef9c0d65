"""Who may write to a database in PostgreSQL: one row says it, and every change checks that row.

The row holds an epoch, who has it, and until when. Whoever takes it raises the epoch; every change
begins with an update of the row that finds nothing under another epoch. That update also locks the row
until the change is over, so that whoever comes next waits for it and reads what it left. So a process
that was put aside, or a change that a lost connection left behind, can never be mixed into what another
one decides.

The time in it only says how soon somebody else may have the row, by the server's clock: it is put off
with each change and each beat. A clock that is wrong can put a living process aside, which then keeps
nothing more; it can never let two write. Rows and locks are all that is needed of the server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from psycopg import Cursor
from psycopg import errors as pg
from psycopg.rows import TupleRow

from keepclear.errors import InUseError
from keepclear.store.postgres_link import Link

__all__ = ["BEAT_S", "FRAME", "LEASE_S", "hold", "holder_of", "let_go", "take", "take_again"]

LEASE_S: Final = 6
"""A process that died is followed by another after this many seconds at most."""
BEAT_S: Final = 2
"""Several beats fit in the time, so that one that is late changes nothing."""
_STEP_S: Final = 0.25

FRAME: Final = (
    """CREATE TABLE keepclear_migration (
        number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)""",
    """CREATE TABLE keepclear_writer (one BIGINT PRIMARY KEY CHECK (one = 1), epoch BIGINT NOT NULL,
        holder TEXT NOT NULL, until TIMESTAMPTZ NOT NULL, messages BIGINT NOT NULL)""",
    "INSERT INTO keepclear_writer VALUES (1, 0, '', clock_timestamp(), 0)",
)
"""What stands around the steps of the schema; ``messages`` is the last number given to one."""
_HOLD: Final = (
    "UPDATE keepclear_writer SET until = clock_timestamp() + %s * interval '1 second' "
    "WHERE one = 1 AND epoch = %s RETURNING messages"
)
_LOOK: Final = (
    "SELECT epoch, holder, until, holder = '' OR until <= clock_timestamp() "
    "FROM keepclear_writer WHERE one = 1"
)
_TAKE: Final = (
    "UPDATE keepclear_writer SET epoch = epoch + 1, holder = %s, "
    "until = clock_timestamp() + %s * interval '1 second' "
    "WHERE one = 1 AND epoch = %s AND until = %s RETURNING epoch"
)
_TAKE_AGAIN: Final = (
    "UPDATE keepclear_writer SET epoch = epoch + 1, "
    "until = clock_timestamp() + %s * interval '1 second' "
    "WHERE one = 1 AND holder = %s RETURNING epoch"
)
_LET_GO: Final = (
    "UPDATE keepclear_writer SET holder = '', until = clock_timestamp() "
    "WHERE one = 1 AND epoch = %s"
)


def take(db: Link, holder: str, place: str, wait: Callable[[float], object]) -> int:
    """The epoch under which this process may write; it waits for the time of one that is silent.

    Args:
        db: An open connection, outside a transaction.
        holder: Who takes it, in words that no other process ever uses.
        place: The database, in words.
        wait: Waits some seconds.

    Raises:
        InUseError: Another process has it, and lives.
    """
    first = db.execute(_LOOK).fetchone()
    assert first is not None
    for _ in range(round(LEASE_S / _STEP_S) + 1):
        now = db.execute(_LOOK).fetchone()
        assert now is not None
        if now[:3] != first[:3]:
            raise _in_use(place, now[1])
        if now[3]:
            break
        wait(_STEP_S)
    try:
        row = db.execute(_TAKE, (holder, LEASE_S, first[0], first[2])).fetchone()
    except pg.LockNotAvailable:
        row = None
    if row is None:
        raise _in_use(place, holder_of(db))
    return int(row[0])


def take_again(db: Link, holder: str) -> tuple[int] | None:
    """A new epoch over a new connection, once the work of the old one is over; nothing: it is lost."""
    row = db.execute(_TAKE_AGAIN, (LEASE_S, holder)).fetchone()
    return None if row is None else (int(row[0]),)


def hold(db: Link, epoch: int) -> Cursor[TupleRow]:
    """The first statement of every change: a cursor without a row means that nothing may be changed."""
    return db.execute(_HOLD, (LEASE_S, epoch))


def let_go(db: Link, epoch: int) -> None:
    """Leave the database to the next process, at once."""
    db.execute(_LET_GO, (epoch,))


def holder_of(db: Link) -> str:
    """Who has it while it is in use; empty where nobody has."""
    row = db.execute(_LOOK).fetchone()
    return "" if row is None or row[3] else str(row[1])


def _in_use(place: str, holder: str) -> InUseError:
    return InUseError(
        f"{place} is in use by another process ({holder or 'one that just ended'}); "
        "stop that one first"
    )
