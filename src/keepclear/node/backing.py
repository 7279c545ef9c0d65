"""The use case *back up while the node is served*: a whole copy beside the database, a part at a time.

It lies in the folder ``backups`` beside the database, for the node's owner alone: whoever asks over a
network chooses neither the place nor the name, and is handed nothing. Keys and settings are not in it.
Left to others: who may ask, and carrying it elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keepclear.domain.window import format_instant
from keepclear.errors import ConfigurationError, RuleError
from keepclear.node.ledger import Node
from keepclear.store.copying import Copying
from keepclear.store.sqlite import SqliteStore

__all__ = ["FOLDER", "Backup", "begin"]

FOLDER: Final = "backups"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy under way."""

    name: str
    """Of the file, in :data:`FOLDER`."""
    copying: Copying


def begin(node: Node) -> Backup:
    """Begin a copy; go on with its ``step`` in the thread that uses the node, until that says so.

    Raises:
        RuleError: ``backup.elsewhere``: the node keeps its data in no file.
        ConfigurationError: it cannot be written there.
    """
    store = node.store.behind
    if not isinstance(store, SqliteStore):
        raise RuleError(
            "backup.elsewhere",
            "this node keeps its data in a database of its own, which is backed up there "
            "(docs/deploy.md)",
        )
    folder = Path(store.path).parent / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"the folder {str(folder)!r} could not be made ({error.strerror})"
        ) from error
    moment = format_instant(node.now_us()).replace(":", "").replace("-", "")
    name = f"node-{moment}.db"
    return Backup(name, store.copying(folder / name))
