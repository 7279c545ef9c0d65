"""Declarations -> GeoJSON (RFC 7946) with the properties that our reader takes; one feature a part.

Nothing of a declaration is lost but what the format has no word for: weekly hours (the whole span is
written, which is the larger reading) and how positions were written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any, Final

import msgspec

from keepclear.domain.altitude import Altitude, Reference, Units
from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle, Corridor
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.schedule import Schedule
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window, format_instant
from keepclear.formats.properties import EDGES
from keepclear.formats.shapes import DEFAULT_EDGES
from keepclear.formats.writers.losses import Losses

__all__ = ["features", "write"]

EDGE_NAMES: Final = MappingProxyType({rule: name for name, rule in EDGES.items()})
LOST_HOURS: Final = "its weekly hours: the whole span is written"
LOST_WRITING: Final = "how its positions were written (text, datum, precision)"


def write(declarations: Sequence[Declaration], losses: Losses) -> bytes:
    """One FeatureCollection, a feature on each line."""
    lines = [msgspec.json.encode(feature) for feature in features(declarations, losses)]
    return b'{"type":"FeatureCollection","features":[\n' + b",\n".join(lines) + b"\n]}\n"


def features(declarations: Sequence[Declaration], losses: Losses) -> Iterator[dict[str, Any]]:
    """Every part of every declaration as a feature, in order."""
    for declaration in declarations:
        if declaration.stated:
            losses.add(declaration, LOST_WRITING)
        whole = _properties(declaration)
        for part in declaration.parts:
            geometry, properties = _part(declaration, part, losses)
            yield {
                "type": "Feature",
                "properties": {**whole, **properties},
                "geometry": geometry,
            }


def _properties(said: Declaration) -> dict[str, Any]:
    """What holds for the whole declaration; what it does not say is left out."""
    ground = said.ground
    stated = {
        "party": said.party,
        "on_behalf_of": said.on_behalf_of,
        "id": said.id,
        "kind": said.kind.value,
        "state": said.state.value if said.state else "",
        "priority": said.priority or "",
        "standoff_m": said.standoff_m or "",
        "ground_m": [ground.lowest_m, ground.highest_m] if ground else "",
        "position_error_m": said.position_error_m or "",
        "name": said.name,
        "description": said.description,
        **dict(said.notice),
    }
    return {name: value for name, value in stated.items() if value != ""}


def _part(said: Declaration, part: Part, losses: Losses) -> tuple[dict[str, Any], dict[str, Any]]:
    if isinstance(part, Route):
        return _route(part)
    return _geometry(part), _standing(said, part, losses)


def _standing(said: Declaration, part: Volume4D, losses: Losses) -> dict[str, Any]:
    window = part.window
    if isinstance(window, Schedule):
        losses.add(said, LOST_HOURS)
        window = window.window
    properties = {**_limits(part.band.lower, part.band.upper), **_times(window)}
    footprint = part.footprint
    if isinstance(footprint, Circle):
        properties["radius_m"] = footprint.radius_m
        return properties
    if isinstance(footprint, Corridor):
        properties["half_width_m"] = footprint.half_width_m
    if footprint.edges is not DEFAULT_EDGES:
        properties["edges"] = EDGE_NAMES[footprint.edges]
    return properties


def _geometry(part: Volume4D) -> dict[str, Any]:
    footprint = part.footprint
    if isinstance(footprint, Circle):
        return {"type": "Point", "coordinates": _point(footprint.center)}
    if isinstance(footprint, Corridor):
        return {"type": "LineString", "coordinates": [_point(p) for p in footprint.vertices]}
    polygons = _polygons(footprint)
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _polygons(area: Area) -> list[list[list[list[float]]]]:
    return [
        [[_point(place) for place in (*ring, ring[0])] for ring in polygon.rings]
        for polygon in area.polygons
    ]


def _route(route: Route) -> tuple[dict[str, Any], dict[str, Any]]:
    """A line with its times; one limit for all vertices where it is the same at all of them."""
    points = route.waypoints
    if len(points) == 1:  # a line has two ends: the same place at the same time twice
        points = points * 2
    geometry = {"type": "LineString", "coordinates": [_point(p.position) for p in points]}
    properties: dict[str, Any] = {"half_width_m": route.half_width_m}
    bands = [point.band for point in points]
    if all(band == bands[0] for band in bands):
        properties.update(_limits(bands[0].lower, bands[0].upper))
    else:
        properties["altitude_lower"] = [_limit(band.lower) for band in bands]
        properties["altitude_upper"] = [_limit(band.upper) for band in bands]
    properties["times"] = [format_instant(point.time_us) for point in points]
    if any(point.error_m for point in points):
        properties["leg_errors_m"] = [point.error_m for point in points]
    return geometry, properties


def _limits(lower: Altitude | None, upper: Altitude | None) -> dict[str, Any]:
    limits = {"altitude_lower": _limit(lower), "altitude_upper": _limit(upper)}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _limit(altitude: Altitude | None) -> dict[str, Any] | None:
    if altitude is None:
        return None
    if altitude.reference is Reference.SFC and altitude.units is Units.M:
        return {"reference": "SFC"}
    return {
        "value": altitude.value,
        "units": altitude.units.value,
        "reference": altitude.reference.value,
    }


def _times(window: Window) -> dict[str, Any]:
    ends = {"time_start": window.start_us, "time_end": window.end_us}
    return {name: format_instant(end) for name, end in ends.items() if end is not None}


def _point(place: Position) -> list[float]:
    return [place.longitude, place.latitude]
