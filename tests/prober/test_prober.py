"""What a party learns that only asks: little within its budget, and beyond it both desks are told."""

from __future__ import annotations

from functools import partial

import pytest

from keepclear.disclose.budgets import DAY_US, size_km2_hours, told_km2_hours
from keepclear.domain.arrangement import Caps
from keepclear.errors import RuleError
from tests.laws.strategies import declared, volume
from tests.node.world import World, operation
from tests.prober.plan import SIDE_M, cells, random_plan, told
from tests.prober.prober import ALL_DAY, WAYS, following, probe, square

AGREED = Caps().area_km2_hours


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("way", WAYS)
def test_within_the_budget_little_is_learnt_and_beyond_it_both_ends_are_told(way, seed):
    found = probe(way, seed, area_hours=AGREED)
    assert found.share <= 0.05
    assert found.refused == "budget.area-hours"
    assert found.alarmed == {"Alder", "Birch"}


@pytest.mark.parametrize("cells_wide", [1, 3, 5])
def test_following_what_was_hit_learns_little_however_large_the_questions(cells_wide, monkeypatch):
    asks = partial(following, side=cells_wide * SIDE_M)
    monkeypatch.setitem(WAYS, "following", asks)
    assert probe("following", 15, area_hours=AGREED).share <= 0.05


def test_what_was_told_counts_by_the_smaller_of_the_two():
    """Whoever flies far and wide, and meets something small, has not been told much."""
    large = operation("A", radius_m=25_000.0, start=0, end=300)
    small = operation("B", party="Birch", radius_m=2_000.0, start=0, end=60)
    assert told_km2_hours(large, small) == told_km2_hours(small, large)
    assert told_km2_hours(large, small) <= 3 * size_km2_hours(small)
    world = World()
    world.arrange(apart="0m", area_hours=size_km2_hours(large) + 4 * size_km2_hours(small))
    world.declare(small)
    world.declare(large)
    world.declare(operation("A2", radius_m=2_000.0, start=5_000, end=5_060))
    with pytest.raises(RuleError, match="within 24 hours"):
        world.declare(operation("A3", radius_m=2_000.0, start=5_000, end=5_060))


def test_the_harness_sees_a_leak_where_there_is_one():
    """Without a budget all of a plan is told: so the shares above are not small for want of looking."""
    found = probe("blanket", 1, theatre_m=400_000.0, operations=10, most=1, area_hours=10**9)
    assert found.share > 0.95
    assert found.refused == ""
    assert found.alarmed == set()


def test_what_was_told_lies_in_the_plan_and_is_all_of_what_is_shared():
    """A probe that holds one operation whole is told just that operation."""
    world = World()
    world.arrange(apart="0m", area_hours=10**9)
    ((part, piece),) = random_plan(4, 1_000.0, 1)
    world.declare(declared("B", part, party="Birch"))
    answer = world.declare(operation("A", radius_m=100_000.0, start=0, end=100_000))
    assert list(told(answer.reply["shown"][0])) == []  # its band lies above
    answer = world.declare(
        declared("A2", volume(square(0.0, 0.0, 100_000.0), when=ALL_DAY), party="Alder")
    )
    learnt = cells(told(answer.reply["shown"][0]))
    whole = cells([piece])
    assert len(learnt & whole) >= 0.97 * len(whole)


def test_a_new_day_is_a_new_budget():
    world = World()
    world.arrange(area_hours=1_500)
    world.declare(operation("A1", radius_m=10_000.0, start=5_000, end=5_100))
    with pytest.raises(RuleError, match="within 24 hours"):
        world.declare(operation("A2", radius_m=10_000.0, start=5_000, end=5_100))
    world.now += DAY_US
    world.declare(operation("A2", radius_m=10_000.0, start=5_000, end=5_100))
