"""The load on a served node: all of it is answered, and the verdicts are those of all pairs."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from keepclear.detect.rules import compare
from tests.laws.strategies import FLAT

STANDING, ASKED, CONNECTIONS = 150, 300, 4
WARM, TOGETHER, EACH = 10, 200, 2
NEARER = 100
"""By so much the places and times of a day over Europe are drawn together."""


@pytest.fixture
def bench(root, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(root / "bench"))
    monkeypatch.setattr(importlib.import_module("node"), "OUT", tmp_path)
    return importlib.import_module


@pytest.fixture
def npz(bench, tmp_path):
    """A small day, crowded into one place so that much of it crosses, and copies of it."""
    arrays = dict(bench("workload").generate(STANDING, 3))
    counts = np.diff(arrays["off"])
    first = np.repeat(arrays["xy"][arrays["off"][:-1]], counts, axis=0)
    arrays["xy"] = arrays["xy"] - first + first // NEARER
    arrays["circ"] = np.round(arrays["circ"] / [NEARER, NEARER, 1.0], 7)
    arrays["tm"] = arrays["tm"] // NEARER + [0, 3_600]
    place = tmp_path / "day.npz"
    np.savez(place, **bench("online").probes(arrays, ASKED, 5))
    return place


def by_all_pairs(node, arrays):
    """Crossings of what was asked with what stood before, by the comparison of everything."""
    total = STANDING + ASKED
    found = compare([node.said(arrays, k) for k in range(total)], geoid=FLAT).crossings
    pairs = (sorted((int(c.a.id[1:]), int(c.b.id[1:])), reverse=True) for c in found)
    return {(one, other) for one, other in pairs if one >= STANDING > other}


def test_what_is_declared_over_http_is_judged_as_all_pairs_are(bench, npz, monkeypatch):
    node = bench("node")
    for name in ("WARM", "TOGETHER", "EACH"):
        monkeypatch.setattr(node, name, globals()[name])
    asked = node.keepclear(npz, STANDING, CONNECTIONS, 60.0, 0.0, front=True)
    assert [row.cells(STANDING)[-1] for row in asked.rows] == ["0"] * 5, "none is refused"
    assert asked.lost == 0
    assert asked.done == set(range(STANDING, STANDING + ASKED))
    expected = by_all_pairs(node, bench("ours").arrays_of(npz))
    found = {(one, other) for one, other in asked.pairs if other < STANDING}
    assert len(expected) > 20
    assert found == expected


def test_postgis_finds_the_same(bench, npz):
    peer = bench("peers.postgis_online")
    if peer.unavailable():
        pytest.skip(peer.unavailable())
    node = bench("node")
    asked = peer.run(npz, STANDING, node.PARTIES, CONNECTIONS, 60.0)
    assert sorted(asked.done) == list(range(STANDING, STANDING + ASKED))
    found = {(one, other) for one, other in asked.pairs if other < STANDING}
    assert found == by_all_pairs(node, bench("ours").arrays_of(npz))
