"""Connecting to PostgreSQL: what a connection must promise before anything is kept through it.

Durable when a commit returns: ``synchronous_commit`` is on, and a server that does not wait for its
disk is refused. Private on the way: beyond this machine only with a certificate that is checked.
Nothing waits without end: a server that falls silent is a failure after seconds. Errors are said in one
sentence, which never holds a password, because none ever stands in the address.
"""

from __future__ import annotations

import logging
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import errors as pg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from keepclear.errors import ConfigurationError

__all__ = ["Link", "connect", "explained", "in_words", "place_of"]

Link: TypeAlias = psycopg.Connection[TupleRow]
logging.getLogger("psycopg").addHandler(logging.NullHandler())
"""What the driver would say on stderr of a lost connection, the error says."""

_PATIENCE: Final = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
    "client_encoding": "utf8",
    "application_name": "keepclear",
}
"""Where the address says nothing else; seconds, the last but two in milliseconds."""
_SESSION: Final = {
    "synchronous_commit": "on",
    "default_transaction_isolation": "read committed",
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "15s",
    "statement_timeout": "60s",
}
"""Set where the server knows them; a compatible engine that does not has its own way."""
_MUST: Final = {"fsync": "on", "full_page_writes": "on"}
"""Without these a server loses what it acknowledged when the power goes."""
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_CHECKED: Final = ("verify-ca", "verify-full")


def connect(url: str) -> Link:
    """A connection that keeps what it acknowledges.

    Raises:
        psycopg.Error: The server cannot be reached now.
        ConfigurationError: It is not one that anything may be kept in.
    """
    known = conninfo_to_dict(url)
    patient = {name: value for name, value in _PATIENCE.items() if name not in known}
    db = psycopg.connect(make_conninfo(url, **patient), autocommit=True)
    try:
        _look(db, place_of(url))
    except BaseException:
        db.close()
        raise
    return db


def place_of(url: str) -> str:
    """Which database an address means, for sentences."""
    said = conninfo_to_dict(url)
    name = said.get("dbname") or said.get("service") or "of this user"
    return f"the database {name!r} at {said.get('host') or 'this machine'}"


def explained(error: psycopg.Error, place: str) -> ConfigurationError:
    """Why a database cannot be used, and what to do."""
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return ConfigurationError(sentence.format(place=place))
    return ConfigurationError(f"{place} cannot be used ({in_words(error)})")


def in_words(error: psycopg.Error) -> str:
    """What a server or driver said, on one line."""
    said = error.diag.message_primary or str(error)
    return " ".join(said.split()) or type(error).__name__


def _look(db: Link, place: str) -> None:
    options = {option.keyword.decode(): option.val for option in db.pgconn.info}
    host = (options.get("host") or b"").decode()
    away = host and not host.startswith("/") and host not in _LOCAL
    if away and (options.get("sslmode") or b"").decode() not in _CHECKED:
        raise ConfigurationError(
            f"{place} is on another machine, and nothing checks that it is the right one; add "
            "sslmode=verify-full to its address, and sslrootcert=FILE with what it is checked by"
        )
    names = [*_MUST, *_SESSION, "server_encoding"]
    rows = db.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", (names,))
    there: dict[str, Any] = dict(rows.fetchall())
    if there.get("server_encoding", "UTF8").upper() not in {"UTF8", "UTF-8"}:
        raise ConfigurationError(
            f"{place} keeps text as {there['server_encoding']}; make one with the encoding UTF8"
        )
    for name, value in _MUST.items():
        if there.get(name, value) != value:
            raise ConfigurationError(
                f"the server of {place} does not wait for its disk ({name} is {there[name]}) and can "
                f"lose what it acknowledged; set {name} = {value} there"
            )
    for name, value in _SESSION.items():
        if name in there:
            db.execute("SELECT set_config(%s, %s, false)", (name, value))


_SENTENCES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (pg.UndefinedTable, "{place} is damaged: a table is missing; restore the newest backup"),
    (pg.UndefinedColumn, "{place} is damaged: a column is missing; restore the newest backup"),
    (pg.InsufficientPrivilege, "{place} may not be written by this role; make the role its owner"),
    (pg.ReadOnlySqlTransaction, "{place} may not be written: it is a standby, or set to read only"),
    (pg.DiskFull, "the disk of {place} is full; nothing was changed"),
)
