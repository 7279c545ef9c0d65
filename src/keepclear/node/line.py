"""The lines of a node: what :mod:`keepclear.link` decides, kept in one write with what follows from it.

A message that came, its leaf in the record, what it changes here and the answers to it become durable
together or not at all; the notes to send are handed out after that, by the one who called. When a
write fails, the states are made again from what is kept, and the peers send again what they do not
know to be stored. Left to others: sockets, and what a desk does with a message (``act``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keepclear.link.bodies import Head
from keepclear.link.happening import (
    Alarm,
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
from keepclear.link.sending import signed_anew
from keepclear.link.state import NEVER_US, SPACES, State
from keepclear.link.stream import due_us, restore, step, to_carry
from keepclear.node.ledger import Node, opening_of
from keepclear.node.line_entries import alarm_of, carried, subject_of
from keepclear.node.memory import Memory
from keepclear.record.merkle import root_of
from keepclear.store.base import Kept, Reply
from keepclear.wire.entries import Body, Carried, decode_body

__all__ = ["Act", "Decision", "Lines", "Replying"]

_COMPARE_EVERY_US: Final = 60_000_000
"""Looking for an old number reads the history of a line; replays must not keep a node busy."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a desk's node makes of something that came."""

    bodies: Sequence[Body] = ()
    """Entries, in the same write."""
    kept: Sequence[Kept] = ()
    says: Sequence[tuple[str, Write]] = ()
    """To which peer, and what; in the same write."""


Act = Callable[[str, Deliver | Heard | StoredUpTo], Decision]
"""Decides, and changes nothing; it is given the peer's key name."""
Replying = Callable[[Mapping[str, State]], Reply | None]
"""What whoever asked is answered, where that is kept by a key, from the states after the write."""


class Lines:
    """Where each line of a node stands."""

    def __init__(self, node: Node, lines: Mapping[str, Line], act: Act) -> None:
        """Read where they stand.

        Args:
            node: It decides and keeps.
            lines: By the name of the peer's key.
            act: What follows from a message that is acted on.
        """
        self._node, self._lines, self._act = node, dict(lines), act
        self._states: dict[str, State] = {}
        self._memory: Memory | None = None
        self._compared_us: dict[str, int] = {}
        self._recorded: list[tuple[str, Record]] = []

    def state(self, peer: str) -> State:
        """Where one line stands."""
        self._fresh()
        return self._states[peer]

    def to_carry(self, peer: str) -> list[bytes]:
        """What goes to a peer on a stick or on paper."""
        self._fresh()
        return to_carry(self._lines[peer], self._states[peer], self._node.now_us())

    def due_us(self) -> int:
        """When :meth:`passes` has something to do, by the node's clock."""
        self._fresh()
        return min((due_us(state) for state in self._states.values()), default=NEVER_US)

    def passes(self, seen: Sequence[Head] = ()) -> list[tuple[str, Send]]:
        """Time has passed: everything that is due by now.

        Args:
            seen: Heads of other records, to be passed on with this node's own.

        Raises:
            StoreError: nothing is sent; it is due again.
        """
        now_us = self._node.now_us()
        self._fresh()
        due = [peer for peer, state in self._states.items() if due_us(state) <= now_us]
        tick = Tick((self.head(), *seen)) if due else Tick()
        return self.happens([(peer, tick) for peer in due])

    def happens(
        self,
        events: Sequence[tuple[str, Event]],
        *,
        keeping: Sequence[Kept] = (),
        also: Sequence[Body] = (),
        reply: Replying = lambda _: None,
    ) -> list[tuple[str, Send]]:
        """Some events, in one write; what is to be sent once that is durable, flash first.

        Args:
            events: The peer's key name, and what happened.
            keeping: Values of the caller's, in the same write.
            also: Entries of the caller's, in the same write, before all that follow from the events.
            reply: What is answered under a key, in the same write.

        Raises:
            InputError: something to write that a reader would not act on; nothing was kept.
            StoreError: nobody can know whether it is kept; nothing may be sent.
        """
        self._fresh()
        states, now_us = dict(self._states), self._node.now_us()
        queue = deque(events)
        bodies: list[Body] = list(also)
        recorded: list[tuple[str, Record]] = []
        kept = {(one.space, one.key): one for one in keeping}
        sends: list[tuple[str, Send]] = []
        while queue:
            peer, event = queue.popleft()
            states[peer], effects = step(self._lines[peer], states[peer], event, now_us)
            for effect in effects:
                if isinstance(effect, Send):
                    sends.append((peer, effect))
                elif isinstance(effect, Keep):
                    value = Kept(effect.space, effect.key, effect.data)
                    kept.pop((value.space, value.key), None)  # in the order of the last change
                    kept[value.space, value.key] = value
                else:
                    if isinstance(effect, Record):
                        recorded.append((peer, effect))
                    decision = self._decided(peer, effect, now_us)
                    bodies += decision.bodies
                    kept.update({(one.space, one.key): one for one in decision.kept})
                    queue.extend(decision.says)
        if bodies or kept:
            self._memory = None  # until it is known to be kept
            self._node.save(bodies, kept=tuple(kept.values()), reply=reply(states))
            self._memory = self._node.memory
        self._states = states
        self._recorded += recorded
        return sorted(sends, key=lambda one: not one[1].flash)

    def recorded(self) -> list[tuple[str, Record]]:
        """What was recorded since this was asked last: for who shows it, without reading the record."""
        found, self._recorded = self._recorded, []
        return found

    def head(self) -> Head:
        """The state of this node's record, for heartbeats."""
        size = self._node.store.size()
        root = root_of(0, size, self._node.store.node).hex()
        return Head(origin=self._node.around.signer.name, size=size, root=root)

    def _decided(self, peer: str, effect: Effect, now_us: int) -> Decision:
        if isinstance(effect, Record):
            return Decision([carried(peer, effect, now_us)])
        if isinstance(effect, Alarm):
            return Decision([alarm_of(peer, effect.code, now_us)])
        if isinstance(effect, Compare):
            return self._compared(peer, effect, now_us)
        assert isinstance(effect, Deliver | Heard | StoredUpTo)
        return self._act(peer, effect)

    def _compared(self, peer: str, effect: Compare, now_us: int) -> Decision:
        """An old number: whether the record has it with another text."""
        last = self._compared_us.get(peer)
        if last is not None and last <= now_us < last + _COMPARE_EVERY_US:
            return Decision()
        self._compared_us[peer] = now_us
        received = effect.received
        for entry in reversed(self._node.store.history(subject_of(peer))):
            body = decode_body(opening_of(entry).body)
            if not isinstance(body, Carried) or body.seq != received.seq:
                continue
            if body.how in {"received", "evidence"} and body.hash == received.hash:
                return Decision()
            if body.how == "received":
                evidence = Record(received.note, "evidence", received.seq, received.hash)
                alarm = alarm_of(peer, "stream.two-texts", now_us)
                return Decision([carried(peer, evidence, now_us), alarm])
        return Decision()

    def _fresh(self) -> None:
        """States as they are kept, where a write failed since they were last looked at."""
        if self._node.fresh().memory is self._memory:
            return
        kept = {space: self._node.store.kept(space) for space in SPACES}
        self._states = {
            peer: signed_anew(line, restore(peer, kept)) for peer, line in self._lines.items()
        }
        self._memory, self._recorded = self._node.memory, []
