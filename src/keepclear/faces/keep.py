"""``keepclear keep``: what a node has kept longer than it is kept for, and erasing it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from keepclear.faces.lives import token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.place import is_url
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import count, plain
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.node.keeping import Due

__all__ = ["keep"]

_US_A_DAY = 86_400_000_000


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--erase", is_flag=True, help="Erase it; it cannot be brought back.")
@click.option(
    "--by", default="desk", metavar="ROLE", help="A role or a shift's mark, never a name."
)
@token_file
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def keep(folder: str, by: str, token_file: str | None, *, erase: bool, as_json: bool) -> int:
    """List what the node in DIR has kept for long enough, or erase it.

    What is erased is what entries said; the entries and the record's hashes of them stay, and every
    proof goes on to hold. What stands, what an incident names and what was agreed is never erased.
    At an address an administrator is told how many, and not which.
    """
    if is_url(folder):
        return _at_address(folder, token_file, by, erase=erase, as_json=as_json)
    from keepclear.node.keeping import due, erase_due  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    with running(folder) as (_, node):
        found = erase_due(node, by=by) if erase else due(node)
    rows = [_members(one) for one in found]
    if as_json:
        whole = {"keepclear": "keep/1", "erased": erase, "declarations": rows}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [
        f"{plain(row['subject']):<24}  over since {row['over']}, kept {row['kept_days']:g} days "
        f"({row['why']}), entries: {len(row['numbers'])}"
        for row in rows
    ]
    deliver("".join(f"{line}\n" for line in lines), STDIN)
    if erase:
        say(f"erased: {len(rows):,}; backups and copies still hold it until they are replaced")
    else:
        say(f"due: {len(rows):,}" + ("; keepclear keep DIR --erase erases it" if rows else ""))
    return Exit.NOTHING


def _at_address(url: str, token_file: str | None, by: str, *, erase: bool, as_json: bool) -> int:
    from keepclear.faces.remote import commands  # noqa: PLC0415

    with commands.line(url, token_file, by) as to:
        path = "/api/v1/keeping/erasures" if erase else "/api/v1/keeping"
        found = to.ask("POST" if erase else "GET", path)
    if as_json:
        whole = {"keepclear": "keep-remote/1", "erased": erase, **found}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    many = f"{count(found['declarations'], 'declaration')}, {found['entries']:,} entries about them"
    if erase:
        say(f"erased: {many}; backups and copies still hold it until they are replaced")
    else:
        say(f"due: {many}")
    return Exit.NOTHING


def _members(one: Due) -> dict[str, Any]:
    from keepclear.domain.window import format_instant  # noqa: PLC0415

    return {
        "subject": one.subject,
        "why": one.why.value,
        "over": format_instant(one.over_us),
        "kept_days": one.kept_us / _US_A_DAY,
        "numbers": list(one.numbers),
    }
