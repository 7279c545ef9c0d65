"""``keepclear link export`` and ``import``: the line by a stick, by e-mail or on paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from keepclear.errors import InputError, InUseError, VerificationError
from keepclear.faces.carrying_words import taken_lines
from keepclear.faces.desk.place import desk_at
from keepclear.faces.lives import token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import count, moment, plain
from keepclear.node.files import STDIN, read_file, shown

if TYPE_CHECKING:
    from keepclear.link.carry import Carry
    from keepclear.node.ledger import Node
    from keepclear.node.talking import Talk

__all__ = ["export", "import_"]

_FLASH: Final = "urgency: flash"
_ARRIVED: Final = "none of it has arrived before a file of theirs, or their node, says so"
_OF_TIME: Final = "clock."
"""Alarms that cast no doubt on what was signed."""


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@token_file
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
def export(
    folder: str, party: str, token_file: str | None, output: str, *, in_text: bool, pages: bool
) -> int:
    """Write a file for PARTY with all it has not yet signed as stored, and what is stored here of it.

    Nobody but PARTY can read it. It may be lost, and taken in twice or out of order: what is in it is
    written again into the next one, until a receipt comes back.
    """
    if pages:
        return _export_pages(folder, party, token_file, output)
    with desk_at(folder, token_file) as desk:
        made = desk.file(party, in_text=in_text)
    deliver(made["data"], output)
    say(f"for {plain(party)}: {count(made['messages'], 'message')} and a receipt")
    if made["left"]:
        say(
            f"{count(made['left'], 'more message')} found no room; write a file again when one of "
            f"{plain(party)}'s came back"
        )
    if made["messages"]:
        say(_ARRIVED)
    return Exit.NOTHING


def _export_pages(folder: str, party: str, token_file: str | None, output: str) -> int:
    from keepclear.formats.carrysheet import carry_pages  # noqa: PLC0415
    from keepclear.node.clock import now_us  # noqa: PLC0415

    with desk_at(folder, token_file) as desk:
        made = desk.pages(party)
        owner = desk.lines()["party"]
    if made["files"]:
        files = [one.encode() for one in made["files"]]
        deliver(carry_pages(owner, party, now_us(), files), output)
        say(f"for {plain(party)}: {count(len(files), 'page')}; {_ARRIVED}")
    else:
        say(f"no page was written: no flash message that fits on one waits for {plain(party)}")
    if made["too_long"]:
        say(
            f"{count(made['too_long'], 'flash message')} too long for a page; export a file, and call"
        )
    if made["others"]:
        say(f"beside that, {count(made['others'], 'unseen message')} without flash: export a file")
    return Exit.NOTHING


@contextmanager
def _lines_of(folder: str) -> Iterator[tuple[Node, Talk]]:
    """A node and its lines, while no other process has them."""
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.node.talking import Talk  # noqa: PLC0415

    with running(folder) as (home, node):
        yield node, Talk(node, home.message_key)


@click.command(name="import")
@click.argument("folder", metavar="DIR")
@click.argument("file")
def import_(folder: str, file: str) -> int:
    """Take in a file that another desk wrote with `link export`; what is flash is shown first.

    Then write one back with `link export`, so that they see what has come. A node that is being served
    from DIR on this machine is handed what the file brings, and shows it on every screen.
    """
    from keepclear.node.carrying import SEALED_BYTES_MAX, opened, take_in  # noqa: PLC0415
    from keepclear.node.home import open_home  # noqa: PLC0415
    from keepclear.node.serving import served_at  # noqa: PLC0415

    data, home = read_file(file, max_bytes=SEALED_BYTES_MAX), open_home(Path(folder))
    with _about(file):
        carry = opened(data, home.age_identity(), home.message_key.name)
        try:
            with _lines_of(folder) as (node, talk):
                taken = take_in(node, talk, carry)
        except InUseError:
            url = served_at(home.folder)
            if not url:
                raise
            return _into_served(url, carry)
    for text in sorted(taken.shown, key=lambda text: _FLASH not in text.split("\n")):
        deliver("".join(f"{plain(line)}\n" for line in text.rstrip("\n").split("\n")) + "\n", STDIN)
    for line in taken_lines(taken):
        say(line)
    doubtful = any(not code.startswith(_OF_TIME) for code in taken.alarms)
    return Exit.UNVERIFIED if doubtful else Exit.NOTHING


@contextmanager
def _about(file: str) -> Iterator[None]:
    """What is wrong is said of this file."""
    try:
        yield
    except VerificationError as error:
        raise VerificationError(error.code, f"{shown(file)}: {error}") from error
    except InputError as error:
        raise error.inside(shown(file)) from error


def _into_served(url: str, carry: Carry) -> int:
    """Hand the notes to the process that serves the node, as a peer would, flash first."""
    from keepclear.faces.remote.line import hand_notes  # noqa: PLC0415

    hand_notes(url, carry.notes)
    say(
        f"{count(len(carry.notes), 'note')} handed to the node at {url}, made at "
        f"{moment(carry.made_us)} UTC by the other desk's clock; what is new is on its screens"
    )
    return Exit.NOTHING
