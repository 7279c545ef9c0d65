"""What is said of carried files: what a party has not seen, what a file brought, which stops are open.

Every sentence says no more than what was signed: what a party does not tell it may have seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from keepclear.faces.words import count, moment, plain

if TYPE_CHECKING:
    from keepclear.node.carrying import Taken
    from keepclear.node.outstanding import OpenStop, Unseen

__all__ = ["stop_lines", "taken_lines", "unseen_lines"]

_STOP: Final = "kind: stop/1"


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


def taken_lines(taken: Taken) -> Iterator[str]:
    """What a file brought, and what is to be done."""
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
