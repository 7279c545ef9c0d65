"""Peer: DuckDB, boxes exploded into cells of space and time and joined by hash.

Small volumes meet each other in fine cells; the few wide ones meet everything in coarse cells, of
which a corridor fills dozens and not thousands (one size of cells for all takes three times as
long at 1e6). A pair is found only in the cell where both boxes have begun, so that nothing has to
be made distinct. Shapely tests the candidates.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from volumes import WORKERS, Pairs, Volumes, refine

FINE, COARSE = (500_000, 1_800), (8_000_000, 3_600)
"""Side of a cell in 1e-7 degree, and its duration in s."""
WIDE = 3_000_000
"""Boxes wider than this, in 1e-7 degree, go into coarse cells only."""

EXPLODE = """
CREATE TEMP TABLE {name} AS
WITH columns AS (SELECT *, unnest(range(x0 // {side}, x1 // {side} + 1)) AS cx FROM {source}),
     cells AS (SELECT *, unnest(range(y0 // {side}, y1 // {side} + 1)) AS cy FROM columns)
SELECT *, unnest(range(t0 // {span}, (t1 - 1) // {span} + 1)) AS ct FROM cells
"""
JOIN = """
SELECT a.id AS i, b.id AS j FROM {a} a JOIN {b} b ON a.cx = b.cx AND a.cy = b.cy AND a.ct = b.ct
WHERE {once} AND a.x0 <= b.x1 AND b.x0 <= a.x1 AND a.y0 <= b.y1 AND b.y0 <= a.y1
  AND a.a0 < b.a1 AND b.a0 < a.a1 AND a.t0 < b.t1 AND b.t0 < a.t1
  AND a.cx = greatest(a.x0, b.x0) // {side} AND a.cy = greatest(a.y0, b.y0) // {side}
  AND a.ct = greatest(a.t0, b.t0) // {span}
"""


class Loaded:
    """The volumes, and a database that holds their boxes."""

    def __init__(self, npz: Path) -> None:
        self.volumes = Volumes(npz)
        box, alt, tm = self.volumes.box, self.volumes.alt, self.volumes.tm
        columns = dict(zip(("x0", "y0", "x1", "y1"), box.T, strict=True))
        columns |= {"a0": alt[:, 0], "a1": alt[:, 1], "t0": tm[:, 0], "t1": tm[:, 1]}
        columns = {name: np.ascontiguousarray(column) for name, column in columns.items()}
        columns["id"] = np.arange(self.volumes.size, dtype=np.int32)
        self.database = duckdb.connect(config={"threads": WORKERS})
        self.database.execute("CREATE TABLE volume AS SELECT * FROM columns")


def load(npz: Path) -> Loaded:
    """Boxes in a table, polygons in shapely."""
    return Loaded(npz)


def join(loaded: Loaded) -> Pairs:
    """Explode, join, test."""
    run = loaded.database.execute
    small = f"x1 - x0 <= {WIDE} AND y1 - y0 <= {WIDE}"
    run(f"CREATE TEMP VIEW small AS SELECT * FROM volume WHERE {small}")
    run(f"CREATE TEMP VIEW wide AS SELECT * FROM volume WHERE NOT ({small})")
    tables = {"fine": ("small", FINE), "coarse": ("small", COARSE), "broad": ("wide", COARSE)}
    for name, (source, (side, span)) in tables.items():
        run(EXPLODE.format(name=name, source=source, side=side, span=span))
    parts = (
        _join("fine", "fine", "a.id < b.id", FINE),
        _join("broad", "broad", "a.id < b.id", COARSE),
        _join("broad", "coarse", "true", COARSE),
    )
    candidates = run(" UNION ALL ".join(parts)).fetchnumpy()
    for name in tables:
        run(f"DROP TABLE {name}")
    run("DROP VIEW small; DROP VIEW wide")
    return refine(loaded.volumes, candidates["i"], candidates["j"])


def _join(a: str, b: str, once: str, cell: tuple[int, int]) -> str:
    return JOIN.format(a=a, b=b, once=once, side=cell[0], span=cell[1])
