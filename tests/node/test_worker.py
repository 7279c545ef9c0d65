"""One thread decides; whoever asks gets the answer of their own call, or its error."""

from __future__ import annotations

import threading

import pytest

from keepclear.node.worker import Worker


def test_calls_are_done_in_order_by_one_thread():
    worker = Worker(node=object())
    seen = []
    asked = [
        worker.ask(lambda _, k=k: (seen.append((k, threading.get_ident())), k)[1])
        for k in range(50)
    ]
    assert [one.result(5) for one in asked] == list(range(50))
    assert [k for k, _ in seen] == list(range(50))
    assert len({thread for _, thread in seen}) == 1
    assert seen[0][1] != threading.get_ident()
    worker.close()


def test_an_error_is_the_askers_and_stops_nobody_else():
    worker = Worker(node=object())

    def fails(_):
        raise ValueError("no")

    first, second = worker.ask(fails), worker.ask(lambda _: 7)
    with pytest.raises(ValueError, match="no"):
        first.result(5)
    assert second.result(5) == 7
    worker.close()


def test_what_waits_is_done_before_it_stops():
    worker = Worker(node=object())
    asked = [worker.ask(lambda _, k=k: k) for k in range(10)]
    worker.close()
    assert [one.result(0) for one in asked] == list(range(10))
