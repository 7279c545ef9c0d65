"""The peer's half of a line: what came, in which order it is acted on, and what cannot be right.

Idempotent by number and hash. What comes beyond a gap is stored, and asked for what is missing;
flash acts on arrival all the same, and never twice. Two texts under one number, or a chain that goes
on from another text than the stored one, are kept as proof: our signature never covers a chain that
was not stored. Even then flash is shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from keepclear.domain.units import MICROSECONDS
from keepclear.link.bodies import Ref, Refused
from keepclear.link.happening import Alarm, Compare, Deliver, Effect, Keep, Line, Record, Write
from keepclear.link.kinds import flows_always
from keepclear.link.message import Received
from keepclear.link.sending import write
from keepclear.link.state import (
    AHEAD,
    FORKS,
    RECENT_MAX,
    State,
    keep_line,
    keep_seen,
    key_of,
)

__all__ = ["astray", "take"]

ACK_DELAY_US: Final = MICROSECONDS // 20
"""One receipt answers everything that came in so long a time; flash is answered at once."""
AHEAD_MAX: Final = 256
"""Messages stored beyond a gap."""
AHEAD_FLASH_MAX: Final = 64
"""Further ones, for flash alone: load must not keep a stop out."""
FORKS_MAX: Final = 64
"""Proofs of two texts that are kept; one is enough."""
FUTURE_US: Final = 300 * MICROSECONDS
"""A clock so far ahead of ours is told to people; the message counts."""


def take(line: Line, state: State, received: Received, now_us: int) -> tuple[State, list[Effect]]:
    """One chained message."""
    come, seq = state.receiving, received.seq
    if seq <= come.seq:
        return _again(line, state, received, now_us)
    waiting = next((one for one in come.ahead if one.seq == seq), None)
    if waiting is not None:
        if waiting.hash == received.hash:
            return _owe(state, received, now_us), []
        return _fork(line, state, received, "stream.two-texts")
    if seq > come.seq + 1:
        return _beyond_gap(line, state, received, now_us)
    if received.prev != come.hash:
        return _fork(line, state, received, "stream.other-chain")
    state, effects = _next(line, state, received, now_us)
    while state.receiving.ahead and state.receiving.ahead[0].seq == state.receiving.seq + 1:
        waiting, *rest = state.receiving.ahead
        state = replace(state, receiving=replace(state.receiving, ahead=tuple(rest)))
        effects.append(Keep(AHEAD, key_of(line.peer.name, waiting.seq), None))
        if waiting.prev == state.receiving.hash:
            state, more = _next(line, state, waiting, now_us, waited=True)
        else:
            state, more = _fork(line, state, waiting, "stream.other-chain", waited=True)
        effects += more
    return _owe(state, received, now_us), effects


def astray(line: Line, state: State, received: Received) -> tuple[State, list[Effect]]:
    """A message of another stream than the one that was agreed on: proof, and shown if it is flash."""
    return _fork(line, state, received, "stream.other")


def _again(line: Line, state: State, received: Received, now_us: int) -> tuple[State, list[Effect]]:
    """A number that is stored already."""
    come = state.receiving
    back = come.seq - received.seq
    if back >= len(come.recent):
        return _owe(state, received, now_us), [Compare(received)]
    if come.recent[-1 - back] == received.hash:
        return _owe(state, received, now_us), []
    return _fork(line, state, received, "stream.two-texts")


def _next(
    line: Line, state: State, received: Received, now_us: int, *, waited: bool = False
) -> tuple[State, list[Effect]]:
    """The message that follows the last one; one that waited is recorded, and acted on if flash."""
    come = state.receiving
    recent = (*come.recent, received.hash)[-RECENT_MAX:]
    state = replace(
        state,
        receiving=replace(come, seq=received.seq, hash=received.hash, recent=recent),
    )
    name = line.peer.name
    effects: list[Effect] = [
        keep_seen(name, received.seq, received.hash),
        keep_line(name, state),
    ]
    if not waited:
        effects.append(Record(received.note, "received", received.seq, received.hash))
    if received.on_arrival and (waited or received.hash in come.forks):
        return state, effects  # it was shown when it came
    return _deliver(line, state, received, now_us, effects)


def _beyond_gap(
    line: Line, state: State, received: Received, now_us: int
) -> tuple[State, list[Effect]]:
    come = state.receiving
    room = AHEAD_MAX + (AHEAD_FLASH_MAX if received.on_arrival else 0)
    if len(come.ahead) >= room:
        return state, [Alarm("stream.too-far-ahead", received.seq)] if received.on_arrival else []
    ahead = tuple(sorted((*come.ahead, received), key=lambda one: one.seq))
    state = replace(state, receiving=replace(come, ahead=ahead))
    state = replace(_owe(state, received, now_us), ask_us=min(state.ask_us, now_us))
    effects: list[Effect] = [
        Keep(AHEAD, key_of(line.peer.name, received.seq), received.note),
        keep_line(line.peer.name, state),
        Record(received.note, "received", received.seq, received.hash),
    ]
    if received.on_arrival and received.hash not in come.forks:
        return _deliver(line, state, received, now_us, effects, across_gap=True)
    return state, effects


def _deliver(
    line: Line,
    state: State,
    received: Received,
    now_us: int,
    effects: list[Effect],
    *,
    across_gap: bool = False,
) -> tuple[State, list[Effect]]:
    """Act on it, or say by a code why not; a refusal is itself never refused."""
    message = received.message
    problem = received.problem or _not_agreed(line, received)
    until = message.until_us if message else None
    late = until is not None and until < now_us
    effects.append(Deliver(received, across_gap, problem, late))
    if message is not None and message.sent_us > now_us + FUTURE_US:
        effects.append(Alarm("clock.ahead", received.seq))
    if problem and not (message and isinstance(message.body, Refused)):
        re = Ref(seq=received.seq, hash=received.hash)
        state, more = write(line, state, Write(Refused(re=re, code=problem)), now_us)
        effects += more
    return state, effects


def _not_agreed(line: Line, received: Received) -> str:
    """Why an arrangement keeps it from being acted on; nothing keeps what is urgent."""
    message = received.message
    if message is None or flows_always(message.body):
        return ""
    if message.arrangement not in line.arrangements:
        return "arrangement.other"
    return "arrangement.suspended" if line.suspended else ""


def _fork(
    line: Line,
    state: State,
    received: Received,
    code: str,
    *,
    waited: bool = False,
) -> tuple[State, list[Effect]]:
    """A text that cannot stand beside the one that is stored: proof, and never part of the stream."""
    come = state.receiving
    if received.hash in come.forks:
        return state, []
    alarm = Alarm(code, received.seq, (received.note,))
    if len(come.forks) >= FORKS_MAX:
        return state, [Alarm("stream.many-texts", received.seq)]
    state = replace(state, receiving=replace(come, forks=(*come.forks, received.hash)))
    effects: list[Effect] = [Keep(FORKS, f"{line.peer.name} {received.hash}", b"")]
    if not waited:
        effects.append(Record(received.note, "evidence", received.seq, received.hash))
        if received.on_arrival:
            effects.append(Deliver(received, problem=code))
    return state, [*effects, alarm]


def _owe(state: State, received: Received, now_us: int) -> State:
    wait = 0 if received.on_arrival else ACK_DELAY_US
    return replace(state, owed_us=min(state.owed_us, now_us + wait))
