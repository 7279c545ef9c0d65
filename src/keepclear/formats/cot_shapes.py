"""The detail of a Cursor-on-Target event -> the geometry that it draws, as GeoJSON writes it.

Read are ``shape`` of the public shape schema (MITRE case 11-3904) with ``polyline`` and ``ellipse``,
and the ``link`` elements with ``point`` in which TAK keeps corners and routes. Where there is none,
the circle ``ce`` round the point: the schema wants it to hold every shape whole.

``major`` and ``minor`` are taken as half axes, as TAK writes them; the schema says "axis" and the
larger reading holds. What joins two vertices no text says; shortest paths are taken.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from keepclear.domain.footprint import EdgeRule
from keepclear.domain.position import Position
from keepclear.errors import InputError
from keepclear.formats.ellipses import ring_round
from keepclear.formats.place import Place
from keepclear.formats.remarks import Remarks
from keepclear.formats.rings import VERTICES_MAX
from keepclear.formats.text import number, shown
from keepclear.formats.xmltext import Element, child, local

__all__ = ["EDGES", "UNKNOWN", "Drawn", "decimal", "drawn", "position"]

EDGES: Final = EdgeRule.GEODESIC
UNKNOWN: Final = 9_999_999.0
"""What the format writes for a height or an error that nobody knows."""
_DECIMAL: Final = re.compile(r"[+-]?\d{1,12}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_CORNER: Final = re.compile(
    rf"\s*({_DECIMAL.pattern})\s*,\s*({_DECIMAL.pattern})\s*(?:,\s*{_DECIMAL.pattern}\s*)?",
    re.ASCII,
)
"""Latitude, longitude, and perhaps a height."""
_LEVELS: Final = {"ellipse": 0, "polyline": 1, "dxf": 2}
"""Which shape is the better one where no level says so."""
_RECTANGLE: Final = "u-d-r"
_TRUE: Final = frozenset({"1", "true"})

_ROUND: Final = (
    "with an ellipse: taken as a polygon of 72 corners that holds it whole and stands out 0.1 %"
)
_NO_DXF: Final = "with a shape in DXF, which is not read: the next best shape holds"
_BY_CE: Final = "without a shape that is read: the circle ce round the point holds"


class Drawn(NamedTuple):
    """What an event draws."""

    geometry: dict[str, Any]
    radius_m: float | None = None


def drawn(
    type_: str, center: Position, ce_m: float, detail: Element | None, remarks: Remarks
) -> Drawn | None:
    """The geometry of an event that draws one; None where it is a bare point.

    Args:
        type_: The type of the event.
        center: Its point.
        ce_m: Its circle, or ``UNKNOWN``.
        detail: Its detail.
        remarks: Receives what should be looked at.

    Raises:
        InputError: ``position.*``, ``number.*``, ``coordinates.*``, ``length.range``.
    """
    shape = None if detail is None else child(detail, "shape")
    if shape is not None:
        with Place("shape"):
            found = _shape(shape, center, remarks)
        if found is not None:
            return found
    corners = _links(detail) if detail is not None else []
    if len(corners) > 1:
        closed = type_.startswith(_RECTANGLE) or (len(corners) > 3 and corners[0] == corners[-1])
        return Drawn(_line_or_area(corners, closed=closed))
    if type_.startswith(("u-", "r-")) and ce_m != UNKNOWN and ce_m > 0.0:
        remarks.add(_BY_CE)
        return Drawn({"type": "Point", "coordinates": [center.longitude, center.latitude]}, ce_m)
    return None


def _shape(shape: Element, center: Position, remarks: Remarks) -> Drawn | None:
    """The best of the shapes, by level and then by kind."""
    ranked: list[tuple[float, int, float, int, Element]] = []
    for element in shape:
        name = local(element)
        if name == "dxf":
            remarks.add(_NO_DXF)
        elif name in _LEVELS:
            text = element.get("level")
            level = -1.0 if text is None else decimal(text, "level")
            size = decimal(element.get("major"), "major") if name == "ellipse" else 0.0
            ranked.append((level, _LEVELS[name], size, len(ranked), element))
    if not ranked:
        return None
    element = max(ranked)[-1]
    if local(element) == "ellipse":
        return _ellipse(element, center, remarks)
    corners = [
        [decimal(vertex.get("lon"), "lon"), decimal(vertex.get("lat"), "lat")]
        for vertex in element
        if local(vertex) == "vertex"
    ]
    _check_count(corners)
    return Drawn(_line_or_area(corners, closed=(element.get("closed") or "true") in _TRUE))


def _ellipse(element: Element, center: Position, remarks: Remarks) -> Drawn:
    major = decimal(element.get("major"), "major")
    minor = decimal(element.get("minor"), "minor")
    bearing = decimal(element.get("angle") or "0", "angle")
    middle = [center.longitude, center.latitude]
    if not 0.0 <= minor <= major <= _AXIS_M_MAX:
        raise InputError(
            "length.range",
            f"found half axes of {major} and {minor} m, expected the longer first, up to "
            f"{_AXIS_M_MAX:,.0f} m",
        )
    if major == minor:
        return Drawn({"type": "Point", "coordinates": middle}, major)
    remarks.add(_ROUND)
    ring = [
        [place.longitude, place.latitude] for place in ring_round(center, major, minor, bearing)
    ]
    return Drawn({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})


def _links(detail: Element) -> list[list[float]]:
    corners = []
    points = (link.get("point") for link in detail.iterchildren("{*}link"))
    for count, point in enumerate(filter(None, points), 1):
        corner = _CORNER.fullmatch(point)
        if corner is None:
            raise InputError(
                "coordinates.expected",
                f"found {shown(point)}, expected latitude,longitude,height",
                where=f"link {count}",
            )
        corners.append([number(float(corner[2])), number(float(corner[1]))])
    _check_count(corners)
    return corners


def _check_count(corners: list[list[float]]) -> None:
    if len(corners) > VERTICES_MAX:
        raise InputError(
            "coordinates.too-many",
            f"found {len(corners):,} vertices, expected at most {VERTICES_MAX:,}",
        )


def _line_or_area(corners: list[list[float]], *, closed: bool) -> dict[str, Any]:
    if not corners:
        raise InputError("coordinates.expected", "found no vertex, expected at least two")
    if not closed:
        return {"type": "LineString", "coordinates": corners}
    ring = corners if corners[0] == corners[-1] else [*corners, corners[0]]
    return {"type": "Polygon", "coordinates": [ring]}


def position(point: Element) -> Position:
    """The place of an event.

    Raises:
        InputError: ``number.expected``, ``position.range``.
    """
    return Position(
        latitude=decimal(point.get("lat"), "lat"), longitude=decimal(point.get("lon"), "lon")
    )


def decimal(text: str | None, name: str) -> float:
    """A number of an attribute.

    Raises:
        InputError: ``number.expected``; its place is the attribute.
    """
    if text is None or not _DECIMAL.fullmatch(text.strip()):
        raise InputError(
            "number.expected", f"found {shown(text)}, expected a number alone", where=name
        )
    return number(float(text))


_AXIS_M_MAX: Final = 500_000.0
"""The largest radius that the domain takes."""
