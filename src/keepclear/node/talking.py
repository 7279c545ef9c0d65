"""A desk on its lines: to every party whose words were compared, with what it sees of each.

What comes is shown to the desk in the same write in which it is kept, and the record says so; a stop is
on the board, and its ladder begins, whoever is there. Here stands in which order the parts of that are
asked: who has a line (:mod:`believed`), how much may come (:mod:`inflow`), what stands on each line
(:mod:`line`), what a message says and means (:mod:`arriving`, :mod:`heeding`), which notices become
messages (:mod:`owing`, :mod:`forwarding`), and what the desk sees and hears (:mod:`watching`). Left to
others: sockets, screens and the command at the end of the ladder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from keepclear.link.alerting import Effect
from keepclear.link.board import Board, Key
from keepclear.link.bodies import Body, ReadBack
from keepclear.link.budget import looks_flash
from keepclear.link.gossip import Heads
from keepclear.link.happening import Arrived, BeginAnew, Deliver, Heard, Send, StoredUpTo, Write
from keepclear.link.sounding import Sound
from keepclear.link.state import State
from keepclear.node import forwarding
from keepclear.node.arriving import as_shown, footings_by, sender_of
from keepclear.node.believed import Agreed, Believed, agreed_with, believed_now, word_with
from keepclear.node.deviating import Deviating
from keepclear.node.heads_seen import HeadsSeen
from keepclear.node.heeding import heed, takes_no_plans, to_heed, waits
from keepclear.node.inflow import Inflow
from keepclear.node.ledger import Node, opening_of
from keepclear.node.line import Decision, Lines, Replying
from keepclear.node.line_entries import shown_to_desk, subject_of
from keepclear.node.owing import Owing
from keepclear.node.reading_back import as_held
from keepclear.node.watching import Watch
from keepclear.record.note import Signer
from keepclear.store.base import Reply
from keepclear.wire.entries import Body as Entry
from keepclear.wire.entries import Voiced, decode_body

__all__ = ["Talk", "Told"]


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
        self._heads, self._inflow, self._owing = HeadsSeen(node), Inflow(), Owing(node)
        node.fresh()
        self._begin()

    @property
    def board(self) -> Board:
        """Stops and receipts, as the record has them."""
        self._fresh()
        return self._watch.board

    @property
    def signer(self) -> Signer:
        """The message key of this desk."""
        return self._key

    @property
    def heads(self) -> Heads:
        """What parties said, since the start, to have seen of records."""
        return self._heads.heads

    @property
    def deviating(self) -> Deviating:
        """What was agreed and not done in time, and the hours of line tests."""
        self._fresh()
        return self._watch.deviating

    def parties(self) -> list[str]:
        """With whom there is a line."""
        self._fresh()
        return sorted(self._believed.by_party)

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
        peer = self._believed.name(party)
        if isinstance(body, ReadBack) and not (body.places or body.times_us):
            body = as_held(self._node, self._watch.board, party, peer, body)
        write = Write(body, drill=drill, arrangement=arrangement or self._word(party))
        done = self._lines.happens([(peer, write)], reply=lambda states: reply(states[peer]))
        return self._told(done)

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
        events = [
            (self._believed.name(one), Write(body, arrangement=self._word(one))) for one in parties
        ]
        return self._told(self._lines.happens(events, also=also, reply=reply))

    def to_carry(self, party: str) -> list[bytes]:
        """What a party has not yet said to have stored, flash first, and a receipt: for a stick.

        It may be carried as often as one likes, and come twice or out of order.

        Raises:
            RuleError: ``line.none``.
        """
        self._fresh()
        return self._lines.to_carry(self._believed.name(party))

    def state(self, party: str) -> State:
        """Where the line to a party stands: what it has not yet signed as stored, and what is missing.

        Raises:
            RuleError: ``line.none``.
        """
        self._fresh()
        return self._lines.state(self._believed.name(party))

    def unsaid(self) -> dict[str, int]:
        """By party, how many notices of this node are no messages yet: without a line, or too large."""
        return forwarding.unsaid(self._node)

    def forward(self) -> Told:
        """Notices that the node decided on, as messages: each once, however often this is called.

        Plans that a party may have since something new was agreed, or since its words were compared,
        are decided on before.

        Raises:
            StoreError: nobody can know which of them are on their way; call it again.
        """
        self._fresh()
        if not self._believed.by_party:
            return Told((), ())  # without a line nothing is read from the store
        self._owing.look(tuple(self._believed.by_party))
        found = forwarding.to_forward(self._node, self._believed)
        told = self._told(self._lines.happens(found.writes, keeping=found.keeping))
        self._node.store.delivered(found.delivered)
        return told

    def hears(self, notes: list[bytes]) -> Told:
        """Notes that came, in one write, by whatever way, from whichever of the parties.

        Raises:
            VerificationError: ``message.unknown-sender``: one of them names nobody who is believed;
                nothing of the others was taken.
            StoreError: nobody can know whether they are kept; nothing is answered.
        """
        self._fresh()
        first = sorted(notes, key=lambda note: not looks_flash(note))
        names = self._believed.parties()
        named = [(sender_of(note, names), note) for note in first]
        taken = self._inflow.within(named, self._node.now_us())
        told = self._told(self._lines.happens([(peer, Arrived(note)) for peer, note in taken]))
        told = _both(told, self._heed())
        return replace(told, refused=len(notes) - len(taken))

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
                effects += self._watch.spoken(body)
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
        event = BeginAnew(out_stream, in_stream)
        return self._told(self._lines.happens([(self._believed.name(party), event)]))

    def passes(self) -> Told:
        """Time has passed: what is due on the lines and on the ladders."""
        self._fresh()
        return _both(self._told(self._lines.passes(self._heads.others())), self._heed())

    def due_us(self) -> int:
        """When :meth:`passes` has something to do."""
        self._fresh()
        if waits(self._node, self._believed.parties()):
            return self._node.now_us()
        due = (self._lines.due_us(), self._watch.next_us())
        return min(at_us for at_us in due if at_us is not None)

    def _told(
        self, sends: list[tuple[str, Send]], effects: Iterable[tuple[Key, Effect]] = ()
    ) -> Told:
        """What is handed out, once the desk has seen what was kept."""
        recorded, now_us = self._lines.recorded(), self._node.now_us()
        for peer, one in recorded:
            if one.how != "sent":
                self._inflow.count(peer, one.note, now_us)
        shown, sounds = self._watch.takes(recorded, effects, self._is_silent)
        names = self._believed.parties()
        named = tuple((names[peer], send) for peer, send in sends)
        return Told(named, tuple(shown), tuple(sounds))

    def _heed(self) -> Told:
        """What came is made something of; what follows goes out, where the write does not wait."""
        if not heed(self._node, self._believed.parties()) or self._node.gathers:
            return Told((), ())
        return self.forward()

    def _act(self, peer: str, effect: Deliver | Heard | StoredUpTo) -> Decision:
        """What comes is shown; what it means is kept with it, to be acted on after it."""
        if isinstance(effect, Heard):
            return self._heads.compared(peer, effect.received)
        if not isinstance(effect, Deliver):
            return Decision()
        received = effect.received
        if not effect.problem or received.on_arrival:
            self._watch.came(peer, received)
        shown = shown_to_desk(self._node, subject_of(peer), "line", as_shown(self._node, effect))
        if effect.problem:
            return Decision([shown])
        kept = to_heed(peer, received)
        if kept and takes_no_plans(received):
            self._owing.refused()
        party = self._believed.parties()[peer]
        return Decision([*footings_by(self._node, party, received), shown], kept=kept)

    def _word(self, party: str) -> str:
        return word_with(self._node.memory, self._node.around.owner, party)

    def _is_silent(self, peer: str) -> bool:
        return self._lines.state(peer).silent

    def _fresh(self) -> None:
        """Lines and board by what the node remembers, read again where that was."""
        memory, before = self._node.fresh().memory, self._believed
        believed = believed_now(self._node, self._key)
        if memory is not self._memory:
            self._heads.tell_anew()
            self._begin()
        elif believed == before:
            return
        elif believed.keys() == before.keys():
            self._hold(believed)
            self._watch.on_terms(self._agreed())
        else:
            self._begin()

    def _begin(self) -> None:
        """Everything anew, from the record."""
        self._hold(believed_now(self._node, self._key))
        self._watch = Watch(self._node, self._agreed())
        self._memory = self._node.memory  # last: where the record cannot be read, it is tried again

    def _hold(self, believed: Believed) -> None:
        self._believed = believed
        self._lines = Lines(self._node, believed.lines(), self._act)
        self._owing.forget()

    def _agreed(self) -> Agreed:
        return agreed_with(self._node.memory, self._node.around.owner, self._believed)


def _both(one: Told, other: Told) -> Told:
    """Both, with what is flash first."""
    sends = sorted((*one.sends, *other.sends), key=lambda sent: not sent[1].flash)
    sounds = (*one.sounds, *other.sounds)
    return Told(tuple(sends), (*one.effects, *other.effects), sounds)
