"""Our half of a line: what we write, what the peer has stored of it, and what is sent again.

At least once: a message is sent until the peer has signed that it stored it, at growing intervals.
Flash goes first, is never held back by a window, and is tried more often.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from keepclear.domain.units import MICROSECONDS
from keepclear.link.bodies import Body, Ref, Stored
from keepclear.link.happening import Alarm, Effect, Keep, Line, Record, Send, StoredUpTo, Write
from keepclear.link.kinds import kind_of
from keepclear.link.message import NOTHING_BEFORE, Message, Received, sign_message
from keepclear.link.state import NEVER_US, OUT, State, Unstored, keep_line, key_of
from keepclear.record.note import parse_note, sign

__all__ = [
    "WINDOW",
    "due_us",
    "not_chained",
    "once_more",
    "rewrite",
    "signed_anew",
    "stored_by_peer",
    "transmit",
    "write",
]

WINDOW: Final = 256
"""Messages under way at once, flash not counted: a peer that was away is not flooded."""
RETRY_US: Final = 2 * MICROSECONDS
RETRY_MAX_US: Final = 60 * MICROSECONDS
FLASH_RETRY_US: Final = 1 * MICROSECONDS
FLASH_RETRY_MAX_US: Final = 5 * MICROSECONDS
_AGAIN_US: Final = MICROSECONDS // 2
"""What a peer asks for is sent again only so long after the last time."""
_SPREAD: Final = 256
"""Parts of a quarter of the interval by which retries are spread, so that they do not go in step."""


def write(line: Line, state: State, event: Write, now_us: int) -> tuple[State, list[Effect]]:
    """One more message at the end of our stream, kept, recorded and sent.

    Raises:
        InputError: a reader would not act on it.
    """
    return _append(line, state, _message(line, state, event, now_us), now_us)


def rewrite(line: Line, state: State, message: Message, now_us: int) -> tuple[State, list[Effect]]:
    """What one message said, once more at the end of our stream; with the time when it was said."""
    event = Write(
        message.body, message.urgency, message.until_us, message.arrangement, message.drill
    )
    again = replace(_message(line, state, event, now_us), sent_us=message.sent_us)
    return _append(line, state, again, now_us)


def _append(line: Line, state: State, message: Message, now_us: int) -> tuple[State, list[Effect]]:
    kind = message.kind
    signed = sign_message(message, line.me)
    in_window = kind.on_arrival or len(state.sending.unstored) < WINDOW
    new = Unstored(
        signed.note, signed.seq, signed.hash, kind.on_arrival, now_us if in_window else None, 1
    )
    sending = replace(
        state.sending,
        seq=signed.seq,
        hash=signed.hash,
        unstored=(*state.sending.unstored, new),
    )
    state = replace(state, sending=sending)
    name = line.peer.name
    effects: list[Effect] = [
        Keep(OUT, key_of(name, new.seq), new.note),
        keep_line(name, state),
        Record(new.note, "sent", new.seq, new.hash),
    ]
    if in_window:
        effects.append(Send(new.note, new.seq, new.flash))
        if not state.receiving.ahead:
            state = replace(state, owed_us=NEVER_US)  # the message itself says what is stored
    return state, effects


def not_chained(line: Line, state: State, body: Body, now_us: int) -> Send:
    """A note outside the stream: what it says, the next one says again."""
    message = replace(_message(line, state, Write(body), now_us), seq=0, prev=NOTHING_BEFORE)
    return Send(sign_message(message, line.me).note)


def stored_by_peer(
    line: Line, state: State, received: Received, now_us: int
) -> tuple[State, list[Effect]]:
    """What the peer says to have stored of ours, and what follows from it."""
    message = received.message
    if message is None or received.problem:
        return state, []
    effects: list[Effect] = []
    if message.ack is not None:
        state, effects = _acked(line, state, received, message.ack, now_us)
    if isinstance(message.body, Stored):
        beyond = {one.seq: one.hash for one in message.body.ahead}
        wrong = [one for one in state.sending.unstored if beyond.get(one.seq, one.hash) != one.hash]
        if wrong:
            effects.append(Alarm("ack.other-text", wrong[0].seq, (received.note, wrong[0].note)))
        marked = tuple(
            replace(one, beyond_gap=True) if beyond.get(one.seq) == one.hash else one
            for one in state.sending.unstored
        )
        state = replace(state, sending=replace(state.sending, unstored=marked))
        state, more = _asked_for(state, message.body.gaps, now_us)
        effects += more
    return state, effects


def _acked(
    line: Line, state: State, received: Received, ack: Ref, now_us: int
) -> tuple[State, list[Effect]]:
    sending = state.sending
    if ack.seq > sending.seq:
        return state, [Alarm("ack.unsent", ack.seq, (received.note,))]
    if ack.seq == sending.stored and ack.hash != sending.stored_hash:
        return state, [Alarm("ack.other-text", ack.seq, (received.note,))]
    if ack.seq <= sending.stored:
        return state, []
    last = sending.unstored[ack.seq - sending.stored - 1]
    if last.hash != ack.hash:
        return state, [Alarm("ack.other-text", ack.seq, (received.note, last.note))]
    done = sending.unstored[: ack.seq - sending.stored]
    rest = sending.unstored[len(done) :]
    state = replace(
        state,
        sending=replace(sending, stored=ack.seq, stored_hash=ack.hash, unstored=rest),
    )
    name = line.peer.name
    effects: list[Effect] = [Keep(OUT, key_of(name, one.seq), None) for one in done]
    effects.append(keep_line(name, state))
    if received.seq == 0:
        effects.append(Record(received.note, "receipt", 0, received.hash))
    effects.append(StoredUpTo(ack.seq))
    state, more = transmit(state, now_us)
    return state, [*effects, *more]


def _asked_for(
    state: State, gaps: list[tuple[int, int]], now_us: int
) -> tuple[State, list[Effect]]:
    """What the peer misses goes again, if it was not sent just now."""
    if not gaps:
        return state, []

    def again(one: Unstored) -> bool:
        asked = any(first <= one.seq <= last for first, last in gaps)
        return asked and (one.sent_us is None or one.sent_us + _AGAIN_US <= now_us)

    return _send(state, [one for one in state.sending.unstored[:WINDOW] if again(one)], now_us)


def transmit(state: State, now_us: int) -> tuple[State, list[Effect]]:
    """Everything that is due to be sent, flash first."""
    due = [one for one in _under_way(state) if _due_us(one) <= now_us]
    return _send(state, due, now_us)


def once_more(state: State) -> State:
    """The same, with everything due at once: the peer is there again."""
    unstored = tuple(replace(one, sent_us=None, tries=0) for one in state.sending.unstored)
    return replace(state, sending=replace(state.sending, unstored=unstored))


def signed_anew(line: Line, state: State) -> State:
    """The same, with what waits signed by the key that holds now; texts and hashes stay."""

    def now(one: Unstored) -> Unstored:
        parsed = parse_note(one.note)
        if any(found.key_id == line.me.key_id for found in parsed.signatures):
            return one
        return replace(one, note=sign(parsed.text, (line.me,)))

    unstored = tuple(now(one) for one in state.sending.unstored)
    return replace(state, sending=replace(state.sending, unstored=unstored))


def due_us(state: State) -> int:
    """When something is to be sent again."""
    return min((_due_us(one) for one in _under_way(state)), default=NEVER_US)


def _under_way(state: State) -> list[Unstored]:
    unstored = state.sending.unstored
    return [*unstored[:WINDOW], *(one for one in unstored[WINDOW:] if one.flash)]


def _due_us(one: Unstored) -> int:
    if one.beyond_gap:
        return NEVER_US
    if one.sent_us is None:
        return 0
    first, most = (FLASH_RETRY_US, FLASH_RETRY_MAX_US) if one.flash else (RETRY_US, RETRY_MAX_US)
    wait = min(first << min(one.tries - 1, 10), most)
    part = (int(one.hash[:2], 16) + 97 * one.tries) % _SPREAD
    return one.sent_us + wait + wait // 4 * part // _SPREAD


def _send(state: State, some: list[Unstored], now_us: int) -> tuple[State, list[Effect]]:
    if not some:
        return state, []
    numbers = {one.seq for one in some}
    unstored = tuple(
        replace(one, sent_us=now_us, tries=one.tries + 1) if one.seq in numbers else one
        for one in state.sending.unstored
    )
    state = replace(state, sending=replace(state.sending, unstored=unstored))
    first = sorted(some, key=lambda one: not one.flash)
    return state, [Send(one.note, one.seq, one.flash) for one in first]


def _message(line: Line, state: State, event: Write, now_us: int) -> Message:
    kind, stored = kind_of(event.body), state.receiving
    return Message(
        sender=line.me.name,
        recipient=line.peer.name,
        stream=state.sending.stream,
        seq=state.sending.seq + 1,
        prev=state.sending.hash,
        sent_us=now_us,
        body=event.body,
        urgency=kind.urgency if event.urgency is None else event.urgency,
        until_us=event.until_us,
        arrangement=event.arrangement,
        drill=event.drill,
        ack=Ref(seq=stored.seq, hash=stored.hash) if stored.seq else None,
    )
