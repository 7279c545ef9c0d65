"""What is outstanding on each line: what a party has not signed as stored, and stops that are open.

For those who look, over whatever face; nothing is decided or changed. Left to others: what is late by
what was agreed (:mod:`keepclear.node.deviating`).
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.link.alerting import LADDER
from keepclear.link.message import read_own
from keepclear.node.ledger import Node
from keepclear.node.talking import Talk

__all__ = ["OpenStop", "Unseen", "open_stops", "unseen"]


@dataclass(frozen=True, slots=True)
class Unseen:
    """How far a party has signed as stored what this desk said; what it does not tell it may have."""

    party: str
    messages: int
    first: int
    """The number of the oldest of them; 0 where there is none."""
    last: int
    oldest_us: int | None
    """When that was said, by this desk's clock."""
    flash: int
    """How many of them are flash, a stop for one."""
    notices: int
    """Of this node, that are no messages yet."""
    missing: tuple[tuple[int, int], ...]
    """First and last numbers of the party's messages that are not here, while later ones are."""


@dataclass(frozen=True, slots=True)
class OpenStop:
    """A stop that is not closed, as the board has it."""

    party: str
    ours: bool
    """Whether this desk asked."""
    stage: str
    rung: str
    """The last of the ladder whose time has come; nobody need have been there."""
    raised_us: int
    """When it came, or was said, by this desk's clock."""
    drill: bool


def unseen(talk: Talk) -> list[Unseen]:
    """For each party with a line, what it has not yet signed as stored."""
    notices = talk.unsaid()
    found = []
    for party in talk.parties():
        state = talk.state(party)
        waiting = state.sending.unstored
        oldest = read_own(waiting[0].note).message if waiting else None
        found.append(
            Unseen(
                party=party,
                messages=len(waiting),
                first=waiting[0].seq if waiting else 0,
                last=waiting[-1].seq if waiting else 0,
                oldest_us=oldest.sent_us if oldest else None,
                flash=sum(one.flash for one in waiting),
                notices=notices.get(party, 0),
                missing=tuple(state.receiving.gaps()),
            )
        )
    return found


def open_stops(node: Node, talk: Talk) -> list[OpenStop]:
    """Every open stop with a party to which there is a line, those that were raised first before."""
    names = {node.memory.peers[party].card.message_key.name: party for party in talk.parties()}
    found = [
        OpenStop(names[peer], ours, one.stage.value, LADDER[one.rung], one.raised_us, one.drill)
        for (peer, ours, _), one in talk.board.alerts.items()
        if one.open and peer in names
    ]
    return sorted(found, key=lambda one: one.raised_us)
