"""What a desk sees of its lines: every stop with its ladder, every message with its receipts.

Made from the notes in the record alone, in their order, so that after a start it is what it was.
Nothing is decided here; :mod:`keepclear.link.alerting` and :mod:`keepclear.link.receipts` say what
each message changes. A stop that has no place in its stream is on the board all the same. What is
flash comes in any order: what is said about a stop before the stop is here waits for it, and what a
desk said later holds, whichever came first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from keepclear.domain.arrangement import Deadlines
from keepclear.link import alerting, receipts
from keepclear.link import bodies as b
from keepclear.link.alerting import Alert, Effect
from keepclear.link.hours import LineTested
from keepclear.link.message import Message, Received
from keepclear.link.receipts import Overdue, Progress

__all__ = ["Board", "Key"]

Key = tuple[str, bool, str]
"""The peer's key name, whether the message is ours, and its hash."""
_EARLY_MAX: Final = 64
"""Words about stops that never came: so many a peer may have wait."""


@dataclass(slots=True)
class Board:
    """All lines of a desk."""

    deadlines: Callable[[str], Deadlines]
    """What was agreed with a peer, by the name of its key."""
    humanitarian: Callable[[str], bool] = lambda _peer: False
    """Whether a peer is an aid desk, from which nothing is ever overdue."""
    inside: Callable[[b.Body], tuple[Iterable[b.Place], Iterable[int]] | None] = lambda _body: None
    """Places and times of a body that has them in its text; nothing of any other."""
    alerts: dict[Key, Alert] = field(default_factory=dict)
    progress: dict[Key, Progress] = field(default_factory=dict)
    stops: dict[Key, b.Stop] = field(default_factory=dict)
    """What each stop says."""
    tests: dict[Key, LineTested] = field(default_factory=dict)
    """Every test of a line."""
    _early: dict[Key, list[tuple[Message, bool]]] = field(default_factory=dict)
    """What was said about a stop that is not here yet, and whether we said it."""
    _last: dict[tuple[Key, bool], tuple[int, int]] = field(default_factory=dict)
    """Stream and number of the last thing that each desk said and that a stop changes by."""
    _unstored: dict[str, dict[int, Key]] = field(default_factory=dict)
    """Ours of which there is no receipt, by peer and number."""
    _streams: dict[str, int] = field(default_factory=dict)
    """The number of our stream to each peer."""

    def take(self, peer: str, how: str, received: Received, at_us: int) -> list[tuple[Key, Effect]]:
        """One more note of the record.

        Args:
            peer: The name of its key.
            how: As the record has it: ``sent``, ``received``, ``receipt`` or ``evidence``.
            received: What the note says.
            at_us: When the record took it, by this desk's clock.
        """
        message = received.message
        if message is None:
            return []
        ours = how == "sent"
        if ours:
            self._in_stream(peer, received.stream)
        effects: list[tuple[Key, Effect]] = []
        if how != "receipt":
            effects += self._opens((peer, ours, received.hash), received, at_us, how)
        if how == "evidence" or received.problem:
            return effects
        if message.ack is not None and not ours:
            self._stored(peer, message.ack.seq, at_us)
        return effects + self._about(peer, message, at_us, ours=ours)

    def spoken(
        self, key: Key, stop: b.Stop, at_us: int, *, drill: bool = False
    ) -> list[tuple[Key, Effect]]:
        """A stop that was told by telephone: it stands as one that came over the line does.

        Args:
            key: A name that is no key's, whether this desk asked, and what tells it from others.
            stop: What was said.
            at_us: When it was said or keyed in, by this desk's clock.
            drill: Whether it is an exercise.
        """
        if key in self.alerts:
            return []
        self.stops[key] = stop
        self.alerts[key], effects = alerting.raised(key[0], 0, at_us, asking=key[1], drill=drill)
        return [(key, one) for one in effects]

    def told(
        self, key: Key, what: str, who: str, at_us: int, *, false: bool = False
    ) -> list[tuple[Key, Effect]]:
        """What was said of a stop by telephone; see :func:`keepclear.link.alerting.tell`."""
        return self._tell(key, what, who, at_us, false=false)

    def tick(self, now_us: int) -> list[tuple[Key, Effect]]:
        """What has become due, each at its time; call it again at :meth:`next_us`."""
        effects = []
        for key, alert in self.alerts.items():
            at_us, now = alerting.next_us(alert), alert
            while at_us is not None and at_us <= now_us:
                now, found = alerting.tick(now, at_us)
                effects += [(key, one) for one in found]
                at_us = alerting.next_us(now)
            self.alerts[key] = now
        return effects

    def next_us(self) -> int | None:
        """When the next step of a ladder is due."""
        due = (alerting.next_us(one) for one in self.alerts.values())
        return min((at_us for at_us in due if at_us is not None), default=None)

    def overdue(self, now_us: int) -> list[tuple[Key, Overdue]]:
        """Every receipt that is late, ours from them and theirs from us."""
        return [
            (key, late)
            for key, one in self.progress.items()
            for late in receipts.overdue(one, self.deadlines(key[0]), now_us)
        ]

    def _opens(
        self, key: Key, received: Received, at_us: int, how: str
    ) -> list[tuple[Key, Effect]]:
        """What begins with this message."""
        peer, ours, _ = key
        message = received.message
        assert message is not None
        if how != "evidence" and (message.kind.acknowledge or message.kind.read_back):
            aid = ours and self.humanitarian(peer)
            places, times_us = self.inside(message.body) or (None, None)
            one = receipts.begin(
                peer if ours else "us",
                received,
                at_us,
                humanitarian=aid,
                places=places,
                times_us=times_us,
            )
            self.progress[key] = one if ours else receipts.stored(one, "node", at_us)
            if ours:
                self._unstored.setdefault(peer, {})[received.seq] = key
        if isinstance(message.body, b.LineTest) and how != "evidence":
            self.tests[key] = LineTested(ours, received.seq, at_us, message.drill)
        if not isinstance(message.body, b.Stop) or key in self.alerts:
            return []
        alert, effects = alerting.raised(
            peer, received.seq, at_us, asking=ours, drill=message.drill
        )
        self.alerts[key], self.stops[key] = alert, message.body
        found = [(key, one) for one in effects]
        for early, ours in self._early.pop(key, ()):
            found += self._about(peer, early, at_us, ours=ours)
        return found

    def _in_stream(self, peer: str, stream: int) -> None:
        """In a new stream, what had no receipt is written again: the old one is awaited no more."""
        if self._streams.get(peer, stream) != stream:
            for key in self._unstored.pop(peer, {}).values():
                self.progress.pop(key, None)
                self.alerts.pop(key, None)
        self._streams[peer] = stream

    def _stored(self, peer: str, upto: int, at_us: int) -> None:
        waiting = self._unstored.get(peer, {})
        for seq in [seq for seq in waiting if seq <= upto]:
            key = waiting.pop(seq)
            self.progress[key] = receipts.stored(self.progress[key], peer, at_us)

    def _about(
        self, peer: str, message: Message, at_us: int, *, ours: bool
    ) -> list[tuple[Key, Effect]]:
        """What it changes of an earlier message, of the other's stream or of its own."""
        body = message.body
        if isinstance(body, b.StopLifted):
            false = body.because == "false"
            key = (peer, ours, body.mine.hash)
            return self._says(key, "lifted", message, at_us, ours=ours, false=false)
        re = getattr(body, "re", None)
        if re is None:
            return []
        key = (peer, not ours, re.hash)
        if key in self.progress:
            self.progress[key] = receipts.advance(self.progress[key], message, at_us)
        if isinstance(body, b.LineTestAnswer) and key in self.tests:
            test = self.tests[key]
            if test.answered_us is None:
                self.tests[key] = replace(test, answered_us=at_us, by=body.by)
        if isinstance(body, b.Answer):
            return self._says(key, body.answer, message, at_us, ours=ours)
        if isinstance(body, b.Stopped):
            return self._says(key, "stopped", message, at_us, ours=ours)
        return []

    def _says(
        self, key: Key, what: str, message: Message, at_us: int, *, ours: bool, false: bool = False
    ) -> list[tuple[Key, Effect]]:
        """Something said about a stop by a message; it waits where the stop is not here yet."""
        if key not in self.alerts:
            of_peer = sum(len(some) for (peer, *_), some in self._early.items() if peer == key[0])
            if of_peer < _EARLY_MAX:
                self._early.setdefault(key, []).append((message, ours))
            return []
        place = (message.stream, message.seq)
        last = self._last.get((key, ours), place)
        if what in alerting.CHANGES:  # ROGER overtakes nothing
            self._last[key, ours] = max(place, last)
        who = str(getattr(message.body, "by", ""))
        return self._tell(key, what, who, at_us, false=false, overtaken=place < last)

    def _tell(
        self,
        key: Key,
        what: str,
        who: str,
        at_us: int,
        *,
        false: bool = False,
        overtaken: bool = False,
    ) -> list[tuple[Key, Effect]]:
        if key not in self.alerts:
            return []
        effects = self._until(key, at_us)
        self.alerts[key], found = alerting.tell(
            self.alerts[key], what, who, at_us, false=false, overtaken=overtaken
        )
        return [*effects, *((key, one) for one in found)]

    def _until(self, key: Key, at_us: int) -> list[tuple[Key, Effect]]:
        """The steps of its ladder that came before somebody spoke, when a record is read again."""
        effects = []
        due = alerting.next_us(self.alerts[key])
        while due is not None and due <= at_us:
            self.alerts[key], found = alerting.tick(self.alerts[key], due)
            effects += [(key, one) for one in found]
            due = alerting.next_us(self.alerts[key])
        return effects
