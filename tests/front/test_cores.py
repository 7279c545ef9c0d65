"""Each process has cores of its own where there are two, and is left alone where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from keepclear.faces.front.cores import Cores

HERE = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
"""Cores that this process may use."""
pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system does not let itself be told"
)


@contextmanager
def another_process():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        yield process.pid
    finally:
        process.communicate(b"\n")


def in_a_thread(work):
    """What is kept to a core here is a thread that ends, and no other test."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.skipif(HERE < 2, reason="there is one core")
def test_the_threads_of_the_node_are_on_one_core_and_the_front_on_all_others():
    with another_process() as front:
        every = os.sched_getaffinity(front)

        def part():
            cores = Cores()
            cores.part([threading.get_native_id()], front)
            cores.part([threading.get_native_id()], front)  # as for the next front
            return os.sched_getaffinity(0)

        own = in_a_thread(part)
        assert len(own) == 1
        assert os.sched_getaffinity(front) == every - own


def test_one_core_is_for_both(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: pytest.fail("nothing is to be told"))
    Cores().part([1], 2)


def test_a_front_that_is_gone_disturbs_nobody():
    with another_process() as front:
        pass
    assert in_a_thread(lambda: Cores().part([threading.get_native_id()], front)) is None
