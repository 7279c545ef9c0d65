"""A GeoJSON geometry with the properties of its row -> the parts of a declaration.

``Polygon`` and ``MultiPolygon`` are areas; ``Point`` and ``MultiPoint`` circles of ``radius_m``, or
a site's bare place; ``LineString`` with ``times`` a moving disc, and without them a standing
corridor with round ends; a ``GeometryCollection`` is all of its members. Edges are straight in
longitude and latitude (RFC 7946) unless the row says otherwise; the legs of a moving disc always are
geodesics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.declaration import Kind, Part
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Footprint, Polygon
from keepclear.domain.route import Route, Waypoint
from keepclear.domain.volume import Volume4D
from keepclear.errors import InputError
from keepclear.formats.place import Place
from keepclear.formats.properties import Properties
from keepclear.formats.remarks import Remarks
from keepclear.formats.rings import read_line, read_point, read_rings
from keepclear.formats.text import shown

__all__ = ["DEFAULT_EDGES", "GEOMETRY_TYPES", "MEMBERS_MAX", "parts_of"]

DEFAULT_EDGES: Final = EdgeRule.LONLAT
"""What the line between two vertices means where the row does not say (RFC 7946, section 3.1.1)."""
MEMBERS_MAX: Final = 100_000
"""Polygons, lines, points or members in one geometry."""

_UNUSED: Final = (
    ("radius_m", "with a radius_m but no point: it was ignored"),
    ("half_width_m", "with a half_width_m but no line: it was ignored"),
    ("edges", "with edges but neither a polygon nor a line: ignored"),
    ("times", "with times but no LineString: ignored; give time_start and time_end"),
    ("leg_errors_m", "with leg_errors_m but no times: ignored"),
)
_TWO_CLOCKS: Final = "with times that differ from time_start or time_end: the times hold"


@dataclass(slots=True)
class _Row:
    told: Properties
    remarks: Remarks
    used: set[str] = field(default_factory=set)
    """Properties that only some geometries need, and that this one did."""
    place: str = "geometry"
    """The geometry being read, or the member of a collection."""

    def edges(self) -> EdgeRule:
        """What joins the vertices of a shape that stands still."""
        self.used.add("edges")
        return self.told.edges or DEFAULT_EDGES

    def standing(self, footprints: list[Footprint]) -> list[Part]:
        band = self.told.band()
        return [Volume4D(footprint, band, self.told.window) for footprint in footprints]


def parts_of(geometry: Any, told: Properties, remarks: Remarks) -> tuple[Part, ...]:
    """The parts that one row declares, in the order of its geometry; at least one.

    Raises:
        InputError: ``geometry.*``, ``point.no-radius``, ``line.*``, ``route.*``, and what places,
            rings and footprints raise. Its place starts with ``geometry``, or names the property
            that does not fit the geometry.
    """
    row = _Row(told, remarks)
    parts = _read(geometry, row)
    for name, remark in _UNUSED:
        if name not in row.used and getattr(told, name) is not None:
            remarks.add(remark)
    return tuple(parts)


def _read(geometry: Any, row: _Row) -> list[Part]:
    if geometry is None:
        raise InputError(
            "geometry.missing",
            "there is no geometry, so nothing can be compared with it; declare where it is",
            where=row.place,
        )
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        found = f"type {shown(kind)}" if isinstance(geometry, dict) else shown(geometry)
        raise InputError(
            "geometry.type",
            f"found {found}, expected a geometry of type {', '.join(GEOMETRY_TYPES)}",
            where=row.place,
        )
    return reader(geometry, row)


def _polygon(geometry: dict[str, Any], row: _Row) -> list[Part]:
    edges = row.edges()
    with Place(row.place):
        rings = read_rings(geometry.get("coordinates"), row.remarks, edges)
    return row.standing([Area((Polygon(rings),), edges)])


def _multi_polygon(geometry: dict[str, Any], row: _Row) -> list[Part]:
    polygons, edges = [], row.edges()
    for count, polygon in enumerate(_items(geometry, "coordinates", row), 1):
        with Place(f"{row.place} polygon {count}"):
            polygons.append(Polygon(read_rings(polygon, row.remarks, edges)))
    return row.standing([Area(tuple(polygons), edges)])


def _point(geometry: dict[str, Any], row: _Row) -> list[Part]:
    with Place(row.place):
        circle = Circle(read_point(geometry.get("coordinates"), row.remarks), _radius_m(row))
    return row.standing([circle])


def _multi_point(geometry: dict[str, Any], row: _Row) -> list[Part]:
    circles: list[Footprint] = []
    for count, point in enumerate(_items(geometry, "coordinates", row), 1):
        with Place(f"{row.place} point {count}"):
            circles.append(Circle(read_point(point, row.remarks), _radius_m(row)))
    return row.standing(circles)


def _radius_m(row: _Row) -> float:
    row.used.add("radius_m")
    if row.told.radius_m is not None:
        return row.told.radius_m
    if row.told.kind is Kind.SITE:
        return 0.0
    raise InputError(
        "point.no-radius",
        "a bare point has no extent, and only a site may be one; give radius_m in metres, or "
        "kind 'site' with its standoff_m",
    )


def _line_string(geometry: dict[str, Any], row: _Row) -> list[Part]:
    if row.told.times is None:
        return row.standing([_corridor(geometry.get("coordinates"), row, row.place)])
    return [_route(geometry.get("coordinates"), row.told.times, row)]


def _multi_line_string(geometry: dict[str, Any], row: _Row) -> list[Part]:
    if row.told.times is not None:
        raise InputError(
            "route.several-lines",
            "found times with a MultiLineString; a moving disc follows one line, so write each "
            "line as a LineString with its own times",
            where=row.place,
        )
    lines = enumerate(_items(geometry, "coordinates", row), 1)
    return row.standing(
        [_corridor(line, row, f"{row.place} line {count}") for count, line in lines]
    )


def _corridor(coordinates: Any, row: _Row, where: str) -> Footprint:
    edges = row.edges()
    with Place(where):
        vertices = read_line(coordinates, row.remarks, edges)
        if len(vertices) < 2:
            raise InputError(
                "line.too-few",
                f"a line needs at least 2 different vertices; found {len(vertices)}; "
                "write a place as Point with radius_m",
            )
        return Corridor(vertices, _half_width_m(row), edges)


def _half_width_m(row: _Row) -> float:
    row.used.add("half_width_m")
    if row.told.half_width_m is None:
        raise InputError(
            "line.no-width",
            "a line needs half_width_m, the metres to either side of it; 0 is a value",
        )
    return row.told.half_width_m


def _route(coordinates: Any, times: tuple[int, ...], row: _Row) -> Route:
    row.used |= {"times", "edges", "leg_errors_m"}
    told = row.told
    if told.edges not in {None, EdgeRule.GEODESIC}:
        raise InputError(
            "route.edges",
            "what moves goes along shortest paths from vertex to vertex; write edges 'geodesic', "
            "or leave them out",
            where=f"{told.prefix}edges",
        )
    with Place(row.place):
        vertices = read_line(coordinates, row.remarks, None)
        half_width_m = _half_width_m(row)
    for name, values in (
        ("times", times),
        ("altitude_lower", told.lower),
        ("altitude_upper", told.upper),
        ("leg_errors_m", told.leg_errors_m),
    ):
        if isinstance(values, tuple) and len(values) != len(vertices):
            raise InputError(
                "route.count",
                f"found {len(values)} values for {len(vertices)} vertices; give one for each",
                where=f"{told.prefix}{name}",
            )
    window = told.window
    if window.start_us not in {None, times[0]} or window.end_us not in {None, times[-1]}:
        row.remarks.add(_TWO_CLOCKS)
    if isinstance(told.lower, tuple) or isinstance(told.upper, tuple):
        bands = [told.band_at(vertex) for vertex in range(len(vertices))]
    else:
        bands = [told.band()] * len(vertices)
    errors_m = told.leg_errors_m or (0.0,) * len(vertices)
    waypoints = tuple(map(Waypoint, vertices, times, bands, errors_m))
    with Place(f"{told.prefix}times"):
        return Route(waypoints, half_width_m)


def _collection(geometry: dict[str, Any], row: _Row) -> list[Part]:
    parts: list[Part] = []
    for count, member in enumerate(_items(geometry, "geometries", row), 1):
        row.place = f"geometry member {count}"
        if isinstance(member, dict) and member.get("type") == "GeometryCollection":
            raise InputError(
                "geometry.nested",
                "a GeometryCollection inside another; list all geometries in one",
                where=row.place,
            )
        parts += _read(member, row)
    return parts


def _items(geometry: dict[str, Any], member: str, row: _Row) -> list[Any]:
    items = geometry.get(member)
    if not isinstance(items, list) or not 0 < len(items) <= MEMBERS_MAX:
        raise InputError(
            "coordinates.expected",
            f"found {shown(items)} as {member}, expected a list of 1 to {MEMBERS_MAX:,}",
            where=row.place,
        )
    return items


_READERS: Final = MappingProxyType[str, Callable[[dict[str, Any], _Row], list[Part]]](
    {
        "Polygon": _polygon,
        "MultiPolygon": _multi_polygon,
        "Point": _point,
        "MultiPoint": _multi_point,
        "LineString": _line_string,
        "MultiLineString": _multi_line_string,
        "GeometryCollection": _collection,
    }
)
GEOMETRY_TYPES: Final = tuple(_READERS)
