"""Opens a node's folder: settings, keys, the store, and everything that the store says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keepclear.errors import ConfigurationError
from keepclear.node import chance
from keepclear.node.arranging import judge_anew
from keepclear.node.clock import now_us
from keepclear.node.due import due
from keepclear.node.files import write_file
from keepclear.node.geoid import load_geoid
from keepclear.node.home import Home, open_home, owner_only
from keepclear.node.ledger import Node, Surroundings
from keepclear.node.serving import served_at
from keepclear.store.sqlite import SqliteStore

__all__ = ["running"]

_CHECKPOINT_BYTES_MAX = 100_000


@contextmanager
def running(folder: str) -> Iterator[tuple[Home, Node]]:
    """A node while it is used; no other process can use it meanwhile.

    Raises:
        ConfigurationError: one sentence says what is wrong; nothing was changed.
    """
    home = open_home(Path(folder))
    if not owner_only(home.folder):
        raise ConfigurationError(
            f"others may enter the folder {folder!r}; if nobody did, set its mode to 0700"
        )
    store = _store(home)
    try:
        around = Surroundings(
            now_us=now_us,
            salt=chance.salt,
            geoid=load_geoid(),
            signer=home.record_key,
            keep=lambda note: write_file(home.checkpoint, note),
            owner=home.owner,
        )
        node = Node(store, around, checkpoint=_checkpoint(home))
        judge_anew(node)  # what an interrupted change of arrangements left
        due(node)  # what time has brought since somebody last looked
        yield home, node
    finally:
        store.close()


def _store(home: Home) -> SqliteStore:
    try:
        return SqliteStore(home.database)
    except ConfigurationError as error:
        url = served_at(home.folder)
        if url and "in use" in str(error):
            raise ConfigurationError(
                f"the node in {str(home.folder)!r} is being served; give {url} in place of the folder"
            ) from error
        raise


def _checkpoint(home: Home) -> bytes:
    try:
        with home.checkpoint.open("rb") as file:
            return file.read(_CHECKPOINT_BYTES_MAX)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise ConfigurationError(
            f"{str(home.checkpoint)!r} cannot be read ({error.strerror})"
        ) from error
