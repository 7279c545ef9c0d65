"""``keepclear incident``: what was reported and what was said about it, at the node in a folder.

Whoever holds the folder sees everything in it; ``--seen-by`` shows what a party sees. Statements are
shown one below the other with who said them; nothing is added up and none is picked out.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import click

from keepclear.domain.incident import Concern, Source, Statement, Sureness, Toll
from keepclear.domain.window import Window
from keepclear.errors import InputError, UsageError
from keepclear.faces import quantities
from keepclear.faces.lives import asking, token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.place import is_url
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN

__all__ = ["incident", "incident_subject"]

_PREFIX: Final = "incident/"
_TOLL: Final = re.compile(r"\s*(.+?)\s*:\s*(\d{1,9})\s*(?:(\+)|-\s*(\d{1,9}))?\s*", re.ASCII)


def incident_subject(typed: str) -> str:
    """An incident by its mark, with or without the word before it."""
    return typed if typed.startswith(_PREFIX) else _PREFIX + typed


@click.group()
def incident() -> None:
    """Report an incident, state something about one, and show what was said, by whom, how sure.

    The declarations and the span of time that a report names are kept for good. What is said is a
    statement of one party. Never write the name of a person; there is no place for whose fault it was.
    """


def _stating(command: Any) -> Any:
    """The options of a statement."""
    for option in (
        click.option("--to", multiple=True, metavar="PARTY", help="Who is told. May be repeated."),
        click.option(
            "--toll",
            "tolls",
            multiple=True,
            metavar="CATEGORY:N",
            help="As said: wounded:3, wounded:3-5, or wounded:3+ for at least. May be repeated.",
        ),
        click.option(
            "--until", type=quantities.INSTANT, metavar="TIME", help="Until when it went on."
        ),
        click.option("--at", type=quantities.INSTANT, metavar="TIME", help="When it happened."),
        click.option(
            "--office", default="", metavar="TEXT", help="The office that said it; never a person."
        ),
        click.option("--official", is_flag=True, help="It is given out officially."),
        click.option(
            "--sure",
            required=True,
            type=click.Choice([one.value for one in Sureness]),
            help="How sure, in the words of whoever says it.",
        ),
        click.option(
            "--as",
            "source",
            required=True,
            type=click.Choice([one.value for one in Source]),
            help="In which role it is said.",
        ),
        click.option("--says", required=True, metavar="TEXT", help="What is said."),
        click.option(
            "--party", metavar="NAME", help="Who says it; the desk whose node it is, if left out."
        ),
    ):
        command = option(command)
    return command


@incident.command()
@click.argument("folder", metavar="DIR")
@_stating
@click.option(
    "--names",
    "subjects",
    multiple=True,
    metavar="SUBJECT",
    help="A declaration: PARTY/ID, or the mark that stands for it. May be repeated.",
)
@click.option(
    "--concerns",
    "parties",
    multiple=True,
    metavar="PARTY",
    help="A party that it concerns. May be repeated.",
)
@click.option("--after", type=quantities.INSTANT, metavar="TIME", help="Everything from then,")
@click.option("--before", type=quantities.INSTANT, metavar="TIME", help="to then, is named too.")
@asking
@token_file
def report(folder: str, by: str, key: str, token_file: str | None, **asked: Any) -> int:
    """Report an incident at the node in DIR, with the first statement about it.

    A humanitarian party's report goes to the parties after --to and to nobody else; any other one
    also to the parties that it names.
    """
    from keepclear.faces.remote import commands  # noqa: PLC0415
    from keepclear.faces.remote import incidents as remote  # noqa: PLC0415
    from keepclear.node import incidents  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    span = None
    if asked["after"] is not None or asked["before"] is not None:
        span = Window(asked["after"], asked["before"])
    concern = Concern(subjects=asked["subjects"], parties=asked["parties"], span=span)
    first = _statement(asked, to=None)
    reply: dict[str, Any]
    if is_url(folder):
        with commands.line(folder, token_file, by) as to:
            told = list(asked["to"])
            reply = remote.report(to, concern, first, party=asked["party"], told=told, key=key)
    else:
        with running(folder) as (home, node):
            reply = incidents.report(
                node,
                concern,
                first,
                _request(by, key),
                party=asked["party"] or home.owner,
                to=asked["to"],
                whole=True,
            ).reply
    deliver(f"{reply['subject']}\n", STDIN)
    _say_told(reply["told"])
    say("what it names is kept for good from here on")
    return Exit.NOTHING


@incident.command()
@click.argument("folder", metavar="DIR")
@click.argument("subject", metavar="INCIDENT")
@_stating
@click.option(
    "--supersedes", type=click.IntRange(1), metavar="N", help="The party's own earlier statement."
)
@asking
@token_file
def state(
    folder: str, subject: str, by: str, key: str, token_file: str | None, **asked: Any
) -> int:
    """State something about INCIDENT at the node in DIR; what was said before stays.

    A humanitarian party's statement goes to the parties after --to and to nobody else; any other one
    to all whom the incident is told to.
    """
    from keepclear.faces.remote import commands  # noqa: PLC0415
    from keepclear.faces.remote import incidents as remote  # noqa: PLC0415
    from keepclear.node import incidents  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    said = _statement(asked, to=asked["to"] or None, supersedes=asked["supersedes"])
    if is_url(folder):
        with commands.line(folder, token_file, by) as to:
            reply = remote.state(to, subject, said, party=asked["party"], key=key)
        _say_told(reply["told"])
        return Exit.NOTHING
    with running(folder) as (home, node):
        answer = incidents.state(
            node,
            incident_subject(subject),
            said,
            _request(by, key),
            party=asked["party"] or home.owner,
            whole=True,
        )
    _say_told(answer.reply["told"])
    return Exit.NOTHING


@incident.command()
@click.argument("folder", metavar="DIR")
@click.argument("subject", metavar="INCIDENT")
@click.option("--seen-by", metavar="PARTY", help="As that party sees it; all of it, if left out.")
@token_file
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def show(
    folder: str, subject: str, seen_by: str | None, token_file: str | None, *, as_json: bool
) -> int:
    """Show INCIDENT at the node in DIR: every statement, who said it, and how sure.

    At an address: as the party of the token sees it.
    """
    from keepclear.faces.remote import commands  # noqa: PLC0415
    from keepclear.faces.remote import incidents as remote  # noqa: PLC0415
    from keepclear.node.incident_views import view  # noqa: PLC0415
    from keepclear.node.incidents import incident_of  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    if is_url(folder):
        with commands.line(folder, token_file, _as_the_token(seen_by)) as to:
            seen = remote.seen(to, subject)
    else:
        with running(folder) as (_, node):
            memory = node.memory
            seen = view(memory, incident_of(memory, incident_subject(subject), seen_by), seen_by)
    if as_json:
        whole = {"keepclear": "incident/1", **seen}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    deliver("".join(f"{plain(line)}\n" for line in _lines(seen)), STDIN)
    return Exit.NOTHING


@incident.command(name="list")
@click.argument("folder", metavar="DIR")
@click.option("--seen-by", metavar="PARTY", help="Those that this party sees; all, if left out.")
@token_file
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def list_(folder: str, seen_by: str | None, token_file: str | None, *, as_json: bool) -> int:
    """List the incidents at the node in DIR, the oldest first; at an address those one may see."""
    from keepclear.faces.remote import commands  # noqa: PLC0415
    from keepclear.faces.remote import incidents as remote  # noqa: PLC0415
    from keepclear.node.incidents import list_seen  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    if is_url(folder):
        with commands.line(folder, token_file, _as_the_token(seen_by)) as to:
            found = remote.list_seen(to)
    else:
        with running(folder) as (_, node):
            found = list_seen(node.memory, seen_by)
    if as_json:
        whole = {"keepclear": "incidents/1", "incidents": found}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [
        f"{one['incident']}  {one['reported']['at']}  by {one['reported']['party']}, "
        f"statements: {len(one['statements'])}"
        for one in found
    ]
    deliver("".join(f"{plain(line)}\n" for line in lines), STDIN)
    if not found:
        say("no incident is reported here")
    return Exit.NOTHING


def _as_the_token(seen_by: str | None) -> str:
    """Nothing; at an address one sees what the token's party sees.

    Raises:
        UsageError: another party's view was asked for.
    """
    if seen_by is not None:
        raise UsageError("over the line the token says who looks; leave --seen-by out")
    return "desk"


def _statement(
    asked: dict[str, Any], *, to: tuple[str, ...] | None, supersedes: int | None = None
) -> Statement:
    at, until = asked["at"], asked["until"]
    if until is not None and at is None:
        raise UsageError("--until needs --at: when did it begin?")
    return Statement(
        says=asked["says"],
        source=Source(asked["source"]),
        sure=Sureness(asked["sure"]),
        official=asked["official"],
        office=asked["office"],
        about=None if at is None else Window(at, at if until is None else until),
        tolls=tuple(_toll(one) for one in asked["tolls"]),
        supersedes=supersedes,
        to=to,
    )


def _toll(typed: str) -> Toll:
    match = _TOLL.fullmatch(typed)
    if match is None:
        raise UsageError(f"found toll {typed[:40]!r}; write wounded:3, wounded:3-5 or wounded:3+")
    category, lowest, at_least, highest = match.groups()
    try:
        return Toll(category, int(lowest), None if at_least else int(highest or lowest))
    except InputError as error:
        raise UsageError(str(error)) from None


def _request(by: str, key: str) -> Any:
    from keepclear.node.declaring import Request  # noqa: PLC0415

    return Request(by=by, client="command line", key=key)


def _say_told(told: list[str]) -> None:
    who = plain(", ".join(told)) or "nobody: no recipient was named"
    say(f"kept, and to be told to {who}")


def _lines(seen: dict[str, Any]) -> list[str]:
    concerns, reported = seen["concerns"], seen["reported"]
    lines = [f"{seen['incident']}: reported {reported['at']} by {_who(reported)}"]
    for one in concerns["declarations"]:
        known = one.get("id") or one.get("ref")
        lines.append(
            f"  names {one['party']}/{known}" if known else f"  names one of {one['party']}"
        )
    lines += [f"  concerns {party}" for party in concerns["parties"]]
    if concerns["span"]:
        lines.append(f"  names all from {' to '.join(concerns['span'])}")
    for said in seen["statements"]:
        lines += _statement_lines(said)
    return lines


def _statement_lines(said: dict[str, Any]) -> list[str]:
    official = "official" if said["official"] else "not official"
    office = f" for {said['office']}" if "office" in said else ""
    head = f"{said['number']}. {said['at']}  {_who(said)}, as {said['as']}{office}; {official}"
    lines = [head, f"   {said['sure']}: {said['says']}"]
    if "about" in said:
        lines.append(f"   about {' to '.join(dict.fromkeys(said['about']))}")
    tolls = [Toll(t["category"], t["lowest"], t["highest"]) for t in said.get("tolls", ())]
    lines += [f"   {toll}" for toll in tolls]
    if said["supersedes"] is not None:
        lines.append(f"   in place of statement {said['supersedes']}")
    lines += [f"   superseded by statement {number}" for number in said["superseded_by"]]
    return lines


def _who(said: dict[str, Any]) -> str:
    through = f" through {said['through']}" if "through" in said else ""
    return f"{said['party']} ({said['by']}){through}"
