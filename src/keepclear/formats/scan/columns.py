"""The columns of a file, from its bytes: where each thread begins, and all stretches as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from keepclear.formats.scan.stretch import border, head, stretches

__all__ = ["Scan", "scan"]

_BYTES_A_VERTEX: Final = 5
"""No position takes fewer bytes: ``[0,0]``."""
_PARALLEL_BYTES: Final = 1_000_000
"""Smaller files are not worth a second thread."""
_BYTES_A_FEATURE: Final = 120
"""No canonical feature takes fewer bytes."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Columns of a file of canonical features; see ``detect.table``."""

    collection: bool
    """The features stand in a FeatureCollection; else one stands in each line."""
    kind: np.ndarray
    """uint8 (n): AREA or LINE (a point)."""
    role: np.ndarray
    """uint8 (n): 0 operation, 1 restriction."""
    ring_start: np.ndarray
    vertex_start: np.ndarray
    lon: np.ndarray
    """int32 (m): degrees times 1e7."""
    lat: np.ndarray
    reach_m: np.ndarray
    lower: np.ndarray
    """float64 (n): metres above the ellipsoid; NaN is no limit."""
    upper: np.ndarray
    start_us: np.ndarray
    """int64 (n): -2**60 is no limit."""
    end_us: np.ndarray
    names: np.ndarray
    """int64 (n, 4): where id and party begin and end in the bytes; party 0, 0 where not said."""


def _borders(data: np.ndarray, first: int) -> np.ndarray:
    """Where each thread begins; features begin there if the file is canonical."""
    threads = numba.get_num_threads() if len(data) >= _PARALLEL_BYTES else 1
    step = (len(data) - first) // threads
    inner = [border(data, first + step * k) for k in range(1, threads)]
    return np.unique(np.array([first, *inner, len(data)], dtype=np.int64))


def scan(data: np.ndarray) -> Scan | None:
    """The columns of a file, or None where it is not canonical from end to end.

    Args:
        data: uint8, the whole file.
    """
    first, collection = head(data)
    if not 0 <= first < len(data):
        return None
    borders = _borders(data, first)
    size = int(np.diff(borders).max())
    shape = (len(borders) - 1, size // _BYTES_A_FEATURE + 2)
    room = (len(borders) - 1, size // _BYTES_A_VERTEX + 4)
    kind, role = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
    ring_start = np.zeros((shape[0], shape[1] + 1), np.int64)
    vertex_start = np.zeros(room, np.int64)
    lon, lat = np.empty(room, np.int32), np.empty(room, np.int32)
    reach, lower, upper = (np.empty(shape) for _ in range(3))
    start_us, end_us = np.empty(shape, np.int64), np.empty(shape, np.int64)
    names = np.empty((*shape, 4), np.int64)
    counts = np.full(shape[0], -1, np.int64)
    stretches(data, borders, collection, kind, role, ring_start, vertex_start, lon, lat, reach,
               lower, upper, start_us, end_us, names, counts)  # fmt: skip
    if counts.min() < 0 or counts.sum() < 1:
        return None
    parts = list(enumerate(counts.tolist()))
    rings = [int(ring_start[k, n]) for k, n in parts]
    points = [int(vertex_start[k, r]) for k, r in enumerate(rings)]

    def joined(column: np.ndarray) -> np.ndarray:
        return np.concatenate([column[k, :n] for k, n in parts])

    return Scan(
        collection=bool(collection),
        kind=joined(kind),
        role=joined(role),
        ring_start=_chained([ring_start[k, : n + 1] for k, n in parts]),
        vertex_start=_chained([vertex_start[k, : r + 1] for k, r in enumerate(rings)]),
        lon=np.concatenate([lon[k, :n] for k, n in enumerate(points)]),
        lat=np.concatenate([lat[k, :n] for k, n in enumerate(points)]),
        reach_m=joined(reach),
        lower=joined(lower),
        upper=joined(upper),
        start_us=joined(start_us),
        end_us=joined(end_us),
        names=joined(names),
    )


def _chained(starts: list[np.ndarray]) -> np.ndarray:
    """Starts of several stretches as one."""
    offsets = np.concatenate(([0], np.cumsum([int(one[-1]) for one in starts])))
    moved = [one[1:] + offset for one, offset in zip(starts, offsets[:-1], strict=True)]
    return np.concatenate([np.zeros(1, np.int64), *moved])
