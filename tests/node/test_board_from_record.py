"""The record is the only truth: whatever was said and done, a start shows the same desk again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.domain.footing import FootingStep
from keepclear.domain.position import Position
from keepclear.errors import KeepclearError
from keepclear.link import bodies as b
from keepclear.link.phrases import Language
from keepclear.node import voice
from keepclear.node.arranging import set_arrangement
from keepclear.node.desk import desk_view, drill_view
from keepclear.node.line_entries import shown_to_desk
from keepclear.node.stepping import take_step
from keepclear.node.talking import Talk
from tests.link.ends import stop
from tests.node.desks import desks, later, notes
from tests.node.party import ASK
from tests.node.shelves import MemoryShelf
from tests.node.world import agreement

TEXT = agreement() + '[line]\ntests = ["07:00Z", "08:00Z"]\n'
NOON = 1_448_001_660_000_000
"""20 November 2015, 06:41 UTC: check words of a telephone begin with the year 2000."""
WHERE = Position(latitude=-31.18, longitude=144.07)
ON_BOARD = {"carried", "deviated", "voiced"}
VERSION = '{"version": 1}'
ANSWERS = ("wilco", "unable", "standby", "roger")


def say(one, other, body, drill):
    other.talk.hears(notes(one.talk.say(other.name, body, drill=drill)))


def step(alder, birch, what, number, drill, lost):
    """One thing that happens; where it cannot be, nothing does."""
    one, other = (alder, birch) if number % 2 else (birch, alder)
    if what == "stop":
        told = one.talk.say(other.name, stop(str(number)), drill=drill)
        if not lost:
            other.talk.hears(notes(told))
    elif what == "answer":
        open_there = [key for key, a in one.talk.board.alerts.items() if a.open and not key[1]]
        if open_there:
            key = open_there[number % len(open_there)]
            alert = one.talk.board.alerts[key]
            if alert.seq:
                re = b.Ref(seq=alert.seq, hash=key[2])
                word = b.Answer(re=re, answer=ANSWERS[number % 4], by="desk")
                say(one, other, word, alert.drill)
            else:
                one.talk.calls(
                    lambda: voice.call_step(
                        one.world.node, other.name, ANSWERS[number % 4], ASK, about=key[2]
                    )
                )
    elif what == "test":
        say(one, other, b.LineTest(by="desk"), drill)
    elif what == "heard":
        made = []
        one.talk.calls(
            lambda: made.append(
                voice.say_stop(one.world.node, other.name, "hold", WHERE, Language.ENGLISH, ASK)
            )
        )
        other.talk.calls(lambda: voice.hear(other.world.node, one.name, made[0].keyed, ASK))
    elif what == "footing":
        steps = list(FootingStep)
        _, told = take_step(one.world.node, one.talk, "Darling", steps[number % 3], ASK)
        if not lost:
            other.talk.hears(notes(told))
    else:
        later(number * 37, alder, birch)
        for each in (alder, birch):
            sent = notes(each.talk.passes())
            if not lost:
                (birch if each is alder else alder).talk.hears(sent)


def looks(one):
    """Everything that a desk shows, but what only a process knows: who was heard since it began."""
    found = desk_view(one.world.node, one.talk)
    lines = [
        replace(
            line, down=None, heard=None, degraded=[d for d in line.degraded if "clock" not in d]
        )
        for line in found.lines
    ]
    return replace(found, lines=lines), drill_view(one.world.node, one.talk, None, None)


events = st.tuples(
    st.sampled_from(["stop", "answer", "answer", "test", "heard", "footing", "time"]),
    st.integers(0, 40),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=40)
@given(st.lists(events, max_size=14))
def test_a_start_shows_the_same_desk(script):
    alder, birch = desks("Alder", "Birch", now=NOON)
    for one in (alder, birch):
        set_arrangement(one.world.node, TEXT, ASK)
    for what, number, drill, lost in script:
        later(1, alder, birch)
        try:
            step(alder, birch, what, number, drill, lost)
        except KeepclearError:
            continue  # not as things stand
    for one in (alder, birch):
        one.talk.passes()  # what is due by now is recorded
        before = looks(one)
        one.world.node = one.world.start()
        one.talk = Talk(one.world.node, one.message)
        assert looks(one) == before


def lived(shelf):
    """Two desks that said little among much else; the second has a snapshot of half of it."""
    alder, birch = desks("Alder", "Birch", now=NOON)
    birch.world.node = birch.world.start(shelf)
    birch.talk = Talk(birch.world.node, birch.message)
    for number in range(6):
        for _ in range(40):
            birch.world.node.save([shown_to_desk(birch.world.node, "else", "read", VERSION)] * 10)
        say(alder, birch, stop(str(number)), False)
        birch.talk.calls(lambda: voice.call_step(birch.world.node, "Alder", "dialled", ASK))
        later(1, alder, birch)
        if number == 3:
            birch.world.node.keep_snapshot()
    return alder, birch


def test_a_start_reads_what_is_about_lines_and_little_else():
    """From a snapshot as from every entry; what lies between is not gone through."""
    shelf = MemoryShelf()
    _, birch = lived(shelf)
    store = birch.world.store
    about = [one.number for one in store.entries(0, 10_000) if one.kind in ON_BOARD]
    assert len(about) == 12
    for kept in (None, shelf):
        node = birch.world.start(kept)
        reads, entries = [], store.entries
        store.entries = lambda *which: reads.append(which) or entries(*which)  # noqa: B023
        found = [one.number for one in node.entries_on_lines()]
        store.entries = entries
        assert [number for number in found if number in set(about)] == about
        assert len(reads) == 6
        assert len(found) < 60
    assert shelf.taken == 1


def test_the_scripts_do_bring_all_of_it_about():
    """Else the law above would hold of desks at which nothing ever happened."""
    alder, birch = desks("Alder", "Birch", now=NOON)
    for one in (alder, birch):
        set_arrangement(one.world.node, TEXT, ASK)
    script = [
        ("stop", 1, True, False), ("stop", 1, False, False), ("heard", 1, False, False),
        ("answer", 2, False, False), ("test", 1, False, False), ("time", 40, False, False),
        ("time", 40, False, False), ("time", 40, False, False), ("footing", 3, False, False),
    ]  # fmt: skip
    for what, number, drill, lost in script:
        step(alder, birch, what, number, drill, lost)
    found, drills = looks(alder)
    (line,) = found.lines
    assert (len(line.alerts), len(found.calls), len(drills.exercises)) == (2, 1, 1)
    assert {one.code for one in line.deviations} >= {"test.missed", "urgent.overdue"}
    assert [one.suspended for one in line.arrangements] == [["Alder"]]
    assert found.stops.stops == 2
