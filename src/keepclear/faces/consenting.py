"""``keepclear consent`` and ``keepclear due``: who is told of a notification, and what time brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from keepclear.domain.consent import RELEASES, Consent
from keepclear.domain.declaration import Kind
from keepclear.domain.window import format_instant, parse_instant
from keepclear.errors import InputError, UsageError
from keepclear.faces import quantities
from keepclear.faces.lives import asking, token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.place import is_url
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.faces.remote.line import Line
    from keepclear.node.ledger import Node

__all__ = ["consent", "due"]

_CIRCLE = "circle"
"""The word for no field at all."""
_KINDS = tuple(sorted(kind.value for kind in (Kind.SITE, Kind.MOVEMENT)))
_FIELDS_HELP = (
    "What is released, separated by commas; the circle to stay away from always is. Known: "
    + ", ".join(RELEASES)
    + "."
)


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("subject", metavar="PARTY/ID")
@click.option("--to", metavar="NAME", help="The party that is told; without it, say what holds.")
@click.option("--fields", default=_CIRCLE, show_default=True, metavar="WORDS", help=_FIELDS_HELP)
@click.option("--from", "begins", type=quantities.INSTANT, metavar="TIME", help="Not before TIME.")
@click.option(
    "--lead", type=quantities.DURATION, metavar="TIME",
    help="Not earlier than so long before it begins, such as 2h.",
)  # fmt: skip
@click.option("--revoke", is_flag=True, help="Tell NAME nothing from here on.")
@click.option("--kind", type=click.Choice(_KINDS), help="All of a kind; then PARTY alone is named.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is revoked; in a folder alone.")
@asking
@token_file
def consent(
    folder: str,
    subject: str,
    to: str | None,
    fields: str,
    begins: int | None,
    lead: int | None,
    revoke: bool,
    kind: str | None,
    reason: str,
    by: str,
    key: str,
    token_file: str | None,
) -> int:
    """Say which party is told of a site or movement at the node in DIR, what, and from when.

    Nobody is told without it, except who crosses it: that party sees the circle of a site, or the part
    that it shares with a movement. A party whose consent begins later, or is revoked, sees not even
    that. The newest word holds.
    """
    from keepclear.faces.remote import commands  # noqa: PLC0415
    from keepclear.node import consenting  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.due import due as do_due  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    about = None if kind is None else Kind(kind)
    if revoke and (begins is not None or lead is not None or fields != _CIRCLE):
        raise UsageError("--revoke takes no --fields, --from or --lead; it takes all back")
    given = None if to is None or revoke else _given(to, fields, begins, lead)
    if is_url(folder):
        if reason:
            raise UsageError("over the line nothing takes --reason; leave it out")
        with commands.line(folder, token_file, by) as line:
            return _at_address(line, subject, about, to, given, key)
    request = Request(by, "command line", key)
    with running(folder) as (_, node):
        if to is None:
            return _say_what_holds(_held(node, subject, about))
        if given is None:
            answer = consenting.revoke(node, subject, to, request, kind=about, reason=reason)
            return _say_taken_back(subject, to, answer.reply["shown_before"])
        answer = consenting.consent(node, subject, given, request, kind=about)
        do_due(node)
        return _say_given(subject, given, again=answer.again)


def _at_address(
    to: Line, subject: str, kind: Kind | None, name: str | None, given: Consent | None, key: str
) -> int:
    """The same at a node that is served; it tells what is released by now itself."""
    from keepclear.faces.remote import consents  # noqa: PLC0415

    if name is None:
        rows = [_held_there(word) for word in consents.what_holds(to, subject, kind)]
        return _say_what_holds(rows)
    if given is None:
        return _say_taken_back(subject, name, consents.take_back(to, subject, kind, name, key))
    again = consents.give(to, subject, kind, given, key)
    return _say_given(subject, given, again=again)


@click.command()
@click.argument("folder", metavar="DIR")
def due(folder: str) -> int:
    """Do what time has brought at the node in DIR, and print when to come again.

    Tells what is released by now, and says which sites have expired. Every command on DIR does so
    first; without a service, something must run it at the time it prints. A node that is served does
    it by itself.
    """
    if is_url(folder):
        raise UsageError(
            "a node that is served does what time brings by itself; nothing is to be run"
        )
    from keepclear.node.due import due as do_due  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    with running(folder) as (_, node):
        again_us = do_due(node)
    if again_us is None:
        say("nothing is awaited")
    else:
        deliver(f"{format_instant(again_us)}\n", STDIN)
    return Exit.NOTHING


def _given(to: str, fields: str, begins: int | None, lead: int | None) -> Consent:
    names = [word.strip() for word in fields.split(",") if word.strip()]
    chosen = tuple(dict.fromkeys(word for word in names if word != _CIRCLE))
    try:
        return Consent(to, chosen, begins, lead)
    except InputError as error:
        raise UsageError(error.message) from error


def _words(given: Consent) -> str:
    """What a consent says, in words."""
    said = f"{given.to} is told the circle"
    if given.fields:
        said += f" and {', '.join(given.fields)}"
    when = []
    if given.from_us is not None:
        when.append(f"not before {format_instant(given.from_us)}")
    if given.lead_us is not None:
        when.append(f"not earlier than {given.lead_us // 60_000_000:,} min before it begins")
    if not when:
        return f"{said}, from now on and with each change"
    return f"{said}, {', '.join(when)}; until then nothing, even where its plan crosses"


def _held(node: Node, subject: str, kind: Kind | None) -> list[tuple[str, Consent | None, bool]]:
    """For each recipient what holds, and whether that was said of all of a kind."""
    from keepclear.node.consent_words import words_on  # noqa: PLC0415

    found = words_on(node.memory, subject, kind)
    return [(to, word.consent, general) for to, word, general in found]


def _held_there(word: dict[str, Any]) -> tuple[str, Consent | None, bool]:
    """The same from an answer."""
    if not word["told"]:
        return word["to"], None, word["of_its_kind"]
    from_us = None if word["not_before"] is None else parse_instant(word["not_before"])
    lead_us = None if word["lead_s"] is None else word["lead_s"] * 1_000_000
    given = Consent(word["to"], tuple(word["fields"]), from_us, lead_us)
    return word["to"], given, word["of_its_kind"]


def _say_given(subject: str, given: Consent, *, again: bool) -> int:
    said = " (as it was said before)" if again else ""
    say(f"{plain(subject)}: {plain(_words(given))}{said}")
    return Exit.NOTHING


def _say_taken_back(subject: str, to: str, shown_before: list[dict[str, Any]]) -> int:
    from keepclear.node.consenting import REVOKED_SAYS  # noqa: PLC0415

    for one in shown_before:
        what = ", ".join(one["fields"]) or "the circle, or the part it crossed"
        say(f"shown before: {plain(one['subject'])} at {one['at']}: {what}")
    say(f"{plain(subject)}: {plain(to)} is told nothing more. {REVOKED_SAYS}")
    return Exit.NOTHING


def _say_what_holds(rows: list[tuple[str, Consent | None, bool]]) -> int:
    for to, given, general in rows:
        told = f"{to} is told nothing" if given is None else _words(given)
        deliver(f"{plain(told)}{' (said of all of its kind)' if general else ''}\n", STDIN)
    if not rows:
        say("nothing is said: nobody is told, except who crosses it")
    return Exit.NOTHING
