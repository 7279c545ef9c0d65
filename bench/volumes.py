"""The workload as every peer is given it: boxes, shapely polygons, and one exact test for all.

The exact test is what a careful user of shapely writes: polygons by GEOS (edges straight in
longitude and latitude), circles by their true geodesic radius. Peers that hold no shapely
geometries themselves hand their candidate pairs to it.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from pyproj import Geod

from workload import CIRCLE, CORRIDOR

Pairs = tuple[np.ndarray, np.ndarray]

GEOD = Geod(ellps="WGS84")
CIRCLE_PAD = 10
"""1e-7 degree, about 1 m: a circle's box is taken from its 32 vertices, which miss its easternmost
point by millimetres. Boxes only find candidates, so a little wider is harmless."""
BATCH = 50_000
"""Pairs tested in one call: large enough to forget Python, small enough to stay in cache."""
WORKERS = os.cpu_count() or 1


class Volumes:
    """All volumes of one workload, loaded and ready to be joined.

    Attributes:
        box: int32 (N, 4): west, south, east, north in 1e-7 degree, edges included.
        alt, tm: int32 (N, 2): open altitude bands in cm, half-open windows in s.
        polygon: shapely polygons in degrees; circles hold their 32-gon, never used for a verdict.
    """

    def __init__(self, npz: Path) -> None:
        with np.load(npz) as arrays:
            self.xy, self.off = arrays["xy"], arrays["off"]
            self.alt, self.tm, self.circ = arrays["alt"], arrays["tm"], arrays["circ"]
            self.kind = arrays["kind"]
        self.size = len(self.kind)
        self.round = self.kind == CIRCLE
        starts = self.off[:-1]
        low = np.minimum.reduceat(self.xy, starts)
        high = np.maximum.reduceat(self.xy, starts)
        pad = np.where(self.round, CIRCLE_PAD, 0).astype(np.int32)[:, None]
        self.box = np.concatenate([low - pad, high + pad], 1)
        ring_of = np.repeat(np.arange(self.size), np.diff(self.off))
        self.polygon = shapely.polygons(shapely.linearrings(self.xy / 1e7, indices=ring_of))

    def boxes(self) -> np.ndarray:
        """The boxes as shapely geometries in degrees."""
        return shapely.box(*(self.box.T / 1e7))


def overlap(volumes: Volumes, i: np.ndarray, j: np.ndarray) -> Pairs:
    """Of the given pairs, those whose windows and bands overlap (both without touching)."""
    tm, alt = volumes.tm, volumes.alt
    keep = (tm[i, 0] < tm[j, 1]) & (tm[j, 0] < tm[i, 1])
    i, j = i[keep], j[keep]
    keep = (alt[i, 0] < alt[j, 1]) & (alt[j, 0] < alt[i, 1])
    return i[keep], j[keep]


def refine(volumes: Volumes, i: np.ndarray, j: np.ndarray, workers: int = WORKERS) -> Pairs:
    """Of the candidate pairs, those whose footprints share a point; as fast as shapely can.

    Corridors, whose boxes hold most of the false candidates, are prepared and asked as the first
    of their pair. A prepared geometry may serve one thread at a time, so that the pairs are cut
    into batches only where the first of the pair changes.

    Args:
        volumes: The workload.
        i: First volume of each candidate pair, in any order.
        j: Second volume of each candidate pair.
        workers: Threads; GEOS runs outside the interpreter's lock.
    """
    swap = (volumes.kind[j] == CORRIDOR) & (volumes.kind[i] != CORRIDOR)
    asked, other = np.where(swap, j, i), np.where(swap, i, j)
    order = np.argsort(asked, kind="stable")
    asked, other = asked[order], other[order]
    prepared = volumes.polygon[np.unique(asked[volumes.kind[asked] == CORRIDOR])]
    shapely.prepare(prepared)
    starts = np.flatnonzero(np.diff(asked, prepend=-1))
    cuts = np.unique(starts[np.searchsorted(starts, np.arange(0, len(asked), BATCH), "right") - 1])
    spans = [slice(*ends) for ends in pairwise([*cuts.tolist(), len(asked)])]

    def batch(span: slice) -> np.ndarray:
        return meets(volumes, asked[span], other[span])

    with ThreadPoolExecutor(workers) as pool:
        masks = list(pool.map(batch, spans))
    shapely.destroy_prepared(prepared)  # the next run starts where this one did
    keep = np.concatenate(masks) if masks else np.zeros(0, bool)
    return asked[keep], other[keep]


def meets(volumes: Volumes, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Whether the footprints of each pair share a point."""
    round_i, round_j = volumes.round[i], volumes.round[j]
    found = np.zeros(len(i), bool)
    plain = ~(round_i | round_j)
    found[plain] = shapely.intersects(volumes.polygon[i[plain]], volumes.polygon[j[plain]])
    both = round_i & round_j
    found[both] = _discs_meet(volumes, i[both], j[both])
    mixed = round_i ^ round_j
    disc = np.where(round_i, i, j)[mixed]
    other = np.where(round_i, j, i)[mixed]
    found[mixed] = _disc_meets_polygon(volumes, disc, other)
    return found


def _discs_meet(volumes: Volumes, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    a, b = volumes.circ[i], volumes.circ[j]
    _, _, distance_m = GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    return distance_m <= a[:, 2] + b[:, 2]


def _disc_meets_polygon(volumes: Volumes, disc: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Nearest point in a plane scaled at the disc's centre, then its geodesic distance.

    The plane is off by 0.1 % at 5 km, which moves the nearest point along its edge by metres and
    the distance by millimetres at most; straight edges stay straight in it.
    """
    if not disc.size:
        return np.zeros(0, bool)
    centre, radius_m = volumes.circ[disc, :2], volumes.circ[disc, 2]
    scale = np.stack(metres_per_degree(centre[:, 1]), 1)
    starts, counts = volumes.off[other], volumes.off[other + 1] - volumes.off[other]
    pair = np.repeat(np.arange(disc.size), counts)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    vertex = volumes.xy[starts[pair] + within] / 1e7
    ring = shapely.linearrings((vertex - centre[pair]) * scale[pair], indices=pair)
    line = shapely.shortest_line(shapely.polygons(ring), shapely.Point(0, 0))
    nearest = shapely.get_coordinates(line)[::2] / scale + centre
    _, _, distance_m = GEOD.inv(centre[:, 0], centre[:, 1], nearest[:, 0], nearest[:, 1])
    return distance_m <= radius_m


def metres_per_degree(lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of longitude and of latitude on the WGS84 ellipsoid, at latitudes in degrees."""
    sine2 = np.sin(np.radians(lat)) ** 2
    bend = 1 - GEOD.es * sine2
    east = GEOD.a / np.sqrt(bend) * np.cos(np.radians(lat))
    north = GEOD.a * (1 - GEOD.es) / bend**1.5
    return east * np.pi / 180, north * np.pi / 180


def morton(box: np.ndarray) -> np.ndarray:
    """Place of each box centre on a curve that keeps neighbours together."""
    x, y = (_spread(box[:, k].astype(np.int64) + box[:, k + 2]) for k in (0, 1))
    return x | (y << np.uint64(1))


def _spread(centre: np.ndarray) -> np.ndarray:
    """The upper 16 bits of a coordinate, with a gap after each bit."""
    bits = ((centre - centre.min()) >> 15).astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits
