"""How the lines of a desk stand: values with words and times in them, which every face shows so.

Made from the board and from what is kept, each time anew; nothing is decided here. What is late, and
what stands open, is each desk's own reckoning, and nothing depends on it. Left to others: who may look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from keepclear.domain.window import format_instant
from keepclear.link import bodies as b
from keepclear.link.alerting import LADDER, Alert
from keepclear.link.board import Board, Key
from keepclear.link.pinning import Pinned, words_of
from keepclear.link.receipts import PROCEEDING
from keepclear.node.calls import caller_of
from keepclear.node.carrying import Unseen, unseen
from keepclear.node.ledger import Node
from keepclear.node.memory import Peer
from keepclear.node.talking import Talk

__all__ = [
    "CardView",
    "DeskView",
    "LineView",
    "OverdueView",
    "PlaceView",
    "StepView",
    "StopView",
    "UnseenView",
    "desk_view",
]

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
class DeskView:
    """All lines of a desk."""

    party: str
    """Whose desk it is."""
    cards: list[CardView]
    lines: list[LineView]
    calls: list[StopView]
    """Stops that were told by telephone."""


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
    peers = node.memory.peers
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
            )
        )
    calls = [
        _stop(board, key, one, caller_of(key[0]))
        for key, one in board.alerts.items()
        if caller_of(key[0])
    ]
    cards = [_card(peers[name], now_us) for name in sorted(peers)]
    return DeskView(node.around.owner, cards, lines, calls)


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
