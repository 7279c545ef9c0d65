"""``keepclear link say``, ``reply`` and ``messages``: what desks tell each other beside stops."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from keepclear.errors import UsageError
from keepclear.faces import quantities
from keepclear.faces.desk.place import desk_at
from keepclear.faces.desk.stopping import drill_option, place_of
from keepclear.faces.desk.wording import at_second, in_words
from keepclear.faces.lives import asking, token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN

if TYPE_CHECKING:
    from keepclear.link.bodies import Body
    from keepclear.link.kinds import Kind

__all__ = ["messages", "reply", "say_"]

_KINDS: Final = ("acknowledged", "noted", "query", "contact", "read-back", "disseminated")
_NEED_WORDS: Final = frozenset({"query", "contact"})
_ENGLISH: Final = "en"
"""Says what a phrase means, whatever language it is read in."""


@click.command(name="say")
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("words", required=False)
@click.option("--phrase", metavar="NAME", help="A fixed phrase, which PARTY reads in its language.")
@click.option(
    "--slot", "slots", multiple=True, metavar="NAME=TEXT", help="What stands in the phrase."
)
@drill_option
@asking
@token_file
def say_(
    folder: str,
    party: str,
    words: str | None,
    phrase: str | None,
    slots: tuple[str, ...],
    by: str,
    key: str,
    token_file: str | None,
    *,
    drill: bool,
) -> int:
    """Say something to PARTY that is not urgent: a fixed phrase, words, or both.

    It needs an arrangement with PARTY, and is refused there while that is suspended.
    """
    from keepclear.link.bodies import Said  # noqa: PLC0415
    from keepclear.link.phrases import PHRASES, fields_of  # noqa: PLC0415

    if phrase is None and words is None:
        raise UsageError("say something: words in quotation marks, or --phrase NAME")
    filled = [_slot(one) for one in slots]
    if phrase is not None and phrase not in PHRASES:
        raise UsageError(f"{phrase!r} is no phrase; known: {', '.join(sorted(PHRASES))}")
    if sorted(name for name, _ in filled) != sorted(fields_of(phrase) if phrase else ()):
        needed = ", ".join(f"--slot {name}=..." for name in fields_of(phrase or "test"))
        raise UsageError(f"the phrase needs {needed or 'no --slot'}")
    body = Said(phrase=phrase, slots=filled or None, words=words)
    with desk_at(folder, token_file, by, key) as desk:
        done = desk.say(party, body, drill=drill)
    say(f"{plain(party)}: message {done['seq']} is kept; {desk.how_it_goes}")
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("what", type=click.Choice(_KINDS))
@click.argument("number", type=click.IntRange(1))
@click.option("--words", metavar="TEXT", help="With query: what is not understood; contact: how.")
@click.option("--place", "places", multiple=True, metavar="PLACE", help="As it was understood.")
@click.option(
    "--time", "times", multiple=True, type=quantities.INSTANT, metavar="TIME",
    help="As it was understood.",
)  # fmt: skip
@click.option("--list-version", metavar="TEXT", help="With disseminated: of the list passed on.")
@click.option("--unit", "units", multiple=True, metavar="NAME", help="With disseminated: to whom.")
@asking
@token_file
def reply(
    folder: str,
    party: str,
    what: str,
    number: int,
    words: str | None,
    places: tuple[str, ...],
    times: tuple[int, ...],
    list_version: str | None,
    units: tuple[str, ...],
    by: str,
    key: str,
    token_file: str | None,
) -> int:
    """Answer message NUMBER of PARTY, as keepclear link messages numbers it.

    WHAT is acknowledged (read), noted, query, contact (contact us), read-back (places and times in the
    order of the message, as they were understood; of a declaration, where none is given, as this node
    holds it) or disseminated (this desk states that it passed it on). None of them is a permission, and
    nothing depends on any.
    """
    if what in _NEED_WORDS and not words:
        raise UsageError(f"{what} needs --words")
    with desk_at(folder, token_file, by, key) as desk:
        found = desk.message(party, number)
        body = _body(what, found, desk.by, words, places, times, list_version, units)
        desk.say(party, body, drill=found["drill"])
    say(f"{plain(party)}: message {number}: {what}. This is no permission and no agreement")
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.option("--most", type=click.IntRange(1, 1_000), default=20, show_default=True, metavar="N")
@click.option(
    "--lang",
    type=click.Choice(["en", "fr", "ru", "ar"]),
    default=_ENGLISH,
    envvar="KEEPCLEAR_LANG",
    help="Of fixed phrases, else KEEPCLEAR_LANG, else en; English stands beside it.",
)
@token_file
@click.option("--json", "as_json", is_flag=True, help="The same for programs, in all languages.")
def messages(
    folder: str, party: str, most: int, lang: str, token_file: str | None, *, as_json: bool
) -> int:
    """Show the newest messages of the line to PARTY, and what became of each, side by side.

    A fixed phrase is shown in words. One that is not known here, or came without what stands in it, is
    shown as it came.
    """
    with desk_at(folder, token_file) as desk:
        found = desk.messages(party, most)
    if as_json:
        whole = {"keepclear": "messages/1", "party": party, "messages": found}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [line for one in reversed(found) for line in _lines(one, party, lang)]
    deliver("".join(f"{plain(line)}\n" for line in lines), STDIN)
    if not found:
        say(f"nothing was said on the line to {plain(party)} yet")
    return Exit.NOTHING


def _slot(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise UsageError(f"{text!r}: write --slot NAME=TEXT")
    return name, value


def _body(
    what: str,
    found: dict[str, Any],
    by: str,
    words: str | None,
    places: tuple[str, ...],
    times: tuple[int, ...],
    list_version: str | None,
    units: tuple[str, ...],
) -> Body:
    from keepclear.link import bodies as b  # noqa: PLC0415
    from keepclear.node.clock import now_us  # noqa: PLC0415

    re, says = b.Ref(seq=found["seq"], hash=found["hash"]), b.NO_PERMISSION
    if what == "acknowledged":
        return b.Acknowledged(re=re, by=by, at_us=now_us(), says=says)
    if what == "noted":
        return b.Noted(re=re, by=by, says=says)
    if what == "query":
        return b.Query(re=re, by=by, words=words or "")
    if what == "contact":
        return b.Contact(by=by, how=words or "", re=re)
    if what == "read-back":
        where = [place_of(one) for one in places]
        return b.ReadBack(re=re, by=by, places=where, times_us=list(times), says=says)
    return b.Disseminated(
        re=re,
        by=by,
        at_us=now_us(),
        list_version=list_version,
        units=list(units) or None,
        says=says,
    )


def _lines(one: dict[str, Any], party: str, lang: str) -> Iterator[str]:
    from keepclear.link.kinds import KINDS  # noqa: PLC0415

    way = "to" if one["ours"] else "from"
    drill = ", EXERCISE" if one["drill"] else ""
    at = at_second(one["kept"])
    yield f"{one['seq']:>5}  {at} UTC  {way} {party}: {one['kind']}, {one['urgency']}{drill}"
    yield f"{'':5}  {in_words(one['body'])}"
    for line in _phrase(one["words"], lang):
        yield f"{'':5}  {line}"
    if one["problem"]:
        yield f"{'':5}  kept, not acted on: {one['problem']}"
    got = one["receipts"]
    if got is not None:
        yield f"{'':5}  {_receipts(got, KINDS[one['kind']])}"
        for claim in got["claims"]:
            units = f" to {', '.join(claim['units'])}" if claim["units"] else ""
            at = at_second(claim["stated"])
            yield f"{'':5}  {claim['by']} states that it was passed on{units}, at {at} UTC"
        for found in got["differences"]:
            yield f"{'':5}  READ BACK OTHERWISE  {found}"


def _phrase(words: dict[str, Any] | None, lang: str) -> Iterator[str]:
    """A fixed phrase in the language that is read, and in English; or why it cannot be worded."""
    from keepclear.link.phrased import NO_WORDING  # noqa: PLC0415

    if words is None:
        return
    if words["problem"]:
        yield f"{NO_WORDING}  {words['problem']}"
        return
    for language in dict.fromkeys((lang, _ENGLISH)):
        yield f"{language}: {words['by_language'][language]}"


def _receipts(got: dict[str, Any], kind: Kind) -> str:
    """Those that are expected of the kind, and those that came."""
    words = []
    for name, said, expected in (
        ("stored", got["stored"], True),
        ("acknowledged", got["acknowledged"], kind.acknowledge),
        ("read back", got["read_back"], kind.read_back),
    ):
        if said is None and not expected:
            continue
        words.append(
            f"{name} {at_second(said['at'])} UTC by {said['by']}" if said else f"not {name}"
        )
    return "; ".join(words)
