"""Stepping down between two real nodes: one signature, both records, and nothing urgent ever stops."""

from __future__ import annotations

import pytest

from keepclear.disclose.levels import Level, level_of
from keepclear.domain.arrangement import Rung
from keepclear.domain.declaration import Kind
from keepclear.domain.footing import Footing, FootingStep
from keepclear.errors import RuleError, StoreError
from keepclear.link import bodies as b
from keepclear.node.arranging import set_arrangement
from keepclear.node.desk import desk_view
from keepclear.node.events import events_after
from keepclear.node.footings import footing_of
from keepclear.node.stepping import take_step
from keepclear.node.talking import Talk
from keepclear.store.memory import Failure
from keepclear.wire.entries import Stepped
from tests.link.ends import said, stop
from tests.node.desks import carried, desks, exchange, later, notes, plan_told, shown
from tests.node.party import ASK
from tests.node.world import agreement, operation, site

SUSPEND, RESUME, WITHDRAW = FootingStep


@pytest.fixture
def two():
    some = desks("Alder", "Birch")
    for one in some:
        set_arrangement(one.world.node, agreement(), ASK)
    return some


def steps(one, step, because=""):
    return take_step(one.world.node, one.talk, "Darling", step, ASK, because)


def passes(one, other, step, because=""):
    """One steps, and the other hears of it."""
    _, told = steps(one, step, because)
    other.talk.hears(notes(told))


def view(one, other):
    (line,) = desk_view(one.world.node, one.talk).lines
    (found,) = line.arrangements
    assert line.party == other.name
    return found


def refusals(one):
    """Codes with which the other desk answered because of the arrangement; it cannot read the site."""
    codes = [
        text.rpartition('"code":"')[2].split('"')[0]
        for text in shown(one, "line")
        if "refused/1" in text
    ]
    return [code for code in codes if code.startswith("arrangement.")]


def everything(one, other):
    """Something urgent, a site, and something that is neither."""
    known, plan = site(party=one.name), operation("A9", party=one.name, east_m=90_000.0)
    for body in (stop(), plan_told(known, ref="01"), said(), plan_told(plan, ref="02")):
        other.talk.hears(notes(one.talk.say(other.name, body)))
    later(3, one, other)  # what was answered is sent again
    exchange(one, other)


def test_one_signature_suspends_on_both_desks_and_nothing_urgent_stops(two):
    alder, birch = two
    passes(birch, alder, SUSPEND, "talks at home")
    for one, other in ((alder, birch), (birch, alder)):
        assert (view(one, other).suspended, view(one, other).withdrawn) == (["Birch"], [])
        entry = next(e for e in one.world.bodies() if isinstance(e, Stepped))
        assert (entry.party, entry.footing, entry.because) == (
            "Birch",
            "suspended",
            "talks at home",
        )
    assert any(b'"step":"suspend"' in note for note in carried(alder, "received"))
    for one, other in ((alder, birch), (birch, alder)):
        everything(one, other)
        assert refusals(one) == ["arrangement.suspended", "arrangement.suspended"]
        assert any("stop/1" in text and "arrangement" in text for text in shown(other, "line"))
    assert len(alder.talk.board.alerts) == len(birch.talk.board.alerts) == 2


def test_who_suspended_resumes_and_nobody_else_does(two):
    alder, birch = two
    passes(birch, alder, SUSPEND)
    with pytest.raises(RuleError, match="nothing to resume") as caught:
        steps(alder, RESUME)
    assert caught.value.code == "footing.step"
    # what its signature says about itself changes nothing of Birch's footing, even when it is sent
    word = b.Stepped(arrangement="Darling/1", step="resume", by="desk")
    birch.talk.hears(notes(alder.talk.say("Birch", word)))
    assert view(birch, alder).suspended == ["Birch"]
    passes(alder, birch, SUSPEND)
    passes(birch, alder, RESUME)
    assert view(alder, birch).suspended == view(birch, alder).suspended == ["Alder"]
    passes(alder, birch, RESUME)
    assert view(alder, birch).suspended == []
    everything(alder, birch)
    assert refusals(alder) == []


def test_who_withdrew_is_in_again_with_a_new_version_alone(two):
    alder, birch = two
    passes(birch, alder, WITHDRAW)
    everything(alder, birch)
    assert refusals(alder) == ["arrangement.other", "arrangement.other"]
    for step in FootingStep:
        with pytest.raises(RuleError, match="withdrawn"):
            steps(birch, step)
    for one in two:
        set_arrangement(one.world.node, agreement(version=2), ASK)
        assert footing_of(one.world.node.memory, *_held(one)) is Footing.IN_FORCE
    everything(alder, birch)
    assert len(refusals(alder)) == 2  # those of before
    # a word on the version before, that came late, changes nothing
    old = b.Stepped(arrangement="Darling/1", step="withdraw", by="desk")
    alder.talk.hears(notes(birch.talk.say("Alder", old)))
    assert view(alder, birch).withdrawn == []


def _held(one):
    return one.world.node.memory.arrangements["Darling"], "Birch"


def test_meanwhile_the_two_stand_apart_and_are_shown_sites_alone(two):
    alder, birch = two

    def levels():
        held = alder.world.node.memory.arrangements
        return [
            level_of(held.values(), viewer="Birch", owner="Alder", kind=kind)
            for kind in (Kind.OPERATION, Kind.MOVEMENT, Kind.SITE)
        ]

    assert levels() == [Level.CROSSING, Level.CROSSING, Level.STAY_AWAY]
    assert alder.world.node.memory.arrangements["Darling"].rung("Alder", "Birch") is Rung.PARALLEL
    passes(birch, alder, SUSPEND)
    assert levels() == [Level.NOTHING, Level.CROSSING, Level.STAY_AWAY]
    assert alder.world.node.memory.arrangements["Darling"].rung("Alder", "Birch") is Rung.APART
    alder.world.declare(operation("B1", party="Birch"))
    alder.world.declare(operation("A1"))
    assert alder.talk.forward().sends == ()
    passes(birch, alder, RESUME)
    assert levels() == [Level.CROSSING, Level.CROSSING, Level.STAY_AWAY]


def test_a_neutral_node_hears_of_it_and_passes_no_plan_of_that_party_on():
    """Cedar compares for both: what one of them has suspended it does not tell the other."""
    alder, birch, cedar = three = desks("Alder", "Birch", "Cedar")
    text = agreement().replace("[humanitarian]", '[neutral]\nnodes = ["Cedar"]\n[humanitarian]')
    for one in three:
        set_arrangement(one.world.node, text, ASK)
    done, told = take_step(alder.world.node, alder.talk, "Darling", SUSPEND, ASK)
    assert done.told == ("Birch", "Cedar")
    for party, send in told.sends:
        {"Birch": birch, "Cedar": cedar}[party].talk.hears([send.note])
    for one in three:
        held = one.world.node.memory.arrangements.values()
        seen = {
            (viewer, kind): level_of(held, viewer=viewer, owner="Alder", kind=kind)
            for viewer in ("Birch", "Cedar")
            for kind in (Kind.OPERATION, Kind.SITE)
        }
        assert seen == {
            ("Birch", Kind.OPERATION): Level.NOTHING,
            ("Birch", Kind.SITE): Level.STAY_AWAY,
            ("Cedar", Kind.OPERATION): Level.NOTHING,
            ("Cedar", Kind.SITE): Level.OPEN,
        }
        assert level_of(held, viewer="Cedar", owner="Birch", kind=Kind.OPERATION) is Level.OPEN


def test_it_holds_after_a_start(two):
    alder, birch = two
    passes(birch, alder, SUSPEND)
    for one in two:
        one.world.node = one.world.start()
        one.talk = Talk(one.world.node, one.message)
    assert view(alder, birch).suspended == view(birch, alder).suspended == ["Birch"]


@pytest.mark.parametrize("failure", Failure)
def test_a_failed_write_leaves_word_and_footing_together_or_neither(two, failure):
    alder, birch = two
    birch.world.store.failing = failure
    with pytest.raises(StoreError):
        steps(birch, SUSPEND)
    kept = failure is Failure.STORED
    assert view(birch, alder).suspended == (["Birch"] if kept else [])
    later(3, birch)
    alder.talk.hears(notes(birch.talk.passes()))
    assert view(alder, birch).suspended == (["Birch"] if kept else [])


def test_members_without_a_line_are_named_and_strangers_step_nowhere(two):
    alder, birch = two
    (cedar,) = desks("Cedar")
    set_arrangement(cedar.world.node, agreement(), ASK)
    with pytest.raises(RuleError, match="no party of 'Darling'"):
        take_step(cedar.world.node, cedar.talk, "Darling", SUSPEND, ASK)
    with pytest.raises(RuleError, match="no arrangement 'Other'"):
        take_step(alder.world.node, alder.talk, "Other", SUSPEND, ASK)
    alone = desks("Alder")[0]
    set_arrangement(alone.world.node, agreement(), ASK)
    done, told = take_step(alone.world.node, alone.talk, "Darling", SUSPEND, ASK)
    assert (done.told, done.untold, told.sends) == ((), ("Birch",), ())
    assert birch is not None


def test_it_is_an_event_for_the_members_and_for_nobody_else(two):
    alder, birch = two
    passes(birch, alder, SUSPEND)
    for one in two:
        found, _ = events_after(one.world.node, 0)
        (event,) = [e for e in found if e.kind == "stepped"]
        assert event.parties == {"Alder", "Birch"}
        assert '"footing":"suspended"' in event.text


def test_a_word_of_one_that_is_not_known_here_is_shown_and_changes_nothing(two):
    alder, birch = two
    word = b.Stepped(arrangement="Elsewhere/7", step="suspend", by="desk")
    alder.talk.hears(notes(birch.talk.say("Alder", word)))
    assert "Elsewhere/7" in shown(alder, "line")[0]
    assert not any(isinstance(one, Stepped) for one in alder.world.bodies())


def test_suspended_degraded_and_down_are_three_things(two):
    alder, birch = two
    exchange(alder, birch)

    def states(one):
        (line,) = desk_view(one.world.node, one.talk).lines
        (agreed,) = line.arrangements
        return bool(agreed.suspended), bool(line.degraded), line.down

    assert states(alder) == (False, False, False)
    passes(birch, alder, SUSPEND)
    exchange(alder, birch)
    assert states(alder) == (True, False, False)
    first, second = (notes(birch.talk.say("Alder", stop(str(n)))) for n in range(2))
    alder.talk.hears(second)
    assert states(alder) == (True, True, False)
    alder.talk.hears(first)
    assert states(alder) == (True, False, False)
    later(91, alder)
    alder.talk.passes()
    assert states(alder) == (True, False, True)
    # half an hour between the clocks, once two heartbeats have answered each other
    birch.world.now = alder.world.now + 1_800_000_000
    exchange(alder, birch)
    later(31, alder, birch)
    exchange(alder, birch)
    later(31, alder, birch)
    exchange(alder, birch)
    (line,) = desk_view(alder.world.node, alder.talk).lines
    assert line.degraded == ["its clock is 1,800 s ahead of ours"]
    assert line.down is False
