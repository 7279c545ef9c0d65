"""The technical log: every line is written, soon, and those that come together at once."""

from __future__ import annotations

import asyncio
import json

from keepclear.faces.api import technical
from keepclear.faces.api.technical import TechnicalLog


class Out:
    """Counts what is written."""

    def __init__(self):
        self.writes = []

    def write(self, text):
        self.writes.append(text)

    def flush(self):
        pass

    def lines(self):
        return [json.loads(line) for line in "".join(self.writes).splitlines()]


def test_lines_that_come_together_are_written_together_and_in_order(monkeypatch):
    monkeypatch.setattr(technical, "_GATHER_S", 0.01)
    out, clock = Out(), iter(range(1_000_000, 9_000_000, 1_000_000))
    log = TechnicalLog(lambda: next(clock), out)

    async def written(times):
        while len(out.writes) < times:  # noqa: ASYNC110 - a log rings no bell
            await asyncio.sleep(0.01)

    async def run():
        for status in (200, 201, 202):
            log({"status": status})
        assert out.writes == []
        await written(1)
        assert out.writes[0].count("\n") == 3
        log({"status": 203})
        await written(2)

    asyncio.run(run())
    assert [one["status"] for one in out.lines()] == [200, 201, 202, 203]
    assert [one["at"] for one in out.lines()] == [f"1970-01-01T00:00:0{k}Z" for k in (1, 2, 3, 4)]


def test_a_fault_is_written_at_once_with_what_waited_before_it():
    out = Out()

    async def run():
        log = TechnicalLog(lambda: 0, out)
        log({"status": 200})
        log({"level": "error", "fault": "ValueError", "places": []})
        return len(out.writes)

    assert asyncio.run(run()) == 1
    assert [one.get("status", one.get("fault")) for one in out.lines()] == [200, "ValueError"]


def test_what_waits_at_the_end_is_written_when_it_is_flushed():
    out = Out()

    async def run():
        log = TechnicalLog(lambda: 0, out)
        log({"status": 200})
        return log

    log = asyncio.run(run())
    assert out.writes == []
    log.flush()
    log.flush()
    assert [one["status"] for one in out.lines()] == [200]
