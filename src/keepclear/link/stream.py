"""One line as a step function: what happens goes in, a new state and its effects come out.

``step`` decides and does nothing. Whoever carries the effects out keeps what is to be kept, with the
record and with what a delivered message changes, in one transaction, and sends only when that is
durable. After a failed write the state is made again by :func:`keepclear.link.state.restore`. Many
steps may go into one transaction, if what they send waits for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from keepclear.domain.units import MICROSECONDS
from keepclear.errors import VerificationError
from keepclear.link.anew import begin_anew
from keepclear.link.bodies import NO_PERMISSION, Head, Heartbeat, Ref, Stored
from keepclear.link.clocks import offset_of
from keepclear.link.happening import (
    Alarm,
    Arrived,
    BeginAnew,
    Compare,
    Deliver,
    Effect,
    Event,
    Heard,
    Keep,
    Line,
    Record,
    Send,
    StoredUpTo,
    Tick,
    Write,
)
from keepclear.link.message import Received, open_message
from keepclear.link.receiving import astray, take
from keepclear.link.sending import due_us as sending_due_us
from keepclear.link.sending import not_chained, once_more, stored_by_peer, transmit, write
from keepclear.link.state import NEVER_US, State, restore

__all__ = [
    "Alarm",
    "Arrived",
    "BeginAnew",
    "Compare",
    "Deliver",
    "Effect",
    "Event",
    "Heard",
    "Keep",
    "Line",
    "Record",
    "Send",
    "State",
    "StoredUpTo",
    "Tick",
    "Write",
    "due_us",
    "restore",
    "step",
    "to_carry",
]

HEARTBEAT_US: Final = 30 * MICROSECONDS
SILENT_US: Final = 90 * MICROSECONDS
"""Three heartbeats missed: both ends are alarmed, each by its own silence."""
ASK_US: Final = 1 * MICROSECONDS
ASK_MAX_US: Final = 30 * MICROSECONDS
ALARM_EVERY_US: Final = 3_600 * MICROSECONDS
"""One alarm of a sort an hour: what anybody can send must fill neither a screen nor a disk."""
_LISTED_MAX: Final = 64
_EACH_TIME: Final = frozenset({"stream.two-texts", "stream.other-chain", "line.silent"})
"""Alarms with a limit of their own: one for each text, and for each silence of 90 s and more. A line
that falls silent once more within the hour would be told by nothing else."""
_PEER_SIGNED: Final = frozenset({"message.version", "message.place"})
"""Refusals of notes that the peer did sign: evidence."""


def step(line: Line, state: State, event: Event, now_us: int) -> tuple[State, tuple[Effect, ...]]:
    """What follows from one event.

    Args:
        line: The two keys, and what was arranged.
        state: Where the line stood.
        event: What happened.
        now_us: Now, by this desk's clock; it times retries and alarms, and orders nothing.

    Returns:
        The new state, and the effects: what is kept and recorded before what is sent.

    Raises:
        InputError: something to write that a reader would not act on; nothing has changed.
        RuleError: ``stream.number``: a stream that is not new; nothing has changed.
    """
    if isinstance(event, Write):
        state, effects = write(line, state, event, now_us)
    elif isinstance(event, Arrived):
        state, effects = _arrived(line, state, event.note, now_us)
    elif isinstance(event, BeginAnew):
        state, effects = begin_anew(line, state, event, now_us)
    else:
        state, effects = _tick(line, state, event.heads, now_us)
    state, told = _without_repeats(state, effects, now_us)
    return state, tuple(sorted(told, key=_order))


def due_us(state: State) -> int:
    """When :class:`Tick` has something to do, if nothing else happens before."""
    silent = NEVER_US if state.heard_us is None or state.silent else state.heard_us + SILENT_US
    return min(state.owed_us, state.ask_us, state.beat_us, silent, sending_due_us(state))


def to_carry(line: Line, state: State, now_us: int) -> list[bytes]:
    """What goes on a stick: all that the peer has not stored, flash first, and what we have of it.

    To carry it changes nothing: it is sent by every other way, too, until a receipt comes back.
    """
    unstored = sorted(state.sending.unstored, key=lambda one: not one.flash)
    receipt = not_chained(line, state, _stored(state), now_us)
    return [*(one.note for one in unstored), receipt.note]


def _arrived(line: Line, state: State, note: bytes, now_us: int) -> tuple[State, list[Effect]]:
    try:
        received = open_message(note, line.peer, line.me.name)
    except VerificationError as error:
        kept = note if error.code in _PEER_SIGNED else b""
        return state, _refused(error.code, kept)
    if received.stream != state.receiving.stream:
        if received.seq:
            return astray(line, state, received)
        return state, _refused("stream.other", note)
    if state.silent:
        state = once_more(state)
    state = replace(state, heard_us=now_us, silent=False)
    state, effects = stored_by_peer(line, state, received, now_us)
    if received.seq:
        state, more = take(line, state, received, now_us)
    else:
        state, more = _outside(state, received, now_us)
    if not state.receiving.ahead:
        state = replace(state, ask_us=NEVER_US, asked=0)
    return state, [*effects, *more]


def _outside(state: State, received: Received, now_us: int) -> tuple[State, list[Effect]]:
    """A note that is not chained: what it said of our messages is taken already."""
    message = received.message
    if message is None or received.problem:
        return state, _refused(received.problem, received.note)
    if not isinstance(message.body, Heartbeat):
        return state, []
    if state.peer_sent_us is not None and message.sent_us <= state.peer_sent_us:
        return state, []  # an old one came again
    clock = offset_of(message, now_us) or state.clock
    state = replace(state, peer_sent_us=message.sent_us, peer_arrived_us=now_us, clock=clock)
    return state, [Heard(received)]


def _order(effect: Effect) -> int:
    """What is kept first; then what is sent, flash before all else."""
    return 2 - effect.flash if isinstance(effect, Send) else 0


def _refused(code: str, note: bytes = b"") -> list[Effect]:
    """Answered with nothing; told to this desk, and kept where the peer signed it."""
    return [Alarm(code, 0, (note,) if note else ())]


def _without_repeats(
    state: State, effects: list[Effect], now_us: int
) -> tuple[State, list[Effect]]:
    """Without alarms of a sort that was told within the hour; proofs have their own limit."""
    told: list[Effect] = []
    recorded = {one.note for one in effects if isinstance(one, Record)}
    for effect in effects:
        if isinstance(effect, Alarm) and effect.code not in _EACH_TIME:
            last = dict(state.alarmed).get(effect.code)
            if last is not None and last <= now_us < last + ALARM_EVERY_US:
                continue
            others = tuple(one for one in state.alarmed if one[0] != effect.code)
            state = replace(state, alarmed=(*others, (effect.code, now_us)))
            told += [
                Record(one, "evidence", 0, "") for one in effect.notes[:1] if one not in recorded
            ]
        told.append(effect)
    return state, told


def _tick(
    line: Line, state: State, heads: tuple[Head, ...], now_us: int
) -> tuple[State, list[Effect]]:
    state, effects = transmit(state, now_us)
    if min(state.owed_us, state.ask_us) <= now_us:
        effects.append(not_chained(line, state, _stored(state), now_us))
        state = replace(state, owed_us=NEVER_US)
        if state.receiving.ahead:
            wait = min(ASK_US << min(state.asked, 10), ASK_MAX_US)
            state = replace(state, ask_us=now_us + wait, asked=state.asked + 1)
    if state.beat_us <= now_us:
        seen = state.peer_sent_us
        beat = Heartbeat(
            heads=list(heads[:_LISTED_MAX]),
            your_sent_us=seen,
            arrived_us=None if seen is None else state.peer_arrived_us,
        )
        effects.append(not_chained(line, state, beat, now_us))
        state = replace(state, beat_us=now_us + HEARTBEAT_US)
    if state.heard_us is not None and not state.silent and state.heard_us + SILENT_US <= now_us:
        state = replace(state, silent=True)
        effects.append(Alarm("line.silent"))
    return state, effects


def _stored(state: State) -> Stored:
    come = state.receiving
    return Stored(
        gaps=come.gaps()[:_LISTED_MAX],
        ahead=[Ref(seq=one.seq, hash=one.hash) for one in come.ahead[:_LISTED_MAX]],
        says=NO_PERMISSION,
    )
