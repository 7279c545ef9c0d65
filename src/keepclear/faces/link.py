"""``keepclear link``: enrol with other desks, and compare their keys over another path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keepclear.errors import UsageError
from keepclear.faces.carrying import export, import_
from keepclear.faces.carrying_words import stop_lines, unseen_lines
from keepclear.faces.lives import asking
from keepclear.faces.outcome import Exit
from keepclear.faces.passing_words import held_lines, way_lines
from keepclear.faces.terminal import deliver, say
from keepclear.faces.witnessing import cosigned_lines, splits
from keepclear.faces.words import plain
from keepclear.node.files import STDIN, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keepclear.node.memory import Peer

__all__ = ["link"]

_A_LINE = 6


@click.group()
def link() -> None:
    """The direct line to other desks: enrol, compare keys, and say where each of them stands."""


link.add_command(export)
link.add_command(import_)
link.add_command(splits)


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
@asking
def invite(
    folder: str,
    addresses: tuple[str, ...],
    certificate: str | None,
    root: str | None,
    output: str,
    by: str,
    key: str,
) -> int:
    """Write the invitation of the node in DIR: its root key and its cards, for another desk.

    Send it over any path; it holds nothing secret. Then have the other desk read your twelve words back
    over a path that you both trust: a telephone number that you knew before, or a meeting.
    """
    from keepclear.link.invitation import write_invitation  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.peers import cards_of, peer_of, renew  # noqa: PLC0415
    from keepclear.node.pinned_tls import read_certificate  # noqa: PLC0415
    from keepclear.node.sealing import recipient_of  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    del key
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
    _say_words(own)
    return Exit.NOTHING


@link.command()
@click.argument("folder", metavar="DIR")
@click.argument("file")
@asking
def accept(folder: str, file: str, by: str, key: str) -> int:
    """Take in another desk's invitation at the node in DIR; it is unverified until it is compared."""
    from keepclear.link.invitation import INVITATION_BYTES_MAX  # noqa: PLC0415
    from keepclear.link.pinning import Pinned  # noqa: PLC0415
    from keepclear.node import peers  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    del key
    text = read_file(file, max_bytes=INVITATION_BYTES_MAX).decode(errors="replace")
    with running(folder) as (_, node):
        peer = peers.accept(node, text, Request(by, "command line"))
    name = plain(peer.card.party)
    say(f"{name}: card {peer.card.number}, {peer.pinned.value}")
    if peer.pinned is Pinned.UNVERIFIED:
        say(
            f"have the desk of {name} read its twelve words to you, over a path that you knew before;"
        )
        say(f"then type what you heard: keepclear link compare {folder} {name!r} WORD WORD ...")
    return Exit.NOTHING


@link.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("words", nargs=-1)
@asking
def compare(folder: str, party: str, words: tuple[str, ...], by: str, key: str) -> int:
    """Say which twelve words the desk of PARTY read to you; its key is believed where they agree."""
    from keepclear.node import peers  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    del key
    if not words:
        raise UsageError("type the twelve words that you heard; they are not shown here on purpose")
    with running(folder) as (_, node):
        peer = peers.compare(node, party, " ".join(words).split(), Request(by, "command line"))
    say(f"{plain(party)}: {peer.pinned.value}; the key is the one that its desk has")
    return Exit.NOTHING


@link.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.option("--reason", required=True, metavar="TEXT", help="How it is known, and from whom.")
@asking
def lost(folder: str, party: str, reason: str, by: str, key: str) -> int:
    """Believe the root key of PARTY no longer; it has to enrol anew."""
    from keepclear.node import peers  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415

    del key
    with running(folder) as (_, node):
        peers.call_lost(node, party, reason, Request(by, "command line"))
    say(f"{plain(party)}: lost; what its keys sign from now on is believed no longer")
    return Exit.NOTHING


@link.command()
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
@asking
def voice(folder: str, party: str, asks: Any, place: str, lang: str, by: str, key: str) -> int:
    """Write the sheet for a stop that is told to PARTY by telephone: content first, then who calls.

    ASKS is cease, hold or stay-away; PLACE is a position in any notation, in quotation marks. Nothing
    happens by itself: the other desk decides. Have it read back the four words.
    """
    from keepclear.formats.positions import read_position  # noqa: PLC0415
    from keepclear.link.phrases import Language  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.node.voice import say_stop  # noqa: PLC0415

    position = read_position(place).position
    with running(folder) as (_, node):
        asked = Request(by, "command line", key)
        sheet = say_stop(node, party, asks, position, Language(lang), asked)
    lines = [
        "SAY THIS FIRST",
        *sheet.content,
        "",
        "THEN",
        *sheet.after,
        "",
        f"THEY KEY IN   {sheet.keyed}",
        f"THEY READ BACK THE WORDS   {'  '.join(sheet.words)}",
    ]
    deliver("".join(f"{line}\n" for line in lines), STDIN)
    return Exit.NOTHING


@link.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("line", nargs=-1, required=True)
@asking
def heard(folder: str, party: str, line: tuple[str, ...], by: str, key: str) -> int:
    """Key in a stop that PARTY told this desk by telephone: its letter, then the check words."""
    from keepclear.formats.callsheet import in_words  # noqa: PLC0415
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.node.voice import hear  # noqa: PLC0415

    with running(folder) as (_, node):
        asked = Request(by, "command line", key)
        stop, words = hear(node, party, " ".join(line), asked)
    deliver(f"{in_words(stop)}\nREAD BACK THE WORDS   {'  '.join(words)}\n", STDIN)
    say("act on it now; it is recorded. If the words differ, have it said again")
    return Exit.NOTHING


@link.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("step")
@click.option("--who", default="", metavar="ROLE", help="Who answered, or was asked for: a role.")
@asking
def call(folder: str, party: str, step: str, who: str, by: str, key: str) -> int:
    """Log one step of a call with PARTY: dialled, answered, asked-for, held or hung-up."""
    from keepclear.node.declaring import Request  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.node.voice import call_step  # noqa: PLC0415

    with running(folder) as (_, node):
        call_step(node, party, step, Request(by, "command line", key), who=who)
    say(f"{plain(party)}: {plain(step)} {plain(who)}".rstrip())
    return Exit.NOTHING


@link.command(name="status")
@click.argument("folder", metavar="DIR")
def status_(folder: str) -> int:
    """Say which desks the node in DIR knows, how far each is believed, and what is unseen.

    Stops that are open stand first.
    """
    from keepclear.node.carrying import open_stops, unseen  # noqa: PLC0415
    from keepclear.node.cosigned import cosigned  # noqa: PLC0415
    from keepclear.node.relaying import holdings  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.node.talking import Talk  # noqa: PLC0415
    from keepclear.node.ways import ways  # noqa: PLC0415

    with running(folder) as (home, node):
        peers = dict(node.memory.peers)
        talk = Talk(node, home.message_key)
        stops, waiting = open_stops(node, talk), unseen(talk)
        now_us, owner = node.now_us(), home.owner
        seen, size = cosigned(node), node.store.size()
        by, held = ways(node), holdings(node)
    lines = [line for name in sorted(peers) for line in _lines(peers[name], now_us)]
    lines = [*stop_lines(stops), *lines, *unseen_lines(waiting), *way_lines(by), *held_lines(held)]
    lines += cosigned_lines(seen, size)
    deliver("".join(f"{line}\n" for line in lines), STDIN)
    if owner not in peers:
        say("this node has no card yet; keepclear link invite makes one")
    return Exit.NOTHING


def _lines(peer: Peer, now_us: int) -> Iterator[str]:
    from keepclear.domain.window import format_instant  # noqa: PLC0415
    from keepclear.link.pinning import Pinned  # noqa: PLC0415

    card = peer.card
    over = "" if card.holds_at(now_us) else ", NOT VALID NOW"
    yield (
        f"{plain(card.party):<20}  {peer.pinned.value:<10}  card {card.number}, "
        f"until {format_instant(card.until_us)}{over}"
    )
    for address in card.addresses:
        yield f"{'':<20}  {address}"
    if peer.pinned is Pinned.OWN:
        yield f"{'':<20}  words: {' '.join(_words(peer))}"


def _say_words(peer: Peer) -> None:
    words = _words(peer)
    for first in range(0, len(words), _A_LINE):
        say("  " + "  ".join(f"{word:<6}" for word in words[first : first + _A_LINE]))


def _words(peer: Peer) -> tuple[str, ...]:
    from keepclear.link.pinning import words_of  # noqa: PLC0415

    return words_of(peer.root)
