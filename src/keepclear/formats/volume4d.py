"""Volume4D of ASTM F3548-21, from decoded JSON.

Edges are shortest paths on the ellipsoid and a circle is measured on it: the published interface of
the standard says so under Polygon and Radius. Member names are those of the standard; the camelCase
of its drafts is understood, and said.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.footprint import Area, Circle, EdgeRule, Footprint, Polygon
from keepclear.domain.position import Position
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window
from keepclear.errors import InputError
from keepclear.formats.members import Findings, as_instant, as_list, as_object, member
from keepclear.formats.text import number, shown

__all__ = ["DRAFT_NAMES", "VERTICES_MAX", "modern", "volume4d"]

VERTICES_MAX: Final = 10_000
"""Vertices of one outline; services of the standard refuse far fewer."""

DRAFT_NAMES: Final = MappingProxyType(
    {
        "outlinePolygon": "outline_polygon",
        "outlineCircle": "outline_circle",
        "altitudeLower": "altitude_lower",
        "altitudeUpper": "altitude_upper",
        "timeStart": "time_start",
        "timeEnd": "time_end",
        "offNominalVolumes": "off_nominal_volumes",
        "operationalIntent": "operational_intent",
    }
)
"""Names in the drafts of the standard, and what became of them."""


def modern(raw: dict[str, Any], findings: Findings) -> dict[str, Any]:
    """The same object under the names of the published standard.

    Raises:
        InputError: ``member.twice`` when a member is there in both spellings.
    """
    if not DRAFT_NAMES.keys() & raw.keys():
        return raw
    findings.remark(
        "with member names in the camelCase of early drafts: read as those of F3548-21 "
        "(outline_polygon, altitude_lower, time_start)"
    )
    modern: dict[str, Any] = {}
    for name, value in raw.items():
        new = DRAFT_NAMES.get(name, name)
        if new in modern:
            raise InputError(
                "member.twice", f"{new!r} is there twice, in the old and the new spelling; keep one"
            )
        modern[new] = value
    return modern


def volume4d(raw: Any, findings: Findings) -> Volume4D:
    """One volume, with a remark on every limit that it leaves open.

    Raises:
        InputError: What was found, what was expected, and the member it stands in.
    """
    outer = modern(as_object(raw), findings)
    solid = modern(as_object(member(outer, "volume")), findings)
    footprint = _footprint(solid, findings)
    limits = {}
    for which, side in (("altitude_lower", "lower"), ("altitude_upper", "upper")):
        with findings.at(which):
            limits[which] = _altitude(solid.get(which))
        if limits[which] is None:
            findings.remark(f"without {which}: taken to have no {side} limit")
    times = {}
    for which, side in (("time_start", "since ever"), ("time_end", "until further notice")):
        with findings.at(which):
            times[which] = _time(outer.get(which))
        if times[which] is None:
            findings.remark(f"without {which}: taken to hold {side}")
    return Volume4D(
        footprint,
        AltitudeBand(limits["altitude_lower"], limits["altitude_upper"]),
        Window(times["time_start"], times["time_end"]),
    )


def _footprint(solid: dict[str, Any], findings: Findings) -> Footprint:
    polygon, circle = solid.get("outline_polygon"), solid.get("outline_circle")
    if (polygon is None) == (circle is None):
        raise InputError(
            "outline.one",
            f"found {'no outline' if polygon is None else 'a polygon and a circle'}, "
            "expected exactly one of outline_polygon and outline_circle",
        )
    if polygon is not None:
        with findings.at("outline_polygon"):
            return _polygon(as_object(polygon), findings)
    with findings.at("outline_circle"):
        return _circle(as_object(circle))


def _polygon(raw: dict[str, Any], findings: Findings) -> Area:
    vertices = as_list(member(raw, "vertices"), VERTICES_MAX)
    ring: list[Position] = []
    try:
        ring.extend(_position(vertex) for vertex in vertices)
    except InputError as error:
        raise error.inside(f"vertices {len(ring) + 1}") from error
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
        findings.remark("where the first vertex is repeated at the end, unlike F3548: accepted")
    return Area((Polygon((tuple(ring),)),), EdgeRule.GEODESIC)


def _position(raw: Any) -> Position:
    point = as_object(raw)
    return Position(latitude=number(member(point, "lat")), longitude=number(member(point, "lng")))


def _circle(raw: dict[str, Any]) -> Circle:
    radius = as_object(member(raw, "radius"))
    _exactly(radius, "units", "M", "length.units", "write the radius in metres")
    value = number(member(radius, "value"))
    if value == 0:
        raise InputError(
            "length.range", "found radius 0 m; in F3548 a circle is larger than a point"
        )
    return Circle(_position(member(raw, "center")), value)


def _altitude(raw: Any) -> Altitude | None:
    if raw is None:
        return None
    limit = as_object(raw)
    advice = "F3548 has metres above the WGS84 ellipsoid only; in GeoJSON others can be stated"
    _exactly(limit, "reference", "W84", "altitude.reference", advice)
    _exactly(limit, "units", "M", "altitude.units", advice)
    return Altitude(number(member(limit, "value")), Units.M, Reference.W84)


def _time(raw: Any) -> int | None:
    if raw is None:
        return None
    time = as_object(raw)
    _exactly(time, "format", "RFC3339", "time.format", "no other format is defined")
    return as_instant(member(time, "value"))


def _exactly(owner: dict[str, Any], name: str, only: str, code: str, advice: str) -> None:
    value = member(owner, name)
    if value != only:
        raise InputError(code, f"found {name} {shown(value)}, expected {only}: {advice}")
