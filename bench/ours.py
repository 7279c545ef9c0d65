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

    Volumes are prepared (put on the lattice) beforehand, as the peers' boxes are.

    Args:
        npz: A workload; all its volumes may be named, none is in the set yet.
    """

    def __init__(self, npz: Path) -> None:
        from keepclear.detect.fast.standing import FastFinder
        from keepclear.detect.index import StandingSet
        from keepclear.detect.vertical import Geoid

        self._arrays = load(npz)
        sea = Geoid(np.zeros((721, 1440), dtype=np.int16))
        self._set = StandingSet(geoid=sea, finder=FastFinder())
        self._known: dict[int, Any] = {}

    def prepare(self, volume: int) -> None:
        """Put one volume on the lattice; not timed."""
        if volume not in self._known:
            said = declaration_of(self._arrays, volume)
            self._known[volume] = (said, self._set.prepared(said))

    def fill(self, volumes: range) -> None:
        """Put many volumes in at once, as a node does when it starts."""
        self._set.insert_many(declaration_of(self._arrays, volume) for volume in volumes)

    def insert(self, volume: int) -> None:
        """Put one volume in."""
        self.prepare(volume)
        self._set.insert(*self._known[volume])

    def remove(self, volume: int) -> None:
        """Take one volume out."""
        self._set.remove("", str(volume))

    def query(self, volume: int) -> list[int]:
        """The volumes in the set that cross this one, in any order."""
        self.prepare(volume)
        return [int(name) for _, name in self._set.meeting(*self._known[volume])]


def declaration_of(arrays: Any, volume: int) -> Any:
    """One volume of the workload as a declaration."""
    from keepclear import (
        Altitude,
        AltitudeBand,
        Area,
        Circle,
        Declaration,
        EdgeRule,
        Kind,
        Polygon,
        Position,
        Reference,
        Units,
        Volume4D,
        Window,
    )

    lower, upper = (
        Altitude(int(limit) / 100, Units.M, Reference.W84) for limit in arrays["alt"][volume]
    )
    start, end = (int(second) * 1_000_000 for second in arrays["tm"][volume])
    if arrays["kind"][volume] == CIRCLE:
        lon, lat, radius = (float(value) for value in arrays["circ"][volume])
        footprint = Circle(Position(longitude=lon, latitude=lat), round(radius, 3))
    else:
        ring = arrays["xy"][arrays["off"][volume] : arrays["off"][volume + 1]].tolist()
        places = tuple(Position(longitude=x / 1e7, latitude=y / 1e7) for x, y in ring)
        footprint = Area((Polygon((places,)),), EdgeRule.LONLAT)
    part = Volume4D(footprint, AltitudeBand(lower, upper), Window(start, end))
    return Declaration(id=str(volume), kind=Kind.OPERATION, parts=(part,))
