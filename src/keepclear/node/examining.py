"""Looks at one node's folder, for whoever is called at night: what is wrong with it, and what to do.

Each look gives one :class:`keepclear.node.doctor.Finding`: ``ok``, ``note`` for what one should know,
and ``wrong`` for what must be put right before the node is relied on. Nothing is changed: a database of
an older version is not brought up to date, and one that a node has open is not looked into. Left to
others: the machine itself (:mod:`doctor`).
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

from keepclear.domain.window import format_instant
from keepclear.errors import ConfigurationError, InUseError, KeepclearError
from keepclear.node.clock import now_us
from keepclear.node.doctor import Finding, clock_findings
from keepclear.node.geoid import load_geoid
from keepclear.node.home import Home, open_home
from keepclear.node.recount import checkpoint_agrees, has_root, recount
from keepclear.node.serving import served_at
from keepclear.node.shelf import FileShelf
from keepclear.node.start import kept_checkpoint, open_store
from keepclear.store.base import Store
from keepclear.store.looking import Look, look_at_sqlite

__all__ = ["examine_node"]

_MIB: Final = 1_048_576
_DISK_LOW_BYTES: Final = 1_024 * _MIB
"""Less than this, or than the database once more, is worth a word: a backup needs as much."""
_DISK_FULL_BYTES: Final = 64 * _MIB
"""Less than this is used up within hours."""
_RELEASED_US: Final = 1_767_225_600_000_000
"""2026-01-01: no machine that runs this program is older than that."""
_LATE_US: Final = 400 * 86_400 * 1_000_000
_WAITING_MAX: Final = 1_000
_KEEP_TIME: Final = "let chrony or another NTP client keep it: what a node decides depends on it"
_RESTORE: Final = "keep the file, put the newest backup beside it, and compare (docs/deploy.md)"


def examine_node(folder: Path) -> list[Finding]:
    """Everything that can be known of a node without changing it."""
    return list(_examine(folder))


def _examine(folder: Path) -> Iterator[Finding]:
    yield from _folder(folder)
    try:
        home = open_home(folder)
    except ConfigurationError as error:
        yield Finding("settings, keys", "wrong", str(error))
        return
    whose = f"of {home.owner}, record {home.record}"
    yield Finding("settings, keys", "ok", whose)
    yield _disk(home)
    yield from clock_findings(_KEEP_TIME)
    try:
        current = yield from _database(home)
        if current:
            store = open_store(home)
            try:
                yield from _contents(home, store)
            finally:
                store.close()
            yield Finding("serving", "note", "no process uses it now", "start keepclear serve")
    except InUseError as error:
        url = served_at(home.folder)
        yield Finding("serving", "ok", f"at {url}" if url else f"a process uses it ({error})")
        advice = f"ask {url or 'its address'}/readyz; for a look inside, stop it and ask again"
        yield Finding("entries", "note", "not looked into while it is in use", advice)
    except KeepclearError as error:
        yield Finding("database", "wrong", str(error))


def _folder(folder: Path) -> Iterator[Finding]:
    try:
        found = folder.stat()
    except OSError as error:
        text = f"{str(folder)!r} cannot be looked at ({error.strerror})"
        yield Finding("folder", "wrong", text, "is the name right, and its disk mounted?")
        return
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        text = f"others may enter {str(folder)!r} (mode {mode:04o})"
        yield Finding("folder", "wrong", text, f"if nobody did: chmod 0700 {folder}")
    elif found.st_uid != os.geteuid():
        text = f"{str(folder)!r} belongs to another user than the one who asks"
        yield Finding("folder", "note", text, "ask as the user that runs the node")
    else:
        yield Finding("folder", "ok", f"{str(folder)!r} is its owner's alone")


def _disk(home: Home) -> Finding:
    free = shutil.disk_usage(home.folder).free
    held = home.database.stat().st_size if home.database.exists() else 0
    text = f"{free / _MIB:,.0f} MiB free, {held / _MIB:,.0f} MiB held by the database"
    if free < _DISK_FULL_BYTES:
        return Finding("disk", "wrong", text, "make room now: without it nothing is kept any more")
    if free < max(_DISK_LOW_BYTES, held):
        return Finding("disk", "note", text, "make room: a backup may need as much as the database")
    return Finding("disk", "ok", text)


def _database(home: Home) -> Generator[Finding, None, bool]:
    """What is seen from outside; returns whether it may be opened without being changed."""
    if home.server:
        from keepclear.store.postgres_opening import look_at_postgres  # noqa: PLC0415 - an extra

        to_come = look_at_postgres(home.server)
        yield _schema(to_come)
        return not to_come
    look = look_at_sqlite(home.database)
    yield _file(look)
    yield _schema(look.steps_to_come)
    return not look.steps_to_come and not look.faults


def _file(look: Look) -> Finding:
    if look.faults:
        faults = "; ".join(look.faults).replace("\n", "; ")
        return Finding("database", "wrong", f"damaged: {faults}", _RESTORE)
    if not look.private:
        text = "whole, but others may read the file"
        return Finding("database", "note", text, "the folder keeps them out; chmod 0600 node.db")
    return Finding("database", "ok", "whole, and its owner's alone")


def _schema(steps_to_come: int) -> Finding:
    if not steps_to_come:
        return Finding("schema", "ok", "as this version writes it")
    text = f"older than this version by {steps_to_come}; not looked into"
    return Finding("schema", "note", text, "make a backup; the next start brings it up to date")


def _contents(home: Home, store: Store) -> Iterator[Finding]:
    found = recount(store)
    if found.fault:
        yield Finding("entries", "wrong", f"{found.fault}; somebody changed it", _RESTORE)
    else:
        erased = f", {found.erased:,} of them erased" if found.erased else ""
        text = f"{found.entries:,} entries{erased}, each as the record says"
        yield Finding("entries", "ok", text)
    yield _checkpoint(home, store)
    yield _snapshot(home, store)
    yield _against(found.newest_us)
    waiting = len(store.pending(_WAITING_MAX))
    more = " or more" if waiting == _WAITING_MAX else ""
    yield Finding("notices", "ok", f"{waiting:,}{more} wait to be sent")


def _checkpoint(home: Home, store: Store) -> Finding:
    note = kept_checkpoint(home)
    if not note:
        text = "none is kept beside the database; an older copy of it would not be noticed"
        advice = "compare the record with a checkpoint that another party holds, then start"
        return Finding("checkpoint", "wrong" if store.size() else "note", text, advice)
    size, fault = checkpoint_agrees(store, note, home.record, home.record_key.verifier)
    if fault:
        return Finding("checkpoint", "wrong", fault, _RESTORE)
    behind = store.size() - size
    text = f"of {size:,} entries, and the database goes on from it"
    return Finding("checkpoint", "ok", text + (f" by {behind:,}" if behind else ""))


def _snapshot(home: Home, store: Store) -> Finding:
    said: list[str] = []
    kept = FileShelf(home.folder, home.record_key, load_geoid(), said.append).take()
    if said:
        return Finding(
            "snapshot", "note", said[0], "nothing needs to be done; a start makes another"
        )
    if kept is None:
        return Finding("snapshot", "ok", "none; a start reads every entry")
    if not has_root(store, kept.size, kept.root):
        text = "it is of another record, or an older database stands in the place of this one"
        return Finding(
            "snapshot", "note", text, "nothing needs to be done for it; it is passed over"
        )
    return Finding("snapshot", "ok", f"of {kept.size:,} entries; a start goes on from it")


def _against(newest_us: int | None) -> Finding:
    """This machine's clock, beside what it said when the newest entry was taken."""
    now = now_us()
    if now < _RELEASED_US:
        text = f"it says {format_instant(now)}, before this program was written"
        return Finding("clock, entries", "wrong", text, "set the clock before anything is decided")
    if newest_us is None:
        return Finding("clock, entries", "ok", "nothing was kept yet to compare it with")
    when = format_instant(newest_us // 1_000_000 * 1_000_000)
    if now < newest_us:
        text = (
            f"it is behind the newest entry, of {when}: what has begun or ended is judged wrongly"
        )
        return Finding("clock, entries", "wrong", text, "find out which of them was wrong")
    if now - newest_us > _LATE_US:
        text = f"the newest entry is of {when}, more than a year ago"
        return Finding("clock, entries", "note", text, "compare the clock with your watch")
    return Finding("clock, entries", "ok", f"after the newest entry, of {when}")
