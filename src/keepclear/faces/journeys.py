"""``keepclear hold``, ``split`` and ``return``: a movement under way, in a folder or at an address."""

from __future__ import annotations

from typing import Any

import click

from keepclear.faces import quantities
from keepclear.faces.lives import asking, token_file
from keepclear.faces.place import is_url

__all__ = ["hold", "return_", "split"]

_SINCE_HELP = "When it stands at that stop by its plan; now, if left out."


def _movement(command: Any) -> Any:
    """What each of them is told: which movement, which version of it, and when it goes on."""
    for option in (
        click.option(
            "--if-match", type=click.IntRange(1), metavar="N", help="The version seen last."
        ),
        click.option(
            "--leaves",
            type=quantities.INSTANT,
            required=True,
            metavar="TIME",
            help="When it goes on.",
        ),
        click.argument("subject", metavar="PARTY/ID"),
        click.argument("folder", metavar="DIR"),
    ):
        command = option(command)
    return asking(token_file(command))


@click.command()
@click.option("--since", type=quantities.INSTANT, metavar="TIME", help=_SINCE_HELP)
@_movement
def hold(
    folder: str,
    subject: str,
    leaves: int,
    since: int | None,
    if_match: int | None,
    token_file: str | None,
    by: str,
    key: str,
) -> int:
    """Keep a movement at its stop until TIME; what it planned after that is later by as much.

    Recipients are told its new times with the old ones, and what crosses their plans then.
    """
    asked = (folder, subject, token_file, by, key)
    return _do("hold", *asked, leaves_us=leaves, since_us=since, if_match=if_match)


@click.command()
@click.option("--as", "name", required=True, metavar="ID", help="The id of the second group.")
@click.option("--since", type=quantities.INSTANT, metavar="TIME", help=_SINCE_HELP)
@_movement
def split(
    folder: str,
    subject: str,
    name: str,
    leaves: int,
    since: int | None,
    if_match: int | None,
    token_file: str | None,
    by: str,
    key: str,
) -> int:
    """Make those who stay behind at a stop, and leave at TIME, a movement of their own.

    It is told to whom the whole is told. How many vehicles are in each is not said; amend both.
    """
    asked = (folder, subject, token_file, by, key)
    return _do("split", *asked, name=name, leaves_us=leaves, since_us=since, if_match=if_match)


@click.command(name="return")
@_movement
def return_(
    folder: str,
    subject: str,
    leaves: int,
    if_match: int | None,
    token_file: str | None,
    by: str,
    key: str,
) -> int:
    """Add to a movement its last way backwards, from TIME on."""
    asked = (folder, subject, token_file, by, key)
    return _do("return", *asked, leaves_us=leaves, if_match=if_match)


def _do(
    what: str,
    folder: str,
    subject: str,
    token_file: str | None,
    by: str,
    key: str,
    **options: Any,
) -> int:
    if is_url(folder):
        from keepclear.faces.remote.commands import line  # noqa: PLC0415
        from keepclear.faces.remote.journeys import move  # noqa: PLC0415

        with line(folder, token_file, by) as to:
            return move(to, what, subject, key=key, **options)
    from keepclear.faces.declaring import closing_of  # noqa: PLC0415
    from keepclear.node import journeys  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    with running(folder) as (_, node):
        request = Request(by=by, client="command line", key=key)
        if what == "split":
            name = options.pop("name")
            answer = journeys.split(node, subject, name, request, **options)
        else:
            use = {"hold": journeys.hold, "return": journeys.go_back}[what]
            answer = use(node, subject, request, **options)
        return closing_of(node, [answer])
