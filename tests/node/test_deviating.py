"""What was agreed and not done in time: the same at both ends, each by itself; never of an aid desk."""

from __future__ import annotations

import pytest

from keepclear.domain.footing import FootingStep
from keepclear.link import bodies as b
from keepclear.node.arranging import set_arrangement
from keepclear.node.desk import desk_view
from keepclear.node.events import events_after
from keepclear.node.stepping import take_step
from keepclear.node.talking import Talk
from keepclear.wire.entries import Deviated
from tests.link.ends import declared, said, stop
from tests.node.desks import SECOND, desks, exchange, later, notes
from tests.node.party import ASK
from tests.node.world import agreement

HOUR_US = 3_600 * SECOND
AGREED = agreement() + '[line]\ntests = ["17:00Z", "18:00Z"]\n'
"""Worlds begin at 16:40 UTC of the first day."""


@pytest.fixture
def two():
    some = desks("Alder", "Birch")
    for one in some:
        set_arrangement(one.world.node, AGREED, ASK)
    return some


def deviations(one):
    found = [body for body in one.world.bodies() if isinstance(body, Deviated)]
    return [(body.code, body.party) for body in found]


def passes(*several):
    for one in several:
        one.talk.passes()


def try_line(one, other, *, answered=True, drill=False):
    """One says a test, and somebody at the other desk answers, each over the line."""
    told = one.talk.say(other.name, b.LineTest(by="desk"), drill=drill)
    other.talk.hears(notes(told))
    if answered:
        out = one.talk.state(other.name).sending
        word = b.LineTestAnswer(re=b.Ref(seq=out.seq, hash=out.hash), by="watch", at_us=0)
        one.talk.hears(notes(other.talk.say(one.name, word, drill=drill)))


def states(one):
    (line,) = desk_view(one.world.node, one.talk).lines
    return [hour.state for hour in line.tests]


def test_a_test_that_is_answered_holds_its_hour_on_both_desks(two):
    alder, birch = two
    later(12 * 60, *two)  # 16:52
    assert states(alder) == states(birch) == ["due"]
    try_line(birch, alder)
    assert states(alder) == states(birch) == ["held"]
    later(45 * 60, *two)
    passes(*two)
    assert deviations(alder) == deviations(birch) == []


def test_a_test_that_nobody_held_is_missed_on_both_desks_by_themselves(two):
    """The line is cut, and nobody tells anybody: each end reckons."""
    alder, birch = two
    later(49 * 60, *two)
    passes(*two)
    assert deviations(alder) == []
    later(2 * 60, *two)  # 17:31
    passes(*two)
    passes(*two)
    assert deviations(alder) == deviations(birch) == [("test.missed", "")]
    assert states(alder) == ["missed"]
    later(HOUR_US // SECOND, *two)
    passes(*two)
    assert deviations(alder) == deviations(birch) == [("test.missed", "")] * 2


@pytest.mark.parametrize("how", ["unanswered", "drill"])
def test_a_test_without_an_answer_and_an_exercise_hold_nothing(two, how):
    alder, birch = two
    later(15 * 60, *two)
    try_line(alder, birch, answered=how == "drill", drill=how == "drill")
    (line,) = desk_view(birch.world.node, birch.talk).lines
    assert line.test_waits == (None if how == "drill" else 1)
    later(40 * 60, *two)
    passes(*two)
    assert ("test.missed", "") in deviations(alder)
    assert ("test.missed", "") in deviations(birch)


def test_it_is_recorded_once_whatever_is_read_again(two):
    alder, _ = two
    later(55 * 60, *two)
    passes(alder)
    for _ in range(2):
        alder.world.node = alder.world.start()
        alder.talk = Talk(alder.world.node, alder.message)
        passes(alder)
    assert deviations(alder) == [("test.missed", "")]
    (line,) = desk_view(alder.world.node, alder.talk).lines
    assert [one.code for one in line.deviations] == ["test.missed"]


def test_a_node_that_stood_still_says_afterwards_what_was_missed(two):
    alder, _ = two
    later(26 * HOUR_US // SECOND, *two)  # both hours of the first day, and of the second
    alder.world.node = alder.world.start()
    alder.talk = Talk(alder.world.node, alder.message)
    passes(alder)
    assert deviations(alder) == [("test.missed", "")] * 4


def test_late_receipts_are_recorded_at_both_ends_and_name_who_was_late(two):
    alder, birch = two
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    birch.talk.hears(notes(alder.talk.say("Birch", declared("S1"))))
    exchange(alder, birch)
    later(61, *two)
    passes(*two)
    for one in two:
        assert deviations(one) == [("urgent.overdue", "Birch")]
    later(600, *two)
    passes(*two)
    for one in two:
        assert deviations(one)[1:] == [("receipt.overdue", "Birch")]
    later(1_300, *two)
    passes(*two)
    for one in two:
        assert deviations(one)[2:] == [("read-back.overdue", "Birch")]


def test_what_was_not_stored_is_late_at_who_said_it_alone(two):
    alder, birch = two
    alder.talk.say("Birch", said())  # the line is cut
    later(61, *two)
    passes(*two)
    assert deviations(alder) == [("receipt.overdue", "Birch")]
    assert deviations(birch) == []


def test_drills_are_late_for_nobody(two):
    alder, birch = two
    birch.talk.hears(notes(alder.talk.say("Birch", stop(), drill=True)))
    later(1_000, *two)
    passes(*two)
    assert deviations(alder) == deviations(birch) == []


def test_where_nothing_is_in_force_nothing_deviates():
    alder, birch = desks("Alder", "Birch")
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    later(5_000, alder, birch)
    passes(alder, birch)
    assert deviations(alder) == deviations(birch) == []


@pytest.mark.parametrize("step", [FootingStep.SUSPEND, FootingStep.WITHDRAW])
def test_while_it_is_suspended_or_left_nothing_deviates(two, step):
    alder, birch = two
    _, told = take_step(birch.world.node, birch.talk, "Darling", step, ASK)
    alder.talk.hears(notes(told))
    birch.talk.hears(notes(alder.talk.say("Birch", stop())))
    later(5_000, *two)
    passes(*two)
    assert deviations(alder) == deviations(birch) == []


def test_nothing_is_ever_late_or_missed_of_a_humanitarian_desk_or_at_it():
    """Relief only notifies: whatever it is sent, and whatever it does not answer."""
    alder, relief = desks("Alder", "Relief")
    for one in (alder, relief):
        set_arrangement(one.world.node, AGREED, ASK)
    for body in (stop(), declared("A1"), said()):
        relief.talk.hears(notes(alder.talk.say("Relief", body)))
    alder.talk.hears(notes(relief.talk.say("Alder", declared("S1"))))
    exchange(alder, relief)
    later(26 * HOUR_US // SECOND, alder, relief)
    passes(alder, relief)
    assert deviations(relief) == []
    assert deviations(alder) == []
    for one in (alder, relief):
        (line,) = desk_view(one.world.node, one.talk).lines
        assert (line.tests, line.deviations) == ([], [])
        if one is alder:
            assert [late.ours for late in line.overdue] == [False] * len(line.overdue)


def test_a_deviation_is_an_event_at_its_own_desk(two):
    alder, _ = two
    later(55 * 60, *two)
    passes(alder)
    (event,) = [e for e in events_after(alder.world.node, 0)[0] if e.kind == "deviated"]
    assert event.parties == {"Alder"}
    assert '"code":"test.missed"' in event.text


def test_a_service_is_woken_when_the_next_thing_may_be_late(two):
    alder, birch = two
    exchange(alder, birch)
    alder.talk.passes()
    assert alder.talk.deviating.next_us() == 63_000 * SECOND  # 17:30
    assert alder.world.now < alder.talk.due_us() <= 63_000 * SECOND
    for _ in range(200):  # whatever is due is done, and never due again at the same moment
        alder.world.now = max(alder.world.now, alder.talk.due_us())
        alder.talk.passes()
        assert alder.talk.due_us() > alder.world.now
