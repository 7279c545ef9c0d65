"""How the lines of a desk stand: values with words and times in them, which every face shows so.

Made from the board and from what is kept, each time anew; nothing is decided here. What is late, and
what stands open, is each desk's own reckoning, and nothing depends on it. Left to others: who may look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from keepclear.domain.arrangement import Arrangement
from keepclear.domain.footing import Footing
from keepclear.domain.window import format_instant
from keepclear.link import bodies as b
from keepclear.link.alerting import LADDER, Alert, sums
from keepclear.link.board import Board, Key
from keepclear.link.drills import exercised
from keepclear.link.pinning import Pinned, words_of
from keepclear.link.receipts import PROCEEDING
from keepclear.link.state import State
from keepclear.node.beside import BesideView, beside_view
from keepclear.node.calls import caller_of
from keepclear.node.carrying import Unseen, unseen
from keepclear.node.footings import between, who_is
from keepclear.node.ledger import Node
from keepclear.node.line import subject_of
from keepclear.node.memory import Peer
from keepclear.node.talking import Talk

__all__ = [
    "CLOCK_BOUND_US",
    "CardView",
    "DeskView",
    "DeviationView",
    "DrillView",
    "ExercisedView",
    "FootingView",
    "HourView",
    "LineView",
    "OverdueView",
    "PlaceView",
    "StepView",
    "StopView",
    "SumView",
    "TookView",
    "UnseenView",
    "desk_view",
    "drill_view",
]

CLOCK_BOUND_US: Final = 2_000_000
"""Clocks that certainly differ by more than this are said: windows of plans are seconds apart."""
_DAY_US: Final = 86_400_000_000
_DEVIATIONS_MAX: Final = 50
_WAY: Final = {True: "ahead of ours", False: "behind ours"}
_E7: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a stop, by this desk's clock."""

    what: str
    who: str
    at: str


@dataclass(frozen=True, slots=True)
class PlaceView:
    """Where."""

    latitude: float
    longitude: float
    written: str | None


@dataclass(frozen=True, slots=True)
class StopView:
    """A stop: what it says, and how far it has come."""

    party: str
    by_voice: bool
    """It was told by telephone; it is answered there, too."""
    ours: bool
    """This desk asked for it."""
    drill: bool
    seq: int
    """Of the message; 0 in a call."""
    hash: str
    """What tells it from others."""
    asks: str
    words: str
    by: str
    place: PlaceView | None
    radius_m: int | None
    start: str | None
    end: str | None
    subject: str | None
    asked_for: str | None
    stage: str
    rung: str
    """The last one of the ladder that was alerted."""
    raised: str
    open: bool
    false: bool
    """Taken back as one that should not have been said."""
    steps: list[StepView]


@dataclass(frozen=True, slots=True)
class OverdueView:
    """A receipt that did not come in time; nothing depends on it."""

    hash: str
    seq: int
    kind: str
    ours: bool
    """It was said here, and the other desk is late; else this desk is."""
    drill: bool
    what: str
    due: str


@dataclass(frozen=True, slots=True)
class UnseenView:
    """What a party has not yet signed as stored, and what of its own is missing here."""

    messages: int
    first: int
    last: int
    oldest: str | None
    flash: int
    notices: int
    """Of this node, that are no messages yet."""
    missing: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as this desk sees it."""

    party: str
    pinned: str
    failures: int
    """Requests to its addresses that came to nothing since one succeeded."""
    alerts: list[StopView]
    overdue: list[OverdueView]
    unseen: UnseenView
    says: str
    arrangements: list[FootingView]
    down: bool | None
    """Nothing was heard for 90 s; nothing, where nobody has listened since the start."""
    heard: str | None
    """When something signed by the peer came last, since the start."""
    tests: list[HourView]
    """Agreed hours of the last day, and the next one where it is near."""
    test_waits: int | None
    """The number of the newest test of the other desk that nobody here has answered."""
    deviations: list[DeviationView]
    """The newest, the last one first."""
    degraded: list[str]
    """Why not all that was said is here in order, or times cannot be compared; empty where it is."""


@dataclass(frozen=True, slots=True)
class FootingView:
    """An arrangement with a party, and who has stepped down from it."""

    name: str
    version: int
    suspended: list[str]
    """By which of the two: what is not urgent is refused meanwhile, and nothing else."""
    withdrawn: list[str]


@dataclass(frozen=True, slots=True)
class HourView:
    """An agreed hour of a line test."""

    due: str
    state: str
    """``due``, ``held`` or ``missed``."""


@dataclass(frozen=True, slots=True)
class DeviationView:
    """Something agreed that was not done in time, as this desk reckons it."""

    code: str
    party: str
    """Who was late; empty for a line test, which is for both."""
    due: str
    recorded: str
    about: str | None


@dataclass(frozen=True, slots=True)
class CardView:
    """A party that has enrolled here, this node's own among them."""

    party: str
    pinned: str
    number: int
    until: str
    holds: bool
    addresses: list[str]
    words: list[str]
    """This desk's own, for others to compare; of nobody else."""


@dataclass(frozen=True, slots=True)
class SumView:
    """How many stops there were."""

    stops: int
    untaken: int
    """Open, and nobody took them."""
    false: int
    hung_up: int
    """Calls that ended so, counted for each stop that was open in them."""


@dataclass(frozen=True, slots=True)
class TookView:
    """One step of an exercise, and how many seconds after its beginning, by this desk's clock."""

    what: str
    who: str
    after_s: float


@dataclass(frozen=True, slots=True)
class ExercisedView:
    """One thing of an exercise."""

    party: str
    ours: bool
    hash: str
    what: str
    """``stop``, ``test``, or the kind of a message."""
    says: str
    began: str
    steps: list[TookView]
    open: bool


@dataclass(frozen=True, slots=True)
class DrillView:
    """What exercises of a span took."""

    party: str
    """Whose desk reports."""
    after: str | None
    until: str
    exercises: list[ExercisedView]


@dataclass(frozen=True, slots=True)
class DeskView:
    """All lines of a desk."""

    party: str
    """Whose desk it is."""
    cards: list[CardView]
    lines: list[LineView]
    calls: list[StopView]
    """Stops that were told by telephone."""
    stops: SumView
    """Of all stops, over lines and by telephone; none of an exercise is among them."""
    drills: SumView
    beside: BesideView


def desk_view(
    node: Node, talk: Talk, failures: Callable[[str], int] = lambda _party: 0
) -> DeskView:
    """How everything stands now.

    Args:
        node: This desk's.
        talk: Its lines.
        failures: Of requests to a party, where a process sends them.

    Raises:
        StoreError: it cannot be read now.
    """
    waiting = {one.party: one for one in unseen(talk)}
    board, now_us = talk.board, node.now_us()
    late = board.overdue(now_us)
    peers, owner = node.memory.peers, node.around.owner
    lines = []
    for party in talk.parties():
        name = peers[party].card.message_key.name
        overdue = [
            OverdueView(
                key[2],
                board.progress[key].seq,
                board.progress[key].kind,
                key[1],
                board.progress[key].drill,
                one.step.value,
                format_instant(one.due_us),
            )
            for key, one in late
            if key[0] == name
        ]
        lines.append(
            LineView(
                party,
                peers[party].pinned.value,
                failures(party),
                [_stop(board, key, one, party) for key, one in _alerts(board, name)],
                overdue,
                _unseen(waiting[party]),
                PROCEEDING,
                [_footing(node, one, party) for one in between(node.memory, owner, party)],
                _down(talk.state(party)),
                _time(talk.state(party).heard_us),
                _hours(talk, name, now_us),
                _test_waits(talk.board, name, now_us),
                _deviations(talk, name),
                _degraded(talk.state(party)),
            )
        )
    calls = [
        _stop(board, key, one, caller_of(key[0]))
        for key, one in board.alerts.items()
        if caller_of(key[0])
    ]
    cards = [_card(peers[name], now_us) for name in sorted(peers)]
    real, drills = (_sum(board, drill=drill) for drill in (False, True))
    return DeskView(owner, cards, lines, calls, real, drills, beside_view(node))


def drill_view(node: Node, talk: Talk, after_us: int | None, before_us: int | None) -> DrillView:
    """What exercises of a span took; nothing real is in it.

    Args:
        node: This desk's.
        talk: Its lines.
        after_us: From then on; from the beginning, if left out.
        before_us: Until before then; until now, if left out.

    Raises:
        StoreError: it cannot be read now.
    """
    board, now_us = talk.board, node.now_us()
    names = {node.memory.peers[one].card.message_key.name: one for one in talk.parties()}
    first = 0 if after_us is None else after_us
    last = now_us + 1 if before_us is None else before_us
    rows = [
        ExercisedView(
            party=names.get(one.peer) or caller_of(one.peer) or one.peer,
            ours=one.ours,
            hash=one.hash,
            what=one.what,
            says=board.stops[one.peer, one.ours, one.hash].words if one.what == "stop" else "",
            began=format_instant(one.began_us),
            steps=[TookView(step.what, step.who, step.after_us / 1e6) for step in one.steps],
            open=one.open,
        )
        for one in exercised(board, first, last)
    ]
    return DrillView(node.around.owner, _time(after_us), format_instant(last - 1), rows)


def _sum(board: Board, *, drill: bool) -> SumView:
    found = sums(board.alerts.values(), drill=drill)
    return SumView(found.stops, found.untaken, found.false, found.hung_up)


def _alerts(board: Board, peer: str) -> list[tuple[Key, Alert]]:
    return [(key, one) for key, one in board.alerts.items() if key[0] == peer]


def _stop(board: Board, key: Key, alert: Alert, party: str) -> StopView:
    said = board.stops[key]
    span = said.span or b.Span()
    return StopView(
        party=party,
        by_voice=bool(caller_of(key[0])),
        ours=key[1],
        drill=alert.drill,
        seq=alert.seq,
        hash=key[2],
        asks=said.asks,
        words=said.words,
        by=said.by,
        place=None if said.place is None else _place(said.place),
        radius_m=said.radius_m,
        start=_time(span.start_us),
        end=_time(span.end_us),
        subject=said.subject,
        asked_for=said.asked_for,
        stage=alert.stage.value,
        rung=LADDER[alert.rung],
        raised=format_instant(alert.raised_us),
        open=alert.open,
        false=alert.false,
        steps=[StepView(one.what, one.who, format_instant(one.at_us)) for one in alert.moments],
    )


def _footing(node: Node, found: Arrangement, party: str) -> FootingView:
    both = (node.around.owner, party)
    return FootingView(
        found.name,
        found.version,
        who_is(node.memory, found, Footing.SUSPENDED, both),
        who_is(node.memory, found, Footing.WITHDRAWN, both),
    )


def _hours(talk: Talk, peer: str, now_us: int) -> list[HourView]:
    found = talk.deviating.hours(talk.board, peer, now_us, _DAY_US)
    return [HourView(format_instant(one.due_us), one.state.value) for one in found]


def _test_waits(board: Board, peer: str, now_us: int) -> int | None:
    waiting = [
        one.seq
        for key, one in board.tests.items()
        if key[0] == peer and not one.ours and one.answered_us is None
        and now_us - _DAY_US < one.at_us
    ]  # fmt: skip
    return waiting[-1] if waiting else None


def _deviations(talk: Talk, peer: str) -> list[DeviationView]:
    subject = subject_of(peer)
    mine = (one for one in reversed(talk.deviating.recorded) if one.subject == subject)
    return [
        DeviationView(
            one.code, one.party, format_instant(one.due_us), format_instant(one.at_us), one.about
        )
        for one in islice(mine, _DEVIATIONS_MAX)
    ]


def _down(state: State) -> bool | None:
    return None if state.heard_us is None else state.silent


def _degraded(state: State) -> list[str]:
    found = []
    if state.receiving.ahead:
        found.append("messages are missing")
    off = state.clock
    if off is not None and off.beyond(CLOCK_BOUND_US):
        found.append(f"its clock is {abs(off.ahead_us) / 1e6:,.0f} s {_WAY[off.ahead_us > 0]}")
    return found


def _place(place: b.Place) -> PlaceView:
    return PlaceView(place.lat_e7 / _E7, place.lon_e7 / _E7, place.written)


def _time(instant_us: int | None) -> str | None:
    return None if instant_us is None else format_instant(instant_us)


def _unseen(one: Unseen) -> UnseenView:
    return UnseenView(
        one.messages,
        one.first,
        one.last,
        _time(one.oldest_us),
        one.flash,
        one.notices,
        list(one.missing),
    )


def _card(peer: Peer, now_us: int) -> CardView:
    card = peer.card
    own = peer.pinned is Pinned.OWN
    return CardView(
        card.party,
        peer.pinned.value,
        card.number,
        format_instant(card.until_us),
        card.holds_at(now_us),
        list(card.addresses),
        list(words_of(peer.root)) if own else [],
    )
