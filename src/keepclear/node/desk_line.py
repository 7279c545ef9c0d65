"""How one line of a desk stands: its stops, what is late or unseen, who stepped down, what is heard.

Three states are shown apart, and none follows from another: what people decided, what is missing or
cannot be compared, and whether anything is heard at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from keepclear.domain.arrangement import Arrangement
from keepclear.domain.footing import Footing
from keepclear.domain.window import format_instant
from keepclear.link import bodies as b
from keepclear.link.alerting import LADDER, Alert
from keepclear.link.board import Board, Key
from keepclear.link.receipts import PROCEEDING, Overdue
from keepclear.link.state import State
from keepclear.node.calls import caller_of
from keepclear.node.desk_forms import (
    DeviationView,
    FootingView,
    HourView,
    LineView,
    OverdueView,
    PlaceView,
    StepView,
    StopView,
    UnseenView,
)
from keepclear.node.footings import between, who_is
from keepclear.node.ledger import Node
from keepclear.node.line_entries import subject_of
from keepclear.node.outstanding import Unseen
from keepclear.node.talking import Talk

__all__ = ["CLOCK_BOUND_US", "line_view", "stop_view", "time_of"]

CLOCK_BOUND_US: Final = 2_000_000
"""Clocks that certainly differ by more than this are said: windows of plans are seconds apart."""
_DAY_US: Final = 86_400_000_000
_DEVIATIONS_MAX: Final = 50
_WAY: Final = {True: "ahead of ours", False: "behind ours"}
_E7: Final = 10_000_000


def line_view(
    node: Node,
    talk: Talk,
    party: str,
    waiting: Unseen,
    late: Iterable[tuple[Key, Overdue]],
    failures: int,
    now_us: int,
) -> LineView:
    """One line.

    Args:
        node: This desk's.
        talk: Its lines.
        party: The other.
        waiting: What it has not signed as stored.
        late: Receipts of all lines that are late.
        failures: Of requests to it, in a row.
        now_us: Now.
    """
    peer, board, state = node.memory.peers[party], talk.board, talk.state(party)
    name = peer.card.message_key.name
    return LineView(
        party=party,
        pinned=peer.pinned.value,
        failures=failures,
        alerts=[stop_view(board, key, one, party) for key, one in _alerts(board, name)],
        overdue=[_overdue(board, key, one) for key, one in late if key[0] == name],
        unseen=_unseen(waiting),
        says=PROCEEDING,
        arrangements=[
            _footing(node, one, party) for one in between(node.memory, node.around.owner, party)
        ],
        down=_down(state),
        heard=time_of(state.heard_us),
        tests=_hours(talk, name, now_us),
        test_waits=_test_waits(board, name, now_us),
        deviations=_deviations(talk, name),
        degraded=_degraded(state),
    )


def _overdue(board: Board, key: Key, late: Overdue) -> OverdueView:
    one = board.progress[key]
    due = format_instant(late.due_us)
    return OverdueView(key[2], one.seq, one.kind, key[1], one.drill, late.step.value, due)


def _alerts(board: Board, peer: str) -> list[tuple[Key, Alert]]:
    return [(key, one) for key, one in board.alerts.items() if key[0] == peer]


def stop_view(board: Board, key: Key, alert: Alert, party: str) -> StopView:
    """A stop, over a line or by telephone, as the board has it."""
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
        start=time_of(span.start_us),
        end=time_of(span.end_us),
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


def time_of(instant_us: int | None) -> str | None:
    """An instant in words; nothing for none."""
    return None if instant_us is None else format_instant(instant_us)


def _unseen(one: Unseen) -> UnseenView:
    return UnseenView(
        one.messages,
        one.first,
        one.last,
        time_of(one.oldest_us),
        one.flash,
        one.notices,
        list(one.missing),
    )
