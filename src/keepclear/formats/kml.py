"""KML (OGC 07-147r2 and 12-007r2) -> declarations: each placemark declares what its geometry shows.

The properties are those of GeoJSON, as ``Data`` or ``SimpleData`` of ``ExtendedData``; where they say
nothing, name, description, TimeSpan and altitude mode of the placemark speak, and the TimeSpan of
the nearest folder round it. The id is the property ``id``, else the placemark's own.

Nothing outside the file is read. What a NetworkLink points to is listed as refused, so that nobody
takes the answer for a whole one; pictures and tours declare nothing, and are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from keepclear.errors import InputError
from keepclear.formats.kml_geometry import GEOMETRIES, one_area, parts_of_placemark
from keepclear.formats.kml_times import NO_TIMES, Times, times_of, window_texts
from keepclear.formats.place import Place
from keepclear.formats.properties import Properties
from keepclear.formats.reading import Reading
from keepclear.formats.rows import Rows
from keepclear.formats.text import free_text, one_line, shown
from keepclear.formats.textprops import typed, with_limits_of
from keepclear.formats.xmltext import (
    Element,
    child,
    child_text,
    local,
    root_of,
    text_of,
)

__all__ = ["PREFIX", "SHAPE", "SHAPES", "read"]

PREFIX: Final = "ExtendedData "
"""What stands before a property's name in the places of errors."""
SHAPE: Final = "keepclear_shape"
"""The property with which our own files say which geometry counts and which only draws it."""
SHAPES: Final = MappingProxyType({"circle": "Point", "area": "Polygon"})
"""Its values, and the geometries that count; those of an area are one part together."""

_CONTAINERS: Final = frozenset({"Document", "Folder"})
_PICTURES: Final = frozenset({"GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Tour"})
_MARKUP: Final = re.compile(r"<[^<>]{0,500}>")
_NO_PICTURES: Final = "of the kind {}: a picture or tour declares nothing, it was not read"
_NO_UPDATES: Final = "of the kind NetworkLinkControl: updates to other files are not carried out"
_HOW: Final = MappingProxyType(
    {"line.no-width": ("half_width_m", "50"), "point.no-radius": ("kind", "site")}
)
"""What a map drawn by hand most often lacks: the property and a value, by the code of the refusal."""
_SPAN_DIFFERS: Final = "with a TimeSpan other than time_start or time_end: the properties hold"


def read(data: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Read a KML file.

    Args:
        data: The whole file, in the encoding that it declares.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``xml.*``, ``file.encoding``, ``xml.root``: nothing in the file can be used.
    """
    with Place(name):
        root = root_of(data, "kml")
    rows = Rows("kml", name, stem=stem or name, row="placemark", prefix=PREFIX)
    number = links = 0
    for feature, times in _features(root, NO_TIMES):
        kind = local(feature)
        if kind == "NetworkLink":
            links += 1
            _refuse_link(rows, feature, links)
        elif kind == "Placemark":
            number += 1
            _take(rows, feature, times, number)
        else:
            rows.remarks.row = ""
            rows.remarks.add_rows(
                _NO_UPDATES if kind == "NetworkLinkControl" else _NO_PICTURES.format(kind), 1
            )
    return rows.reading()


def _features(container: Element, times: Times) -> Iterator[tuple[Element, Times]]:
    """Everything in a container that may declare something, with the times that it inherits."""
    for feature in container:
        name = local(feature)
        if name in _CONTAINERS:
            yield from _features(feature, times_of(feature, times))
        elif name in _PICTURES or name in {"Placemark", "NetworkLink", "NetworkLinkControl"}:
            yield feature, times


def _refuse_link(rows: Rows, feature: Element, number: int) -> None:
    link = child(feature, "Link")
    link = child(feature, "Url") if link is None else link
    points_to = "" if link is None else child_text(link, "href")
    rows.refuse_at(
        f"network link {number}",
        InputError(
            "kml.link",
            f"it points to {shown(points_to)}, which was not fetched or read; open that file "
            "yourself and give it to keepclear, too",
        ),
    )


def _take(rows: Rows, placemark: Element, inherited: Times, number: int) -> None:
    """Take one placemark, or list its refusal."""
    said: dict[str, str] = {}
    try:
        said = _said(placemark)
        rows.remarks.row = f"placemark {number}"
        times = window_texts(times_of(placemark, inherited), rows.remarks)
        raw = _raw(placemark, said, times, rows)
        only = SHAPES.get(str(raw.pop(SHAPE, "")), "")
        told = rows.told(raw, number=number)
        parts = parts_of_placemark(_geometry(placemark), _for(told, only), rows.remarks, only=only)
        if only == SHAPES["area"]:
            parts = one_area(parts)
        rows.add(
            with_limits_of(told, parts),
            parts,
            number=number,
            id_=one_line(placemark.get("id") or ""),
        )
    except InputError as error:
        claimed = said.get("id") or placemark.get("id")
        rows.refuse(_with_how(error), number, claimed, child_text(placemark, "name") or None)


def _with_how(error: InputError) -> InputError:
    """The same error, saying how KML is told what it has no element for."""
    data = _HOW.get(error.code)
    if data is None:
        return error
    how = f"<ExtendedData><Data name='{data[0]}'><value>{data[1]}</value></Data></ExtendedData>"
    return InputError(
        error.code, f"{error.message}; in KML write {how} into the placemark", where=error.where
    )


def _geometry(placemark: Element) -> Element:
    for element in placemark:
        if local(element) in GEOMETRIES:
            return element
    raise InputError(
        "geometry.missing",
        "there is no geometry, so nothing can be compared with it; declare where it is",
    )


def _for(told: Properties, only: str) -> Properties:
    """Properties without what only another geometry would need."""
    if only == "Point" and told.edges is not None:
        return replace(told, edges=None)
    return told


def _raw(
    placemark: Element, said: dict[str, str], times: dict[str, str], rows: Rows
) -> dict[str, Any]:
    """The properties of a placemark: its own elements, and ExtendedData over them."""
    with Place(PREFIX.strip()):
        values = typed(said)
    for property_, text in times.items():
        if values.setdefault(property_, text) != text:
            rows.remarks.add(_SPAN_DIFFERS)
    words = {"name": "name", "description": "description"}
    for property_, element in words.items():
        if property_ in said:
            continue  # said there, if only that there is none
        text = free_text(_MARKUP.sub(" ", child_text(placemark, element)))
        if text:
            values.setdefault(property_, text)
    return values


def _said(placemark: Element) -> dict[str, str]:
    """Names and texts of ExtendedData.

    Raises:
        InputError: ``xml.twice`` when one of them is given twice with different texts.
    """
    said: dict[str, str] = {}
    extended = child(placemark, "ExtendedData")
    for element in () if extended is None else extended.iter():
        kind = local(element)
        if kind not in {"Data", "SimpleData"}:
            continue
        name = (element.get("name") or "").strip()
        text = child_text(element, "value") if kind == "Data" else text_of(element)
        if said.setdefault(name, text) != text:
            raise InputError(
                "xml.twice",
                f"{shown(name)} is given twice with different values; keep one",
                where=PREFIX.strip(),
            )
    return said
