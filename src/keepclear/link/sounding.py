"""What sounds at a desk: little, each thing once, and nothing that somebody there has just done.

A desk that hears an alarm every minute soon hears none. So only that sounds to which a person must turn
now; everything else is shown, and waits to be looked at:

* each step of a stop, once however much it asks for, until somebody takes it; who asked for it hears of
  it from the first step on that nobody took;
* what came as flash from a desk that is not answering us, and what asks for a person there;
* a crossing that begins soon; of those that begin later somebody reads in good time;
* what is agreed to be urgent, is no exercise and was read by nobody in time, and a line that is silent
  or contradicts itself: once, and not again on the same line within half an hour; what came meanwhile
  and is still so sounds then, together.

What anybody on the network can cause without a key (notes that do not verify) never sounds. Left to
others: loudspeakers; what is shown, which is everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final

from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError
from keepclear.link import bodies as b
from keepclear.link.alerting import Effect, Warn
from keepclear.link.board import Board, Key
from keepclear.link.kinds import Urgency
from keepclear.link.message import Received
from keepclear.link.receipts import Step, overdue

__all__ = ["AGAIN_US", "SOON_US", "Sound", "Sounding"]

AGAIN_US: Final = 1_800 * MICROSECONDS
"""The same state of the same line sounds again only after so long: a line may come and go all night."""
SOON_US: Final = 900 * MICROSECONDS
"""A crossing that begins within this time is somebody's business at once."""
_SILENT: Final = "line.silent"
_KINDS: Final = frozenset({b.Held, b.Outside, b.Incident, b.StopLifted, b.Contact})
"""Kinds that sound when they come; a stop does by its ladder."""
_CODES: Final = frozenset(
    {
        *(_SILENT, "ack.unsent", "ack.other-text"),
        *("stream.two-texts", "stream.other-chain"),
        *("record.split-view", "record.rolled-back", "record.other-root"),
    }
)
"""Alarms that sound: the line is gone, or what a peer signed contradicts itself or us."""
_LATE: Final = "receipts late"
_CROSSING: Final = "crossing/1"
"""The notice of a node that tells of crossings."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound, and what it is for."""

    peer: str
    """The name of the key of the desk at the other end."""
    why: str
    hash: str = ""
    """Of the message that it is about, where there is one."""


@dataclass(slots=True)
class Sounding:
    """What has sounded, so that it does not again; made anew at a start, as the screens are."""

    _last: dict[tuple[str, str], int] = field(default_factory=dict)
    """When each state of a line last sounded."""
    _heard: set[str] = field(default_factory=set)
    """Hashes of messages that have sounded."""
    _awaited: list[tuple[int, Key]] = field(default_factory=list)
    """When what is urgent is late, the next one first."""
    _late: dict[str, set[Key]] = field(default_factory=dict)
    """By peer, what became late since that last sounded."""
    _waits: dict[tuple[str, str], int] = field(default_factory=dict)
    """States that came again too soon to sound, and when they may, if they are still there."""

    def steps(
        self, board: Board, effects: Iterable[tuple[Key, Effect]], now_us: int
    ) -> list[Sound]:
        """What the ladders ask for, one sound for each stop."""
        found: dict[Key, Sound] = {}
        for key, effect in effects:
            alert = board.alerts.get(key)
            if alert is None or (alert.asking and alert.rung == 0 and not isinstance(effect, Warn)):
                continue  # who asked for it knows
            peer, _, digest = key
            if isinstance(effect, Warn) and effect.code == "stop.not-confirmed":
                if self._once(peer, f"{effect.code} {digest}", now_us):
                    found[key] = Sound(peer, effect.code, digest)
                continue
            found.setdefault(key, Sound(peer, "stop", digest))
        return list(found.values())

    def came(self, peer: str, received: Received, now_us: int) -> list[Sound]:
        """A message that came and is acted on."""
        message = received.message
        if message is None or received.hash in self._heard:
            return []
        if type(message.body) not in _KINDS and not _begins_soon(message.body, now_us):
            return []
        self._heard.add(received.hash)
        return [Sound(peer, message.kind.name, received.hash)]

    def awaits(self, key: Key, board: Board, now_us: int) -> None:
        """A message that somebody is to read: it is looked at when that is late, if it is urgent."""
        progress = board.progress.get(key)
        if progress is None or progress.drill or progress.acknowledged:
            return
        if progress.urgency < Urgency.IMMEDIATE:
            return
        due_us = progress.since_us + board.deadlines(key[0]).urgent_us
        heappush(self._awaited, (max(due_us, now_us), key))

    def alarm(self, peer: str, code: str, now_us: int) -> list[Sound]:
        """Something about a line that people must look at."""
        if code not in _CODES or not self._once(peer, code, now_us):
            return []
        return [Sound(peer, code)]

    def passes(self, board: Board, silent: Callable[[str], bool], now_us: int) -> list[Sound]:
        """Time has passed: what is late by now, and what waited until it may sound again.

        Args:
            board: Of the desk.
            silent: Whether nothing is heard of a peer now.
            now_us: By this desk's clock.
        """
        found = []
        for (peer, why), at_us in list(self._waits.items()):
            if at_us > now_us:
                continue
            del self._waits[peer, why]
            if self._still(board, silent, peer, why, now_us) and self._once(peer, why, now_us):
                found.append(Sound(peer, why))
        while self._awaited and self._awaited[0][0] <= now_us:
            _, key = heappop(self._awaited)
            if _unread(board, key, now_us):
                self._late.setdefault(key[0], set()).add(key)
                if self._once(key[0], _LATE, now_us):
                    self._late[key[0]].clear()
                    found.append(Sound(key[0], _LATE, key[2]))
        return found

    def next_us(self) -> int | None:
        """When something that is awaited may be late, or what waits may sound."""
        due = [*self._waits.values(), *(at_us for at_us, _ in self._awaited[:1])]
        return min(due, default=None)

    def _still(
        self, board: Board, silent: Callable[[str], bool], peer: str, why: str, now_us: int
    ) -> bool:
        """Whether a state is there that came too soon after it last sounded."""
        if why == _LATE:
            late = self._late.pop(peer, set())
            return any(_unread(board, key, now_us) for key in late)
        return silent(peer) if why == _SILENT else why in _CODES

    def _once(self, peer: str, why: str, now_us: int) -> bool:
        last_us = self._last.get((peer, why))
        if last_us is not None and last_us <= now_us < last_us + AGAIN_US:
            self._waits[peer, why] = last_us + AGAIN_US
            return False
        self._last[peer, why] = now_us
        return True


def _unread(board: Board, key: Key, now_us: int) -> bool:
    """Whether a message is late because nobody says to have read it."""
    progress = board.progress.get(key)
    return progress is not None and any(
        one.step is Step.ACKNOWLEDGED for one in overdue(progress, board.deadlines(key[0]), now_us)
    )


def _begins_soon(body: b.Body, now_us: int) -> bool:
    """Whether it tells of a crossing that begins within :data:`SOON_US`, and is not over."""
    return any(
        (start_us is None or start_us <= now_us + SOON_US) and (end_us is None or now_us < end_us)
        for start_us, end_us in _crossings(body)
    )


def _crossings(body: b.Body) -> Iterator[tuple[int | None, int | None]]:
    """When the crossings that a message tells of begin and end; a notice has them in its text."""
    if isinstance(body, b.CrossingFound):
        yield body.span.start_us, body.span.end_us
    elif isinstance(body, b.Notice) and body.notice == _CROSSING:
        try:
            for one in json.loads(body.text)["crossings"]:
                yield _instant(one["time_start"]), _instant(one["time_end"])
        except (ValueError, TypeError, KeyError, RecursionError, InputError):
            return  # another node's words: what cannot be read is shown, and does not sound


def _instant(text: object) -> int | None:
    return None if text is None else parse_instant(str(text))
