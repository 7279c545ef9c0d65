"""Declarations -> Cursor-on-Target events that TAK clients draw and our own reader takes back whole.

One event for each part, all inside an element ``events``. The exact geometry stands as ``wkt`` beside
our properties in an element ``keepclear`` of the detail; ``shape`` and ``link`` draw its outline, and
the circle ``ce`` round the point holds it whole, as the schema wants. Times that have no limit get one
far away, because the format has no other way; the detail keeps that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import atan2, degrees, dist, hypot
from typing import Any, Final, NamedTuple

from lxml import etree

from keepclear.domain.altitude import AltitudeBand, Reference
from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Corridor, Ring
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.window import Window, format_instant
from keepclear.formats.cot import OPEN
from keepclear.formats.flights import space
from keepclear.formats.textprops import ELEMENT
from keepclear.formats.writers.losses import Losses
from keepclear.formats.writers.textprops import about, about_part, number_text, window_of, xml_text

__all__ = ["write"]

_VERSION: Final = "2.0"
_HOW: Final = "m-r"
"""Relayed: imported from another system."""
_UNKNOWN: Final = "9999999.0"
_NO_START_US: Final = 0
_NO_END_US: Final = 4_102_444_800_000_000
"""2100-01-01T00:00Z stands for an end that there is not."""
_STEPS: Final = 16
"""Points along each edge that are looked at to say how large the circle round a shape is."""
_ROOM: Final = 1.02
"""Of that circle: more than the Earth's flattening and the bulge of an edge between two points."""

_OPEN_TIME: Final = (
    "its open start or end for other programs, which find 1970 and 2100; the detail keeps it"
)
_HEIGHTS: Final = (
    "its heights for other programs: the format has metres above the ellipsoid only; the detail "
    "keeps them"
)
_ONE_RING: Final = "its holes and further polygons in the drawing; the detail keeps them"


class _Drawing(NamedTuple):
    """How one part looks to other programs."""

    type: str
    wkt: str
    line: tuple[Position, ...]
    """What is drawn: a ring with its first vertex repeated, a line, or one place."""
    reach_m: float
    """How far the shape goes beyond that line."""


def write(declarations: Sequence[Declaration], losses: Losses) -> bytes:
    """Events of version 2.0 inside one element, UTF-8.

    Args:
        declarations: What is written, in this order.
        losses: Receives what the format cannot hold or show.
    """
    root = etree.Element("events")
    taken: set[str] = set()
    for declaration in declarations:
        whole = about(declaration, losses)
        for name in ("name", "description"):
            text = xml_text(getattr(declaration, name))
            if text:
                whole[name] = text
        for part in declaration.parts:
            _event(root, declaration, part, dict(whole), taken, losses)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _event(
    root: Any,
    declaration: Declaration,
    part: Part,
    said: dict[str, str],
    taken: set[str],
    losses: Losses,
) -> None:
    window = window_of(declaration, part, losses)
    start_us, end_us = _bounds(window)
    if None in (window.start_us, window.end_us):
        losses.add(declaration, _OPEN_TIME)
    drawing = _drawing(part, declaration, losses)
    said |= about_part(part)
    said["wkt"] = drawing.wkt
    if isinstance(part, Route):
        said["times"] = ";".join(format_instant(point.time_us) for point in part.waypoints)
    else:
        said |= _times(window)
    event = etree.SubElement(
        root,
        "event",
        version=_VERSION,
        uid=_uid(declaration, taken),
        type=drawing.type,
        time=format_instant(start_us),
        start=format_instant(start_us),
        stale=format_instant(end_us),
        how=_HOW,
    )
    center, ce_m = _circle_round(drawing)
    etree.SubElement(
        event,
        "point",
        lat=_decimal(center.latitude),
        lon=_decimal(center.longitude),
        ce=_decimal(ce_m),
        **_heights(part, declaration, losses),
    )
    detail = etree.SubElement(event, "detail")
    name = xml_text(declaration.name or declaration.id)
    etree.SubElement(detail, "contact", callsign=name)
    if declaration.description:
        etree.SubElement(detail, "remarks").text = xml_text(declaration.description)
    _draw(detail, drawing, part)
    etree.SubElement(detail, ELEMENT, said)


def _uid(declaration: Declaration, taken: set[str]) -> str:
    stem = xml_text(
        f"{declaration.party}/{declaration.id}" if declaration.party else declaration.id
    )
    uid, count = stem or "-", 1
    while uid in taken:
        count += 1
        uid = f"{stem}#{count}"
    taken.add(uid)
    return uid


def _bounds(window: Window) -> tuple[int, int]:
    """A start and an end for a format that must have both."""
    start_us, end_us = window.start_us, window.end_us
    if start_us is None:
        start_us = _NO_START_US if end_us is None else min(_NO_START_US, end_us)
    return start_us, max(start_us, _NO_END_US) if end_us is None else end_us


def _times(window: Window) -> dict[str, str]:
    return {
        name: OPEN if instant_us is None else format_instant(instant_us)
        for name, instant_us in (("time_start", window.start_us), ("time_end", window.end_us))
    }


def _drawing(part: Part, declaration: Declaration, losses: Losses) -> _Drawing:
    if isinstance(part, Route):
        places = tuple(point.position for point in part.waypoints)
        return _Drawing("b-m-r", f"LINESTRING {_list(places)}", places, part.half_width_m)
    footprint = part.footprint
    if isinstance(footprint, Area):
        if len(footprint.polygons) > 1 or len(footprint.polygons[0].rings) > 1:
            losses.add(declaration, _ONE_RING)
        polygons = [
            "(" + ", ".join(_list(_closed(ring)) for ring in polygon.rings) + ")"
            for polygon in footprint.polygons
        ]
        wkt = f"MULTIPOLYGON ({', '.join(polygons)})"
        if len(polygons) == 1:
            wkt = f"POLYGON {polygons[0]}"
        return _Drawing("u-d-f", wkt, _closed(footprint.polygons[0].rings[0]), 0.0)
    if isinstance(footprint, Corridor):
        wkt = f"LINESTRING {_list(footprint.vertices)}"
        return _Drawing("b-m-r", wkt, footprint.vertices, footprint.half_width_m)
    type_ = "u-d-c-c" if footprint.radius_m else "b-m-p-s-m"
    wkt = f"POINT {_list((footprint.center,))}"
    return _Drawing(type_, wkt, (footprint.center,), footprint.radius_m)


def _draw(detail: Any, drawing: _Drawing, part: Part) -> None:
    """Shape and links that other programs draw."""
    if len(drawing.line) < 2:
        if drawing.reach_m:
            shape = etree.SubElement(detail, "shape")
            size = _decimal(drawing.reach_m)
            etree.SubElement(shape, "ellipse", major=size, minor=size, angle="0")
        return
    for place in drawing.line:
        point = f"{_decimal(place.latitude)},{_decimal(place.longitude)}"
        etree.SubElement(detail, "link", point=point)
    shape = etree.SubElement(detail, "shape")
    closed = not isinstance(part, Route) and isinstance(part.footprint, Area)
    polyline = etree.SubElement(shape, "polyline", closed="true" if closed else "false")
    for place in drawing.line[:-1] if closed else drawing.line:
        etree.SubElement(
            polyline, "vertex", lat=_decimal(place.latitude), lon=_decimal(place.longitude)
        )


def _heights(part: Part, declaration: Declaration, losses: Losses) -> dict[str, str]:
    """Height of the point and its range, where every limit is measured from the ellipsoid."""
    bands = [p.band for p in part.waypoints] if isinstance(part, Route) else [part.band]
    limits = [limit for band in bands for limit in (band.lower, band.upper)]
    metres = [
        limit.metres for limit in limits if limit is not None and limit.reference is Reference.W84
    ]
    if len(metres) < len(limits):
        if any(band != AltitudeBand(None, None) for band in bands):
            losses.add(declaration, _HEIGHTS)
        return {"hae": _UNKNOWN, "le": _UNKNOWN}
    low, high = min(metres), max(metres)
    return {"hae": _decimal((low + high) / 2.0), "le": _decimal((high - low) / 2.0)}


def _circle_round(drawing: _Drawing) -> tuple[Position, float]:
    """A place in the middle, and how far the whole shape reaches from it."""
    if len(drawing.line) == 1:
        return drawing.line[0], drawing.reach_m
    corners = [space(place) for place in drawing.line]
    x, y, z = (sum(axis) for axis in zip(*corners, strict=True))
    middle = Position(
        latitude=round(degrees(atan2(z, hypot(x, y))), 7),
        longitude=round(degrees(atan2(y, x)), 7),
    )
    here = space(middle)
    far_m = max(dist(here, space(place)) for place in _along(drawing.line))
    return middle, far_m * _ROOM + drawing.reach_m + 1.0


def _along(line: Sequence[Position]) -> Iterable[Position]:
    for a, b in pairwise(line):
        turn = (b.longitude - a.longitude + 540.0) % 360.0 - 180.0
        for step in range(_STEPS + 1):
            share = step / _STEPS
            longitude = (a.longitude + turn * share + 540.0) % 360.0 - 180.0
            latitude = a.latitude + (b.latitude - a.latitude) * share
            yield Position(latitude=latitude, longitude=longitude)


def _closed(ring: Ring) -> Ring:
    return (*ring, ring[0])


def _list(places: Iterable[Position]) -> str:
    pairs = (f"{number_text(p.longitude)} {number_text(p.latitude)}" for p in places)
    return f"({', '.join(pairs)})"


def _decimal(value: float) -> str:
    """Digits without an exponent, which the schema does not know; nanodegrees and nanometres."""
    return f"{value:.9f}".rstrip("0").rstrip(".") or "0"
