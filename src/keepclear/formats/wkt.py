"""Well-known text -> the GeoJSON geometry that says the same: longitude before latitude.

Reads POINT, LINESTRING, POLYGON and MULTIPOLYGON, with or without Z, and the prefix SRID=4326 that
PostGIS writes.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any, Final

from keepclear.errors import InputError
from keepclear.formats.text import shown

__all__ = ["parse_wkt"]

_SHAPES: Final = MappingProxyType(
    {
        "POINT": ("Point", 1),
        "LINESTRING": ("LineString", 1),
        "POLYGON": ("Polygon", 2),
        "MULTIPOLYGON": ("MultiPolygon", 3),
    }
)
"""GeoJSON type, and how many brackets stand around its coordinates."""
_HEAD: Final = re.compile(
    r"(?:SRID ?= ?(\d{1,6}) ?; ?)?([A-Z]{1,20})(?: (?:Z|M|ZM))? ?(?=\()",
    re.ASCII | re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"[(),]|[^\s(),]+")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WGS84: Final = "4326"


def parse_wkt(text: str) -> dict[str, Any]:
    """The GeoJSON geometry of a well-known text; its coordinates are not checked yet.

    Raises:
        InputError: ``wkt.unreadable``, ``crs.unknown``.
    """
    text = " ".join(text.split())
    head = _HEAD.match(text)
    shape = _SHAPES.get(head[2].upper()) if head else None
    if head is None or shape is None:
        raise _unreadable(f"found {shown(text)}")
    if head[1] not in {None, _WGS84}:
        raise InputError(
            "crs.unknown", f"found SRID {head[1]}, expected {_WGS84}: longitude, latitude on WGS84"
        )
    tokens = _TOKEN.findall(text, head.end())
    coordinates, end = _group(tokens, 0, shape[1])
    if end != len(tokens):
        raise _unreadable(f"found {shown(tokens[end])} after the end of the geometry")
    kind = shape[0]
    if kind == "Point":
        if len(coordinates) != 1:
            raise _unreadable(f"found a POINT of {len(coordinates)} positions")
        coordinates = coordinates[0]
    return {"type": kind, "coordinates": coordinates}


def _group(tokens: list[str], at: int, depth: int) -> tuple[list[Any], int]:
    """The items between two brackets, and where the reading goes on."""
    if at >= len(tokens) or tokens[at] != "(":
        raise _unreadable(f"found {_token(tokens, at)} where '(' should open")
    items: list[Any] = []
    while True:
        item, at = _group(tokens, at + 1, depth - 1) if depth > 1 else _position(tokens, at + 1)
        items.append(item)
        following = tokens[at] if at < len(tokens) else ""
        if following == ")":
            return items, at + 1
        if following != ",":
            raise _unreadable(f"found {_token(tokens, at)} where ',' or ')' should follow")


def _position(tokens: list[str], at: int) -> tuple[list[float], int]:
    numbers: list[float] = []
    while at < len(tokens) and _NUMBER.fullmatch(tokens[at]):
        numbers.append(float(tokens[at]))
        at += 1
    if not 2 <= len(numbers) <= 4:
        raise _unreadable(
            f"found {len(numbers)} numbers before {_token(tokens, at)} where longitude and "
            "latitude should stand"
        )
    return numbers, at


def _token(tokens: list[str], at: int) -> str:
    return shown(tokens[at]) if at < len(tokens) else "the end"


def _unreadable(found: str) -> InputError:
    return InputError(
        "wkt.unreadable",
        f"{found}, expected POINT, LINESTRING, POLYGON or MULTIPOLYGON in longitude latitude "
        "order, such as 'POINT (144.2 -31.1)'",
    )
