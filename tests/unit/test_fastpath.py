"""When compiled code is taken to be ready."""

from __future__ import annotations

import importlib.util

import pytest

from keepclear.formats.reading import Reading
from keepclear.node import check, fastpath, standing
from keepclear.node.check import Question, answer
from keepclear.node.fastpath import COMPARING, EVENTS, STANDING, has_warmed, warm
from tests.laws.strategies import circle, declared

compiles = pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="needs numba")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Where marks are left; what is compiled is kept where it always is."""
    monkeypatch.setattr(fastpath, "_folder", lambda: tmp_path)
    return tmp_path


def test_kernels_of_a_process_that_was_ended_say_nothing(folder):
    for name in ("motion.clock-20", "scan._feature-433", "cot_scan._name-105", "standing._ask-9"):
        (folder / f"{name}.py311.1.nbc").touch()
    assert not any(map(warm, (COMPARING, STANDING, EVENTS)))


def test_a_kernel_that_calls_all_others_says_that_they_are_there(folder):
    (folder / "cot_scan._events-368.py311.1.nbc").touch()
    assert [warm(one) for one in (EVENTS, COMPARING, STANDING)] == [True, False, False]


@compiles
def test_the_kernel_of_which_that_is_said_is_there_and_calls_the_others():
    from keepclear.formats import cot_scan

    module, _, name = EVENTS.partition(".")
    assert cot_scan.__name__.endswith(f".{module}")
    assert hasattr(getattr(cot_scan, name), "nopython_signatures")
    assert name in cot_scan.scan_events.__code__.co_names


@pytest.mark.parametrize("work", [COMPARING, STANDING])
def test_what_was_done_to_its_end_leaves_a_mark_for_itself_alone(work):
    has_warmed(work)
    assert [one for one in (COMPARING, STANDING, EVENTS) if warm(one)] == [work]


@pytest.mark.parametrize("changed", ["source", "compiler", "none"])
def test_a_mark_of_another_program_says_nothing(monkeypatch, folder, changed):
    has_warmed(COMPARING)
    if changed == "source":
        monkeypatch.setattr(fastpath, "cache_folder", lambda: folder / "compiled-another")
    if changed == "compiler":
        monkeypatch.setattr(fastpath, "version", lambda _: "0.0")
    assert warm(COMPARING) == (changed == "none")


def test_a_folder_that_cannot_be_written_leaves_none(monkeypatch, folder):
    (folder / "file").touch()
    monkeypatch.setattr(fastpath, "_folder", lambda: folder / "file")
    has_warmed(COMPARING)
    assert not warm(COMPARING)


def asked(fast_from, monkeypatch):
    monkeypatch.setattr(check, "FAST_ROWS_MIN", fast_from)
    monkeypatch.setattr(check, "COLD_FACTOR", 1)
    one, two = (declared(name, circle(47.0, 8.0, 500.0)) for name in "ab")
    reading = Reading("geojson", (one, two))
    answer(reading, Question(), now_us=0)


def test_the_portable_way_leaves_none(monkeypatch):
    asked(1_000, monkeypatch)
    assert not warm(COMPARING)


@compiles
def test_who_compares_compiled_leaves_one_when_it_is_done(monkeypatch):
    asked(0, monkeypatch)
    assert warm(COMPARING)
    assert not warm(STANDING)


@compiles
def test_a_comparison_that_is_broken_off_leaves_none(monkeypatch):
    def broken(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "compare", broken)
    with pytest.raises(KeyboardInterrupt):
        asked(0, monkeypatch)
    assert not warm(COMPARING)


@compiles
def test_a_node_that_has_rehearsed_leaves_one():
    standing.prepare_cache()
    standing._rehearse.cache_clear()
    standing._rehearse()
    assert warm(STANDING)
