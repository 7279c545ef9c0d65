"""A declaration and one of its parts -> the property texts that ``formats.textprops`` reads back.

Everything that the geometry of the written format does not hold itself is here, to the last digit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference, Units
from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle, Corridor, EdgeRule
from keepclear.domain.route import Route
from keepclear.domain.schedule import Schedule
from keepclear.domain.window import Window
from keepclear.errors import InputError
from keepclear.formats.altitudes import parse_altitude
from keepclear.formats.writers.geojson import EDGE_NAMES, LOST_HOURS, LOST_WRITING
from keepclear.formats.writers.losses import Losses

__all__ = ["about", "about_part", "altitude_text", "number_text", "window_of", "xml_text"]

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNLIMITED: Final = "UNL"
_MARKS: Final = "control characters in its names"


def about(declaration: Declaration, losses: Losses) -> dict[str, str]:
    """What belongs to the whole declaration; what it does not say is left out."""
    said: dict[str, str] = {
        "party": declaration.party,
        "on_behalf_of": declaration.on_behalf_of,
        "id": declaration.id,
        "kind": declaration.kind.value,
        "state": "" if declaration.state is None else declaration.state.value,
        "priority": str(declaration.priority) if declaration.priority else "",
        "standoff_m": number_text(declaration.standoff_m) if declaration.standoff_m else "",
        "position_error_m": (
            number_text(declaration.position_error_m) if declaration.position_error_m else ""
        ),
    }
    ground = declaration.ground
    if ground is not None:
        said["ground_m"] = f"{number_text(ground.lowest_m)}..{number_text(ground.highest_m)}"
    said |= {name: value for name, value in declaration.notice if name not in said}
    if declaration.stated:
        losses.add(declaration, LOST_WRITING)
    kept = {name: xml_text(value) for name, value in said.items() if value}
    words = (declaration.name, declaration.description)
    if any(xml_text(text) != text for text in (*said.values(), *words)):
        losses.add(declaration, _MARKS)
    return kept


def about_part(part: Part, *, edges: EdgeRule | None = None) -> dict[str, str]:
    """What belongs to one part: its limits, its sizes and its rule.

    Args:
        part: A volume or a moving disc.
        edges: The rule that the format has anyway for this geometry, and that is not repeated.
    """
    if isinstance(part, Route):
        said = _limits([point.band for point in part.waypoints])
        said["half_width_m"] = number_text(part.half_width_m)
        if any(point.error_m for point in part.waypoints):
            said["leg_errors_m"] = ";".join(number_text(point.error_m) for point in part.waypoints)
        return said
    said = _limits([part.band])
    footprint = part.footprint
    if isinstance(footprint, Circle):
        said["radius_m"] = number_text(footprint.radius_m)
    if isinstance(footprint, Corridor):
        said["half_width_m"] = number_text(footprint.half_width_m)
    if isinstance(footprint, Area | Corridor) and footprint.edges is not edges:
        said["edges"] = EDGE_NAMES[footprint.edges]
    return said


def window_of(declaration: Declaration, part: Part, losses: Losses) -> Window:
    """When a part holds; of a schedule, from its first day to its last."""
    if isinstance(part, Route):
        return Window(part.waypoints[0].time_us, part.waypoints[-1].time_us)
    if isinstance(part.window, Schedule):
        losses.add(declaration, LOST_HOURS)
        return part.window.window
    return part.window


def altitude_text(limit: Altitude | None) -> str:
    """A limit as ``parse_altitude`` reads it, or as the JSON object where that is not exact."""
    if limit is None:
        return _UNLIMITED
    number = number_text(limit.value)
    if limit.reference is Reference.SFC:
        text = "SFC"
    elif limit.units is Units.FL:
        text = f"FL{number.removesuffix('.0')}"
    else:
        text = f"{number.removesuffix('.0')} {limit.units.value.lower()} {limit.reference.value}"
    try:
        exact = parse_altitude(text) == limit
    except InputError:
        exact = False
    if exact:
        return text
    return json.dumps(
        {
            "value": limit.value,
            "units": limit.units.value,
            "reference": limit.reference.value,
        }
    )


def number_text(value: float) -> str:
    """The shortest digits that give the same number back."""
    return repr(float(value))


def xml_text(text: str) -> str:
    """The same text without the marks that XML cannot hold."""
    return _NO_XML.sub("", text)


def _limits(bands: Sequence[AltitudeBand]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, limits in (
        ("altitude_lower", [band.lower for band in bands]),
        ("altitude_upper", [band.upper for band in bands]),
    ):
        if any(limit is not None for limit in limits):
            alike = all(limit == limits[0] for limit in limits)
            said[name] = ";".join(map(altitude_text, limits[:1] if alike else limits))
    return said
