"""The geometries of ED-318: GeoJSON with a ``layer`` for the heights and an ``extent`` for circles.

Both come from LayeredGeoJSON (EUROCONTROL), which puts them into the geometry itself, so that each
member of a GeometryCollection has its own band. Older files carry a ``verticalLayer`` in the
properties; it counts where the geometry has no layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import EVERYWHERE, AltitudeBand, Units
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule, Footprint, Polygon
from keepclear.errors import InputError
from keepclear.formats.geozones import PARTS_MAX, Limit, band, units_of
from keepclear.formats.members import Findings, as_list, as_object, member
from keepclear.formats.rings import read_line, read_point, read_rings
from keepclear.formats.text import number, shown

__all__ = ["shapes"]

_Reader = Callable[[dict[str, Any], Findings], Iterator[Footprint]]


def shapes(
    geometry: Any, layer: Any, findings: Findings
) -> Iterator[tuple[Footprint, AltitudeBand]]:
    """The footprints of a feature, each with its band; members that cannot be used are refused.

    Args:
        geometry: The feature's geometry as decoded JSON.
        layer: The heights that count for geometries without a layer of their own.
        findings: Receives refusals and remarks.

    Raises:
        InputError: ``geometry.missing``, ``geometry.type``, ``json.*``: nothing of it can be used.
    """
    if geometry is None:
        raise InputError(
            "geometry.missing", "the zone has no geometry; nobody can keep clear of it"
        )
    outer = as_object(geometry)
    if outer.get("type") != "GeometryCollection":
        with findings.row("geometry"):
            yield from _layered(outer, layer, findings)
        return
    with findings.at("geometries"):
        members = as_list(member(outer, "geometries"), PARTS_MAX)
    for count, raw in enumerate(members, 1):
        with findings.row(f"geometry {count}"):
            yield from _layered(as_object(raw), outer.get("layer") or layer, findings)


def _layered(
    geometry: dict[str, Any], layer: Any, findings: Findings
) -> Iterator[tuple[Footprint, AltitudeBand]]:
    kind = geometry.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise InputError(
            "geometry.type", f"found geometry {shown(kind)}, expected one of {', '.join(_READERS)}"
        )
    heights = _band(geometry.get("layer") or layer, findings)
    footprints = tuple(reader(geometry, findings))  # all of them or, where one is wrong, none
    for footprint in footprints:
        yield footprint, heights


def _band(layer: Any, findings: Findings) -> AltitudeBand:
    if layer is None:
        findings.remark("without a layer: taken to have no lower and no upper limit")
        return EVERYWHERE
    with findings.at("layer"):
        limits = as_object(layer)
        return band(
            Limit("lower", limits.get("lower"), limits.get("lowerReference")),
            Limit("upper", limits.get("upper"), limits.get("upperReference")),
            # The schema: "if this member is not specified" the units are metres.
            units_of(limits["uom"]) if "uom" in limits else Units.M,
            findings,
        )


def _point(geometry: dict[str, Any], findings: Findings) -> Iterator[Footprint]:
    center = read_point(geometry.get("coordinates"), findings.remarks)
    extent = geometry.get("extent")
    if extent is None:
        findings.remark("with a point without extent: taken to be that place alone")
        yield Circle(center, 0.0)
        return
    with findings.at("extent"):
        size = as_object(extent)
        if size.get("subType") != "Circle":
            raise InputError(
                "geometry.extent", f"found subType {shown(size.get('subType'))}, expected Circle"
            )
        yield Circle(center, number(member(size, "radius")))


def _line(geometry: dict[str, Any], findings: Findings) -> Iterator[Footprint]:
    findings.remark("with a line without width: taken to be the line alone")
    vertices = read_line(geometry.get("coordinates"), findings.remarks, EdgeRule.LONLAT)
    yield Corridor(vertices, 0.0, EdgeRule.LONLAT)


def _polygon(geometry: dict[str, Any], findings: Findings) -> Iterator[Footprint]:
    rings = read_rings(geometry.get("coordinates"), findings.remarks)
    yield Area((Polygon(rings),), EdgeRule.LONLAT)


def _polygons(geometry: dict[str, Any], findings: Findings) -> Iterator[Footprint]:
    polygons = []
    for count, raw in enumerate(as_list(geometry.get("coordinates"), PARTS_MAX), 1):
        with findings.at(f"polygon {count}"):
            polygons.append(Polygon(read_rings(raw, findings.remarks)))
    yield Area(tuple(polygons), EdgeRule.LONLAT)


def _several(reader: _Reader, what: str) -> _Reader:
    """A reader for a list of coordinates where ``reader`` takes one."""

    def read(geometry: dict[str, Any], findings: Findings) -> Iterator[Footprint]:
        for count, raw in enumerate(as_list(geometry.get("coordinates"), PARTS_MAX), 1):
            with findings.at(f"{what} {count}"):
                yield from reader({"coordinates": raw}, findings)

    return read


_READERS: Final = MappingProxyType[str, _Reader](
    {
        "Point": _point,
        "MultiPoint": _several(_point, "point"),
        "LineString": _line,
        "MultiLineString": _several(_line, "line"),
        "Polygon": _polygon,
        "MultiPolygon": _polygons,
    }
)
