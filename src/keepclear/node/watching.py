"""What a desk sees and hears of its lines: the board, what sounds, and what was not done in time.

Made from the record: after a start it is what it was, and what is open is shown, and alerted, once
more. Everything that a ladder asks for, and every sound, is recorded as shown. Left to others: lines
and what is said on them (:mod:`keepclear.node.talking`), screens, and the command at the end of the
ladder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from keepclear.domain.arrangement import Deadlines
from keepclear.errors import VerificationError
from keepclear.link.alerting import LADDER, Effect, Escalate, Show, Warn
from keepclear.link.board import Board, Key
from keepclear.link.happening import Record
from keepclear.link.message import DRILL, Received, read_own
from keepclear.link.sounding import Sound, Sounding
from keepclear.node.believed import Agreed
from keepclear.node.calls import caller_of, on_board, text_of
from keepclear.node.deviating import Deviating
from keepclear.node.ledger import Node, opening_of
from keepclear.node.line_entries import shown_to_desk, subject_of
from keepclear.node.reading_back import points_in
from keepclear.node.voice import subject_of as voice_with
from keepclear.store.base import Entry
from keepclear.wire.entries import Alarm, Carried, Deviated, Shown, Voiced, decode_body

__all__ = ["Watch"]

_ON_BOARD: Final = frozenset({"carried", "deviated", "voiced"})
"""Kinds of entries that the board, and what is beside it, are made of."""


class Watch:
    """The board of a desk, and what is beside it."""

    def __init__(self, node: Node, agreed: Agreed) -> None:
        """See what the record says.

        Args:
            node: This desk's.
            agreed: With whom it has lines.
        """
        self._node = node
        self.board = _board(agreed)
        self.deviating = Deviating(node.around.owner, agreed.terms)
        self._sounding = Sounding()
        self._alarms_seen = len(node.memory.alarms)
        self._acted_on: list[tuple[str, Received]] = []
        """What came and was acted on since :meth:`takes` last looked."""
        for entry in node.entries_on_lines():
            if entry.kind in _ON_BOARD:
                self._remember(entry)
        now_us = node.now_us()
        self.board.tick(now_us)
        self.deviating.begin(self.board)
        for key in self.board.progress:
            self._sounding.awaits(key, self.board, now_us)
        self._again = _open_now(self.board)
        """What is to be shown once more since the record was read."""

    def on_terms(self, agreed: Agreed) -> None:
        """Other terms hold with the same peers: what was said stands as it is."""
        board = _board(agreed)
        self.board.deadlines, self.board.humanitarian = board.deadlines, board.humanitarian
        self.deviating.terms = agreed.terms
        self.deviating.begin(self.board)

    def came(self, peer: str, received: Received) -> None:
        """A message that is acted on; it sounds once it is kept."""
        self._acted_on.append((peer, received))

    def spoken(self, body: Voiced) -> list[tuple[Key, Effect]]:
        """Something of a call that is recorded; what was heard is shown on every screen.

        Raises:
            StoreError: nobody can know whether it is kept as shown.
        """
        effects = on_board(self.board, self._node.around.owner, body)
        if body.how == "heard":
            self._node.save([shown_to_desk(self._node, body.subject, "line", text_of(body))])
        return effects

    def takes(
        self,
        recorded: Iterable[tuple[str, Record]],
        effects: Iterable[tuple[Key, Effect]],
        silent: Callable[[str], bool],
    ) -> tuple[list[tuple[Key, Effect]], list[Sound]]:
        """What was kept goes on the board; what follows by now is kept as shown, too.

        Args:
            recorded: What the lines kept.
            effects: What other entries changed.
            silent: Whether nothing is heard of a peer now.

        Raises:
            StoreError: nobody can know whether it is kept as shown.
        """
        now_us = self._node.now_us()
        effects, self._again = [*self._again, *effects], []
        for peer, one in recorded:
            effects += self._take(peer, one.how, one.note, now_us)
            key = (peer, one.how == "sent", one.hash)
            self._sounding.awaits(key, self.board, now_us)
            self.deviating.awaits(key, self.board)
        effects += self.board.tick(now_us)
        sounds = self._sounds(effects, silent, now_us)
        alerts: list[Shown | Deviated] = [self._alerted(key, one) for key, one in effects]
        alerts += [self._sounded(one) for one in sounds]
        alerts += self.deviating.passes(self.board, now_us)
        if alerts:
            self._node.save(alerts)
        return effects, sounds

    def next_us(self) -> int | None:
        """When :meth:`takes` has something to do of itself."""
        if self._again or self._alarms():
            return self._node.now_us()
        due = (self.board.next_us(), self._sounding.next_us(), self.deviating.next_us())
        return min((at_us for at_us in due if at_us is not None), default=None)

    def _remember(self, entry: Entry) -> None:
        """One entry of the record, as it was read again."""
        body = decode_body(opening_of(entry).body)
        if isinstance(body, Voiced):
            on_board(self.board, self._node.around.owner, body)
        elif isinstance(body, Deviated):
            self.deviating.take(body)
        else:
            assert isinstance(body, Carried)
            peer = body.subject.removeprefix(subject_of(""))
            self._take(peer, body.how, body.note.encode(), body.at_us)

    def _take(self, peer: str, how: str, note: bytes, at_us: int) -> list[tuple[Key, Effect]]:
        try:
            received = read_own(note)
        except VerificationError:
            return []  # evidence that has no place: nothing on it can be shown
        return self.board.take(peer, how, received, at_us)

    def _sounds(
        self, effects: list[tuple[Key, Effect]], silent: Callable[[str], bool], now_us: int
    ) -> list[Sound]:
        """What sounds at the desk, of what has happened."""
        came, self._acted_on = self._acted_on, []
        sounds = self._sounding.steps(self.board, effects, now_us)
        for peer, received in came:
            sounds += self._sounding.came(peer, received, now_us)
        for alarm in self._alarms():
            if alarm.subject.startswith(subject_of("")):
                sounds += self._sounding.alarm(alarm.party, alarm.code, now_us)
        self._alarms_seen = len(self._node.memory.alarms)
        return sounds + self._sounding.passes(self.board, silent, now_us)

    def _alarms(self) -> list[Alarm]:
        """Those that were kept since this was asked last, whoever kept them: lines, and witnesses."""
        return self._node.memory.alarms[self._alarms_seen :]

    def _alerted(self, key: Key, effect: Effect) -> Shown:
        peer, _, digest = key
        drill = f" {DRILL}" if self.board.alerts[key].drill else ""
        if isinstance(effect, Escalate):
            said = effect.rung
        else:
            said = effect.code if isinstance(effect, Warn) else "every screen"
        return shown_to_desk(self._node, _subject(peer), "alert", f"{said}: {digest}{drill}")

    def _sounded(self, sound: Sound) -> Shown:
        drill = any(
            one.drill
            for key, one in self.board.alerts.items()
            if (key[0], key[2]) == (sound.peer, sound.hash)
        )
        text = f"{sound.why}: {sound.hash}{f' {DRILL}' if drill else ''}"
        return shown_to_desk(self._node, _subject(sound.peer), "sound", text)


def _board(agreed: Agreed) -> Board:
    """One on which nothing is yet."""
    return Board(
        lambda peer: agreed.deadlines.get(peer, Deadlines()),
        lambda peer: peer in agreed.aid,
        points_in,
    )


def _open_now(board: Board) -> list[tuple[Key, Effect]]:
    """Nobody knows which screens still show it: what is open, with whom its ladder has come to."""
    return [
        (key, effect)
        for key, one in board.alerts.items()
        if one.open
        for effect in (Show(), Escalate(LADDER[one.rung]))
    ]


def _subject(peer: str) -> str:
    """What entries about a peer of the board are about: a line, or calls with a party."""
    caller = caller_of(peer)
    return voice_with(caller) if caller else subject_of(peer)
