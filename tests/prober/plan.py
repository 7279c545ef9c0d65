"""A plan that somebody would like to know, and its cells.

A cell is 2,250 m square, 600 m high and 32 minutes long. What a prober was told is laid over the same
cells: a cell is learnt when some part of the plan in it was told.
"""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon, box, shape

from keepclear.domain.window import parse_instant
from tests.laws.strategies import (
    MINUTE,
    WGS84,
    band,
    circle,
    laid,
    moved,
    rectangle,
    volume,
)
from tests.laws.strategies import window as minutes
from tests.node.world import LAT, LON

SIDE_M, HIGH_M, LONG_MIN = 2_250.0, 600.0, 32.0
NIGHT = 30_240
"""Minutes after 1970: midnight of the day that is planned, three weeks on."""
DAY_MIN = 1_440.0


@dataclass(frozen=True)
class Piece:
    """A shape in metres east and north of the middle, metres of height, minutes of the day."""

    shape: Polygon
    low_m: float
    high_m: float
    start_min: float
    end_min: float


def random_plan(seed: int, theatre_m: float, operations: int):
    """Operations as a coalition flies them: 5 to 25 km wide, 1 to 6 hours, 600 to 3,000 m deep."""
    roll = random.Random(seed)
    half = theatre_m / 2
    plan = []
    for _ in range(operations):
        east, north = roll.uniform(-half, half), roll.uniform(-half, half)
        reach = 5_000.0 * 5.0 ** roll.random()
        low = roll.uniform(0.0, 8_000.0)
        high = low + roll.uniform(600.0, 3_000.0)
        start = roll.uniform(0.0, DAY_MIN - 360.0)
        end = start + roll.uniform(60.0, 360.0)
        centre = moved(LAT, LON, east, north)
        if roll.random() < 0.5:
            outline = circle(centre.latitude, centre.longitude, reach)
            drawn = shape({"type": "Point", "coordinates": (east, north)}).buffer(reach)
        else:
            across = reach * roll.uniform(0.3, 1.0)
            outline = laid(
                centre.latitude, centre.longitude, rectangle(-reach, -across, reach, across)
            )
            drawn = box(east - reach, north - across, east + reach, north + across)
        part = volume(outline, band(low, high), minutes(NIGHT + start, NIGHT + end))
        plan.append((part, Piece(drawn, low, high, start, end)))
    return plan


def cells(pieces):
    """The cells that pieces have a part in; a shared edge is none."""
    found = set()
    for one in pieces:
        west, south, east, north = one.shape.bounds
        flat = [
            (x, y)
            for x in _steps(west, east, SIDE_M)
            for y in _steps(south, north, SIDE_M)
            if one.shape.intersects(
                box(x * SIDE_M + 1, y * SIDE_M + 1, (x + 1) * SIDE_M - 1, (y + 1) * SIDE_M - 1)
            )
        ]
        found |= {
            (x, y, z, t)
            for x, y in flat
            for z in _steps(one.low_m, one.high_m, HIGH_M)
            for t in _steps(one.start_min, one.end_min, LONG_MIN)
        }
    return found


def _steps(low, high, size):
    first, last = int(low // size), int(high // size)
    return range(first, last + (1 if high % size else 0)) if high > low else range(first, first + 1)


def told(text: str):
    """The pieces that an answer tells of."""
    for one in json.loads(text)["crossings"]:
        area = one.get("area")
        if area is None:
            continue
        flat = shapely.transform(shape(area), _metres)
        low, high = one["altitude_w84_m"]
        yield Piece(
            flat,
            low,
            high,
            parse_instant(one["time_start"]) / MINUTE - NIGHT,
            parse_instant(one["time_end"]) / MINUTE - NIGHT,
        )


def _metres(places):
    """East and north of the middle, as :func:`tests.laws.strategies.moved` lays them out."""
    found = []
    for longitude, latitude in places:
        line = WGS84.Inverse(LAT, LON, latitude, longitude)
        azimuth = math.radians(line["azi1"])
        found.append((line["s12"] * math.sin(azimuth), line["s12"] * math.cos(azimuth)))
    return np.array(found)
