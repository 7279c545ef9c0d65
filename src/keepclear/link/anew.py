"""A new stream, on which people agreed because a desk lost what it had, or signed two chains.

What the peer has not stored is written again, with new numbers and hashes and the same bodies. What
came ahead of a gap in the peer's old stream, and was never acted on, is shown for what it is. Nothing
here finds out that a new stream is needed: alarms do (``ack.unsent``, ``record.rolled-back``, ...).
"""

from __future__ import annotations

from dataclasses import replace

from keepclear.errors import RuleError
from keepclear.link.happening import BeginAnew, Deliver, Effect, Keep, Line
from keepclear.link.message import read_own
from keepclear.link.sending import rewrite
from keepclear.link.state import (
    AHEAD,
    FORKS,
    NEVER_US,
    OUT,
    Receiving,
    Sending,
    State,
    keep_line,
    key_of,
)

__all__ = ["begin_anew"]


def begin_anew(
    line: Line, state: State, event: BeginAnew, now_us: int
) -> tuple[State, list[Effect]]:
    """The state with one new stream or two.

    Raises:
        RuleError: ``stream.number``: it is not above the one that holds.
    """
    effects: list[Effect] = []
    if event.in_stream is not None:
        _above(event.in_stream, state.receiving.stream)
        state, effects = _in(line, state, event.in_stream)
    if event.out_stream is not None:
        _above(event.out_stream, state.sending.stream)
        state, more = _out(line, state, event.out_stream, now_us)
        effects += more
    return state, [*effects, keep_line(line.peer.name, state)]


def _in(line: Line, state: State, stream: int) -> tuple[State, list[Effect]]:
    come, name = state.receiving, line.peer.name
    effects: list[Effect] = [Keep(AHEAD, key_of(name, one.seq), None) for one in come.ahead]
    effects += [Keep(FORKS, f"{name} {digest}", None) for digest in come.forks]
    effects += [
        Deliver(one, across_gap=True, problem="stream.left")
        for one in come.ahead
        if not one.on_arrival
    ]
    state = replace(state, receiving=Receiving(stream), owed_us=NEVER_US, ask_us=NEVER_US)
    return state, effects


def _out(line: Line, state: State, stream: int, now_us: int) -> tuple[State, list[Effect]]:
    name, left = line.peer.name, state.sending.unstored
    effects: list[Effect] = [Keep(OUT, key_of(name, one.seq), None) for one in left]
    state = replace(state, sending=Sending(stream))
    for one in left:
        message = read_own(one.note).message
        assert message is not None  # nothing of ours is written that cannot be read
        state, more = rewrite(line, state, message, now_us)
        effects += more
    return state, effects


def _above(stream: int, held: int) -> None:
    if stream <= held:
        raise RuleError(
            "stream.number",
            f"stream {held} holds; the next one has a higher number, found {stream}",
        )
