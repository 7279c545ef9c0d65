"""A movement that is held, split or goes back: the plan, what it crosses then, and who is told."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.domain.consent import Consent
from keepclear.domain.journey import going_back, held, second_group, stop_at
from keepclear.domain.window import format_instant
from keepclear.errors import RuleError
from keepclear.formats.arrangement_template import TEMPLATE
from keepclear.node import consenting, journeys
from keepclear.node.arranging import set_arrangement
from keepclear.node.declaring import Request
from tests.laws.strategies import MINUTE
from tests.node.world import DAWN, World, movement, operation, refused
from tests.unit.test_scenario import B1, SECONDS, at, convoy

W1 = convoy(1_000.0)
S2_LEAVES = "06:25:00"


def times(said, part=0):
    return [format_instant(p.time_us)[11:16] for p in said.parts[part].waypoints]


@pytest.fixture
def darling():
    """The convoy of the scenario, told to both, on its way; B1 stands. Without minima, as there."""
    world = World()
    world.now = at("03:00:00")
    bare = TEMPLATE.replace('"1000m"', '"0m"').replace('"300ft"', '"0m"')
    set_arrangement(world.node, bare, Request())
    world.declare(B1)
    world.declare(W1)
    consenting.consent(world.node, "Relief/W1", Consent("Alder"), Request())
    consenting.consent(world.node, "Relief/W1", Consent("Birch", ("geometry",)), Request())
    world.act("Relief/W1", "verify")
    world.act("Relief/W1", "submit")
    return world


def hold(world, subject="Relief/W1", key="", **options):
    return journeys.hold(world.node, subject, Request("one", "test", key), **options)


def texts(world, to):
    return [json.loads(text) for text in world.sent(to)]


# the plan


def test_held_at_s2_it_stays_there_and_the_rest_is_later():
    later = held(W1, stop_at(W1, at(S2_LEAVES)), at("06:55:00"))
    assert times(W1) == ["05:30", "06:10", "06:25", "07:02", "07:36"]
    assert times(later) == ["05:30", "06:10", "06:55", "07:32", "08:06"]
    points = later.parts[0].waypoints
    assert points[1].position == points[2].position


@pytest.mark.parametrize("since", ["06:10:00", "06:17:00", "06:25:00"])
def test_any_instant_of_a_stay_names_it(since):
    assert stop_at(W1, at(since)) == stop_at(W1, at(S2_LEAVES))


def test_held_where_it_only_passes_it_stays_there():
    later = held(W1, stop_at(W1, at("07:02:00")), at("07:20:00"))
    assert times(later) == ["05:30", "06:10", "06:25", "07:02", "07:20", "07:54"]


def test_where_a_moving_thing_was_stopped_is_not_guessed():
    with refused("stop.between"):
        stop_at(W1, at("06:40:00"))
    with refused("stop.none"):
        stop_at(W1, at("08:00:00"))
    with refused("stop.before"):
        held(W1, stop_at(W1, at(S2_LEAVES)), at("06:00:00"))


def test_going_back_takes_the_same_way_with_the_same_stays():
    back = going_back(W1, at("09:00:00"))
    assert times(back, 1) == ["09:00", "09:34", "10:11", "10:26", "11:06"]
    there = [p.position for p in W1.parts[0].waypoints]
    assert [p.position for p in back.parts[1].waypoints] == there[::-1]
    assert back.parts[0] == W1.parts[0]
    with refused("return.before"):
        going_back(W1, at("07:00:00"))


def test_the_error_of_each_leg_stays_with_it_on_the_way_back():
    points = tuple(replace(p, error_m=float(k)) for k, p in enumerate(W1.parts[0].waypoints))
    said = replace(W1, parts=(replace(W1.parts[0], waypoints=points),))
    back = going_back(said, at("09:00:00")).parts[1].waypoints
    assert [p.error_m for p in back] == [3.0, 2.0, 1.0, 0.0, 0.0]


def test_the_second_group_stays_and_goes_on_alone():
    said = replace(W1, notice=(("vehicle_count", "7"), ("purpose", "food")))
    group = second_group(said, stop_at(W1, at("06:20:00")), at("07:25:00"), "W1b")
    assert (group.id, times(group)) == ("W1b", ["06:10", "07:25", "08:02", "08:36"])
    assert group.notice == (("purpose", "food"),)
    with refused("stop.end"):
        second_group(W1, stop_at(W1, at("07:36:00")), at("08:00:00"), "W1b")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 126), st.integers(-30, 300))
def test_holding_changes_nothing_before_and_shifts_all_after(minute, by):
    """Law: each leg after the stop takes as long as before, and no place is lost."""
    since = at("05:30:00") + minute * MINUTE
    try:
        stop = stop_at(W1, since)
        later = held(W1, stop, stop.leaves_us + by * MINUTE)
    except RuleError as error:
        code = error.code
    else:
        old, new = W1.parts[0].waypoints, later.parts[0].waypoints
        added = len(new) - len(old)
        assert added == (1 if stop.arrives_us == stop.leaves_us else 0)
        assert [p for p in new if p.time_us < stop.leaves_us][: stop.vertex] == [
            p for p in old if p.time_us < stop.leaves_us
        ][: stop.vertex] or by < 0
        tail = [(p.position, p.time_us + by * MINUTE) for p in old[stop.vertex :]]
        assert [(p.position, p.time_us) for p in new[stop.vertex + added :]] == tail
        return
    assert code in {"stop.between", "stop.before"}


# what is told


def test_held_half_an_hour_at_s2_both_are_told_the_new_times_and_crossings(darling):
    """The fourth act of the scenario."""
    (before,) = texts(darling, "Birch")[-1:]
    (first,) = before["crossings"]
    darling.now = at("06:30:00")
    answer = hold(darling, since_us=at(S2_LEAVES), leaves_us=at("06:55:00"))
    assert json.loads(answer.reply["shown"][0])["notice"] == "receipt/1"
    for reader in ("Alder", "Birch"):
        told = texts(darling, reader)[-1]
        assert (told["notice"], told["because"], told["version"]) == ("notification/1", "held", 2)
        assert told["was"] == {
            "version": 1, "time_start": "2015-11-20T05:30:00Z", "time_end": "2015-11-20T07:36:00Z",
        }  # fmt: skip
        assert told["time_end"] == "2015-11-20T08:06:00Z"
    assert texts(darling, "Alder")[-1]["crossings"] == []
    (crossing,) = texts(darling, "Birch")[-1]["crossings"]
    _about(first["time_start"], "07:01:40")
    _about(first["time_end"], "07:36:00")
    _about(crossing["time_start"], "07:31:40")
    _about(crossing["time_end"], "08:00:00")


def _about(told, clock):
    from keepclear.domain.window import parse_instant

    assert parse_instant(told) == pytest.approx(at(clock), abs=5 * SECONDS)


def test_a_group_that_is_split_off_is_told_to_whom_the_whole_was_and_stands_at_once(darling):
    darling.now = at("06:20:00")
    consenting.revoke(darling.node, "Relief/W1", "Alder", Request())
    count = len(texts(darling, "Alder"))
    answer = journeys.split(
        darling.node, "Relief/W1", "W1b", Request("one", "test", "k"), leaves_us=at("07:00:00")
    )
    assert answer.reply["stage"] == "active"
    told = texts(darling, "Birch")[-1]
    cases = darling.node.memory.cases
    assert (told["ref"], told["split_from"]) == (
        cases["Relief/W1b"].mark, {"ref": cases["Relief/W1"].mark},
    )  # fmt: skip
    assert len(told["crossings"]) == 1
    assert len(texts(darling, "Alder")) == count  # it was refused the whole
    assert cases["Relief/W1b"].latest.split_from == ("Relief/W1", 1)
    size = darling.store.size()
    again = journeys.split(
        darling.node, "Relief/W1", "W1b", Request("one", "test", "k"), leaves_us=at("07:00:00")
    )
    assert (again.again, darling.store.size()) == (True, size)
    assert darling.start().memory == darling.node.memory
    with refused("split.twice"):
        journeys.split(darling.node, "Relief/W1", "W1b", Request(), leaves_us=at("07:10:00"))


def test_a_refused_reader_is_not_told_of_the_group_where_it_crosses(darling):
    darling.now = at("06:20:00")
    consenting.revoke(darling.node, "Relief/W1", "Birch", Request())
    count = len(texts(darling, "Birch"))
    answer = journeys.split(darling.node, "Relief/W1", "W1b", Request(), leaves_us=at("07:00:00"))
    assert len(answer.verdict.crossings) == 1
    assert len(texts(darling, "Birch")) == count


def test_going_back_is_a_new_version_and_told(darling):
    answer = journeys.go_back(darling.node, "Relief/W1", Request(), leaves_us=at("08:00:00"))
    assert answer.reply["version"] == 2
    assert texts(darling, "Birch")[-1]["because"] == "return"


def test_what_is_no_movement_or_is_over_is_refused():
    world = World()
    world.arrange()
    world.declare(operation("A1"))
    with refused("journey.kind"):
        hold(world, "Alder/A1", leaves_us=DAWN)
    world.declare(movement(start=1_010.0))
    for what in ("verify", "submit", "complete"):
        world.act("Relief/W1", what)
    with refused("life.not-possible"):
        hold(world, leaves_us=DAWN + 60 * MINUTE, since_us=DAWN + 10 * MINUTE)


def test_held_with_a_key_is_done_once(darling):
    options = {"since_us": at(S2_LEAVES), "leaves_us": at("06:55:00")}
    first = hold(darling, key="k", **options)
    size = darling.store.size()
    assert hold(darling, key="k", **options).reply == first.reply
    assert darling.store.size() == size
