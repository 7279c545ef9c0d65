"""What can be said of a SQLite database without changing it: whose, which schema, and if it is whole.

Opening a store brings its schema up to date and is for one process at a time; looking does neither. A
database that another process has open cannot be looked into.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import Final

import apsw

from keepclear.errors import ConfigurationError, InUseError
from keepclear.store.migrations import Applied, migrations_of, to_apply
from keepclear.store.sqlite import APPLICATION_ID

__all__ = ["Look", "look_at_sqlite"]

_FAULTS_MAX: Final = 3
_BUSY_MS: Final = 500


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen."""

    schema: int
    """The step that its schema is at."""
    steps_to_come: int
    """Steps that the next start takes; 0: it is up to date."""
    size_bytes: int
    faults: tuple[str, ...]
    """What SQLite finds wrong in it, in SQLite's words; empty where it is whole."""
    private: bool
    """Whether nobody but its owner may read the file."""


def look_at_sqlite(path: str | os.PathLike[str]) -> Look:
    """Look into a file.

    Raises:
        InUseError: another process has it open.
        ConfigurationError: it is not there, is of another program, or is newer than this program.
    """
    name = os.fspath(path)
    try:
        mode = os.stat(name)  # noqa: PTH116 - the room that touches files takes plain names
        db = apsw.Connection(name, flags=apsw.SQLITE_OPEN_READWRITE)
    except FileNotFoundError:
        raise ConfigurationError(f"{name!r} is not there; restore the newest backup") from None
    except (OSError, apsw.Error) as error:
        raise ConfigurationError(f"{name!r} cannot be opened ({error})") from error
    try:
        db.set_busy_timeout(_BUSY_MS)
        if db.pragma("application_id") != APPLICATION_ID:
            raise ConfigurationError(
                f"{name!r} is no database of keepclear; restore the newest backup"
            )
        rows = db.execute("SELECT number, checksum FROM migration ORDER BY number")
        applied = [Applied(*row) for row in rows]
        to_come = to_apply(migrations_of("sqlite"), applied)
        said = db.execute(f"PRAGMA integrity_check({_FAULTS_MAX})").fetchall()
    except apsw.BusyError as error:
        raise InUseError(f"{name!r} is in use by another process") from error
    except apsw.Error as error:
        raise ConfigurationError(
            f"{name!r} is damaged ({error}); keep it, and restore the newest backup beside it"
        ) from error
    finally:
        db.close()
    faults = tuple(str(row[0]) for row in said if row[0] != "ok")
    private = not stat.S_IMODE(mode.st_mode) & 0o077
    return Look(len(applied), len(to_come), mode.st_size, faults, private)
