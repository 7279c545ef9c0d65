"""``keepclear init``, ``status`` and ``backup``: a node's folder as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keepclear.errors import InUseError, UsageError
from keepclear.faces.lives import token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.place import is_url
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.node.home import Home
    from keepclear.node.ledger import Node

__all__ = ["backup", "init", "status"]


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--party", metavar="NAME", help="Whose node it is.")
@click.option("--secretariat", is_flag=True, help="A node for many parties, of none of them.")
@click.option(
    "--database",
    metavar="ADDRESS",
    default="",
    help="Keep everything in PostgreSQL, at postgresql://..., instead of a file in DIR; no password "
    "in it: put that in a password file (PGPASSFILE) or a service file.",
)
def init(folder: str, party: str | None, database: str, *, secretariat: bool) -> int:
    """Make DIR a node: settings, keys, and a database that keeps declarations and their record."""
    from keepclear.node.home import make_home  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    if (party is not None) == secretariat or party == "":
        raise UsageError("say whose node it is: either --party NAME or --secretariat")
    home = make_home(Path(folder), party or "", database)
    with running(folder):
        pass
    deliver(f"{home.record_key.verifier}\n", STDIN)
    say("this is the public key of its record: give it to the other parties over another path")
    say(f"keep a copy of {folder}/keys where nobody else can read it; a lost key is not made again")
    say(f"to go on: keepclear serve {folder}, or keepclear declare {folder} FILE...")
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@token_file
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def status(folder: str, token_file: str | None, *, as_json: bool) -> int:
    """Say what the node in DIR holds, and the public key that others compare.

    Where a process uses it: what can be seen beside the database, and who that is. At an address: who
    one is there, and how far its record goes.
    """
    if is_url(folder):
        from keepclear.faces.remote import commands  # noqa: PLC0415

        with commands.line(folder, token_file) as to:
            return commands.status(to, as_json=as_json)
    from keepclear.node.home import open_home  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    try:
        with running(folder) as (home, node):
            members = _members(home, node)
    except InUseError as error:
        members = _beside(open_home(Path(folder)), str(error))
    if as_json:
        deliver(json.dumps(members, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    rows = [(name.replace("_", " "), _words(value)) for name, value in members.items()]
    width = max(len(name) for name, _ in rows)
    deliver("".join(f"{name:<{width}}  {value}\n" for name, value in rows), STDIN)
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("file", required=False)
@token_file
def backup(folder: str, file: str | None, token_file: str | None) -> int:
    """Write a whole copy of the database of the node in DIR to FILE, which must not exist.

    Keys and settings are not in it: keep a copy of them apart. At an address an administrator has it
    written into the folder of the node, while it goes on; then there is no FILE.
    """
    if is_url(folder):
        if file is not None:
            raise UsageError("at an address the copy lies in the node's own folder; leave FILE out")
        from keepclear.faces.remote import commands  # noqa: PLC0415

        with commands.line(folder, token_file) as to:
            found = to.ask("POST", "/api/v1/backups")
        deliver(f"{found['file']}\n", STDIN)
        say(f"{found['entries']:,} entries at least are in it, in the node's folder; keys are not")
        return Exit.NOTHING
    if file is None:
        raise UsageError("say where the copy is written: keepclear backup DIR FILE")
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.store.sqlite import SqliteStore  # noqa: PLC0415

    with running(folder) as (_, node):
        if not isinstance(node.store.behind, SqliteStore):
            raise UsageError(
                "this node keeps its data in PostgreSQL; back that database up with pg_dump, while the "
                "node goes on if need be (docs/deploy.md)"
            )
        node.store.behind.backup(file)
        size = node.store.size()
    say(f"{size:,} entries are in {file}; {folder}/keys and {folder}/node.toml are not")
    return Exit.NOTHING


def _members(home: Home, node: Node) -> dict[str, Any]:
    memory = node.memory
    stages = {
        f"{kind.value} {stage.value}": count
        for (kind, stage), count in memory.cases.counted().items()
    }
    return {
        "keepclear": "status/1",
        "folder": str(home.folder),
        "node_of": home.owner,
        "record": home.record,
        "record_key": str(home.record_key.verifier),
        "message_key": str(home.message_key.verifier),
        "entries": node.store.size(),
        "checkpoint": node.checkpoint().decode().split("\n")[2],
        "arrangements": [f"{one.name} {one.version}" for one in memory.arrangements.values()],
        "declarations": dict(sorted(stages.items())),
        "standing": len(node.standing),
        "alarms": len(memory.alarms),
        "notices_to_send": len(node.store.pending(1_000_000)),
        "sends": "nothing yet: notices are kept until this node has a line to other desks",
    }


def _beside(home: Home, in_use: str) -> dict[str, Any]:
    """What can be said of a node that another process uses."""
    from keepclear.node.start import kept_checkpoint  # noqa: PLC0415

    lines = kept_checkpoint(home).decode(errors="replace").split("\n")
    return {
        "keepclear": "status/1",
        "folder": str(home.folder),
        "node_of": home.owner,
        "record": home.record,
        "record_key": str(home.record_key.verifier),
        "message_key": str(home.message_key.verifier),
        "checkpoint": " ".join(lines[1:3]) if len(lines) > 3 else "",
        "in_use": in_use,
    }


def _words(value: Any) -> str:
    if isinstance(value, dict):
        value = [f"{number:,} {name}" for name, number in value.items()]
    if isinstance(value, list):
        return plain(", ".join(value)) or "none"
    return f"{value:,}" if isinstance(value, int) else plain(str(value))
