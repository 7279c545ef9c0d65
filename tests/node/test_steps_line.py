"""Steps in the life of an operation, over the line: who knows of it learns that it is outside."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from keepclear.domain.declaration import State
from keepclear.domain.life import Act
from keepclear.errors import StoreError
from keepclear.link import bodies as b
from keepclear.node import acting, arranging, journeys, steps_heard
from keepclear.node.desk import desk_view
from keepclear.node.talking import Talk
from keepclear.node.told import told_on
from keepclear.store.memory import Failure
from keepclear.wire.entries import Acted, Declared, Shown
from tests.node.desks import carried, desks, later, shown
from tests.node.morning import (
    ASK,
    arrange,
    at,
    bodies,
    consent,
    declare,
    deliver,
    leaks,
    morning,
    notices,
    notify,
    of_kind,
    pass_on,
)
from tests.node.world import agreement, operation

STEPS = ((Act.ACTIVATE, "Activated"), (Act.LEAVE, "Nonconforming"), (Act.RETURN, "Activated"),
         (Act.LOSE, "Contingent"), (Act.END, "Ended"))  # fmt: skip


def act(one, subject, what):
    return acting.act(one.world.node, subject, what, ASK)


def stage(one, subject):
    return one.world.node.memory.cases[subject].stage


def test_who_has_the_plan_is_told_of_each_step_and_shows_it(plan):
    alder, birch = some = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    declare(alder, plan["A2"])
    pass_on(*some)
    for number, (what, word) in enumerate(STEPS, 1):
        act(alder, "Alder/A2", what)
        went = pass_on(*some)
        assert stage(birch, "Alder/A2").value == stage(alder, "Alder/A2").value == word
        (entry,) = [one for one in bodies(birch, Acted) if one.act == what.value]
        assert (entry.by, entry.stage, entry.version) == ("line", word, 1)
        assert len(entry.message) == 64
        if word == "Ended":
            break
        (told,) = of_kind(went, "activated/1", "outside/1")
        assert (told["subject"], told["version"]) == ("Alder/A2", 1)
        assert told["ref"] == alder.world.node.memory.cases["Alder/A2"].mark
        views = desk_view(birch.world.node, birch.talk).outside
        expected = [("Alder", "A2", word)] if word in {"Nonconforming", "Contingent"} else []
        assert [(one.party, one.id, one.stage) for one in views] == expected
        notice = notices(birch, "stage/1")[-1]
        assert (notice["stage"], notice["id"], notice["party"]) == (word, "A2", "Alder")
        assert len(notices(birch, "stage/1")) == number
        # it stands as it did: what was declared is compared, whatever became of it
        assert birch.world.node.memory.cases["Alder/A2"].stands
    outside = [note for note in carried(birch, "received") if b"kind: outside/1" in note]
    assert [b"urgency: flash" in note for note in outside] == [True, True]
    assert sum(b"kind: outside/1" in note for note in carried(alder, "sent")) == 2
    assert sum("outside/1" in text for text in shown(birch, "sound")) == 2
    assert of_kind(pass_on(*some), "refused/1") == []


def test_who_was_told_of_a_crossing_learns_that_it_is_outside_and_no_name(plan):
    alder, birch = some = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    declare(alder, plan["A2"])
    went = pass_on(*some)
    act(birch, "Birch/B1", Act.ACTIVATE)
    assert of_kind(pass_on(*some), "activated/1", "outside/1") == []  # no business of Alder's
    act(birch, "Birch/B1", Act.LEAVE)
    went += pass_on(*some)
    mark = birch.world.node.memory.cases["Birch/B1"].mark
    (outside,) = of_kind(went, "outside/1")
    assert (outside["subject"], outside["stage"]) == (mark, "Nonconforming")
    assert "ref" not in outside
    (told,) = told_on(alder.world.node.memory.cases["Alder/A2"])
    assert (told["stage"], told["ref"], told["newest"]) == ("Nonconforming", mark, True)
    assert "outside of what it declared" in told["stage_says"]
    assert any("outside/1" in text for text in shown(alder, "sound"))
    (view,) = desk_view(alder.world.node, alder.talk).outside
    assert (view.party, view.ref, view.id, view.yours) == ("Birch", mark, None, ["Alder/A2"])
    act(birch, "Birch/B1", Act.RETURN)
    went += pass_on(*some)
    (told,) = told_on(alder.world.node.memory.cases["Alder/A2"])
    assert told["stage"] == "Activated"
    act(birch, "Birch/B1", Act.LOSE)
    went += pass_on(*some)
    assert told_on(alder.world.node.memory.cases["Alder/A2"])[0]["stage"] == "Contingent"
    act(birch, "Birch/B1", Act.END)
    went += pass_on(*some)
    assert told_on(alder.world.node.memory.cases["Alder/A2"]) == []
    assert desk_view(alder.world.node, alder.talk).outside == []
    assert not leaks(went, "B1")
    assert "Birch/B1" not in alder.world.node.memory.cases
    assert not any(key.startswith("Birch ") for key in alder.world.node.kept("line-stages"))


def test_a_crossing_that_is_found_later_says_that_it_is_outside(plan):
    alder, birch = some = morning("Alder", "Birch")
    declare(birch, plan["B1"])
    act(birch, "Birch/B1", Act.ACTIVATE)
    act(birch, "Birch/B1", Act.LEAVE)
    declare(alder, plan["A2"])
    (found,) = of_kind(pass_on(*some), "crossing/1")
    assert json.loads(found["text"])["stage"] == "Nonconforming"


def test_who_was_told_of_nothing_and_an_aid_desk_are_told_nothing(plan):
    alder, birch, relief = some = morning("Alder", "Birch", "Relief")
    subject = notify(relief, plan["S1"])
    consent(relief, subject, "Birch", "geometry", "id")
    declare(birch, plan["B1"])
    pass_on(*some)
    act(birch, "Birch/B1", Act.ACTIVATE)
    act(birch, "Birch/B1", Act.LOSE)
    went = pass_on(*some)
    assert of_kind(went, "activated/1", "outside/1") == []
    assert notices(alder, "stage/1") == notices(relief, "stage/1") == []


def test_a_neutral_node_hands_it_on_to_whom_it_told_of_the_crossing(plan):
    some = morning(
        "Alder", "Birch", "secretariat", alder="crossing",
        neutral='[neutral]\nnodes = ["secretariat"]',
    )  # fmt: skip
    alder, birch, third = some
    declare(birch, plan["B1"])
    declare(alder, plan["A2"])
    pass_on(*some)
    act(birch, "Birch/B1", Act.ACTIVATE)
    act(birch, "Birch/B1", Act.LEAVE)
    went = pass_on(*some)
    assert stage(third, "Birch/B1") is State.NONCONFORMING
    (told,) = told_on(alder.world.node.memory.cases["Alder/A2"])
    assert (told["by"], told["stage"]) == ("secretariat", "Nonconforming")
    assert not leaks(carried(alder, "received"), "B1")
    assert len(of_kind(went, "outside/1")) == 2


def test_a_plan_that_is_told_late_stands_where_it_is_in_its_life(plan):
    """A line, or an agreement, that comes when the flight is outside already."""
    alder, birch = some = morning("Alder", "Birch", alder="crossing")
    declare(alder, plan["A2"])
    act(alder, "Alder/A2", Act.ACTIVATE)
    act(alder, "Alder/A2", Act.LOSE)
    assert of_kind(pass_on(*some), "declared/1") == []
    for one in some:
        arrange(one, version=2)
    went = pass_on(*some)
    assert [one["subject"] for one in of_kind(went, "declared/1")] == ["Alder/A2"]
    assert [one["stage"] for one in of_kind(went, "outside/1")] == ["Contingent"]
    assert stage(birch, "Alder/A2") is State.CONTINGENT
    pass_on(*some)
    assert len([one for one in bodies(birch, Declared) if one.subject == "Alder/A2"]) == 1


def test_what_is_not_expected_back_does_not_come_back(plan):
    alder, birch = some = morning("Alder", "Birch")
    declare(alder, plan["A2"])
    act(alder, "Alder/A2", Act.ACTIVATE)
    act(alder, "Alder/A2", Act.LOSE)
    pass_on(*some)
    mark = alder.world.node.memory.cases["Alder/A2"].mark
    lie = b.Activated(subject="Alder/A2", version=1, at_us=at("06:00:00"), ref=mark)
    went = deliver(alder.talk.say("Birch", lie), some)
    assert stage(birch, "Alder/A2") is State.CONTINGENT
    assert [one["code"] for one in of_kind(went, "refused/1")] == ["life.state"]


def arranged(one):
    """Alder shows its plans."""
    desk = 'desk = "line 1"'
    text = agreement().replace(desk, f'{desk}\ndiscloses = {{operation = "open"}}')
    arranging.set_arrangement(one.world.node, text, ASK)


def told_of_a_flight():
    """What Alder's desk signed of one operation, from its declaration to its loss."""
    some = alder, _ = desks("Alder", "Birch")
    for one in some:
        arranged(one)
    declare(alder, operation("A1"))
    notes = [send.note for _, send in alder.talk.forward().sends]
    for what, _ in STEPS[:4]:
        later(1, alder)
        act(alder, "Alder/A1", what)
        notes += [send.note for _, send in alder.talk.forward().sends]
    return notes


def test_in_whatever_order_they_come_the_last_word_holds():
    notes = told_of_a_flight()
    assert [b"flash" in note for note in notes] == [False, False, True, False, True]
    for order in permutations(range(5)):
        _, birch = desks("Alder", "Birch")
        arranged(birch)
        worst = State.ACCEPTED
        for number in order:
            birch.talk.hears([notes[number]])
            case = birch.world.node.memory.cases.get("Alder/A1")
            if case is not None and worst is State.CONTINGENT:
                assert case.stage is worst, order  # what was said later is not undone
            if number == 4:
                worst = State.CONTINGENT
        assert stage(birch, "Alder/A1") is State.CONTINGENT, order
        assert "life.state" not in "".join(shown(birch, "refused")), order
        # and once more after a start: a word that waits for its plan is kept
        birch.world.node = birch.world.start()
        assert stage(birch, "Alder/A1") is State.CONTINGENT


def test_a_word_that_comes_before_its_plan_outlives_a_start():
    notes = told_of_a_flight()
    _, birch = desks("Alder", "Birch")
    arranged(birch)
    birch.talk.hears([notes[4]])
    birch.world.node = birch.world.start()
    birch.talk = Talk(birch.world.node, birch.message)
    birch.talk.hears(notes[:4])
    assert stage(birch, "Alder/A1") is State.CONTINGENT
    came = notices(birch, "came/1")[-1]
    assert came["stage"] == "Contingent"


def test_words_on_what_nobody_declared_are_bounded(monkeypatch):
    monkeypatch.setattr(steps_heard, "_WORDS_MAX", 3)
    alder, birch = desks("Alder", "Birch")
    for number in range(6):
        said = b.Outside(subject=f"{number:016}", version=1, stage="Contingent", at_us=1)
        birch.talk.hears([send.note for _, send in alder.talk.say("Birch", said).sends])
    assert len(birch.world.node.kept("line-stages")) == 3
    assert len(shown(birch, "line")) == 6  # each is shown all the same


def test_an_exercise_changes_nothing(plan):
    alder, birch = some = morning("Alder", "Birch")
    declare(alder, plan["A2"])
    pass_on(*some)
    said = b.Outside(
        subject="Alder/A2", version=1, stage="Contingent", at_us=1,
        ref=alder.world.node.memory.cases["Alder/A2"].mark,
    )  # fmt: skip
    birch.talk.hears([s.note for _, s in alder.talk.say("Birch", said, drill=True).sends])
    assert stage(birch, "Alder/A2") is State.ACCEPTED


@pytest.mark.parametrize("fails_at", range(1, 9))
def test_a_write_that_fails_at_the_other_desk_loses_no_step_and_does_none_twice(plan, fails_at):
    alder, birch = some = morning("Alder", "Birch")
    declare(alder, plan["A2"])
    pass_on(*some)
    act(alder, "Alder/A2", Act.ACTIVATE)
    pass_on(*some)
    act(alder, "Alder/A2", Act.LEAVE)
    commit, left = birch.world.store.commit, [fails_at]

    def failing(batch):
        left[0] -= 1
        if not left[0]:
            birch.world.store.failing = Failure.STORED if fails_at % 2 else Failure.LOST
        return commit(batch)

    birch.world.store.commit = failing
    for _ in range(8):
        later(70, *some)
        try:
            pass_on(*some, rounds=1)
        except StoreError:
            continue
    assert stage(birch, "Alder/A2") is State.NONCONFORMING
    steps = [one.act for one in bodies(birch, Acted)]
    assert steps == ["activate", "leave"]
    assert len([one for one in bodies(birch, Shown) if '"stage/1"' in one.text]) == 2


def test_a_part_that_stays_behind_names_the_whole(plan):
    relief, birch = some = morning("Relief", "Birch")
    subject = notify(relief, plan["W1"])
    consent(relief, subject, "Birch", "geometry", "id")
    pass_on(*some)
    relief.world.now = birch.world.now = at("06:10:00")
    journeys.split(relief.world.node, subject, "W1b", ASK, leaves_us=at("06:55:00"))
    (part,) = of_kind(pass_on(*some), "declared/1")
    assert part["split_from"] == relief.world.node.memory.cases[subject].mark
    (entry,) = [one for one in bodies(birch, Declared) if one.subject == "Relief/W1b"]
    assert entry.split_from == ("Relief/W1", 1)
    assert notices(birch, "came/1")[-1]["split_from"] == {"id": "W1"}
