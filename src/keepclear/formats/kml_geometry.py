"""The geometries of one KML placemark -> the parts that it declares.

Edges of areas are straight in longitude and latitude, the plate carrée plane of OGC 07-147r2, clause
6.3.3. Edges of lines are straight segments through the Earth (clause 6.3.2, table 1), of which the
shadow on the ground is the shortest path to 7 mm on legs of 10 km and 0.7 m on legs of 100 km.

``Point`` is a circle of ``radius_m`` or a site's bare place, ``LineString`` and ``LinearRing`` a line
of ``half_width_m``, as in GeoJSON. ``gx:Track`` is something that moved: with ``half_width_m`` a
planned one that is where it says, without it a recorded one (see ``flights``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple

from keepclear.domain.altitude import Altitude
from keepclear.domain.declaration import Part
from keepclear.domain.footprint import Area, EdgeRule
from keepclear.domain.volume import Volume4D
from keepclear.errors import InputError
from keepclear.formats.kml_heights import Heights, heights_of
from keepclear.formats.kml_tracks import track_parts
from keepclear.formats.place import Place
from keepclear.formats.properties import Properties
from keepclear.formats.remarks import Remarks
from keepclear.formats.rings import VERTICES_MAX
from keepclear.formats.shapes import MEMBERS_MAX, parts_of
from keepclear.formats.text import shown
from keepclear.formats.xmltext import Element, child, local, text_of

__all__ = ["AREA_EDGES", "GEOMETRIES", "LINE_EDGES", "one_area", "parts_of_placemark"]

AREA_EDGES: Final = EdgeRule.LONLAT
LINE_EDGES: Final = EdgeRule.GEODESIC
GEOMETRIES: Final = frozenset(
    {
        "Point",
        "LineString",
        "LinearRing",
        "Polygon",
        "MultiGeometry",
        "Track",
        "MultiTrack",
        "Model",
    }
)
_COORDINATES: Final = re.compile(r"[-+0-9.,eE\s]*", re.ASCII)
"""What coordinates are made of; nothing else is a number, whatever a parser would make of it."""


class _Vertices(NamedTuple):
    places: list[list[float]]
    """Longitude, latitude."""
    metres: list[float | None]


def parts_of_placemark(
    geometry: Element, told: Properties, remarks: Remarks, *, only: str = ""
) -> tuple[Part, ...]:
    """The parts that a placemark declares.

    Args:
        geometry: Its geometry.
        told: Its properties; limits that they state hold over those of the geometry.
        remarks: Receives what should be looked at.
        only: The one kind of geometry that counts, where the others only draw it.

    Raises:
        InputError: what coordinates, heights and ``shapes.parts_of`` raise.
    """
    parts: list[Part] = []
    members = list(_members(geometry))
    if len(members) > MEMBERS_MAX:
        raise InputError(
            "coordinates.expected",
            f"found {len(members):,} geometries, expected at most {MEMBERS_MAX:,}",
        )
    for count, member in enumerate(members, 1):
        name = local(member)
        if only and name != only:
            continue
        where = name if len(members) == 1 else f"{name} {count}"
        with Place(where):
            parts += _READERS[name](member, told, remarks)
    if not parts:
        raise InputError(
            "geometry.missing", f"there is no {only or 'geometry'}, so nothing can be compared"
        )
    return tuple(parts)


def one_area(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Areas of one band and one rule as one part, as our own files write an area of several."""
    areas = [
        part for part in parts if isinstance(part, Volume4D) and isinstance(part.footprint, Area)
    ]
    polygons = [
        polygon
        for part in areas
        if isinstance(part.footprint, Area)
        for polygon in part.footprint.polygons
    ]
    first = areas[0]
    footprint = first.footprint
    if not isinstance(footprint, Area) or any(
        replace(part, footprint=footprint) != first for part in areas
    ):
        return parts
    return (replace(first, footprint=Area(tuple(polygons), footprint.edges)),)


def _members(geometry: Element) -> Iterator[Element]:
    """The simple geometries of a placemark, in file order; the XML's depth limits the nesting."""
    if local(geometry) != "MultiGeometry":
        yield geometry
        return
    for member in geometry:
        if local(member) in GEOMETRIES:
            yield from _members(member)


def _polygon(element: Element, told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    heights = heights_of(element, remarks)
    outer: list[Element] = []
    inner: list[Element] = []
    for boundary in element:
        name = local(boundary)
        if name in {"outerBoundaryIs", "innerBoundaryIs"}:
            # old files write several holes into one innerBoundaryIs
            rings = [ring for ring in boundary if local(ring) == "LinearRing"]
            (outer if name == "outerBoundaryIs" else inner).extend(rings)
    if len(outer) != 1:
        raise InputError(
            "ring.too-few",
            f"found {len(outer)} outer boundaries, expected one; write several areas as Polygons "
            "in a MultiGeometry",
        )
    rings_read, metres = [], []
    for count, ring in enumerate((*outer, *inner), 1):
        with Place(f"ring {count}"):
            vertices = _vertices(ring)
        rings_read.append(vertices.places)
        metres += vertices.metres
    geometry = {"type": "Polygon", "coordinates": rings_read}
    told = _with_edges(_with_band(told, heights, metres, remarks, area=True), AREA_EDGES)
    return parts_of(geometry, told, remarks)


def _point(element: Element, told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    heights = heights_of(element, remarks)
    vertices = _vertices(element)
    if len(vertices.places) != 1:
        raise InputError(
            "coordinates.expected", f"found {len(vertices.places)} places, expected one"
        )
    told = _with_band(told, heights, vertices.metres, remarks, area=False)
    return parts_of({"type": "Point", "coordinates": vertices.places[0]}, told, remarks)


def _line(element: Element, told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    heights = heights_of(element, remarks)
    vertices = _vertices(element)
    geometry = {"type": "LineString", "coordinates": vertices.places}
    if told.times is not None:
        levels = heights.levels(vertices.metres, remarks)
        if levels is not None and not (told.says_lower or told.says_upper):
            limits: tuple[Altitude | None, ...] = tuple(levels)
            told = replace(told, lower=limits, upper=limits, says_lower=True, says_upper=True)
        return parts_of(geometry, told, remarks)
    told = _with_band(told, heights, vertices.metres, remarks, area=False)
    return parts_of(geometry, _with_edges(told, LINE_EDGES), remarks)


def _track(element: Element, told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    return track_parts(element, heights_of(element, remarks), told, remarks)


def _multi_track(element: Element, told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    outer = heights_of(element, remarks)
    parts: list[Part] = []
    tracks = [track for track in element if local(track) == "Track"]
    for count, track in enumerate(tracks, 1):
        said = child(track, "altitudeMode") is not None
        with Place(f"Track {count}"):
            heights = heights_of(track, remarks) if said else outer
            parts += track_parts(track, heights, told, remarks)
    return tuple(parts)


def _model(_element: Element, _told: Properties, _remarks: Remarks) -> tuple[Part, ...]:
    raise InputError(
        "geometry.type",
        "found a Model, a drawing in space that has no outline to compare; draw where it stands "
        "as a Polygon",
    )


def _with_band(
    told: Properties, heights: Heights, metres: list[float | None], remarks: Remarks, *, area: bool
) -> Properties:
    """Properties with the limits of the geometry, where they state none themselves."""
    if told.says_lower or told.says_upper:
        return told
    band = heights.band(metres, remarks, area=area)
    if band is None:
        return told
    return replace(told, lower=band[0], upper=band[1], says_lower=True, says_upper=True)


def _with_edges(told: Properties, edges: EdgeRule) -> Properties:
    return told if told.edges is not None else replace(told, edges=edges)


def _vertices(owner: Element) -> _Vertices:
    """The coordinates of a geometry: longitude, latitude and, where there is one, altitude.

    Raises:
        InputError: ``coordinates.expected``, ``coordinates.too-many``.
    """
    text = text_of(child(owner, "coordinates"))
    if not _COORDINATES.fullmatch(text):
        odd = next(mark for mark in text if not _COORDINATES.fullmatch(mark))
        raise InputError(
            "coordinates.expected",
            f"found {shown(odd)} among the coordinates, expected longitude,latitude,altitude, "
            "such as -77.5,39.1,120",
        )
    tuples = text.split()
    if len(tuples) > VERTICES_MAX:
        raise InputError(
            "coordinates.too-many",
            f"found {len(tuples):,} vertices, expected at most {VERTICES_MAX:,}",
        )
    places: list[list[float]] = []
    metres: list[float | None] = []
    for count, numbers in enumerate(tuples, 1):
        try:
            values = list(map(float, numbers.split(",")))
        except ValueError:
            values = []
        if not 2 <= len(values) <= 3:
            raise InputError(
                "coordinates.expected",
                f"found {shown(numbers)}, expected longitude,latitude,altitude without spaces "
                "between them, such as -77.5,39.1,120",
                where=f"vertex {count}",
            )
        places.append(values[:2])
        metres.append(values[2] if len(values) > 2 else None)
    return _Vertices(places, metres)


_READERS: Final[dict[str, Any]] = {
    "Polygon": _polygon,
    "Point": _point,
    "LineString": _line,
    "LinearRing": _line,
    "Track": _track,
    "MultiTrack": _multi_track,
    "Model": _model,
}
