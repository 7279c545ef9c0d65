"""What must not wait goes first, what waits in its order, what has time while nothing else waits."""

from __future__ import annotations

import queue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import StoreError
from keepclear.node import turns
from keepclear.node.turns import Turn, Turns


@given(st.lists(st.sampled_from(list(Turn)), max_size=40))
def test_they_are_taken_first_queued_idle_each_in_the_order_in_which_it_came(asked):
    waiting = Turns(100)
    for number, turn in enumerate(asked):
        waiting.put((turn, number), turn)
    order = [Turn.FIRST, Turn.QUEUED, Turn.IDLE]
    taken = [waiting.wait(0) for _ in asked]
    assert taken == sorted(((turn, k) for k, turn in enumerate(asked)), key=lambda one: (
        order.index(one[0]), one[1]))  # fmt: skip
    with pytest.raises(queue.Empty):
        waiting.wait(0)


@given(st.lists(st.sampled_from(list(Turn)), max_size=40))
def test_what_has_time_shares_no_write_with_those_who_wait(asked):
    waiting, found = Turns(100), []
    for turn in asked:
        waiting.put(turn, turn)
    try:
        while True:
            found.append(waiting.at_hand())
    except queue.Empty:
        pass
    assert Turn.IDLE not in found
    assert len(found) == sum(turn is not Turn.IDLE for turn in asked)


def test_where_others_never_cease_it_is_taken_all_the_same(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(turns.time, "monotonic", lambda: now[0])
    waiting = Turns(1_000)
    waiting.put("idle", Turn.IDLE)
    taken = []
    for step in range(100):
        now[0] = step / 100
        waiting.put(step, Turn.QUEUED)
        waiting.put("stop", Turn.FIRST)
        taken += [waiting.wait(0), waiting.wait(0)]
    assert taken.count("idle") == 1
    assert taken.index("idle") == 2 * 25  # a quarter of a second


def test_a_full_queue_refuses_what_waits_in_order_and_nothing_else():
    waiting = Turns(2)
    for number in range(2):
        waiting.put(number, Turn.QUEUED)
    with pytest.raises(StoreError, match="ask again"):
        waiting.put(2, Turn.QUEUED)
    waiting.put("stop", Turn.FIRST)
    waiting.put("idle", Turn.IDLE)
    assert [waiting.wait(0) for _ in range(4)] == ["stop", 0, 1, "idle"]


def test_the_end_comes_after_all_that_waited():
    waiting = Turns(10)
    for turn in (Turn.IDLE, Turn.QUEUED, Turn.FIRST):
        waiting.put(turn, turn)
    waiting.end()
    assert [waiting.wait(0) for _ in range(4)] == [Turn.FIRST, Turn.QUEUED, Turn.IDLE, None]
