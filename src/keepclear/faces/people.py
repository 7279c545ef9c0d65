"""``keepclear people``, ``admit`` and ``put-out``: who comes in at a node.

Whoever holds the folder holds everything in it, so nothing there asks who is typing, and the record
says ``folder`` where it says by whom. At an address an administrator of a party lets in for that party.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from keepclear.domain.access import OF_PEOPLE, SECRETARIAT, Action, Role
from keepclear.faces.outcome import Exit
from keepclear.faces.person import person_options
from keepclear.faces.place import is_url
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.node.access import Row
    from keepclear.node.ledger import Node

__all__ = ["admit", "people", "put_out"]

_ROLES: Final = tuple(role.value for role in Role)
_SCOPES: Final = tuple(action.value for action in Action if action not in OF_PEOPLE)


@click.command()
@click.argument("folder", metavar="DIR")
@person_options
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def people(
    folder: str, mark_of_person: str | None, password_file: str | None, *, as_json: bool
) -> int:
    """List the people and programs that are let in at the node in DIR, and who let them in.

    At an address: those whom one may put out.
    """
    if is_url(folder):
        from keepclear.faces.remote import administration  # noqa: PLC0415
        from keepclear.faces.remote.person import person  # noqa: PLC0415

        with person(folder, mark_of_person, password_file) as to:
            rows = administration.people(to)
    else:
        rows = _in_folder(folder)
    if as_json:
        whole = {"keepclear": "people/1", "people": rows}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [
        f"{row['mark']:<16}  {plain(row['party'] or SECRETARIAT):<24}  {row['role']:<13}  "
        f"{_state(row)} {row['since']} by {row['by']}"
        for row in rows
    ]
    deliver("".join(f"{line}\n" for line in lines), STDIN)
    if not rows:
        say("nobody is let in here")
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("mark", metavar="MARK")
@click.option("--role", required=True, type=click.Choice(_ROLES), help="As what.")
@click.option(
    "--party", metavar="NAME", help="For whom; if left out, for the desk whose node it is."
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(_SCOPES),
    help="It is a program, and may do this. May be repeated.",
)
@person_options
def admit(
    folder: str,
    mark: str,
    role: str,
    party: str | None,
    scopes: tuple[str, ...],
    mark_of_person: str | None,
    password_file: str | None,
) -> int:
    """Let a person or a program in at the node in DIR, and write the secret that it needs.

    A person is invited: what is written is the end of a link that is good once, for a day. With --scope
    it is a program, and what is written is its token. Neither is kept, so neither is shown again. MARK
    stands for it in the record for years, such as alder-1: it is no name of a person.
    """
    from keepclear.node.access import admit as let_in  # noqa: PLC0415
    from keepclear.node.allowing import HOLDER  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    only = frozenset(map(Action, scopes)) if scopes else None
    if is_url(folder):
        from keepclear.faces.remote import administration, commands  # noqa: PLC0415
        from keepclear.faces.remote.person import person  # noqa: PLC0415

        with person(folder, mark_of_person, password_file) as to:
            name = commands.own_party(to) if party is None else party
            secret = administration.admit(to, mark, name, role, scopes)
    else:
        with running(folder) as (home, node):
            name = home.party if party is None else party
            secret = let_in(node, HOLDER, mark=mark, party=name, role=Role(role), only=only)
            _say_unknown(node, name)
    deliver(f"{secret}\n" if only else f"/invited#{secret}\n", STDIN)
    say(f"{mark}: {role} for {name or SECRETARIAT}; the secret is shown this once, and not kept")
    if only is None:
        say("put the node's address in front: a link, good once within 24 hours, for a password")
    else:
        say("whoever has this token may do what its scopes say, until keepclear put-out")
    return Exit.NOTHING


@click.command(name="put-out")
@click.argument("folder", metavar="DIR")
@click.argument("mark", metavar="MARK")
@person_options
def put_out(folder: str, mark: str, mark_of_person: str | None, password_file: str | None) -> int:
    """Let MARK in no more at the node in DIR: its sessions, tokens and links end at once.

    What it did stays in the record.
    """
    from keepclear.node.access import put_out as end  # noqa: PLC0415
    from keepclear.node.allowing import HOLDER  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    if is_url(folder):
        from keepclear.faces.remote import administration  # noqa: PLC0415
        from keepclear.faces.remote.person import person  # noqa: PLC0415

        with person(folder, mark_of_person, password_file) as to:
            administration.put_out(to, mark)
    else:
        with running(folder) as (_, node):
            end(node, HOLDER, mark)
    say(f"{mark} is let in no more")
    return Exit.NOTHING


def _in_folder(folder: str) -> list[dict[str, Any]]:
    from keepclear.node.access import people as found  # noqa: PLC0415
    from keepclear.node.allowing import HOLDER  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    with running(folder) as (_, node):
        return [_members(row) for row in found(node, HOLDER)]


def _members(row: Row) -> dict[str, Any]:
    from keepclear.domain.window import format_instant  # noqa: PLC0415

    only = None if row.only is None else sorted(action.value for action in row.only)
    return {
        "mark": row.mark,
        "party": row.party,
        "role": row.role.value,
        "scopes": only,
        "by": row.by,
        "since": format_instant(row.since_us),
        "waits": row.waits,
    }


def _state(row: dict[str, Any]) -> str:
    if row["waits"]:
        return "invited"
    return "in since" if row["scopes"] is None else f"{', '.join(row['scopes'])}; in since"


def _say_unknown(node: Node, party: str) -> None:
    """A name that is typed wrong would see nothing, and nobody would see it."""
    known = {
        name
        for one in node.memory.arrangements.values()
        for name in (*(member.name for member in one.members), *one.notified)
    }
    if party and known and party not in known:
        say(f"no arrangement here names {party!r}; is it spelled as there?")
