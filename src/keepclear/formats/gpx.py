"""GPX 1.0 and 1.1 -> declarations: waypoints, routes and tracks, each one row.

A track, or a route of which each point has a time, is something that moves: a recorded track with
straight legs and uncertain gaps (see ``flights``), or with ``half_width_m`` a plan that is where it
says. Without times it is a line that stands, and needs ``half_width_m`` like every line.

GPX has no place for who declares what. Properties stand as attributes of an element ``keepclear``
under ``extensions``, by the names of GeoJSON. Edges are taken as shortest paths: the schema does not
say what joins two points, and receivers steer by great circles. The author's name and address, which
GPX has places for, are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import Altitude, Reference, Units
from keepclear.domain.declaration import Part
from keepclear.domain.footprint import EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError
from keepclear.formats.kml_tracks import moving_parts
from keepclear.formats.place import Place
from keepclear.formats.properties import Properties
from keepclear.formats.reading import Reading
from keepclear.formats.remarks import Remarks
from keepclear.formats.rows import Rows
from keepclear.formats.shapes import parts_of
from keepclear.formats.text import free_text, number, shown
from keepclear.formats.textprops import ELEMENT, typed, with_limits_of
from keepclear.formats.xmltext import Element, child, child_text, local, root_of

__all__ = ["LINE_EDGES", "PREFIX", "read"]

PREFIX: Final = "keepclear "
"""What stands before a property's name in the places of errors."""
LINE_EDGES: Final = EdgeRule.GEODESIC
_DEGREES: Final = re.compile(r"[+-]?\d{1,3}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_METRES: Final = re.compile(r"[+-]?\d{1,9}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_OFFSET: Final = re.compile(r"(?:[Zz]|[+-]\d{2}:?\d{2})$", re.ASCII)

_UTC: Final = "with times that state no offset: taken as UTC, as the GPX schema says"
_ELEVATION: Final = (
    "with elevations: taken as metres above mean sea level; receivers differ, some write heights "
    "above the ellipsoid"
)
_STANDING: Final = (
    "that stand still, with elevations: not used, an elevation there is mostly the ground's"
)
_SOME_TIMES: Final = "without a time among points that have one: left out of the track"


def read(data: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Read a GPX file.

    Args:
        data: The whole file, in the encoding that it declares.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``xml.*``, ``file.encoding``, ``xml.root``: nothing in the file can be used.
    """
    with Place(name):
        root = root_of(data, "gpx")
    rows = Rows("gpx", name, stem=stem or name, row="item", prefix=PREFIX)
    entries = [element for element in root if local(element) in _READERS]
    for count, element in enumerate(entries, 1):
        said = _said(element)
        try:
            with Place(_KINDS[local(element)]):
                _take(rows, element, said, count)
        except InputError as error:
            rows.refuse(error, count, said.get("id") or child_text(element, "name") or None)
    return rows.reading()


def _take(rows: Rows, element: Element, said: dict[str, str], count: int) -> None:
    with Place(ELEMENT):
        raw = typed(said)
    for property_, source in (("name", "name"), ("description", "desc")):
        text = free_text(child_text(element, source))
        if text:
            raw.setdefault(property_, text)
    told = rows.told(raw, number=count)
    parts = _READERS[local(element)](element, told, rows.remarks)
    rows.add(with_limits_of(told, parts), parts, number=count)


def _said(element: Element) -> dict[str, str]:
    """Our properties under the extensions of an entry."""
    extensions = child(element, "extensions")
    ours = None if extensions is None else child(extensions, ELEMENT)
    return {} if ours is None else {str(name): str(text) for name, text in ours.items()}


def _waypoint(element: Element, told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    place = _position(element)
    if child(element, "ele") is not None:
        remarks.add(_STANDING)
    point = {"type": "Point", "coordinates": [place.longitude, place.latitude]}
    return parts_of(point, told, remarks)


def _route(element: Element, told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    points = [point for point in element if local(point) == "rtept"]
    if points and all(child_text(point, "time") for point in points):
        if told.half_width_m is None:
            raise InputError("line.no-width", _NO_WIDTH)
        return _moving(points, told, remarks)
    return _standing(points, told, remarks)


def _track(element: Element, told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    segments = [segment for segment in element if local(segment) == "trkseg"]
    moving = any(child_text(p, "time") for segment in segments for p in segment)
    parts: list[Part] = []
    for count, segment in enumerate(segments, 1):
        points = [point for point in segment if local(point) == "trkpt"]
        if not points:
            continue
        with Place(f"segment {count}" if len(segments) > 1 else "segment"):
            reader = _moving if moving else _standing
            parts += reader(points, told, remarks)
    if not parts:
        raise InputError(
            "geometry.missing", "the track has no points, so nothing can be compared with it"
        )
    return tuple(parts)


def _standing(points: list[Element], told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    if told.half_width_m is None:
        raise InputError("line.no-width", _NO_WIDTH)
    places = [_place_of(point, count) for count, point in enumerate(points, 1)]
    if any(child(point, "ele") is not None for point in points):
        remarks.add(_STANDING)
    line = {
        "type": "LineString",
        "coordinates": [[place.longitude, place.latitude] for place in places],
    }
    return parts_of(line, replace(told, edges=told.edges or LINE_EDGES), remarks)


def _moving(points: list[Element], told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    times, places, heights = [], [], []
    for count, point in enumerate(points, 1):
        text = child_text(point, "time")
        if not text:
            remarks.of("point").add_rows(_SOME_TIMES, 1)
            continue
        with Place(f"point {count}"):
            times.append(_instant(text, remarks))
            places.append(_position(point))
            heights.append(_elevation(point))
    levels = [height for height in heights if height is not None]
    if levels:
        remarks.add(_ELEVATION)
    whole = levels if len(levels) == len(heights) else None
    return moving_parts(times, places, whole, told, remarks)


def _place_of(point: Element, count: int) -> Position:
    with Place(f"point {count}"):
        return _position(point)


def _position(point: Element) -> Position:
    degrees = {}
    for name in ("lat", "lon"):
        text = point.get(name)
        if text is None or not _DEGREES.fullmatch(text.strip()):
            raise InputError(
                "number.expected",
                f"found {shown(text)}, expected degrees such as 36.2048",
                where=name,
            )
        degrees[name] = number(float(text))
    return Position(latitude=degrees["lat"], longitude=degrees["lon"])


def _elevation(point: Element) -> Altitude | None:
    text = child_text(point, "ele")
    if not text:
        return None
    if not _METRES.fullmatch(text):
        raise InputError(
            "number.expected", f"found {shown(text)}, expected metres such as 211.5", where="ele"
        )
    return Altitude(number(float(text)), Units.M, Reference.AMSL)


def _instant(text: str, remarks: Remarks) -> int:
    if not _OFFSET.search(text):
        remarks.add(_UTC)
        text += "Z"
    with Place("time"):
        return parse_instant(text)


_NO_WIDTH: Final = (
    "a line needs half_width_m, the metres to either side of it; GPX has no place of its own for "
    "it, so write <extensions><keepclear half_width_m='50'/></extensions> into it"
)
_READERS: Final = MappingProxyType[str, Callable[[Any, Properties, Remarks], tuple[Part, ...]]](
    {"wpt": _waypoint, "rte": _route, "trk": _track}
)
_KINDS: Final = MappingProxyType({"wpt": "waypoint", "rte": "route", "trk": "track"})
