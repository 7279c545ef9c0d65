"""The benchmark's volumes: one day over Europe, the same for the same size and seed everywhere.

Of the volumes, 97 % are drone flights (star-shaped polygons of 4 to 20 vertices, 0.2 to 5 km wide,
5 to 60 minutes), 2 % corridors (100 to 300 km, hours) and 1 % circles that stand all day, around
500 cities of unequal size. The draws and their order define the workload: whoever changes one
makes another workload, and figures for it cannot be compared with published ones.

Arrays of a workload (and of its npz file):
    xy    int32 (M, 2)    longitude, latitude in 1e-7 degree; circles as 32 vertices, for boxes
    off   int64 (N + 1)   where each ring starts in ``xy``; rings are not closed
    alt   int32 (N, 2)    lower and upper limit, cm above the WGS84 ellipsoid
    tm    int32 (N, 2)    start and end, s since 2026-06-01T00:00Z
    circ  float64 (N, 3)  longitude, latitude, radius in m; nan where the volume is a polygon
    kind  uint8 (N)       0 drone, 1 corridor, 2 circle
Edges are straight in longitude and latitude.

usage: python bench/workload.py SIZE SEED OUT.npz|OUT.ndjson|OUT.geojson
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Geod

Arrays = dict[str, np.ndarray]

DRONE, CORRIDOR, CIRCLE = 0, 1, 2
METRES_PER_DEGREE = np.pi * 6371008.8 / 180  # mean Earth: the workload needs sizes, not geodesy
CITIES = 500
CIRCLE_VERTICES = 32
MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)
DAY_S = 86_400


def generate(size: int, seed: int = 1) -> Arrays:
    """The workload of ``size`` volumes; see the head of this module for its arrays."""
    draw = np.random.default_rng(seed)
    kind, lon, lat = _places(draw, size)
    vertices = np.where(kind == DRONE, draw.integers(4, 21, size), CIRCLE_VERTICES)
    legs = draw.integers(1, 5, size)
    vertices = np.where(kind == CORRIDOR, 2 * (legs + 1), vertices)
    off = np.zeros(size + 1, np.int64)
    np.cumsum(vertices, out=off[1:])
    ring = np.empty((2, off[-1]))
    shape = _Shape(lon, lat, off, ring)
    _drones(draw, shape, kind, vertices)
    _corridors(draw, shape, kind, legs)
    circ = _circles(draw, shape, kind)
    alt = _bands(draw, kind)
    tm = _windows(draw, kind)
    xy = np.round(ring.T * 1e7).astype(np.int32)
    return {"xy": xy, "off": off, "alt": alt, "tm": tm, "circ": circ, "kind": kind}


class _Shape:
    """Centres of all volumes, and the room for their rings in degrees."""

    def __init__(self, lon: np.ndarray, lat: np.ndarray, off: np.ndarray, ring: np.ndarray) -> None:
        self.lon, self.lat, self.off, self.ring = lon, lat, off, ring
        self.shrink = np.cos(np.radians(lat))

    def places(self, which: np.ndarray, vertices: int) -> np.ndarray:
        """Positions in the flat arrays, one row of ``vertices`` per volume."""
        return self.off[which][:, None] + np.arange(vertices)

    def put(self, which: np.ndarray, east_m: np.ndarray, north_m: np.ndarray) -> None:
        """Write rings given in metres from their volumes' centres."""
        at = self.places(which, east_m.shape[1])
        shrink = self.shrink[which][:, None]
        self.ring[0, at] = self.lon[which][:, None] + east_m / (METRES_PER_DEGREE * shrink)
        self.ring[1, at] = self.lat[which][:, None] + north_m / METRES_PER_DEGREE


def _places(draw: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kind and centre: around cities with a heavy tail, 10 % anywhere."""
    weight = 1.0 / (np.arange(CITIES) + 3.0) ** 0.9
    weight /= weight.sum()
    city_lon = draw.uniform(-9, 30, CITIES)
    city_lat = draw.uniform(37, 60, CITIES)
    # Larger workloads spread a little, so that pairs per volume grow more slowly than volumes.
    spread = (size / 1e4) ** 0.175
    sigma_m = 2000.0 * np.sqrt(weight / np.median(weight)) * spread
    lot = draw.random(size)
    kind = np.full(size, DRONE, np.uint8)
    kind[lot < 0.02] = CORRIDOR
    kind[(lot >= 0.02) & (lot < 0.03)] = CIRCLE
    city = draw.choice(CITIES, size, p=weight)
    away_m = draw.standard_normal((size, 2)) * sigma_m[city][:, None]
    anywhere = draw.random(size) < 0.10
    some_lat = draw.uniform(36, 61, size)
    lat = np.where(anywhere, some_lat, city_lat[city] + away_m[:, 1] / METRES_PER_DEGREE)
    some_lon = draw.uniform(-10, 31, size)
    per_degree = METRES_PER_DEGREE * np.cos(np.radians(lat))
    lon = np.where(anywhere, some_lon, city_lon[city] + away_m[:, 0] / per_degree)
    return kind, lon, lat


def _drones(
    draw: np.random.Generator, shape: _Shape, kind: np.ndarray, vertices: np.ndarray
) -> None:
    """Star-shaped polygons, often not convex, 0.2 to 5 km across (log-uniform)."""
    width_m = np.exp(draw.uniform(np.log(200), np.log(5000), len(kind)))
    for count in range(4, 21):
        which = np.flatnonzero((kind == DRONE) & (vertices == count))
        if not which.size:
            continue
        turn = np.arange(count) + draw.uniform(0.15, 0.85, (which.size, count))
        angle = turn * (2 * np.pi / count)
        reach_m = width_m[which][:, None] / 2 * draw.uniform(0.6, 1.0, (which.size, count))
        shape.put(which, reach_m * np.cos(angle), reach_m * np.sin(angle))


def _corridors(
    draw: np.random.Generator, shape: _Shape, kind: np.ndarray, legs: np.ndarray
) -> None:
    """Ribbons of 1 to 4 legs with gentle turns, 100 to 300 km long, 1 to 10 km wide."""
    for count in range(1, 5):
        which = np.flatnonzero((kind == CORRIDOR) & (legs == count))
        if not which.size:
            continue
        length_m = draw.uniform(1e5, 3e5, which.size)
        half_m = (np.exp(draw.uniform(np.log(1e3), np.log(1e4), which.size)) / 2)[:, None]
        first = draw.uniform(0, 2 * np.pi, which.size)
        turn = draw.uniform(-0.5, 0.5, (which.size, count))
        turn[:, 0] = 0
        heading = first[:, None] + np.cumsum(turn, 1)
        leg_m = length_m[:, None] / count
        east, north = (_centred(leg_m * f(heading)) for f in (np.cos, np.sin))
        inner = (heading[:, 1:] + heading[:, :-1]) / 2
        across = np.concatenate([heading[:, :1], inner, heading[:, -1:]], 1)
        side_e, side_n = half_m * np.sin(across), half_m * np.cos(across)
        right_e, right_n = east + side_e, north - side_n
        left_e, left_n = east - side_e, north + side_n
        shape.put(
            which,
            np.concatenate([right_e, left_e[:, ::-1]], 1),
            np.concatenate([right_n, left_n[:, ::-1]], 1),
        )


def _centred(steps_m: np.ndarray) -> np.ndarray:
    """Way points from their steps, with the mean way point at 0."""
    path = np.concatenate([np.zeros((len(steps_m), 1)), np.cumsum(steps_m, 1)], 1)
    return path - path.mean(1, keepdims=True)


def _circles(draw: np.random.Generator, shape: _Shape, kind: np.ndarray) -> np.ndarray:
    """Discs of 250 m to 5 km radius (log-uniform), and their geodesic 32-gons."""
    which = np.flatnonzero(kind == CIRCLE)
    radius_m = np.exp(draw.uniform(np.log(250), np.log(5000), which.size))
    circ = np.full((len(kind), 3), np.nan)
    circ[which, 0] = np.round(shape.lon[which], 7)
    circ[which, 1] = np.round(shape.lat[which], 7)
    circ[which, 2] = radius_m
    if which.size:
        angle = np.arange(CIRCLE_VERTICES) * (2 * np.pi / CIRCLE_VERTICES)
        lon, lat, _ = Geod(ellps="WGS84").fwd(
            np.repeat(circ[which, 0], CIRCLE_VERTICES),
            np.repeat(circ[which, 1], CIRCLE_VERTICES),
            np.tile(90 - np.degrees(angle), which.size),
            np.repeat(radius_m, CIRCLE_VERTICES),
        )
        at = shape.places(which, CIRCLE_VERTICES)
        shape.ring[0, at] = lon.reshape(at.shape)
        shape.ring[1, at] = lat.reshape(at.shape)
    return circ


def _bands(draw: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    """Altitude limits in cm: drones low and thin, corridors in layers, circles from 0."""
    size = len(kind)
    low = draw.uniform(0, 350, size)
    thick = draw.uniform(50, 150, size)
    layer = draw.choice([0, 150, 300, 600, 1500, 3000], size, p=[0.15, 0.1, 0.15, 0.2, 0.2, 0.2])
    deep = draw.uniform(300, 3000, size)
    ceiling = draw.choice([120, 300, 500, 1500], size)
    lower = np.choose(kind, [low, layer * 1.0, np.zeros(size)])
    upper = np.choose(kind, [low + thick, layer * 1.0 + deep, ceiling * 1.0])
    return np.round(np.stack([lower, upper], 1) * 100).astype(np.int32)


def _windows(draw: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    """Start and end in s, busiest around 13:00, on whole minutes: windows that touch do occur."""
    size = len(kind)
    busy = draw.random(size) < 0.8
    around_noon = np.clip(draw.normal(46800, 12600, size), 0, DAY_S - 1)
    start = np.where(busy, around_noon, draw.uniform(0, DAY_S, size))
    start = np.where(kind == CIRCLE, 0, np.round(start / 60) * 60)
    flight, long_haul = draw.uniform(300, 3600, size), draw.uniform(1800, 4 * 3600, size)
    length = np.choose(kind, [flight, long_haul, np.full(size, float(DAY_S))])
    return np.stack([start, start + np.round(length / 60) * 60], 1).astype(np.int32)


def features(arrays: Arrays) -> Iterator[dict[str, Any]]:
    """The volumes as GeoJSON features: operations without a party, so each stands for itself."""
    columns = [arrays[name].tolist() for name in ("kind", "alt", "tm")]
    for i, (kind, (lower, upper), (start, end)) in enumerate(zip(*columns, strict=True)):
        properties = {
            "id": str(i),
            "kind": "operation",
            "altitude_lower": _limit(lower),
            "altitude_upper": _limit(upper),
            "time_start": _instant(start),
            "time_end": _instant(end),
        }
        geometry: dict[str, Any]
        if kind == CIRCLE:
            lon, lat, radius_m = arrays["circ"][i].tolist()
            properties["radius_m"] = round(radius_m, 3)
            geometry = {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]}
        else:
            span = slice(arrays["off"][i], arrays["off"][i + 1])
            ring = (arrays["xy"][span] / 1e7).round(7).tolist()
            geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        yield {"type": "Feature", "geometry": geometry, "properties": properties}


def _limit(centimetres: int) -> dict[str, Any]:
    return {"value": centimetres / 100, "units": "M", "reference": "W84"}


def _instant(seconds: int) -> str:
    return (MIDNIGHT + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(arrays: Arrays, out: Path) -> None:
    """Write the workload in the form that the name's ending asks for."""
    if out.suffix == ".npz":
        np.savez(out, **arrays)
        return
    collection = out.suffix == ".geojson"
    with out.open("w") as file:
        if collection:
            file.write('{"type": "FeatureCollection", "features": [')
        for i, feature in enumerate(features(arrays)):
            if i:
                file.write(",\n" if collection else "\n")
            file.write(json.dumps(feature))
        file.write("]}" if collection else "\n")


def main() -> None:
    """Command line: SIZE SEED OUT."""
    if len(sys.argv) != 4 or Path(sys.argv[3]).suffix not in {".npz", ".ndjson", ".geojson"}:
        sys.exit("usage: python bench/workload.py SIZE SEED OUT.npz|OUT.ndjson|OUT.geojson")
    arrays = generate(int(float(sys.argv[1])), int(sys.argv[2]))
    write(arrays, Path(sys.argv[3]))
    drones, corridors, circles = np.bincount(arrays["kind"], minlength=3)
    print(
        f"{drones} drones, {corridors} corridors, {circles} circles, {len(arrays['xy'])} vertices"
    )


if __name__ == "__main__":
    main()
