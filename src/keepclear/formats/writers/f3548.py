"""Declarations -> ASTM F3548-21: operational intents and constraints as services hand them over.

The standard knows polygons without holes, circles, metres above the WGS84 ellipsoid and plain
windows. Everything else is written as the smallest of these that surely hold it, and told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from keepclear.detect.vertical import Geoid
from keepclear.domain.altitude import Altitude, Reference
from keepclear.domain.declaration import Declaration, Kind, State
from keepclear.domain.footprint import Area, Circle, EdgeRule
from keepclear.domain.position import Position
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import Window, format_instant
from keepclear.formats.writers.heights import Heights
from keepclear.formats.writers.losses import Losses
from keepclear.formats.writers.plain import Form, plain_volumes, tell_words

__all__ = ["write"]

FORM: Final = Form(edges=EdgeRule.GEODESIC, holes=False, hours=False)
_INTENTS: Final = frozenset({Kind.OPERATION, Kind.MOVEMENT})
"""Kinds that become operational intents; the others become constraints."""
_HEIGHTS: Final = (
    "the references of its altitudes: each limit is written as the lowest or highest that it can "
    "be above the WGS84 ellipsoid"
)


def write(declarations: Sequence[Declaration], losses: Losses, geoid: Geoid) -> bytes:
    """A list of operational intents and constraints, one to a line."""
    entries = [msgspec.json.encode(_entry(said, losses, geoid)) for said in declarations]
    return b"[\n" + b",\n".join(entries) + b"\n]\n"


def _entry(said: Declaration, losses: Losses, geoid: Geoid) -> dict[str, Any]:
    _tell(said, losses)
    volumes = [_volume(volume) for volume in _volumes(said, losses, geoid)]
    reference: dict[str, Any] = {"id": said.id}
    if said.party:
        reference["manager"] = said.party
    if said.kind not in _INTENTS:
        return {"constraint": {"reference": reference, "details": {"volumes": volumes}}}
    reference["state"] = (said.state or State.ACCEPTED).value
    details = {"volumes": volumes, "off_nominal_volumes": [], "priority": said.priority}
    return {"operational_intent": {"reference": reference, "details": details}}


def _tell(said: Declaration, losses: Losses) -> None:
    intent = said.kind in _INTENTS
    for lost, what in (
        (
            said.kind not in {Kind.OPERATION, Kind.RESTRICTION},
            f"its kind ({said.kind.value}): written as "
            + (
                "an operational intent" if intent else "a constraint, and compared as a restriction"
            ),
        ),
        (intent and said.state is None, "that it states no state: written as Accepted"),
        (not intent and said.state is not None, "its state: constraints have none"),
        (not intent and said.priority != 0, "its priority: constraints have none"),
        (bool(said.name), "its name"),
    ):
        if lost:
            losses.add(said, what)
    tell_words(said, losses)


def _volumes(said: Declaration, losses: Losses, geoid: Geoid) -> Iterator[Volume4D]:
    heights = Heights(geoid, said)
    for part in said.parts:
        for volume in plain_volumes(said, part, FORM, losses):
            limits = (volume.band.lower, volume.band.upper)
            if any(limit and limit.reference is not Reference.W84 for limit in limits):
                losses.add(said, _HEIGHTS)
            band = heights.band_w84(volume.band, volume.footprint)
            yield Volume4D(volume.footprint, band, volume.window)


def _volume(volume: Volume4D) -> dict[str, Any]:
    window = volume.window
    assert isinstance(window, Window)
    solid = _outline(volume)
    for name, limit in (
        ("altitude_lower", volume.band.lower),
        ("altitude_upper", volume.band.upper),
    ):
        if limit is not None:
            solid[name] = _limit(limit)
    written: dict[str, Any] = {"volume": solid}
    for name, end in (("time_start", window.start_us), ("time_end", window.end_us)):
        if end is not None:
            written[name] = {"value": format_instant(end), "format": "RFC3339"}
    return written


def _outline(volume: Volume4D) -> dict[str, Any]:
    footprint = volume.footprint
    if isinstance(footprint, Area):
        ring = footprint.polygons[0].rings[0]
        return {"outline_polygon": {"vertices": [_place(place) for place in ring]}}
    assert isinstance(footprint, Circle)
    radius = {"value": footprint.radius_m, "units": "M"}
    return {"outline_circle": {"center": _place(footprint.center), "radius": radius}}


def _limit(limit: Altitude) -> dict[str, Any]:
    return {"value": limit.metres, "reference": "W84", "units": "M"}


def _place(place: Position) -> dict[str, float]:
    return {"lng": place.longitude, "lat": place.latitude}
