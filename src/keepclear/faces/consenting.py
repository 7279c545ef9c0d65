"""``keepclear consent`` and ``keepclear due``: who is told of a notification, and what time brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keepclear.domain.consent import RELEASES, Consent
from keepclear.domain.declaration import Kind
from keepclear.domain.window import format_instant
from keepclear.errors import InputError, UsageError
from keepclear.faces import quantities
from keepclear.faces.lives import asking
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN

if TYPE_CHECKING:
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
@click.option("--reason", default="", metavar="TEXT", help="Why it is revoked.")
@asking
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
) -> int:
    """Say which party is told of a site or movement at the node in DIR, what, and from when.

    Nobody is told without it, except who crosses it: that party sees the circle of a site, or the part
    that it shares with a movement. A party whose consent begins later, or is revoked, sees not even
    that. The newest word holds.
    """
    from keepclear.node import consenting  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.due import due as do_due  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    about = None if kind is None else Kind(kind)
    request = Request(by, "command line", key)
    with running(folder) as (_, node):
        if to is None:
            return _say_what_holds(node, subject, about)
        if revoke:
            if begins is not None or lead is not None or fields != _CIRCLE:
                raise UsageError("--revoke takes no --fields, --from or --lead; it takes all back")
            answer = consenting.revoke(node, subject, to, request, kind=about, reason=reason)
            for one in answer.reply["shown_before"]:
                what = ", ".join(one["fields"]) or "the circle, or the part it crossed"
                say(f"shown before: {plain(one['subject'])} at {one['at']}: {what}")
            say(f"{plain(subject)}: {plain(to)} is told nothing more. {consenting.REVOKED_SAYS}")
            return Exit.NOTHING
        given = _given(to, fields, begins, lead)
        answer = consenting.consent(node, subject, given, request, kind=about)
        do_due(node)
        again = " (as it was said before)" if answer.again else ""
        say(f"{plain(subject)}: {plain(_words(given))}{again}")
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
def due(folder: str) -> int:
    """Do what time has brought at the node in DIR, and print when to come again.

    Tells what is released by now, and says which sites have expired. Every command on DIR does so
    first; without a service, something must run it at the time it prints.
    """
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


def _say_what_holds(node: Node, subject: str, kind: Kind | None) -> int:
    from keepclear.node.consenting import words_on  # noqa: PLC0415

    rows = words_on(node.memory, subject, kind)
    for to, word, general in rows:
        told = f"{to} is told nothing" if word.consent is None else _words(word.consent)
        deliver(f"{plain(told)}{' (said of all of its kind)' if general else ''}\n", STDIN)
    if not rows:
        say("nothing is said: nobody is told, except who crosses it")
    return Exit.NOTHING
