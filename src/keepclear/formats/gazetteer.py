"""Files of named places and of admin areas -> domain values; they declare nothing.

A gazetteer is CSV (columns ``name``, ``latitude``/``lat``, ``longitude``/``lon``/``long``, and where
there are any ``aliases`` separated by ``;`` or ``|``, and ``radius_m``) or GeoJSON points with the
same properties. Admin areas are GeoJSON polygons with ``name`` and ``aliases``. A row that cannot be
used is refused by name; the others are used.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.footprint import Area, EdgeRule, Polygon
from keepclear.domain.gazetteer import AdminArea, AdminAreas, Gazetteer, NamedPlace
from keepclear.domain.position import Position
from keepclear.errors import InputError, Refusal
from keepclear.formats.jsontext import parse_json
from keepclear.formats.place import Place
from keepclear.formats.remarks import Remarks
from keepclear.formats.rings import read_rings
from keepclear.formats.text import checked_utf8, free_text, number, shown

__all__ = ["GazetteerReading", "read_admin_areas", "read_gazetteer"]

_COLUMNS: Final = MappingProxyType(
    {
        "name": "name",
        "aliases": "aliases",
        "alias": "aliases",
        "radius_m": "radius_m",
        "latitude": "latitude",
        "lat": "latitude",
        "longitude": "longitude",
        "lon": "longitude",
        "lng": "longitude",
        "long": "longitude",
    }
)
_NEEDED: Final = ("name", "latitude", "longitude")
_POLYGONS: Final = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True)
class GazetteerReading:
    """What such a file holds, and the rows of it that were not used."""

    places: Gazetteer
    areas: AdminAreas
    refused: tuple[Refusal, ...]


def read_gazetteer(data: bytes, *, name: str) -> GazetteerReading:
    """Named places of a CSV or GeoJSON file.

    Raises:
        InputError: The file as a whole cannot be read: ``file.*``, ``csv.header``, ``json.*``,
            ``gazetteer.form``, ``gazetteer.empty``.
    """
    with Place(name):
        text, _ = checked_utf8(data)
        rows = _features(text, "Point") if text.lstrip().startswith(b"{") else _cells(text)
        places: list[NamedPlace] = []
        refused: list[Refusal] = []
        for where, row in rows:
            try:
                places.append(_named_place(row))
            except InputError as error:
                refused.append(Refusal.of(error.inside(f"{name} {where}")))
        _not_empty(places, refused, "named place")
    return GazetteerReading(Gazetteer(places), AdminAreas(()), tuple(refused))


def read_admin_areas(data: bytes, *, name: str) -> GazetteerReading:
    """Admin areas of a GeoJSON file; their edges are straight in longitude and latitude.

    Raises:
        InputError: As :func:`read_gazetteer`.
    """
    with Place(name):
        text, _ = checked_utf8(data)
        if not text.lstrip().startswith(b"{"):
            raise InputError(
                "gazetteer.form",
                "admin areas are read from a GeoJSON FeatureCollection of polygons with a name; "
                "save them so",
            )
        areas: list[AdminArea] = []
        refused: list[Refusal] = []
        for where, row in _features(text, "Polygon or MultiPolygon"):
            try:
                areas.append(AdminArea(_name(row), _area(row), _aliases(row)))
            except InputError as error:
                refused.append(Refusal.of(error.inside(f"{name} {where}")))
        _not_empty(areas, refused, "admin area")
    return GazetteerReading(Gazetteer(()), AdminAreas(areas), tuple(refused))


def _not_empty(found: list[Any], refused: list[Refusal], what: str) -> None:
    if not found:
        reason = f"; the first row: {refused[0].message}" if refused else ""
        raise InputError("gazetteer.empty", f"it holds no {what} that can be used{reason}")


def _cells(text: bytes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Rows of a table, with the line on which each starts."""
    first = text.lstrip().split(b"\n", 1)[0].decode(errors="replace")
    reader = csv.reader(
        io.StringIO(text.decode(), newline=""),
        delimiter=max(",;\t", key=first.count),
        skipinitialspace=True,
    )
    columns = [_COLUMNS.get(cell.strip().lower(), "") for cell in next(reader, [])]
    if not set(_NEEDED) <= set(columns):
        raise InputError(
            "csv.header",
            f"the header is {shown(first.strip())}, expected columns name, latitude and longitude, "
            "and aliases and radius_m where there are any",
        )
    line = reader.line_num + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError("csv.malformed", f"line {line} is no CSV ({error})") from None
        if any(cell.strip() for cell in cells):
            named = zip(columns, cells, strict=False)
            yield f"line {line}", {column: cell.strip() for column, cell in named if column}
        line = reader.line_num + 1


def _features(text: bytes, kinds: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    document = parse_json(text)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise InputError(
            "gazetteer.form", f"found {shown(document)}, expected a FeatureCollection of {kinds}s"
        )
    for count, feature in enumerate(features, 1):
        where = f"feature {count}"
        if not isinstance(feature, dict):
            yield where, {}
            continue
        told = feature.get("properties")
        row = dict(told) if isinstance(told, dict) else {}
        yield where, row | {"geometry": feature.get("geometry")}


def _named_place(row: Mapping[str, Any]) -> NamedPlace:
    name = _name(row)
    if "geometry" in row:
        longitude, latitude = _point(row["geometry"])
    else:
        latitude, longitude = (_degrees(row, column) for column in ("latitude", "longitude"))
    radius = row.get("radius_m")
    return NamedPlace(
        name=name,
        position=Position(latitude=latitude, longitude=longitude),
        aliases=_aliases(row),
        radius_m=None if radius in {None, ""} else _number(radius, "radius_m"),
    )


def _point(geometry: Any) -> tuple[float, float]:
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if (
        not isinstance(coordinates, list)
        or geometry.get("type") != "Point"
        or not 2 <= len(coordinates) <= 3
    ):
        raise InputError("gazetteer.form", f"found geometry {shown(geometry)}, expected a Point")
    return number(coordinates[0]), number(coordinates[1])


def _degrees(row: Mapping[str, Any], column: str) -> float:
    if not row.get(column):
        raise InputError("gazetteer.form", f"column {column} is empty")
    return _number(row[column], column)


def _number(value: Any, column: str) -> float:
    try:
        return number(float(value) if isinstance(value, str) else value)
    except ValueError:
        raise InputError(
            "number.expected", f"found {shown(value)} in {column}, expected a number alone"
        ) from None


def _name(row: Mapping[str, Any]) -> str:
    name = free_text(row.get("name"))
    if not name:
        raise InputError("gazetteer.form", "it has no name")
    return name


def _aliases(row: Mapping[str, Any]) -> tuple[str, ...]:
    told = row.get("aliases")
    words = told if isinstance(told, list) else str(told or "").replace("|", ";").split(";")
    return tuple(alias for word in words if (alias := free_text(word)))


def _area(row: Mapping[str, Any]) -> Area:
    geometry = row.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in _POLYGONS or not isinstance(geometry, dict):
        raise InputError(
            "gazetteer.form", f"found geometry {shown(kind)}, expected a Polygon or MultiPolygon"
        )
    coordinates = geometry.get("coordinates")
    polygons = coordinates if kind == "MultiPolygon" else [coordinates]
    if not isinstance(polygons, list):
        raise InputError(
            "gazetteer.form", f"found coordinates {shown(coordinates)}, expected rings"
        )
    remarks = Remarks("", "feature")
    return Area(tuple(Polygon(read_rings(rings, remarks)) for rings in polygons), EdgeRule.LONLAT)
