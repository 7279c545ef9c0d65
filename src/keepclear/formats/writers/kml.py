"""Declarations -> KML that map viewers show, and that our own reader takes back whole.

One placemark for each part. What KML cannot say of it stands in ``ExtendedData`` under the names of
GeoJSON. Outlines are drawn as KML can: a circle as a polygon that holds it, heights where they are
measured from the sea or the ground; what only draws is marked, and our reader leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Any, Final

from lxml import etree

from keepclear.domain.altitude import Altitude, AltitudeBand, Reference
from keepclear.domain.declaration import Declaration, Part
from keepclear.domain.footprint import Area, Circle, Corridor, Polygon, Ring
from keepclear.domain.position import Position
from keepclear.domain.route import Route
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import format_instant
from keepclear.formats.ellipses import ring_round
from keepclear.formats.kml import SHAPE
from keepclear.formats.kml_geometry import AREA_EDGES, LINE_EDGES
from keepclear.formats.writers.losses import Losses
from keepclear.formats.writers.textprops import about, about_part, number_text, window_of, xml_text

__all__ = ["write"]

_KML: Final = "http://www.opengis.net/kml/2.2"
_GX: Final = "http://www.google.com/kml/ext/2.2"
_K: Final = f"{{{_KML}}}"
_G: Final = f"{{{_GX}}}"
_MODES: Final = MappingProxyType(
    {Reference.AMSL: "absolute", Reference.AGL: "relativeToGround", Reference.SFC: "clampToGround"}
)
"""References of which KML can show heights."""
_COLOURS: Final = ("b35900", "0059b3", "2d862d", "7a2d86", "866f2d", "595959")
"""Of parties in the order of their appearance: blue, green, red as KML writes them."""
_OPAQUE: Final = "ff"
_THIN: Final = "40"
_UNSHOWN: Final = (
    "its heights in the drawing, which KML shows above the sea or the ground only; ExtendedData "
    "keeps them"
)
_Shown = tuple[str, float]
"""An altitude mode, and the height in metres that it is drawn at."""
_FLAT: Final[_Shown] = ("clampToGround", 0.0)


def write(declarations: Sequence[Declaration], losses: Losses) -> bytes:
    """A KML 2.2 document, UTF-8.

    Args:
        declarations: What is written, in this order.
        losses: Receives what KML cannot hold or show.
    """
    root = etree.Element(f"{_K}kml", nsmap={None: _KML, "gx": _GX})
    document = _add(root, "Document")
    parties = list(dict.fromkeys(declaration.party for declaration in declarations))
    for number, _ in enumerate(parties):
        _style(document, number)
    for declaration in declarations:
        whole = about(declaration, losses)
        for part in declaration.parts:
            placemark = _add(document, "Placemark")
            _words(placemark, declaration, whole)
            _times(placemark, declaration, part, losses)
            _add(placemark, "styleUrl", f"#party{parties.index(declaration.party)}")
            data = whole | _part_texts(part)
            _extended(placemark, data, declaration)
            _geometry(placemark, declaration, part, losses)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _part_texts(part: Part) -> dict[str, str]:
    standing = part.footprint if isinstance(part, Volume4D) else None
    said = about_part(part, edges=AREA_EDGES if isinstance(standing, Area) else LINE_EDGES)
    if isinstance(standing, Circle):
        said[SHAPE] = "circle"
    if isinstance(standing, Area):
        said[SHAPE] = "area"
    return said


def _style(document: Any, number: int) -> None:
    style = _add(document, "Style", id=f"party{number}")
    colour = _COLOURS[number % len(_COLOURS)]
    line = _add(style, "LineStyle")
    _add(line, "color", _OPAQUE + colour)
    _add(line, "width", "2")
    _add(_add(style, "PolyStyle"), "color", _THIN + colour)


def _words(placemark: Any, declaration: Declaration, whole: dict[str, str]) -> None:
    _add(placemark, "name", xml_text(declaration.name or declaration.id))
    if declaration.description:
        _add(placemark, "description", xml_text(declaration.description))
    whole["name"] = xml_text(declaration.name)


def _times(placemark: Any, declaration: Declaration, part: Part, losses: Losses) -> None:
    if isinstance(part, Route):
        return
    window = window_of(declaration, part, losses)
    if window.start_us is None and window.end_us is None:
        return
    span = _add(placemark, "TimeSpan")
    for name, instant_us in (("begin", window.start_us), ("end", window.end_us)):
        if instant_us is not None:
            _add(span, name, format_instant(instant_us))


def _extended(placemark: Any, data: dict[str, str], declaration: Declaration) -> None:
    extended = _add(placemark, "ExtendedData")
    for name, text in data.items():
        if text or (name == "name" and not declaration.name):
            _add(_add(extended, "Data", name=name), "value", text)


def _geometry(placemark: Any, declaration: Declaration, part: Part, losses: Losses) -> None:
    if isinstance(part, Route):
        _track(placemark, part, _shown([p.band for p in part.waypoints], declaration, losses))
        return
    mode, height_m = _shown([part.band], declaration, losses)[0]
    footprint = part.footprint
    if isinstance(footprint, Area):
        polygons = footprint.polygons
        owner = placemark if len(polygons) == 1 else _add(placemark, "MultiGeometry")
        for polygon in polygons:
            _polygon(owner, polygon, mode, height_m)
    elif isinstance(footprint, Corridor):
        line = _add(placemark, "LineString")
        _mode(line, mode)
        _add(line, "coordinates", _coordinates(footprint.vertices, height_m))
    else:
        owner = placemark if footprint.radius_m == 0 else _add(placemark, "MultiGeometry")
        point = _add(owner, "Point")
        _add(point, "altitudeMode", mode)
        _add(point, "coordinates", _coordinates((footprint.center,), height_m))
        if footprint.radius_m > 0:
            ring = ring_round(footprint.center, footprint.radius_m, footprint.radius_m)
            _polygon(owner, Polygon((ring,)), mode, height_m)


def _polygon(owner: Any, polygon: Polygon, mode: str, height_m: float) -> None:
    element = _add(owner, "Polygon")
    _mode(element, mode)
    for count, ring in enumerate(polygon.rings):
        boundary = _add(element, "innerBoundaryIs" if count else "outerBoundaryIs")
        closed: Ring = (*ring, ring[0])
        _add(_add(boundary, "LinearRing"), "coordinates", _coordinates(closed, height_m))


def _mode(element: Any, mode: str) -> None:
    if mode == _FLAT[0]:
        _add(element, "tessellate", "1")
    else:
        _add(element, "extrude", "1")
    _add(element, "altitudeMode", mode)


def _track(placemark: Any, route: Route, shown: list[_Shown]) -> None:
    track = etree.SubElement(placemark, f"{_G}Track")
    _add(track, "altitudeMode", shown[0][0])
    for point in route.waypoints:
        _add(track, "when", format_instant(point.time_us))
    for point, (_, height_m) in zip(route.waypoints, shown, strict=True):
        place = f"{_degrees(point.position, ' ')} {number_text(height_m)}"
        etree.SubElement(track, f"{_G}coord").text = place


def _shown(bands: Sequence[AltitudeBand], declaration: Declaration, losses: Losses) -> list[_Shown]:
    """How heights are drawn: at the upper limits, if all are of one reference that KML knows."""
    uppers = [band.upper for band in bands]
    modes = {None if limit is None else _MODES.get(limit.reference) for limit in uppers}
    lowers = [band.lower for band in bands]
    if any(limit is not None and limit.reference not in _MODES for limit in (*lowers, *uppers)) or (
        None in uppers and any(limit is not None for limit in (*lowers, *uppers))
    ):
        losses.add(declaration, _UNSHOWN)
    mode = modes.pop() if len(modes) == 1 else None
    if mode is None:
        return [_FLAT] * len(bands)
    return [(mode, limit.metres) for limit in uppers if isinstance(limit, Altitude)]


def _coordinates(places: Iterable[Position], height_m: float) -> str:
    height = number_text(height_m)
    return " ".join(f"{_degrees(place, ',')},{height}" for place in places)


def _degrees(place: Position, between: str) -> str:
    return f"{number_text(place.longitude)}{between}{number_text(place.latitude)}"


def _add(owner: Any, tag: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(owner, f"{_K}{tag}", attributes)
    element.text = text
    return element
