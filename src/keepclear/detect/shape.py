"""Gathered rows to a finished table: quantised vertices, edge levels, boxes and faces.

Columns of one type are cut from one array: to make an array costs more than what most of them hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, chain
from typing import Any, Final

import numpy as np

from keepclear.detect.edges import levels
from keepclear.detect.fine import fine_of
from keepclear.detect.lattice import UNITS_PER_M, W, bulge, to_cube
from keepclear.detect.polygon import FACE_CENTRES, contains
from keepclear.detect.rows import Rows
from keepclear.detect.table import AREA, Bands, Table
from keepclear.detect.vertical import Limit

__all__ = ["boxes", "columns_of", "complete", "next_vertex", "widen_round_faces"]


_NOTHING: Final[tuple[tuple[Any, ...], ...]] = ((),) * 11
"""The parts of no rows."""


def complete(rows: Rows) -> Table:
    """The table of everything gathered."""
    columns = columns_of(rows)
    lon, lat = columns["lon"], columns["lat"]
    ring_start, vertex_start = columns["ring_start"], columns["vertex_start"]
    q = to_cube(lon, lat).astype(np.int32).reshape(-1, 3)
    closed = np.repeat(columns["kind"] == AREA, np.diff(ring_start))
    following = next_vertex(vertex_start, closed)
    straight = np.repeat(columns["straight"], np.diff(vertex_start[ring_start]))
    level, sag = _levels(lon, lat, straight, following)
    box, face = boxes(q, sag, following, ring_start, vertex_start)
    table = Table(
        **columns, scale=1.0, q=q, level=level, box=box.reshape(len(rows.closed), 6), face=face
    )
    widen_round_faces(table)
    return table


def columns_of(rows: Rows) -> dict[str, Any]:
    """The columns of a table that hold what was gathered, as it was gathered."""
    n, m, rings = len(rows.closed), len(rows.lon), len(rows.vertices)
    owner, part, kind, straight, counts, reach, standoff, error, start, end, limits = (
        zip(*rows.closed, strict=True) if n else _NOTHING
    )
    starts = (0, *accumulate(counts), 0, *accumulate(rows.vertices))
    ring_start, vertex_start, start_us, end_us = _cut(
        np.int64, chain(starts, start, end), n + 1, rings + 1, n, n
    )
    lon, lat, reach_m, standoff_m, error_m = _cut(
        np.float64, chain(rows.lon, rows.lat, reach, standoff, error), m, m, n, n, n
    )
    surface = [one[2] for one in limits]
    kinds, straights, surfaces = _cut(np.uint8, chain(kind, straight, surface), n, n, n)
    first, last = _limits([(one[0], one[1]) for one in limits]), None
    if any(one[0] != one[3] or one[1] != one[4] for one in limits):
        last = _limits([(one[3], one[4]) for one in limits])
    owners, parts, *limits_mm = _cut(np.int32, chain(owner, part, first), *[n] * 10)
    surface_column = surfaces.view(np.bool_)
    bands = bands_end = Bands(*limits_mm, surface_column)  # type: ignore[call-arg]
    if last is not None:
        bands_end = Bands(*_cut(np.int32, last, *[n] * 8), surface_column)  # type: ignore[call-arg]
    return {
        "owner": owners,
        "part": parts,
        "kind": kinds,
        "ring_start": ring_start,
        "vertex_start": vertex_start,
        "lon": lon,
        "lat": lat,
        "straight": straights.view(np.bool_),
        "reach_m": reach_m,
        "standoff_m": standoff_m,
        "error_m": error_m,
        "bands": bands,
        "bands_end": bands_end,
        "start_us": start_us,
        "end_us": end_us,
    }


def _cut(kind: type, values: Iterable[Any], *counts: int) -> list[np.ndarray]:
    """Columns of these lengths, one after the other in memory."""
    whole: np.ndarray = np.fromiter(values, kind, sum(counts))
    found, at = [], 0
    for count in counts:
        found.append(whole[at : at + count])
        at += count
    return found


def _limits(limits: list[tuple[Limit, Limit]]) -> list[int]:
    """Columns of a lower and an upper limit, as :class:`Bands` has them, one after the other."""
    columns = zip(*[(*lower, *upper) for lower, upper in limits], strict=True)
    return [value for column in columns for value in column]


def widen_round_faces(table: Table) -> None:
    """Add to the box of an area every middle of a face that it holds.

    A ring that runs round a face has no vertex on it, and the box of its edges misses the inside.
    """
    for row in np.flatnonzero((table.face < 0) & (table.kind == AREA)).tolist():
        box = table.box[row]
        for axis, value, centre in FACE_CENTRES:
            others = [k for k in range(3) if k != axis]
            round_it = all(box[k] <= 0 <= box[k + 3] for k in others)
            if round_it and contains(fine_of(table, row).rings, centre):
                box[axis], box[axis + 3] = min(box[axis], value), max(box[axis + 3], value)


def next_vertex(vertex_start: np.ndarray, closed: np.ndarray) -> np.ndarray:
    """For each vertex the other end of the edge that starts there; itself where none does."""
    following = np.arange(1, int(vertex_start[-1]) + 1)
    last = vertex_start[1:] - 1
    following[last] = np.where(closed, vertex_start[:-1], last)
    return following


def _levels(
    lon: np.ndarray, lat: np.ndarray, straight: np.ndarray, following: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Level of each edge, and how far the unsplit edge may lie from the declared line, metres."""
    level, sag = levels(lon, lat, following)
    level = np.where(straight, level, 0).astype(np.uint8)
    return level, np.where(level > 0, sag, 0.0)


def boxes(
    q: np.ndarray,
    sag_m: np.ndarray,
    following: np.ndarray,
    ring_start: np.ndarray,
    vertex_start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Integer boxes and faces of all rows.

    An arc on one face is straight; over a border it bulges, and half its extent is added. A split
    edge may lie anywhere within its deviation. Rings round a face: see ``widen_round_faces``.
    """
    a = q.astype(np.int64)
    b = a[following]
    pad = bulge(a, b) + np.where(sag_m > 0, np.ceil(sag_m * UNITS_PER_M) + 2, 0).astype(np.int64)
    pad = pad[:, None]
    low = np.maximum(np.minimum(a, b) - pad, -W)
    high = np.minimum(np.maximum(a, b) + pad, W)
    first = vertex_start[ring_start[:-1]]
    if len(first) == 0:
        return np.zeros((0, 6), dtype=np.int32), np.zeros(0, dtype=np.int8)
    row_low = np.minimum.reduceat(low, first, axis=0)
    row_high = np.maximum.reduceat(high, first, axis=0)
    face = np.full(len(first), -1, dtype=np.int8)
    vertex_low = np.minimum.reduceat(a, first, axis=0)
    vertex_high = np.maximum.reduceat(a, first, axis=0)
    padded = np.maximum.reduceat(pad.max(axis=1), first) > 0
    for axis in range(3):
        others = [k for k in range(3) if k != axis]
        widest = np.maximum(np.abs(row_low[:, others]), np.abs(row_high[:, others])).max(axis=1)
        inside = ~padded | (widest < W)
        for positive, value in ((0, -W), (1, W)):
            on = (vertex_low[:, axis] == value) & (vertex_high[:, axis] == value)
            face[on & inside] = axis * 2 + positive
            row_low[on & inside, axis] = value
            row_high[on & inside, axis] = value
    return np.concatenate([row_low, row_high], axis=1).astype(np.int32), face
