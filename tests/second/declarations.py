"""What is read back of a declaration: docs/protocol/link.md, *Declarations*."""

from __future__ import annotations

import json
from collections.abc import Iterator

MOST = 64


def footprint_places(footprint: dict) -> Iterator[list[float]]:
    if footprint["form"] == "circle":
        yield footprint["center"]
    elif footprint["form"] == "corridor":
        yield from footprint["vertices"]
    else:
        for polygon in footprint["polygons"]:
            for ring in polygon:
                yield from ring


def some(values: list) -> list:
    """All of them, or 64 from the first to the last."""
    if len(values) <= MOST:
        return values
    return [values[k * (len(values) - 1) // (MOST - 1)] for k in range(MOST)]


def understood(text: str) -> tuple[list[dict], list[int]]:
    """Places and times of a declaration, in the order of its parts, as a read-back says them."""
    places: list[list[float]] = []
    times: list[int | None] = []
    for part in json.loads(text)["parts"]:
        if part["part"] == "route":
            places += [each["at"] for each in part["waypoints"]]
            times += [each["time_us"] for each in part["waypoints"]]
            continue
        places += footprint_places(part["footprint"])
        window = part["window"] if "window" in part else part["schedule"]["window"]
        times += [window.get("start_us"), window.get("end_us")]
    said = [{"lat_e7": round(lat * 1e7), "lon_e7": round(lon * 1e7)} for lon, lat in places]
    return some(said), some([each for each in times if each is not None])
