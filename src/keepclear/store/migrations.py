"""Numbered SQL files, applied in order, once, with their checksums kept beside them.

A database that is newer than this program, or whose past differs from ours, is refused before anything
is written: a wrong guess about somebody's record is worse than not starting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from keepclear.errors import ConfigurationError

__all__ = ["Applied", "Migration", "migrations_of", "to_apply"]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from one schema to the next."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the SQL, in hexadecimal."""
        return sha256(self.sql.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Applied:
    """A step that a database says was taken."""

    number: int
    checksum: str


def migrations_of(dialect: str) -> tuple[Migration, ...]:
    """The steps of one dialect, in order."""
    folder = files("keepclear.store").joinpath("schema", dialect)
    found = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        number, _, name = file.name.removesuffix(".sql").partition("_")
        found.append(Migration(int(number), name, file.read_text(encoding="utf-8")))
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    return tuple(found)


def to_apply(known: Sequence[Migration], applied: Sequence[Applied]) -> tuple[Migration, ...]:
    """The steps that a database still lacks.

    Raises:
        ConfigurationError: the database is newer than this program, or its past is not ours.
    """
    if len(applied) > len(known):
        raise ConfigurationError(
            f"the database was written by a newer keepclear (schema {len(applied)}, this one knows "
            f"{len(known)}); nothing was changed; start it with that version, or a newer one"
        )
    for ours, theirs in zip(known, applied, strict=False):
        if (ours.number, ours.checksum) != (theirs.number, theirs.checksum):
            raise ConfigurationError(
                f"step {theirs.number} of the database's schema is not the one this keepclear knows; "
                "nothing was changed; was it made by a version that was never published?"
            )
    return tuple(known[len(applied) :])
