"""``keepclear link``: enrol with other desks and compare their keys; what is said is in ``desk``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import click

from keepclear.errors import UsageError
from keepclear.faces.carrying import export, import_
from keepclear.faces.desk.calling import call, heard, voice
from keepclear.faces.desk.drilling import drill_report
from keepclear.faces.desk.saying import messages, reply, say_
from keepclear.faces.desk.standing import status
from keepclear.faces.desk.stopping import answer, stop
from keepclear.faces.desk.testing import test
from keepclear.faces.lives import asking
from keepclear.faces.outcome import Exit
from keepclear.faces.person import person_options
from keepclear.faces.place import is_url
from keepclear.faces.terminal import deliver, say
from keepclear.faces.witnessing import splits, witness
from keepclear.faces.words import plain
from keepclear.node.files import STDIN, read_file

if TYPE_CHECKING:
    from keepclear.faces.remote.line import Line

__all__ = ["link"]

_A_LINE = 6


@click.group()
def link() -> None:
    """The direct line to other desks: enrol, compare keys, stop, answer, and see where each stands.

    Where a command takes DIR, the address of a node that is served may stand.
    """


for one in (
    stop,
    answer,
    say_,
    reply,
    messages,
    test,
    drill_report,
    status,
    voice,
    heard,
    call,
    export,
    import_,
    splits,
    witness,
):
    link.add_command(one)


@link.command()
@click.argument("folder", metavar="DIR")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="URL",
    help="Where this node is reached, https://host:port; may be given again, '' for none.",
)
@click.option(
    "--certificate", metavar="FILE", help="The certificate (PEM) that it shows there, to be pinned."
)
@click.option("--root", metavar="FILE", help="The root key, where it is not kept in the folder.")
@click.option("-o", "--output", default=STDIN, metavar="FILE", help="Write the invitation there.")
@person_options
@asking
def invite(
    folder: str,
    addresses: tuple[str, ...],
    certificate: str | None,
    root: str | None,
    output: str,
    mark_of_person: str | None,
    password_file: str | None,
    by: str,
    key: str,
) -> int:
    """Write the invitation of the node in DIR: its root key and its cards, for another desk.

    Send it over any path; it holds nothing secret. Then have the other desk read your twelve words
    back over a path that you both trust: a telephone number that you knew before, or a meeting. At an
    address it is written as its cards are; what changes a card is signed with the root key, at rest.
    """
    from keepclear.link.invitation import write_invitation  # noqa: PLC0415
    from keepclear.link.pinning import words_of  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.peers import cards_of, peer_of, renew  # noqa: PLC0415
    from keepclear.node.pinned_tls import read_certificate  # noqa: PLC0415
    from keepclear.node.sealing import recipient_of  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    del key
    if is_url(folder):
        if addresses or certificate or root:
            raise UsageError(
                "a new card is signed with the root key, which a node that is served does not open: "
                "stop it, and give its folder with --address, --certificate or --root"
            )
        with _at_address(folder, mark_of_person, password_file, by) as to:
            found = _administration().invitation(to)
        deliver(found["invitation"], output)
        say(f"card {found['number']} of {plain(found['party'])}; your words:")
        _say_words(found["words"])
        return Exit.NOTHING
    with running(folder) as (home, node):
        renew(
            node,
            home.owner,
            home.root_key(Path(root) if root else None),
            home.message_key.verifier,
            home.record_key.verifier,
            Request(by, "command line"),
            addresses=[one for one in addresses if one] if addresses else None,
            age=recipient_of(home.age_identity()),
            certificate=None if certificate is None else read_certificate(certificate),
        )
        own = peer_of(node, home.owner)
        text = write_invitation(own.root, cards_of(node, home.owner))
    deliver(text, output)
    say(f"card {own.card.number} of {plain(own.card.party)}; your words:")
    _say_words(words_of(own.root))
    return Exit.NOTHING


@link.command()
@click.argument("folder", metavar="DIR")
@click.argument("file")
@person_options
@asking
def accept(
    folder: str,
    file: str,
    mark_of_person: str | None,
    password_file: str | None,
    by: str,
    key: str,
) -> int:
    """Take in another desk's invitation at the node in DIR; it is unverified until it is compared."""
    from keepclear.link.invitation import INVITATION_BYTES_MAX  # noqa: PLC0415
    from keepclear.link.pinning import Pinned  # noqa: PLC0415
    from keepclear.node import peers  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    del key
    text = read_file(file, max_bytes=INVITATION_BYTES_MAX).decode(errors="replace")
    if is_url(folder):
        with _at_address(folder, mark_of_person, password_file, by) as to:
            found = _administration().accept(to, text)
    else:
        with running(folder) as (_, node):
            peer = peers.accept(node, text, Request(by, "command line"))
        card = peer.card
        found = {"party": card.party, "number": card.number, "pinned": peer.pinned.value}
    name = plain(found["party"])
    say(f"{name}: card {found['number']}, {found['pinned']}")
    if found["pinned"] == Pinned.UNVERIFIED.value:
        say(
            f"have the desk of {name} read its twelve words to you, over a path that you knew before;"
        )
        say(f"then type what you heard: keepclear link compare {folder} {name!r} WORD WORD ...")
    return Exit.NOTHING


@link.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("words", nargs=-1)
@person_options
@asking
def compare(
    folder: str,
    party: str,
    words: tuple[str, ...],
    mark_of_person: str | None,
    password_file: str | None,
    by: str,
    key: str,
) -> int:
    """Say which twelve words the desk of PARTY read to you; its key is believed where they agree."""
    from keepclear.node import peers  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    del key
    if not words:
        raise UsageError("type the twelve words that you heard; they are not shown here on purpose")
    heard = " ".join(words).split()
    if is_url(folder):
        with _at_address(folder, mark_of_person, password_file, by) as to:
            pinned = _administration().compare(to, party, heard)["pinned"]
    else:
        with running(folder) as (_, node):
            pinned = peers.compare(node, party, heard, Request(by, "command line")).pinned.value
    say(f"{plain(party)}: {pinned}; the key is the one that its desk has")
    return Exit.NOTHING


@link.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.option("--reason", required=True, metavar="TEXT", help="How it is known, and from whom.")
@person_options
@asking
def lost(
    folder: str,
    party: str,
    reason: str,
    mark_of_person: str | None,
    password_file: str | None,
    by: str,
    key: str,
) -> int:
    """Believe the root key of PARTY no longer; it has to enrol anew."""
    from keepclear.node import peers  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    del key
    if is_url(folder):
        with _at_address(folder, mark_of_person, password_file, by) as to:
            _administration().call_lost(to, party, reason)
    else:
        with running(folder) as (_, node):
            peers.call_lost(node, party, reason, Request(by, "command line"))
    say(f"{plain(party)}: lost; what its keys sign from now on is believed no longer")
    return Exit.NOTHING


def _say_words(words: Sequence[str]) -> None:
    for first in range(0, len(words), _A_LINE):
        say("  " + "  ".join(f"{word:<6}" for word in words[first : first + _A_LINE]))


@contextmanager
def _at_address(url: str, mark: str | None, password_file: str | None, by: str) -> Iterator[Line]:
    """A line for one command, as a person.

    Raises:
        UsageError: nobody is named, or ``--by`` was given, which the log-in says already.
    """
    from keepclear.faces.remote.person import person  # noqa: PLC0415

    if by != "desk":
        raise UsageError("at an address --as says who asks; leave --by out")
    with person(url, mark, password_file) as to:
        yield to


def _administration() -> ModuleType:
    """What administrators do at an address; it is imported where it is needed."""
    from keepclear.faces.remote import administration as found  # noqa: PLC0415

    return found
