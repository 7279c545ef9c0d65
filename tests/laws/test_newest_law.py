"""The newest rows, found by their cells: whoever reaches a point of one finds it, once, and no other.

Rows are hulls of points of the cube, of every size, many of them over its edges and corners. The way
that looks at every box knows nothing of cells.
"""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace

import numpy as np
import pytest

from keepclear.detect.lattice import W

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="the compiled finder needs numba"
)
ROWS = 4_000
ASKED = 400
SECOND = 1_000_000


def points_near(chance, at, reach):
    """Some points of the cube within reach of one of them."""
    near = at + chance.integers(-reach, reach + 1, (int(chance.integers(1, 5)), 3))
    most = np.abs(near).max(axis=1, keepdims=True)
    return np.clip(np.round(near * (W / most)), -W, W).astype(np.int64)


def hulls(chance, count, homes):
    """Points of so many rows, and their boxes and windows; most lie round one of the homes."""
    points, box = [], np.empty((count, 6), dtype=np.int32)
    for row in range(count):
        home = homes[int(chance.integers(0, len(homes)))]
        at = points_near(chance, home, int(2 ** chance.uniform(10, 27)))[0]
        mine = points_near(chance, at, int(2 ** chance.uniform(4, 24)))
        if chance.random() < 0.02:
            mine = points_near(chance, at, 2**31)  # over much of the cube
        points.append(mine)
        box[row, :3], box[row, 3:] = mine.min(axis=0), mine.max(axis=0)
    start = chance.integers(0, 200, count) * SECOND
    return points, box, start, start + chance.integers(0, 50, count) * SECOND


@pytest.fixture
def homes():
    """Places on a face, on an edge, at a corner, and on the middle line between cells."""
    face, edge, corner = [W, 1_234_567_890, -987_654_321], [W, W, 55_555_555], [-W, W, -W]
    return np.array([face, edge, corner, [0, 0, W]], dtype=np.int64)


@pytest.mark.parametrize("chains", [1, 16, 1 << 14])
@pytest.mark.parametrize("steps", [1, 37])
def test_whoever_reaches_a_point_of_a_row_finds_it_once(homes, chains, steps):
    from keepclear.detect.fast.newest import Newest, look

    chance = np.random.default_rng(chains + steps)
    points, box, start, end = hulls(chance, ROWS + ASKED, homes)
    pads = np.where(chance.random(len(box)) < 0.5, 0, chance.integers(1, 100_000, len(box)))
    alive = chance.random(len(box)) < 0.9
    owner = np.arange(len(box), dtype=np.int32)
    group = chance.integers(0, 20, len(box)).astype(np.int32)
    kind, compared = np.zeros(len(box), dtype=np.uint8), np.ones((1, 1), dtype=np.bool_)
    built = 7
    newest = Newest(built, 100 * SECOND, chains)
    table = SimpleNamespace(box=box, start_us=start, end_us=end)
    for until in np.linspace(built, ROWS, steps + 1).astype(int).tolist():
        newest.enter(table, pads, until)
    stamp, mark = np.zeros(len(box), dtype=np.int64), 0
    low, high = box[:, :3].astype(np.int64) - pads[:, None], box[:, 3:] + pads[:, None]
    held, of = np.concatenate(points), np.repeat(np.arange(len(points)), [*map(len, points)])
    few = found_in_all = 0
    for asked in range(ROWS, ROWS + ASKED):
        out, mark, before = np.empty(ROWS, dtype=np.int64), mark + 1, int(newest.work[0])
        t0, t1 = start[asked] // SECOND - 100, end[asked] // SECOND - 100
        boxes, heads, links, entered, work = newest.columns()
        count = look(
            built, ROWS, boxes, heads, links, entered, low[asked], high[asked], t0, t1, asked, alive,
            owner, group, kind, compared, pads, box, start, end, 0, stamp, mark, out, 0, work,
        )  # fmt: skip
        found = out[:count].tolist()
        few += int(work[0]) - before < ROWS - built
        found_in_all += count
        assert len(set(found)) == count
        fits = alive & (group != group[asked]) & (start <= end[asked]) & (end >= start[asked])
        fits[:built] = fits[ROWS:] = False
        boxes_meet = ((low <= high[asked]) & (high >= low[asked])).all(axis=1)
        assert set(found) <= set(np.flatnonzero(fits & boxes_meet).tolist())
        reached = ((held >= low[asked]) & (held <= high[asked])).all(axis=1)
        must = set(np.unique(of[reached]).tolist()) & set(np.flatnonzero(fits).tolist())
        assert must <= set(found)
    assert found_in_all > 1_000
    if chains > 1_000:
        assert ASKED // 4 < few < ASKED  # the others are so wide that all rows are looked at
