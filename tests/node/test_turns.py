"""What must not wait goes first, what waits in its order, what has time while nothing else waits."""

from __future__ import annotations

import queue
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import StoreError
from keepclear.node import turns
from keepclear.node.turns import Turn, Turns
from tests.patience import PATIENCE_S


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


class Source:
    """Calls that nobody puts, and a bell."""

    def __init__(self):
        self.held, self.bell, self.waits = [], threading.Event(), threading.Semaphore(0)

    def come(self, *calls):
        self.held += calls
        self.bell.set()

    def take(self):
        found, self.held = self.held, []
        return found

    def wait(self, wait_s):
        self.waits.release()
        self.bell.wait(wait_s)
        self.bell.clear()

    def ring(self):
        self.bell.set()


@given(st.lists(st.sampled_from([*Turn, "source"]), max_size=40), st.integers(0, 40))
def test_what_comes_from_a_source_waits_in_its_order_and_nothing_is_lost(asked, looked_after):
    waiting, source, taken = Turns(100), Source(), []
    waiting.take_from(source)
    for number, turn in enumerate(asked):
        if turn == "source":
            source.come((turn, number))
        else:
            waiting.put((turn, number), turn)
        if number == looked_after:
            taken.append(waiting.wait(0))
    taken += [waiting.wait(0) for _ in range(len(asked) - len(taken))]
    assert sorted(taken, key=lambda one: one[1]) == [(t, k) for k, t in enumerate(asked)]
    for turn in (*Turn, "source"):
        numbers = [number for one, number in taken if one == turn]
        assert numbers == sorted(numbers)
    with pytest.raises(queue.Empty):
        waiting.wait(0)


def test_who_waits_is_woken_by_the_source_by_a_call_and_by_the_end():
    waiting, source, taken = Turns(10), Source(), []
    waiting.take_from(source)
    thread = threading.Thread(
        target=lambda: taken.extend(iter(lambda: waiting.wait(PATIENCE_S), None))
    )
    thread.start()
    for step in (lambda: source.come("far"), lambda: waiting.put("here", Turn.QUEUED)):
        assert source.waits.acquire(timeout=PATIENCE_S)
        step()
    assert source.waits.acquire(timeout=PATIENCE_S)
    waiting.take_from(None)
    waiting.put("last", Turn.IDLE)
    waiting.end()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert taken == ["far", "here", "last"]


def test_while_many_wait_those_of_the_source_wait_there():
    waiting, source = Turns(2), Source()
    waiting.put(0, Turn.QUEUED)
    waiting.put(1, Turn.QUEUED)
    waiting.take_from(source)
    source.come(2, 3, 4)
    assert waiting.at_hand() == 0
    assert source.held == [2, 3, 4]
    assert [waiting.wait(0) for _ in range(4)] == [1, 2, 3, 4]
