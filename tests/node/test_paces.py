"""How long those waited who asked: every call is counted once in each of three times."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from keepclear.node.paces import LIMITS_S, Times
from keepclear.node.worker import Worker
from tests.api.service import running
from tests.node.world import World, operation
from tests.patience import PATIENCE_S


@given(st.lists(st.floats(0, 3) | st.sampled_from(LIMITS_S), max_size=50))
def test_each_is_counted_up_to_the_first_limit_that_it_keeps(seconds):
    times = Times()
    for one in seconds:
        times.add(one)
    for k, limit in enumerate(LIMITS_S):
        assert sum(times.counts[: k + 1]) == sum(one <= limit for one in seconds)
    assert sum(times.counts) == len(seconds)


def test_all_who_wait_are_counted_and_what_has_time_is_not():
    world = World()
    world.arrange()
    worker = Worker(world.node)
    for _ in range(3):
        worker.ask(lambda _: None, idle=True).result(PATIENCE_S)
    for _ in range(5):
        worker.ask(lambda _: None).result(PATIENCE_S)
    worker.ask(lambda _: None, first=True).result(PATIENCE_S)
    worker.close()
    paces = worker.paces
    for times in (paces.waited, paces.decided, paces.kept):
        assert sum(times.counts) == 6


def test_who_came_while_another_was_decided_waited_and_did_not_take_long_to_decide():
    world = World()
    worker = Worker(world.node)
    begun, gate, pause = (threading.Event() for _ in range(3))
    held = worker.ask(lambda _: (begun.set(), gate.wait(PATIENCE_S), pause.wait(0.06)))
    assert begun.wait(PATIENCE_S)
    asked = worker.ask(lambda _: None)
    gate.set()
    held.result(PATIENCE_S)
    asked.result(PATIENCE_S)
    worker.close()
    later = LIMITS_S.index(0.05) + 1
    assert sum(worker.paces.waited.counts[later:]) == 1
    assert sum(worker.paces.decided.counts[later:]) == 1


def test_the_figures_show_them():
    with running() as node:
        node.as_("Alder/duty").declare(operation("A1"))
        text = node.as_("_/administrator").get("/metrics").text
    count = {
        line.split()[0]: float(line.split()[1])
        for line in text.splitlines()
        if line.startswith("keepclear_") and 'le="+Inf"' in line
    }
    for name in ("call_waited", "call_decided", "call_kept"):
        assert count[f'keepclear_{name}_seconds_bucket{{le="+Inf"}}'] >= 1
    assert count['keepclear_write_seconds_bucket{le="+Inf"}'] >= 1
    assert 'keepclear_call_waited_seconds_bucket{le="0.01"}' in text
