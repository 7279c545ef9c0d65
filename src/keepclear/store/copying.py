"""A copy of a database while it is used: some pages at a time, so that nobody waits for all of them.

What changes meanwhile is changed in the copy, too, because one connection does both. The file has its
name only when it is whole; one that was cut off ends in ``.part`` and may be deleted. Left to others:
where it lies, and when it is made.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

import apsw

from keepclear.errors import ConfigurationError

__all__ = ["ALL", "PAGES_AT_ONCE", "Copying"]

ALL: Final = -1
PAGES_AT_ONCE: Final = 256
"""A megabyte: some milliseconds in which the node does nothing else."""
_UNDER_WAY: Final = ".part"


class Copying:
    """One copy under way."""

    def __init__(self, source: apsw.Connection, path: str, wait: Callable[[], None]) -> None:
        """Begin; nothing is copied yet.

        Args:
            source: What is copied.
            path: Where to.
            wait: Returns when nobody else uses the source.

        Raises:
            ConfigurationError: the file exists, or cannot be written.
        """
        self._path, self._part, self._wait = path, path + _UNDER_WAY, wait
        for one in (self._path, self._part):
            if os.path.exists(one):  # noqa: PTH110 - the room that touches files takes plain names
                raise ConfigurationError(f"{one!r} exists; a backup never writes over a file")
        try:
            os.close(os.open(self._part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            self._copy = apsw.Connection(self._part)
            self._running = self._copy.backup("main", source, "main")
        except (OSError, apsw.Error) as error:
            raise _unwritten(error) from error

    def step(self, pages: int = PAGES_AT_ONCE) -> bool:
        """Copy some more; whether that was the last of it.

        Args:
            pages: How many; :data:`ALL` for all that are left.

        Raises:
            ConfigurationError: it cannot be written; what is there of it may be deleted.
        """
        self._wait()
        try:
            if not self._running.step(pages):
                return False
            self._running.finish()
            self._copy.execute("PRAGMA journal_mode = DELETE").fetchall()
            self._copy.close()
            os.rename(self._part, self._path)  # noqa: PTH104 - as above
        except (OSError, apsw.Error) as error:
            raise _unwritten(error) from error
        return True

    def give_up(self) -> None:
        """Let go of a copy that was not finished."""
        self._wait()
        self._running.close(True)
        self._copy.close(True)


def _unwritten(error: Exception) -> ConfigurationError:
    return ConfigurationError(f"the backup could not be written ({error})")
