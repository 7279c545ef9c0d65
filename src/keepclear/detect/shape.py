"""Gathered columns to a finished table: quantised vertices, edge levels, boxes and faces."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from keepclear.detect.edges import levels
from keepclear.detect.fine import fine_of
from keepclear.detect.lattice import UNITS_PER_M, W, bulge, to_cube
from keepclear.detect.polygon import FACE_CENTRES, contains
from keepclear.detect.rows import Rows
from keepclear.detect.table import AREA, Bands, Table
from keepclear.detect.vertical import Limit

__all__ = ["boxes", "columns_of", "complete", "next_vertex", "widen_round_faces"]


def complete(rows: Rows) -> Table:
    """The table of everything gathered."""
    columns = columns_of(rows)
    lon, lat = columns["lon"], columns["lat"]
    ring_start, vertex_start = columns["ring_start"], columns["vertex_start"]
    q = to_cube(lon, lat).astype(np.int32).reshape(-1, 3)
    closed = np.repeat(columns["kind"] == AREA, np.diff(ring_start))
    following = next_vertex(vertex_start, closed)
    straight = np.array(rows.straight, dtype=bool)
    level, sag = _levels(lon, lat, straight, following)
    box, face = boxes(q, sag, following, ring_start, vertex_start)
    table = Table(
        **columns, scale=1.0, q=q, level=level, box=box.reshape(len(rows.owner), 6), face=face
    )
    widen_round_faces(table)
    return table


def columns_of(rows: Rows) -> dict[str, Any]:
    """The columns of a table that hold what was gathered, as it was gathered."""
    ring_start, vertex_start = _starts(rows.rings), _starts(rows.vertices)
    straight = np.array(rows.straight, dtype=bool)
    bands, bands_end = _bands(rows.limits)
    owner, part = np.array((rows.owner, rows.part), dtype=np.int32)
    lengths = np.array((rows.reach_m, rows.standoff_m, rows.error_m), dtype=np.float64)
    reach_m, standoff_m, error_m = lengths
    lon, lat = np.array((rows.lon, rows.lat), dtype=np.float64)
    start_us, end_us = np.array((rows.start_us, rows.end_us), dtype=np.int64)
    return {
        "owner": owner,
        "part": part,
        "kind": np.array(rows.kind, dtype=np.uint8),
        "ring_start": ring_start,
        "vertex_start": vertex_start,
        "lon": lon,
        "lat": lat,
        "straight": straight[vertex_start[ring_start[:-1]]],
        "reach_m": reach_m,
        "standoff_m": standoff_m,
        "error_m": error_m,
        "bands": bands,
        "bands_end": bands_end,
        "start_us": start_us,
        "end_us": end_us,
    }


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


def _starts(counts: list[int]) -> np.ndarray:
    return np.array([*accumulate(counts, initial=0)], dtype=np.int64)


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


def _bands(limits: list[tuple[Limit, Limit, bool, Limit, Limit]]) -> tuple[Bands, Bands]:
    start = _columns([(lower, upper, surface) for lower, upper, surface, _, _ in limits])
    if all(
        lower is lower_end and upper is upper_end
        for lower, upper, _, lower_end, upper_end in limits
    ):
        return start, start
    return start, _columns([(lower, upper, surface) for _, _, surface, lower, upper in limits])


def _columns(limits: list[tuple[Limit, Limit, bool]]) -> Bands:
    numbers = np.array(
        [
            (
                lower.code, lower.own_mm, lower.least_mm, lower.most_mm,
                upper.code, upper.own_mm, upper.least_mm, upper.most_mm,
            )
            for lower, upper, _ in limits
        ],
        dtype=np.int32,
    ).reshape(-1, 8)  # fmt: skip
    surface = np.array([on_ground for _, _, on_ground in limits], dtype=bool)
    return Bands(*np.ascontiguousarray(numbers.T), surface)  # type: ignore[call-arg]
