"""The compiled join gives the pairs that the exact verdict gives when every pair is asked.

Quick verdicts may only save work. The crowds here have all classes of rows (short, lasting, wide) and
are drawn on coarse grids, so that shared vertices, collinear edges and mere touching are common.
"""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from keepclear.detect.crossing import Minima
from keepclear.detect.engine import Search
from keepclear.detect.fine import Skeletons
from keepclear.detect.table import AREA, LINE, Bands
from tests.laws.strategies import NOTABLE

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="the compiled engine needs numba"
)

PLACES = [(lat, lon) for lat, lon in NOTABLE if abs(lat) <= 60]
DAY_S = 86_400
METRE = 1.0 / 111_320.0
"""Degrees of latitude."""


def rings(rng, count):
    """Ring (east, north, in degrees of latitude) and reach in metres of each row; circles: a vertex."""
    step = METRE * float(rng.choice([1.0, 100.0, 500.0]))
    for _ in range(count):
        kind = rng.choice(["small", "small", "small", "disc", "wide"])
        spread = 30_000 if kind != "wide" else 60_000
        centre = rng.normal(size=2) * spread * METRE * rng.uniform(0.05, 1)
        if kind == "disc":
            yield centre[None], float(10 ** rng.uniform(1, 4))
            continue
        corners = int(rng.integers(3, 13))
        turns = np.sort(rng.uniform(0, 2 * np.pi, corners))
        sides = 10 ** rng.uniform(2, 3.7) * METRE * rng.uniform(0.5, 1, corners)
        ring = np.stack([np.cos(turns), np.sin(turns)], 1) * sides[:, None]
        if kind == "wide":
            long, thick = rng.uniform(15_000, 90_000), rng.uniform(300, 5_000)
            ring = (
                np.array([[-long, -thick], [long, -thick], [long, thick], [-long, thick]]) * METRE
            )
            turn = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)])
            ring = ring @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        yield np.round((centre + ring) / step) * step, 0.0


def crowd(seed, count=700):
    """A table of many rows round a place that is often a hard one."""
    from keepclear.detect.fast.build import complete, neighbours_first

    rng = np.random.default_rng(seed)
    lat, lon = PLACES[seed % len(PLACES)]
    drawn = list(rings(rng, count))
    starts = np.concatenate(([0], np.cumsum([len(ring) for ring, _ in drawn])))
    flat = np.concatenate([ring for ring, _ in drawn])
    lons = (lon + flat[:, 0] / np.cos(np.radians(lat)) + 180.0) % 360.0 - 180.0
    lats = lat + flat[:, 1]
    x, y = (np.round(column * 1e7).astype(np.int32) for column in (lons, lats))
    order, ring_start, vertex_start, x, y = neighbours_first(
        np.arange(count + 1), starts, x, y, 1e7
    )
    reach = np.array([reach for _, reach in drawn])[order]
    kind = np.where(reach > 0, LINE, AREA).astype(np.uint8)
    lower = rng.integers(0, 5, count).astype(np.int32) * 100
    upper = lower + rng.integers(1, 5, count).astype(np.int32) * 100
    one = np.ones(count, dtype=np.int32)
    start = rng.integers(0, 240, count) * (DAY_S // 240)
    last = np.where(rng.uniform(size=count) < 0.8, 1_800, DAY_S)
    return complete(
        owner=order, kind=kind, ring_start=ring_start, vertex_start=vertex_start, lon=x, lat=y,
        scale=1e7, straight=kind == AREA, reach_m=reach,
        bands=Bands(one, lower, lower, lower, one, upper, upper, upper, np.zeros(count, bool)),
        start_us=start * 1_000_000, end_us=(start + last) * 1_000_000,
    )  # fmt: skip


def exact(table):
    """All pairs that overlap in time and height, each given to the exact verdict."""
    from keepclear.detect.fast.engine import FAST

    i, j = np.triu_indices(len(table), 1)
    low, high = table.bands.lower_own, table.bands.upper_own
    meet = (table.start_us[i] < table.end_us[j]) & (table.start_us[j] < table.end_us[i])
    meet &= (low[i] < high[j]) & (low[j] < high[i])
    i, j = i[meet], j[meet]
    near = FAST.near(table, i, j, table.reach_m[i] + table.reach_m[j], Skeletons(table))
    return set(zip(i[near].tolist(), j[near].tolist(), strict=True))


@pytest.mark.parametrize("seed", range(2 * len(PLACES)))
def test_the_join_finds_what_the_exact_verdict_finds(seed):
    from keepclear.detect.fast.engine import FAST

    table = crowd(seed)
    n = len(table)
    search = Search(table.owner, table.owner, np.zeros(n, np.uint8), np.ones((5, 5), dtype=bool))
    found = [np.stack(pair, 1) for pair in FAST.candidates(table, Minima(), search)]
    pairs = np.sort(np.concatenate(found), axis=1).tolist()
    assert len(pairs) == len({tuple(pair) for pair in pairs})
    assert {tuple(pair) for pair in pairs} == exact(table)
    assert len(pairs) > 50
