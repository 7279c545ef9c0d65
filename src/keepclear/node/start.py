"""Opens a node's folder: settings, keys, the store, and everything that the store says."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from keepclear.errors import ConfigurationError, InUseError, StoreError
from keepclear.node import chance
from keepclear.node.arranging import judge_anew
from keepclear.node.clock import now_us
from keepclear.node.due import due
from keepclear.node.files import write_file
from keepclear.node.geoid import load_geoid
from keepclear.node.home import Home, open_home, owner_only
from keepclear.node.ledger import Node, Surroundings
from keepclear.node.serving import served_at
from keepclear.node.shelf import FileShelf
from keepclear.node.standing import load_finder
from keepclear.node.stepped import is_stepped
from keepclear.store.base import Store
from keepclear.store.sqlite import SqliteStore

__all__ = ["kept_checkpoint", "open_store", "running"]

_CHECKPOINT_BYTES_MAX: Final = 100_000
_MANY: Final = 50_000
"""Entries that a start has read and no snapshot is of; more are kept before anything else is done."""


@contextmanager
def running(
    folder: str,
    clock: Callable[[], int] | None = None,
    *,
    say: Callable[[str], None] = lambda _: None,
    tell: Callable[[int, int], None] = lambda _read, _of: None,
) -> Iterator[tuple[Home, Node]]:
    """A node while it is used; no other process can use it meanwhile.

    Args:
        folder: Where it is.
        clock: What it takes the time from, where that is a stepped clock; else the machine's.
        say: Takes one sentence about what is passed over.
        tell: Takes how many entries are remembered by now, and how many there are.

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
    geoid = load_geoid()
    shelf = FileShelf(home.folder, home.record_key, geoid, say)
    store = _not_served(home, look_through=not shelf.holds)
    try:
        around = Surroundings(
            now_us=clock or now_us,
            salt=chance.salt,
            geoid=geoid,
            signer=home.record_key,
            keep=lambda note: write_file(home.checkpoint, note),
            owner=home.owner,
        )
        if shelf.holds:
            shelf.begin()
            load_finder()
        note = kept_checkpoint(home)
        node = Node(store, around, checkpoint=note, shelf=shelf, tell=tell)
        if shelf.holds and not node.past.begun and isinstance(store, SqliteStore):
            store.look_through()
        judge_anew(node)  # what an interrupted change of arrangements left
        due(node)  # what time has brought since somebody last looked
        if node.unkept >= _MANY:
            _keep_snapshot(node, say)
        yield home, node
        if node.snapshot_is_worth_it:
            _keep_snapshot(node, say)
    finally:
        store.close()


def _keep_snapshot(node: Node, say: Callable[[str], None]) -> None:
    """It may be left out: without one the next start takes longer, and that is all."""
    try:
        node.keep_snapshot()
    except (OSError, StoreError) as error:
        say(f"no snapshot could be kept ({error}); the next start takes longer")


def _not_served(home: Home, *, look_through: bool) -> Store:
    try:
        return open_store(home, look_through=look_through)
    except InUseError as error:
        url = served_at(home.folder)
        if url:
            raise InUseError(
                f"the node in {str(home.folder)!r} is being served; give {url} in place of the folder "
                "where the command takes an address, else stop it first"
            ) from error
        raise


def open_store(home: Home, *, look_through: bool = True) -> Store:
    """The store of a node, for this process alone.

    Args:
        home: The node.
        look_through: Have a database in a file looked through for damage before anything else.

    Raises:
        InUseError: another process uses it.
        ConfigurationError: one sentence says what is wrong; nothing was changed.
    """
    if not home.server:
        return SqliteStore(home.database, look_through=look_through)
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
