"""What an exercise took, step by step, from one desk's board: real messages are never in it.

For each stop of an exercise, when each thing first happened after it was raised; for each other
message, when it was stored, acknowledged and read back; for each test of the line, when it was
answered. Times are one end's own. Left to others: tables, and comparing the two desks' reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keepclear.link.alerting import Alert
from keepclear.link.board import Board
from keepclear.link.receipts import Progress

__all__ = ["Exercised", "Taken", "exercised"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One step, and how long after the beginning."""

    what: str
    who: str
    after_us: int


@dataclass(frozen=True, slots=True)
class Exercised:
    """One thing of an exercise."""

    peer: str
    ours: bool
    hash: str
    what: str
    """``stop``, ``test``, or the kind of a message."""
    began_us: int
    steps: tuple[Taken, ...]
    open: bool
    """A stop that is not closed, or something of which no step is known."""


def exercised(board: Board, after_us: int, before_us: int) -> list[Exercised]:
    """Everything of exercises that began in a span, in the order in which it did.

    Args:
        board: Of this desk.
        after_us: From then on.
        before_us: Until before then.
    """
    found = [*_stops(board), *_tests(board), *_others(board)]
    some = [one for one in found if after_us <= one.began_us < before_us]
    return sorted(some, key=lambda one: (one.began_us, one.hash))


def _stops(board: Board) -> Iterator[Exercised]:
    for key, alert in board.alerts.items():
        if alert.drill:
            steps = tuple(_of_stop(alert, board.progress.get(key)))
            yield Exercised(*key, "stop", alert.raised_us, steps, alert.open)


def _of_stop(alert: Alert, progress: Progress | None) -> Iterator[Taken]:
    """The ladder and what was said, each the first time; then the receipts of the message."""
    seen = set()
    for one in alert.moments:
        if (one.what, one.who) not in seen:
            seen.add((one.what, one.who))
            yield Taken(one.what, one.who, one.at_us - alert.raised_us)
    if progress is not None:
        yield from _receipts(progress)


def _tests(board: Board) -> Iterator[Exercised]:
    for key, one in board.tests.items():
        if one.drill:
            steps: tuple[Taken, ...] = ()
            if one.answered_us is not None:
                steps = (Taken("answered", one.by, one.answered_us - one.at_us),)
            yield Exercised(*key, "test", one.at_us, steps, not steps)


def _others(board: Board) -> Iterator[Exercised]:
    for key, one in board.progress.items():
        if one.drill and key not in board.alerts:
            steps = tuple(_receipts(one))
            yield Exercised(*key, one.kind, one.since_us, steps, not steps)


def _receipts(one: Progress) -> Iterator[Taken]:
    for what, done in (
        ("stored", one.stored),
        ("acknowledged", one.acknowledged),
        ("read back", one.read_back),
    ):
        if done is not None:
            yield Taken(what, done.by, done.at_us - one.since_us)
