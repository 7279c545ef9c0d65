"""Desks with real nodes and lines between them, in memory, on clocks that are set by hand."""

from __future__ import annotations

from keepclear.link import bodies as b
from keepclear.link.pinning import words_of
from keepclear.node import peers
from keepclear.node.notices import spelled
from keepclear.node.talking import Talk
from keepclear.wire.entries import Carried, decode_body
from tests.node.party import ASK, Party

SECOND = 1_000_000


def desks(*names, now=None):
    """Desks of some parties, each of which has compared the words of every other."""
    some = [Party(name, number) for number, name in enumerate(names, 1)]
    for one in some:  # each its own record, as real nodes have
        one.world.now = one.world.now if now is None else now
        one.world.signer, one.world.notes = one.record, []
        one.world.node = one.world.start()
    for one in some:
        for other in some:
            if one is not other:
                meets(one, other)
        one.talk = Talk(one.world.node, one.message)
    return some


def plan_told(said, version=1, ref="00"):
    """A declaration as a message has it."""
    return b.Declared(
        subject=f"{said.party}/{said.id}",
        version=version,
        what=said.kind.value,
        text=spelled(said),
        ref=ref,
    )


def meets(one, other):
    peers.accept(one.world.node, other.invitation(), ASK)
    peers.compare(one.world.node, other.name, words_of(other.root.verifier), ASK)


def notes(told):
    return [send.note for _, send in told.sends]


def later(seconds, *several):
    for one in several:
        one.world.now += round(seconds * SECOND)


def exchange(one, other):
    for _ in range(6):
        later(0.1, one, other)
        there, back = notes(one.talk.passes()), notes(other.talk.passes())
        if there:
            other.talk.hears(there)
        if back:
            one.talk.hears(back)


def shown(party, how):
    return [one.text for one in party.world.shown() if one.how == how]


def alarms(party):
    return [one.code for one in party.world.node.memory.alarms]


def carried(party, how):
    """Notes of the lines in a party's record, as they were signed."""
    bodies = (decode_body(entry.data[32:]) for entry in party.world.store.entries(0, 10_000))
    return [one.note.encode() for one in bodies if isinstance(one, Carried) and one.how == how]
