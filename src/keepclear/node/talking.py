"""A desk on its lines: to every party whose words were compared, with what it sees of each.

What comes is shown to the desk in the same write in which it is kept, and the record says so; a stop is
on the board, and its ladder begins, whoever is there. Left to others: sockets, screens and the command
at the end of the ladder; what a node makes of a declaration that came.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keepclear.detect.index import batched
from keepclear.disclose.levels import is_humanitarian
from keepclear.domain.arrangement import Arrangement, Deadlines
from keepclear.domain.declaration import Declaration
from keepclear.domain.footing import Footing
from keepclear.errors import InputError, RuleError, VerificationError
from keepclear.link.alerting import LADDER, Effect, Escalate, Show, Warn
from keepclear.link.board import Board, Key
from keepclear.link.bodies import (
    TEXT_LENGTH_MAX,
    Body,
    Heartbeat,
    Notice,
    ReadBack,
    Ref,
    Stepped,
)
from keepclear.link.budget import Budget, Level, admit, looks_flash
from keepclear.link.gossip import Heads, learn, newest
from keepclear.link.happening import (
    Arrived,
    BeginAnew,
    Deliver,
    Heard,
    Line,
    Record,
    Send,
    StoredUpTo,
    Write,
)
from keepclear.link.message import DRILL, Received, read_own, visible
from keepclear.link.pinning import Pinned
from keepclear.link.sounding import Sound, Sounding
from keepclear.link.state import NEVER_US, State
from keepclear.link.stream import step
from keepclear.node.calls import caller_of, on_board, text_of
from keepclear.node.deviating import Deviating, Terms
from keepclear.node.disclosing import owed_plans
from keepclear.node.footings import arrangement_word, between, stepped_by, who_is
from keepclear.node.heeding import PLANS, heed, takes_no_plans, to_heed, waits
from keepclear.node.ledger import Node, opening_of
from keepclear.node.line import Decision, Lines, Replying, alarm_of, carried, subject_of
from keepclear.node.memory import Memory, Peer
from keepclear.node.notices import bodies_of
from keepclear.node.reading_back import held_of, points_in, points_of
from keepclear.node.telling import outgoing_of
from keepclear.node.voice import subject_of as voice_with
from keepclear.record.merkle import root_of
from keepclear.record.note import Signer
from keepclear.store.base import Kept, Pending, Reply
from keepclear.wire.entries import Alarm, Carried, Deviated, Shown, Voiced, decode_body
from keepclear.wire.entries import Body as Entry

__all__ = ["Talk", "Told", "arrangement_word"]

_BUDGET: Final = Budget()
_FORWARDED: Final = "link-forwarded"
"""Kept values: numbers of notices that are messages by now, and not yet marked as delivered."""
_PENDING_MAX: Final = 10_000
_OWED_IN_A_WRITE: Final = 100
_OWE_AGAIN_US: Final = 60_000_000
_OWE_AGAIN_MAX_US: Final = 3_600_000_000
"""Plans that a peer does not take yet, because it has not what was agreed: they are offered again after
a minute, then after twice as long each time, up to an hour."""
_ON_BOARD: Final = frozenset({"carried", "deviated", "voiced"})
"""Kinds of entries that the board, and what is beside it, are made of."""
_HEAD_BYTES: Final = 1_000
"""The lines that name sender and recipient."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a face carries out, now that it is durable."""

    sends: tuple[tuple[str, Send], ...]
    """To which party, flash first."""
    effects: tuple[tuple[Key, Effect], ...]
    """For screens and people, stops first of all."""
    sounds: tuple[Sound, ...] = ()
    """What is to be heard at the desk, each thing once."""
    refused: int = 0
    """Notes beyond what their sender may send now; it tries again."""


class Talk:
    """The lines of a node, by party."""

    def __init__(self, node: Node, key: Signer) -> None:
        """Read where they stand.

        Args:
            node: It keeps and decides.
            key: The message key of this desk.
        """
        self._node, self._key = node, key
        self._memory: Memory | None = None
        self._believed: dict[str, tuple[Peer, Line]] = {}
        self._heads = Heads()
        self._own_told: set[str] = set()
        self._levels: dict[str, Level] = {}
        self._looked: tuple[object, ...] = ()
        """For what it was looked last which plans are owed."""
        self._owe_again_us, self._owe_wait_us = NEVER_US, _OWE_AGAIN_US
        """When to look again, because a peer takes no plans yet; how long the next time after that."""
        self._agreed: set[tuple[str, int, frozenset[str]]] = set()
        self._board = Board(lambda _: Deadlines())
        self._deviating = Deviating(node.around.owner)
        self._sounding = Sounding()
        self._alarms_seen = 0
        self._acted_on: list[tuple[str, Received]] = []
        """What came and was acted on since :meth:`_told` last looked."""
        self._again: list[tuple[Key, Effect]] = []
        """What is to be shown once more since the record was read again."""
        self._fresh()

    @property
    def board(self) -> Board:
        """Stops and receipts, as the record has them."""
        self._fresh()
        return self._board

    @property
    def signer(self) -> Signer:
        """The message key of this desk."""
        return self._key

    @property
    def heads(self) -> Heads:
        """What parties said, since the start, to have seen of records."""
        return self._heads

    @property
    def deviating(self) -> Deviating:
        """What was agreed and not done in time, and the hours of line tests."""
        self._fresh()
        return self._deviating

    def parties(self) -> list[str]:
        """With whom there is a line."""
        self._fresh()
        return sorted(self._believed)

    def say(
        self,
        party: str,
        body: Body,
        *,
        drill: bool = False,
        arrangement: str = "",
        reply: Callable[[State], Reply | None] = lambda _: None,
    ) -> Told:
        """Say something to a party.

        Args:
            party: Whom.
            body: What. A read-back without places and times is of what this node holds.
            drill: Whether it is an exercise; the message says so three times.
            arrangement: Under which it is said; the one that holds between the two, if left out.
            reply: What is answered under a key, from the line after it, in the same write.

        Raises:
            RuleError: ``line.none``; ``read-back.none``: what is read back is held as no declaration.
            InputError: it cannot be said so.
            StoreError: nobody can know whether it is kept; nothing is sent.
        """
        self._fresh()
        if party not in self._believed:
            raise _no_line(party)
        if isinstance(body, ReadBack) and not (body.places or body.times_us):
            body = self._as_held(party, body)
        write = Write(body, drill=drill, arrangement=arrangement or self._agreed_word(party))
        peer = self._name(party)
        done = self._lines.happens([(peer, write)], reply=lambda states: reply(states[peer]))
        return self._told(done)

    def _as_held(self, party: str, said: ReadBack) -> ReadBack:
        """A read-back of a declaration as this node holds it; both ends compare that."""
        digest = said.re.hash
        held = self._held(party, digest)
        waiting = self._board.progress.get((self._name(party), False, digest))
        if held is None or held.party != party or waiting is None:
            raise RuleError(
                "read-back.none",
                "no message of this hash from there is held as a declaration; say the places and times "
                "as they were understood",
            )
        places, times_us = points_of(held)
        return ReadBack(
            re=Ref(seq=waiting.seq, hash=digest),
            by=said.by,
            places=list(places),
            times_us=list(times_us),
            says=said.says,
        )

    def _held(self, party: str, digest: str) -> Declaration | None:
        """What a message brought, as this node holds it; also where another brought the same before."""
        memory = self._node.memory
        for entry in reversed(self._node.store.history(subject_of(self._name(party)))):
            body = decode_body(opening_of(entry).body) if entry.data else None
            if isinstance(body, Carried) and (body.how, body.hash) == ("received", digest):
                return held_of(memory, party, read_own(body.note.encode()))
        return None

    def say_all(
        self,
        parties: Sequence[str],
        body: Body,
        also: Sequence[Entry] = (),
        reply: Replying = lambda _: None,
    ) -> Told:
        """Say one thing to several parties, in one write with entries of the caller's, and its reply.

        Raises:
            RuleError: ``line.none``.
            StoreError: nobody can know whether it is kept; nothing is sent.
        """
        self._fresh()
        for party in parties:
            if party not in self._believed:
                raise _no_line(party)
        events = [
            (self._name(one), Write(body, arrangement=self._agreed_word(one))) for one in parties
        ]
        return self._told(self._lines.happens(events, also=also, reply=reply))

    def to_carry(self, party: str) -> list[bytes]:
        """What a party has not yet said to have stored, flash first, and a receipt: for a stick.

        It may be carried as often as one likes, and come twice or out of order.

        Raises:
            RuleError: ``line.none``.
        """
        self._fresh()
        if party not in self._believed:
            raise _no_line(party)
        return self._lines.to_carry(self._name(party))

    def state(self, party: str) -> State:
        """Where the line to a party stands: what it has not yet signed as stored, and what is missing.

        Raises:
            RuleError: ``line.none``.
        """
        self._fresh()
        if party not in self._believed:
            raise _no_line(party)
        return self._lines.state(self._name(party))

    def unsaid(self) -> dict[str, int]:
        """By party, how many notices of this node are no messages yet: without a line, or too large."""
        store = self._node.store
        done = store.kept(_FORWARDED)
        owner = self._node.around.owner
        waiting = (
            one
            for one in store.pending(_PENDING_MAX)
            if f"{one.number:016}" not in done and one.recipient != owner
        )
        return Counter(one.recipient for one in waiting)

    def forward(self) -> Told:
        """Notices that the node decided on, as messages: each once, however often this is called.

        Plans that a party may have since something new was agreed, or since its words were compared,
        are decided on before. Notices to parties without a line wait, and those that are larger than a
        message can be; one to this desk itself stands in its record.

        Raises:
            StoreError: nobody can know which of them are on their way; call it again.
        """
        self._fresh()
        if not self._believed:
            return Told((), ())  # without a line nothing is read from the store
        self._owe()
        store = self._node.store
        pending = store.pending(_PENDING_MAX)
        done = store.kept(_FORWARDED)
        waiting = {f"{one.number:016}" for one in pending}
        keeping = [Kept(_FORWARDED, key, None) for key in done if key not in waiting]
        events, sent = [], []
        for one in pending:
            key = f"{one.number:016}"
            if one.recipient == self._node.around.owner:
                sent.append(one.number)
            if one.recipient not in self._believed:
                continue
            writes = self._messages(one)
            if not writes:
                continue
            sent.append(one.number)
            if key not in done:
                events += [(self._name(one.recipient), write) for write in writes]
                keeping.append(Kept(_FORWARDED, key, b""))
        told = self._told(self._lines.happens(events, keeping=keeping))
        store.delivered(sent)
        return told

    def _owe(self) -> None:
        """Plans that parties may have by now, where something changed since that was looked at."""
        node, now_us = self._node, self._node.now_us()
        agreed = tuple(
            (one.name, one.version, one.stepped_down) for one in node.memory.arrangements.values()
        )
        looked = (tuple(self._believed), agreed)
        if looked == self._looked and now_us < self._owe_again_us:
            return
        if looked != self._looked:
            self._owe_wait_us = _OWE_AGAIN_US
        self._owe_again_us = NEVER_US
        owed = owed_plans(node.memory, now_us)
        for some in batched(owed, _OWED_IN_A_WRITE):
            node.save(some, outgoing=outgoing_of(some))
        self._looked = looked

    def _messages(self, one: Pending) -> list[Write]:
        """The messages that a notice is; none where it is larger than a message can be: it stays."""
        word = self._agreed_word(one.recipient)
        notice = one.data.decode()
        text = visible(notice)
        plain = Notice(notice=str(json.loads(notice)["notice"]), text=text)
        for several in (self._bodies(one.recipient, notice), [plain]):
            writes = [Write(body, arrangement=word) for body in several]
            if writes and all(self._can_be_said(one.recipient, write) for write in writes):
                return writes
        return []

    def _bodies(self, party: str, notice: str) -> list[Body]:
        """Nothing, where a notice has not all that its message holds: one of an earlier version."""
        try:
            return bodies_of(self._node.memory, party, notice)
        except (KeyError, InputError):
            return []

    def _can_be_said(self, party: str, write: Write) -> bool:
        """Whether a reader would act on it; nothing is written."""
        if len(getattr(write.body, "text", "")) > TEXT_LENGTH_MAX:
            return False
        try:
            step(self._believed[party][1], State(), write, self._node.now_us())
        except InputError:
            return False
        return True

    def hears(self, notes: list[bytes]) -> Told:
        """Notes that came, in one write, by whatever way, from whichever of the parties.

        Raises:
            VerificationError: ``message.unknown-sender``: one of them names nobody who is believed;
                nothing of the others was taken.
            StoreError: nobody can know whether they are kept; nothing is answered.
        """
        self._fresh()
        first = sorted(notes, key=lambda note: not looks_flash(note))
        named = [(self._sender(note), note) for note in first]
        taken = self._within_budget(named)
        told = self._told(self._lines.happens([(peer, Arrived(note)) for peer, note in taken]))
        told = _both(told, self._heed())
        return replace(told, refused=len(notes) - len(taken))

    def _heed(self) -> Told:
        """What came is made something of; what follows goes out, where the write does not wait."""
        if not heed(self._node, self._parties()) or self._node.gathers:
            return Told((), ())
        return self.forward()

    def _within_budget(self, named: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        """What may come now. Nothing is counted yet: only what proves to be the peer's is."""
        now_us, levels = self._node.now_us(), dict(self._levels)
        taken = []
        for peer, note in named:
            level = levels.get(peer) or Level.full(_BUDGET, now_us)
            levels[peer], ok = admit(_BUDGET, level, now_us, flash=looks_flash(note))
            if ok:
                taken.append((peer, note))
        return taken

    def _count(self, peer: str, note: bytes, now_us: int) -> None:
        level = self._levels.get(peer) or Level.full(_BUDGET, now_us)
        self._levels[peer], _ = admit(_BUDGET, level, now_us, flash=looks_flash(note))

    def calls(self, keep: Callable[[], object]) -> Told:
        """Something of a call is recorded, and is on the board and on every screen at once.

        Args:
            keep: Records it (:mod:`keepclear.node.voice`); it may refuse.

        Raises:
            StoreError: nobody can know whether it is kept; what was heard holds all the same.
        """
        self._fresh()
        size = self._node.store.size()
        keep()
        effects = []
        for entry in self._node.entries(size):
            body = decode_body(opening_of(entry).body)
            if isinstance(body, Voiced):
                effects += on_board(self._board, self._node.around.owner, body)
                if body.how == "heard":
                    self._node.save([self._entry(body.subject, "line", text_of(body))])
        return self._told([], effects)

    def begin_anew(
        self, party: str, *, out_stream: int | None = None, in_stream: int | None = None
    ) -> Told:
        """Go on in new streams, on which people at both desks have agreed by voice.

        Raises:
            RuleError: ``line.none``; ``stream.number``: it is not above the one that holds.
            StoreError: nobody can know whether it is kept.
        """
        self._fresh()
        if party not in self._believed:
            raise _no_line(party)
        event = BeginAnew(out_stream, in_stream)
        return self._told(self._lines.happens([(self._name(party), event)]))

    def passes(self) -> Told:
        """Time has passed: what is due on the lines and on the ladders."""
        self._fresh()
        own = self._node.around.signer.name
        seen = [head for head in newest(self._heads) if head.origin != own]
        return _both(self._told(self._lines.passes(seen)), self._heed())

    def due_us(self) -> int:
        """When :meth:`passes` has something to do."""
        self._fresh()
        if self._again or self._alarms() or waits(self._node, self._parties()):
            return self._node.now_us()
        due = (
            self._lines.due_us(),
            self._board.next_us(),
            self._sounding.next_us(),
            self._deviating.next_us(),
        )
        return min(at_us for at_us in due if at_us is not None)

    def _told(
        self, sends: list[tuple[str, Send]], effects: Iterable[tuple[Key, Effect]] = ()
    ) -> Told:
        """What was kept goes on the board; what the ladders ask for is kept as shown, too."""
        now_us = self._node.now_us()
        effects, self._again = [*self._again, *effects], []
        for peer, one in self._lines.recorded():
            if one.how != "sent":
                self._count(peer, one.note, now_us)
            effects += self._on_board(peer, one.how, one.note, now_us)
            key = (peer, one.how == "sent", one.hash)
            self._sounding.awaits(key, self._board, now_us)
            self._deviating.awaits(key, self._board)
        effects += self._board.tick(now_us)
        sounds = self._heard(effects, now_us)
        alerts = [self._alerted(key, one) for key, one in effects]
        alerts += [self._sounded(one) for one in sounds]
        alerts += self._deviating.passes(self._board, now_us)
        if alerts:
            self._node.save(alerts)
        names = self._parties()
        named = tuple((names[peer], send) for peer, send in sends)
        return Told(named, tuple(effects), tuple(sounds))

    def _heard(self, effects: list[tuple[Key, Effect]], now_us: int) -> list[Sound]:
        """What sounds at the desk, of what has happened."""
        board, came = self._board, self._acted_on
        self._acted_on = []
        sounds = self._sounding.steps(board, effects, now_us)
        for peer, received in came:
            sounds += self._sounding.came(peer, received, now_us)
        for alarm in self._alarms():
            if alarm.subject.startswith(subject_of("")):
                sounds += self._sounding.alarm(alarm.party, alarm.code, now_us)
        self._alarms_seen = len(self._node.memory.alarms)
        return sounds + self._sounding.passes(board, self._is_silent, now_us)

    def _alarms(self) -> list[Alarm]:
        """Those that were kept since this was asked last, whoever kept them: lines, and witnesses."""
        return self._node.memory.alarms[self._alarms_seen :]

    def _is_silent(self, peer: str) -> bool:
        return self._lines.state(peer).silent

    def _parties(self) -> dict[str, str]:
        """By the name of its key, each party with a line."""
        return {line.peer.name: party for party, (_, line) in self._believed.items()}

    def _on_board(self, peer: str, how: str, note: bytes, at_us: int) -> list[tuple[Key, Effect]]:
        try:
            received = read_own(note)
        except VerificationError:
            return []  # evidence that has no place: nothing on it can be shown
        return self._board.take(peer, how, received, at_us)

    def _act(self, peer: str, effect: Deliver | Heard | StoredUpTo) -> Decision:
        if isinstance(effect, Heard):
            return self._compare(peer, effect.received)
        if not isinstance(effect, Deliver):
            return Decision()
        received = effect.received
        if not effect.problem or received.on_arrival:
            self._acted_on.append((peer, received))
        marks = [effect.problem, "late" if effect.late else ""]
        marks.append("earlier messages are missing" if effect.across_gap else "")
        head = "; ".join(mark for mark in marks if mark)
        said = received.text
        if received.message and isinstance(received.message.body, PLANS) and self._is_aid():
            said = f"{received.message.kind.name}: an aid desk is shown nobody's plans"
        shown = self._entry(subject_of(peer), "line", f"{head}\n{said}" if head else said)
        if effect.problem:
            return Decision([shown])
        kept = to_heed(peer, received)
        if kept and takes_no_plans(received) and self._owe_again_us == NEVER_US:
            self._owe_again_us = self._node.now_us() + self._owe_wait_us
            self._owe_wait_us = min(2 * self._owe_wait_us, _OWE_AGAIN_MAX_US)
        if received.message is None:
            return Decision([shown], kept=kept)
        return Decision([*self._follows(peer, received.message.body), shown], kept=kept)

    def _is_aid(self) -> bool:
        known = self._node.memory.arrangements.values()
        return is_humanitarian(known, self._node.around.owner)

    def _follows(self, peer: str, body: Body) -> Iterator[Entry]:
        """What holds here from now on by a message that is acted on."""
        if isinstance(body, Stepped):
            memory, node = self._node.memory, self._node
            party = self._parties()[peer]
            now = stepped_by(memory, party, node.around.owner, body, node.now_us())
            if now is not None:
                yield now

    def _compare(self, peer: str, heartbeat: Received) -> Decision:
        """Heads that cannot both be true are kept with what proves it, and people are told."""
        now_us = self._node.now_us()
        self._heads, found = learn(self._heads, heartbeat)
        bodies: list[Entry] = []
        for split in found:
            bodies += [
                carried(peer, Record(note, "evidence", 0, ""), now_us) for note in split.notes
            ]
            bodies.append(alarm_of(peer, "record.split-view", now_us))
        code = self._own_head(heartbeat)
        if code and code not in self._own_told:
            self._own_told.add(code)
            bodies.append(carried(peer, Record(heartbeat.note, "evidence", 0, ""), now_us))
            bodies.append(alarm_of(peer, code, now_us))
        return Decision(bodies)

    def _own_head(self, heartbeat: Received) -> str:
        """What is wrong with what a peer saw of this record: it is longer than ours, or another."""
        message, store = heartbeat.message, self._node.store
        assert message is not None
        assert isinstance(message.body, Heartbeat)
        for head in message.body.heads:
            if head.origin != self._node.around.signer.name:
                continue
            if head.size > store.size():
                return "record.rolled-back"
            if root_of(0, head.size, store.node).hex() != head.root:
                return "record.other-root"
        return ""

    def _alerted(self, key: Key, effect: Effect) -> Entry:
        peer, _, digest = key
        subject = _subject(peer)
        drill = f" {DRILL}" if self._board.alerts[key].drill else ""
        if isinstance(effect, Escalate):
            return self._entry(subject, "alert", f"{effect.rung}: {digest}{drill}")
        said = effect.code if isinstance(effect, Warn) else "every screen"
        return self._entry(subject, "alert", f"{said}: {digest}{drill}")

    def _sounded(self, sound: Sound) -> Entry:
        drill = any(
            one.drill
            for key, one in self._board.alerts.items()
            if (key[0], key[2]) == (sound.peer, sound.hash)
        )
        text = f"{sound.why}: {sound.hash}{f' {DRILL}' if drill else ''}"
        return self._entry(_subject(sound.peer), "sound", text)

    def _entry(self, subject: str, how: str, text: str) -> Entry:
        return Shown(
            subject=subject,
            at_us=self._node.now_us(),
            to=self._node.around.owner,
            how=how,
            of=[],
            text=text,
        )

    def _sender(self, note: bytes) -> str:
        for _, line in self._believed.values():
            if f"\nfrom: {line.peer.name}\n".encode() in note[:_HEAD_BYTES]:
                return line.peer.name
        raise VerificationError(
            "message.unknown-sender",
            "a note names no sender whose card holds and whose words were compared",
        )

    def _name(self, party: str) -> str:
        return self._believed[party][1].peer.name

    def _fresh(self) -> None:
        """Lines and board by what the node remembers, read again where that was."""
        memory = self._node.fresh().memory
        believed = dict(self._lines_now(memory))
        agreed = {(one.name, one.version, one.stepped_down) for one in memory.arrangements.values()}
        if memory is self._memory and (believed, agreed) == (self._believed, self._agreed):
            return
        known = memory is self._memory and _keys(believed) == _keys(self._believed)
        self._believed, self._memory, self._looked = believed, memory, ()
        self._agreed = agreed
        lines = {line.peer.name: line for _, line in believed.values()}
        self._lines = Lines(self._node, lines, self._act)
        aid = {
            line.peer.name: is_humanitarian(memory.arrangements.values(), party)
            for party, (_, line) in believed.items()
        }
        terms = {line.peer.name: self._deadlines(party) for party, (_, line) in believed.items()}
        board = Board(
            lambda peer: terms.get(peer, Deadlines()), lambda peer: aid.get(peer, False), points_in
        )
        if known:  # other terms alone: what was said stands as it is
            self._board.deadlines, self._board.humanitarian = board.deadlines, board.humanitarian
            self._deviating.terms = self._terms(believed)
            self._deviating.begin(self._board)
            return
        self._board = board
        self._deviating = Deviating(self._node.around.owner, self._terms(believed))
        for entry in self._node.entries_on_lines():
            if entry.kind not in _ON_BOARD:
                continue
            body = decode_body(opening_of(entry).body)
            if isinstance(body, Voiced):
                on_board(self._board, self._node.around.owner, body)
                continue
            if isinstance(body, Deviated):
                self._deviating.take(body)
                continue
            assert isinstance(body, Carried)
            peer = body.subject.removeprefix(subject_of(""))
            self._on_board(peer, body.how, body.note.encode(), body.at_us)
        self._board.tick(self._node.now_us())
        self._deviating.begin(self._board)
        self._sounding, self._acted_on = Sounding(), []
        self._alarms_seen = len(memory.alarms)
        for key in self._board.progress:
            self._sounding.awaits(key, self._board, self._node.now_us())
        # nobody knows which screens still show it: what is open is shown, and alerted, once more
        self._again = [
            (key, effect)
            for key, one in self._board.alerts.items()
            if one.open
            for effect in (Show(), Escalate(LADDER[one.rung]))
        ]

    def _lines_now(self, memory: Memory) -> Iterator[tuple[str, tuple[Peer, Line]]]:
        now_us = self._node.now_us()
        for party, peer in memory.peers.items():
            if peer.pinned is Pinned.COMPARED and peer.card.holds_at(now_us):
                agreed, both = self._between(party), (self._node.around.owner, party)
                words = frozenset(map(arrangement_word, agreed))
                down = any(who_is(memory, one, Footing.SUSPENDED, both) for one in agreed)
                yield party, (peer, Line(self._key, peer.card.message_key, words, down))

    def _agreed_word(self, party: str) -> str:
        """How messages to a party name what was agreed with it; empty where nothing was."""
        return next(map(arrangement_word, self._between(party)), "")

    def _between(self, party: str) -> list[Arrangement]:
        """Arrangements that hold between this desk's party and another, suspended ones included."""
        memory, both = self._node.memory, (self._node.around.owner, party)
        known = [one for _, one in sorted(memory.arrangements.items())]
        found = [one for one in known if _are_named(one, *both)]
        return [one for one in found if not who_is(memory, one, Footing.WITHDRAWN, both)]

    def _terms(self, believed: Mapping[str, tuple[Peer, Line]]) -> dict[str, Terms]:
        """What is in force with each peer: neither suspended nor left by one of the two."""
        memory, owner = self._node.memory, self._node.around.owner
        return {
            line.peer.name: Terms(party, one, max(peer.since_us, memory.arranged_us[one.name]))
            for party, (peer, line) in believed.items()
            for one in between(memory, owner, party)
            if not one.stepped_down & {owner, party}
        }

    def _deadlines(self, party: str) -> Deadlines:
        """The shortest of those agreed; those of no arrangement, where there is none."""
        agreed = [one.deadlines for one in self._between(party)] or [Deadlines()]
        return Deadlines(
            min(one.receipt_us for one in agreed),
            min(one.urgent_us for one in agreed),
            min(one.read_back_us for one in agreed),
        )


def _are_named(arrangement: Arrangement, a: str, b: str) -> bool:
    """Whether two are members of it, or one is and the other compares for it."""
    members, both = arrangement.member_names, {a, b}
    return both <= members | set(arrangement.neutral) and bool(both & members)


def _both(one: Told, other: Told) -> Told:
    """Both, with what is flash first."""
    sends = sorted((*one.sends, *other.sends), key=lambda sent: not sent[1].flash)
    sounds = (*one.sounds, *other.sounds)
    return Told(tuple(sends), (*one.effects, *other.effects), sounds)


def _no_line(party: str) -> RuleError:
    return RuleError(
        "line.none",
        f"there is no line to {party[:80]!r}: its card must hold, and its words be compared",
    )


def _subject(peer: str) -> str:
    """What entries about a peer of the board are about: a line, or calls with a party."""
    caller = caller_of(peer)
    return voice_with(caller) if caller else subject_of(peer)


def _keys(believed: Mapping[str, tuple[Peer, Line]]) -> dict[str, tuple[str, str]]:
    """By party the keys at both ends."""
    return {party: (str(line.me.verifier), str(line.peer)) for party, (_, line) in believed.items()}
