"""Opens a node's folder: settings, keys, the store, and everything that the store says."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from keepclear.errors import ConfigurationError, InUseError
from keepclear.node import chance
from keepclear.node.arranging import judge_anew
from keepclear.node.clock import now_us
from keepclear.node.due import due
from keepclear.node.files import write_file
from keepclear.node.geoid import load_geoid
from keepclear.node.home import Home, open_home, owner_only
from keepclear.node.ledger import Node, Surroundings
from keepclear.node.serving import served_at
from keepclear.node.stepped import is_stepped
from keepclear.store.base import Store
from keepclear.store.sqlite import SqliteStore

__all__ = ["kept_checkpoint", "open_store", "running"]

_CHECKPOINT_BYTES_MAX = 100_000


@contextmanager
def running(folder: str, clock: Callable[[], int] | None = None) -> Iterator[tuple[Home, Node]]:
    """A node while it is used; no other process can use it meanwhile.

    Args:
        folder: Where it is.
        clock: What it takes the time from, where that is a stepped clock; else the machine's.

    Raises:
        ConfigurationError: one sentence says what is wrong; nothing was changed.
    """
    home = open_home(Path(folder))
    if clock is None and is_stepped(home.folder):
        raise ConfigurationError(
            f"the node in {folder!r} lives on a stepped clock: it was made by keepclear demo, and its "
            "times are those of a scenario; it is neither served nor changed by anything else"
        )
    if not owner_only(home.folder):
        raise ConfigurationError(
            f"others may enter the folder {folder!r}; if nobody did, set its mode to 0700"
        )
    store = _not_served(home)
    try:
        around = Surroundings(
            now_us=clock or now_us,
            salt=chance.salt,
            geoid=load_geoid(),
            signer=home.record_key,
            keep=lambda note: write_file(home.checkpoint, note),
            owner=home.owner,
        )
        node = Node(store, around, checkpoint=kept_checkpoint(home))
        judge_anew(node)  # what an interrupted change of arrangements left
        due(node)  # what time has brought since somebody last looked
        yield home, node
    finally:
        store.close()


def _not_served(home: Home) -> Store:
    try:
        return open_store(home)
    except InUseError as error:
        url = served_at(home.folder)
        if url:
            raise InUseError(
                f"the node in {str(home.folder)!r} is being served; give {url} in place of the folder "
                "where the command takes an address, else stop it first"
            ) from error
        raise


def open_store(home: Home) -> Store:
    """The store of a node, for this process alone.

    Raises:
        InUseError: another process uses it.
        ConfigurationError: one sentence says what is wrong; nothing was changed.
    """
    if not home.server:
        return SqliteStore(home.database)
    try:
        from keepclear.store.postgres import PostgresStore  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"the node in {str(home.folder)!r} keeps its data in PostgreSQL; install "
            "'keepclear[pg]' to reach it"
        ) from None
    here = f"{platform.node()}, process {os.getpid()}, {chance.name_part()}"
    return PostgresStore(home.server, here)


def kept_checkpoint(home: Home) -> bytes:
    """The newest signed checkpoint, beside the database; empty where there is none.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        with home.checkpoint.open("rb") as file:
            return file.read(_CHECKPOINT_BYTES_MAX)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise ConfigurationError(
            f"{str(home.checkpoint)!r} cannot be read ({error.strerror})"
        ) from error
