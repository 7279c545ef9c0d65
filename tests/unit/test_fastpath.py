"""When compiled code is taken to be ready."""

from __future__ import annotations

from keepclear.node.fastpath import warm


def test_a_compiled_reader_says_nothing_of_the_kernels_that_compare(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not warm()
    assert not warm("cot_scan")
    (tmp_path / "cot_scan._events-308.py311.1.nbc").touch()
    assert warm("cot_scan")
    assert not warm()
    (tmp_path / "motion.clock-20.py311.1.nbc").touch()
    assert warm()
