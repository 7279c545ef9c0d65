"""``keepclear link voice``, ``heard`` and ``call``: a stop by telephone, from either end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from keepclear.faces.desk.choosing import the_stop
from keepclear.faces.desk.place import desk_at
from keepclear.faces.desk.stopping import drill_option
from keepclear.faces.lives import asking, token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.formats.callsheet import Asks

__all__ = ["call", "heard", "voice"]

_OF_OURS: Final = frozenset({"wilco", "unable", "standby", "roger", "stopped"})
"""What the other desk says of a stop of ours."""
_OF_THEIRS: Final = frozenset({"lifted", "false"})


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("asks", type=click.Choice(["cease", "hold", "stay-away"]))
@click.argument("place")
@click.option(
    "--lang",
    type=click.Choice(["en", "fr", "ru", "ar"]),
    default="en",
    help="Of the other desk; English stands beside it.",
)
@drill_option
@asking
@token_file
def voice(
    folder: str,
    party: str,
    asks: Asks,
    place: str,
    lang: str,
    by: str,
    key: str,
    token_file: str | None,
    *,
    drill: bool,
) -> int:
    """Write the sheet for a stop that is told to PARTY by telephone: content first, then who calls.

    ASKS is cease, hold or stay-away; PLACE is a position in any notation, in quotation marks. Nothing
    happens by itself: the other desk decides. Have it read back the four words.
    """
    with desk_at(folder, token_file, by, key) as desk:
        sheet = desk.sheet(party, asks, place, lang, drill=drill)
    lines = [
        "SAY THIS FIRST",
        *sheet["content"],
        "",
        "THEN",
        *sheet["after"],
        "",
        f"THEY KEY IN   {sheet['keyed']}",
        f"THEY READ BACK THE WORDS   {'  '.join(sheet['words'])}",
    ]
    deliver("".join(f"{line}\n" for line in lines), STDIN)
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("line", nargs=-1, required=True)
@asking
@token_file
def heard(
    folder: str, party: str, line: tuple[str, ...], by: str, key: str, token_file: str | None
) -> int:
    """Key in a stop that PARTY told this desk by telephone: its letter, then the check words.

    At an address it is on every screen of the desk at once, and its ladder begins.
    """
    with desk_at(folder, token_file, by, key) as desk:
        stop = desk.heard(party, " ".join(line))
    from keepclear.link.message import DRILL  # noqa: PLC0415

    drill = f"{DRILL}\n" if stop["drill"] else ""
    deliver(
        f"{drill}{plain(stop['says'])}\nREAD BACK THE WORDS   {'  '.join(stop['words'])}\n", STDIN
    )
    say("act on it now; it is recorded. If the words differ, have it said again")
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("step")
@click.option("--who", default="", metavar="ROLE", help="Who answered, or was asked for: a role.")
@asking
@token_file
def call(
    folder: str, party: str, step: str, who: str, by: str, key: str, token_file: str | None
) -> int:
    """Log one step of a call with PARTY: dialled, answered, asked-for, held or hung-up.

    Or what PARTY said of a stop that this desk told it so: wilco, unable, standby, roger, stopped;
    lifted, where PARTY takes its own back.
    """
    with desk_at(folder, token_file, by, key) as desk:
        about = ""
        if step in _OF_OURS or step in _OF_THEIRS:
            lines = {**desk.lines(), "lines": []}  # what came over a line is answered there
            about = the_stop(lines, party, "", ours=step in _OF_OURS)["hash"]
        desk.step(party, step, who=who, about=about)
    say(f"{plain(party)}: {plain(step)} {plain(who)}".rstrip())
    return Exit.NOTHING
