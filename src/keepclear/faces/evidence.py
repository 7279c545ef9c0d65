"""``keepclear log``, ``bundle`` and ``verify``: the record, and what it proves to anybody."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import format_instant
from keepclear.errors import UsageError
from keepclear.faces import quantities
from keepclear.faces.incident import incident_subject
from keepclear.faces.lives import token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.passing_words import cosigned_lines
from keepclear.faces.place import is_url
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN

__all__ = ["bundle", "log", "verify"]

_ASKED = ("about", "first", "last", "after", "before")
"""What a bundle at an address may be about."""


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--from", "first", type=click.IntRange(1), metavar="N", help="First entry shown.")
@click.option("--to", "last", type=click.IntRange(1), metavar="M", help="Last entry shown.")
@token_file
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def log(
    folder: str, first: int | None, last: int | None, token_file: str | None, *, as_json: bool
) -> int:
    """Show the record of the node in DIR: what was kept, in order, without what it says.

    At an address: to the desk of the one party whose node it is.
    """
    from keepclear.node.cosigned import cosigned  # noqa: PLC0415
    from keepclear.node.evidence import rows  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    if is_url(folder):
        from keepclear.faces.remote import commands, evidence  # noqa: PLC0415

        with commands.line(folder, token_file) as to:
            found = evidence.log(to, first or 1, last)
    else:
        with running(folder) as (home, node):
            found = {
                "record": home.record,
                "size": node.store.size(),
                "cosigned": [
                    {
                        "party": one.party,
                        "size": one.size,
                        "at": format_instant(one.time_s * MICROSECONDS),
                    }
                    for one in cosigned(node)
                ],
                "entries": [asdict(row) for row in rows(node, first or 1, last)],
            }
    if as_json:
        whole = {"keepclear": "log/1", **found}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [
        f"{row['number']:>7}  {row['time']:<27}  {row['kind']:<8}  {plain(row['subject'])}"
        for row in found["entries"]
    ]
    deliver("".join(f"{line}\n" for line in lines), STDIN)
    for line in cosigned_lines(found):
        say(line)
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--about", default="", metavar="SUBJECT", help="All entries about it: PARTY/ID.")
@click.option(
    "--incident", default="", metavar="MARK", help="All about an incident, and all that it names."
)
@click.option("--from", "first", type=click.IntRange(1), metavar="N", help="First entry.")
@click.option("--to", "last", type=click.IntRange(1), metavar="M", help="Last entry.")
@click.option(
    "--after", type=quantities.INSTANT, metavar="TIME", help="What was kept or in force from then,"
)
@click.option("--before", type=quantities.INSTANT, metavar="TIME", help="to then.")
@click.option(
    "--for", "reader", default="", metavar="PARTY", help="Only what it said and was shown."
)
@click.option("-o", "--output", required=True, metavar="FILE", help="Write the bundle there.")
@token_file
def bundle(folder: str, output: str, token_file: str | None, **asked: Any) -> int:
    """Make a bundle of evidence from the record in DIR; keepclear verify needs nothing else.

    It shows the entries named, word for word, to whoever has it. What it does not prove stands in it.
    With --for, unless the node is PARTY's own, entries that name a declaration of others are left out.
    At an address it holds what the party of the token said and was shown, and nothing else.
    """
    from keepclear.domain.window import Window  # noqa: PLC0415
    from keepclear.node.evidence import evidence  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    about, incident, after, before = (asked[n] for n in ("about", "incident", "after", "before"))
    numbers = asked["first"] is not None or asked["last"] is not None
    times = after is not None or before is not None
    if [bool(about), bool(incident), numbers, times].count(True) != 1:
        raise UsageError(
            "say what it is about: --about, or --incident, or --from and --to, or --after and --before"
        )
    if is_url(folder):
        from keepclear.faces.remote import commands  # noqa: PLC0415
        from keepclear.faces.remote.evidence import bundle as asked_for  # noqa: PLC0415

        with commands.line(folder, token_file) as to:
            own = commands.own_party(to)
            if asked["reader"] not in {"", own}:
                raise UsageError(
                    f"at an address it is of what {own} said and was shown; leave --for out"
                )
            named = {**asked, "about": about or (incident_subject(incident) if incident else "")}
            data = asked_for(to, {name: named[name] for name in _ASKED})
        _say_bundle(data, output, "")
        return Exit.NOTHING
    with running(folder) as (home, node):
        data = evidence(
            node,
            about=about or (incident_subject(incident) if incident else ""),
            first=asked["first"],
            last=asked["last"],
            span=Window(after, before) if times else None,
            reader=asked["reader"],
        )
        key = str(home.record_key.verifier)
    _say_bundle(data, output, key)
    return Exit.NOTHING


def _say_bundle(data: bytes, output: str, key: str) -> None:
    """Write it, and say how it is verified."""
    from keepclear.record.note import parse_note  # noqa: PLC0415

    deliver(data, output)
    if key:
        say(f"to verify it: keepclear verify {plain(output)} --key '{key}'")
    else:
        say(
            f"to verify it: keepclear verify {plain(output)} --key VKEY, with the public key of the "
            "node's record in its place, as its desk told you"
        )
    names = [one.name for one in parse_note(json.loads(data)["checkpoint"].encode()).signatures][1:]
    for name in names:
        say(
            f"cosigned by {plain(name)}: with its record key, add --witness, and --quorum {len(names)}"
        )
    if not names:
        say(
            "cosigned by nobody: no other desk has signed a state of the record that holds all of it"
        )
    say("compare the key with whoever receives the bundle over another path than the bundle's")


@click.command()
@click.argument("path", metavar="BUNDLE")
@click.option("--key", required=True, metavar="VKEY", help="The record's public key, compared.")
@click.option(
    "--witness", multiple=True, metavar="VKEY", help="A witness's public key. May be repeated."
)
@click.option(
    "--quorum",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="So many of these witnesses must have cosigned it.",
)
@click.option("--json", "as_json", is_flag=True, help="The same for programs, with every text.")
def verify(path: str, key: str, witness: tuple[str, ...], quorum: int, *, as_json: bool) -> int:
    """Say what BUNDLE proves, and what it does not; offline. Exit code 6 where it does not verify.

    BUNDLE may also be the proof of a split view, as keepclear link splits writes it.
    """
    from keepclear.faces.verifying import proven_in, sentences, telling  # noqa: PLC0415

    found = proven_in(path, key, witness, quorum)
    if as_json:
        deliver(json.dumps(telling(found), ensure_ascii=False, indent=1) + "\n", STDIN)
    else:
        deliver("".join(f"{line}\n" for line in sentences(found)), STDIN)
    return Exit.NOTHING
