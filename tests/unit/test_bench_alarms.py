"""The day of bench/alarms.py counts what should not have sounded, and what did not sound."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from keepclear.link import sounding

HOUR = 3_600_000_000
NIGHT = 4 * HOUR
"""With the line that comes and goes."""


@pytest.fixture(scope="module")
def alarms():
    path = Path(__file__).resolve().parents[2] / "bench" / "alarms.py"
    spec = importlib.util.spec_from_file_location("bench_alarms", path)
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    module.DAY = NIGHT
    return module


def night(alarms):
    day = alarms.Day(1)
    alarms.plan(day, [(HOUR, HOUR + 60_000_000, "AAA1", "BBB2")] * 3, 40)
    day.run()
    return day


def rows(alarms, day):
    """For each desk, whether it is as asked."""
    return [alarms.row(day, name) for name in day.desks]


def test_a_night_as_asked(alarms, capsys):
    day = night(alarms)
    assert rows(alarms, day) == [True, True, True]
    assert "not expected" not in capsys.readouterr().err
    assert day.heard["Alder", "Birch", "line.silent"] == 1


def test_what_sounds_again_and_again_is_double(alarms, capsys, monkeypatch):
    monkeypatch.setattr(sounding, "AGAIN_US", 0)
    day = night(alarms)
    assert False in rows(alarms, day)
    assert "line.silent" in capsys.readouterr().err


def test_what_does_not_sound_is_missing(alarms, capsys, monkeypatch):
    monkeypatch.setattr(sounding, "_CODES", frozenset())
    day = night(alarms)
    assert False in rows(alarms, day)
    assert "missing: 1 of ('Alder', 'Birch', 'line.silent')" in capsys.readouterr().err
