"""keepclear itself, behind the same functions as every peer.

Everything the benchmark knows of keepclear's insides stands here.
"""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from volumes import Pairs

CIRCLE = 2
"""Kind of a circle in the workload's arrays."""


def unavailable() -> str | None:
    """Why keepclear cannot run here, if so."""
    return None if find_spec("numba") else "the extra [fast] is not installed"


def load(npz: Path) -> Any:
    """The arrays of the workload, as read; not timed."""
    with np.load(npz) as arrays:
        return {name: arrays[name] for name in arrays.files}


def join(loaded: Any) -> Pairs:
    """From arrays to exact pairs: lattice, search and verdict, all timed."""
    from keepclear.detect.crossing import Minima
    from keepclear.detect.engine import Search
    from keepclear.detect.fast.engine import FAST

    table = table_of(loaded)
    n = len(table)
    search = Search(table.owner, table.owner, np.zeros(n, np.uint8), np.ones((5, 5), dtype=bool))
    found = [FAST.sift(table, i, j, Minima()) for i, j in FAST.candidates(table, Minima(), search)]
    i, j = (np.concatenate([pair[k] for pair in found]) for k in (0, 1))
    i, j = table.owner[i], table.owner[j]
    return np.minimum(i, j), np.maximum(i, j)


def table_of(loaded: Any) -> Any:
    """keepclear's table of all volumes; edges straight in lon/lat, circles by centre and radius."""
    from keepclear.detect.fast.build import complete, neighbours_first
    from keepclear.detect.table import AREA, LINE, Bands

    circles = np.flatnonzero(loaded["kind"] == CIRCLE)
    counts = np.diff(loaded["off"])
    counts[circles] = 1
    starts = np.concatenate(([0], np.cumsum(counts)))
    source = np.arange(starts[-1]) + np.repeat(loaded["off"][:-1] - starts[:-1], counts)
    lon, lat = (np.ascontiguousarray(loaded["xy"][:, k][source]) for k in (0, 1))
    for column, values in ((lon, loaded["circ"][circles, 0]), (lat, loaded["circ"][circles, 1])):
        column[starts[circles]] = np.rint(values * 1e7)
    n = len(counts)
    rings = np.arange(n + 1)
    order, rings, starts, lon, lat = neighbours_first(rings, starts, lon, lat, 1e7)
    kind = np.full(n, AREA, dtype=np.uint8)
    kind[circles] = LINE
    reach = np.zeros(n)
    reach[circles] = np.round(loaded["circ"][circles, 2], 3)
    lower, upper = (loaded["alt"][order, k].astype(np.int32) * 10 for k in (0, 1))
    one = np.ones(n, dtype=np.int32)
    start, end = (loaded["tm"][order, k].astype(np.int64) * 1_000_000 for k in (0, 1))
    return complete(
        owner=order, kind=kind[order], ring_start=rings, vertex_start=starts, lon=lon, lat=lat,
        scale=1e7, straight=(kind == AREA)[order], reach_m=reach[order],
        bands=Bands(one, lower, lower, lower, one, upper, upper, upper, np.zeros(n, dtype=bool)),
        start_us=start, end_us=end,
    )  # fmt: skip


def pairs(npz: Path) -> tuple[Any, Any, float]:
    """First and second volume of each pair, and the seconds that finding them took."""
    loaded = load(npz)
    start = time.perf_counter()
    i, j = join(loaded)
    return i, j, time.perf_counter() - start


class Standing:
    """A set that volumes are put into, asked of and taken from, one call each.

    Args:
        npz: A workload; all its volumes may be named, none is in the set yet.
    """

    def __init__(self, npz: Path) -> None:
        raise NotImplementedError(NOT_CONNECTED)

    def insert(self, volume: int) -> None:
        """Put one volume in."""
        raise NotImplementedError(NOT_CONNECTED)

    def remove(self, volume: int) -> None:
        """Take one volume out."""
        raise NotImplementedError(NOT_CONNECTED)

    def query(self, volume: int) -> list[int]:
        """The volumes in the set that cross this one, in any order."""
        raise NotImplementedError(NOT_CONNECTED)
