"""GeoJSON, the format that every other one is brought to."""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

SEEDS = (
    (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a","kind":"site"'
        b',"standoff_m":500,"altitude_upper":{"value":120,"units":"FT","reference":"AGL"}},"geometry":'
        b'{"type":"Point","coordinates":[8.5,47.3]}}]}'
    ),
    (
        b'{"type":"Feature","properties":{"times":["2015-11-20T05:30:00Z","2015-11-20T06:30:00+03:00"],'
        b'"half_width_m":100},"geometry":{"type":"LineString","coordinates":[[8,47],[8.1,47.2]]}}'
    ),
)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="geojson")
    except InputError:
        return
