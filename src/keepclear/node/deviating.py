"""What was agreed with a peer and did not happen in time: reckoned at each end by itself, and recorded.

Receipts that are late, and line tests that were missed. Only where an arrangement is in force between
the two, so never with a humanitarian desk, which stands in none; drills do not count. Proceeding never
depends on any of it: a deviation is for the review. What was recorded before is not recorded again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from keepclear.domain.arrangement import Arrangement
from keepclear.link.board import Board, Key
from keepclear.link.hours import Hour, HourState, hours, next_us
from keepclear.link.kinds import Urgency
from keepclear.link.lateness import Lateness
from keepclear.link.receipts import Overdue, Step
from keepclear.node.footings import arrangement_word
from keepclear.node.line_entries import subject_of
from keepclear.wire.entries import Deviated

__all__ = ["LOOKED_BACK_US", "Deviating", "Terms", "code_of"]

LOOKED_BACK_US: Final = 7 * 86_400_000_000
"""A node that stood still for longer says of older tests nothing: its record shows that it did."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is in force with a peer."""

    party: str
    arrangement: Arrangement
    since_us: int
    """Since when: it was set here, and the peer's words were compared."""


@dataclass(slots=True)
class Deviating:
    """Used beside one board."""

    owner: str
    terms: Mapping[str, Terms] = field(default_factory=dict)
    """By the name of the peer's key; those without an arrangement in force are not there."""
    recorded: list[Deviated] = field(default_factory=list)
    """All of the record, in order."""
    _known: set[tuple[str, str, int, str | None]] = field(default_factory=set)
    _lateness: Lateness = field(default_factory=Lateness)
    _missed_us: int | None = 0
    """When an hour may have been missed next; nothing, where none is agreed."""

    def take(self, body: Deviated) -> None:
        """One that is recorded."""
        self.recorded.append(body)
        self._known.add(_name(body))

    def begin(self, board: Board) -> None:
        """Everything on a board is awaited, from the beginning or by other terms."""
        self._lateness, self._missed_us = Lateness(), 0
        for key in board.progress:
            self._lateness.awaits(key, board)

    def awaits(self, key: Key, board: Board) -> None:
        """One more message."""
        self._lateness.awaits(key, board)

    def passes(self, board: Board, now_us: int) -> list[Deviated]:
        """What is to be recorded by now."""
        found = [
            one
            for one in (*self._late(board, now_us), *self._missed(board, now_us))
            if _name(one) not in self._known
        ]
        for one in found:
            self.take(one)
        return found

    def next_us(self) -> int | None:
        """When something may be to be recorded next."""
        instants = (self._lateness.next_us(), self._missed_us)
        return min((one for one in instants if one is not None), default=None)

    def hours(self, board: Board, peer: str, now_us: int, back_us: int) -> list[Hour]:
        """The agreed hours of a line that have come since an instant, and the next one if it is due."""
        terms = self.terms.get(peer)
        if terms is None:
            return []
        tests = [one for key, one in board.tests.items() if key[0] == peer]
        from_us = max(terms.since_us, now_us - back_us)
        return hours(terms.arrangement.test_times_us, tests, from_us, now_us)

    def _late(self, board: Board, now_us: int) -> Iterator[Deviated]:
        for key, late in self._lateness.passes(board, now_us):
            peer, ours, digest = key
            terms, progress = self.terms.get(peer), board.progress[key]
            if terms is None or progress.drill:
                continue
            yield Deviated(
                subject=subject_of(peer),
                at_us=now_us,
                code=code_of(late, progress.urgency),
                party=terms.party if ours else self.owner,
                arrangement=arrangement_word(terms.arrangement),
                due_us=late.due_us,
                about=digest,
            )

    def _missed(self, board: Board, now_us: int) -> Iterator[Deviated]:
        if self._missed_us is None or now_us < self._missed_us:
            return
        instants = (next_us(one.arrangement.test_times_us, now_us) for one in self.terms.values())
        self._missed_us = min((one for one in instants if one is not None), default=None)
        for peer, terms in self.terms.items():
            for hour in self.hours(board, peer, now_us, LOOKED_BACK_US):
                if hour.state is HourState.MISSED:
                    yield Deviated(
                        subject=subject_of(peer),
                        at_us=now_us,
                        code="test.missed",
                        party="",
                        arrangement=arrangement_word(terms.arrangement),
                        due_us=hour.due_us,
                    )


def code_of(late: Overdue, urgency: Urgency) -> str:
    """What a late receipt is called."""
    if late.step is Step.READ_BACK:
        return "read-back.overdue"
    return "urgent.overdue" if urgency >= Urgency.IMMEDIATE else "receipt.overdue"


def _name(body: Deviated) -> tuple[str, str, int, str | None]:
    return body.subject, body.code, body.due_us, body.about
