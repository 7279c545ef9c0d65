"""``keepclear link stop`` and ``answer``: a stop, content first, and what is said of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import click

from keepclear.errors import UsageError
from keepclear.faces import quantities
from keepclear.faces.desk.choosing import mark_of, the_stop
from keepclear.faces.desk.place import Desk, desk_at
from keepclear.faces.lives import asking, token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.terminal import say
from keepclear.faces.words import plain

if TYPE_CHECKING:
    from keepclear.formats.callsheet import Asks
    from keepclear.link.bodies import Body, Place

__all__ = ["answer", "drill_option", "place_of", "stop"]

_TAKEN: Final[dict[str, Literal["wilco", "unable", "standby", "roger"]]] = {
    "wilco": "wilco",
    "unable": "unable",
    "standby": "standby",
    "roger": "roger",
}
_LIFTED: Final = {"lift": "over", "false": "false"}
_BY_VOICE: Final = {"lift": "lifted"}
_MEANS: Final = {
    "wilco": "understood, and it will be done; say `stopped` when the unit confirms",
    "unable": "it cannot be done; the stop stays open",
    "standby": "wait; the ladder is held for 60 s and then goes on",
    "roger": "received all of it; this promises nothing and holds nothing",
    "stopped": "the unit confirms that it has stopped; the stop is closed",
    "lift": "taken back: it is over",
    "false": "taken back as one that should not have been said; it is counted",
}
"""What each answer says, in its ICAO meaning where it has one."""

drill_option = click.option("--drill", is_flag=True, help="It is an exercise, and says so.")


def place_of(text: str) -> Place:
    """A position in any notation, as messages have it."""
    from keepclear.formats.positions import read_position  # noqa: PLC0415
    from keepclear.link.bodies import Place  # noqa: PLC0415

    found = read_position(text).position
    return Place(
        lat_e7=round(found.latitude * 1e7), lon_e7=round(found.longitude * 1e7), written=text[:200]
    )


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("asks", type=click.Choice(["cease", "hold", "stay-away"]))
@click.argument("place", required=False)
@click.option("--words", default="", metavar="TEXT", help="Why it is asked, and for whom.")
@click.option("--radius", type=quantities.HORIZONTAL, metavar="LENGTH", help="Round PLACE.")
@click.option("--from", "start", type=quantities.INSTANT, metavar="TIME", help="From when.")
@click.option("--until", "end", type=quantities.INSTANT, metavar="TIME", help="Until when.")
@click.option("--about", metavar="SUBJECT", help="What it is about, as PARTY knows it.")
@click.option(
    "--asked-for",
    metavar="ROLE",
    help="Whom you want to speak to; everybody there sees it at once.",
)
@drill_option
@asking
@token_file
def stop(
    folder: str,
    party: str,
    asks: Asks,
    place: str | None,
    words: str,
    radius: float | None,
    start: int | None,
    end: int | None,
    about: str | None,
    asked_for: str | None,
    by: str,
    key: str,
    token_file: str | None,
    *,
    drill: bool,
) -> int:
    """Tell PARTY to stop: what is asked, and where. It is on every screen of its desk at once.

    ASKS is cease, hold or stay-away; PLACE is a position in any notation, in quotation marks. Nothing
    happens by itself: people there decide. Where no line reaches it, call: keepclear link voice.
    """
    from keepclear.link.bodies import Span, Stop  # noqa: PLC0415
    from keepclear.link.phrases import Language, wording  # noqa: PLC0415

    if place is None and about is None:
        raise UsageError("say where, or what it is about with --about: a stop says what it means")
    said = wording(f"stop.{asks}" if place else f"voice.{asks}", Language.ENGLISH)
    where = None if place is None else place_of(place)
    with desk_at(folder, token_file, by, key) as desk:
        body = Stop(
            asks=asks,
            by=desk.by,
            words=f"{said} {words}".strip(),
            place=where,
            radius_m=None if radius is None else round(radius),
            span=None if start is None and end is None else Span(start_us=start, end_us=end),
            subject=about,
            asked_for=asked_for,
        )
        done = desk.say(party, body, drill=drill)
    say(f"{plain(party)}: stop {mark_of(done)} is kept; {desk.how_it_goes}")
    say("nobody is known to act before they say so: keepclear link status; call as well")
    return Exit.NOTHING


@click.command()
@click.argument("folder", metavar="DIR")
@click.argument("party")
@click.argument("word", type=click.Choice([*_TAKEN, "stopped", *_LIFTED]))
@click.option("--words", metavar="TEXT", help="Why, such as after unable.")
@click.option("--unit", metavar="NAME", help="With stopped: which unit confirms.")
@click.option("--place", "places", multiple=True, metavar="PLACE", help="As it was understood.")
@click.option(
    "--time", "times", multiple=True, type=quantities.INSTANT, metavar="TIME",
    help="As it was understood.",
)  # fmt: skip
@click.option("--stop", "named", default="", metavar="MARK", help="Which one, if several are open.")
@asking
@token_file
def answer(
    folder: str,
    party: str,
    word: str,
    words: str | None,
    unit: str | None,
    places: tuple[str, ...],
    times: tuple[int, ...],
    named: str,
    by: str,
    key: str,
    token_file: str | None,
) -> int:
    """Answer the open stop of PARTY: wilco, unable, standby, roger, or stopped; or lift one's own.

    The words have their ICAO meanings: wilco is understood and will be done, roger is received and
    promises nothing. stopped says that the unit confirms. lift and false take this desk's own stop
    back. A stop that came by telephone is answered there; here the answer is recorded.
    """
    if (places or times) and word not in _TAKEN:
        raise UsageError("--place and --time read back what was understood, with wilco to roger")
    with desk_at(folder, token_file, by, key) as desk:
        found = the_stop(desk.lines(), party, named, ours=word in _LIFTED)
        if found["by_voice"]:
            desk.step(party, _BY_VOICE.get(word, word), who=desk.by, about=found["hash"])
        else:
            body = _body(desk, found, word, words, unit, places, times)
            desk.say(party, body, drill=found["drill"])
    say(f"{plain(party)}: stop {mark_of(found)}: {word}: {_MEANS[word]}")
    if not found["by_voice"]:
        say(desk.how_it_goes)
    else:
        say("it was told by telephone: say so there; nothing goes out over the line")
    return Exit.NOTHING


def _body(
    desk: Desk,
    found: dict[str, Any],
    word: str,
    words: str | None,
    unit: str | None,
    places: tuple[str, ...],
    times: tuple[int, ...],
) -> Body:
    from keepclear.link import bodies as b  # noqa: PLC0415
    from keepclear.node.clock import now_us  # noqa: PLC0415

    ref = b.Ref(seq=found["seq"], hash=found["hash"])
    if word == "lift":
        return b.StopLifted(mine=ref, because="over", by=desk.by, words=words)
    if word == "false":
        return b.StopLifted(mine=ref, because="false", by=desk.by, words=words)
    if word == "stopped":
        return b.Stopped(re=ref, by=desk.by, at_us=now_us(), unit=unit)
    return b.Answer(
        re=ref,
        answer=_TAKEN[word],
        by=desk.by,
        places=[place_of(one) for one in places] or None,
        times_us=list(times) or None,
        words=words,
    )
