"""``keepclear link status``: stops that are open, who has enrolled, and what is unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import click

from keepclear.domain.window import parse_instant
from keepclear.faces.carrying_words import stop_lines, unseen_lines
from keepclear.faces.desk.choosing import all_stops, mark_of
from keepclear.faces.desk.place import desk_at
from keepclear.faces.desk.wording import at_second
from keepclear.faces.lives import token_file
from keepclear.faces.outcome import Exit
from keepclear.faces.passing_words import cosigned_lines, held_lines, way_lines
from keepclear.faces.terminal import deliver, say
from keepclear.faces.words import plain
from keepclear.node.files import STDIN

__all__ = ["status", "stop_words"]

_DEVIATIONS_MAX: Final = 5
"""In the table; JSON has more, and the record has all."""
_OWN: Final = "own"
_GOES_ON: Final = "stops, urgent messages, sites, movements and receipts go on"


@click.command()
@click.argument("folder", metavar="DIR")
@token_file
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def status(folder: str, token_file: str | None, *, as_json: bool) -> int:
    """Say which desks the node in DIR knows, how far each is believed, and what is unseen.

    Stops that are open stand first, those of an exercise last among them.
    """
    with desk_at(folder, token_file) as desk:
        found = desk.lines()
    if as_json:
        whole = {"keepclear": "link-status/1", **found}
        deliver(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", STDIN)
        return Exit.NOTHING
    lines = [
        *_stops(found),
        *_outside(found),
        *_sums(found),
        *_cards(found),
        *_states(found),
        *_tests(found),
        *_unseen(found),
        *_late(found),
        *_deviations(found),
        *way_lines(found["beside"]),
        *held_lines(found["beside"]),
        *cosigned_lines(found["beside"]),
    ]
    deliver("".join(f"{line}\n" for line in lines), STDIN)
    if not any(one["pinned"] == _OWN for one in found["cards"]):
        say("this node has no card yet; keepclear link invite makes one")
    return Exit.NOTHING


def stop_words(stop: dict[str, Any]) -> str:
    """What a stop says, in one line."""
    place = stop["place"]
    where = f"; {place['latitude']:.5f}, {place['longitude']:.5f}" if place else ""
    round_ = f", {stop['radius_m']:,} m round it" if stop["radius_m"] is not None else ""
    about = f"; about {stop['subject']}" if stop["subject"] else ""
    span = [stop["start"] and f"from {stop['start']}", stop["end"] and f"until {stop['end']}"]
    when = "".join(f"; {one}" for one in span if one)
    asked = f"; asked for {stop['asked_for']}" if stop["asked_for"] else ""
    return plain(
        f"{stop['asks']}: {stop['words']}{where}{round_}{about}{when}; by {stop['by']}{asked}"
    )


def _stops(found: dict[str, Any]) -> Iterator[str]:
    from keepclear.node.outstanding import OpenStop  # noqa: PLC0415

    some = [one for one in all_stops(found) if one["open"]]
    for one in sorted(some, key=lambda stop: bool(stop["drill"])):
        raised_us = parse_instant(one["raised"])
        yield from stop_lines(
            [
                OpenStop(
                    one["party"], one["ours"], one["stage"], one["rung"], raised_us, one["drill"]
                )
            ]
        )
        way = ", by telephone" if one["by_voice"] else ""
        yield f"  {mark_of(one)}{way}: {stop_words(one)}"


def _outside(found: dict[str, Any]) -> Iterator[str]:
    """Operations of others that are not where they said, as their desks say."""
    for one in found["outside"]:
        name = f"{one['party']}/{one['id']}" if one["id"] else f"{one['ref']} of {one['party']}"
        own = f"; it was told to cross {', '.join(one['yours'])}" if one["yours"] else ""
        yield plain(f"OUTSIDE since {at_second(one['since'])} UTC: {name}{own}. {one['says']}")


def _sums(found: dict[str, Any]) -> Iterator[str]:
    """How many stops there were, and what was wrong with some; exercises apart."""
    for name, one in (("stops so far", found["stops"]), ("of exercises", found["drills"])):
        if one["stops"]:
            yield (
                f"{name}: {one['stops']:,}; untaken {one['untaken']:,}, false {one['false']:,}, "
                f"hung up on {one['hung_up']:,}"
            )


def _cards(found: dict[str, Any]) -> Iterator[str]:
    for card in found["cards"]:
        over = "" if card["holds"] else ", NOT VALID NOW"
        yield (
            f"{plain(card['party']):<20}  {card['pinned']:<10}  card {card['number']}, "
            f"until {card['until']}{over}"
        )
        for address in card["addresses"]:
            yield f"{'':<20}  {plain(address)}"
        if card["words"]:
            yield f"{'':<20}  words: {' '.join(card['words'])}"


def _states(found: dict[str, Any]) -> Iterator[str]:
    """What people decided, what is missing, and what is not heard: three things, each by itself."""
    for line in found["lines"]:
        name = plain(line["party"])
        for one in line["arrangements"]:
            which = f"{plain(one['name'])}, version {one['version']}"
            if one["suspended"]:
                yield (
                    f"SUSPENDED with {name}: {which}, by {plain(' and '.join(one['suspended']))}; "
                    f"{_GOES_ON}"
                )
            if one["withdrawn"]:
                yield (
                    f"WITHDRAWN with {name}: {which}, by {plain(' and '.join(one['withdrawn']))}; "
                    f"{_GOES_ON}"
                )
        if line["degraded"]:
            yield f"DEGRADED with {name}: {plain('; '.join(line['degraded']))}"
        if line["down"]:
            since = at_second(line["heard"])
            yield f"DOWN with {name}: nothing heard since {since} UTC; use the telephone"


def _tests(found: dict[str, Any]) -> Iterator[str]:
    """Tests of the line that are to be held, or answered."""
    for line in found["lines"]:
        name = plain(line["party"])
        if line["test_waits"] is not None:
            yield f"LINE TEST of {name} waits for an answer: keepclear link test DIR {name} --answer"
        for hour in line["tests"]:
            if hour["state"] == "due":
                at = at_second(hour["due"])
                yield f"LINE TEST with {name} at {at} UTC is due: keepclear link test DIR {name}"


def _deviations(found: dict[str, Any]) -> Iterator[str]:
    """The last of what was agreed and not done in time; nothing depends on it."""
    for line in found["lines"]:
        name = plain(line["party"])
        for one in reversed(line["deviations"][:_DEVIATIONS_MAX]):
            who = f", by {plain(one['party'])}" if one["party"] else ""
            yield f"deviation with {name}: {one['code']}{who}, due {at_second(one['due'])} UTC"


def _unseen(found: dict[str, Any]) -> Iterator[str]:
    from keepclear.node.outstanding import Unseen  # noqa: PLC0415

    for line in found["lines"]:
        one = line["unseen"]
        yield from unseen_lines(
            [
                Unseen(
                    party=line["party"],
                    messages=one["messages"],
                    first=one["first"],
                    last=one["last"],
                    oldest_us=None if one["oldest"] is None else parse_instant(one["oldest"]),
                    flash=one["flash"],
                    notices=one["notices"],
                    missing=tuple((first, last) for first, last in one["missing"]),
                )
            ]
        )


def _late(found: dict[str, Any]) -> Iterator[str]:
    """What is late by what was agreed; drills are not counted."""
    for line in found["lines"]:
        late = [one for one in line["overdue"] if not one["drill"]]
        for one in late:
            who = plain(line["party"]) if one["ours"] else "this desk"
            since = at_second(one["due"])
            which = f"message {one['seq']} ({one['kind']}) is not {one['what']}"
            yield f"{who} is late since {since} UTC: {which}"
        if late:
            yield f"  {line['says']}"
