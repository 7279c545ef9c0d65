"""Declarations -> EUROCAE ED-318: UAS geographical zones as GeoJSON with vertical layers.

Every zone is a restriction; what is declared of another kind loses its kind. The members that the
schema demands and a declaration does not say (country, type) are written as unknown as the schema
allows, and told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from keepclear.detect.vertical import Geoid
from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Area, Circle, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.schedule import DAY_US, DailyPeriod, Day, Schedule
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window, format_instant
from keepclear.formats.writers.heights import Heights
from keepclear.formats.writers.losses import Losses
from keepclear.formats.writers.plain import Form, plain_volumes, tell_words

__all__ = ["write"]

FORM: Final = Form(edges=EdgeRule.LONLAT, holes=True, hours=True)
_IDENTIFIER_MAX: Final = 7
_COUNTRY: Final = "XXX"
"""What ISO 3166 leaves for users to give a meaning: no country said."""
_TYPE: Final = "CONDITIONAL"
"""Something restricts operations here; what it is, a declaration does not say."""
_REFERENCES: Final = {
    Reference.AGL: "AGL",
    Reference.SFC: "AGL",
    Reference.AMSL: "AMSL",
    Reference.W84: "WGS84",
}
_LEVELS: Final = (
    "its flight levels: each is written as the lowest or highest that it can be above the "
    "WGS84 ellipsoid"
)
_LONG: Final = "a short identifier: ED-318 allows 7 characters, and others may refuse more"
_SPLIT: Final = "being one zone: parts that hold at different times are zones of their own"
_UNSAID: Final = "that it names no country and no type of zone: written as XXX and CONDITIONAL"


def write(declarations: Sequence[Declaration], losses: Losses, geoid: Geoid) -> bytes:
    """One FeatureCollection, a zone on each line."""
    zones = [
        msgspec.json.encode(zone) for said in declarations for zone in _zones(said, losses, geoid)
    ]
    return b'{"type":"FeatureCollection","features":[\n' + b",\n".join(zones) + b"\n]}\n"


def _zones(said: Declaration, losses: Losses, geoid: Geoid) -> Iterator[dict[str, Any]]:
    _tell(said, losses)
    heights = Heights(geoid, said)
    when: dict[Window | Schedule, list[dict[str, Any]]] = {}
    for part in said.parts:
        for volume in plain_volumes(said, part, FORM, losses):
            shape = _shape(said, volume, heights, losses)
            when.setdefault(volume.window, []).append(shape)
    same: list[tuple[list[dict[str, Any]], list[Window | Schedule]]] = []
    for window, shapes in when.items():  # shapes that hold in the same periods are one zone
        known = next((windows for known, windows in same if known == shapes), None)
        if known is None:
            same.append((shapes, [window]))
        else:
            known.append(window)
    if len(same) > 1:
        losses.add(said, _SPLIT)
    for shapes, windows in same:
        yield _zone(said, shapes, windows)


def _tell(said: Declaration, losses: Losses) -> None:
    for lost, what in (
        (
            said.kind is not Kind.RESTRICTION,
            f"its kind ({said.kind.value}): zones are restrictions, two of which never cross",
        ),
        (said.state is not None, "its state"),
        (said.priority != 0, "its priority"),
        (
            bool(said.party),
            "its party: named as the zone's authority, which our reader does not take",
        ),
        (len(said.id) > _IDENTIFIER_MAX, _LONG),
        (True, _UNSAID),
    ):
        if lost:
            losses.add(said, what)
    tell_words(said, losses)


def _zone(
    said: Declaration, shapes: list[dict[str, Any]], windows: list[Window | Schedule]
) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "identifier": said.id,
        "country": _COUNTRY,
        "type": _TYPE,
        "variant": "COMMON",
        "zoneAuthority": [
            {"purpose": "INFORMATION", **({"name": _text(said.party)} if said.party else {})}
        ],
    }
    if said.name:
        properties["name"] = _text(said.name)
    periods = [_period(window) for window in windows]
    if any(periods):
        properties["limitedApplicability"] = periods
    geometry = (
        shapes[0] if len(shapes) == 1 else {"type": "GeometryCollection", "geometries": shapes}
    )
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _text(text: str) -> list[dict[str, str]]:
    return [{"text": text[:200], "lang": "en-GB"}]


def _shape(said: Declaration, volume: Volume4D, heights: Heights, losses: Losses) -> dict[str, Any]:
    footprint, band = volume.footprint, volume.band
    if any(limit and limit.reference is Reference.STD for limit in (band.lower, band.upper)):
        losses.add(said, _LEVELS)
        band = _without_levels(band, heights.band_w84(band, footprint))
    layer = _layer(band)
    if isinstance(footprint, Circle):
        extent = {"subType": "Circle", "radius": footprint.radius_m}
        shape: dict[str, Any] = {"type": "Point", "coordinates": _point(footprint.center)}
        return {**shape, "extent": extent, "layer": layer}
    assert isinstance(footprint, Area)
    rings = [[_point(place) for place in (*ring, ring[0])] for ring in footprint.polygons[0].rings]
    return {"type": "Polygon", "coordinates": rings, "layer": layer}


def _without_levels(band: AltitudeBand, w84: AltitudeBand) -> AltitudeBand:
    """Flight levels replaced, other limits kept as they were written."""

    def kept(own: Altitude | None, other: Altitude | None) -> Altitude | None:
        return other if own is not None and own.reference is Reference.STD else own

    return AltitudeBand(kept(band.lower, w84.lower), kept(band.upper, w84.upper))


def _layer(band: AltitudeBand) -> dict[str, Any]:
    """Both limits in one unit: feet where nothing is in metres, else metres."""
    limits = {"lower": band.lower, "upper": band.upper}
    feet = all(limit is None or limit.units is Units.FT for limit in limits.values())
    layer: dict[str, Any] = {"uom": "ft" if feet else "m"}
    for side, limit in limits.items():
        if limit is not None:
            layer[side] = limit.value if feet else limit.metres
            layer[f"{side}Reference"] = _REFERENCES[limit.reference]
    return layer


def _period(window: Window | Schedule) -> dict[str, Any]:
    outer = window.window if isinstance(window, Schedule) else window
    period: dict[str, Any] = {}
    for name, end in (("startDateTime", outer.start_us), ("endDateTime", outer.end_us)):
        if end is not None:
            period[name] = format_instant(end)
    if isinstance(window, Schedule):
        period["schedule"] = [_daily(daily) for daily in window.periods]
    return period


def _daily(daily: DailyPeriod) -> dict[str, Any]:
    days = [day.name for day in Day if day in daily.days]
    return {
        "day": ["ANY"] if len(days) == len(Day) else days,
        "startTime": _clock(daily.start_us),
        "endTime": _clock(daily.end_us),
    }


def _clock(from_midnight_us: int) -> str:
    """A time of day in UTC, the end of the day as the beginning of the next."""
    return format_instant(from_midnight_us % DAY_US).removeprefix("1970-01-01T")


def _point(place: Position) -> list[float]:
    return [place.longitude, place.latitude]
