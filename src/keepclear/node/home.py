"""A node's folder: ``node.toml``, ``keys/``, ``node.db`` and ``checkpoint``, for its owner alone.

The folder is made whole or not at all: its files are written into it before ``node.toml``, and without
that file it is no node. Left to others: what stands in that file (:mod:`keepclear.node.settings`).
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keepclear.domain.access import SECRETARIAT
from keepclear.errors import ConfigurationError, UsageError
from keepclear.node import chance
from keepclear.node.files import write_file
from keepclear.node.keys import (
    AGE_KEY,
    MESSAGE_KEY,
    RECORD_KEY,
    ROOT_KEY,
    read_key,
    read_secret,
    write_key,
    write_secret,
)
from keepclear.node.sealing import new_identity
from keepclear.node.settings import CONFIG, first_settings, read_settings
from keepclear.record.note import Signer

__all__ = ["SECRETARIAT", "Home", "make_home", "open_home"]

_SEEDS: Final = (RECORD_KEY, MESSAGE_KEY, ROOT_KEY)


@dataclass(frozen=True, slots=True)
class Home:
    """A folder that is a node, with its keys."""

    folder: Path
    record: str
    party: str
    """Whose node it is; empty for a secretariat's."""
    record_key: Signer
    message_key: Signer
    server: str = ""
    """The address of the database where it is no file in the folder."""

    @property
    def database(self) -> Path:
        """The file in which everything is kept, where no server keeps it."""
        return self.folder / "node.db"

    @property
    def checkpoint(self) -> Path:
        """The newest signed checkpoint."""
        return self.folder / "checkpoint"

    def root_key(self, place: Path | None = None) -> Signer:
        """The key that signs this party's cards, from where it is kept.

        Args:
            place: A file elsewhere, such as on a stick; in the folder, where it is left out.

        Raises:
            ConfigurationError: it is not there, damaged, or others may read it.
        """
        where = self.folder / "keys" / ROOT_KEY if place is None else place
        return read_key(where.parent, where.name, f"{self.record}/root")

    def age_identity(self) -> str:
        """What opens files that were encrypted to this node.

        Raises:
            ConfigurationError: it is not there, or others may read it.
        """
        return read_secret(self.folder / "keys" / AGE_KEY).decode(errors="replace")

    @property
    def owner(self) -> str:
        """Whose desk works here."""
        return self.party or SECRETARIAT


def make_home(folder: Path, party: str, server: str = "") -> Home:
    """Make a folder a node; ``party`` is empty for a secretariat, ``server`` for a database in a file.

    Raises:
        UsageError: the party's name or the address cannot be used.
        ConfigurationError: the folder is not empty, or cannot be written.
    """
    settings = first_settings(party, server, chance.name_part())
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigurationError(
                f"the folder {str(folder)!r} is not empty; a node begins in one of its own"
            )
        folder.chmod(0o700)
        keys = folder / "keys"
        keys.mkdir(mode=0o700)
        for which in _SEEDS:
            write_key(keys, which, chance.seed())
        write_secret(keys / AGE_KEY, new_identity())
        write_file(folder / CONFIG, settings.text.encode())
    except OSError as error:
        with suppress(OSError):
            for which in (*_SEEDS, AGE_KEY):
                (folder / "keys" / which).unlink(missing_ok=True)
            (folder / "keys").rmdir()
        raise ConfigurationError(
            f"the folder {str(folder)!r} cannot be made a node ({error.strerror})"
        ) from error
    return open_home(folder)


def open_home(folder: Path) -> Home:
    """The node that a folder is.

    Raises:
        ConfigurationError: it is none, its settings are torn or hold what is not known, or its keys
            cannot be used.
        UsageError: it is the address of a node.
    """
    if folder.parts and folder.parts[0] in {"http:", "https:"}:
        raise UsageError(
            "this is done in the node's folder, while the node is at rest, and not at its address; its "
            "API may do the same (/openapi.json there)"
        )
    said, keys = read_settings(folder), folder / "keys"
    return Home(
        folder,
        said.record,
        said.party,
        read_key(keys, RECORD_KEY, said.record),
        read_key(keys, MESSAGE_KEY, f"{said.record}/desk"),
        said.server,
    )


def owner_only(folder: Path) -> bool:
    """Whether nobody but its owner may enter a folder."""
    return not os.stat(folder).st_mode & 0o077  # noqa: PTH116 - the mode alone is asked for
