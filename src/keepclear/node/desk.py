"""How a desk stands: all its lines, the calls, who has enrolled, and what exercises took.

Made from the board and from what is kept, each time anew; nothing is decided here. What is late, and
what stands open, is each desk's own reckoning, and nothing depends on it. Left to others: who may look.
"""

from __future__ import annotations

from collections.abc import Callable

from keepclear.domain.window import format_instant
from keepclear.link.alerting import sums
from keepclear.link.board import Board
from keepclear.link.drills import exercised
from keepclear.link.pinning import Pinned, words_of
from keepclear.node.beside import beside_view
from keepclear.node.calls import caller_of
from keepclear.node.desk_forms import (
    CardView,
    DeskView,
    DrillView,
    ExercisedView,
    SumView,
    TookView,
)
from keepclear.node.desk_line import line_view, stop_view, time_of
from keepclear.node.ledger import Node
from keepclear.node.memory import Peer
from keepclear.node.outstanding import unseen
from keepclear.node.steps_heard import outside_now
from keepclear.node.talking import Talk

__all__ = ["desk_view", "drill_view"]


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
    lines = [
        line_view(node, talk, party, waiting[party], late, failures(party), now_us)
        for party in talk.parties()
    ]
    calls = [
        stop_view(board, key, one, caller_of(key[0]))
        for key, one in board.alerts.items()
        if caller_of(key[0])
    ]
    cards = [_card(peers[name], now_us) for name in sorted(peers)]
    real, drills = (_sum(board, drill=drill) for drill in (False, True))
    return DeskView(owner, cards, lines, calls, real, drills, beside_view(node), outside_now(node))


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
    return DrillView(node.around.owner, time_of(after_us), format_instant(last - 1), rows)


def _sum(board: Board, *, drill: bool) -> SumView:
    found = sums(board.alerts.values(), drill=drill)
    return SumView(found.stops, found.untaken, found.false, found.hung_up)


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
