"""readsb: a trace and a list of aircraft."""

from __future__ import annotations

import json

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

TRACE = json.dumps(
    {
        "icao": "ac671b",
        "timestamp": 1738703622.25,
        "trace": [
            [0.0, 16.7, -88.0, 32000, 478.6, 327.8, 1, 0, {"flight": "DAL1", "rc": 186}, "mlat", 1],
            [9.5, 16.8, -88.0, "ground", None, None, 8, 0, None, "adsb_icao", 33825],
        ],
    }
).encode()
AIRCRAFT = json.dumps(
    {"now": 1738703622.25, "aircraft": [{"hex": "4b43ac", "lat": 47.0, "lon": 8.0, "seen_pos": 2}]}
).encode()
SEEDS = (TRACE, AIRCRAFT)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="readsb")
    except InputError:
        return
