"""``keepclear link export`` and ``import``: the line by a stick or e-mail, and what is still unseen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from keepclear.errors import VerificationError
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import count, moment, plain
from keepclear.node.files import STDIN, read_file, shown

if TYPE_CHECKING:
    from keepclear.node.carrying import OpenStop, Taken, Unseen

__all__ = ["export", "import_", "stop_lines", "unseen_lines"]

_STOP: Final = "kind: stop/1"
_FLASH: Final = "urgency: flash"
_ARRIVED: Final = "none of it has arrived before a file of theirs, or their node, says so"
_OF_TIME: Final = "clock."
"""Alarms that cast no doubt on what was signed."""


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.option("-o", "--output", required=True, metavar="FILE", help="Write the file there.")
@click.option(
    "--text",
    "in_text",
    is_flag=True,
    help="In letters, a third longer: for ways that take no bytes.",
)
@click.option(
    "--pages",
    is_flag=True,
    help="Instead, A4 pages in HTML: a QR code for each flash message that fits on one.",
)
def export(folder: str, party: str, output: str, *, in_text: bool, pages: bool) -> int:
    """Write a file for PARTY with all it has not yet signed as stored, and what is stored here of it.

    Nobody but PARTY can read it. It may be lost, and taken in twice or out of order: what is in it is
    written again into the next one, until a receipt comes back.
    """
    from keepclear.node.carrying import make  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.node.talking import Talk  # noqa: PLC0415

    if pages:
        return _export_pages(folder, party, output)
    with running(folder) as (home, node):
        made = make(node, Talk(node, home.message_key), party, in_text=in_text)
    deliver(made.data, output)
    say(f"for {plain(party)}: {count(made.messages, 'message')} and a receipt")
    if made.left:
        say(
            f"{count(made.left, 'more message')} found no room; write a file again when one of "
            f"{plain(party)}'s came back"
        )
    if made.messages:
        say(_ARRIVED)
    return Exit.NOTHING


def _export_pages(folder: str, party: str, output: str) -> int:
    from keepclear.formats.carrysheet import QR_BYTES_MAX, carry_pages  # noqa: PLC0415
    from keepclear.node.carrying import make_short  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.node.talking import Talk  # noqa: PLC0415

    with running(folder) as (home, node):
        made = make_short(node, Talk(node, home.message_key), party, QR_BYTES_MAX)
        now_us, owner = node.now_us(), home.owner
    if made.files:
        deliver(carry_pages(owner, party, now_us, made.files), output)
        say(f"for {plain(party)}: {count(len(made.files), 'page')}; {_ARRIVED}")
    else:
        say(f"no page was written: no flash message that fits on one waits for {plain(party)}")
    if made.too_long:
        say(f"{count(made.too_long, 'flash message')} too long for a page; export a file, and call")
    if made.others:
        say(f"beside that, {count(made.others, 'unseen message')} without flash: export a file")
    return Exit.NOTHING


@click.command(name="import")
@click.argument("folder", metavar="DIR")
@click.argument("file")
def import_(folder: str, file: str) -> int:
    """Take in a file that another desk wrote with `link export`; what is flash is shown first.

    Then write one back with `link export`, so that they see what has come.
    """
    from keepclear.node.carrying import SEALED_BYTES_MAX, take_in  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.node.talking import Talk  # noqa: PLC0415

    data = read_file(file, max_bytes=SEALED_BYTES_MAX)
    with running(folder) as (home, node):
        talk = Talk(node, home.message_key)
        try:
            taken = take_in(node, talk, data, home.age_identity(), home.message_key.name)
        except VerificationError as error:
            raise VerificationError(error.code, f"{shown(file)}: {error}") from error
    for text in sorted(taken.shown, key=lambda text: _FLASH not in text.split("\n")):
        deliver("".join(f"{plain(line)}\n" for line in text.rstrip("\n").split("\n")) + "\n", STDIN)
    for line in _taken_lines(taken):
        say(line)
    doubtful = any(not code.startswith(_OF_TIME) for code in taken.alarms)
    return Exit.UNVERIFIED if doubtful else Exit.NOTHING


def unseen_lines(found: list[Unseen]) -> Iterator[str]:
    """For each party what it has not yet seen, as far as it has signed; and what is missing here."""
    for one in found:
        name = plain(one.party)
        if one.oldest_us is None:
            yield f"nothing that was said to {name} is unseen, as far as it has signed"
        else:
            flash = f", {one.flash} of them flash" if one.flash else ""
            yield (
                f"{name} has not seen {count(one.messages, 'message')}{flash}, the oldest of "
                f"{moment(one.oldest_us)} UTC ({_span(one.first, one.last)}), as far as it has signed"
            )
        if one.notices:
            yield f"{name} has not seen {count(one.notices, 'notice')}, not yet made a message"
        if one.missing:
            yield _missing(one.party, one.missing)


def stop_lines(found: list[OpenStop]) -> Iterator[str]:
    """Every stop that is open, from whichever side."""
    from keepclear.link.message import DRILL  # noqa: PLC0415

    for one in found:
        way = "to" if one.ours else "from"
        drill = f", {DRILL}" if one.drill else ""
        yield (
            f"STOP {way} {plain(one.party)} is open since {moment(one.raised_us)} UTC: {one.stage}, "
            f"ladder at {one.rung}{drill}"
        )


def _taken_lines(taken: Taken) -> Iterator[str]:
    name, made = plain(taken.party), moment(taken.made_us)
    yield f"from {name}, made at {made} UTC by its clock: {count(taken.new, 'new message')}"
    if any(_STOP in text.split("\n") for text in taken.shown):
        yield (
            "a STOP is among them: act on it now, then answer. Nothing happens by itself, and its "
            "ladder runs only while this node is served"
        )
    if taken.missing:
        yield _missing(taken.party, taken.missing)
    if taken.refused:
        yield f"{count(taken.refused, 'note')} more than may come at once; take the file in again"
    for code in taken.alarms:
        yield f"ALARM {code}: look at it before you rely on this line; what proves it is kept"
    if taken.new:
        yield f"they know that it came when they take in a file of yours, for {name}"


def _missing(party: str, missing: tuple[tuple[int, int], ...]) -> str:
    spans = ", ".join(_span(first, last) for first, last in missing)
    return f"missing here of {plain(party)}'s, while later ones are here: {spans}"


def _span(first: int, last: int) -> str:
    return f"number {first}" if first == last else f"numbers {first} to {last}"
