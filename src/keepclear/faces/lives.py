"""``keepclear list``, ``show``, ``act``, ``delay``, ``withdraw``: what a node holds, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from keepclear.domain.life import Act
from keepclear.domain.window import format_instant
from keepclear.faces import quantities
from keepclear.faces.outcome import Exit
from keepclear.faces.place import is_url
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import NOT_YET, plain
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.node.declaring import Answer, Request
    from keepclear.node.memory import Case, Memory

__all__ = ["act", "asking", "by_option", "delay", "list_", "show", "token_file", "withdraw"]

_ACTS = tuple(
    one.value for one in Act if one not in {Act.DECLARE, Act.AMEND, Act.EXPIRE}
)  # as node.acting.ACTS, which a test compares; help must not wait for numpy


token_file = click.option(
    "--token-file",
    metavar="FILE",
    help="Where DIR is the address of a node: the file with its token; else KEEPCLEAR_TOKEN.",
)


by_option = click.option(
    "--by", default="desk", metavar="ROLE", help="A role or a shift's mark, never a name."
)


def asking(command: Any) -> Any:
    """The options by which a request says who asks, and how it is known again."""
    for option in (
        click.option(
            "--key",
            default="",
            metavar="TEXT",
            help="Names this request; asked twice under one name, it is done once.",
        ),
        by_option,
    ):
        command = option(command)
    return command


@click.command(name="list")
@click.argument("folder", metavar="DIR")
@token_file
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def list_(folder: str, token_file: str | None, *, as_json: bool) -> int:
    """List what is declared at the node in DIR, or at an address: what its token may see."""
    if is_url(folder):
        from keepclear.faces.remote import commands  # noqa: PLC0415

        with commands.line(folder, token_file) as to:
            return commands.list_(to, as_json=as_json)
    from keepclear.node.start import running  # noqa: PLC0415

    with running(folder) as (_, node):
        memory = node.memory
        rows = [_row(memory, subject, case) for subject, case in sorted(memory.cases.items())]
    if as_json:
        whole = {"keepclear": "list/1", "declarations": rows}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [
        f"{plain(row['subject']):<24}  {row['kind']:<11}  {row['stage']:<13}  "
        f"version {row['version']}, {_crossings(row['crossings'])}{_confirmation(row)}"
        for row in rows
    ]
    deliver("".join(f"{line}\n" for line in lines), STDIN)
    if not rows:
        say("nothing is declared here")
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("subject", metavar="PARTY/ID")
@token_file
@click.option("--json", "as_json", is_flag=True, help="Every entry about it, word for word.")
def show(folder: str, subject: str, token_file: str | None, *, as_json: bool) -> int:
    """Show the history of a declaration at the node in DIR, with what was shown of it.

    At an address: its versions, and what one's party was last told of it.
    """
    if is_url(folder):
        from keepclear.faces.remote import commands  # noqa: PLC0415

        with commands.line(folder, token_file) as to:
            return commands.show(to, subject, as_json=as_json)
    from keepclear.node.acting import case_of  # noqa: PLC0415
    from keepclear.node.ledger import opening_of  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    with running(folder) as (_, node):
        row = _row(node.memory, subject, case_of(node, subject))
        history = node.store.history(subject)
    bodies = [json.loads(opening_of(one).body) if one.data else {} for one in history]
    if as_json:
        whole = {
            "keepclear": "show/1",
            **row,
            "history": [{"number": e.number, **b} for e, b in zip(history, bodies, strict=True)],
        }
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [f"{subject}: {row['kind']}, {row['stage']}, version {row['version']}"]
    for entry, body in zip(history, bodies, strict=True):
        lines.append(
            f"{entry.number:>7}  {format_instant(entry.at_us):<27}  {_told(entry.kind, body)}"
        )
    deliver("".join(f"{plain(line)}\n" for line in lines), STDIN)
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("subject", metavar="PARTY/ID")
@click.argument("what", metavar="ACT", type=click.Choice(_ACTS))
@click.option("--reason", default="", metavar="TEXT", help="Why; must be said to take it off.")
@click.option("--if-match", type=click.IntRange(1), metavar="N", help="The version seen last.")
@asking
@token_file
def act(
    folder: str,
    subject: str,
    what: str,
    reason: str,
    if_match: int | None,
    by: str,
    key: str,
    token_file: str | None,
) -> int:
    """Take one step in the life of a declaration at the node in DIR.

    ACT is verify, submit, confirm, activate, leave, lose, return, complete, end, withdraw or remove;
    what is possible depends on what it is and where it stands. A second person verifies: give another
    --by.
    """
    return _act(folder, subject, Act(what), reason, if_match, by, key, token_file)


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("subject", metavar="PARTY/ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option("--if-match", type=click.IntRange(1), metavar="N", help="The version seen last.")
@asking
@token_file
def withdraw(
    folder: str,
    subject: str,
    reason: str,
    if_match: int | None,
    by: str,
    key: str,
    token_file: str | None,
) -> int:
    """Take a declaration back at the node in DIR; its history stays."""
    return _act(folder, subject, Act.WITHDRAW, reason, if_match, by, key, token_file)


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("subject", metavar="PARTY/ID")
@click.option(
    "--leaves", type=quantities.INSTANT, metavar="TIME", help="When it leaves; now, if left out."
)
@click.option("--if-match", type=click.IntRange(1), metavar="N", help="The version seen last.")
@asking
@token_file
def delay(
    folder: str,
    subject: str,
    leaves: int | None,
    if_match: int | None,
    by: str,
    key: str,
    token_file: str | None,
) -> int:
    """Make a new version of a movement as if it left now, and say what it crosses then."""
    if is_url(folder):
        from keepclear.faces.remote import commands  # noqa: PLC0415

        with commands.line(folder, token_file, by) as to:
            return commands.delay(to, subject, leaves_us=leaves, if_match=if_match, key=key)
    from keepclear.faces.declaring import closing_of  # noqa: PLC0415
    from keepclear.node import acting  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    with running(folder) as (_, node):
        answer = acting.delay(node, subject, _request(by, key), leaves_us=leaves, if_match=if_match)
        return closing_of(node, [answer])


def _act(
    folder: str,
    subject: str,
    what: Act,
    reason: str,
    if_match: int | None,
    by: str,
    key: str,
    token_file: str | None,
) -> int:
    if is_url(folder):
        from keepclear.faces.remote import commands  # noqa: PLC0415

        with commands.line(folder, token_file, by) as to:
            return commands.act(to, subject, what, reason=reason, if_match=if_match, key=key)
    from keepclear.faces.declaring import closing_of  # noqa: PLC0415
    from keepclear.node import acting  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    with running(folder) as (_, node):
        answer = acting.act(
            node, subject, what, _request(by, key), reason=reason, if_match=if_match
        )
        if answer.verdict is not None:
            return closing_of(node, [answer])
    _say_done(answer)
    return Exit.NOTHING


def _request(by: str, key: str) -> Request:
    from keepclear.node.declaring import Request  # noqa: PLC0415

    return Request(by=by, client="command line", key=key)


def _say_done(answer: Answer) -> None:
    reply = answer.reply
    again = " (as it was answered before)" if answer.again else ""
    say(f"{reply['subject']}: version {reply['version']} is {reply['stage']}{again}")
    if reply["stage"] in NOT_YET:
        say(f"{reply['subject']}: {NOT_YET[reply['stage']]}")


def _row(memory: Memory, subject: str, case: Case) -> dict[str, Any]:
    from keepclear.node.due import confirm_by_us  # noqa: PLC0415

    verdict = case.verdict
    instants = {"confirm_by": confirm_by_us(memory, case), "unconfirmed_since": case.unconfirmed_us}
    told = {name: format_instant(us) for name, us in instants.items() if us is not None}
    return {
        "subject": subject,
        "kind": case.kind.value,
        "stage": case.stage.value,
        "version": case.latest.number,
        "crossings": None if verdict is None else len(verdict.crossings),
        **told,
    }


def _confirmation(row: dict[str, Any]) -> str:
    """By when a site is to be confirmed, or since when it is not."""
    if "unconfirmed_since" in row:
        return f", unconfirmed since {row['unconfirmed_since']}"
    return f", confirm by {row['confirm_by']}" if "confirm_by" in row else ""


def _crossings(number: int | None) -> str:
    if number is None:
        return "not compared"
    return f"{number} crossing{'' if number == 1 else 's'} when it was declared"


def _told(kind: str, body: dict[str, Any]) -> str:
    if not body:
        return f"{kind}: what it said was erased when its time was over"
    tell = _TELLS.get(kind)
    return kind if tell is None else tell(body)


def _verdict_told(body: dict[str, Any]) -> str:
    deviations = ", ".join(one["code"] for one in body["deviations"])
    number = len(body["crossings"])
    told = f"verdict: {number} crossing{'' if number == 1 else 's'}"
    return f"{told}; differs from what was agreed: {deviations}" if deviations else told


_TELLS: Final[Mapping[str, Callable[[dict[str, Any]], str]]] = {
    "declared": lambda body: (
        f"version {body['version']} declared by {body['by']}"
        + (f", {body['because']}" if "because" in body else "")
    ),
    "acted": lambda body: (
        f"{body['act']} by {body['by']}"
        + (f": {body['reason']}" if "reason" in body else "")
        + f"; it is {body['stage']}"
    ),
    "verdict": _verdict_told,
    "shown": lambda body: (
        f"shown: {body['how']} to {body['to']}"
        + (f", by {json.loads(body['text'])['by']}" if body["how"] == "told" else "")
    ),
    "consented": lambda body: f"consented: {body['to']} by {body['by']}",
    "revoked": lambda body: f"revoked: {body['to']} by {body['by']}",
    "erased": lambda body: (
        f"erased by {body['by']}: {len(body['numbers'])} entries ({body['why']})"
    ),
}
"""How a line of the history says an entry; others say what they are."""
