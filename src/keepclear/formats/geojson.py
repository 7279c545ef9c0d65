"""GeoJSON (RFC 7946) -> declarations, with the properties that ``properties`` lists.

Coordinates are longitude, latitude on WGS84; edges are straight in longitude and latitude. The id
is ``properties.id``, else the feature's own ``id`` member; a feature with neither is a declaration
of its own named after its file and its number, such as ``areas#3``.
"""

from __future__ import annotations

from typing import Any, Final

from keepclear.errors import InputError
from keepclear.formats.place import Place
from keepclear.formats.reading import Reading
from keepclear.formats.rows import Rows
from keepclear.formats.shapes import GEOMETRY_TYPES
from keepclear.formats.text import one_line, shown

__all__ = ["PREFIX", "read", "recognises", "take_feature"]

PREFIX: Final = "properties."
"""What stands before a property's name in the places of errors."""
_TYPES: Final = frozenset({"FeatureCollection", "Feature", *GEOMETRY_TYPES})
_WGS84_NAMES: Final = ("CRS84", "EPSG:4326", "EPSG::4326")
"""How the ``crs`` member of older files ends when it says what RFC 7946 says anyway."""


def recognises(document: Any) -> bool:
    """Whether a decoded JSON document says that it is GeoJSON."""
    kind = document.get("type") if isinstance(document, dict) else None
    return isinstance(kind, str) and kind in _TYPES


def read(document: Any, *, name: str, stem: str | None = None) -> Reading:
    """Read a decoded GeoJSON document: a FeatureCollection or a single Feature.

    Args:
        document: Decoded JSON.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``geojson.type``, ``crs.unknown``: nothing in the document can be used.
    """
    with Place(name):
        features = _features(document)
    rows = Rows("geojson", name, stem=stem or name, row="feature", prefix=PREFIX)
    for count, feature in enumerate(features, 1):
        take_feature(rows, feature, number=count)
    return rows.reading()


def take_feature(rows: Rows, feature: Any, *, number: int) -> None:
    """Take one feature, or list its refusal."""
    try:
        members, properties = _members(feature)
        with Place("id"):
            id_ = "" if members.get("id") is None else one_line(members["id"])
        rows.take(properties, members.get("geometry"), number=number, id_=id_)
    except InputError as error:
        rows.refuse(error, number, _claimed_id(feature))


def _members(feature: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The members of a feature, and its properties."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        kind = feature.get("type") if isinstance(feature, dict) else None
        raise InputError(
            "feature.type", f"found {_found(feature)}, expected a Feature{_advice(kind)}"
        )
    _check_crs(feature)
    properties = feature.get("properties")
    if properties is None:
        return feature, {}
    if not isinstance(properties, dict):
        raise InputError(
            "feature.properties",
            f"found {shown(properties)}, expected an object",
            where="properties",
        )
    return feature, properties


def _claimed_id(feature: Any) -> Any:
    if not isinstance(feature, dict):
        return None
    properties = feature.get("properties")
    said = properties.get("id") if isinstance(properties, dict) else None
    return feature.get("id") if said is None else said


def _features(document: Any) -> list[Any]:
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(document, dict) or kind not in ("FeatureCollection", "Feature"):
        raise InputError(
            "geojson.type",
            f"found {_found(document)}, expected a GeoJSON FeatureCollection or Feature"
            f"{_advice(kind)}",
        )
    if kind == "Feature":
        return [document]
    _check_crs(document)
    features = document.get("features")
    if not isinstance(features, list):
        raise InputError(
            "geojson.type", f"found {shown(features)} as features, expected a list of features"
        )
    return features


def _check_crs(holder: dict[str, Any]) -> None:
    crs = holder.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    said = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(said, str) or not said.upper().endswith(_WGS84_NAMES):
        raise InputError(
            "crs.unknown",
            f"the crs member says {shown(said or crs)}, expected WGS84 longitude and latitude; "
            "convert the coordinates and leave crs out",
        )


def _found(value: Any) -> str:
    if not isinstance(value, dict):
        return shown(value)
    return f"an object of type {shown(value.get('type'))}"


def _advice(kind: Any) -> str:
    if kind == "FeatureCollection":
        return "; a collection cannot stand here, write its features one by one"
    if isinstance(kind, str) and kind in GEOMETRY_TYPES:
        return "; put the geometry into a Feature"
    return ""
