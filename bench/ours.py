"""keepclear itself, behind the same functions as every peer.

Everything the benchmark knows of keepclear's insides stands here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from volumes import Pairs

CIRCLE = 2
"""Kind of a circle in the workload's arrays."""
REST = {"load": "reading and gathering the arrays", "join": "cells, and the rest"}
SEARCHES = {
    "within_cells": "short rows among themselves, verdicts included",
    "across": "wide and lasting rows along the cells, verdicts included",
    "large_large": "wide rows among themselves, verdicts included",
}


def unavailable() -> str | None:
    """Why keepclear cannot run here, if so."""
    return None if find_spec("numba") else "the extra [fast] is not installed"


def load(npz: Path) -> Any:
    """Read the workload and put it on the lattice: what the peers' own geometries are to them."""
    return table_of(arrays_of(npz))


def arrays_of(npz: Path) -> dict[str, np.ndarray]:
    """The arrays of a workload."""
    from keepclear.node.fastpath import prepare_cache

    prepare_cache()
    with np.load(npz) as arrays:
        return {name: arrays[name] for name in arrays.files}


def join(table: Any) -> Pairs:
    """Index, search and exact verdicts."""
    from keepclear.detect.crossing import Minima
    from keepclear.detect.engine import Search
    from keepclear.detect.fast.engine import FAST

    n = len(table)
    search = Search(table.owner, table.owner, np.zeros(n, np.uint8), np.ones((5, 5), dtype=bool))
    found = [FAST.sift(table, i, j, Minima()) for i, j in FAST.candidates(table, Minima(), search)]
    if not found:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    i, j = (np.concatenate([pair[k] for pair in found]) for k in (0, 1))
    return table.owner[i], table.owner[j]


def phases(npz: Path) -> dict[str, float]:
    """Seconds that each phase took in one more run: where the time goes."""
    from keepclear.detect.fast import build, sweep

    seconds: dict[str, float] = {}

    def timed(place: Any, name: str, phase: Callable[..., str]) -> None:
        real = getattr(place, name)

        def call(*given: Any, **named: Any) -> Any:
            start = time.perf_counter()
            answer = real(*given, **named)
            key = phase(*given)
            seconds[key] = seconds.get(key, 0.0) + time.perf_counter() - start
            return answer

        setattr(place, name, call)
        undo.append(lambda: setattr(place, name, real))

    undo: list[Callable[[], None]] = []
    timed(build, "neighbours_first", lambda *_: "load: neighbours first")
    timed(build, "complete", lambda *_: "load: lattice, levels, boxes")
    for name in ("hot_rows", "cards_of", "classes", "is_settled", "pieces_of"):
        timed(sweep, name, lambda *_: "join: hot rows, classes, pieces of wide rows")
    timed(sweep, "_pairs", lambda task, *_: f"join: {SEARCHES[task.__name__]}")
    start = time.perf_counter()
    table = load(npz)
    loaded = time.perf_counter()
    join(table)
    joined = time.perf_counter()
    for restore in undo:
        restore()
    for side, whole in (("load", loaded - start), ("join", joined - loaded)):
        known = sum(spent for name, spent in seconds.items() if name.startswith(side))
        seconds[f"{side}: {REST[side]}"] = whole - known
    return {name: spent for side in REST for name, spent in seconds.items() if side in name[:4]}


def table_of(loaded: dict[str, np.ndarray]) -> Any:
    """keepclear's table of all volumes; edges straight in lon/lat, circles by centre and radius.

    The arrays are taken out of ``loaded`` as they are used up, so that they are not held twice.
    """
    from keepclear.detect.fast import build
    from keepclear.detect.table import AREA, LINE, Bands

    circles = np.flatnonzero(loaded["kind"] == CIRCLE)
    circ = loaded.pop("circ")[circles]
    counts = np.diff(loaded["off"])
    xy = loaded.pop("xy")
    # of the outline of a circle one vertex is kept, and becomes its centre
    kept = np.repeat(loaded["kind"] != CIRCLE, counts)
    kept[loaded.pop("off")[circles]] = True
    counts[circles] = 1
    starts = np.concatenate(([0], np.cumsum(counts)))
    lon, lat = xy[kept, 0], xy[kept, 1]
    del xy, kept
    lon[starts[circles]] = np.rint(circ[:, 0] * 1e7)
    lat[starts[circles]] = np.rint(circ[:, 1] * 1e7)
    n = len(counts)
    order, rings, starts, lon, lat = build.neighbours_first(np.arange(n + 1), starts, lon, lat, 1e7)
    kind = np.where(loaded.pop("kind") == CIRCLE, LINE, AREA).astype(np.uint8)
    reach = np.zeros(n)
    reach[circles] = np.round(circ[:, 2], 3)
    alt, tm = loaded.pop("alt")[order], loaded.pop("tm")[order]
    lower, upper = (alt[:, k] * np.int32(10) for k in (0, 1))
    start, end = (tm[:, k] * np.int64(1_000_000) for k in (0, 1))
    del alt, tm
    one, kind = np.ones(n, dtype=np.int32), kind[order]
    return build.complete(
        owner=order, kind=kind, ring_start=rings, vertex_start=starts, lon=lon, lat=lat,
        scale=1e7, straight=kind == AREA, reach_m=reach[order],
        bands=Bands(one, lower, lower, lower, one, upper, upper, upper, np.zeros(n, dtype=bool)),
        start_us=start, end_us=end,
    )  # fmt: skip


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

        self._arrays = arrays_of(npz)
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
