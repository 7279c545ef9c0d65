"""The node's use cases: lives, versions, verdicts, what is shown to whom, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from keepclear.detect.crossing import Minima
from keepclear.disclose.crossing_only import coarse_area
from keepclear.domain.declaration import State
from keepclear.domain.life import Act
from keepclear.domain.schedule import DailyPeriod, Day, Schedule
from keepclear.errors import ConfigurationError, InputError, RuleError, StoreError
from keepclear.faces.lives import _ACTS
from keepclear.node.acting import ACTS
from keepclear.node.arranging import judge_anew
from keepclear.node.standing import Met
from tests.laws.strategies import MINUTE, declared, volume
from tests.laws.strategies import window as minutes
from tests.node.world import (
    DAWN,
    LAT,
    LON,
    World,
    circle,
    consistent,
    movement,
    operation,
    refused,
    site,
)

# versions


def test_a_new_version_is_added_and_the_old_one_stays(world):
    world.declare(operation("A1"))
    answer = world.declare(operation("A1", radius_m=2_000.0))
    assert answer.reply["version"] == 2
    case = world.node.memory.cases["Alder/A1"]
    assert [v.declaration.parts[0].footprint.radius_m for v in case.versions] == [1_000.0, 2_000.0]
    assert consistent(world)


def test_the_same_declaration_again_changes_nothing(world):
    world.declare(operation("A1"))
    size = world.store.size()
    answer = world.declare(operation("A1"))
    assert (answer.again, answer.reply["version"], world.store.size()) == (True, 1, size)


@pytest.mark.parametrize("seen", [0, 2, 7])
def test_who_saw_another_version_is_refused(world, seen):
    world.declare(operation("A1"), if_match=0)
    size = world.store.size()
    with refused("version.other"):
        world.declare(operation("A1", radius_m=2_000.0), if_match=seen)
    with refused("version.other"):
        world.act("Alder/A1", "withdraw", reason="no need", if_match=seen)
    assert world.store.size() == size
    assert world.declare(operation("A1", radius_m=2_000.0), if_match=1).reply["version"] == 2


def test_the_same_key_is_answered_once(world):
    first = world.declare(operation("A1"), key="k")
    size = world.store.size()
    second = world.declare(operation("A1"), key="k")
    assert second.again
    assert (second.reply, world.store.size()) == (first.reply, size)
    with refused("idempotency.other-request"):
        world.declare(operation("A2"), key="k")


def test_an_act_with_a_key_is_done_once(world):
    world.declare(operation("A1"))
    first = world.act("Alder/A1", "activate", key="k")
    assert world.act("Alder/A1", "activate", key="k").reply == first.reply
    assert world.kinds().count("acted") == 1


# lives


def test_a_site_stands_after_a_second_person_verified_it(world):
    world.declare(operation("A1"))
    answer = world.declare(site())
    assert (answer.reply["stage"], answer.verdict) == ("draft", None)
    with refused("life.second-person"):
        world.act("Relief/S1", "verify", by="one")
    with refused("life.not-possible"):
        world.act("Relief/S1", "submit")
    world.act("Relief/S1", "verify")
    answer = world.act("Relief/S1", "submit")
    assert [one.id for one in answer.verdict.crossings] == ["A1"]
    assert ("Relief", "S1") in world.node.standing._compared


def test_an_amended_draft_is_verified_again(world):
    world.declare(site())
    world.act("Relief/S1", "verify")
    world.declare(site(standoff_m=300.0))
    with refused("life.not-possible"):
        world.act("Relief/S1", "submit")


@pytest.mark.parametrize("what", ["withdraw", "remove"])
def test_taking_off_needs_a_reason(world, what):
    world.stand(site())
    with refused("life.reason"):
        world.act("Relief/S1", what, reason="  ")
    world.act("Relief/S1", what, reason="it moved to Cove")
    assert ("Relief", "S1") not in world.node.standing._compared
    with refused("life.not-possible"):
        world.declare(site(standoff_m=1.0))


def test_what_ended_is_in_nobodys_way(world):
    world.declare(operation("A1"))
    world.act("Alder/A1", "end")
    assert world.declare(operation("B1", "Birch")).crossings == ()


def test_a_kind_and_a_state_are_not_changed_by_a_version(world):
    world.declare(operation("A1"))
    with refused("life.kind"):
        world.declare(site("A1", "Alder"))
    with refused("life.state"):
        world.declare(operation("A1", radius_m=1.0, state=State.ACTIVATED))
    with refused("life.state"):
        world.declare(operation("A2", state=State.ENDED))
    assert world.declare(operation("A3", state=State.ACTIVATED)).reply["stage"] == "Activated"


def test_nothing_is_known_under_another_name(world):
    with refused("declaration.unknown"):
        world.act("Alder/none", "end")


def test_a_late_movement_leaves_as_if_now(world):
    world.declare(operation("A1", start=1_150, end=1_170))
    world.stand(movement(start=1_100.0))  # passes at 1,130
    assert world.node.memory.cases["Relief/W1"].verdict.crossings == []
    world.now = DAWN + 130 * MINUTE
    answer = world.delay("Relief/W1")
    case = world.node.memory.cases["Relief/W1"]
    times = [p.time_us for p in case.latest.declaration.parts[0].waypoints]
    assert times == [world.now, world.now + 60 * MINUTE]
    assert len(case.versions) == 2
    (crossing,) = answer.verdict.crossings
    assert world.now <= crossing.time_start_us < world.now + 60 * MINUTE
    (text,) = world.sent("Alder")
    assert json.loads(text)["crossings"][0]["own"]["id"] == "A1"
    assert json.loads(text)["because"] == "delayed"


def test_only_a_movement_with_a_start_is_delayed(world):
    world.declare(operation("A1"))
    with refused("delay.kind"):
        world.delay("Alder/A1")
    world.stand(replace(movement("W2"), parts=(volume(circle(LAT, LON, 5.0)),)))
    with refused("delay.no-start"):
        world.delay("Relief/W2")


# verdicts


def test_a_verdict_uses_the_minima_of_the_two_parties(world):
    world.declare(operation("A1"))
    near = world.declare(operation("B1", "Birch", east_m=2_900.0))  # 900 m apart
    assert [one.kind for one in near.verdict.crossings] == ["separation"]
    assert near.verdict.crossings[0].minima == (1_000.0, 0.0, 0)
    # nothing was agreed with Cedar: only what meets
    assert world.declare(operation("C1", "Cedar", east_m=-2_900.0)).verdict.crossings == []
    assert len(world.declare(operation("C2", "Cedar", east_m=-1_900.0)).verdict.crossings) == 1


def test_late_notice_is_a_deviation_and_never_a_humanitarian_one(world):
    late = world.declare(operation("A1", start=1_029, end=1_060))
    assert [one.code for one in late.verdict.deviations] == ["notice.late"]
    assert late.verdict.deviations[0].found_us == 29 * MINUTE
    assert world.declare(operation("A2", start=1_030, end=1_060)).verdict.deviations == []
    convoy = world.stand(movement(start=1_001.0))
    assert convoy.verdict.deviations == []
    assert convoy.verdict.not_computed == []


def test_acting_for_somebody_else_without_agreement_is_a_deviation(world):
    assert world.declare(operation("A1", on_behalf_of="Aspen")).verdict.deviations == []
    found = world.declare(operation("A2", on_behalf_of="Oak")).verdict.deviations
    assert [one.code for one in found] == ["on-behalf.not-agreed"]


def test_a_weekly_schedule_is_refused_and_said(world):
    weekly = Schedule(minutes(0, 90_000), (DailyPeriod(frozenset({Day.MON}), 0, MINUTE),))
    said = declared("A1", volume(circle(LAT, LON, 5.0), when=weekly), party="Alder")
    with pytest.raises(InputError, match="repeats weekly"):
        world.declare(said)
    assert world.kinds() == ["arranged"]


@pytest.mark.parametrize(("party", "code"), [("", "party"), ("A/B", "party"), ("A\nB", "party")])
def test_a_party_has_a_name_that_parts_from_its_id(world, party, code):
    with pytest.raises(InputError) as error:
        world.declare(operation("A1", party) if party else replace(operation("A1"), party=""))
    assert error.value.code == f"declaration.{code}"


# what is shown


def test_each_sees_the_shared_part_and_the_others_desk(world):
    world.declare(operation("A1"))
    answer = world.declare(operation("B1", "Birch", east_m=1_500.0))
    seen = json.loads(answer.reply["shown"][0])["crossings"][0]
    told = json.loads(world.sent("Alder")[0])["crossings"][0]
    assert (seen["level"], seen["party"], seen["desk"]) == ("crossing", "Alder", "line 1")
    assert (told["level"], told["party"], told["desk"]) == ("crossing", "Birch", "line 2")
    assert "A1" not in answer.reply["shown"][0].replace(seen["ref"], "")
    assert "B1" not in world.sent("Alder")[0].replace(told["ref"], "")


def test_both_are_shown_one_shared_area(world):
    world.declare(operation("A1"))
    answer = world.declare(operation("B1", "Birch", east_m=1_500.0))
    seen = json.loads(answer.reply["shown"][0])["crossings"][0]
    told = json.loads(world.sent("Alder")[0])["crossings"][0]
    (crossing,) = answer.crossings
    assert seen["area"] == told["area"] == coarse_area(crossing) != crossing.area


def test_a_crossing_says_its_area_again_without_drawing_it_again(world):
    world.declare(operation("A1"))
    (crossing,) = world.declare(operation("B1", "Birch", east_m=1_500.0)).crossings
    found = (crossing, Minima(), crossing.b, crossing.a, world.node.memory.cases["Alder/A1"])
    met = Met(*found)
    assert met.area() == coarse_area(crossing)
    assert met.area() is met.area()
    assert met == Met(*found)  # what was drawn is no part of what was found


def test_an_open_kind_is_shown_as_it_is(world):
    world.arrange(version=2, told="open")
    world.declare(operation("A1"))
    answer = world.declare(operation("B1", "Birch"))
    seen = json.loads(answer.reply["shown"][0])["crossings"][0]
    assert (seen["level"], seen["declaration"]["id"]) == ("open", "A1")


def test_a_humanitarian_party_gets_a_receipt_and_nothing_of_anybody(world):
    world.declare(operation("A1"))
    answer = world.stand(site())
    world.declare(operation("B1", "Birch"))
    world.act("Alder/A1", "end")
    (receipt,) = [json.loads(one.text) for one in world.shown("Relief")]
    assert receipt.keys() == {"notice", "about", "at", "says"}
    assert world.sent("Relief") == []
    assert len(answer.verdict.crossings) == 1  # it is known here, for those who may see it


def test_a_site_is_told_as_a_circle_to_stay_away_from_even_where_operations_are_open(world):
    world.arrange(version=2, told="open")
    world.declare(operation("A1"))
    world.stand(site(standoff_m=400.0, name="Quiet Heron"))
    (text,) = world.sent("Alder")
    (seen,) = json.loads(text)["crossings"]
    assert (seen["level"], seen["radius_m"], seen["own"]["id"]) == ("stay away", 500.0, "A1")
    assert "Quiet" not in text


def test_parties_that_stand_apart_are_told_of_sites_alone(world):
    world.arrange(version=2, rung="apart")
    world.declare(operation("A1"))
    world.stand(site("S9", "Alder"))
    answer = world.declare(operation("B1", "Birch"))
    seen = json.loads(answer.reply["shown"][0])["crossings"]
    assert [one["level"] for one in seen] == ["stay away"]
    assert world.sent("Alder") == []
    assert len(answer.verdict.crossings) == 2


def test_without_an_arrangement_nothing_is_shown(world):
    world.declare(operation("C1", "Cedar"))
    answer = world.declare(operation("A1"))
    assert json.loads(answer.reply["shown"][0])["crossings"] == []
    assert world.sent("Cedar") == []
    assert len(answer.verdict.crossings) == 1


def test_who_was_told_hears_when_it_is_gone_or_goes_elsewhere(world):
    world.declare(operation("A1"))
    world.declare(operation("B1", "Birch"))
    ref = json.loads(world.sent("Alder")[0])["ref"]
    world.declare(operation("B1", "Birch", east_m=50_000.0))
    moved = json.loads(world.sent("Alder")[1])
    assert (moved["ref"], moved["crossings"]) == (ref, [])
    world.act("Birch/B1", "withdraw", reason="no need")
    gone = json.loads(world.sent("Alder")[2])
    assert (gone["notice"], gone["ref"]) == ("gone/1", ref)
    # and Birch, who saw Alder's in its answer
    world.act("Alder/A1", "end")
    assert [json.loads(text)["notice"] for text in world.sent("Birch")] == ["gone/1"]


def test_stepping_down_does_not_pass_for_a_crossing_that_is_gone(world):
    world.declare(operation("A1"))
    world.declare(operation("B1", "Birch"))
    world.arrange(version=2, rung="apart")
    world.declare(operation("B1", "Birch", east_m=100.0))
    last = json.loads(world.sent("Alder")[-1])
    assert (last["notice"], "crossings" in last) == ("untold/1", False)
    world.declare(operation("B1", "Birch", east_m=90_000.0))
    assert json.loads(world.sent("Alder")[-1])["crossings"] == []


def test_marks_are_different_and_stay(world):
    world.declare(operation("A1"))
    world.declare(operation("A2"))
    marks = {name: case.mark for name, case in world.node.memory.cases.items()}
    assert len(set(marks.values())) == 2
    world.declare(operation("A1", radius_m=5.0))
    assert world.node.memory.cases["Alder/A1"].mark == marks["Alder/A1"]


def test_a_humanitarian_partys_own_node_holds_no_verdict():
    world = World(owner="Relief")
    world.arrange()
    world.declare(operation("A1"))
    world.stand(site())
    assert {"verdict", "shown"}.isdisjoint(world.kinds())


def test_everything_sent_or_answered_is_an_entry_word_for_word(world):
    world.declare(operation("A1"))
    answer = world.declare(operation("B1", "Birch"))
    kept = [one.text for one in world.shown()]
    assert answer.reply["shown"][0] in kept
    assert world.sent("Alder")[0] in kept


def test_an_intermediary_is_named(world):
    world.declare(operation("A1"))
    body = json.loads(world.store.history("Alder/A1")[0].data[32:])
    assert body["through"] == "secretariat"
    own = World(owner="Alder")
    own.declare(operation("A1"))
    assert "through" not in json.loads(own.store.history("Alder/A1")[0].data[32:])


# budgets


def test_more_than_was_agreed_within_a_day_is_refused_and_alarms_both_ends(world):
    world.arrange(version=2, declarations=3)
    for k in range(3):
        world.declare(operation(f"A{k}"))
    for _ in range(5):
        with refused("budget.declarations"):
            world.declare(operation("A9"))
    assert world.kinds().count("alarm") == 1
    assert [json.loads(text)["code"] for text in world.sent("Birch")] == ["budget.declarations"]
    assert len(world.sent("Alder")) == 1
    world.declare(operation("B1", "Birch"))  # its own budget
    world.stand(site())  # none
    world.now += 24 * 60 * MINUTE
    world.declare(operation("A9"))


def test_ground_and_hours_are_counted(world):
    world.declare(operation("A1", radius_m=50_000.0, end=1_100 + 1_440))  # 188,496 km2 h
    world.declare(operation("A2", radius_m=50_000.0, end=1_100 + 1_440))
    with refused("budget.area-hours"):
        world.declare(operation("A3", radius_m=50_000.0, end=1_100 + 1_440))


def test_withdrawing_is_never_refused_but_asking_on_is(world):
    world.arrange(version=2, withdrawals=1)
    world.declare(operation("B1", "Birch"))
    for k in range(2):
        world.declare(operation(f"A{k}"))
        world.act(f"Alder/A{k}", "withdraw", reason="no need")
    with refused("budget.withdrawals"):
        world.declare(operation("A9"))


# arrangements


def test_arrangements_hold_for_each_pair_once(world):
    from keepclear.node.arranging import set_arrangement
    from keepclear.node.declaring import Request
    from tests.node.world import agreement

    with refused("arrangement.version"):
        world.arrange(version=1, rung="apart")
    other = agreement().replace('"Darling"', '"Other"')
    with refused("arrangement.pair-twice"):
        set_arrangement(world.node, other, Request())
    other = other.replace('"Relief"', '"Alder2"').replace('"Birch"', '"Relief"')
    other = other.replace('"Alder"', '"Oak"')
    with refused("arrangement.humanitarian"):
        set_arrangement(world.node, other, Request())
    with pytest.raises(RuleError):
        set_arrangement(world.node, "format = 1", Request())
    assert world.kinds() == ["arranged"]


def test_what_stands_is_judged_anew_by_what_holds_now():
    world = World()
    world.declare(operation("A1"))
    near = world.declare(operation("B1", "Birch", east_m=2_900.0))
    world.stand(site(east_m=300.0))
    assert near.verdict.crossings == []
    world.now += 300 * MINUTE  # long after all of it began to stand: notice is not late by that
    world.arrange()
    cases = world.node.memory.cases
    assert [c.verdict.arrangements for c in cases.values()] == [["Darling 1"]] * 3
    assert {one.id for one in cases["Birch/B1"].verdict.crossings} == {"A1"}
    assert {one.id for one in cases["Alder/A1"].verdict.crossings} == {"B1", "S1"}
    codes = [one.code for one in cases["Alder/A1"].verdict.deviations]
    assert codes == ["separation.closer"]
    (told,) = [json.loads(text) for text in world.sent("Alder")]
    assert [one["level"] for one in told["crossings"]] == ["crossing", "stay away"]
    assert len(world.sent("Birch")) == 1
    assert world.sent("Relief") == []
    size = world.store.size()
    world.start()
    assert judge_anew(world.node) == 0
    assert world.store.size() == size


def test_an_interrupted_round_goes_on(world):
    for k in range(3):
        world.declare(operation(f"A{k}"))
    commit = world.store.commit

    def once(batches):
        world.store.commit = broken
        return commit(batches)

    def broken(_):
        raise StoreError("the disk is gone")

    world.store.commit = once
    with pytest.raises(StoreError):
        world.arrange(version=2, rung="apart", key="k")
    world.store.commit = commit
    assert world.node.memory.cases["Alder/A1"].verdict.arrangements == ["Darling 1"]
    world.arrange(version=2, rung="apart", key="k")
    assert world.node.memory.cases["Alder/A1"].verdict.arrangements == ["Darling 2"]
    assert world.kinds().count("arranged") == 2
    assert consistent(world)


# the record


def test_a_restart_gives_the_same_memory(world):
    world.declare(operation("A1"))
    world.declare(operation("B1", "Birch"))
    world.stand(site())
    world.act("Alder/A1", "activate")
    assert world.start().memory == world.node.memory
    assert len(world.start().standing) == len(world.node.standing) == 3


def test_a_database_that_somebody_changed_is_refused(world):
    world.declare(operation("A1"))
    entry = world.store._entries[1]
    changed = entry.data.replace(b'"by":"one"', b'"by":"two"')
    world.store._entries[1] = replace(entry, data=changed)
    with pytest.raises(ConfigurationError, match=r"entry 2 .* somebody changed it"):
        world.start()


def test_a_column_that_disagrees_with_the_record_is_refused(world):
    world.declare(operation("A1"))
    world.store._entries[1] = replace(world.store._entries[1], subject="Alder/A2")
    with pytest.raises(ConfigurationError, match="entry 2"):
        world.start()


def test_a_database_older_than_its_checkpoint_is_refused(world):
    world.declare(operation("A1"))
    notes = world.notes[-1]
    older = World()
    older.notes.append(notes)
    with pytest.raises(ConfigurationError, match="older than what was signed"):
        older.start()


def test_a_database_of_another_record_is_refused(world):
    other = World()
    other.arrange(rung="apart")
    other.notes.append(world.notes[-1])
    with pytest.raises(ConfigurationError, match="does not go on from"):
        other.start()


def test_a_checkpoint_that_somebody_changed_is_refused(world):
    world.notes.append(world.notes[-1].replace(b"keepclear/test", b"keepclear/tost"))
    with pytest.raises(ConfigurationError, match="does not verify"):
        world.start()


def test_the_command_line_offers_every_act():
    assert [Act(name) for name in _ACTS] == [one for one in Act if one in ACTS]
